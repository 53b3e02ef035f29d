"""The hand-over of a shift as Markdown: what is open, what happened since, who comes next, what runs out soon."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tui_ops.model.incidents import OPEN_STATES
from tui_ops.model.units import format_duration
from tui_ops.reports.escaping import md
from tui_ops.reports.handoverchanges import ShiftChanges, change_lines, read_changes
from tui_ops.reports.reviewed import day, moment
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.handover import (
    EndRow,
    HostChangeRow,
    SinceRow,
    acts_since,
    host_changes,
    running_out,
    since,
)
from tui_ops.store.views.incidents import IncidentRow, incidents
from tui_ops.store.views.problems import ProblemRow, problems

AHEAD_S = 12 * 3600.0
"""What runs out within so long is told: the shift that takes over, and a bit."""

HOSTS_SHOWN = 20
"""Hosts with differences that are named; the count says how many more."""

ACTS_SHOWN = 15
"""Kinds of acts that are told, the most frequent first."""

SINCE_SHOWN = 100
"""Lines of what happened that are told, the last ones."""

OnCall = Callable[[], Sequence[str]]
"""Tells in words who is on call now and next, a line each; empty where the inventory names nobody."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Everything that a hand-over tells, read at one moment."""

    fleet: str
    at: float
    began: float
    """From when on it is told what happened, epoch seconds."""
    open: tuple[IncidentRow, ...]
    """The most pressing first."""
    problems: tuple[ProblemRow, ...]
    since: tuple[SinceRow, ...]
    hosts: tuple[HostChangeRow, ...]
    acts: tuple[tuple[str, str, int], ...]
    ends: tuple[EndRow, ...]
    on_call: tuple[str, ...]
    changes: ShiftChanges


def read_shift(reader: Reader, fleet: str, at: float, began: float, on_call: OnCall) -> Shift:
    """Read what a hand-over tells.

    Args:
        reader: of ``ops.db``.
        fleet: what the fleet is called.
        at: the moment of looking, epoch seconds.
        began: from when on it is told what happened, epoch seconds.
        on_call: says who is on call.
    """
    still = [row for row in incidents(reader) if row.state in OPEN_STATES]
    return Shift(
        fleet, at, began,
        open=tuple(sorted(still, key=lambda row: (row.priority, row.acked_by != "", row.started_at))),
        problems=tuple(row for row in problems(reader) if row.is_open),
        since=tuple(since(reader, began)), hosts=tuple(host_changes(reader, began)),
        acts=tuple(acts_since(reader, began)), ends=tuple(running_out(reader, at, at + AHEAD_S)),
        on_call=tuple(on_call()), changes=read_changes(reader, at, AHEAD_S),
    )  # fmt: skip


def handover_markdown(shift: Shift) -> str:
    """Return the hand-over as Markdown."""
    return "\n".join(_markdown(shift)).rstrip() + "\n"


def _markdown(shift: Shift) -> Iterator[str]:
    yield f"# Hand-over of {md(shift.fleet)}, {moment(shift.at)}"
    yield ""
    yield f"What happened is told from {moment(shift.began)} on."
    yield from _section(f"Open incidents ({len(shift.open)})", [_incident(row, shift.at) for row in shift.open])
    yield from _section("Changes", list(change_lines(shift.changes, shift.at)), "None runs, and none begins soon.")
    yield from _section("Who is on call", [f"- {md(line)}" for line in shift.on_call], "The inventory names nobody.")
    yield from _section("Runs out soon, or is overdue", [_end(row, shift.at) for row in shift.ends], "Nothing does.")
    happened = shift.since[-SINCE_SHOWN:]
    yield from _section(
        "What happened since",
        [f"- {_when(row.at, shift.at)} {row.name} {row.what}" + _tail(row.text) for row in happened],
        "Nothing was opened, resolved or closed.",
    )
    yield from _section("Problems that are worked on", [_problem(row) for row in shift.problems])
    hosts = [f"- {md(row.host)}: {md(row.topics)} ({row.count})" for row in shift.hosts[:HOSTS_SHOWN]]
    if len(shift.hosts) > HOSTS_SHOWN:
        hosts.append(f"- and {len(shift.hosts) - HOSTS_SHOWN} more hosts: `tui-ops show differences`")
    yield from _section("What differs on hosts", hosts, "No fact differs.")
    acts = [f"- {md(who)}: {md(action)}" + (f" × {count}" if count > 1 else "") for who, action, count in shift.acts]
    yield from _section("Who did what", acts[:ACTS_SHOWN], "Nobody did anything.")


def _section(title: str, lines: Sequence[str], empty: str = "None.") -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from lines or (empty,)


def _when(at: float, now: float) -> str:
    """Return a moment, with its day where that is not today."""
    return moment(at)[11:16] if day(at) == day(now) else moment(at)[:16]


def _tail(text: str) -> str:
    return f": {md(text)}" if text else ""


def _incident(row: IncidentRow, at: float) -> str:
    said = [f"for {format_duration(max(0.0, at - row.started_at))}", str(row.state)]
    said.append(f"owner {row.owner}" if row.owner else "nobody owns it")
    if row.acked_by:
        until = f" until {_when(row.ack_until, at)}" if row.ack_until is not None else ""
        said.append(f"acknowledged by {row.acked_by}{until}")
    else:
        said.append("nobody has acknowledged it")
    if row.on_hold:
        said.append(f"on hold for {row.on_hold}" + (f" ({row.hold_reason})" if row.hold_reason else ""))
    if row.services:
        said.append(f"hurts {', '.join(row.services)}")
    return f"- **P{row.priority} {row.name}** {md(row.title)}: {md('; '.join(said))}"


def _end(row: EndRow, at: float) -> str:
    late = "**overdue** " if row.at < at else ""
    return f"- {late}{_when(row.at, at)} {row.what} {md(row.name)}" + _tail(row.text)


def _problem(row: ProblemRow) -> str:
    who = f"owner {row.owner}" if row.owner else "nobody owns it"
    state = "proposed" if row.proposed else str(row.state)
    workaround = f"; workaround: {row.workaround}" if row.workaround else ""
    those = f"{row.incidents} incident{'s' if row.incidents != 1 else ''}"
    return f"- {row.name} {md(row.title)}: {md(f'{state}; {who}; {those}{workaround}')}"
