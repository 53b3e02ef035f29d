"""The panel of limits: what control groups allow a container, and the slices of a machine."""

from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, counted, labelled
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SECTION = "scope"

ROWS = 6
"""Groups beside other panels."""

THROTTLED = 5.0
"""Percent of its periods that a group waited for CPU before that stands out."""

_FIELDS = (Field("GROUP", 80, 14), Field("MEMORY", 20, right=True), Field("CPUS", 6, right=True, priority=2),
           Field("WAITED", 6, right=True, priority=3), Field("TASKS", 13, right=True, priority=1),
           Field("OOM", 5, right=True, priority=4))  # fmt: skip


def has_any(found: Record) -> bool:
    """Return whether the host is a container, or anything on it has a limit."""
    return bool(found.text("container")) or any(_is_limited(one) for one in found.records("groups"))


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the limits that hold for us, then the groups that have one, or all on a whole screen."""
    return of_section(page, pen, SECTION, "Limits", lambda found, drawn: _body(found, drawn, page), "no limits")


def _body(found: Record, pen: Pen, page: HostPage) -> Body:
    container = found.text("container")
    lines: list[Line] = []
    if container:
        lines.append(labelled("Container", safe(container), ("  CPU and memory elsewhere are the machine's", Ink.DIM)))
        lines += _ours(found.record("limits"), page)
    if found.number("version") == 1:
        lines.append(line(("its control groups are of version 1, whose limits are not read", Ink.DIM)))
    groups = found.records("groups")
    listed = groups if pen.whole else [one for one in groups if _is_limited(one)]
    kept = pen.few(listed, ROWS)
    grid = laid_out(_FIELDS, [_row(one) for one in kept], pen.width)
    if kept:
        lines.append(grid.titles)
    return Body([*lines, *grid.rows, *pen.more(listed, kept)])


def _ours(limits: Record, page: HostPage) -> list[Line]:
    """Return what we may have, beside what /proc tells of the machine."""
    memory, cpus, tasks = limits.number("memory"), limits.number("cpus"), limits.number("tasks")
    total, online = page.detail.get("memory.total"), page.host.values.get("cpus")
    lines = []
    if memory is not None:
        of = f" of the machine's {format_bytes(total)}" if total else ""
        lines.append(labelled("Memory", format_bytes(max(0.0, memory)), (of, Ink.DIM)))
    if cpus is not None:
        of = f" of the machine's {online:.0f}" if online else ""
        lines.append(labelled("CPUs", f"{cpus:.2g}", (of, Ink.DIM)))
    if tasks is not None:
        lines.append(labelled("Tasks", f"{tasks:.0f}"))
    return lines or [labelled("Limits", ("none", Ink.DIM))]


def _is_limited(one: Record) -> bool:
    # Every slice of systemd has a limit of tasks, which nobody set.
    return one.number("memory_max") is not None or one.number("cpus") is not None


def _row(one: Record) -> list[Cell]:
    memory, most, high = one.number("memory"), one.number("memory_max"), one.number("memory_high")
    cpus, waited, kills = one.number("cpus"), one.number("throttled"), one.number("oom_kills")
    limit = most if most is not None else high
    used = format_bytes(max(0.0, memory)) if memory is not None else ""
    told = f"{used} of {format_bytes(max(0.0, limit))}" if limit is not None else used
    return [
        one.text("name") or "?", told, (f"{cpus:.2g}" if cpus is not None else "", Ink.DIM),
        (f"{waited:.0f} %" if waited is not None else "", Ink.WARN if (waited or 0) >= THROTTLED else Ink.DIM),
        (_tasks(one), Ink.DIM), (f"{kills:.0f}" if kills else "", Ink.WARN),
    ]  # fmt: skip


def _tasks(one: Record) -> str:
    used, most = one.number("tasks"), one.number("tasks_max")
    if used is None:
        return ""
    return f"{used:.0f} of {most:.0f}" if most is not None else counted(used, "task")
