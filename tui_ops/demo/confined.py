"""Keeping what runs on a host of the demo inside its tree, whatever it is.

Steps of changes act on the tree because a stand-in does them (:mod:`tui_ops.demo.stepping`). This is the second line:
the kernel itself lets a host's processes write nowhere else, and gives them no rights that this account lacks.
"""

import ctypes
import os
import struct
from pathlib import Path

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
"""System calls; the same numbers on every machine."""

_ASK_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_WRITE_FILE = 1 << 1
_RIGHTS = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Of linux/landlock.h: to write a file, to remove and to make whatever there can be."""

_REFER, _TRUNCATE = 1 << 13, 1 << 14
"""To move between folders, since version 2; to cut a file off, since version 3."""

_SIGNALS = 1 << 1
"""Signals to processes outside, since version 6."""

OPEN_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""What may be written all the same."""


class Confined:
    """Rules under which processes are started.

    Args:
        root: below it everything may be written; it exists.

    Raises:
        OSError: the kernel has such rules, and does not take these.
    """

    def __init__(self, root: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._rules = _rules(self._libc, root)

    @property
    def by_kernel(self) -> bool:
        """Whether the kernel keeps writes inside: Linux 5.13 or newer, with Landlock switched on."""
        return self._rules is not None

    def enter(self) -> None:
        """Put the calling process under the rules for good; to be called between fork and exec.

        Raises:
            OSError: it can't be done, and so nothing is run.
        """
        if self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "no_new_privs")
        if self._rules is not None and self._libc.syscall(_LANDLOCK_RESTRICT, self._rules, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self")

    def close(self) -> None:
        """Give the rules up; who is under them stays so."""
        if self._rules is not None:
            os.close(self._rules)
            self._rules = None


def _rules(libc: ctypes.CDLL, root: Path) -> int | None:
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _ASK_VERSION)
    if version < 1:
        return None
    rights = _RIGHTS | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    # What a kernel does not know of the structure has to be left away.
    fields = (rights, 0, _SIGNALS) if version >= 6 else (rights,)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    rules = int(libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0))
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    _allow(libc, rules, str(root), rights)
    for device in OPEN_DEVICES:
        _allow(libc, rules, device, _WRITE_FILE)
    return rules


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = struct.pack("=Qi", rights, opened)
        if libc.syscall(_LANDLOCK_ADD, rules, _PATH_BENEATH, beneath, 0):
            raise OSError(ctypes.get_errno(), f"landlock_add_rule {path}")
    finally:
        os.close(opened)
