"""The view of releases: changes that belong together, with what they bring and in which order."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.changes import ReleaseState
from tui_ops.store.views.changerows import ReleaseRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.changes.signs import RELEASE_SIGNS, change_sign, state_word
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, moment, wrapped
from tui_ops.ui.views.changes import PlannedPane
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, text_fact

_OPEN = (ReleaseState.DRAFT, ReleaseState.GO, ReleaseState.NO_GO, ReleaseState.ROLLING_OUT)

RELEASE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "RELEASE", 7, ink=Ink.TEXT),
    told_fact("state", "STATE", 11),
    text_fact("title", "TITLE", 16, most=50, ink=Ink.TEXT),
    text_fact("changes", "DONE", 6, ink=Ink.TEXT),
    text_fact("versions", "VERSIONS", 12, most=40, priority=2),
    text_fact("environments", "ENVIRONMENTS", 12, most=40, priority=3),
    text_fact("service", "SERVICE", 8, most=16, priority=1),
    text_fact("owner", "OWNER", 6, most=12, priority=4),
)  # fmt: skip
RELEASE_KEYS = (*(column.id for column in RELEASE_COLUMNS), "decided")


def release_item(row: ReleaseRow) -> Item:
    """Return a release as an item."""
    sign, open_ = RELEASE_SIGNS[row.state], row.state in _OPEN
    facts: dict[str, Any] = {
        "name": row.name, "state": str(row.state), "title": row.title, "changes": f"{row.done}/{row.changes}",
        "versions": "  ".join(f"{name} {value}" for name, value in row.versions), "service": row.service,
        "environments": ", ".join(row.environments), "owner": row.owner, "decided": row.decided_by,
    }  # fmt: skip
    return Item(("release", row.id), sign, facts, in_need=open_, order=(not open_, -row.id),
                words=" ".join(map(str, facts.values())), inks={"state": LOOK_INK[sign.look]})  # fmt: skip


class ReleasesPane(PlannedPane):
    """The releases.

    Args:
        desk: that knows them.
    """

    name = "releases"
    one = "release"
    triage = "open, newest first"
    columns_of = RELEASE_COLUMNS
    also = RELEASE_KEYS
    nouns = ("release",)
    well = "no release is open"
    nothing = "no releases: one bundles changes that belong together"

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew."""
        del found
        super().take([release_item(row) for row in desk.around.releases], desk)

    @property
    def here(self) -> ReleaseRow | None:
        """The release under the cursor."""
        item = self.items.here
        return self.desk.around.release(item.key[1]) if item is not None and isinstance(item.key, tuple) else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen releases."""
        keys = {item.key[1] for item in self.items.chosen() if isinstance(item.key, tuple)}
        return [row for row in self.desk.around.releases if row.id in keys] if noun == "release" else ()

    def told(self, pen: Pen) -> list[Line]:
        """Return the release under the cursor with its changes in their order."""
        row = self.here
        if row is None:
            return []
        sign = RELEASE_SIGNS[row.state]
        lines = [line(sign_span(sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), (f"  {row.state}", Ink.DIM)),
                 *wrapped(row.title, pen.width, Ink.TEXT)]  # fmt: skip
        for label, text in (("Service", row.service), ("Stages", f" {pen.look.signs.arrow} ".join(row.environments)),
                            ("Owner", row.owner)):  # fmt: skip
            lines += [labelled(label, safe(text))] if text else []
        lines += [labelled(safe(name), safe(value)) for name, value in row.versions]
        if row.decided_at is not None:
            word = ReleaseState.NO_GO if row.state == ReleaseState.NO_GO else ReleaseState.GO
            lines.append(labelled("Decided", f"{word} by {safe(row.decided_by)}, "
                                             f"{moment(row.decided_at, pen.present)}"))  # fmt: skip
        own = sorted((one for one in self.desk.changes.rows.values() if one.release_id == row.id),
                     key=lambda one: (one.release_place, one.id))  # fmt: skip
        lines += [EMPTY, heading("Changes", pen, f"{row.done} of {row.changes} successful")]
        for one in own:
            where = f"  {safe(one.environment)}" if one.environment else ""
            lines.append(line(sign_span(change_sign(one), pen.look.ascii), (f" {fit(one.name, 8)}", Ink.TEXT),
                              (f"{fit(state_word(one), 13)}", Ink.DIM), (safe(one.title), Ink.TEXT),
                              (where, Ink.DIM)))  # fmt: skip
        if not own:
            lines.append(line(("none yet", Ink.DIM)))
        notes = [one for part in row.notes.splitlines() for one in wrapped(part, pen.width, Ink.TEXT, "")]
        return [*lines, *([EMPTY, heading("Notes", pen), *notes] if notes else [])]
