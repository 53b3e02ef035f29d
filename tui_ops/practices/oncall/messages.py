"""What a notification says, and the key by which its repeats are known."""

import hashlib
from collections.abc import Sequence

from tui_ops.model.clean import clean
from tui_ops.model.incidents import incident_name
from tui_ops.model.oncall import Due, IncidentFact, Reason
from tui_ops.practices.oncall.localtime import utc_text

ALERTS_SHOWN = 8
"""Alerts of an incident that a message names: what a phone shows without scrolling far."""

TEXT_LIMIT = 160
"""Characters of one alert in a message."""

REF_LENGTH = 10
"""Characters of a key that a message shows, so that a person sees a repeat as one."""

_JOIN = "\n\n"


def key_of(*parts: object) -> str:
    """Return the key of a notification: the same parts give the same key, after a restart too."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]


def call_key(number: int, due: Due, person: str, channel: str) -> str:
    """Return the key of one call of one person by one way; an update's holds its moment, for it has no step."""
    when = f"{due.reason} {due.at:.3f}" if due.is_update else ""
    return key_of(number, due.episode, due.step, due.round, when, person, channel)


def title_of(incident: IncidentFact, reason: Reason) -> str:
    """Return the title of a message: priority, number, what is wrong; first of all that it is over."""
    over = "over: " if reason is Reason.OVER else ""
    return f"[P{incident.priority}] {over}{incident_name(incident.number)} {incident.title}"


def body_of(incident: IncidentFact, due: Due) -> str:
    """Return the text of a message."""
    name = incident_name(incident.number)
    lines = [f"{due.reason}: {due.why}"]
    firing = [alert for alert in incident.alerts if alert.firing]
    lines += [f"- {clean(alert.text, TEXT_LIMIT)}" for alert in firing[:ALERTS_SHOWN]]
    if len(firing) > ALERTS_SHOWN:
        lines.append(f"- and {len(firing) - ALERTS_SHOWN} more")
    if incident.services:
        lines.append(f"hurts: {', '.join(incident.services[:ALERTS_SHOWN])}")
    lines.append(f"since {utc_text(incident.opened_at)} UTC; told: {due.who}")
    if due.reason is not Reason.OVER and not incident.acked_by:
        lines.append(f"to stop the calls: tui-ops do incident.acknowledge {name}")
    return "\n".join(clean(line, TEXT_LIMIT * 2) for line in lines)


def bundled(messages: Sequence[tuple[str, str]], key: str, again: bool = False) -> tuple[str, str]:
    """Return title and text of the one message that several notifications go in.

    Args:
        messages: title and text of each, the first first.
        key: of the message.
        again: whether it may have been seen before.
    """
    title, text = messages[0]
    if len(messages) > 1:
        title = f"{len(messages)} notifications: {title}"
        text = _JOIN.join(f"{one}\n{body}" for one, body in messages)
    foot = f"tui-ops {key[:REF_LENGTH]}"
    if again:
        foot += ", sent again, since nobody knows whether it arrived the first time"
    return title, f"{text}{_JOIN}{foot}"
