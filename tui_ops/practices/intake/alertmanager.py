"""What Alertmanager and Grafana send to a webhook, and what Prometheus sends to Alertmanager."""

from collections.abc import Mapping

from tui_ops.model.alerts import LABELS_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT, Signal, Source
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import host_of
from tui_ops.practices.intake.labelled import item_of, subject_of
from tui_ops.practices.intake.reading import (
    as_list,
    as_object,
    moment,
    number_in,
    text_at,
    texts_at,
    url_in,
)
from tui_ops.practices.intake.severities import severity_of
from tui_ops.practices.intake.taken import Around, NotTaken, Taken

VALUE_LIMIT = 1000
"""Characters of one label or annotation that are looked at: Alertmanager bounds none of them."""

TEXTS = ("summary", "description", "message", "title")
"""Annotations of which the first that is there is the alert's line."""

NO_NAME = "alert"
"""The rule of an alert without ``alertname``, which Alertmanager allows."""


def read_webhook(value: object, around: Around, source: Source = Source.ALERTMANAGER) -> Taken:
    """Return what a webhook's message says. Keys that are not known are left alone.

    Args:
        value: the JSON.
        around: what is known here.
        source: who sent it.

    Raises:
        NotTaken: with the field that is wrong.
    """
    message = as_object(value, "")
    status = text_at(message, "status", "status", VALUE_LIMIT)
    alerts = as_list(message, "alerts", "alerts")
    notes: tuple[str, ...] = ()
    left_out = number_in(message.get("truncatedAlerts"))
    if left_out is not None and left_out >= 1:
        notes = (f"{source} left {left_out:.0f} alerts out of a message: set max_alerts: 0 there",)
    found = [_alert(one, f"alerts[{at}]", around, source, status) for at, one in enumerate(alerts)]
    return Taken(tuple(found), notes=notes)


def read_posted(value: list[object], around: Around) -> Taken:
    """Return what a list of alerts says, in the forms of Alertmanager's API: as it takes them, and as it gives them.

    Raises:
        NotTaken: with the field that is wrong.
    """
    alerts = as_list({"alerts": value}, "alerts", "the list")
    found = [_alert(one, f"[{at}]", around, Source.ALERTMANAGER, "") for at, one in enumerate(alerts)]
    return Taken(tuple(found))


def _alert(value: object, where: str, around: Around, source: Source, outer: str) -> Signal:
    alert = as_object(value, where)
    labels = texts_at(alert, "labels", f"{where}.labels", LABELS_LIMIT * 4, VALUE_LIMIT, required=True)
    if not labels:
        raise NotTaken(f"{where}.labels", "is empty", "an alert has at least one label")
    notes = texts_at(alert, "annotations", f"{where}.annotations", LABELS_LIMIT, VALUE_LIMIT, lines=True)
    began = moment(alert.get("startsAt"), f"{where}.startsAt")
    ended = moment(alert.get("endsAt"), f"{where}.endsAt")
    # The API gives an object here, with who silences it; whether it is over, its end says.
    status = "" if isinstance(alert.get("status"), dict) else text_at(alert, "status", f"{where}.status", VALUE_LIMIT)
    over = _is_over(status or outer, where, ended, around.now)
    rule = labels.get("alertname", "").strip()[:SUBJECT_LIMIT] or NO_NAME
    text = next((notes[name] for name in TEXTS if notes.get(name)), rule)
    return Signal(
        source=source,
        rule=rule,
        subject=subject_of(labels)[:SUBJECT_LIMIT] or rule,
        severity=Severity.OK if over else severity_of(_severity(labels), around.severity),
        text=text[:TEXT_LIMIT],
        at=min(ended, around.now) if over and ended else around.now,
        started_at=min(began, around.now),
        host=host_of(labels, around.hosts),
        item=item_of(labels)[:SUBJECT_LIMIT],
        value=_value(alert),
        labels=tuple(sorted(labels.items())[:LABELS_LIMIT]),
        url=_address(alert),
        runbook=url_in(notes.get("runbook_url")) or url_in(notes.get("runbook")),
        until=ended if not over and ended > around.now else 0.0,
    )


def _is_over(status: str, where: str, ended: float, now: float) -> bool:
    """Return whether an alert is over. Without a status, as Prometheus sends it, its end has passed or not."""
    if status == "resolved":
        return True
    if status not in ("", "firing"):
        raise NotTaken(f"{where}.status", "is neither firing nor resolved")
    return not status and 0 < ended <= now


def _severity(labels: Mapping[str, str]) -> str:
    return labels.get("severity") or labels.get("level") or labels.get("priority") or ""


def _value(alert: Mapping[str, object]) -> float | None:
    """Return the number that Grafana judged, where there is one alone."""
    values = alert.get("values")
    found = [number_in(one) for one in values.values()] if isinstance(values, dict) and len(values) == 1 else []
    return found[0] if found else None


def _address(alert: Mapping[str, object]) -> str:
    """Return where the source shows it: a panel is nearer to it than a query."""
    found = (url_in(alert.get(key)) for key in ("panelURL", "dashboardURL", "generatorURL"))
    return next(filter(None, found), "")
