"""The view of what people attest: whose word it is, on what it rests, and until when it counts."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.clock import iso
from tui_ops.model.compliance import Attested, says
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.compliance import attestations
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, labelled, moment, wrapped
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, text_fact
from tui_ops.ui.views.secured import SecuredItems

SOON_S = 30 * 86400.0
"""An attestation that has to be looked at again so soon needs somebody."""

HOLDS = StateSign("●", "*", Look.GOOD, 1, "in force", "")
RAN_OUT = StateSign("▲", "!", Look.WARN, 0, "ran out", "")

ATTESTATION_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("attestation", "NUMBER", 7, ink=Ink.TEXT),
    told_fact("state", "STATE", 16, most=18),
    text_fact("framework", "OF", 5, most=22),
    text_fact("control", "CONTROL", 8, most=14, ink=Ink.TEXT),
    text_fact("scope", "FOR", 10, most=20, priority=2),
    text_fact("owner", "OWNER", 6, most=12, priority=1),
    text_fact("text", "RESTS ON", 12, most=60, priority=3),
    text_fact("file", "PROOF", 8, most=24, priority=4),
)  # fmt: skip
ATTESTATION_KEYS = (*(column.id for column in ATTESTATION_COLUMNS), "left", "says")


def told_attestation(one: Attested, pen: Pen) -> list[Line]:
    """Return an attestation: whose word it is, on what it rests, until when it counts."""
    until = iso(one.review_at)[:10] if one.review_at is not None else "no day"
    holds = one.holds(pen.present.at)
    lines = [
        labelled("Attested", (f"{one.name}: {says(one)}", Ink.TEXT), (f" by {safe(one.owner)}", Ink.DIM)),
        labelled("Until", (until if holds else f"{until}: it ran out", Ink.TEXT if holds else Ink.BAD)),
    ]  # fmt: skip
    if one.scope:
        lines.append(labelled("For", safe(one.scope)))
    lines += wrapped(one.text, pen.width, Ink.TEXT) if one.text else []
    if one.file:
        dated = f", of {iso(one.dated_at)[:10]}" if one.dated_at is not None else ""
        lines.append(labelled("Proof", f"{safe(one.file)}{dated}"))
    if one.file_sha:
        lines += [labelled("SHA-256", one.file_sha[:32]), labelled("", one.file_sha[32:])]
    return [*lines, labelled("Written", f"{moment(one.at, pen.present)} by {safe(one.by)}")]


def attestation_item(one: Attested, at: float) -> Item:
    """Return an attestation as an item; ``at`` is the present of a full minute, in epoch seconds."""
    left = one.review_at - at if one.review_at is not None else None
    holds = one.holds(at)
    sign = HOLDS if holds else RAN_OUT
    soon = left is not None and left < SOON_S
    until = iso(one.review_at)[:10] if one.review_at is not None else "no day"
    state = f"until {until}" if holds else f"ran out {until}"
    facts: dict[str, Any] = {
        "attestation": one.name, "state": state, "framework": one.framework,
        "control": one.control, "scope": one.scope or "everything", "owner": one.owner, "text": one.text,
        "file": one.file, "left": left, "says": says(one),
    }  # fmt: skip
    ink = Ink.BAD if not holds else Ink.WARN if soon else Ink.DIM
    return Item(
        ("attestation", one.id), sign, facts, in_need=not holds or soon, order=(left or 0.0, one.id),
        words=f"{one.name} {one.framework} {one.control} {one.owner} {one.text} {one.file}", inks={"state": ink},
    )  # fmt: skip


class AttestationsPane(SecuredItems):
    """What people attest.

    Args:
        desk: that knows the present.
    """

    name = "attestations"
    one = "attestation"
    reads = True
    triage = "review"
    columns_of = ATTESTATION_COLUMNS
    also = ATTESTATION_KEYS
    nouns = ("attestation",)
    well = "no attestation ran out or does so soon"
    nothing = "nobody has attested anything: tui-ops attest FRAMEWORK CONTROL, or x"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.known: dict[Key, Attested] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the attestations that were neither replaced nor withdrawn."""
        del desk
        return feed.reading(lambda reader: reader.read(attestations))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.known = {("attestation", one.id): one for one in found}
        at = desk.present.at // MINUTE_S * MINUTE_S
        super().take([attestation_item(one, at) for one in found], desk)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen attestations."""
        if noun != "attestation":
            return ()
        return [self.known[item.key] for item in self.items.chosen() if item.key in self.known]

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return the attestation under the cursor."""
        del found, height
        one = self.known.get(self.items.here.key) if self.items.here is not None else None
        if one is None:
            return []
        return [line((f"{one.name}", Ink.TITLE), (f"  {safe(one.framework)} {safe(one.control)}", Ink.DIM)),
                *told_attestation(one, pen)]  # fmt: skip
