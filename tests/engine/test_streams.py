"""Shells, logs and commands through a real engine, on this machine and on real OpenSSH servers."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.streams import StreamClient
from support.waiting import until_sync

from tui_ops.actions.client import ask_once
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.rows import AuditRow


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshdFarm]:
    made = SshdFarm(tmp_path_factory.mktemp("streams") / "farm")
    yield made
    made.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, farm: SshdFarm) -> Iterator[EngineWorld]:
    made = build(tmp_path_factory.mktemp("streams-engine"), farm)
    try:
        yield made
    finally:
        made.kill()


def build(folder: Path, farm: SshdFarm, more: str = "") -> EngineWorld:
    specs = [
        HostSpec("here", "here", "local", groups=("all",)),
        farm.sshd().spec("web-1", groups=("all", "web")),
        farm.sshd().spec("web-2", groups=("all", "web")),
        HostSpec("far", "far", "127.9.9.9", port=1),
    ]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    made = EngineWorld(folder, inventory_text(specs, more=more), environ).start()
    until_sync(
        lambda: all(name in made.rows() and made.rows()[name].state is HostState.UP for name in
                    ("here", "web-1", "web-2")) and made.rows()["far"].state is HostState.DOWN,
        60, "the hosts are read",
    )  # fmt: skip
    return made


def entries(world: EngineWorld, limit: int = 20) -> list[AuditRow]:
    with open_reader(world.state) as reader:
        return list(audit(reader, limit=limit))


def entry_of(world: EngineWorld, action: str, began: int) -> AuditRow:
    """Wait for the entry that tells the end of what an earlier entry began."""

    def found() -> AuditRow | None:
        mine = (one for one in entries(world) if one.action == action)
        return next((one for one in mine if json.loads(one.params)["began"] == began), None)

    return until_sync(found, 20, f"an entry {action} for {began}")  # type: ignore[return-value]


def to_sh(shell: StreamClient) -> None:
    """Put sh in place of the login shell, which may read ahead what is typed for it."""
    shell.type(b"exec env PS1=sh''-is-here /bin/sh\r")
    shell.shows(b"sh-is-here")


@pytest.mark.parametrize("host", ["here", "web-1"])
def test_a_shell_is_a_terminal(world: EngineWorld, host: str) -> None:
    """Its size is the client's and follows it, ctrl+c reaches what runs, and bytes beyond ASCII pass."""
    shell = StreamClient(world, "host.shell", host)
    to_sh(shell)
    shell.type(b"stty size; echo is-$TERM; printf '\\303\\244\\377\\n' | od -An -tx1\r")
    shell.shows(b"33 91")
    shell.shows(b"is-vt220")
    shell.shows(b"c3 a4 ff")
    shell.resize(120, 50)
    shell.type(b"sh -c \"trap 'exit 9' INT; echo be''gun; while :; do sleep 0.1; done\"\r")
    shell.shows(b"begun\r")
    shell.type(b"\x03")
    shell.type(b"stty size; printf 'raw-\\377-\\303\\244-end\\n'\r")
    shell.shows(b"50 120")
    shell.shows(b"raw-\xff-\xc3\xa4-end")
    shell.type(b"exit 5\r")
    end = shell.ends()
    assert end.status == 5
    assert end.recording == f"{shell.answer.audit}.cast"


def test_a_shell_is_recorded_and_stands_in_the_audit_twice(world: EngineWorld) -> None:
    """The recording is asciicast v2 for the engine's account alone; keys are not in it; the chain stays whole."""
    shell = StreamClient(world, "host.shell", "web-1")
    to_sh(shell)
    shell.type(b"stty -echo; echo no-echo-$((1+1))\r")
    shell.shows(b"no-echo-2")
    shell.type(b"secret-word\r")
    shell.resize(100, 40)
    shell.type(b"echo shown-$((2+2)); exit 0\r")
    shell.shows(b"shown-4")
    shell.ends()
    path = world.state.recordings / f"{shell.answer.audit}.cast"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o777 == 0o700
    head, *lines = (json.loads(line) for line in path.read_text().splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 91, 33)
    assert "web-1" in head["title"]
    assert [line[2] for line in lines if line[1] == "r"] == ["100x40"]
    shown = "".join(line[2] for line in lines if line[1] == "o")
    assert "shown-4" in shown
    assert not [line for line in lines if line[1] == "i"]
    times = [line[0] for line in lines]
    assert times == sorted(times)
    ended = entry_of(world, "host.shell.end", shell.answer.audit)
    assert "status 0" in ended.outcome
    assert path.name in ended.outcome
    began = next(one for one in entries(world) if one.id == shell.answer.audit)
    assert (began.action, began.target) == ("host.shell", "host:web-1")
    assert world.run("audit", "verify").returncode == 0


def refused(world: EngineWorld, action: str, *targets: str, **params: object) -> ActError:
    with pytest.raises(ActError) as caught:
        StreamClient(world, action, *targets, **params)
    return caught.value


def test_what_can_not_be_opened_says_why(world: EngineWorld) -> None:
    """A host that is down, several at once, none, an act that is no stream, and a stream asked for as an act."""
    before = len(entries(world, 10_000))
    assert refused(world, "host.shell", "far").code is Code.REFUSED
    assert "one host at a time" in refused(world, "host.shell", "group:web").message
    assert refused(world, "host.shell").code is Code.BAD_PARAMETER
    assert "no stream" in refused(world, "host.read", "web-1").message
    assert "level is one of" in refused(world, "host.logs", "web-1", level="loud").message
    with pytest.raises(ActError, match="is a stream"):
        ask_once(world.state.socket, Request(1, "act", "host.shell", ("web-1",)))
    assert len(entries(world, 10_000)) == before


def test_a_client_that_does_not_read_stops_the_host(world: EngineWorld) -> None:
    """A flood waits on the host, the engine stays small and quick, and nothing is lost once it is read."""
    assert world.process is not None
    shell = StreamClient(world, "host.shell", "web-1")
    to_sh(shell)
    shell.type(b"stty -echo; echo re''ady; read go; seq 1 3000000; echo the''-end; exit\r")
    shell.shows(b"ready")
    engine = psutil.Process(world.process.pid)
    before = engine.memory_info().rss
    shell.type(b"\r")
    path = world.state.recordings / f"{shell.answer.audit}.cast"

    def still() -> bool:
        size = path.stat().st_size
        return size > 100_000 and not _grows(path, size)

    until_sync(still, 30, "the flood stands still")
    assert path.stat().st_size < 6_000_000
    assert engine.memory_info().rss - before < 30_000_000
    assert world.act("host.read", "here").message
    shell.close()
    assert "client went away" in entry_of(world, "host.shell.end", shell.answer.audit).outcome


def _grows(path: Path, size: int) -> bool:
    import time

    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        if path.stat().st_size != size:
            return True
        os.sched_yield()
    return False


def test_a_shell_ends_with_its_client(world: EngineWorld, farm: SshdFarm) -> None:
    """A desk that is killed leaves no program behind on the host."""
    shell = StreamClient(world, "host.shell", "web-2")
    to_sh(shell)
    shell.type(b"echo pid-$$-; sleep 4711\r")
    shell.shows(b"-\r\n")
    sleeping = [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "4711"]]
    until_sync(lambda: sleeping or _sleeps("4711"), 10, "it runs")
    shell.close()
    until_sync(lambda: not _sleeps("4711"), 20, "it has ended")
    assert "client went away" in entry_of(world, "host.shell.end", shell.answer.audit).outcome


def _sleeps(seconds: str) -> list[int]:
    return [
        one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", seconds]
    ]  # fmt: skip


def test_logs_are_followed(world: EngineWorld) -> None:
    """The best source of the host is shown by name, and the stream ends when it is told to."""
    logs = StreamClient(world, "host.logs", "web-1", since="1h", level="err")
    until_sync(lambda: logs.take() and any("source" in one for one in logs.messages), 20, "a source is named")
    source = next(str(one["source"]) for one in logs.messages if "source" in one)
    assert source.startswith("journalctl --no-pager")
    assert "--since=-3600s" in source
    assert "--priority=err" in source
    logs.stop()
    logs.ends()
    assert entry_of(world, "host.logs.end", logs.answer.audit)


def test_a_command_runs_on_every_target(world: EngineWorld) -> None:
    """Each host answers with its output, errors in their place, and its exit status; the audit has them all."""
    run = StreamClient(world, "host.run", "group:all", command='echo "it\'s $((40+2))"; echo wrong >&2; exit 3')
    end = run.ends()
    results = {str(one["host"]): one for one in run.messages if "host" in one}
    assert set(results) == {"here", "web-1", "web-2"}
    assert all(one["status"] == 3 for one in results.values())
    assert run.seen == b"it's 42\nwrong\n" * 3
    assert end.status == 1
    assert "3 status 3" in end.why
    ended = entry_of(world, "host.run.end", run.answer.audit)
    assert "web-2" in str(ended.params)


def test_a_command_that_hangs_and_one_that_floods_end(world: EngineWorld) -> None:
    """Time and output have their bounds on each host, and each says which it was."""
    run = StreamClient(world, "host.run", "web-1", "here", command="sleep 4712", timeout="1s")
    run.ends()
    until_sync(lambda: not _sleeps("4712"), 20, "it has ended on the hosts")
    assert all("did not end within" in str(one["why"]) for one in run.messages if "host" in one)
    run = StreamClient(world, "host.run", "web-1", "here", command="cat /dev/zero")
    run.ends()
    assert all("more than 256 kB" in str(one["why"]) for one in run.messages if "host" in one)
    assert len(run.seen) == 2 * 256 * 1024


def test_a_command_goes_on_when_its_client_leaves_and_ends_when_told(world: EngineWorld, tmp_path: Path) -> None:
    """A line that drops does not cut a command in two; stop does."""
    go = tmp_path / "go"
    run = StreamClient(world, "host.run", "web-1", command=f"while [ ! -e {go} ]; do sleep 0.1; done; touch {go}.done")
    run.close()
    go.touch()
    until_sync(lambda: Path(f"{go}.done").exists(), 20, "it went on")
    assert "status 0" in entry_of(world, "host.run.end", run.answer.audit).outcome
    run = StreamClient(world, "host.run", "web-1", command="sleep 4713", timeout="5s")
    until_sync(lambda: _sleeps("4713"), 20, "it runs")
    run.stop()
    assert "stopped" in run.ends().why


def test_the_engine_stops_while_a_shell_is_open(tmp_path: Path, farm: SshdFarm) -> None:
    """The client is told, the end stands in the audit, no program stays, and the stop is as quick as ever."""
    world = build(tmp_path, farm)
    try:
        shells = [StreamClient(world, "host.shell", host) for host in ("here", "web-1")]
        for shell in shells:
            to_sh(shell)
            shell.type(b"echo re''ady; sleep 4714\r")
            shell.shows(b"ready")
        assert world.stop() == 0
        assert [shell.ends().why for shell in shells] == ["the engine stopped"] * 2
        assert sum(one.action == "host.shell.end" for one in entries(world)) == 2
        until_sync(lambda: not _sleeps("4714"), 10, "no program stays")
    finally:
        world.kill()


def test_who_loses_the_role_loses_the_shell(tmp_path: Path, farm: SshdFarm) -> None:
    """When the inventory takes the role away, what is open ends."""
    world = build(tmp_path, farm, more="operators:\n  olaf: {role: operator, user: root}\n")
    try:
        error = refused(world, "host.shell", "here")
        assert error.code is Code.FORBIDDEN
        assert "engine's own account" in error.message
        shell = StreamClient(world, "host.shell", "web-1")
        shell.type(b"echo re''ady\r")
        shell.shows(b"ready")
        text = world.inventory.read_text().replace("role: operator", "role: viewer")
        world.inventory.write_text(text)
        assert world.process is not None
        world.process.send_signal(signal.SIGHUP)
        assert "role does not cover it" in shell.ends().why
        assert refused(world, "host.logs", "web-1").code is Code.FORBIDDEN
    finally:
        world.kill()


def test_the_command_line_runs_a_command_too(world: EngineWorld) -> None:
    """``tui-ops do host.run`` prints each host with status and output; its exit code says whether all is well."""
    done = world.run("do", "host.run", "web-1", "web-2", "command=echo it is $((6*7))", "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("status 0\n  it is 42\n") == 2
    done = world.run("do", "host.run", "web-1", "command=printf 'a\\033[2Jb'; exit 4", "--yes")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "status 4" in done.stdout
    assert world.run("do", "host.run", "web-1", "command=true").returncode == 2
    done = world.run("do", "host.shell", "web-1")
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    done = world.run("do", "host.run", "far", "command=true", "--yes")
    assert done.returncode == 4
