"""The panel of the top processes, and its line beside the list."""

from tui_ops.model.units import format_bytes, format_duration
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import number, safe
from tui_ops.ui.paint import Ink, Line, Span, line
from tui_ops.ui.panels import LABEL, Pen, counted, fitting, labelled, section
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SECTION = "processes"

ROWS = 10
"""Processes beside other panels."""

IN_DETAIL = 3
"""Processes on the line beside the list."""

MINUTE_S = 59.5
"""From here on a time is told in minutes: the next look comes about a minute after the last."""

IDLE_PERCENT = 0.05
"""Less CPU than this is shown as nothing: it rounds to 0.0 %."""

TENS = 9.95
"""From here on the line beside the list needs no decimals."""

KERNEL = 2.0
"""The process whose children are the kernel's own threads."""

_STATES = (("R", "running", "running"), ("D", "blocked", "blocked"), ("Z", "zombie", "zombies"),
           ("T", "stopped", "stopped"))  # fmt: skip

_FIELDS = (
    Field("PID", 8, right=True, gap=1),
    Field("USER", 12, 8, priority=3, gap=1),
    Field("CPU", 7, right=True, gap=1),
    Field("MEM", 9, right=True, priority=1, gap=1),
    Field("S", 1, 1, priority=2, gap=1),
    Field("TIME", 7, right=True, priority=4),
)
_WIDE = (Field("AGE", 7, right=True, priority=6), Field("THR", 5, right=True, priority=5),
         Field("PARENT", 8, right=True, priority=7))  # fmt: skip
_COMMAND, _LONG_COMMAND = Field("COMMAND", 400, 24), Field("COMMAND", 400, 34)


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the processes with most CPU and most memory, those with most CPU first."""
    return of_section(page, pen, SECTION, "Top", _body, "the host told no processes")


def _body(found: Record, pen: Pen) -> Body:
    top = found.records("top")
    kept = pen.few(top, ROWS)
    fields = (*_FIELDS, *_WIDE, _LONG_COMMAND) if pen.whole else (*_FIELDS, _COMMAND)
    grid = laid_out(fields, [_row(one, pen) for one in kept], pen.width)
    lines = _counts(found, pen)
    if kept:
        lines += [grid.titles, *grid.rows]
    return Body(lines, _over(found, top))


def _over(found: Record, top: list[Record]) -> Span:
    """Return over which time CPU was measured."""
    over = found.number("over_s")
    if over is None or over <= 0:
        return ("CPU needs a second look" if top else "", Ink.DIM)
    if over < 1:
        return (f"over {over:.1f} s", Ink.DIM)
    return (f"over {over:.0f} s" if over < MINUTE_S else f"over {over / MINUTE_S:.0f} m", Ink.DIM)


def _counts(found: Record, pen: Pen) -> list[Line]:
    """Return how many processes there are, in which states: ``312 processes, 2 running, 900 threads``."""
    count, threads, states = found.number("count"), found.number("threads"), found.record("states")
    told = [counted(count, "process", "processes")] if count is not None else []
    for letter, one, many in _STATES:
        some = states.number(letter)
        if some:
            told.append(counted(some, one, many))
    if threads is not None:
        told.append(counted(threads, "thread"))
    return [fitting([line((part, Ink.DIM)) for part in told], pen.width, ", ")] if told else []


def _row(one: Record, pen: Pen) -> list[Cell]:
    cpu, state = one.number("cpu"), one.text("state")[:1]
    cells: list[Cell] = [
        _whole(one.number("pid")),
        (one.text("user"), Ink.DIM),
        _cpu(cpu, pen),
        _size(one.number("rss")),
        (state, Ink.WARN if state in ("D", "Z") else Ink.DIM),
        (_time(one.number("seconds")), Ink.DIM),
    ]
    if pen.whole:
        cells += [(_time(one.number("age_s")), Ink.DIM), (_whole(one.number("threads")), Ink.DIM),
                  (_whole(one.number("ppid")), Ink.DIM)]  # fmt: skip
    return [*cells, command(one, pen.whole)]


def command(one: Record, with_folder: bool) -> Span:
    """Return the command line of a process; the kernel's threads have none and stand in brackets, as do the dead.

    Args:
        one: the process.
        with_folder: whether the folder of its program is said too.
    """
    told = one.text("command")
    if told.strip():
        program, blank, words = told.partition(" ")
        bare = program if with_folder or not program.startswith("/") else program[program.rfind("/") + 1 :]
        return (f"{bare}{blank}{words}", Ink.TEXT)
    name = one.text("name") or "?"
    has_none = KERNEL in (one.number("pid"), one.number("ppid")) or one.text("state")[:1] == "Z"
    return (f"[{name}]" if has_none else name, Ink.DIM)


def _cpu(value: float | None, pen: Pen) -> Span:
    if value is None:
        return (pen.look.signs.unknown, Ink.DIM)
    return (f"{number(max(0.0, value))} %", Ink.TEXT if value >= IDLE_PERCENT else Ink.DIM)


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _size(value: float | None) -> str:
    return format_bytes(value) if value is not None and value > 0 else ""


def _time(seconds: float | None) -> str:
    return "" if seconds is None else format_duration(seconds)


def summary(page: HostPage, pen: Pen) -> list[Line]:
    """Return the busiest processes on one line, or the largest where CPU is not known yet; nothing without any."""
    found = section(page, SECTION)
    top = Record(found.document if found is not None else None).records("top")
    if not top:
        return []
    known = [one for one in top if one.number("cpu") is not None]
    told: list[Line] = []
    for one in (known or top)[:IN_DETAIL]:
        cpu, rss = one.number("cpu"), one.number("rss")
        value = f"{number(cpu, 0 if cpu >= TENS else 1)} %" if cpu is not None else _size(rss)
        told.append(line(f"{safe(one.text('name') or '?')} ", (value or pen.look.signs.unknown, Ink.DIM)))
    return [labelled("Top", *fitting(told, pen.width - LABEL))]
