"""The view of models: plans with open parameters, of which changes are made."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.changerows import ModelRow
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, moment, wrapped
from tui_ops.ui.views.changes import PlannedPane
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

STANDARD = StateSign("●", "*", Look.GOOD, 0, "standard", "")
EDITED = StateSign("▲", "!", Look.WARN, 0, "edited since", "")
OPEN = StateSign("◌", "o", Look.MUTED, 0, "not approved", "")

MODEL_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "MODEL", 10, most=28, ink=Ink.TEXT),
    told_fact("state", "STATE", 12),
    text_fact("title", "TITLE", 18, most=60, ink=Ink.TEXT),
    number_fact("used", "USED", 4, lambda value: f"{value:.0f}", priority=1),
    text_fact("well", "WELL", 5, priority=2),
    text_fact("limits", "LIMITS", 10, most=30, priority=3),
    text_fact("by", "BY", 6, most=12, priority=4),
)  # fmt: skip
MODEL_KEYS = (*(column.id for column in MODEL_COLUMNS), "approved")


def model_sign(row: ModelRow) -> StateSign:
    """Return how a model is drawn."""
    return STANDARD if row.is_standard else EDITED if row.approved_sha else OPEN


def model_item(row: ModelRow) -> Item:
    """Return a model as an item."""
    sign = model_sign(row)
    facts: dict[str, Any] = {
        "name": row.name, "state": sign.summary, "title": row.title, "used": float(row.used),
        "well": f"{row.successful}/{row.used}" if row.used else "", "by": row.by, "approved": row.approved_by,
        "limits": "  ".join(f"{name} {value}" for name, value in row.limits),
    }  # fmt: skip
    return Item(("changemodel", row.id), sign, facts, in_need=not row.is_standard, order=(row.name,),
                words=f"{row.name} {row.title} {row.by}", inks={"state": LOOK_INK[sign.look]})  # fmt: skip


class ModelsPane(PlannedPane):
    """The models.

    Args:
        desk: that knows them.
    """

    name = "changemodels"
    one = "model"
    triage = "name"
    columns_of = MODEL_COLUMNS
    also = MODEL_KEYS
    nouns = ("changemodel",)
    well = "every model is approved: standard changes are made of them"
    nothing = "no models: x makes one, and standard changes are made of it once it is approved"

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew."""
        del found
        super().take([model_item(row) for row in desk.around.models], desk)

    @property
    def here(self) -> ModelRow | None:
        """The model under the cursor."""
        item = self.items.here
        key = item.key[1] if item is not None and isinstance(item.key, tuple) else None
        return next((row for row in self.desk.around.models if row.id == key), None)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen models."""
        keys = {item.key[1] for item in self.items.chosen() if isinstance(item.key, tuple)}
        return [row for row in self.desk.around.models if row.id in keys] if noun == "changemodel" else ()

    def told(self, pen: Pen) -> list[Line]:
        """Return the model under the cursor with its plan."""
        row = self.here
        if row is None:
            return []
        sign = model_sign(row)
        word = (f"  {sign.summary}", Ink.DIM)
        lines = [line(sign_span(sign, pen.look.ascii), (f" {safe(row.name)}", Ink.TITLE), word),
                 *wrapped(row.title, pen.width, Ink.TEXT),
                 labelled("By", f"{safe(row.by)}, {moment(row.created_at, pen.present)}")]  # fmt: skip
        if row.edited_by:
            lines.append(labelled("Written", safe(", ".join(row.edited_by))))
        if row.approved_at is not None:
            lines.append(labelled("Approved", f"{safe(row.approved_by)}, {moment(row.approved_at, pen.present)}"))
        if row.approved_sha and not row.is_standard:
            lines += wrapped("its plan was edited since: no standard change is made of it before it is approved again",
                             pen.width, Ink.WARN)  # fmt: skip
        for name, value in row.limits:
            lines.append(labelled(name.capitalize(), safe(value)))
        lines.append(labelled("Used", f"{row.used} times, {row.successful} successful" if row.used else "never yet"))
        text = [line((safe(one), Ink.TEXT)) for one in row.plan.splitlines()]
        return [*lines, EMPTY, heading("Plan", pen, f"sha256 {row.sha[:12]}"), *text]
