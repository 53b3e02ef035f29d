"""The panels of the machine itself: sensors, hardware, facts, and what it has not."""

from collections.abc import Iterator

from tui_ops.model.clock import local_time
from tui_ops.model.states import HostState, Severity
from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import LABEL, SEVERITY_INK, Pen, counted, heading, labelled, mark, section, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SENSORS, HARDWARE = "sensors", "hardware"

ROWS = 8
"""Sensors beside other panels: those nearest to their limit first."""

DISKS_ON_PAGE = 4
"""Disks of the hardware beside other panels."""

ABSURD_DEGREES = 200.0
"""A limit above this, or none above zero, is a chip's way to say that it has none."""

FLOATING = "AUXTIN"
"""Inputs of a chip to which nothing is wired begin so: they measure whatever they like."""

YEAR_3000 = 32_503_680_000.0
"""Epoch seconds: a boot after this is no boot."""

_SENSORS = (SIGN, Field("SENSOR", 60, 12), Field("NOW", 10, right=True), Field("LIMIT", 20, 6, priority=1))
_SUPPLY_SIGNS = {True: "on line", False: "off line", None: ""}


def celsius(value: float, pen: Pen) -> str:
    """Return a temperature: ``46 °C``; terminals without UTF-8 have no degree sign."""
    return f"{value:.0f} C" if pen.look.ascii else f"{value:.0f} °C"


# Sensors --------------------------------------------------------------------------------------------------------------


def has_sensors(found: Record) -> bool:
    """Return whether the host measures anything of itself."""
    return bool(found.records("sensors") or found.records("supplies"))


def sensors(page: HostPage, pen: Pen) -> list[Line]:
    """Return power supplies, temperatures, fans and power, those nearest to their limit first."""
    return of_section(page, pen, SENSORS, "Sensors", _sensors, "no sensors")


def _sensors(found: Record, pen: Pen) -> Body:
    listed = sorted(found.records("sensors"), key=lambda one: (_KINDS.get(one.text("kind"), 3), -_nearness(one)))
    kept = pen.few(listed, ROWS)
    supplies = found.records("supplies")
    fed = any(one.flag("online") for one in supplies if one.text("type") in ("Mains", "USB"))
    on_battery = not fed and any(one.text("status") == "Discharging" for one in supplies)
    rows = [*(_supply(one, on_battery, pen) for one in supplies), *(_sensor(one, pen) for one in kept)]
    grid = laid_out(_SENSORS, rows, pen.width)
    return Body([*grid.rows, *pen.more(listed, kept)])


_KINDS = {"temperature": 0, "fan": 1, "power": 2}


def _limit(one: Record, name: str) -> float | None:
    value = one.number(name)
    absurd = one.text("kind") == "temperature" and value is not None and value > ABSURD_DEGREES
    return value if value is not None and value > 0 and not absurd else None


def _nearness(one: Record) -> float:
    """Return how near a sensor is to its limit, from 0 to 1 and above."""
    limits = [limit for limit in (_limit(one, "high"), _limit(one, "critical")) if limit is not None]
    return (one.number("value") or 0.0) / min(limits) if limits else 0.0


def _severity(one: Record) -> Severity:
    if one.text("kind") == "fan" or one.text("name").startswith(FLOATING):
        return Severity.OK
    value, high, critical = one.number("value"), _limit(one, "high"), _limit(one, "critical")
    if value is None:
        return Severity.UNKNOWN
    if critical is not None and value >= critical:
        return Severity.CRITICAL
    return Severity.WARNING if high is not None and value >= high else Severity.OK


def _sensor(one: Record, pen: Pen) -> list[Cell]:
    kind, value, severity = one.text("kind"), one.number("value"), _severity(one)
    high, critical = _limit(one, "high"), _limit(one, "critical")
    limit = ""
    if kind != "fan" and (high or critical):
        limit = f"high {high:.0f}" if high is not None else f"critical {critical:.0f}"
    name = " ".join(filter(None, (one.text("chip"), one.text("name")))) or "?"
    ink = Ink.TEXT if severity is Severity.OK else SEVERITY_INK[severity]
    return [mark(severity, pen) if severity is not Severity.OK else "", name,
            (_measured(kind, value, pen), ink), (limit, Ink.DIM)]  # fmt: skip


def _measured(kind: str, value: float | None, pen: Pen) -> str:
    if value is None:
        return pen.look.signs.unknown
    if kind == "temperature":
        return celsius(value, pen)
    return f"{value:.0f} rpm" if kind == "fan" else f"{value:.1f} W" if kind == "power" else f"{value:.1f}"


def _supply(one: Record, on_battery: bool, pen: Pen) -> list[Cell]:
    online, share, kind = one.flag("online"), one.number("percent"), one.text("type")
    off = online is False and kind == "Mains" and on_battery
    name = " ".join(dict.fromkeys(filter(None, (one.text("name"), kind))))
    says = one.text("status") or _SUPPLY_SIGNS[online]
    return [mark(Severity.WARNING, pen) if off else "", name or "?",
            f"{share:.0f} %" if share is not None else "", (says.lower(), Ink.WARN if off else Ink.DIM)]  # fmt: skip


# Hardware and facts ---------------------------------------------------------------------------------------------------


def hardware(page: HostPage, pen: Pen) -> list[Line]:
    """Return what the machine is made of."""
    return of_section(page, pen, HARDWARE, "Hardware", _hardware, "the host does not tell")


def _hardware(found: Record, pen: Pen) -> Body:
    lines = list(_facts_of(found, _MACHINE if not pen.whole else (*_MACHINE, *_MACHINE_WHOLE), pen))
    memory = found.number("memory")
    cores = _cores(found)
    if found.text("cpu"):
        lines.append(_fact("CPU", found.text("cpu"), pen))
    if cores:
        lines.append(_fact("" if found.text("cpu") else "CPU", cores, pen, Ink.DIM))
    if memory is not None:
        lines.append(_fact("Memory", format_bytes(max(0.0, memory)), pen))
    disks = found.records("disks")
    kept = pen.few(disks, DISKS_ON_PAGE)
    for index, one in enumerate(kept):
        lines.append(_disk(one, "" if index else "Disks"))
    return Body([*lines, *([labelled("", one[0]) for one in pen.more(disks, kept)])])


_MACHINE = (("Machine", ("vendor", "product", "version")), ("Serial", ("serial",)), ("Virtual", ("virtual",)))
_MACHINE_WHOLE = (("Board", ("board",)), ("BIOS", ("bios",)), ("Chassis", ("chassis",)))
_REAL = frozenset({"none", ""})


def _facts_of(found: Record, names: tuple[tuple[str, tuple[str, ...]], ...], pen: Pen) -> Iterator[Line]:
    for label, keys in names:
        told = " ".join(filter(None, (found.text(key) for key in keys)))
        if label == "Virtual":
            told = "" if told in _REAL else told
        if told:
            yield _fact(label, told, pen)


def _fact(label: str, text: str, pen: Pen, ink: Ink = Ink.TEXT) -> Line:
    return labelled(label, (fit(text, max(1, pen.width - LABEL)).rstrip(), ink))


def _cores(found: Record) -> str:
    told = [
        counted(number, word)
        for name, word in (("sockets", "socket"), ("cores", "core"), ("threads", "thread"))
        if (number := found.number(name))
    ]
    return ", ".join([*told, *filter(None, (found.text("arch"),))])


def _disk(one: Record, label: str) -> Line:
    size, turns = one.number("size"), one.flag("rotational")
    kind = "removable" if one.flag("removable") else "" if turns is None else "rotating" if turns else "solid state"
    told = [format_bytes(max(0.0, size)) if size is not None else "", kind, safe(one.text("model"))]
    return labelled(label, f"{safe(one.text('name') or '?')}  ", ("  ".join(filter(None, told)), Ink.DIM))


def facts(page: HostPage, pen: Pen, absent: list[str], awaited: list[str]) -> list[Line]:
    """Return what the host says of itself, and what it has not.

    Args:
        page: of the host.
        pen: what it is drawn with.
        absent: what the host has not, in words.
        awaited: what was never read yet, in words.
    """
    found = section(page, HARDWARE)
    told = Record(found.document if found is not None else None).record("facts")
    row, boot = page.host, told.number("boot_at")
    rows = (
        ("Hostname", told.text("hostname")), ("System", row.os or told.text("os")),
        ("Kernel", row.kernel or told.text("kernel")),
        ("Booted", f"{local_time(boot):%d %b %Y %H:%M %Z}" if boot is not None and 0 < boot < YEAR_3000 else ""),
        ("Init", told.text("init")), ("Time zone", told.text("timezone")),
        ("Machine", "has no id of its own" if told.flag("machine_id_known") is False else ""),
    )  # fmt: skip
    lines = [_fact(label, text, pen) for label, text in rows if text]
    if absent:
        lines += wrapped(f"not here: {', '.join(absent)}", pen.width, Ink.DIM)
    if awaited:
        up = row.state is HostState.UP and row.age_s is not None
        lines += wrapped(f"{'waiting for' if up else 'never read'}: {', '.join(awaited)}", pen.width, Ink.DIM)
    return [heading("Facts", pen), *(lines or [line(("nothing is known yet", Ink.DIM))])]
