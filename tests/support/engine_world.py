"""A real engine in a process of its own, on an inventory and a state directory of the test."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.stores import lay_down
from support.waiting import until_sync
from tui_ops.actions.client import Answer, ask_once
from tui_ops.actions.errors import EngineAway
from tui_ops.actions.protocol import Request
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import ENGINE_NAME, HostSpec
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.hosts import hosts
from tui_ops.store.views.rows import HostRow

START_S = 30.0
"""Seconds until an engine listens: a second on an idle machine, more beside other tests."""

STOP_S = 5.0
"""Seconds in which SIGTERM ends it; the promise that operators are given."""


def inventory_text(
    specs: Sequence[HostSpec], period: str = "10s", name: str = "test", more: str = "", slow_period: str = "60s"
) -> str:
    """Write hosts as an inventory."""
    lines = [f"name: {name}", f"defaults: {{period: {period}, slow_period: {slow_period}}}", "hosts:"]
    for spec in specs:
        words = [f"address: '{spec.address}'"]
        if spec.port:
            words.append(f"port: {spec.port}")
        if spec.user:
            words.append(f"user: {spec.user}")
        if spec.via:
            words.append(f"via: {spec.via[0]}")
        if spec.groups:
            words.append(f"groups: [{', '.join(spec.groups)}]")
        if spec.site:
            words.append(f"site: {spec.site}")
        lines.append(f"  {spec.name}: {{{', '.join(words)}}}")
    return "\n".join(lines) + "\n" + more


class EngineWorld:
    """An engine that a test starts, asks, kills and reads behind.

    Args:
        folder: an own, empty folder.
        text: the inventory.
        environ: further environment, ``TUI_OPS_SSH_CONFIG`` for one.
    """

    def __init__(self, folder: Path, text: str, environ: Mapping[str, str] | None = None) -> None:
        self.inventory = folder / "inventory.yaml"
        self.inventory.write_text(text)
        self.state = StatePaths(folder / "state")
        self.environ = {**os.environ, **(environ or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._out = folder / "engine.stderr"

    def command(self, *words: str) -> list[str]:
        """Return the command line of the program on this world."""
        return [
            sys.executable, "-m", "tui_ops", "-i", str(self.inventory), "--state-dir", str(self.state.root), *words,
        ]  # fmt: skip

    def start(self, *words: str) -> "EngineWorld":
        """Start it and wait until it listens."""
        if not self.state.root.exists():
            lay_down(self.state)
        with self._out.open("ab") as out:
            self.process = subprocess.Popen(
                self.command("engine", *words), stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environ
            )
        until_sync(self.listens, START_S, "the engine listens")
        return self

    def listens(self) -> bool:
        """Whether it answers at its socket."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the engine ended with {self.process.returncode}: {self.said}")
        try:
            ask_once(self.state.socket, Request(1, "status"), 5.0)
        except EngineAway:
            return False
        return True

    @property
    def said(self) -> str:
        """What it wrote on its standard error."""
        return self._out.read_text(errors="replace")

    def rows(self) -> dict[str, HostRow]:
        """Return the hosts of the inventory as a dashboard sees them, empty before there is a database."""
        return {name: row for name, row in self.all_rows().items() if name != ENGINE_NAME}

    def all_rows(self) -> dict[str, HostRow]:
        """The same with the engine itself, which is a host among them."""
        try:
            with open_reader(self.state) as reader:
                return {row.name: row for row in hosts(reader)}
        except TuiOpsError:
            return {}

    def act(self, action: str, *targets: str, expect: dict[str, int] | None = None, **params: object) -> Answer:
        """Ask it to act."""
        request = Request(1, "act", action, targets, params, expect or {})
        return Answer.read(ask_once(self.state.socket, request)[1])

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run another verb of the program beside it."""
        return subprocess.run(
            self.command(*words), input=given, capture_output=True, text=True, env=self.environ, timeout=60, check=False
        )

    def stop(self) -> int:
        """Stop it with SIGTERM and return its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_S)
        self.process = None
        return status

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
