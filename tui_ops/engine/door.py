"""``engine.sock``: where dashboards and the command line ask, and are told of news."""

import asyncio
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tui_ops import __version__
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import LINE_LIMIT, LOOK_INCIDENT, TOPICS, Request, encode, read_request, refusal
from tui_ops.engine.acting import Acting
from tui_ops.engine.errors import EngineError
from tui_ops.engine.looking import Beside, Looking
from tui_ops.engine.news import News
from tui_ops.engine.people import account_name, peer_uid
from tui_ops.engine.streams import Streams
from tui_ops.model.incidents import incident_name, number_in
from tui_ops.model.people import Who

log = logging.getLogger(__name__)

SOCKET_MODE = 0o660
"""Set explicitly: a umask of 077 would close it to the group that may ask."""

CLIENTS_MOST = 200
"""Connections at once: a team of twenty with several terminals each, with room to spare."""

CLIENTS_OF_ONE = 50
"""Connections of one account: nobody locks the others out."""

BACKLOG_BYTES = 64 * 1024
"""What may wait for a client that does not read; beyond it news is left out, and its gap says so."""

PATH_MOST = 107
"""Bytes of a UNIX socket's path: the kernel's ``sun_path`` less its end."""


class Door:
    """The socket.

    Args:
        path: where it stands.
        acting: does what is asked.
        streams: serves shells, logs and commands.
        news: tells what changed.
        looking: takes note of the hosts that clients look at.
        identify: account to operator; None for nobody.
        status: what the engine says of itself.
        fleet: name of the fleet, for the greeting.
        gid: group that may ask, None for the own user alone.
    """

    def __init__(
        self,
        path: Path,
        acting: Acting,
        streams: Streams,
        news: News,
        looking: Looking,
        identify: Callable[[int], Who | None],
        status: Callable[[], dict[str, object]],
        fleet: Callable[[], str],
        gid: int | None = None,
        peer: Callable[[socket.socket], int] = peer_uid,
    ) -> None:
        self._path = path
        self._acting = acting
        self._streams = streams
        self._news = news
        self._looking = looking
        self._beside = Beside()
        self._identify = identify
        self._status = status
        self._fleet = fleet
        self._gid = gid
        self._peer = peer
        self._server: asyncio.Server | None = None
        self._inode = 0
        self._clients: set[asyncio.Task[None]] = set()
        self._by_account: Counter[int] = Counter()
        self.emptied_at = asyncio.get_running_loop().time()
        """When the last client left, by the loop's clock."""

    @property
    def clients(self) -> int:
        """Connections open now."""
        return len(self._clients)

    async def open(self) -> None:
        """Begin to listen. Only the holder of the engine's lock may do this: a socket that stands there is old.

        Raises:
            EngineError: the path is too long or can't be made.
        """
        if len(os.fsencode(self._path)) > PATH_MOST:
            raise EngineError(
                f"{self._path} is longer than the {PATH_MOST} bytes that a socket's path may have",
                "name a shorter --state-dir",
            )
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._meet, str(self._path), limit=LINE_LIMIT)
            self._path.chmod(SOCKET_MODE)
            self._inode = self._path.stat().st_ino
            if self._gid is not None:
                os.chown(self._path, -1, self._gid)
        except OSError as error:
            raise EngineError(f"{self._path} can't be opened: {error.strerror}") from error

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        if self._is_ours():
            self._path.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        """Whether the socket at the path is the one that was opened here, and not a later engine's."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            log.debug("a client went away")
        except Exception:  # the boundary of one connection: the others and the engine go on
            log.exception("a connection failed")
        finally:
            self._clients.discard(task)
            self.emptied_at = asyncio.get_running_loop().time()
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = writer.get_extra_info("socket")
        assert isinstance(link, socket.socket) or hasattr(link, "getsockopt")
        uid = self._peer(link)
        who = self._identify(uid)
        if who is None or len(self._clients) > CLIENTS_MOST or self._by_account[uid] >= CLIENTS_OF_ONE:
            writer.write(refusal(self._turned_away(who, uid)))
            await writer.drain()
            return
        self._by_account[uid] += 1
        try:
            await self._welcome(who, uid, reader, writer)
        finally:
            self._by_account[uid] -= 1

    async def _welcome(self, who: Who, uid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode({"hello": self._greeting(who)}))
        await _Client(
            self._acting, self._streams, self._news, self._looking, self._beside, self._status, uid, self._identify,
            reader, writer,
        ).serve()  # fmt: skip

    def _turned_away(self, who: Who | None, uid: int) -> ActError:
        if who is not None:
            return ActError(Code.BUSY, "too many sessions are open already", "close some")
        log.warning("account %s (uid %d) is nobody here", account_name(uid), uid)
        return ActError(
            Code.NOBODY,
            f"account {account_name(uid)} is no operator of this fleet",
            "an admin adds it under operators in the inventory",
        )

    def _greeting(self, who: Who) -> dict[str, object]:
        return {
            "version": __version__,
            "fleet": self._fleet(),
            "pid": os.getpid(),
            "you": {"name": who.name, "role": str(who.role)},
            "seq": self._news.seq,
        }


class _Client:
    """One connection: its questions are answered one after the other."""

    def __init__(
        self,
        acting: Acting,
        streams: Streams,
        news: News,
        looking: Looking,
        beside: Beside,
        status: Callable[[], dict[str, object]],
        uid: int,
        identify: Callable[[int], Who | None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._acting = acting
        self._streams = streams
        self._news = news
        self._looking = looking
        self._beside = beside
        self._status = status
        self._uid = uid
        self._identify = identify
        self._reader = reader
        self._writer = writer
        self._read_only = False
        self._topics: frozenset[str] = frozenset()
        self._unfollow: Callable[[], None] = lambda: None

    async def serve(self) -> None:
        """Answer until the client leaves."""
        try:
            while True:
                try:
                    line = await self._reader.readuntil(b"\n")
                except asyncio.LimitOverrunError:
                    error = ActError(Code.TOO_LARGE, f"a message may have {LINE_LIMIT} bytes, this one has more")
                    self._writer.write(refusal(error))
                    await self._writer.drain()
                    return
                answer = await self._answer(line)
                if not answer:
                    return  # A stream had the connection to its end.
                self._writer.write(answer)
                await self._writer.drain()
        finally:
            self._unfollow()
            self._looking.gone(self)
            self._beside.gone(self)

    async def _answer(self, line: bytes) -> bytes:
        number = None
        try:
            request = read_request(line)
            number = request.id
            return await self._do(request)
        except ActError as error:
            return refusal(error, number)

    async def _do(self, request: Request) -> bytes:
        self._read_only = self._read_only or request.read_only
        if request.ask == "status":
            return encode({"re": request.id, "ok": True, **self._status()})
        if request.ask == "follow":
            self._follow(request.topics)
            return encode({"re": request.id, "ok": True, "seq": self._news.seq})
        who = self._who()
        if request.ask == "look":
            self._look(who, request)
            return encode({"re": request.id, "ok": True})
        if request.ask == "open":
            self._unfollow()
            await self._streams.serve(who, request, self._read_only, self._reader, self._writer)
            return b""
        kept = await self._acting.perform(who, request, self._read_only)
        answer = {"message": kept.done.message, "outcomes": kept.done.outcomes, "audit": kept.audit}
        return encode({"re": request.id, "ok": True, **answer})

    def _look(self, who: Who, request: Request) -> None:
        if request.action == LOOK_INCIDENT:
            number = number_in(request.targets[0], "INC") if request.targets else None
            incident = incident_name(number) if number is not None else ""
            self._beside.at(self, incident, who.name, self._tell_beside)
        else:
            self._looking.at(self, request.targets)

    def _tell_beside(self, incident: str, names: Sequence[str]) -> None:
        transport = self._writer.transport
        if not transport.is_closing() and transport.get_write_buffer_size() <= BACKLOG_BYTES:
            self._writer.write(encode({"beside": incident, "names": list(names)}))

    def _who(self) -> Who:
        who = self._identify(self._uid)
        if who is None:
            raise ActError(Code.NOBODY, "you are no operator of this fleet any more", "ask an admin")
        return who

    def _follow(self, topics: tuple[str, ...]) -> None:
        unknown = set(topics) - set(TOPICS)
        if unknown:
            raise ActError(
                Code.BAD_PARAMETER, f"there is no topic {min(unknown)!r:.40}", f"topics: {', '.join(TOPICS)}"
            )
        self._unfollow()
        self._topics = frozenset(topics)
        self._unfollow = self._news.follow(self._tell)

    def _tell(self, seq: int, topics: frozenset[str]) -> None:
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > BACKLOG_BYTES:
            return
        # A message without topics of interest is sent too: it keeps the sequence without a gap.
        self._writer.write(encode({"news": seq, "topics": sorted(topics & self._topics)}))
