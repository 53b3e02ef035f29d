"""The people of the demo at the engine's socket: anna and bert, who share the account of whoever runs the demo.

In earnest the kernel says whose account asks, and nothing else counts. The demo has one account for three people. So
its own engine, and no other, takes a connection of that account for anna's or bert's where its near end is bound to a
name that says so.
"""

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_ops.actions.client import ANSWER_S, Answer, Hello
from tui_ops.actions.protocol import LINE_LIMIT, Request, decode, write_request
from tui_ops.demo.phones import NUMBERS
from tui_ops.engine.people import peer_uid

_MARK = b"\0tui-ops-demo/"
"""Begins an abstract name: no file, and gone with its socket."""

_count = itertools.count()


def peer(link: socket.socket) -> int:
    """Return the number of the account at the other end of a connection, or that of a person of the demo."""
    uid = peer_uid(link)
    name = link.getpeername()
    if uid != os.geteuid() or not isinstance(name, bytes) or not name.startswith(_MARK):
        return uid
    return NUMBERS.get(name.removeprefix(_MARK).partition(b"/")[0].decode(errors="replace"), uid)


class Person:
    """One of them, connected to the engine.

    Args:
        link: the open connection.
    """

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._lines = link.makefile("rb")
        self._number = 0
        self.hello = Hello.read(self._read())

    def _read(self) -> dict[str, object]:
        line = self._lines.readline(LINE_LIMIT + 1)
        if not line.endswith(b"\n"):
            raise ConnectionError("the engine has gone")
        return decode(line)

    def act(self, action: str, *targets: str, **params: object) -> Answer:
        """Act, and return what the engine answers.

        Args:
            action: id of the act.
            targets: of the act, ``CHG-1``.
            params: by name.

        Raises:
            ActError: it refuses.
            OSError: it has gone.
        """
        self._number += 1
        self._link.sendall(write_request(Request(self._number, "act", action, targets, params)))
        return Answer.read(self._read())


@contextmanager
def person(path: Path, name: str) -> Iterator[Person]:
    """Connect as a person of the demo.

    Args:
        path: of the engine's socket.
        name: anna or bert.

    Raises:
        OSError: no engine listens.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_S)
        link.bind(_MARK + f"{name}/{os.getpid()}/{next(_count)}".encode())
        link.connect(os.fspath(path))
        yield Person(link)
