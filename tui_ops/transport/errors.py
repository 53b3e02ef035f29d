"""Why a host can't be reached, one leaf a cause; each names the host state that follows from it.

TransportError
├── Refused          down               its port refuses
├── TimedOut         down               nothing answers within the time
├── NoRoute          down               the network has no way to it
├── NotSsh           down               something answers that is not an SSH server we can talk with
├── Gone             down               the connection was there and broke
├── NameUnknown      name error         its name has no address
├── AuthFailed       auth failed        it refuses the login
├── KeyUnknown       host key unknown   it offers a key that nobody trusted yet
├── KeyChanged       host key changed   it offers another key than the trusted one
│   └── KeyRevoked                      it offers a key that was revoked
├── JumpDown         unreachable        a jump host on the way is not up; ``cause`` says why
├── SettingsWrong    unreachable        our own ssh_config, key files or jump list can't be used
├── JumpFull         jump full          the jump host opens no further forward
│   └── JumpForbids                     the jump host allows no forward to there
├── ChannelRefused   not reporting      the server opens no further channel
├── Overdue          not reporting      a command did not end within its time
└── Flood            not reporting      it sends more than anyone asked for
"""

from dataclasses import dataclass
from typing import ClassVar

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.states import HostState


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A host key as a server shows it."""

    kind: str
    """The algorithm, ``ssh-ed25519`` for one."""
    fingerprint: str
    """``SHA256:…``, as ``ssh-keygen -lf`` writes it."""
    public_key: str
    """Kind and base64 as in a known_hosts line, without host and comment."""


class TransportError(TuiOpsError):
    """A host can't be reached, or not all the way."""

    state: ClassVar[HostState] = HostState.DOWN


class Refused(TransportError):
    """The address is there, its port refuses."""


class TimedOut(TransportError):
    """Nothing, or not enough, answered within the time."""


class NoRoute(TransportError):
    """The network has no way to the address."""


class NotSsh(TransportError):
    """What answers is not an SSH server, or shares no algorithm with us."""


class Gone(TransportError):
    """The connection was there and broke."""


class NameUnknown(TransportError):
    """The name has no address."""

    state = HostState.NAME_ERROR


class AuthFailed(TransportError):
    """The server refuses the login."""

    state = HostState.AUTH_FAILED


class KeyUnknown(TransportError):
    """The server offers a host key that no operator has trusted yet."""

    state = HostState.KEY_UNKNOWN

    def __init__(self, message: str, offered: OfferedKey, hint: str = "") -> None:
        super().__init__(message, hint)
        self.offered = offered


class KeyChanged(TransportError):
    """The server offers another host key than the trusted one; ``known`` holds the trusted fingerprints."""

    state = HostState.KEY_CHANGED

    def __init__(self, message: str, offered: OfferedKey | None, known: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint)
        self.offered = offered
        """None where a host certificate was refused before its key could be seen."""
        self.known = known


class KeyRevoked(KeyChanged):
    """The server offers a host key that was revoked: whoever holds it may not be the host."""


class JumpDown(TransportError):
    """A jump host on the way is not up, so nothing is known about the host."""

    state = HostState.UNREACHABLE

    def __init__(self, message: str, jump: str, cause: TransportError | None = None, hint: str = "") -> None:
        super().__init__(message, hint)
        self.jump = jump
        """Name of the jump host, as the inventory or ssh_config has it."""
        self.cause = cause
        """Why the jump host is not up; None where its connection broke under a host's."""


class SettingsWrong(TransportError):
    """Our own side can't be used: ssh_config, key files, a jump list that goes round."""

    state = HostState.UNREACHABLE


class JumpFull(TransportError):
    """The jump host is up but opens no further forward."""

    state = HostState.JUMP_FULL


class JumpForbids(JumpFull):
    """The jump host is up but its settings allow no forward to there."""


class ChannelRefused(TransportError):
    """The server is reached but opens no further channel on the connection."""

    state = HostState.NOT_REPORTING


class Overdue(TransportError):
    """A command on the host did not end within its time and was killed."""

    state = HostState.NOT_REPORTING


class Flood(TransportError):
    """The host sends more than anyone asked for; the channel was closed."""

    state = HostState.NOT_REPORTING
