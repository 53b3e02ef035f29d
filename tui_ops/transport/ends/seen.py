"""What was observed of an address, and why nothing was.

EndError
├── NotReached      the other side refuses, is silent, or speaks otherwise: the check is critical
└── CantTell        our own side can't ask: nothing is known
"""

from dataclasses import dataclass, field
from datetime import datetime

from tui_ops.model.errors import TuiOpsError


class EndError(TuiOpsError):
    """A check brought no answer."""


class NotReached(EndError):
    """The other side refuses, is silent, or answers with something else than what was asked for."""


class CantTell(EndError):
    """Our own side can't ask, so nothing is known of the other one."""


@dataclass(slots=True)
class Times:
    """Seconds of each step of a connection; None where the step was not taken."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    """From the sent request to the first byte of the answer."""
    total: float = 0.0

    def steps(self) -> dict[str, float]:
        """Return the steps that were taken, in their order, and the whole."""
        found = {"dns": self.dns, "connect": self.connect, "tls": self.tls, "first byte": self.first_byte}
        return {name: value for name, value in found.items() if value is not None} | {"total": self.total}


@dataclass(frozen=True, slots=True)
class HttpSeen:
    """An answer by HTTP."""

    status: int
    reason: str
    times: Times
    body: bytes = b""
    """Its beginning."""
    cut: bool = False
    """Whether there was more of it."""


@dataclass(frozen=True, slots=True)
class TcpSeen:
    """A port that takes connections."""

    address: str
    times: Times


@dataclass(frozen=True, slots=True)
class DnsSeen:
    """An answer of a name server."""

    server: str
    answers: tuple[str, ...]
    """Values in the text form of zone files; names end with a dot."""
    ttl: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as its server shows it."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...] = ()
    """Names and addresses that it is made out to."""


@dataclass(frozen=True, slots=True)
class TlsSeen:
    """A handshake, and what the certificate is worth."""

    version: str
    cipher: str
    times: Times
    name: str
    """For which the certificate was asked."""
    chain: tuple[Certificate, ...]
    """As the server sent it, its own first."""
    faults: tuple[str, ...] = ()
    """Why a browser would refuse it, besides its age; empty where it would not."""
    at: datetime = field(kw_only=True)
    """When it was looked at."""


@dataclass(frozen=True, slots=True)
class IcmpSeen:
    """Echoes."""

    address: str
    sent: int
    times_ms: tuple[float, ...]
    """Of those that came back."""


@dataclass(frozen=True, slots=True)
class PluginSeen:
    """What a plugin left."""

    exit_status: int | None
    """None where a signal ended it."""
    output: bytes
    errors: str
    """The last part of its error output, harmless and on one line."""
    truncated: bool
    seconds: float
