"""The client side of ``engine.sock``: for the desk a link that lasts, for the command line one question."""

import asyncio
import logging
import socket as sockets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tui_ops import __version__
from tui_ops.actions.errors import ActError, Code, EngineAway
from tui_ops.actions.protocol import LINE_LIMIT, LOOK_INCIDENT, Request, decode, read_error, write_request
from tui_ops.model.clean import clean
from tui_ops.model.people import Role

log = logging.getLogger(__name__)

ANSWER_S = 20.0
"""How long an answer is awaited: an act is one transaction, so this is only reached when the engine hangs."""

NAME_LIMIT = 40
"""Characters of an operator's name in a line."""

RETRY_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Waits between attempts to connect: quick at first, because the desk itself may just have started the engine."""


@dataclass(frozen=True, slots=True)
class Hello:
    """How the engine greets."""

    version: str
    fleet: str
    pid: int
    you: str
    role: Role
    seq: int

    @classmethod
    def read(cls, message: dict[str, object]) -> "Hello":
        """Return the greeting in a message.

        Raises:
            ActError: for an account that is nobody here, or for something that is no greeting.
        """
        if "error" in message:
            raise read_error(message["error"])
        hello = message.get("hello")
        if not isinstance(hello, dict):
            raise ActError(Code.MALFORMED, "what listens at the socket is not an engine of tui-ops")
        you = hello.get("you") or {}
        return cls(
            version=str(hello.get("version", "")),
            fleet=str(hello.get("fleet", "")),
            pid=int(hello.get("pid", 0)),
            you=str(you.get("name", "")),
            role=Role(str(you.get("role", Role.VIEWER))),
            seq=int(hello.get("seq", 0)),
        )

    @property
    def same_version(self) -> bool:
        """Whether both sides come from one release."""
        return self.version == __version__


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an act."""

    message: str
    """One sentence for the operator."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Target to its own outcome."""
    audit: int = 0
    """Number of the audit entry; 0 where none was written."""

    @classmethod
    def read(cls, message: dict[str, object]) -> "Answer":
        """Return the answer in a message.

        Raises:
            ActError: where the engine refused.
        """
        if message.get("ok") is not True:
            raise read_error(message.get("error"))
        outcomes = message.get("outcomes") or {}
        return cls(
            message=str(message.get("message", "")),
            outcomes={str(key): str(text) for key, text in outcomes.items()} if isinstance(outcomes, dict) else {},
            audit=int(str(message.get("audit", 0))),
        )


class EngineClient:
    """A link to the engine that is made again whenever it is lost.

    Args:
        path: of the socket.
        on_news: called with the topics that changed; after a gap or a new link with every topic.
        on_link: called with the greeting when the link stands, with the error when it is lost or refused.
        topics: what to follow.
        read_only: give up acting for this session.
    """

    def __init__(
        self,
        path: Path,
        on_news: Callable[[frozenset[str]], None],
        on_link: Callable[[Hello | ActError], None],
        topics: tuple[str, ...],
        read_only: bool = False,
    ) -> None:
        self._path = path
        self._on_news = on_news
        self._on_link = on_link
        self._topics = topics
        self._read_only = read_only
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, object]]] = {}
        self._next_id = 1
        self._seq = 0
        self.looked: tuple[str, ...] = ()
        """The hosts that are looked at."""
        self.incident = ""
        """The incident that is looked at, by its name."""
        self.beside: tuple[str, ...] = ()
        """Who else looks at it, as the engine has told."""
        self.on_beside: Callable[[], None] = lambda: None
        """Called when that has changed."""
        self.hello: Hello | None = None

    async def run(self) -> None:
        """Keep the link until cancelled."""
        failures = 0
        while True:
            try:
                await self._one_link()
                failures = 0
            except ActError as error:
                self._lost(error)
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                self._lost(
                    EngineAway(hint="start one: tui-ops engine")
                    if isinstance(error, OSError)
                    else EngineAway("the engine has gone")
                )
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    async def _one_link(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._path), limit=LINE_LIMIT)
        try:
            self.hello = Hello.read(decode(await reader.readuntil(b"\n")))
            self._writer = writer
            self._seq = self.hello.seq
            self._send(Request(self._take_id(), "follow", topics=self._topics, read_only=self._read_only))
            if self.looked:
                self._send(Request(self._take_id(), "look", targets=self.looked))
            if self.incident:
                self._send(Request(self._take_id(), "look", LOOK_INCIDENT, (self.incident,)))
            self._on_link(self.hello)
            self._on_news(frozenset(self._topics))
            while True:
                self._take_in(decode(await reader.readuntil(b"\n")))
        finally:
            self._writer = None
            self.hello = None
            self.beside = ()
            writer.close()
            self._fail_waiting()

    def _take_in(self, message: dict[str, object]) -> None:
        if "news" in message:
            seq, topics = int(str(message["news"])), message.get("topics")
            missed = seq != self._seq + 1
            self._seq = seq
            told = frozenset(str(one) for one in topics) if isinstance(topics, list) else frozenset()
            self._on_news(frozenset(self._topics) if missed else told)
            return
        if "beside" in message:
            self._take_beside(message)
            return
        number = message.get("re")
        if number is None and "error" in message and self._waiting:
            # A refusal of a line as a whole, too large for one, can't say which question it was.
            number = max(self._waiting)
        waiting = self._waiting.pop(number, None) if isinstance(number, int) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _take_beside(self, message: dict[str, object]) -> None:
        names = message.get("names")
        if message["beside"] == self.incident and isinstance(names, list):
            self.beside = tuple(clean(str(name), NAME_LIMIT) for name in names)
            self.on_beside()

    def _lost(self, error: ActError) -> None:
        self._on_link(error)

    def _fail_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(_unanswered())

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _send(self, request: Request) -> None:
        if self._writer is None:
            raise EngineAway
        self._writer.write(write_request(request))

    def look(self, *hosts: str) -> None:
        """Say which hosts are looked at, and that no others are: also after a link that was made again.

        What the engine answers changes nothing here: where it does not read them more often, they come as usual.
        """
        if hosts == self.looked:
            return
        self.looked = hosts
        if self._writer is not None:
            self._send(Request(self._take_id(), "look", targets=hosts))

    def look_at_incident(self, name: str) -> None:
        """Say which incident is looked at, and that no other is: also after a link that was made again.

        Args:
            name: ``INC-12``; empty for none.
        """
        if name == self.incident:
            return
        self.incident, self.beside = name, ()
        if self._writer is not None:
            self._send(Request(self._take_id(), "look", LOOK_INCIDENT, (name,) if name else ()))

    async def act(
        self, action: str, targets: tuple[str, ...], params: dict[str, object], expect: dict[str, int] | None = None
    ) -> Answer:
        """Ask the engine to act, and return what came of it.

        Args:
            action: id of the act.
            targets: host names, or empty for an act on the fleet.
            params: by name, as the act's declaration says.
            expect: target to the revision that the operator looked at.

        Raises:
            ActError: with the engine's reason, or when no engine answers.
        """
        number = self._take_id()
        future: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._send(Request(number, "act", action, targets, params, expect or {}))
            async with asyncio.timeout(ANSWER_S):
                return Answer.read(await future)
        except TimeoutError as error:
            raise ActError(
                Code.BUSY,
                f"the engine did not answer within {ANSWER_S:.0f} s",
                "look at the audit before you try again",
            ) from error
        finally:
            self._waiting.pop(number, None)


def _line(lines: BinaryIO, cut: EngineAway) -> bytes:
    """Return the next line; raise ``cut`` where the other side went away before its end."""
    line = lines.readline(LINE_LIMIT + 1)
    if not line.endswith(b"\n") and len(line) <= LINE_LIMIT:
        raise cut
    return line


def _unanswered() -> EngineAway:
    return EngineAway("the engine went away before it answered", "look at the audit before you try again")


def ask_once(path: Path, request: Request, timeout_s: float = ANSWER_S) -> tuple[Hello, dict[str, object]]:
    """Connect, ask one thing, and return the greeting and the answer.

    Raises:
        ActError: no engine, nobody, another protocol; the engine's refusals are raised too.
    """
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as link:
        link.settimeout(timeout_s)
        try:
            link.connect(str(path))
            with link.makefile("rb") as lines:
                hello = Hello.read(decode(_line(lines, EngineAway("the engine has gone"))))
                with suppress(BrokenPipeError):
                    link.sendall(write_request(request))
                message = decode(_line(lines, _unanswered()))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise EngineAway from error
        except PermissionError as error:
            raise ActError(
                Code.NOBODY, f"no permission for {path}", "ask the engine's owner to put you into its group"
            ) from error
        except TimeoutError as error:
            raise ActError(Code.BUSY, f"the engine did not answer within {timeout_s:.0f} s") from error
        except OSError as error:
            raise EngineAway(f"the engine can't be asked: {error.strerror or error}") from error
    if message.get("ok") is not True:
        raise read_error(message.get("error"))
    return hello, message
