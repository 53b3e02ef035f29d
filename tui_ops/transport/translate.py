"""The border where the SSH library's and the system's errors become ours."""

import errno
import shlex
import socket

import asyncssh

from tui_ops.model.clean import clean
from tui_ops.model.units import format_duration
from tui_ops.transport.errors import (
    AuthFailed,
    Gone,
    JumpForbids,
    JumpFull,
    NameUnknown,
    NoRoute,
    NotSsh,
    Refused,
    SettingsWrong,
    TimedOut,
    TransportError,
)
from tui_ops.transport.settings import Route

REASON_CHARS = 160
"""Characters of a server's own words that are shown."""

_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL, errno.EACCES}
"""What the kernel says where the network has no way, or a firewall answers."""

_SHORT_OF_MEANS = (
    "too many open files",
    "resource temporarily unavailable",
    "cannot allocate memory",
    "no buffer space",
    "cannot assign requested address",
)
"""What a jump host's sshd says when it, not the target, is at its end."""

_TARGET_TIME = ("timed out", "timeout")
_TARGET_NAME = ("name or service not known", "unknown host", "name resolution", "no address associated")
_TARGET_ROUTE = ("no route", "unreachable")


def reason_of(error: BaseException) -> str:
    """Return the other side's own words, harmless and short."""
    said = getattr(error, "reason", "") or str(error) or type(error).__name__
    return clean(str(said).strip(), REASON_CHARS)


def of_socket(error: OSError, route: Route) -> TransportError:
    """Translate what the kernel says about a TCP connection."""
    if isinstance(error, ConnectionRefusedError):
        return Refused(
            f"port {route.port} of {clean(route.address, 120)} refuses: sshd is not running or the port is wrong",
            "start sshd there, or give the port in the inventory",
        )
    if isinstance(error, TimeoutError):
        return TimedOut(f"{route.where} does not answer", "check power, network and firewall of the host")
    if error.errno in _NO_WAY:
        return NoRoute(f"there is no way to {route.where}: {error.strerror}", "check network and firewall")
    if isinstance(error, ConnectionError):
        return Gone(f"{route.where} broke the connection off: {error.strerror}", "look at sshd's log on the host")
    return SettingsWrong(f"no connection to {route.where} can be made here: {reason_of(error)}")


def of_handshake(error: Exception, route: Route, limit_s: float) -> TransportError:
    """Translate what ended a key exchange or a login."""
    if isinstance(error, TransportError):
        return error
    words = reason_of(error)
    if isinstance(error, TimeoutError) or "login timeout expired" in words.lower():
        return TimedOut(
            f"{route.where} does not finish the login within {format_duration(limit_s)}",
            "look at the host's load and at sshd's log there",
        )
    if isinstance(error, asyncssh.PermissionDenied) or "too many authentication failures" in words.lower():
        return _login(error, route)
    if isinstance(error, asyncssh.ConnectionLost | ConnectionError):
        return Gone(
            f"{route.where} broke off the handshake: {words}",
            "look at sshd's log there; MaxStartups or a penalty for this address may be the cause",
        )
    if isinstance(error, asyncssh.DisconnectError):
        return NotSsh(f"{route.where} does not speak SSH as we do: {words}", "look at what listens on that port")
    if isinstance(error, asyncssh.ChannelOpenError):
        return of_forward(error, route, "the jump host")
    if isinstance(error, socket.gaierror):
        return SettingsWrong(f"no connection to {route.where}: {words}")
    if isinstance(error, OSError) and error.filename is None:
        return of_socket(error, route)
    if not isinstance(error, OSError | ValueError):
        return NotSsh(f"{route.where} sends what no SSH server sends: {words}", "look at what listens on that port")
    return SettingsWrong(f"no login to {route.where} can be tried: {words}", "look at ssh_config and the key files")


def _login(error: Exception, route: Route) -> AuthFailed:
    user = clean(route.user, 60)
    if "too many" in reason_of(error).lower():
        return AuthFailed(
            f"{route.where} gave up on the login of {user}: too many keys were offered",
            "give the host's key as IdentityFile with IdentitiesOnly yes in ssh_config",
        )
    return AuthFailed(
        f"{route.where} refuses the login of {user}: it accepts none of our keys",
        clean("check with: " + shlex.join(["ssh", "-p", str(route.port), "-l", route.user, route.address])),
    )


def says_nothing(error: asyncssh.ChannelOpenError) -> bool:
    """Whether a refused forward comes without a reason: sshd could make no socket, or has no route at all."""
    return error.code == asyncssh.OPEN_CONNECT_FAILED and reason_of(error).lower() in {"open failed", ""}


def full(jump: str, words: str = "it has no descriptor left") -> JumpFull:
    """Say that a jump host opens no further forward."""
    return JumpFull(f"{jump} opens no further forward: {words}", "raise the descriptor limit of its sshd (LimitNOFILE)")


def no_way(jump: str, route: Route) -> NoRoute:
    """Say that a jump host can't reach what lies behind it."""
    return NoRoute(f"{jump} has no way to {route.where}", "check network and firewall between the two")


def of_forward(error: asyncssh.ChannelOpenError, route: Route, jump: str) -> TransportError:
    """Translate a jump host's refusal to open a forward: is it the jump host, or what lies behind it?"""
    words = reason_of(error)
    said = words.lower()
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return JumpForbids(
            f"{jump} allows no forward to {route.where}: {words}",
            "look at AllowTcpForwarding and PermitOpen of its sshd",
        )
    if error.code == asyncssh.OPEN_RESOURCE_SHORTAGE or any(sign in said for sign in _SHORT_OF_MEANS):
        return full(jump, words)
    return _target(said, words, route, jump)


def _target(said: str, words: str, route: Route, jump: str) -> TransportError:
    if any(sign in said for sign in _TARGET_TIME):
        return TimedOut(f"{route.where} does not answer {jump}", "check power, network and firewall of the host")
    if any(sign in said for sign in _TARGET_NAME):
        return NameUnknown(f"{jump} finds no address for {clean(route.address, 120)}", "give an address instead")
    if any(sign in said for sign in _TARGET_ROUTE):
        return no_way(jump, route)
    return Refused(
        f"port {route.port} of {clean(route.address, 120)} refuses {jump}: {words}",
        "start sshd there, or give the port in the inventory",
    )
