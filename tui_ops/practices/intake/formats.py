"""The formats that are taken, and telling them apart by what a message holds."""

from enum import StrEnum

from tui_ops.model.alerts import Source
from tui_ops.practices.intake.alertmanager import read_posted, read_webhook
from tui_ops.practices.intake.nagios import HOST_COMMAND, SERVICE_COMMAND, read_icinga, read_lines
from tui_ops.practices.intake.pagerduty import read_event
from tui_ops.practices.intake.reading import BODY_LIMIT, parse
from tui_ops.practices.intake.taken import Around, NotTaken, Taken


class Form(StrEnum):
    """A format. The value is the word of ``--format``."""

    ALERTMANAGER = "alertmanager"
    """The webhook's message of Alertmanager (version 4), or a list of alerts as its API takes it."""
    GRAFANA = "grafana"
    """The webhook's message of Grafana's alerting (version 1)."""
    PAGERDUTY = "pagerduty"
    """An event of PagerDuty's Events API v2."""
    NAGIOS = "nagios"
    """Lines of passive check results."""
    ICINGA = "icinga"
    """A message of Icinga's action ``process-check-result``."""


def recognise(text: str) -> Form:
    """Return the format of a message, told by its content.

    Raises:
        NotTaken: it is none that is known.
    """
    start = text.lstrip()
    if start.startswith("{"):
        return _of_object(parse(text))
    if start.startswith("[") and not start[1:2].isdigit():
        return Form.ALERTMANAGER
    first = next((line for line in start.split("\n") if line.strip() and not line.startswith("#")), "")
    if SERVICE_COMMAND in first or HOST_COMMAND in first or "\t" in first:
        return Form.NAGIOS
    raise NotTaken("", "the format is none that is known", f"known are {', '.join(Form)}")


def _of_object(value: object) -> Form:
    message = value if isinstance(value, dict) else {}
    if "event_action" in message:
        return Form.PAGERDUTY
    if "exit_status" in message:
        return Form.ICINGA
    if "alerts" in message:
        return Form.GRAFANA if "orgId" in message else Form.ALERTMANAGER
    raise NotTaken("", "the format is none that is known", f"known are {', '.join(Form)}")


def read(text: str, around: Around, form: Form | None = None) -> Taken:
    """Return what a message says.

    Args:
        text: the message.
        around: what is known here.
        form: its format; told by its content where None.

    Raises:
        NotTaken: why it can't be used; nothing of it counts then.
    """
    if len(text) > BODY_LIMIT:
        raise NotTaken("", f"the message is longer than {BODY_LIMIT // 1024} KiB", "send it in several")
    form = form or recognise(text)
    if form is Form.NAGIOS:
        return read_lines(text, around)
    value = parse(text)
    if form is Form.PAGERDUTY:
        return read_event(value, around)[0]
    if form is Form.ICINGA:
        return read_icinga(value, around)
    if isinstance(value, list):
        return read_posted(value, around)
    return read_webhook(value, around, Source.GRAFANA if form is Form.GRAFANA else Source.ALERTMANAGER)
