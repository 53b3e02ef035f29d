"""The acts by which alerts and reports come in without the door."""

import re

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.model.people import Role

FORMATS = ("alertmanager", "grafana", "pagerduty", "nagios", "icinga")
"""As :class:`tui_ops.practices.intake.formats.Form` has them; a test holds the two against each other."""

MESSAGE_LIMIT = 512 * 1024
"""Characters of one message: what the door takes, and what fits into one line of the socket."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


class MessageParam(Param):
    """A whole message of another program, as it was sent."""

    __slots__ = ()

    def read(self, value: object) -> object:
        """Return the message, unchanged.

        Raises:
            ValueError: it is no text, empty, or too long.
        """
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{self.name} is missing: {self.label}")
        if len(value) > MESSAGE_LIMIT:
            raise ValueError(f"{self.name} is longer than {MESSAGE_LIMIT} characters: bring it in several parts")
        return value


class JobParam(Param):
    """The name of a job."""

    __slots__ = ()

    def read(self, value: object) -> object:
        """Return the name.

        Raises:
            ValueError: it can't be one.
        """
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise ValueError(f"{self.name} is the name of a job: letters, digits, '.', '_' and '-', at most 63")
        return value


ALERT_INGEST = Action(
    id="alert.ingest",
    label="bring in alerts",
    noun="fleet",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    params=(
        MessageParam("text", "what the other program says", help="tui-ops ingest FILE reads it from a file"),
        Param("format", "its format", required=False, choices=FORMATS, help="told by its content where left away"),
    ),
    words=("import", "webhook", "alertmanager", "nagios", "pagerduty", "grafana"),
    help="Takes alerts that another program wrote, as the webhook door does: a message of Alertmanager, Grafana, "
    "PagerDuty or Icinga, or lines of Nagios's passive results.",
)

HEARTBEAT_BEAT = Action(
    id="heartbeat.beat",
    label="report a job",
    noun="fleet",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    params=(
        JobParam("name", "the job", help="as it stands below heartbeats in the inventory"),
        Param("failed", "it went wrong", ParamKind.FLAG, required=False, default="no"),
        Param("text", "what it says of itself", required=False, help="one line, such as 14 GiB in 20m"),
    ),
    words=("heartbeat", "cron", "backup", "dead man"),
    help="Says that a job has run. One that is named below heartbeats and does not report in its time is an alert.",
)
