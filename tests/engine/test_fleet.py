"""A whole engine on twenty real hosts, ten of them behind a jump host, with every fault at once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import Sshd, SshdFarm
from support.waiting import until_sync

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.pages import host

PERIOD_S = 5.0
"""Long enough that a busy test machine keeps it, short enough that a fault shows within a minute."""

LATE_S = 3 * PERIOD_S
"""A reading this old has missed two turns: what a fault of others would do, and other tests beside this one do not."""

SETTLE_S = 90.0
"""The longest deadline of any fault (a keepalive's 45 s and a new connection's 20 s), with room for a busy machine."""

HEALTHY = [f"web-{number}" for number in range(1, 5)]
BEHIND = [f"inner-{number:02}" for number in range(1, 11)]

RC_FILES = {"bash": ".bashrc", "tcsh": ".tcshrc", "fish": ".config/fish/config.fish"}
"""Login shells of real accounts, each behind a banner, with the file that it reads at its start and that prints."""

WATCHED = [*HEALTHY, "one-session", *RC_FILES]
"""Hosts that nothing is wrong with, whose ages are looked at throughout."""


@dataclass
class World:
    """The servers, the engine, and the oldest age that a healthy host ever had."""

    farm: SshdFarm
    engine: EngineWorld
    servers: dict[str, Sshd]
    oldest: dict[str, float] = field(default_factory=dict)
    watched: list[str] = field(default_factory=lambda: [*WATCHED, *BEHIND])

    def look(self) -> dict[str, HostState]:
        """Return every host's state, and remember the ages of those that nothing is wrong with."""
        rows = self.engine.rows()
        for name in self.watched:
            if name in rows and rows[name].age_s is not None:
                self.oldest[name] = max(self.oldest.get(name, 0.0), rows[name].age_s or 0.0)
        return {name: row.state for name, row in rows.items()}

    def until(self, check: Callable[[dict[str, HostState]], object], what: str, within_s: float = SETTLE_S) -> None:
        """Wait for a state of the fleet."""
        until_sync(lambda: check(self.look()), within_s, f"{what}; now {self.look()}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("fleet")
    farm = SshdFarm(folder / "farm")
    servers = {name: farm.sshd() for name in (*HEALTHY, "jump", *BEHIND)}
    servers["frozen"] = farm.sshd()
    servers["changed"] = farm.sshd()
    servers["unknown"] = farm.sshd(known=False)
    servers["refused"] = farm.sshd(authorized=False)
    servers["one-session"] = farm.sshd("MaxSessions 1")
    for shell, rc_file in RC_FILES.items():
        banner = farm.noisy()[0]
        servers[shell] = farm.sshd(banner, shell=shell, start=False)
        servers[shell].rc_file(rc_file, "echo 'Welcome! Today is a good day.'\n")
        servers[shell].start()
    servers["flood"] = farm.sshd("ForceCommand exec cat /dev/zero")
    servers["killed"] = farm.sshd()
    specs = [servers[name].spec(name) for name in servers if name not in BEHIND]
    specs += [servers[name].spec(name, via=("jump",)) for name in BEHIND]
    specs += [farm.black_hole().spec("hole"), farm.black_hole(dropped=True).spec("dropped"), farm.closed_port("closed")]
    specs += [HostSpec(name="nameless", key="nameless", address="no-such-host.invalid")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    engine = EngineWorld(
        folder,
        inventory_text(specs, period=f"{PERIOD_S:.0f}s", slow_period="5s"),
        {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""},
    )
    try:
        engine.start()
        yield World(farm, engine, servers)
    finally:
        engine.kill()
        farm.close()


GOOD = (*HEALTHY, "jump", *BEHIND, "frozen", "changed", "one-session", *RC_FILES, "killed")


@pytest.mark.timeout(300)
def test_each_fault_has_its_own_state(world: World) -> None:
    """Every host ends in the state that says what to do next, and the healthy ones are read on time throughout."""
    world.until(lambda now: all(now.get(name) is HostState.UP for name in GOOD), "all that can be up is up")
    world.oldest.clear()
    world.until(lambda now: now["unknown"] is HostState.KEY_UNKNOWN, "the unknown key is told")
    world.until(lambda now: now["refused"] is HostState.AUTH_FAILED, "the refused login is told")
    world.until(lambda now: now["closed"] is HostState.DOWN, "the closed port is told")
    world.until(lambda now: now["nameless"] is HostState.NAME_ERROR, "the name without an address is told")
    world.until(lambda now: now["flood"] is HostState.NOT_REPORTING, "the flood is told")
    world.until(lambda now: now["hole"] is HostState.DOWN, "the host that says nothing is told")
    world.until(lambda now: now["dropped"] is HostState.DOWN, "the black hole is told")
    world.servers["frozen"].freeze()
    world.servers["changed"].change_host_key()
    world.until(lambda now: now["changed"] is HostState.KEY_CHANGED, "the changed key is told")
    world.until(lambda now: now["frozen"] is HostState.DOWN, "the frozen host is told")
    rows = world.engine.rows()
    assert "refuses" in rows["closed"].reason
    assert "SHA256:" in rows["changed"].reason
    assert set(world.oldest) == {*WATCHED, *BEHIND}
    assert max(world.oldest.values()) < LATE_S, world.oldest
    refused = world.servers["refused"].log
    assert refused.count("Connection from") == 1, "a refused login is latched, however often its turn comes"


@pytest.mark.timeout(120)
def test_one_channel_is_enough(world: World) -> None:
    """Where the server allows one session, the filesystems take turns with the vitals on it."""

    def section() -> object:
        with open_reader(world.engine.state) as reader:
            page = host(reader, "one-session")
        return page is not None and any(row.section == "filesystems" and row.age_s is not None for row in page.sections)

    until_sync(section, SETTLE_S, "the filesystems of the host with one session are read")
    world.until(lambda now: now["one-session"] is HostState.UP, "it is up all the same")


@pytest.mark.timeout(120)
def test_a_killed_probe_is_started_again(world: World) -> None:
    """Someone kills our shell on the host: the next reading brings its own."""
    world.until(lambda now: now["killed"] is HostState.UP, "it is up")
    shells = [one for one in world.servers["killed"].processes() if one.name() in {"sh", "dash"}]
    assert shells
    for shell in shells:
        shell.kill()
    gone = time.time()
    until_sync(lambda: (world.engine.rows()["killed"].kept.at or 0) > gone, SETTLE_S, "it is read again")  # type: ignore[union-attr]
    assert world.engine.rows()["killed"].state is HostState.UP
    with open_reader(world.engine.state) as reader:
        page = host(reader, "killed")
    assert page is not None
    assert not [event for event in page.events if "not reporting" in event.text]


@pytest.mark.timeout(200)
def test_behind_a_dead_jump_host_is_unreachable_not_down(world: World) -> None:
    """One jump host that dies is one host down and ten unreachable, and all come back with it."""
    world.until(lambda now: all(now[name] is HostState.UP for name in BEHIND), "all inner hosts are up")
    world.watched = WATCHED
    world.oldest.clear()
    world.servers["jump"].stop()
    world.until(
        lambda now: now["jump"] is HostState.DOWN and all(now[name] is HostState.UNREACHABLE for name in BEHIND),
        "the jump host is down, what lies behind it unreachable",
    )
    assert "jump" in world.engine.rows()[BEHIND[0]].reason
    assert max(world.oldest.values()) < LATE_S, world.oldest
    world.servers["jump"].start()
    world.engine.act("host.read", "jump", *BEHIND)
    world.until(lambda now: all(now[name] is HostState.UP for name in ("jump", *BEHIND)), "all are back")


@pytest.mark.timeout(120)
def test_an_unknown_key_is_trusted_by_an_act_and_read_at_once(world: World) -> None:
    """The fingerprint that the host offered, and no other, makes it known; the chain says who did it."""
    world.until(lambda now: now["unknown"] is HostState.KEY_UNKNOWN, "its key is unknown")
    wrong = world.engine.run(
        "trust", "unknown", "--yes", "--fingerprints", "/dev/stdin", given=f"unknown SHA256:{'A' * 43}\n"
    )
    assert wrong.returncode == 1
    right = world.engine.run("trust", "unknown", "--yes")
    assert right.returncode == 0, right.stderr
    world.until(lambda now: now["unknown"] is HostState.UP, "it is up", within_s=3 * PERIOD_S)
    assert "host.trust" in world.engine.run("show", "audit").stdout
    assert world.engine.run("audit", "verify").returncode == 0


@pytest.mark.timeout(120)
def test_one_login_a_host_and_nothing_left_behind(world: World) -> None:
    """However often a host is read, it sees one login; a clean stop takes under 5 s and leaves no probe."""
    assert world.servers[HEALTHY[0]].logins == 1
    assert world.engine.stop() == 0
    sessions = [
        process
        for name in HEALTHY
        for process in world.servers[name].processes()
        if process.pid != world.servers[name].process.pid  # type: ignore[union-attr]
    ]
    _gone, alive = psutil.wait_procs(sessions, timeout=10)
    assert not alive
    assert not world.engine.state.socket.exists()
    assert not Path(f"{world.engine.state.ops_db}-wal").exists()
