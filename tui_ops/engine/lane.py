"""A probe on one channel of a host: started once, then asked and answered, one question at a time."""

from collections.abc import Sequence

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.frame import ask_resident, ask_section, ask_sudo_anew, end_resident, script, tick
from tui_ops.collectors.hello import Hello, parse_hello
from tui_ops.engine.conversation import READY_S, Conversation
from tui_ops.transport.base import Link
from tui_ops.transport.once import Once


class ProbeLane(Conversation):
    """A resident probe.

    Args:
        link: the open connection to its host.
        sudo: whether sudo may be asked there for what only root may read.
        sections: whether it can run the slow sections, beside the ticks.
    """

    def __init__(self, link: Link, sudo: bool = True, sections: bool = True) -> None:
        super().__init__(
            link, "probe", "log in and look at load, memory and hung disks", "it is started again at the next reading"
        )
        self._sudo = sudo
        self._sections = sections
        self.hello: Hello | None = None
        self.gone = Once()
        """Set when nothing of it is left on the host."""
        self._in_awk = False
        self._awk_fails = False
        self._sudo_anew = False

    def ask_sudo_anew(self) -> None:
        """Let sudo be asked once more, with the next section, about what it refused before."""
        self._sudo_anew = True

    async def start(self) -> None:
        """Open the channel, send the probe, and wait until it says that it is ready.

        Raises:
            TransportError: the server opens no channel.
            ProbeError: no shell, no answer, or something else than the probe.
        """
        frame = await self._begin(
            lambda marker: script(marker, self._sudo, self._sections), "the probe did not start: no answer from /bin/sh"
        )
        self.hello = parse_hello(frame.body)

    async def take_awk(self) -> None:
        """Let awk answer the ticks from now on, where the host has one that can; a section lets the shell go on.

        Raises:
            ProbeError: as :meth:`tick`.
        """
        hello = self.hello
        if self._in_awk or self._awk_fails or hello is None or not hello.sources:
            return
        async with self._turn:
            frame = await self._said(ask_resident(), READY_S, "the host's awk does not start")
            self._in_awk = frame.name == "awk"
            self._awk_fails = not self._in_awk

    async def _leave_awk(self) -> None:
        if self._in_awk:
            self._in_awk = False
            await self._said(end_resident(), READY_S, "the host's awk does not end")

    async def tick(self, timeout_s: float) -> bytes:
        """Read the vitals and return the frame's body.

        Raises:
            ProbeError: silent, ended, or not a frame; the lane is then dead.
        """
        async with self._turn:
            self._number += 1
            frame = await self._ask(tick(self._number), timeout_s, "the probe is silent")
            return frame.body

    async def section(
        self, name: str, deadline_s: int, timeout_s: float, words: Sequence[int] = (), paths: Sequence[str] = (),
        nicely: bool = False,
    ) -> bytes:  # fmt: skip
        """Run a slow section and return the frame's body.

        Args:
            name: of the section.
            deadline_s: after which the probe ends what it started.
            timeout_s: after which we end the probe.
            words: numbers that the section takes besides.
            paths: files that it takes besides, as the inventory names them.
            nicely: whether it gives way to whatever else runs on the host.

        Raises:
            ProbeError: as :meth:`tick`.
        """
        async with self._turn:
            await self._leave_awk()
            self._number += 1
            before, self._sudo_anew = ask_sudo_anew() if self._sudo_anew else b"", False
            frame = await self._ask(
                before + ask_section(name, self._number, deadline_s, words, paths, nicely),
                timeout_s,
                f"section {name} did not end in time",
            )
            if frame.kind == "error":
                raise ProbeError(f"the probe refused section {name}")
            return frame.body

    def _gone(self, status: int | None) -> None:
        self.gone.set()
        super()._gone(status)
