"""The telephones of the demo's people, called as the engine calls: by Apprise, over a real socket."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui_ops.demo import phones
from tui_ops.demo.addresses import HOSTS_MAX, address_of, listen_on
from tui_ops.demo.inventory import DemoFiles
from tui_ops.demo.phones import ADDRESS, Phones
from tui_ops.demo.run import Place
from tui_ops.store.paths import StatePaths
from tui_ops.transport.messages import Answer, Message, Outcome, Progress, send_by_apprise

AT = 1_790_000_000.0


class Line:
    """Phones that listen, and who calls them."""

    def __init__(self, path: Path, listener: socket.socket) -> None:
        self.path = path
        self.port = int(listener.getsockname()[1])
        self.phones = Phones(path)

    async def send(self, person: str, title: str, body: str, key: str = "") -> Answer:
        """Send as the engine does."""
        url, message = f"json://{ADDRESS}:{self.port}/{person}", Message(title, body, key or title, AT)
        return await asyncio.to_thread(send_by_apprise, url, message, Progress())

    async def say(self, request: bytes) -> bytes:
        """Send anything at all; returns the answer."""
        reader, writer = await asyncio.open_connection(ADDRESS, self.port)
        writer.write(request)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer

    def text(self) -> str:
        """What was written down."""
        return self.path.read_text() if self.path.exists() else ""


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    listener = listen_on(ADDRESS, 0)
    line = Line(tmp_path / "messages.txt", listener)
    await line.phones.start(listener)
    yield line
    await line.phones.stop()


def test_their_address_is_no_hosts() -> None:
    assert ADDRESS not in [address_of(index) for index in range(HOSTS_MAX)]


async def test_what_somebody_is_sent_stands_in_the_file(line: Line) -> None:
    """Who, what and when; a hostile text can't look like another message."""
    answer = await line.send("anna", "[P1] INC-3 db-1.lon: down", "first\x1b[2J line\nsecond line")
    assert answer == Answer(Outcome.SENT)
    first, *rest = line.text().splitlines()
    assert first.endswith(" to anna: [P1] INC-3 db-1.lon: down")
    assert rest[1:] == ["    second line", ""]
    assert "\x1b" not in line.text()


async def test_a_proxy_of_this_machine_is_passed_by(
    line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The engine of a demo is started with an environment that says so; names that are there already stay."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "intranet.example")
    assert (await line.send("anna", "by the", "proxy")).outcome is not Outcome.SENT
    for name, value in Place(StatePaths(tmp_path), DemoFiles(tmp_path)).environment().items():
        monkeypatch.setenv(name, value)
    assert os.environ["no_proxy"].startswith("intranet.example,")
    assert (await line.send("anna", "straight", "on")).outcome is Outcome.SENT


async def test_the_same_message_is_written_once(line: Line) -> None:
    """One that was sent again, since its answer was lost, has the same key."""
    for _ in range(2):
        assert (await line.send("anna", "once", "more", "key-1")).outcome is Outcome.SENT
    await line.send("bert", "another", "one", "key-2")
    assert [text.partition(" to ")[2] for text in line.text().splitlines() if " to " in text] == [
        "anna: once",
        "bert: another",
    ]


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"POST /anna HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /anna HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n{}",
        b"POST /anna HTTP/1.1\r\nContent-Length: 10\r\n\r\n{}",
        b"POST /anna HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]",
        b"POST /../etc HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /carl HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"A" * 100_000,
    ],
)
async def test_what_is_no_message_is_refused_and_they_go_on(line: Line, request_: bytes) -> None:
    assert await line.say(request_) in (
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"",
    )
    assert line.text() == ""
    assert (await line.send("bert", "still", "there")).outcome is Outcome.SENT


async def test_the_file_is_bounded(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins anew when it is full."""
    monkeypatch.setattr(phones, "FILE_LIMIT", 100)
    for number in range(5):
        await line.send("anna", f"message {number}", "x" * 40)
    assert "message 4" in line.text()
    assert "message 0" not in line.text()
    assert len(line.text()) <= 100
