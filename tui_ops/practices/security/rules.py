"""When a host key can be trusted."""

from typing import Protocol

from tui_ops.model.fleet import ENGINE_ADDRESS, LOCAL_ADDRESS
from tui_ops.model.states import HostState
from tui_ops.model.verdict import YES, Verdict, no

FINGERPRINT_PREFIX = "SHA256:"
"""The form in which OpenSSH has printed fingerprints since 6.8; MD5 ones are not accepted."""

FINGERPRINT_LENGTH = len(FINGERPRINT_PREFIX) + 43
"""SHA-256 in base64 without padding."""


_KEY_IS_KNOWN = frozenset({HostState.UP, HostState.STALE, HostState.NOT_REPORTING, HostState.AUTH_FAILED})


class KeyedHost(Protocol):
    """What these rules look at; a row of the fleet table is one."""

    @property
    def state(self) -> HostState:
        """As shown."""

    @property
    def address(self) -> str:
        """``local``, a name or an address."""


def may_trust(host: KeyedHost) -> Verdict:
    """A key can be trusted when the host offers one we don't trust, or beforehand, from a list.

    Where the host's key was good enough for a login attempt, nothing waits for a decision.
    """
    if host.address == ENGINE_ADDRESS:
        return no("this is the engine itself")
    if host.address == LOCAL_ADDRESS:
        return no("this machine is read without SSH")
    if host.state in _KEY_IS_KNOWN:
        return no("no key waits for a decision")
    return YES


def is_fingerprint(text: str) -> bool:
    """Return whether ``text`` is a SHA-256 fingerprint as ssh-keygen prints it."""
    body = text.removeprefix(FINGERPRINT_PREFIX)
    return (
        text.startswith(FINGERPRINT_PREFIX)
        and len(text) == FINGERPRINT_LENGTH
        and all(char.isascii() and (char.isalnum() or char in "+/") for char in body)
    )
