"""The telephones of the demo's people: what they are sent is written to a file. Nothing leaves this machine."""

import asyncio
import json
import socket
from datetime import datetime
from pathlib import Path

from tui_ops.model.clean import clean, clean_lines

ADDRESS = "127.77.255.1"
"""Where they listen, on the hosts' port: in the demo's network, and behind the last host that there can be."""

PEOPLE = ("anna", "bert")
"""Who is on call in the demo, in turns."""

NUMBERS = {name: 77_000_001 + at for at, name in enumerate(PEOPLE)}
"""The numbers of their accounts, which no machine has."""

REQUEST_LIMIT = 64 * 1024
"""Bytes of one message with its headers: a notification has two or three KiB."""

FILE_LIMIT = 1024 * 1024
"""Bytes of the file: a thousand messages. It begins anew when it is full."""

REQUEST_S = 10.0
"""Seconds in which a message has to be here."""

LINES = 40
"""Lines of a message that are written."""


class Phones:
    """Takes messages as Apprise's ``json://`` sends them.

    Args:
        path: the file that they are written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[str] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Answer on a socket that listens."""
        self._server = await asyncio.start_server(self._answer, sock=listener, limit=REQUEST_LIMIT)

    async def stop(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status = "400 Bad Request"
        try:
            async with asyncio.timeout(REQUEST_S):
                if self._take(*await _request(reader)):
                    status = "200 OK"
        except (OSError, TimeoutError, ValueError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            writer.close()

    def _take(self, person: str, key: str, body: bytes) -> bool:
        """Write a message down, unless it was here already; returns whether it is one."""
        message = json.loads(body)
        if person not in PEOPLE or not isinstance(message, dict):
            return False
        if not key or key not in self._seen:
            self._seen.add(key)
            text = text_of(person, str(message.get("title", "")), str(message.get("message", "")))
            full = self._path.exists() and self._path.stat().st_size + len(text) > FILE_LIMIT
            with self._path.open("w" if full else "a", encoding="utf-8") as file:
                file.write(text)
        return True


def text_of(person: str, title: str, message: str) -> str:
    """Return a message as the file has it.

    Args:
        person: whose telephone it is.
        title: of the message.
        message: its text.
    """
    at = datetime.now().astimezone().strftime("%H:%M:%S")
    lines = clean_lines(message.encode())[:LINES]
    return "\n".join((f"{at} to {person}: {clean(title, 200)}", *(f"    {line}" for line in lines), "", ""))


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    """Return the last part of the path, the key and the body of a request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1] if head[0].count(" ") == 2 else ""
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= REQUEST_LIMIT:
        raise ValueError("too much of a message")
    return path.rpartition("/")[2], headers.get("idempotency-key", ""), await reader.readexactly(length)
