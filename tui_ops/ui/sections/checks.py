"""The panel of the checks: every section and every check of the inventory with its judgement, in plain words."""

from tui_ops.model.ageing import UNKNOWN_AFTER_PERIODS
from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.model.states import Severity
from tui_ops.model.units import format_age, format_duration
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage, SectionRow
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import SEVERITY_INK, URGENCY, Pen, heading, mark, section_note, why_nothing, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out

TITLES = {
    "vitals": "Vitals",
    "processes": "Processes",
    "units": "Units",
    "filesystems": "Filesystems",
    "interfaces": "Interfaces",
    "sockets": "Listening",
    "containers": "Containers",
    "arrays": "Arrays",
    "smart": "Disk health",
    "sensors": "Sensors",
    "hardware": "Hardware",
    "timesync": "Clock",
    "volumes": "Volumes",
    "scope": "Limits",
    "journal": "Errors logged",
    "privilege": "Rights",
    "engine": "Engine",
}
"""Sections in plain words."""

_FIELDS = (SIGN, Field("CHECK", 20, 10), Field("STATUS", 9, 8), Field("SAYS", 200, 12))
_WHOLE = (SIGN, Field("CHECK", 20, 10), Field("KIND", 7, 4, priority=3), Field("STATUS", 9, 8),
          Field("TRY", 5, right=True, priority=4), Field("TIME", 7, right=True, priority=2),
          Field("AGE", 5, right=True), Field("EVERY", 6, right=True, priority=1), Field("SAYS", 200, 12))  # fmt: skip


def title_of(name: str) -> str:
    """Return what a section is called; a check is called as its inventory calls it."""
    if name.startswith(SECTION_PREFIX):
        return name.removeprefix(SECTION_PREFIX)
    return TITLES.get(name) or name.replace("_", " ").capitalize()


def judgement(found: SectionRow) -> Severity:
    """Return the judgement that still holds: what was read too long ago says nothing any more."""
    known = found.age_s is not None and found.age_s <= UNKNOWN_AFTER_PERIODS * found.period_s
    return found.severity if known else Severity.UNKNOWN


def says(found: SectionRow) -> str:
    """Return what there is to say of a check."""
    if found.failed:
        return f"not read: {found.text}"
    return found.text or (section_note(found) if judgement(found) is Severity.UNKNOWN else "")


def is_soft(document: Record) -> bool:
    """Return whether a check's last result is bad and does not count yet."""
    return document.flag("soft") is True


def tries(document: Record) -> str:
    """Return how many bad results in a row there were, of how many until they count: ``2/3``; empty without any."""
    attempt, attempts = document.number("attempt"), document.number("attempts")
    return f"{attempt:.0f}/{attempts:.0f}" if attempt and attempts else ""


def format_seconds(seconds: float) -> str:
    """Return what a check took: ``0.4 ms``, ``38 ms``, ``2.1 s``."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0095 else f"{seconds * 1000:.1f} ms"


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the checks: those that are not well a line each; the others too where the panel fills the screen."""
    if not page.sections:
        return [heading("Checks", pen), why_nothing(page)]
    order = sorted(page.sections, key=lambda one: (URGENCY[judgement(one)], title_of(one.section)))
    if pen.whole:
        grid = laid_out(_WHOLE, [_whole_row(one, pen) for one in order], pen.width)
        return [heading("Checks", pen), grid.titles, *grid.rows]
    well = [one for one in order if judgement(one) is Severity.OK and not is_soft(Record(one.document))]
    told = [one for one in order if one not in well]
    grid = laid_out(_FIELDS, [_row(one, pen) for one in told], pen.width)
    return [heading("Checks", pen), *grid.rows, *_well(well, len(well) == len(order), pen)]


def _well(found: list[SectionRow], all_of_them: bool, pen: Pen) -> list[Line]:
    """Return the checks that are ok, named in a line or two."""
    if not found:
        return []
    names = ", ".join(title_of(one.section) for one in found)
    count = f"all {len(found)} ok" if all_of_them and len(found) > 1 else f"{len(found)} ok"
    first, *rest = wrapped(f"{count}: {names}", pen.width - 2, Ink.DIM, "")
    return [line(mark(Severity.OK, pen), " ", *first), *(line("  ", *one) for one in rest)]


def _row(one: SectionRow, pen: Pen) -> list[Cell]:
    severity = judgement(one)
    ink = SEVERITY_INK[severity]
    return [mark(severity, pen), title_of(one.section), (str(severity), ink), (says(one), ink)]


def _whole_row(one: SectionRow, pen: Pen) -> list[Cell]:
    severity = judgement(one)
    ink = Ink.DIM if severity is Severity.OK else SEVERITY_INK[severity]
    age = "never" if one.age_s is None else format_age(one.age_s) or "now"
    document = Record(one.document if one.section.startswith(SECTION_PREFIX) else None)
    took = document.number("seconds")
    return [mark(severity, pen), title_of(one.section), (document.text("kind"), Ink.DIM), (str(severity), ink),
            (tries(document), Ink.WARN), ("" if took is None else format_seconds(took), Ink.DIM),
            (age, Ink.WARN if section_note(one) else Ink.DIM), (format_duration(one.period_s), Ink.DIM),
            (says(one), ink)]  # fmt: skip
