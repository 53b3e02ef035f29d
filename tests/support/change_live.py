"""A real engine and real sshd hosts, each with files of its own, on which changes run."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from support.engine_world import EngineWorld, inventory_text
from support.sshd import Sshd, SshdFarm
from support.waiting import until_sync
from tui_ops.inventory.rules import default_rules

MORE = f"changes: {{team: solo}}\nrules: {{{', '.join(f'{rule.name}: no' for rule in default_rules())}}}\n"
"""A team of one; and no rule is on: the machine's own load would hold changes up."""


class LiveChanges:
    """An engine in a process of its own, and hosts whose folder ``/srv/own`` is a different one on each.

    Args:
        folder: an own, empty folder.
        hosts: how many.
    """

    def __init__(self, folder: Path, hosts: int) -> None:
        self.farm = SshdFarm(folder / "farm")
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        self.at = folder / "own"
        """The path of each host's own folder, as the host sees it."""
        self.at.mkdir()
        self.servers: dict[str, Sshd] = {}
        for number in range(1, hosts + 1):
            self.servers[f"web-{number:02}"] = self._server(folder)
        specs = [server.spec(name) for name, server in self.servers.items()]
        self.engine = EngineWorld(
            folder, inventory_text(specs, period="30s") + MORE,
            {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": ""},
        )  # fmt: skip

    def _server(self, folder: Path) -> Sshd:
        server = self.farm.sshd(start=False)
        own = server.folder / "own"
        own.mkdir()
        mount = f"mount --bind '{own}' '{self.at}' && exec \"$@\""
        server._account = lambda: ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh"]  # type: ignore[method-assign]
        del folder
        return server.start()

    def own(self, host: str) -> Path:
        """Return a host's own folder, as this machine sees it."""
        return self.servers[host].folder / "own"

    def begun(self, host: str) -> list[str]:
        """Return what was begun on a host, as its steps wrote it down themselves."""
        path = self.own(host) / "begun"
        return path.read_text().split() if path.exists() else []

    def rows(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """Read the database as it lies on the disk."""
        with closing(sqlite3.connect(self.engine.state.ops_db)) as connection:
            return connection.execute(query, given).fetchall()

    def change(self, number: int = 1) -> Mapping[str, Any]:
        """Return state, outcome and reason of a change."""
        found = self.rows("SELECT state, outcome, stopped FROM change WHERE id = ?", number)
        return dict(zip(("state", "outcome", "stopped"), found[0], strict=True))

    def cells(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Return state and attempt of the cells of the newest run."""
        found = self.rows(
            "SELECT host, step, state, attempt FROM change_cell WHERE run_id = (SELECT max(id) FROM change_run)"
        )
        return {(host, step): (state, attempt) for host, step, state, attempt in found}

    def lines(self, number: int = 1) -> list[str]:
        """Return a change's list."""
        return [text for (text,) in self.rows("SELECT text FROM change_line WHERE change_id = ? ORDER BY id", number)]

    def approved(self, plan: str, title: str = "make it", hosts: list[str] | None = None) -> str:
        """Make a change of a plan, approved, by the acts that people take; return its name."""
        answer = self.engine.act(
            "change.create", title=title, reason="a test", targets=" ".join(hosts or self.servers), plan=plan
        )
        name = answer.message.split()[0].rstrip(":,")
        self.engine.act("change.submit", name)
        self.engine.act("change.approve", name)
        return name

    def until(self, *states: str, within_s: float = 60.0) -> Mapping[str, Any]:
        """Wait until the change is in one of some states."""
        until_sync(
            lambda: self.change()["state"] in states, within_s,
            lambda: f"it is {states}: {self.change()} {json.dumps(self.lines())}\n{self.engine.said[-3000:]}",
        )  # fmt: skip
        return self.change()

    def close(self) -> None:
        """End everything."""
        self.engine.kill()
        self.farm.close()
