"""Events as PagerDuty's Events API v2 takes them: many programs can send them, and their address can be changed."""

import hashlib
import re

from tui_ops.model.alerts import LABELS_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT, Signal, Source
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import host_of
from tui_ops.practices.intake.labelled import DIGEST
from tui_ops.practices.intake.reading import as_list, as_object, moment, number_in, text_at, url_in
from tui_ops.practices.intake.severities import severity_of
from tui_ops.practices.intake.taken import Around, Identity, NotTaken, Taken

SUMMARY_LIMIT, KEY_LIMIT, SOURCE_LIMIT, ROUTING_LIMIT = 1024, 255, 255, 256
"""Characters that PagerDuty allows; its own routing keys have 32, ours may be longer."""

SEVERITIES = ("critical", "error", "warning", "info")

SUBJECT = "event"
"""The subject of an event that names nothing: the sender's key alone says which it is, and those that acknowledge and
resolve it bring nothing else. What it is about says the first trigger: :mod:`tui_ops.practices.intake.keyed`."""

DETAIL_LIMIT = 200
"""Characters of a detail that is kept as a label."""

_DETAIL_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)


def routing_key(value: object) -> str:
    """Return the key by which a sender says who it is; empty where there is none. It is never shown."""
    found = value.get("routing_key") if isinstance(value, dict) else None
    return found if isinstance(found, str) and len(found) <= ROUTING_LIMIT else ""


def read_event(value: object, around: Around) -> tuple[Taken, str]:
    """Return what an event says, and the key that it is answered with.

    Args:
        value: the JSON.
        around: what is known here.

    Raises:
        NotTaken: with the field that is wrong.
    """
    event = as_object(value, "")
    action = text_at(event, "event_action", "event_action", KEY_LIMIT, required=True)
    given = text_at(event, "dedup_key", "dedup_key", KEY_LIMIT + 1)
    if len(given) > KEY_LIMIT:
        raise NotTaken("dedup_key", f"has more than {KEY_LIMIT} characters")
    if action == "trigger":
        key = given or _made_key(event)
        return Taken((_trigger(event, key, around),)), key
    if action not in ("acknowledge", "resolve"):
        raise NotTaken("event_action", "is none of trigger, acknowledge and resolve")
    if not given:
        raise NotTaken("dedup_key", "is missing", f"{action} needs the key of its trigger")
    if action == "acknowledge":
        return Taken(acknowledged=(Identity(Source.PAGERDUTY, rule_of(given), SUBJECT),)), given
    over = Signal(Source.PAGERDUTY, rule_of(given), SUBJECT, Severity.OK, "resolved by its source", around.now)
    return Taken((over,)), given


def rule_of(key: str) -> str:
    """Return the rule of an event: its key, with a digest in place of the end where it is too long."""
    if len(key) <= SUBJECT_LIMIT:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
    return f"{key[: SUBJECT_LIMIT - DIGEST - 1]} {digest}"


def _made_key(event: object) -> str:
    """Return a key for an event that brings none: the same for the same trouble, so that it is told once."""
    payload = as_object(event, "").get("payload")
    found = as_object(payload, "payload") if payload is not None else {}
    parts = [clean(str(found.get(name, "")), SUMMARY_LIMIT) for name in ("source", "component", "class", "summary")]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _trigger(event: object, key: str, around: Around) -> Signal:
    message = as_object(event, "")
    if message.get("payload") is None:
        raise NotTaken("payload", "is missing")
    payload = as_object(message["payload"], "payload")
    summary = text_at(payload, "summary", "payload.summary", SUMMARY_LIMIT + 1, required=True)
    if len(summary) > SUMMARY_LIMIT:
        raise NotTaken("payload.summary", f"has more than {SUMMARY_LIMIT} characters")
    origin = text_at(payload, "source", "payload.source", SOURCE_LIMIT, required=True)
    severity = text_at(payload, "severity", "payload.severity", KEY_LIMIT, required=True)
    if severity not in SEVERITIES:
        raise NotTaken("payload.severity", f"is none of {', '.join(SEVERITIES)}")
    parts = {name: text_at(payload, name, f"payload.{name}", SOURCE_LIMIT) for name in ("component", "group", "class")}
    labels = {name: text for name, text in {"source": origin, **parts}.items() if text}
    labels = _details(payload.get("custom_details")) | labels
    host = host_of({"host": origin, "instance": parts["component"]}, around.hosts)
    began = moment(payload.get("timestamp"), "payload.timestamp")
    return Signal(
        source=Source.PAGERDUTY,
        rule=rule_of(key),
        subject=(host or parts["component"])[:SUBJECT_LIMIT] or SUBJECT,
        severity=severity_of(severity, around.severity),
        text=summary[:TEXT_LIMIT],
        at=around.now,
        started_at=min(began, around.now),
        host=host,
        item=parts["component"][:SUBJECT_LIMIT],
        labels=tuple(sorted(labels.items())[:LABELS_LIMIT]),
        url=_link(message),
    )


def _details(value: object) -> dict[str, str]:
    """Return the plain ones of the custom details, which may be any JSON at all."""
    found: dict[str, str] = {}
    for name, one in value.items() if isinstance(value, dict) else ():
        number = number_in(one)
        if not _DETAIL_NAME.fullmatch(str(name)) or len(found) >= LABELS_LIMIT // 2:
            continue
        if isinstance(one, str):
            found[str(name)] = clean(one, DETAIL_LIMIT)
        elif number is not None:
            found[str(name)] = f"{number:g}"
    return found


def _link(event: object) -> str:
    """Return where the event is shown by who sent it."""
    message = as_object(event, "")
    own = url_in(message.get("client_url"))
    if own or message.get("links") is None:
        return own
    links = as_list(dict(message), "links", "links")
    found = (url_in(one.get("href")) for one in links if isinstance(one, dict))
    return next(filter(None, found), "")
