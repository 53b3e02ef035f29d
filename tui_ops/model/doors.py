"""What may come in from elsewhere: the webhook door, and the jobs that have to report."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.model.states import Severity

if TYPE_CHECKING:
    from tui_ops.model.fleet import SecretRef

DOOR_HOST, DOOR_PORT = "127.0.0.1", 9870
"""Where the door listens unless the inventory says otherwise: nobody but this machine reaches it."""


FORGET_S = 86400.0
"""Alertmanager repeats what is true every four hours, PagerDuty resolves what nobody does after four: a day is more
than any source needs, and what its end was lost of does not stand for ever."""


TOKEN_LEAST = 16
"""Characters of a token: a shorter one can be guessed at the rate that the door takes."""


@dataclass(frozen=True, slots=True)
class DoorSpec:
    """The section ``door``: where alerts from elsewhere are taken. Closed where the inventory does not have it."""

    token: "SecretRef"
    """Where the word is kept that every sender has to know."""
    host: str = DOOR_HOST
    """An IP address of this machine; ``0.0.0.0`` are all of IPv4, ``::`` all of IPv6."""
    port: int = DOOR_PORT
    prefix: str = ""
    """What stands before every path, ``/tui-ops`` for one; empty or without a slash at its end."""
    certificate: str = ""
    """Path of the certificate chain; empty where the door speaks plain HTTP."""
    key: str = ""
    """Path of its key; empty where the certificate's file holds it."""
    severity: Severity = Severity.CRITICAL
    """What an alert is taken for that names no severity, or one that nobody knows."""
    forget_s: float = FORGET_S
    """After so many seconds without a word an alert is taken for over; 0 for never."""


@dataclass(frozen=True, slots=True)
class HeartbeatSpec:
    """A job below ``heartbeats`` that has to report."""

    name: str
    cron: str = ""
    """When it begins, five fields as cron has them; empty where it reports every so often."""
    timezone: str = "UTC"
    """The zone that ``cron`` is meant in."""
    every_s: float = 0.0
    """Seconds between two reports; 0 where ``cron`` says when."""
    grace_s: float = 0.0
    """Seconds after its time until a report is missed."""
    severity: Severity = Severity.CRITICAL
    host: str = ""
    """Name of the host that it runs on; empty where it is none of the inventory."""
    service: str = ""
    """Name of the service that it belongs to."""
    title: str = ""
    rpo_s: float | None = None
    """How old a good backup by it may be, in seconds; None where it makes none."""
    backs_up: tuple[str, ...] = ()
    """Names of the hosts whose backup it makes."""
