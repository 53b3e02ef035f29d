"""The section ``units``: what systemd has loaded on a host, and what of it failed.

The body is a list of lines, each beginning with a word that says what it is::

    manager none|systemd|failed TEXT    none where PID 1 is not systemd
    state WORD                          of ``systemctl is-system-running``
    u LINE                              one line of ``systemctl list-units``: name, load, active, sub, description
    count ACTIVE N                      units that are in this state and have no line, such as all that are inactive
    counted UPTIME                      when restarts were counted; r N NAME for each service that was restarted
    before UPTIME                       the same of the run before on this channel; b N NAME for each
    now SECONDS                         the host's clock; timer PROPERTY=VALUE of ``systemctl show`` for each timer
"""

from collections import Counter
from dataclasses import dataclass, field

from tui_ops.collectors import unitwork
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "units"

UNITS_LIMIT = 400
"""Units of one host that are kept: twice as many as an ordinary server has active."""

LINES_LIMIT = 5_000
"""Lines of one body: more than the probe writes at its own limits."""

COUNT_LIMIT = 10_000_000
"""Units that are believed to be in one state: far more than systemd can hold."""

NAME_LIMIT = 120
"""Characters of a unit's name: systemd allows 255, mounts of volumes use a hundred."""

WORD_LIMIT = 24
"""Characters of a state: the longest of systemd has 18."""

TEXT_LIMIT = 120
"""Characters of a description."""

NAMED_LIMIT = 5
"""Units or timers that are named in one sentence; the document has all."""

ALONE_LIMIT = 20
"""Failed units that are told one by one, so that each has an alert that ends when it is well; a host on which more have
failed has one trouble, and the others share a sentence."""

ACTIVES = ("active", "failed", "activating", "deactivating", "reloading", "refreshing", "maintenance", "inactive")
"""The states that systemd has; others are not believed."""

JOBS = frozenset({b"start", b"stop", b"restart", b"reload", b"verify-active", b"try-restart", b"nop"})
"""What can stand between state and description while a job is at work on a unit."""

_ONLY_FAILED = (".device", ".scope", ".slice", ".swap")
"""Kinds that systemd makes by itself for hardware, logins and groups: they say something only when they failed."""


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    load: str
    active: str
    sub: str
    text: str

    @property
    def rank(self) -> int:
        """Failed ones first, then those between two states, then the others."""
        return {"failed": 0, "active": 2}.get(self.active, 1)


@dataclass(slots=True)
class _Body:
    manager: str = ""
    text: str = ""
    state: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    units: dict[str, _Unit] = field(default_factory=dict)
    work: unitwork.Work = field(default_factory=unitwork.Work)


def parse_units(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A warning for each unit that failed, one for what is restarted again and again, and one for the timers that are
        overdue; a document with the units that are not inactive, the services that were restarted, and the timers.

    Raises:
        NothingUsable: it is no run of this section.
    """
    found = _read(body)
    if not found.manager:
        raise NothingUsable("the host does not tell its units", "run systemctl list-units there and see what it says")
    is_known = found.manager == "systemd"
    units = sorted(found.units.values(), key=lambda unit: (unit.rank, unit.name)) if is_known else []
    restarted = unitwork.restarted(found.work) if is_known else []
    timers = unitwork.timers(found.work) if is_known else []
    return SectionReading(
        section=SECTION,
        statuses=(*_statuses(found, units), *_work_statuses(restarted, timers)),
        document={
            "manager": found.manager,
            "text": found.text,
            "state": found.state,
            "counts": {name: found.counts[name] for name in _counted(found)} if is_known else {},
            "units": [
                {"name": unit.name, "load": unit.load, "active": unit.active, "sub": unit.sub, "text": unit.text}
                for unit in units[:UNITS_LIMIT]
            ],
            "restarted": restarted,
            "timers": timers,
        },
    )


def _read(body: bytes) -> _Body:
    found = _Body()
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if word == b"u":
            _note_unit(text, found)
        elif word == b"count":
            name, _, number = text.partition(b" ")
            _count(name.decode("ascii", "replace"), whole(number) or 0, found)
        elif word == b"state":
            found.state = clean(text.strip(), WORD_LIMIT)
        elif word == b"manager":
            name, _, rest = text.partition(b" ")
            if name in (b"none", b"systemd", b"failed"):
                found.manager = name.decode()
                found.text = clean(rest.strip(), TEXT_LIMIT)
        else:
            found.work.note(word, text)
    return found


def _count(active: str, number: int, found: _Body) -> None:
    if active in ACTIVES:
        found.counts[active] = min(found.counts[active] + number, COUNT_LIMIT)


def _note_unit(line: bytes, found: _Body) -> None:
    fields = line.split(None, 5)
    if fields and b"." not in fields[0]:
        # The dot that older ones set before what failed.
        fields = line.split(None, 6)[1:]
    if len(fields) < 4 or b"." not in fields[0]:
        return
    unit = _unit(fields)
    if unit.active != "failed" and unit.name.endswith(_ONLY_FAILED):
        return
    if unit.active not in ACTIVES or unit.name in found.units or (unit.load, unit.active) == ("not-found", "inactive"):
        return
    _count(unit.active, 1, found)
    if unit.active != "inactive":
        found.units[unit.name] = unit


def _unit(fields: list[bytes]) -> _Unit:
    name, load, active, sub, *rest = fields
    text = b" ".join(rest)
    job, _, described = text.partition(b" ")
    if job in JOBS and active not in (b"active", b"failed"):
        text = described.strip()
    return _Unit(
        clean(name, NAME_LIMIT),
        clean(load, WORD_LIMIT),
        clean(active, WORD_LIMIT),
        clean(sub, WORD_LIMIT),
        clean(text, TEXT_LIMIT),
    )


def _counted(found: _Body) -> list[str]:
    shown = ("active", "failed", "activating", "inactive")
    return [name for name in ACTIVES if name in shown or found.counts[name]]


def _statuses(found: _Body, units: list[_Unit]) -> tuple[Status, ...]:
    if found.manager == "failed":
        return (Status(SECTION, Severity.UNKNOWN, f"systemctl fails: {found.text or 'it says nothing'}"),)
    failed = [unit.name for unit in units if unit.active == "failed"]
    alone = tuple(Status(name, Severity.WARNING, f"unit {name} failed") for name in failed[:ALONE_LIMIT])
    total = found.counts["failed"] - len(alone)
    if total <= 0:
        return alone
    others = _several("more units failed", failed[ALONE_LIMIT:], total)
    return (*alone, Status(SECTION, Severity.WARNING, others))


def _work_statuses(restarted: list[dict[str, object]], timers: list[dict[str, object]]) -> list[Status]:
    """Return a warning for what is restarted again and again, and one for the timers that are overdue."""
    statuses = []
    restless = [row for row in restarted if unitwork.is_restless(row)]
    missed = [str(row["name"]) for row in timers if row["missed"]]
    if len(restless) == 1:
        text = f"unit {restless[0]['name']} was restarted {restless[0]['recent']} times of late"
        statuses.append(Status("restarts", Severity.WARNING, text))
    elif restless:
        names = [str(row["name"]) for row in restless]
        statuses.append(Status("restarts", Severity.WARNING, _several("units keep restarting", names, len(names))))
    if len(missed) == 1:
        statuses.append(Status("timers", Severity.WARNING, f"timer {missed[0]} was due and did not run"))
    elif missed:
        text = _several("timers were due and did not run", missed, len(missed))
        statuses.append(Status("timers", Severity.WARNING, text))
    return statuses


def _several(what: str, names: list[str], total: int) -> str:
    more = f" and {total - NAMED_LIMIT} more" if total > NAMED_LIMIT else ""
    return f"{total} {what}: {', '.join(names[:NAMED_LIMIT])}{more}"
