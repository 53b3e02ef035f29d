"""The steps of one run on hosts that are reached by SSH: each attempt is begun at most once, and not lost sight of."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from tui_ops.collectors.frame import Frame
from tui_ops.engine.change.base import OnOutput
from tui_ops.engine.change.handattempt import REACH_S, Attempt, GivenUp, failed, given_up, lost
from tui_ops.engine.change.handboot import rebooted
from tui_ops.engine.change.handhere import HereHands
from tui_ops.engine.change.handhost import BETWEEN_S, ORDER_S, FolderGone, HostHands, LinkTo
from tui_ops.engine.change.handtext import DRY, READ_LIMIT, Found, folder_of, parse_found
from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.orders import OUTPUT_KEPT, CellEnd, Order, Seen
from tui_ops.model.plans import HERE, Step, StepKind
from tui_ops.model.units import format_duration
from tui_ops.plans.substitution import for_host
from tui_ops.practices.changes.steps import compose, dry, judge, judge_dry
from tui_ops.practices.changes.steps.kind import SAID_LIMIT, TIMED_OUT_CODES

log = logging.getLogger(__name__)

FOLLOW_S = 0.3
"""Seconds between two looks at what a step writes, while somebody watches."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of hosts, handed in so that steps can be held against it."""

    address_of: Callable[[str], str] = lambda host: host
    """By which a host of a name is reached: what a plan calls ``{address}``."""
    applies: Callable[[str, str], bool] = lambda _host, _when: True
    """Whether a step's ``when`` is true of a host; raises TuiOpsError where that can't be said."""
    begun: Callable[[str], bool] = lambda _host: False
    """Whether steps of this run were done on a host before these hands were made: its folder has to be there then."""
    begun_at: float = 0.0
    """Epoch seconds at which the run began; 0 where nobody has to ask. On a host that booted since, a claim that is not
    there proves nothing: it may have been lost with what was not on disk yet."""


def _is_here(step: Step) -> bool:
    """Return whether a step is done on this machine; by HTTP the host itself may ask."""
    return step.kind in HERE and not (step.kind is StepKind.HTTP and step.args.get("from") == "host")


class SshHands:
    """See :class:`tui_ops.engine.change.base.Hands`.

    Args:
        link_to: opens a connection to a host, which is then ours to close.
        token: of the run: random, at least eight of ``a-z0-9``.
        place: what is known of the hosts.
        here: does what is done on this machine.
        reach_s: seconds, as :data:`REACH_S`; a test makes it small.
    """

    def __init__(
        self,
        link_to: LinkTo,
        token: str,
        place: Place | None = None,
        here: HereHands | None = None,
        reach_s: float = REACH_S,
    ) -> None:
        self._link_to = link_to
        self._token = token
        self._place = place or Place()
        self._here = here or HereHands()
        self._reach_s = reach_s
        self._hosts: dict[str, HostHands] = {}
        self._runs: dict[tuple[str, str], str] = {}
        """Attempts that were looked up and run, each with the boot during which it was begun."""
        self._begun: set[tuple[str, str]] = set()
        """Attempts that were found to be begun: what speaks against beginning them comes too late."""
        self._tried = 0

    def _host(self, name: str) -> HostHands:
        if name not in self._hosts:
            self._hosts[name] = HostHands(name, self._link_to, self._token, self._place.begun(name))
        return self._hosts[name]

    async def perform(self, host: str, step: Step, attempt: int, on_output: OnOutput | None = None) -> CellEnd:
        """Do a step, or go on waiting for it where it was begun already."""
        begun = (host, folder_of(step, attempt)) in self._begun
        skipped = None if begun else self._skipped(host, step)
        if skipped is not None:
            return skipped
        try:
            step = self._own(host, step)
        except TuiOpsError as error:
            return given_up(GivenUp(str(error), sent=True)) if begun else failed(error)
        if _is_here(step):
            return await self._here.perform(host, step, attempt, on_output)
        try:
            order = compose(step)
            folder = folder_of(step, attempt)
            found = await self._carried_out(self._host(host), folder, order, on_output)
            if order.reboots:
                return await rebooted(self._host(host), step, found)
            return await self._end(self._host(host), step, folder, found)
        except GivenUp as error:
            return given_up(error)
        except (TuiOpsError, ValueError, KeyError) as error:
            return failed(error)

    def _own(self, host: str, step: Step) -> Step:
        return for_host(step, host, self._place.address_of(host))

    def _skipped(self, host: str, step: Step) -> CellEnd | None:
        """Return the end of a step that is not for this host; None where it is."""
        if not step.when:
            return None
        try:
            if self._place.applies(host, step.when):
                return None
        except TuiOpsError as error:
            return failed(error)
        return CellEnd(CellState.SKIPPED, clean(f"not here: {step.when}", SAID_LIMIT))

    async def _carried_out(
        self, host: HostHands, folder: str, order: Order, on_output: OnOutput | None = None
    ) -> Found:
        """Do it, once, through as many connections as it takes.

        Raises:
            GivenUp: the host is out of reach for too long.
            TuiOpsError: the host does not take it.
        """
        attempt = Attempt(host, folder, order, self._reach_s, self._runs.pop((host.name, folder), ""))
        follower = asyncio.create_task(self._follow(host, folder, on_output)) if on_output is not None else None
        try:
            return await attempt.carried_out()
        finally:
            if follower is not None:
                follower.cancel()
                with suppress(asyncio.CancelledError):
                    await follower

    async def _follow(self, host: HostHands, folder: str, on_output: OnOutput) -> None:
        """Tell what a step writes while it runs; a watcher's view, so that failures of it are nobody's matter."""
        offset = 0
        while True:
            await asyncio.sleep(FOLLOW_S)
            with suppress(TuiOpsError):
                frame = await host.order("read", folder, offset, READ_LIMIT)
                if frame.body:
                    offset += len(frame.body)
                    on_output(frame.body)

    async def _end(self, host: HostHands, step: Step, folder: str, found: Found) -> CellEnd:
        """Return what is found of a step as its end, with the digest of all that it wrote."""
        if found.seen is not Seen.OVER:
            return lost(found)
        timed_out = found.seconds >= step.timeout_s - 0.5 and (found.stopped or found.code in TIMED_OUT_CODES)
        if timed_out:
            said = f"it did not end within {format_duration(step.timeout_s)} and was ended"
            end = CellEnd(CellState.FAILED, said, found.code)
        elif found.stopped and found.code != 0:
            end = CellEnd(CellState.FAILED, "it was stopped", found.code)
        else:
            end = judge(step, found.code, found.output)
        size, sha = await self._measured(host, folder, found.output)
        ago_s = host.since(found.ended_up_s) if host.hello is not None and found.boot == host.hello.boot else 0.0
        return replace(
            end, output=found.output[-OUTPUT_KEPT:], output_bytes=size, output_sha=sha, seconds=found.seconds,
            ago_s=ago_s,
        )  # fmt: skip

    async def _measured(self, host: HostHands, folder: str, output: bytes) -> tuple[int, str]:
        if len(output) >= OUTPUT_KEPT:
            with suppress(TuiOpsError, ValueError, IndexError):
                frame = await host.order("size", folder)
                words = frame.body.split()
                return int(words[0]), clean(words[1], 64)
        return len(output), hashlib.sha256(output).hexdigest()

    async def dry(self, host: str, step: Step) -> CellEnd:
        """Return what a step would change, and change nothing."""
        skipped = self._skipped(host, step)
        if skipped is not None:
            return skipped
        try:
            step = self._own(host, step)
        except TuiOpsError as error:
            return failed(error)
        if _is_here(step):
            return await self._here.dry(host, step)
        try:
            order = dry(step)
            if order is None:
                return judge_dry(step, None, b"")
            self._tried += 1
            folder = f"{DRY}{step.key}-{self._tried}"
            found = await self._carried_out(self._host(host), folder, order)
            output = found.output
            if len(output) >= OUTPUT_KEPT:
                output = (await self._host(host).order("read", folder, 0, READ_LIMIT)).body
        except (TuiOpsError, ValueError, KeyError) as error:
            return failed(error)
        if found.seen is not Seen.OVER:
            return CellEnd(CellState.FAILED, "it could not be tried: the runner on the host was ended")
        if found.code in TIMED_OUT_CODES and found.seconds >= step.timeout_s - 0.5:
            return CellEnd(CellState.FAILED, f"it did not end within {format_duration(step.timeout_s)}", found.code)
        end = judge_dry(step, found.code, output)
        sha = hashlib.sha256(output).hexdigest()
        return replace(
            end, output=output[-OUTPUT_KEPT:], output_bytes=len(output), output_sha=sha, seconds=found.seconds
        )

    async def look(self, host: str, step: Step, attempt: int) -> tuple[Seen, CellEnd | None]:
        """Return what became of an attempt that was sent before, without beginning anything."""
        step = self._own(host, step)
        if _is_here(step):
            return await self._here.look(host, step, attempt)
        hands, folder = self._host(host), folder_of(step, attempt)
        try:
            frame = await self._patient(hands, "look", folder)
            found = parse_found(frame.name, frame.body)
            if step.kind is StepKind.REBOOT and hands.hello is not None and found.boot not in ("", hands.hello.boot):
                return Seen.OVER, CellEnd(CellState.CHANGED, "it is up again", 0, found.output)
            if found.seen is Seen.OVER and step.kind is not StepKind.REBOOT:
                return Seen.OVER, await self._end(hands, step, folder, found)
        except (TuiOpsError, ValueError) as error:
            return Seen.LOST, CellEnd(CellState.UNKNOWN, clean(str(error), SAID_LIMIT))
        if found.seen in (Seen.OVER, Seen.RUNNING):
            self._begun.add((host, folder))
        if found.seen is Seen.OVER:
            return Seen.RUNNING, None  # The host has not gone down yet.
        if found.seen is Seen.NEVER and self._went_down(hands):
            return Seen.LOST, CellEnd(
                CellState.UNKNOWN, "the host went down since the run began: it may have been begun"
            )
        if found.seen is Seen.RUNNING:
            self._runs[host, folder] = found.boot or (hands.hello.boot if hands.hello is not None else "")
        return found.seen, lost(found) if found.seen is Seen.LOST else None

    def _went_down(self, host: HostHands) -> bool:
        """Return whether a host booted after the run began."""
        up_s = host.hello.up_s if host.hello is not None else 0.0
        return bool(self._place.begun_at and up_s) and time.time() - up_s > self._place.begun_at

    async def read(self, host: str, step: Step, attempt: int, offset: int) -> bytes:
        """Return what it has written from ``offset`` on, as far as there is any."""
        if _is_here(step):
            return self._here.read(host, step, attempt, offset)
        try:
            return (await self._host(host).order("read", folder_of(step, attempt), offset, READ_LIMIT)).body
        except TuiOpsError:
            return b""

    async def stop(self, host: str, step: Step, attempt: int) -> None:
        """End what runs of it on the host."""
        if _is_here(step):
            await self._here.stop(host, step, attempt)
            return
        become = "yes" if step.become else "no"
        try:
            await self._patient(self._host(host), "stop", folder_of(step, attempt), become)
        except TuiOpsError as error:
            log.warning("%s of %s could not be stopped: %s", step.key, host, error)

    async def _patient(self, host: HostHands, word: str, folder: str, *more: str | int) -> Frame:
        """Give an order, and again over a new connection where one breaks."""
        for pause_s in (*BETWEEN_S[:3], None):
            try:
                return await host.order(word, folder, *more)
            except FolderGone:
                raise
            except TuiOpsError:
                await host.drop()
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    async def forget(self, host: str) -> None:
        """Remove the run's folder on the host."""
        hands = self._hosts.pop(host, None) or HostHands(host, self._link_to, self._token)
        try:
            await hands.order("forget", "all", timeout_s=2 * ORDER_S)
        except TuiOpsError as error:
            log.warning("the folder of a run stays on %s: %s", host, error)
        finally:
            await hands.drop()

    async def rest(self, host: str) -> None:
        """Close the connection to a host; it is opened again when it is needed."""
        hands = self._hosts.get(host)
        if hands is not None:
            await hands.drop()

    async def close(self) -> None:
        """Close every connection; what was begun goes on."""
        await asyncio.gather(*(hands.drop() for hands in self._hosts.values()))
