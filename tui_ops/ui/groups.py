"""Groups of hosts in the list: by what they have in common, or because one thing took them all away."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile

from tui_ops.model.states import HostState, Severity, StateSign, sign_of
from tui_ops.model.states import Look as Colour
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import GUTTER, Look, Placed, age_text, natural
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


@dataclass(frozen=True, eq=False)
class Group:
    """Hosts that stand under one row. Another one is made whenever a host comes, goes or changes its state."""

    key: Hashable
    title: str
    hosts: tuple[Hashable, ...]
    """Their keys, in the order of the list."""
    every: Mapping[Hashable, HostRow]
    """All hosts by key, as they are at the moment: readings come while a group stays."""
    cause: str = ""
    """What took them all away; then the row says it once for all."""

    @property
    def rows(self) -> tuple[HostRow, ...]:
        """The hosts, in the order of the list."""
        return tuple(map(self.every.__getitem__, self.hosts))

    @property
    def begins_folded(self) -> bool:
        """Whether the row alone says all there is to say."""
        return bool(self.cause)

    @cached_property
    def counts(self) -> list[tuple[StateSign, int]]:
        """How many of them are of each kind, the worst first."""
        return kinds_of(Counter((row.state, row.severity) for row in self.rows))

    @property
    def sign(self) -> StateSign:
        """The sign of the worst of them."""
        return self.counts[0][0]


_TITLES: dict[Grouping, Callable[[HostRow], str]] = {
    Grouping.SITE: lambda row: row.site or "no site",
    Grouping.RACK: lambda row: f"{row.site} {row.rack}".strip() if row.rack else f"{row.site} no rack".strip(),
    Grouping.GROUP: lambda row: row.groups[0] if row.groups else "no group",
    Grouping.STATE: lambda row: sign_of(row.state, row.severity).summary,
}


def home_of(row: HostRow, by: Grouping, searching: bool) -> str:
    """Return under what a host stands: the title of its group, or what took it away; empty where it stands alone.

    Args:
        row: the host.
        by: what makes a group; a host in several groups of the inventory stands in its first.
        searching: whether a filter names what is looked for: then nothing is hidden behind a cause.
    """
    if by is not Grouping.NONE:
        return _TITLES[by](row)
    return _culprit(row) if row.state is HostState.UNREACHABLE and row.reason and not searching else ""


def grouped(
    hosts: Sequence[Hashable], every: Mapping[Hashable, HostRow], homes: Mapping[Hashable, str], by: Grouping
) -> list[Hashable | Group]:
    """Return hosts and groups as they stand in the list.

    Args:
        hosts: keys in their order, which each group keeps.
        every: the hosts by key.
        homes: what :func:`home_of` says of each host.
        by: what makes a group.
    """
    found: dict[str, list[Hashable]] = {}
    for host in hosts:
        if homes[host]:
            found.setdefault(homes[host], []).append(host)
    if by is Grouping.NONE:
        return _collapsed(hosts, every, homes, found) if found else list(hosts)
    groups = [Group(("group", by, name), name, tuple(members), every) for name, members in found.items()]
    groups.sort(key=lambda group: (group.sign.rank, natural(group.title)))
    return list(groups)


def _collapsed(
    hosts: Sequence[Hashable], every: Mapping[Hashable, HostRow], homes: Mapping[Hashable, str],
    found: Mapping[str, list[Hashable]],
) -> list[Hashable | Group]:  # fmt: skip
    """Stand hosts that are unreachable for one reason in one row, where the first of them stood."""
    lost: dict[str, Group] = {}
    for culprit, members in found.items():
        if len(members) >= COLLAPSE_FROM:
            rows = [every[host] for host in members]
            lost[culprit] = Group(("lost", culprit), _shared_name(rows), tuple(members), every, rows[0].reason)
    return list(dict.fromkeys(lost.get(homes[host], host) for host in hosts))


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


def kinds_of(kinds: Mapping[tuple[HostState, Severity], int]) -> list[tuple[StateSign, int]]:
    """Return how many hosts there are under each word of the summary, with the worst sign of it, the worst first.

    Args:
        kinds: how many there are of each state and judgement.
    """
    counted: Counter[str] = Counter()
    worst: dict[str, StateSign] = {}
    for (state, severity), count in kinds.items():
        sign = sign_of(state, severity)
        counted[sign.summary] += count
        known = worst.setdefault(sign.summary, sign)
        if (sign.rank, sign.look is not Colour.BAD) < (known.rank, known.look is not Colour.BAD):
            worst[sign.summary] = sign
    return [(sign, counted[name]) for name, sign in sorted(worst.items(), key=lambda one: one[1].rank)]


def counts_of(rows: Iterable[HostRow], ascii_only: bool) -> Line:
    """Return how many hosts there are of each kind, the worst first: ``✖ 2 failed  ● 8 up``."""
    return counts_line(kinds_of(Counter((row.state, row.severity) for row in rows)), ascii_only)


def counts_line(counts: Iterable[tuple[StateSign, int]], ascii_only: bool) -> Line:
    """Return counts by kind as a line."""
    return joined([line(sign_span(sign, ascii_only), f" {count} ", (sign.summary, Ink.DIM)) for sign, count in counts])


def draw_group(
    group: Group, folded: bool, placed: Sequence[Placed[HostRow]], look: Look, here: bool, marked: bool
) -> Line:
    """Return the line of a group."""
    marks = look.signs
    sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
    fold = marks.folded if folded else marks.open
    name = placed[0].width if placed else 0
    width = GUTTER + sum(one.width + 1 for one in placed)
    count = f" {len(group.hosts)}"
    said = line((f"unreachable: {safe(group.cause)}", LOOK_INK[group.sign.look])) if group.cause else ()
    left = line(
        (sign, Ink.ACCENT), sign_span(group.sign, look.ascii), " ", (f"{fold} ", Ink.DIM),
        (fit(safe(group.title), min(len(group.title), name)), Ink.TITLE), (count, Ink.DIM), "  ",
        *(said or counts_line(group.counts, look.ascii)),
    )  # fmt: skip
    late = age_text(max(group.rows, key=lambda row: row.age_s or 0.0)) if group.cause else ""
    return spread(left, line((late + " ", Ink.DIM)) if late else (), width)
