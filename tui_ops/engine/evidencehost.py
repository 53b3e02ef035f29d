"""Asking one host for evidence: over a channel of its own, so that no reading waits, and within ten seconds."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

from tui_ops.collectors.commands import parse_commands
from tui_ops.collectors.errors import NothingUsable, ProbeError
from tui_ops.collectors.evidence import SECTION, Block, parse_evidence, processes_block
from tui_ops.collectors.processes import ProcessList, chosen_pids, derive_top, read_processes
from tui_ops.engine.lane import ProbeLane
from tui_ops.engine.top import COMMANDS
from tui_ops.engine.watch import HostWatch
from tui_ops.transport.errors import ChannelRefused, Gone, TransportError
from tui_ops.transport.threads import read_aside

TAKE_S = 10.0
"""Seconds for all of one host: whoever opens the incident looks at it now, and what shows now is gone soon."""

PART_S: dict[int, int] = {1: 3, 2: 4, 3: 3}
"""Seconds that the host may take for each part: each of its commands takes milliseconds on a healthy one."""

PROCESSES_S, COMMANDS_S = 3, 2
"""The same for a look at the processes, and for owners and command lines."""

GRACE_S = 1.0
"""What we wait beyond the host's own deadline, before we ask the rest over another channel."""

APART_S = 1.0
"""Seconds between the two looks at the processes, the least in which CPU time says something."""

START_S = 5.0
"""Seconds until a shell of ours must run there: a host that starts none has nothing to tell, and others are asked."""

TRIES = 2
"""Channels that are opened: a second one for what comes after a command that hangs the first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a host showed."""

    blocks: tuple[Block, ...]
    """None where it could not be asked."""
    why: str = ""
    """Why something is missing; empty where nothing is."""


class _Asker:
    """Asks over a channel of its own; over that of the readings where the server opens no other.

    Args:
        watch: the host.
    """

    def __init__(self, watch: HostWatch) -> None:
        self._watch = watch
        self._lane: ProbeLane | None = None
        self._shared = False
        self._opened = 0

    async def ask(self, name: str, deadline_s: int, words: Sequence[int] = ()) -> bytes:
        """Return the body of one run of a section.

        Raises:
            TransportError: there is no connection, or it broke.
            ProbeError: it did not end in time.
        """
        lane = None if self._shared else await self._own()
        if lane is not None:
            return await lane.section(name, deadline_s, deadline_s + GRACE_S, words)
        body = await self._watch._visit.section(name, deadline_s, words)
        if body is None:
            raise Gone(f"there is no connection to {self._watch.spec.name}", "it is opened again by itself")
        return body

    async def _own(self) -> ProbeLane | None:
        if self._lane is not None and self._lane.alive:
            return self._lane
        if self._opened >= TRIES:
            raise ProbeError("what was asked for hangs on the host", "log in and look at its disks")
        self._opened += 1
        self.close()
        lane = ProbeLane(await self._watch.link(), self._watch.spec.sudo)
        try:
            async with asyncio.timeout(START_S):
                await lane.start()
        except ChannelRefused:
            self._shared = True
            return None
        except TimeoutError as error:
            lane.close()
            raise Gone(
                f"no shell of ours starts there within {START_S:.0f} s", "look at its load and memory"
            ) from error
        except BaseException:
            lane.close()
            raise
        self._lane = lane
        return lane

    def close(self) -> None:
        """End the channel."""
        if self._lane is not None:
            self._lane.close()
            self._lane = None


@dataclass(slots=True)
class _Draft:
    """What has come so far; it is of use even if the rest does not come."""

    bodies: list[bytes] = field(default_factory=list)
    before: ProcessList | None = None
    before_mono: float = 0.0
    top: Block | None = None
    missing: list[str] = field(default_factory=list)


async def take(watch: HostWatch, ago_s: float, within_s: float = TAKE_S) -> Taken:
    """Return what a host shows now.

    Args:
        watch: the host; it is asked where it is connected.
        ago_s: seconds since the trouble began: the logs are told around that moment.
        within_s: seconds for all of it; what has come by then is returned.
    """
    draft, asker = _Draft(), _Asker(watch)
    try:
        async with asyncio.timeout(within_s):
            await _fill(draft, asker, ago_s)
    except TimeoutError:
        draft.missing.append(f"not all of it came within {within_s:.0f} s")
    except TransportError as error:
        draft.missing.append(error.message)
    finally:
        asker.close()
    return await _taken(draft)


async def _fill(draft: _Draft, asker: _Asker, ago_s: float) -> None:
    """Ask for one thing after the other, what may hang last."""
    await _step(draft, _first_look(draft, asker))
    await _step(draft, _part(draft, asker, 1, ago_s))
    await _step(draft, _part(draft, asker, 2, ago_s))
    await _step(draft, _second_look(draft, asker))
    await _step(draft, _part(draft, asker, 3, ago_s))


async def _step(draft: _Draft, step: Awaitable[None]) -> None:
    """Do one of them; what fails costs the others nothing."""
    try:
        await step
    except ProbeError as error:
        draft.missing.append(error.message)


async def _first_look(draft: _Draft, asker: _Asker) -> None:
    body = await asker.ask("processes", PROCESSES_S)
    draft.before, draft.before_mono = await read_aside(read_processes, body, "processes"), time.monotonic()


async def _second_look(draft: _Draft, asker: _Asker) -> None:
    """Look again, so that each process has its CPU of the last second or two."""
    if draft.before is None:
        return
    await asyncio.sleep(max(0.0, draft.before_mono + APART_S - time.monotonic()))
    now = await read_aside(read_processes, await asker.ask("processes", PROCESSES_S), "processes")
    draft.top = processes_block(derive_top(draft.before, now, {}).document)
    pids = chosen_pids(draft.before, now)
    owners = parse_commands(await asker.ask(COMMANDS, COMMANDS_S, pids), pids)
    draft.top = processes_block(derive_top(draft.before, now, owners).document)


async def _part(draft: _Draft, asker: _Asker, part: int, ago_s: float) -> None:
    draft.bodies.append(await asker.ask(SECTION, PART_S[part], (part, max(0, round(ago_s)))))


async def _taken(draft: _Draft) -> Taken:
    blocks: list[Block] = []
    if draft.bodies:
        bodies = draft.bodies
        try:
            blocks = await read_aside(lambda _: parse_evidence(bodies), b"".join(bodies), SECTION)
        except NothingUsable as error:
            draft.missing.append(error.message)
    if draft.top is not None:
        blocks.insert(0, draft.top)
    return Taken(tuple(blocks), "; ".join(dict.fromkeys(draft.missing)))
