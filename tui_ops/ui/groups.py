"""Groups of hosts in the list: by what they have in common, or because one thing took them all away."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from tui_ops.model.states import HostState, StateSign, sign_of
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import GUTTER, Look, Placed, age_text, natural, triage
from tui_ops.ui.paint import LOOK_INK, Ink, Line, joined, line, sign_span, spread

COLLAPSE_FROM = 3
"""From so many hosts behind one jump host on, one row says why: two are read as quickly as one."""

PREFIX_LEAST = 3
"""A common beginning of names shorter than this says nothing."""


class Grouping(StrEnum):
    """By what hosts stand together."""

    NONE = "none"
    SITE = "site"
    RACK = "rack"
    GROUP = "group"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts that stand under one row."""

    key: Hashable
    title: str
    rows: tuple[HostRow, ...]
    """In the order of the list."""
    cause: str = ""
    """What took them all away; then the row says it once for all."""

    @property
    def begins_folded(self) -> bool:
        """Whether the row alone says all there is to say."""
        return bool(self.cause)

    @property
    def sign(self) -> StateSign:
        """The sign of the worst of them."""
        worst = min(self.rows, key=triage)
        return sign_of(worst.state, worst.severity)


_TITLES: dict[Grouping, Callable[[HostRow], str]] = {
    Grouping.SITE: lambda row: row.site or "no site",
    Grouping.RACK: lambda row: f"{row.site} {row.rack}".strip() if row.rack else f"{row.site} no rack".strip(),
    Grouping.GROUP: lambda row: row.groups[0] if row.groups else "no group",
    Grouping.STATE: lambda row: sign_of(row.state, row.severity).summary,
}


def grouped(rows: Sequence[HostRow], by: Grouping, searching: bool) -> list[HostRow | Group]:
    """Return hosts and groups as they stand in the list.

    Args:
        rows: in their order, which each group keeps.
        by: what makes a group; a host in several groups of the inventory stands in its first.
        searching: whether a filter names what is looked for: then nothing is hidden behind a cause.
    """
    if by is Grouping.NONE:
        return list(rows) if searching else _collapsed(rows)
    title = _TITLES[by]
    found: dict[str, list[HostRow]] = {}
    for row in rows:
        found.setdefault(title(row), []).append(row)
    groups = [Group(("group", by, name), name, tuple(members)) for name, members in found.items()]
    groups.sort(key=lambda group: (group.sign.rank, natural(group.title)))
    return list(groups)


def _collapsed(rows: Sequence[HostRow]) -> list[HostRow | Group]:
    """Stand hosts that are unreachable for one reason in one row, where the first of them stood."""
    lost: dict[str, list[HostRow]] = {}
    for row in rows:
        if row.state is HostState.UNREACHABLE and row.reason:
            lost.setdefault(_culprit(row), []).append(row)
    out: list[HostRow | Group] = []
    said: set[str] = set()
    for row in rows:
        culprit = _culprit(row) if row.state is HostState.UNREACHABLE else ""
        members = lost.get(culprit, [])
        if len(members) < COLLAPSE_FROM:
            out.append(row)
        elif culprit not in said:
            said.add(culprit)
            out.append(Group(("lost", culprit), _shared_name(members), tuple(members), members[0].reason))
    return out


def _culprit(row: HostRow) -> str:
    """Return the jump host that a reason names, whose own error may have been another at each look; else the reason."""
    return next((hop for hop in row.via if hop in row.reason), row.reason)


def _shared_name(rows: Sequence[HostRow]) -> str:
    """Return what names have in common: ``par-*``."""
    letters = takewhile(lambda column: len(set(column)) == 1, zip(*(row.name for row in rows), strict=False))
    prefix = "".join(column[0] for column in letters)
    if len(prefix) >= PREFIX_LEAST:
        return f"{prefix}*"
    sites = {row.site for row in rows}
    if len(sites) == 1 and rows[0].site:
        return rows[0].site
    return f"behind {rows[0].via[-1]}" if rows[0].via else "unreachable"


def counts_of(rows: Sequence[HostRow], ascii_only: bool) -> Line:
    """Return how many hosts there are of each kind, the worst first: ``✖ 2 failed  ● 8 up``."""
    counted = Counter(sign_of(row.state, row.severity).summary for row in rows)
    worst: dict[str, StateSign] = {}
    for row in sorted(rows, key=triage):
        sign = sign_of(row.state, row.severity)
        worst.setdefault(sign.summary, sign)
    return joined(
        [
            line(sign_span(sign, ascii_only), f" {counted[name]} ", (name, Ink.DIM))
            for name, sign in sorted(worst.items(), key=lambda one: one[1].rank)
        ]
    )


def draw_group(
    group: Group, folded: bool, placed: Sequence[Placed[HostRow]], look: Look, here: bool, marked: bool
) -> Line:
    """Return the line of a group."""
    marks = look.signs
    sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
    fold = marks.folded if folded else marks.open
    name = placed[0].width if placed else 0
    width = GUTTER + sum(one.width + 1 for one in placed)
    count = f" {len(group.rows)}"
    said = line((f"unreachable: {safe(group.cause)}", LOOK_INK[group.sign.look])) if group.cause else ()
    left = line(
        (sign, Ink.ACCENT), sign_span(group.sign, look.ascii), " ", (f"{fold} ", Ink.DIM),
        (fit(safe(group.title), min(len(group.title), name)), Ink.TITLE), (count, Ink.DIM), "  ",
        *(said or counts_of(group.rows, look.ascii)),
    )  # fmt: skip
    late = age_text(max(group.rows, key=lambda row: row.age_s or 0.0)) if group.cause else ""
    return spread(left, line((late + " ", Ink.DIM)) if late else (), width)
