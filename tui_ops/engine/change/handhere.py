"""The steps that the engine does itself: waiting, asking by HTTP, commands of this machine, playbooks."""

import asyncio
import hashlib
import shlex
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from tui_ops.engine.change.base import OnOutput
from tui_ops.engine.change.handansible import AnsiblePlace, judge_recap, playbook
from tui_ops.engine.change.localrun import LocalEnd, LocalRun
from tui_ops.model.changes import CellState
from tui_ops.model.checks import HttpWish
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.orders import OUTPUT_KEPT, CellEnd, Seen
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.model.units import format_duration
from tui_ops.practices.changes.steps.kind import SAID_LIMIT, arg, last_line, words_of
from tui_ops.transport.ends.http import ask_http

ASK_S = 10.0
"""Seconds for one answer by HTTP: a page that takes longer is not well."""

ASK_AGAIN_S = 1.0
"""Seconds between two questions, until it is well."""

_Place = tuple[str, str, int]
"""Host, step and attempt."""


class HereHands:
    """What is done on this machine for a host; nothing of it outlives the engine.

    Args:
        ansible: what playbooks are run with; None where nobody knows the hosts.
    """

    def __init__(self, ansible: AnsiblePlace | None = None) -> None:
        self._ansible = ansible
        self._runs: dict[_Place, LocalRun] = {}
        self._ends: dict[_Place, CellEnd] = {}
        self._kinds: dict[StepKind, Callable[[str, Step, _Place, OnOutput | None], Awaitable[CellEnd]]] = {
            StepKind.WAIT: self._wait,
            StepKind.HTTP: self._http,
            StepKind.LOCAL: self._local,
            StepKind.ANSIBLE: self._playbook,
            StepKind.MANUAL: self._manual,
        }

    async def perform(self, host: str, step: Step, attempt: int, on_output: OnOutput | None = None) -> CellEnd:
        """Do a step; see :class:`tui_ops.engine.change.base.Hands`."""
        place = (host, step.key, attempt)
        if place in self._ends:
            return self._ends[place]
        began = asyncio.get_running_loop().time()
        try:
            end = await self._kinds[step.kind](host, step, place, on_output)
        except TuiOpsError as error:
            end = CellEnd(CellState.FAILED, clean(str(error), SAID_LIMIT))
        except (OSError, ValueError) as error:
            end = CellEnd(CellState.FAILED, clean(f"it can't be started here: {error}", SAID_LIMIT))
        finally:
            self._runs.pop(place, None)
        if not end.seconds:
            end = replace(end, seconds=asyncio.get_running_loop().time() - began)
        self._ends[place] = end
        return end

    async def _manual(self, _host: str, step: Step, _place: _Place, _on_output: OnOutput | None) -> CellEnd:
        return CellEnd(CellState.ASKING, clean(arg(step, "text"), SAID_LIMIT))

    async def _wait(self, _host: str, step: Step, _place: _Place, _on_output: OnOutput | None) -> CellEnd:
        seconds = float(arg(step, "seconds") or 0)
        await asyncio.sleep(seconds)
        return CellEnd(CellState.OK, f"waited {format_duration(seconds)}")

    async def _http(self, _host: str, step: Step, _place: _Place, _on_output: OnOutput | None) -> CellEnd:
        """Ask until it is well so often in a row, or until its time is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + float(arg(step, "within") or 0)
        times, good = int(arg(step, "times") or 1), 0
        while True:
            well, said, body = await self._asked(step)
            good = good + 1 if well else 0
            if good >= times:
                return _with_output(CellEnd(CellState.OK, said), body)
            if loop.time() >= until:
                return _with_output(CellEnd(CellState.FAILED, said), body)
            await asyncio.sleep(ASK_AGAIN_S)

    async def _asked(self, step: Step) -> tuple[bool, str, bytes]:
        """Return whether one answer is well, what is told of it, and its text."""
        url, status, contains = arg(step, "url"), int(arg(step, "status") or 200), arg(step, "contains")
        try:
            seen = await ask_http(url, HttpWish(), {}, ASK_S)
        except TuiOpsError as error:
            return False, clean(str(error), SAID_LIMIT), b""
        if seen.status != status:
            return False, clean(f"{url} answered {seen.status}, not {status}", SAID_LIMIT), seen.body
        if contains and contains.encode() not in seen.body:
            return False, clean(f"{url} does not contain what it has to", SAID_LIMIT), seen.body
        return True, clean(f"{url} answered {seen.status}", SAID_LIMIT), seen.body

    async def _local(self, host: str, step: Step, place: _Place, on_output: OnOutput | None) -> CellEnd:
        run = LocalRun(
            words_of(step, "words"), step.timeout_s, OUTPUT_KEPT, on_output, {"LC_ALL": "C", "TUI_OPS_HOST": host}
        )
        self._runs[place] = run
        end = await run.run()
        if end.timed_out:
            return _of(end, CellState.FAILED, f"it did not end within {format_duration(step.timeout_s)} and was ended")
        if end.code != 0:
            said = last_line(end.output) or ("a signal ended it" if end.code is None else f"it ended with {end.code}")
            return _of(end, CellState.FAILED, said)
        return _of(end, CellState.CHANGED, last_line(end.output))

    async def _playbook(self, host: str, step: Step, place: _Place, on_output: OnOutput | None) -> CellEnd:
        return await self._played(host, step, place, on_output, check=False)

    async def _played(self, host: str, step: Step, place: _Place, on_output: OnOutput | None, check: bool) -> CellEnd:
        if self._ansible is None:
            return CellEnd(CellState.FAILED, "nothing is known here that a playbook could be run with")
        with playbook(self._ansible, host, step, check) as (words, environment, folder):
            run = LocalRun(words, step.timeout_s, OUTPUT_KEPT, on_output, environment, folder)
            self._runs[place] = run
            end = await run.run()
        if end.timed_out:
            return _of(end, CellState.FAILED, f"it did not end within {format_duration(step.timeout_s)} and was ended")
        state, said, result = judge_recap(host, end.code, end.output, check)
        return replace(_of(end, state, said), result=result)

    async def dry(self, host: str, step: Step) -> CellEnd:
        """Return what a step would change; see :class:`tui_ops.engine.change.base.Hands`."""
        if step.kind is StepKind.ANSIBLE:
            try:
                return await self._played(host, step, (host, step.key, 0), None, check=True)
            except (OSError, ValueError) as error:
                return CellEnd(CellState.FAILED, clean(f"it can't be started here: {error}", SAID_LIMIT))
            except TuiOpsError as error:
                return CellEnd(CellState.FAILED, clean(str(error), SAID_LIMIT))
        if step.kind is StepKind.LOCAL:
            shown = clean(shlex.join(words_of(step, "words")), SAID_LIMIT)
            said = clean(f"would run here: {shown}", SAID_LIMIT)
            return CellEnd(CellState.CHANGED, said, result=f"run here: {shown}")
        if step.kind is StepKind.MANUAL:
            return CellEnd(CellState.OK, clean(f"would ask a person: {arg(step, 'text')}", SAID_LIMIT))
        if step.kind is StepKind.WAIT:
            return CellEnd(CellState.OK, f"would wait {format_duration(float(arg(step, 'seconds') or 0))}")
        if step.part is not Part.PRE:
            return CellEnd(CellState.OK, "asked after the steps" if step.part is Part.POST else "would ask")
        well, said, body = await self._asked(step)
        return _with_output(CellEnd(CellState.OK if well else CellState.FAILED, said), body)

    async def look(self, host: str, step: Step, attempt: int) -> tuple[Seen, CellEnd | None]:
        """Return what became of an attempt: nothing is known of one that another engine began."""
        place = (host, step.key, attempt)
        if place in self._ends:
            return Seen.OVER, self._ends[place]
        if place in self._runs:
            return Seen.RUNNING, None
        if step.kind in (StepKind.WAIT, StepKind.HTTP, StepKind.MANUAL):
            return Seen.NEVER, None  # It changes nothing, and can be done again.
        said = "it ran on the engine's machine when the engine ended: nobody knows how far it came"
        return Seen.LOST, CellEnd(CellState.UNKNOWN, said)

    def read(self, host: str, step: Step, attempt: int, offset: int) -> bytes:
        """Return what it has written from ``offset`` on, as far as it is kept."""
        place = (host, step.key, attempt)
        run = self._runs.get(place)
        if run is not None:
            output, count = run.output, run.output_bytes
        elif place in self._ends:
            output, count = self._ends[place].output, self._ends[place].output_bytes
        else:
            return b""
        return output[max(0, offset - (count - len(output))) :] if offset < count else b""

    async def stop(self, host: str, step: Step, attempt: int) -> None:
        """End what runs of it."""
        run = self._runs.get((host, step.key, attempt))
        if run is not None:
            with suppress(OSError):
                await run.stop()


def _of(end: LocalEnd, state: CellState, said: str) -> CellEnd:
    return CellEnd(state, clean(said, SAID_LIMIT), end.code, end.output, end.output_sha, end.output_bytes, end.seconds)


def _with_output(end: CellEnd, body: bytes) -> CellEnd:
    sha = hashlib.sha256(body).hexdigest()
    return replace(end, output=body[-OUTPUT_KEPT:], output_sha=sha, output_bytes=len(body))
