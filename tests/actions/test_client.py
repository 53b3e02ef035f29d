"""Asking once, where what listens goes away."""

import socket
import threading
from pathlib import Path

import pytest

from tui_ops.actions.client import ask_once
from tui_ops.actions.errors import EngineAway
from tui_ops.actions.protocol import PROTOCOL, Request

HELLO = b'{"v": %d, "hello": {"version": "1"}}\n' % PROTOCOL


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((b"", b""), "has gone"),
        ((b'{"v": 1, "hel', b""), "has gone"),
        ((HELLO, b""), "before it answered"),
        ((HELLO, b'{"v": 1, "ok": tr'), "before it answered"),
    ],
)
def test_an_engine_that_ends_before_its_answer_is_away(tmp_path: Path, said: tuple[bytes, bytes], told: str) -> None:
    """What was asked may be done or not: the operator is told where to look, and nothing of JSON."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            link, _ = listener.accept()
            with link:
                link.sendall(said[0])
                if said[0] == HELLO:
                    link.recv(65536)
                link.sendall(said[1])

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(EngineAway, match=told):
            ask_once(path, Request(1, "act", "host.read", ("a",)))
        thread.join(5)
