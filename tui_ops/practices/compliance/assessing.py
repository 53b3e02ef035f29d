"""How far a framework is met: one verdict a control, a score, and what the score is a score of. Pure.

Counts stand first. The score is what checks saw, weighed by their severity; what people attest moves no score, it
covers. What is unknown, stale or could not be read lowers the coverage and leaves the score.
"""

from collections.abc import Iterable, Mapping, Sequence

from tui_ops.model.clock import iso
from tui_ops.model.compliance import (
    CONTROL_STATES,
    WEIGHTS,
    Assessment,
    Attested,
    CellState,
    Control,
    ControlKind,
    ControlState,
    ControlVerdict,
    Framework,
    HostSays,
    Score,
    Tally,
)
from tui_ops.practices.compliance.narrowing import asked_by, narrowed
from tui_ops.practices.security.checks.base import Check
from tui_ops.practices.security.checks.declared import BY_ID

Tallies = Mapping[str, Tally]
"""By check; hosts of the scope of which it says nothing are counted as unknown."""


def assess(
    framework: Framework, tallies: Tallies, attestations: Iterable[Attested], hosts: Sequence[str], scope: str,
    at: float, checks: Mapping[str, Check] = BY_ID, says: Iterable[HostSays] = (),
) -> Assessment:  # fmt: skip
    """Hold a framework against what is known.

    Args:
        framework: which.
        tallies: on how many hosts of the scope each check says what.
        attestations: those of any framework.
        hosts: names of those of the scope.
        scope: empty for everything, or ``group:NAME`` and the like.
        at: the moment, epoch seconds.
        checks: by id, for their weights.
        says: what checks say of hosts part by part, for controls that are about a part only.
    """
    whole = {check: whole_tally(tallies.get(check, {}), len(hosts)) for check in framework.checks}
    said: dict[str, list[Attested]] = {}
    for one in attestations:
        if one.framework == framework.name and one.ended_at is None:
            said.setdefault(one.control, []).append(one)
    parts: dict[str, list[HostSays]] = {}
    for some in says:
        parts.setdefault(some.check, []).append(some)
    verdicts = tuple(
        control_verdict(
            control,
            [narrowed(whole[check], parts.get(check, ()), control.objects.get(check, ()), control.in_use)
             for check in control.checks],
            said.get(number, ()),
            scope,
            at,
        )
        for number, control in framework.controls.items()
    )  # fmt: skip
    # What a check finds beside what the framework asks of it is no matter of its score.
    asked = {check: narrowed(tally, parts.get(check, ()), asked_by(framework, check)) for check, tally in whole.items()}
    counts = dict.fromkeys(CONTROL_STATES, 0)
    for verdict in verdicts:
        counts[verdict.state] += 1
    weights = {check: weight_of(checks[check]) for check in asked if check in checks}
    return Assessment(
        framework, scope, at, tuple(hosts), verdicts, score_of(asked, weights, verdicts), counts, total(asked.values())
    )


def whole_tally(tally: Tally, hosts: int) -> dict[CellState, int]:
    """Return a tally in which every state is there, and every host: one that no check has looked at is unknown."""
    found = {state: tally.get(state, 0) for state in CellState}
    found[CellState.UNKNOWN] += max(0, hosts - sum(found.values()))
    return found


def total(tallies: Iterable[Tally]) -> dict[CellState, int]:
    """Return tallies added up."""
    found = dict.fromkeys(CellState, 0)
    for tally in tallies:
        for state, count in tally.items():
            found[state] += count
    return found


def weight_of(check: Check) -> int:
    """Return how much a check counts in a score."""
    return check.weight or WEIGHTS[check.severity]


def score_of(tallies: Tallies, weights: Mapping[str, int], verdicts: Sequence[ControlVerdict]) -> Score:
    """Return a score: the weight of what passes, of what passes or fails.

    Args:
        tallies: by check, each once, however many controls it speaks of.
        weights: by check; one that has none counts for nothing.
        verdicts: of all controls, for the coverage.
    """
    passed = failed = accepted = 0
    for check, tally in tallies.items():
        weight = weights.get(check, 0)
        passed += weight * tally.get(CellState.PASS, 0)
        failed += weight * tally.get(CellState.FAIL, 0)
        accepted += weight * tally.get(CellState.ACCEPTED, 0)
    applying = [one for one in verdicts if one.state is not ControlState.NOT_APPLICABLE]
    coverage = sum(one.known for one in applying) / len(applying) if applying else 0.0
    return Score(_share(passed, passed + failed), _share(passed, passed + failed + accepted), coverage)


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


# --- one control ------------------------------------------------------------------------------------------------------


def control_verdict(
    control: Control, tallies: Sequence[Tally], attestations: Sequence[Attested], scope: str, at: float
) -> ControlVerdict:  # fmt: skip
    """Return how far a control is met.

    Args:
        control: which.
        tallies: of its checks, whole.
        attestations: of it, in any scope, none of them ended.
        scope: that is looked at.
        at: epoch seconds.
    """
    tally = total(tallies)
    parts: list[tuple[ControlState, str, float]] = []
    attestation = None
    if control.kind is not ControlKind.ATTESTED:
        parts.append((*_by_checks(tally, bool(control.checks)), _known(tally)))
    if control.kind is not ControlKind.AUTOMATED:
        attestation = counting(attestations, scope, at)
        state, why = _by_people(attestation, attestations, scope, at)
        parts.append((state, why, 0.0 if state is ControlState.UNKNOWN else 1.0))
    applying = [part for part in parts if part[0] is not ControlState.NOT_APPLICABLE]
    if not applying:
        return ControlVerdict(control, ControlState.NOT_APPLICABLE, parts[0][1], tally, 0.0, attestation)
    state = next(one for one in _ORDER if any(part[0] is one for part in applying))
    why = "; ".join(part[1] for part in applying if part[0] is state or state is ControlState.PASS)
    known = sum(part[2] for part in applying) / len(applying)
    return ControlVerdict(control, state, why, tally, known, attestation)


_ORDER = (ControlState.FAIL, ControlState.UNKNOWN, ControlState.ACCEPTED, ControlState.PASS, ControlState.ATTESTED)
"""Of a control's parts the first of these decides: what fails is not mended by a word, nor what nobody has read."""


def _by_checks(tally: Tally, any_check: bool) -> tuple[ControlState, str]:
    if not any_check:
        return ControlState.UNKNOWN, "no check speaks of it"
    counts = {state: tally.get(state, 0) for state in CellState}
    told = ", ".join(f"{counts[state]} {state}" for state in CellState if counts[state])
    if not told:
        return ControlState.UNKNOWN, "no host is in this scope"
    for cell, state in (
        (CellState.FAIL, ControlState.FAIL), (CellState.UNKNOWN, ControlState.UNKNOWN),
        (CellState.ACCEPTED, ControlState.ACCEPTED), (CellState.PASS, ControlState.PASS),
    ):  # fmt: skip
        if counts[cell]:
            return state, f"checks of hosts: {told}"
    return ControlState.NOT_APPLICABLE, f"checks of hosts: {told}"


def _known(tally: Tally) -> float:
    known = sum(tally.get(state, 0) for state in (CellState.PASS, CellState.FAIL, CellState.ACCEPTED))
    of = known + tally.get(CellState.UNKNOWN, 0)
    return known / of if of else 0.0


def counting(attestations: Sequence[Attested], scope: str, at: float) -> Attested | None:
    """Return the attestation that counts within a scope: one that holds before one that ran out, one of the scope
    itself before one of everything, a later one before an earlier.
    """
    mine = [one for one in attestations if one.scope in ("", scope)]
    return max(mine, key=lambda one: (one.holds(at), one.scope == scope, one.at, one.id), default=None)


def _by_people(
    one: Attested | None, attestations: Sequence[Attested], scope: str, at: float
) -> tuple[ControlState, str]:  # fmt: skip
    if one is None:
        others = sorted({other.scope for other in attestations if other.scope not in ("", scope)})
        only = f"; it is for {', '.join(others[:3])}" if others else ""
        return ControlState.UNKNOWN, f"nobody has attested it{only}"
    until = iso(one.review_at)[:10] if one.review_at is not None else "no day"
    if not one.holds(at):
        return ControlState.UNKNOWN, f"{one.name} of {one.owner} ran out on {until}"
    if not one.applies:
        return ControlState.NOT_APPLICABLE, f"{one.owner} says it does not apply ({one.name}), until {until}"
    if not one.met:
        return ControlState.FAIL, f"{one.owner} says it is not met ({one.name})"
    return ControlState.ATTESTED, f"{one.owner} attests it ({one.name}) until {until}"
