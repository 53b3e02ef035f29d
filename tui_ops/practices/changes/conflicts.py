"""What stands against a change at its time: which of it blocks, and for what somebody gives a reason. Pure.

A freeze and a change that runs on the same host block the start; an emergency goes through a freeze with a reason,
since waiting is what it can't do. Everything else asks for a reason: people know things that no calendar does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui_ops.model.assessing import Around, OtherChange
from tui_ops.model.changes import ChangeKind, Conflict, ConflictKind, Outcome
from tui_ops.model.changing import ChangingSpec, Window
from tui_ops.practices.changes.affected import above, below
from tui_ops.practices.changes.calendar import all_openings, freezes_for, openings, windows_for
from tui_ops.practices.changes.spans import Span, holds, meet
from tui_ops.practices.oncall.localtime import clock_text

LENGTH_S = 3600.0
"""How long a change is taken to last that does not say it."""

OVERDUE_S = 3600.0
"""How much longer a change is taken to last that runs past its end, or has none."""

NAMES_SHOWN = 3
"""Hosts named in a sentence; all of them are in the conflict."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a change wants to do, and when."""

    hosts: tuple[str, ...]
    begins_at: float
    ends_at: float
    id: int | None = None
    kind: ChangeKind = ChangeKind.NORMAL
    people: frozenset[str] = frozenset()
    """Its owner and its implementer."""

    @property
    def span(self) -> Span:
        """Its time."""
        return self.begins_at, self.ends_at

    def at(self, begins_at: float) -> "Wish":
        """Return the same at another time, as long."""
        length = self.ends_at - self.begins_at
        return Wish(self.hosts, begins_at, begins_at + length, self.id, self.kind, self.people)


def time_of(starts_at: float | None, ends_at: float | None, at: float) -> Span:
    """Return the time that a change is taken to want.

    Args:
        starts_at: as it is planned, epoch seconds; None where it waits for a hand: it is taken as now.
        ends_at: as it is planned.
        at: now.
    """
    begins = starts_at if starts_at is not None else at
    return begins, ends_at if ends_at is not None and ends_at > begins else begins + LENGTH_S


def busy(other: OtherChange, now: float) -> Span | None:
    """Return the time that another change takes; None where it is not known yet."""
    if other.is_live:
        begins = other.begins_at if other.begins_at is not None else now
        planned = other.ends_at if other.ends_at is not None else 0.0
        return min(begins, now), planned if planned > now else now + OVERDUE_S
    if other.begins_at is None:
        return None
    return time_of(other.begins_at, other.ends_at, now)


def find(wish: Wish, around: Around, spec: ChangingSpec) -> tuple[Conflict, ...]:
    """Return what stands against a change, what blocks first.

    Args:
        wish: what it wants.
        around: what is known around it; the change itself may be in there.
        spec: what the inventory says.
    """
    others = [one for one in around.changes if one.id != wish.id]
    meeting = [one for one in others if (span := busy(one, around.at)) is not None and meet(wish.span, span)]
    found = [
        *_waits(around), *_freezes(wish, around, spec), *_hosts(wish, meeting, around, spec), *_outside(wish, spec),
        *_dependencies(wish, meeting, around), *_incidents(wish, around), *_owners(wish, meeting),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: not one.blocks))


def _waits(around: Around) -> Iterator[Conflict]:
    for other in around.waits:
        if other.outcome != Outcome.SUCCESSFUL:
            how = f"it is {other.outcome or other.state}" if other.state else "there is no such change"
            yield Conflict(ConflictKind.DEPENDENCY, f"{other.name} has to succeed first: {how}", True)


def frozen_spans(hosts: Iterable[str], around: Around) -> list[Span]:
    """Return the freezes of the desk that hold for any of some hosts."""
    wanted = frozenset(hosts)
    return [(one.begins_at, one.ends_at) for one in around.freezes if one.hosts is None or wanted & one.hosts]


def _freezes(wish: Wish, around: Around, spec: ChangingSpec) -> Iterator[Conflict]:
    blocks = wish.kind is not ChangeKind.EMERGENCY
    wanted = frozenset(wish.hosts)
    for one in freezes_for(wish.hosts, spec):
        for span in openings(one, *wish.span, spec.holidays, spec.timezone)[:1]:
            hosts = _in_order(wish, wanted & one.hosts if one.hosts else wanted)
            said = f"{_names(hosts)} {_is(hosts)} in the freeze {one.name} until {_clock(span[1], spec)}"
            yield Conflict(ConflictKind.FREEZE, said + _because(one.reason), blocks, hosts)
    for made in around.freezes:
        touched = wanted if made.hosts is None else wanted & made.hosts
        if touched and meet(wish.span, (made.begins_at, made.ends_at)):
            hosts = _in_order(wish, touched)
            said = f"{_names(hosts)} {_is(hosts)} in the freeze {made.title} until {_clock(made.ends_at, spec)}"
            yield Conflict(ConflictKind.FREEZE, said + _because(made.reason), blocks, hosts)


def _hosts(wish: Wish, meeting: Iterable[OtherChange], around: Around, spec: ChangingSpec) -> Iterator[Conflict]:
    for other in meeting:
        hosts = _in_order(wish, other.hosts & frozenset(wish.hosts))
        if not hosts:
            continue
        span = busy(other, around.at)
        assert span is not None
        blocks = other.is_live
        if blocks:
            said = f"{_names(hosts)} {_is(hosts)} in {other.name}, which is {other.state}"
        else:
            said = f"{_names(hosts)} {_is(hosts)} in {other.name} until {_clock(span[1], spec)}"
        yield Conflict(ConflictKind.HOST, said, blocks, hosts)


def _outside(wish: Wish, spec: ChangingSpec) -> Iterator[Conflict]:
    by_windows: dict[tuple[Window, ...], list[str]] = {}
    for host in wish.hosts:
        if windows := windows_for(host, spec):
            by_windows.setdefault(windows, []).append(host)
    for windows, hosts in by_windows.items():
        if not holds(all_openings(windows, spec, *wish.span), wish.span):
            named = " and ".join(one.name for one in windows[:NAMES_SHOWN])
            said = f"{_names(hosts)}: not all of its time lies in the window{'s' * (len(windows) > 1)} {named}"
            yield Conflict(ConflictKind.WINDOW, said, False, tuple(hosts))


def _dependencies(wish: Wish, meeting: Iterable[OtherChange], around: Around) -> Iterator[Conflict]:
    services = {one.name: one for one in around.services}
    mine = [one.name for one in services.values() if frozenset(one.hosts) & frozenset(wish.hosts)]
    lower, upper = set(below(mine, services)), set(above(mine, services))
    for other in meeting:
        if other.hosts & frozenset(wish.hosts):
            continue
        theirs = [one.name for one in services.values() if frozenset(one.hosts) & other.hosts]
        needed, needing = [one for one in theirs if one in lower], [one for one in theirs if one in upper]
        if needed:
            yield Conflict(ConflictKind.DEPENDENCY, f"{_names(needed)}, which is needed, is in {other.name}", False)
        elif needing:
            said = f"{_names(needing)}, which needs what is changed, is in {other.name}"
            yield Conflict(ConflictKind.DEPENDENCY, said, False)


def _incidents(wish: Wish, around: Around) -> Iterator[Conflict]:
    for one in around.incidents:
        hosts = _in_order(wish, one.hosts & frozenset(wish.hosts))
        if hosts and one.name not in around.to_mend:
            said = f"{one.name} is open on {_names(hosts)}: {one.title}"
            yield Conflict(ConflictKind.INCIDENT, said, False, hosts)


def _owners(wish: Wish, meeting: Iterable[OtherChange]) -> Iterator[Conflict]:
    for other in meeting:
        people = sorted(other.people & wish.people)
        if people:
            yield Conflict(ConflictKind.OWNER, f"{_names(people)} has {other.name} at that time", False)


def _clock(at: float, spec: ChangingSpec) -> str:
    return f"{clock_text(at, spec.timezone)} {spec.timezone}"


def _in_order(wish: Wish, hosts: Iterable[str]) -> tuple[str, ...]:
    wanted = frozenset(hosts)
    return tuple(host for host in wish.hosts if host in wanted)


def _names(names: Iterable[str]) -> str:
    several = list(names)
    more = f" and {len(several) - NAMES_SHOWN} more" if len(several) > NAMES_SHOWN else ""
    return ", ".join(several[:NAMES_SHOWN]) + more


def _is(names: Iterable[str]) -> str:
    return "is" if len(list(names)) == 1 else "are"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
