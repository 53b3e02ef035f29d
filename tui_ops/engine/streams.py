"""Shells, logs and commands: asked for at the door, allowed like every act, and written down when they end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from tui_ops.actions.action import Stream
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request, encode, refusal
from tui_ops.engine.acting import Acting, Kept
from tui_ops.engine.logsources import sources
from tui_ops.engine.passage import FLUSH_S, Passage
from tui_ops.engine.recording import Recording
from tui_ops.engine.runs import run_everywhere
from tui_ops.engine.watch import HostWatch
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.people import Who
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked
from tui_ops.practices.incidents.commandended import Ran, keep_end
from tui_ops.practices.incidents.outputs import Tail
from tui_ops.store.audit import append_audit
from tui_ops.store.errors import StoreError
from tui_ops.store.records import HostRecord
from tui_ops.store.writer import Writer
from tui_ops.transport.base import Channel, Link, Terminal, TerminalShape

log = logging.getLogger(__name__)

Receive = Callable[[Asked, asyncio.StreamReader, Callable[[], None]], Awaitable[str]]
"""Takes a file from a client's lines once it was told to begin; returns what came of it."""

TERM = "xterm-256color"
"""Where a client does not name its terminal."""


@dataclass
class Over:
    """How a stream ended, for the client and for the audit."""

    status: int | None = None
    why: str = ""
    recording: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Host to how the command ended there."""
    said: str = ""
    """What came of it, where that is more than how it ended."""
    tails: dict[str, Tail] = field(default_factory=dict)
    """Host to the end of what it wrote there, where it was run for an incident."""
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it was open."""
        return time.monotonic() - self.began

    def sentence(self, label: str, named: str) -> str:
        """Return what the audit says of it."""
        if self.said or not named:
            return self.said or f"{label}: {self.why}"
        said = self.why or (f"status {self.status}" if self.status is not None else "ended")
        kept = f"; recorded in {self.recording}" if self.recording else ""
        return f"{label} on {named} ended after {format_duration(max(1.0, self.seconds))}: {said}{kept}"


@dataclass(frozen=True)
class Call:
    """One client that asked for a stream, and what it was given."""

    who: Who
    request: Request
    kept: Kept
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def host(self) -> HostRecord:
        """The one host."""
        return self.hosts[0]

    @property
    def hosts(self) -> list[HostRecord]:
        """All hosts, in the order in which they were named."""
        return [one for one in self.kept.asked.targets if isinstance(one, HostRecord)]

    def send(self, message: Mapping[str, object]) -> None:
        """Send a line, unless the client has gone."""
        if not self.writer.transport.is_closing():
            self.writer.write(encode(dict(message)))

    def opened(self) -> None:
        """Say that what was asked for is open."""
        self.send({"re": self.request.id, "ok": True, "message": self.kept.done.message, "audit": self.kept.audit})


class Streams:
    """Serves streams.

    Args:
        acting: decides whether an act is allowed, and writes it down.
        writer: the store's writing side.
        watches: host id to the host under watch.
        recordings: folder of what shells showed.
        tell: told the topics that have news: the audit has grown, and incidents where one was worked on.
    """

    def __init__(
        self,
        acting: Acting,
        writer: Writer,
        watches: Mapping[int, HostWatch],
        recordings: Path,
        tell: Callable[..., None],
    ) -> None:
        self._acting = acting
        self._writer = writer
        self._watches = watches
        self._recordings = recordings
        self._tell = tell
        self._live: dict[Passage, Call] = {}
        self.take_files: Mapping[str, Receive] = {}
        """Take the files that clients send, by the id of the act."""

    async def serve(
        self,
        who: Who,
        request: Request,
        read_only: bool,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Serve one stream from its beginning to its end.

        Raises:
            ActError: it is not allowed; nothing was opened.
        """
        kept = await self._acting.perform(who, request, read_only, stream=True)
        call = Call(who, request, kept, reader, writer)
        action = kept.action
        over = Over()
        named = " ".join(f"host:{one.name}" for one in kept.asked.targets)
        try:
            if action.stream is Stream.SHELL:
                await self._shell(call, over)
            elif action.stream is Stream.LOG:
                await self._log(call, over)
            elif action.stream is Stream.FILE:
                over.said = await self.take_files[action.id](kept.asked, reader, call.opened)
                over.status = 0
            else:
                await run_everywhere(call, over, self._link)
        except TuiOpsError as error:
            over.why = error.message
            writer.write(refusal(ActError(Code.REFUSED, error.message, error.hint), request.id))
        except asyncio.CancelledError:
            over.why = "the engine stopped"
            raise
        except Exception:
            over.why = "the engine failed: see its log"
            raise
        finally:
            await self._over(call, over, named)

    async def _over(self, call: Call, over: Over, named: str) -> None:
        """Tell the client and write down how it ended."""
        end = {"status": over.status, "why": clean(over.why), "recording": over.recording, "seconds": over.seconds}
        end |= {"said": clean(over.said)} if over.said else {}
        call.send({"end": end})
        targets = call.kept.asked.targets
        action = call.kept.action
        short = "" if not targets else targets[0].name if len(targets) == 1 else f"{len(targets)} hosts"
        params: dict[str, object] = {"began": call.kept.audit}
        params |= {"outcomes": over.outcomes} if over.outcomes else {}
        outcome = over.sentence(action.label, short)
        ran = _ran(call, over, short)

        def written(session: Session) -> None:
            at = time.time()
            entry = append_audit(session, call.who, f"{action.id}.end", named or action.noun, params, outcome, at)
            if ran is not None:
                keep_end(session, ran, at, entry.id)

        try:
            await self._writer.act(written)
        except StoreError as error:
            log.error("the end of %s by %s was not kept: %s", action.id, call.who.name, error)
        log.info("%s by %s: %s", action.id, call.who.name, outcome)
        self._tell("audit", *(("incidents",) if ran is not None else ()))
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await call.writer.drain()

    async def _link(self, host: HostRecord) -> Link:
        watch = self._watches.get(host.id)
        if watch is None:
            raise ActError(Code.NOT_FOUND, f"{host.name} is no longer looked after")
        return await watch.link()

    async def _shell(self, call: Call, over: Over) -> None:
        size = call.request.size
        shape = TerminalShape(call.request.term or TERM, *size)
        link = await self._link(call.host)
        title = f"{call.host.name} by {call.who.name}"
        recording = Recording(self._recordings, call.kept.audit, shape, title)
        terminal: Terminal | None = None

        def resized(columns: int, rows: int) -> None:
            nonlocal size
            if terminal is not None and (columns, rows) != size:
                size = (columns, rows)
                recording.resized(columns, rows)
                terminal.resize(columns, rows)

        try:
            over.recording = recording.name
            passage = Passage(call.reader, call.writer, recording, resized)
            terminal = await link.open_pty(shape, passage.took, passage.closed)
            call.opened()
            await self._flow(call, passage, terminal, over)
        finally:
            recording.close()

    async def _log(self, call: Call, over: Over) -> None:
        link = await self._link(call.host)
        call.opened()
        for argv in sources(call.kept.asked.params):
            passage = Passage(call.reader, call.writer)
            try:
                channel = await link.open(argv, passage.took, passage.closed)
            except TuiOpsError as error:
                over.why = error.message
                continue
            call.send({"source": " ".join(argv)})
            await self._flow(call, passage, channel, over)
            if passage.why or passage.out or not passage.status:
                return
            over.why = channel.stderr_tail or f"{argv[0]} ended with status {passage.status}"

    async def _flow(self, call: Call, passage: Passage, channel: Channel, over: Over) -> None:
        self._live[passage] = call
        try:
            await passage.flow(channel)
        finally:
            del self._live[passage]
            over.status, over.why = passage.status, passage.why

    def shells(self) -> frozenset[tuple[str, str]]:
        """Return who has a shell open on which host: names of a person and of a host."""
        live = (call for call in self._live.values() if call.kept.action.stream is Stream.SHELL)
        return frozenset((call.who.name, call.host.name) for call in live)

    def check_again(self, identify: Callable[[int], Who | None]) -> None:
        """End the streams of those who are no longer allowed to have them, after the inventory has changed."""
        for passage, call in list(self._live.items()):
            who = identify(call.who.uid)
            if who is None or not who.role.may(call.kept.action.role_on(call.host)):
                passage.end("your role does not cover it any more")


def _ran(call: Call, over: Over, named: str) -> Ran | None:
    """Return the command that has ended, where it was run for an incident."""
    asked = call.kept.asked
    if call.kept.action.stream is not Stream.RUN or not asked.text("incident"):
        return None
    return Ran(
        call.who, asked.text("incident"), clean(asked.text("command")), named, asked.text("step"), over.outcomes,
        over.tails, clean(over.why),
    )  # fmt: skip
