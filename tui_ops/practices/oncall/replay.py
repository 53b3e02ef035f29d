"""What the lines of a timeline say of an escalation: how far it is, who was told, and of what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui_ops.model.incidents import OPEN_STATES, Happening
from tui_ops.model.oncall import Line

CALL = "call"
"""Name in a line's data below which stands whom it called and why: the decision, not what became of it."""

RESULT = "result"
"""Name in a line's data of what became of one notification, a :class:`~tui_ops.model.incidents.Delivery`."""


@dataclass(frozen=True, slots=True)
class Call:
    """One decision to tell somebody."""

    at: float
    step: int
    """-1 for one that went to those who were told before."""
    round: int
    people: tuple[str, ...]
    keys: tuple[str, ...]
    policy: str = ""
    """Whose step it was."""


@dataclass(slots=True)
class Replayed:
    """Where an escalation stands."""

    episode: int = 0
    """0 where it has not begun."""
    began_at: float = 0.0
    began_by: str = ""
    """In words, what began this episode."""
    last: Call | None = None
    """The last step of this episode that was gone to."""
    first_round: int = 0
    """The round with which the policy of that step began: it may have been another one before."""
    forced_at: float | None = None
    """When somebody asked for the next step, which has not been gone to since."""
    acked_since_forced: bool = False
    """Whether it was acknowledged after somebody escalated it last, or nobody did."""
    told_at: float | None = None
    """When somebody was told last, whatever of."""
    told: tuple[str, ...] = ()
    """Who was told in this incident, each once."""
    known: frozenset[int] | None = None
    """Alerts that were true when somebody was told last; None where nobody was."""
    failed: set[str] = field(default_factory=set)
    """Keys of notifications that reached nobody."""
    failed_at: float = 0.0


def replay(lines: Iterable[Line]) -> Replayed:
    """Return where the escalation of an incident stands by the lines of its timeline, the first first."""
    found = Replayed(acked_since_forced=True)
    there = list(lines)
    undone = {_number(line.data.get("line")) for line in there if line.kind == Happening.UNDONE}
    for line in there:
        call = line.data.get(CALL)
        if isinstance(call, dict):
            _called(found, line.at, call)
        elif line.kind == Happening.OPENED:
            _begin(found, line.at, "it was opened")
        elif line.kind == Happening.UNACKNOWLEDGED:
            _begin(found, line.at, "the acknowledgement ran out" if not line.who else f"{line.who} gave it back")
        elif line.kind == Happening.STATE and _opens_again(line):
            _begin(found, line.at, "it was opened again")
        elif line.kind == Happening.ACKNOWLEDGED:
            found.acked_since_forced = True
        elif line.kind == Happening.ESCALATED and line.who and not (line.id and line.id in undone):
            found.forced_at, found.acked_since_forced = line.at, False
        elif line.kind == Happening.NOTIFIED and line.data.get(RESULT) in ("failed", "not sent"):
            found.failed.add(str(line.data.get("key", "")))
            found.failed_at = line.at
    return found


def _opens_again(line: Line) -> bool:
    before, after = line.data.get("from"), line.data.get("to")
    return bool(before) and before not in OPEN_STATES and after in OPEN_STATES


def _begin(found: Replayed, at: float, by: str) -> None:
    found.episode += 1
    found.began_at, found.began_by = at, by
    found.last, found.forced_at, found.acked_since_forced = None, None, True


def _called(found: Replayed, at: float, data: Mapping[str, object]) -> None:
    people = _texts(data.get("people"))
    policy = str(data.get("policy", ""))
    call = Call(at, _number(data.get("step")), _number(data.get("round")), people, _texts(data.get("keys")), policy)
    if call.step >= 0:
        if found.last is None or found.last.policy != call.policy:
            found.first_round = call.round
        found.last, found.forced_at = call, None
    if people or call.step < 0:
        found.told_at = at
        found.told = tuple(dict.fromkeys((*found.told, *people)))
        alerts = data.get("alerts")
        found.known = frozenset(_number(one) for one in alerts) if isinstance(alerts, list | tuple) else frozenset()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
