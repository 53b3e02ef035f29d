"""The client's side of a stream, for tests: opens one, reads with a deadline, types."""

import select
import socket
import time

from support.engine_world import EngineWorld
from tui_ops.actions.client import Answer
from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import End, Lines, open_stream, sized, stop, typed, unpack

WITHIN_S = 30.0
"""Longer than anything takes on a busy machine."""


class StreamClient:
    """An open stream."""

    def __init__(self, world: EngineWorld, action: str, *targets: str, **params: object) -> None:
        request = Request(1, "open", action, targets, params, term="vt220", size=(91, 33))
        self.answer: Answer
        self.link: socket.socket
        _, self.answer, self.link = open_stream(world.state.socket, request)
        self.seen = b""
        self.messages: list[dict[str, object]] = []
        self.end: End | None = None
        self._lines = Lines()

    def take(self, within_s: float = 0.1) -> bool:
        """Read what is there; False when the engine has closed the connection."""
        if not select.select([self.link], [], [], within_s)[0]:
            return True
        data = self.link.recv(1 << 16)
        for message in self._lines.feed(data):
            self.messages.append(message)
            if "end" in message:
                self.end = End.read(message["end"])
            elif "out" in message:
                self.seen += unpack(message["out"])
        return bool(data)

    def shows(self, text: bytes) -> None:
        """Wait until a text has come."""
        until = time.monotonic() + WITHIN_S
        while text not in self.seen:
            open_still = self.take()
            if time.monotonic() > until or not open_still:
                raise AssertionError(f"{text!r} did not come; the end was {self.seen[-500:]!r}, {self.end}")

    def ends(self) -> End:
        """Wait for the end."""
        until = time.monotonic() + WITHIN_S
        while self.end is None:
            if time.monotonic() > until or not self.take():
                break
        if self.end is None:
            raise AssertionError(f"no end; {self.seen[-500:]!r}")
        return self.end

    def type(self, data: bytes) -> None:
        self.link.sendall(typed(data))

    def resize(self, columns: int, rows: int) -> None:
        self.link.sendall(sized(columns, rows))

    def stop(self) -> None:
        self.link.sendall(stop())

    def close(self) -> None:
        self.link.close()
