"""The engine is killed at random moments while it polls and acts; what it answered must be there afterwards."""

import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.actions.errors import ActError
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader

HOSTS = 6
ROUNDS, TORTURE_ROUNDS = 3, 40


class Actor(threading.Thread):
    """Acts without pause and remembers what was answered, until no engine answers any more."""

    def __init__(self, world: EngineWorld, round_number: int) -> None:
        super().__init__()
        self.world = world
        self.round_number = round_number
        self.answered: dict[int, str] = {}
        self.surprise: BaseException | None = None

    def run(self) -> None:
        """Begin and end maintenance on one host after the other."""
        try:
            for number in range(100_000):
                name = f"host-{number // 2 % HOSTS}"
                reason = f"round {self.round_number} act {number}"
                if number % 2:
                    answer = self.world.act("host.maintenance_end", name)
                else:
                    answer = self.world.act("host.maintenance", name, **{"for": "1h", "reason": reason})
                self.answered[answer.audit] = name
        except ActError:
            return
        except BaseException as error:
            self.surprise = error


def check_state(world: EngineWorld, answered: dict[int, str]) -> None:
    """Both files are whole, every answered act is in the chain, the chain holds, and nothing is half done."""
    for path in (world.state.ops_db, world.state.samples_db):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with open_reader(world.state) as reader:
        entries = {entry.id: entry for entry in audit(reader, limit=1_000_000)}
    assert len(entries) == max(entries, default=0)
    for number, name in answered.items():
        assert entries[number].target == f"host:{name}"
    verified = world.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    with closing(sqlite3.connect(world.state.ops_db)) as connection:
        begun, ended = connection.execute("SELECT count(*), count(ended_at) FROM maintenance").fetchone()
    acts = [entry.action for entry in entries.values()]
    assert begun == acts.count("host.maintenance"), "a record without its entry, or the reverse"
    assert ended == acts.count("host.maintenance_end")


def crash_rounds(folder: Path, rounds: int, seed: int) -> None:
    """Start, act, kill, look; then one more start in which everything is up."""
    chance = random.Random(seed)
    farm = SshdFarm(folder / "farm")
    servers = [farm.sshd() for _ in range(HOSTS - 1)]
    specs = [server.spec(f"host-{number}") for number, server in enumerate(servers, 1)]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    world = EngineWorld(
        folder,
        inventory_text([HostSpec("host-0", "host-0", "local"), *specs], period="1s"),
        {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""},
    )
    answered: dict[int, str] = {}
    try:
        for number in range(rounds):
            world.start()
            # The round before may have been killed between a beginning and its end.
            for name, row in world.rows().items():
                if row.maintenance_until is not None:
                    answered[world.act("host.maintenance_end", name).audit] = name
            actor = Actor(world, number)
            actor.start()
            time.sleep(chance.uniform(0.05, 2.0))  # the random moment itself, not a wait for something
            world.kill()
            actor.join(30)
            assert actor.surprise is None
            assert not actor.is_alive()
            answered |= actor.answered
            check_state(world, answered)
        assert answered, f"no act was answered in {rounds} rounds of seed {seed}"
        world.start()
        good = {HostState.UP, HostState.MAINTENANCE}
        until_sync(lambda: {row.state for row in world.rows().values()} <= good, 30, "all hosts are read again")
        assert world.stop() == 0
    finally:
        world.kill()
        farm.close()


@pytest.mark.timeout(180)
def test_kill_while_it_polls_and_acts(tmp_path: Path) -> None:
    """Three kills with a fixed seed."""
    crash_rounds(tmp_path, ROUNDS, seed=20)


@pytest.mark.torture
def test_many_kills(tmp_path: Path) -> None:
    """Forty kills with a seed of their own; the seed is in the failure's message."""
    crash_rounds(tmp_path, TORTURE_ROUNDS, seed=int(time.time()))
