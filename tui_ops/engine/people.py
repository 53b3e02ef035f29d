"""Who asks: the account that the kernel names, held against the operators of the inventory."""

import os
import pwd
import socket
import struct
from collections.abc import Sequence
from functools import lru_cache

from tui_ops.model.fleet import OperatorSpec
from tui_ops.model.people import Role, Who

_CREDENTIALS = struct.Struct("3i")
"""``struct ucred``: process, user, group."""


def peer_uid(link: socket.socket) -> int:
    """Return the user id of the process at the other end of a UNIX socket, as the kernel knows it."""
    _pid, uid, _gid = _CREDENTIALS.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return int(uid)


@lru_cache(maxsize=256)
def account_name(uid: int) -> str:
    """Return the account's name, or ``uid N`` where it has none.

    It is asked for once: a directory service may take its time, and the event loop waits for it.
    """
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def identify(uid: int, operators: Sequence[OperatorSpec], own_uid: int | None = None) -> Who | None:
    """Return who an account is here, or None for nobody.

    The account that the engine runs as is an admin unless the inventory gives it another role: it owns the
    database anyway. Everyone else must be named by the inventory.
    """
    name = account_name(uid)
    for operator in operators:
        if operator.user in (name, str(uid)):
            return Who(operator.name, operator.role, uid)
    if uid == (os.geteuid() if own_uid is None else own_uid):
        return Who(name, Role.ADMIN, uid)
    return None
