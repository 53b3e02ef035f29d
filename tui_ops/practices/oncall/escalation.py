"""Escalation: what notification is due next, for whom and why, by replay of an incident's timeline.

Nothing here is counted on the way. The same lines give the same answer after a restart, on the desk and in the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.incidents import OPEN_STATES, Happening, IncidentState, incident_name
from tui_ops.model.oncall import (
    Due,
    IncidentFact,
    Line,
    Nothing,
    OnCallSpec,
    Override,
    Policy,
    Reason,
    Step,
    When,
)
from tui_ops.practices.oncall.localtime import clock_text, span_at
from tui_ops.practices.oncall.replay import CALL, Replayed, replay
from tui_ops.practices.oncall.schedule import on_call

NOBODY = "nobody is on call"

OVER_STATES = frozenset({IncidentState.CANCELLED, IncidentState.MERGED})
"""States of an incident of which nobody needs to hear that its alerts are over: it was none, or goes on elsewhere."""

CLOCK_S = 60.0
"""A line that is further ahead than this is from before the clock was set back; less is the clock's own drift."""

LOOKED_AHEAD = 12
"""Steps that are looked through for the next one that has somebody: two rounds of a usual policy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the inventory and the operators say of telling people."""

    spec: OnCallSpec = field(default_factory=OnCallSpec)
    alerting: AlertingSpec = field(default_factory=AlertingSpec)
    overrides: tuple[Override, ...] = ()
    """In the order in which they were made."""


def policy_of(spec: OnCallSpec, incident: IncidentFact) -> Policy | None:
    """Return the policy that an incident follows; None where it follows none."""
    if incident.policy:
        return spec.policy(incident.policy)
    for use in spec.uses:
        if use.priorities and incident.priority not in use.priorities:
            continue
        if use.services and not set(use.services) & set(incident.services):
            continue
        return spec.policy(use.policy)
    return spec.policies[0] if spec.policies and not spec.uses else None


def plan(
    policy: Policy | None, incident: IncidentFact, lines: Sequence[Line], settings: Settings, now: float
) -> Due | Nothing:
    """Return what is to be told next.

    Args:
        policy: whom the incident's escalation calls; see :func:`policy_of`.
        incident: as it is now.
        lines: its timeline, the first first.
        settings: the inventory's word and the overrides.
        now: epoch seconds.

    Returns:
        What is due, at a moment that may lie ahead; or why nothing is.
    """
    stands = replay(lines)
    update = _update(policy, incident, stands, settings)
    if update is not None and (stands.told_at or 0.0) > now + CLOCK_S:
        # As below: the clock was set back since they were told.
        update = replace(update, at=now)
    stopped = _stopped(policy, incident, stands, settings, now)
    if stopped is not None:
        return update if isinstance(update, Due) and update.reason is Reason.OVER else stopped
    assert policy is not None
    step = _step(policy, incident, stands, settings, now)
    return min((one for one in (step, update) if one is not None), key=lambda one: one.at)


def _stopped(
    policy: Policy | None, incident: IncidentFact, stands: Replayed, settings: Settings, now: float
) -> Nothing | None:
    """Return why nobody is called now; None where somebody is."""
    if incident.state not in OPEN_STATES:
        return Nothing(f"it is {incident.state}")
    if incident.acked_by and stands.acked_since_forced:
        return Nothing(f"{incident.acked_by} has acknowledged it")
    if incident.on_hold:
        more = f": {incident.hold_reason}" if incident.hold_reason else ""
        return Nothing(f"it is on hold, waiting for {_a_or_the(incident.on_hold)}{more}")
    if incident.snoozed_until is not None and incident.snoozed_until > now:
        until = clock_text(incident.snoozed_until, settings.spec.timezone, now)
        return Nothing(f"it is snoozed until {until}", incident.snoozed_until)
    if policy is None:
        if incident.policy:
            return Nothing(f"there is no policy {incident.policy} in the inventory any more")
        return Nothing("the inventory names nobody to call for it")
    if stands.episode == 0:
        return Nothing("its timeline has no beginning")
    if incident.alerts and not any(alert.firing for alert in incident.alerts):
        return Nothing("its alerts are over")
    if incident.alerts and not any(alert.firing and alert.asks for alert in incident.alerts):
        reasons = dict.fromkeys(alert.why_not for alert in incident.alerts if alert.firing and alert.why_not)
        by = f" by {', '.join(reasons)}" if reasons else ""
        return Nothing(f"all its alerts are suppressed{by}")
    acked_in = acknowledged_in(incident)
    if acked_in and stands.acked_since_forced:
        return Nothing(f"acknowledged in {acked_in}")
    return None


def acknowledged_in(incident: IncidentFact) -> str:
    """Return the sources in which all alerts that ask were acknowledged; empty where one of them was not."""
    asking = [alert.acked_in for alert in incident.alerts if alert.firing and alert.asks]
    return ", ".join(dict.fromkeys(asking)) if all(asking) else ""


def _a_or_the(word: str) -> str:
    return f"the {word}"


def _step(policy: Policy, incident: IncidentFact, stands: Replayed, settings: Settings, now: float) -> Due:
    """Return the next step of the policy."""
    number, round_, due, reason, why = _next(policy, stands, settings.alerting)
    if due > now and (stands.last.at if stands.last else stands.began_at) > now + CLOCK_S:
        # The clock was set back, and nobody knows how long ago that was: late is worse than early.
        due, why = now, f"{why}; the clock was set back since"
    at = max(due, incident.snoozed_until or 0.0)
    step = policy.steps[number]
    # Who is on call is asked for the moment at which the step is really gone to.
    moment = max(at, now)
    people, not_now = _people(step, incident, settings, moment)
    named = ", ".join(map(str, step.targets))
    who = f"{named}: {', '.join(people)}" if people and people != tuple(map(str, step.targets)) else named
    return Due(at, reason, stands.episode, number, round_, people, who, not_now or why, policy.name)


def _next(policy: Policy, stands: Replayed, alerting: AlertingSpec) -> tuple[int, int, float, Reason, str]:
    """Return number and round of the next step, when it is due, its reason, and why in words."""
    last = stands.last
    first = policy.steps[0]
    if last is None:
        opened = stands.episode == 1
        wait = max(first.after_s, alerting.group_wait_s) if opened else first.after_s
        due = stands.began_at + wait
        reason = Reason.FIRST if stands.told_at is None else Reason.ESCALATED
        number, round_, why = 0, 0, stands.began_by
    elif last.policy not in ("", policy.name):
        number, round_, due, reason = 0, last.round + 1, last.at, Reason.ESCALATED
        why = f"it follows the policy {policy.name} now"
    elif last.step + 1 < len(policy.steps):
        number, round_ = last.step + 1, last.round
        due, reason = last.at + policy.steps[number].after_s, Reason.ESCALATED
        why = f"nobody has acknowledged it, and step {last.step + 1} was called"
    elif last.round - stands.first_round < policy.repeat:
        number, round_ = 0, last.round + 1
        due, reason = last.at + policy.pause_s, Reason.ESCALATED
        why = f"nobody has acknowledged it: round {round_ - stands.first_round + 1} of {policy.repeat + 1}"
    else:
        number, round_, due, reason = 0, last.round + 1, last.at + alerting.repeat_s, Reason.REPEAT
        why = "nobody has acknowledged it, and all steps were called"
    if last is not None and number != 0:
        due = _sooner(last.people, last.keys, last.at, stands, due)
    if stands.forced_at is not None and stands.forced_at < due:
        due, why, reason = stands.forced_at, "somebody escalated it", Reason.ESCALATED
    return number, round_, due, reason, why


def _sooner(
    people: tuple[str, ...], keys: tuple[str, ...], at: float, stands: Replayed, due: float
) -> float:  # fmt: skip
    """Return when the next step is due where the one before reached nobody: nobody's answer is not waited for."""
    if not people:
        return at
    if keys and stands.failed.issuperset(keys):
        return min(due, max(at, stands.failed_at))
    return due


def _people(step: Step, incident: IncidentFact, settings: Settings, at: float) -> tuple[tuple[str, ...], str]:
    """Return whom a step calls at a moment, or why it calls nobody."""
    if step.important and not incident.important:
        return (), f"this step is for important incidents only, and this is P{incident.priority}"
    if step.when is not When.ALWAYS:
        open_now = span_at(settings.spec.business, at) is not None
        if open_now is not (step.when is When.BUSINESS):
            return (), f"this step counts {'in' if step.when is When.BUSINESS else 'out of'} business hours only"
    found = [one for target in step.targets for one in on_call(settings.spec, settings.overrides, target, at)]
    return tuple(dict.fromkeys(found)), "" if found else NOBODY


def _update(
    policy: Policy | None, incident: IncidentFact, stands: Replayed, settings: Settings
) -> Due | None:  # fmt: skip
    """Return what those who were told before should hear; None where they know all."""
    if stands.told_at is None or stands.known is None or incident.state in OVER_STATES:
        return None
    true = {alert.id for alert in incident.alerts if alert.firing}
    asking = {alert.id for alert in incident.alerts if alert.firing and alert.asks}
    at = max(stands.told_at + settings.alerting.group_interval_s, incident.snoozed_until or 0.0)
    if stands.known and not true:
        reason, why = Reason.OVER, f"all alerts of {incident_name(incident.number)} are over"
    elif incident.state not in OPEN_STATES or policy is None:
        return None
    elif asking - stands.known:
        reason, why = Reason.NEW, _counted(len(asking - stands.known), "joined")
    elif stands.known - true:
        reason, why = Reason.SOME, _counted(len(stands.known - true), "is over", "are over")
    else:
        return None
    return Due(at, reason, stands.episode, -1, 0, stands.told, f"those who were told: {', '.join(stands.told)}", why)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} alert {one}" if number == 1 else f"{number} alerts {many or one}"


def ahead(
    policy: Policy | None, incident: IncidentFact, lines: Sequence[Line], settings: Settings, now: float
) -> Due | Nothing:
    """Return the next notification that has somebody, as the head of an incident shows it.

    Steps that call nobody are looked past, as the engine will go past them. Arguments as for :func:`plan`.
    """
    found = plan(policy, incident, lines, settings, now)
    first = found
    imagined = list(lines)
    for _ in range(LOOKED_AHEAD):
        if isinstance(found, Nothing) or found.people:
            return found
        at = max(found.at, now)
        imagined.append(Line(at, Happening.ESCALATED, data={CALL: call_data(found, (), ())}))
        found = plan(policy, incident, imagined, settings, at)
    why = first.why if isinstance(first, Due) else ""
    return Nothing(f"no step of the policy calls anybody: {why}")


def call_data(due: Due, keys: Sequence[str], alerts: Sequence[int]) -> dict[str, object]:
    """Return what a line of a timeline keeps of a call, which :mod:`replay` reads again.

    Args:
        due: what was called.
        keys: of the notifications that were queued for it.
        alerts: ids of the alerts that are true.
    """
    return {
        "reason": str(due.reason), "policy": due.policy, "episode": due.episode, "step": due.step, "round": due.round,
        "people": list(due.people), "keys": list(keys), "alerts": list(alerts),
    }  # fmt: skip


def explained(found: Due | Nothing, timezone: str, now: float, named: bool = False) -> str:
    """Return in one line what comes next and why: ``next page 14:33 schedule second: anna, because …``.

    Args:
        found: of :func:`ahead`.
        timezone: in which the moment is said.
        now: epoch seconds.
        named: whether the zone is said with it, since it is not the reader's.
    """
    if isinstance(found, Nothing):
        return f"nobody is called: {found.why}"
    when = "now" if found.at <= now else clock_text(found.at, timezone, now)
    zone = f" {timezone}" if named and found.at > now else ""
    return f"next page {when}{zone} {found.who}, because {found.why}"
