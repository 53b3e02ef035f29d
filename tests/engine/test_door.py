"""The engine's socket, asked by a real process under a real account."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import LINE_LIMIT, LOOK_INCIDENT
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader

NOBODY_UID, VIEWER_UID, OPERATOR_UID = 4201, 4202, 4203

OPERATORS = f"""operators:
  vera: {{role: viewer, user: "{VIEWER_UID}"}}
  olaf: {{role: operator, user: "{OPERATOR_UID}"}}
"""

ASK_AS = """
import json, os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
lines = link.makefile("rb")
print(lines.readline().decode().strip())
for line in sys.stdin:
    link.sendall(line.encode())
    print(lines.readline().decode().strip())
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    folder = tmp_path_factory.mktemp("door")
    specs = [
        HostSpec("here", "here", "local", groups=("all",)),
        HostSpec("far", "far", "127.9.9.9", port=1, groups=("all",)),
    ]
    world = EngineWorld(folder, inventory_text(specs, more=OPERATORS))
    try:
        world.start()
        until_sync(lambda: world.rows().get("here") and world.rows()["here"].state is HostState.UP, 30)
        yield world
    finally:
        world.kill()


def ask_raw(world: EngineWorld, data: bytes) -> dict[str, object]:
    """Send bytes as they are and return the answer."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(world.state.socket))
        lines = link.makefile("rb")
        lines.readline()
        link.sendall(data)
        answer = json.loads(lines.readline())
        assert isinstance(answer, dict)
        return answer


def ask_as(world: EngineWorld, uid: int, *requests: dict[str, object]) -> list[dict[str, object]]:
    """Ask under another account, which may reach the socket; returns the greeting and the answers."""
    for folder in (world.state.root, *world.state.root.parents):
        if folder == Path("/tmp"):
            break
        folder.chmod(folder.stat().st_mode | 0o011)
    world.state.socket.chmod(0o666)
    text = "".join(json.dumps({"v": 1, "id": 1, **request}) + "\n" for request in requests)
    done = subprocess.run(
        [sys.executable, "-c", ASK_AS, str(world.state.socket), str(uid)],
        input=text, capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines() if line]


def entries(world: EngineWorld) -> int:
    """Count the audit."""
    with open_reader(world.state) as reader:
        return len(audit(reader, limit=10_000))


def act(action: str, *targets: str, **params: object) -> dict[str, object]:
    """Return a request to act."""
    return {"ask": "act", "action": action, "targets": list(targets), "params": params}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello\n", "malformed"),
        (b"\xff\xfe\x00\n", "malformed"),
        (b'{"v":99,"id":1,"ask":"status"}\n', "version"),
        (b'{"v":1,"id":1,"ask":"act","action":"host.destroy","targets":["here"]}\n', "unknown action"),
        (b'{"v":1,"id":1,"ask":"act","action":"host.read","targets":["nowhere"]}\n', "not found"),
        (b'{"v":1,"id":1,"ask":"act","action":"host.read","targets":[]}\n', "bad parameter"),
        (b'{"v":1,"id":1,"ask":"act","action":"host.maintenance","targets":["here"]}\n', "bad parameter"),
        (b'{"v":1,"id":1,"ask":"act","action":"fleet.reload","targets":["here"]}\n', "bad parameter"),
        (b'{"v":1,"id":1,"ask":"follow","topics":["gossip"]}\n', "bad parameter"),
        (b"x" * (LINE_LIMIT + 10) + b"\n", "too large"),
    ],
)
def test_what_is_no_request_gets_a_clear_error_and_changes_nothing(world: EngineWorld, data: bytes, code: str) -> None:
    """Each kind of wrong message is told apart, and the audit stays as long as it was."""
    before = entries(world)
    error = ask_raw(world, data)["error"]
    assert isinstance(error, dict)
    assert error["code"] == code
    assert error["message"]
    assert entries(world) == before


def test_the_socket_is_for_its_group_whatever_the_umask(tmp_path: Path) -> None:
    """0660: the group asks, others don't; the lock is 0600."""
    world = EngineWorld(tmp_path, inventory_text([HostSpec("here", "here", "local")]))
    before = os.umask(0o077)
    try:
        world.start()
    finally:
        os.umask(before)
    try:
        assert stat.S_IMODE(world.state.socket.stat().st_mode) == 0o660
        assert stat.S_IMODE(world.state.lock.stat().st_mode) == 0o600
    finally:
        assert world.stop() == 0


def test_nobody_is_turned_away(world: EngineWorld) -> None:
    """An account that the inventory does not name learns why, and nothing else."""
    (greeting,) = ask_as(world, NOBODY_UID)
    assert greeting["error"]["code"] == "nobody"  # type: ignore[index]
    assert "operators" in greeting["error"]["hint"]  # type: ignore[index]


def test_the_role_is_the_inventorys_whatever_the_client_says(world: EngineWorld) -> None:
    """A viewer can't act, an operator can't do what an admin does; the refusals leave no entry."""
    before = entries(world)
    greeting, refused = ask_as(world, VIEWER_UID, act("host.read", "here") | {"role": "admin", "who": "root"})
    assert greeting["hello"]["you"] == {"name": "vera", "role": "viewer"}  # type: ignore[index]
    assert refused["error"]["code"] == "forbidden"  # type: ignore[index]
    _, refused, done = ask_as(world, OPERATOR_UID, act("fleet.reload"), act("host.read", "here"))
    assert refused["error"]["code"] == "forbidden"  # type: ignore[index]
    assert done["ok"] is True
    with open_reader(world.state) as reader:
        newest = audit(reader, limit=1)[0]
    assert (newest.who, newest.uid, newest.action, newest.target) == ("olaf", OPERATOR_UID, "host.read", "host:here")
    assert entries(world) == before + 1


def test_a_read_only_session_gave_up_acting(world: EngineWorld) -> None:
    """Once said, it holds for the session, even where a later request says otherwise."""
    _, _, refused = ask_as(
        world, OPERATOR_UID, {"ask": "status", "read_only": True}, act("host.read", "here") | {"read_only": False}
    )
    assert refused["error"]["code"] == "forbidden"  # type: ignore[index]


def test_maintenance_begins_once_and_ends(world: EngineWorld) -> None:
    """Key, act, entry: the row says until when and why; a second beginning is refused; the end takes it back."""
    done = world.act("host.maintenance", "here", **{"for": "2h", "reason": "new \x1b[31mdisk"})
    assert "2h" in done.message
    row = world.rows()["here"]
    assert row.state is HostState.MAINTENANCE
    assert "new ␛[31mdisk" in row.reason
    with pytest.raises(ActError, match="maintenance runs already"):
        world.act("host.maintenance", "group:all", **{"for": "1h", "reason": "again"})
    assert world.rows()["far"].maintenance_until is None, "a refused act leaves nothing on its other targets"
    world.act("host.maintenance_end", "here")
    assert world.rows()["here"].state is HostState.UP


def test_a_record_that_someone_else_changed_is_not_overwritten(world: EngineWorld) -> None:
    """An act that looked at an older revision is refused, and the newer decision stays."""
    seen = world.rows()["far"].revision
    world.act("host.maintenance", "far", expect={"far": seen}, **{"for": "1h", "reason": "first"})
    with pytest.raises(ActError) as caught:
        world.act("host.maintenance_end", "far", expect={"far": seen})
    assert caught.value.code is Code.CONFLICT
    assert world.rows()["far"].maintenance_until is not None
    world.act("host.maintenance_end", "far", expect={"far": world.rows()["far"].revision})


def test_a_broken_inventory_is_refused_and_the_old_one_stays(world: EngineWorld) -> None:
    """Reload says every mistake with its place; a mended file is taken over, and a host that left is retired."""
    good = world.inventory.read_text()
    world.inventory.write_text(good.replace("address: '127.9.9.9'", "adress: '127.9.9.9'"))
    with pytest.raises(ActError, match=r"inventory\.yaml:5:\d+: .*adress") as caught:
        world.act("fleet.reload")
    assert caught.value.code is Code.REFUSED
    assert set(world.rows()) == {"here", "far"}
    world.inventory.write_text(good.replace("  far:", "  farther: {address: '127.9.9.8', port: 1}\n  far:"))
    assert "1 new" in world.act("fleet.reload").message
    assert set(world.rows()) == {"here", "far", "farther"}
    world.inventory.write_text(good)
    assert "1 retired" in world.act("fleet.reload").message
    assert set(world.rows()) == {"here", "far"}


def test_a_second_engine_says_who_holds_the_state(world: EngineWorld) -> None:
    """The process id of the first is in the message, and the first goes on."""
    second = world.run("engine")
    assert second.returncode != 0
    assert world.process is not None
    assert f"process {world.process.pid}" in second.stderr
    assert world.listens()


def test_news_are_counted_and_a_slow_reader_finds_the_gap(world: EngineWorld) -> None:
    """A follower is told which topics changed, each message with the next number."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(20)
        link.connect(str(world.state.socket))
        lines = link.makefile("rb")
        seq = json.loads(lines.readline())["hello"]["seq"]
        link.sendall(b'{"v":1,"id":1,"ask":"follow","topics":["hosts","engine"]}\n')
        told = [json.loads(lines.readline()) for _ in range(4)]
        news = [one for one in told if "news" in one]
        assert [one["news"] for one in news] == list(range(news[0]["news"], news[0]["news"] + len(news)))
        assert news[0]["news"] > seq
        assert {topic for one in news for topic in one["topics"]} <= {"hosts", "engine"}


@pytest.mark.parametrize(
    "params",
    [
        '{"for": 1' + "0" * 400 + ', "reason": "x"}',
        '{"for": true, "reason": "x"}',
        '{"for": "1h", "reason": {"a": 1}}',
        '{"for": [], "reason": "x"}',
        '{"for": "1h", "reason": "' + "x" * 600 + '"}',
    ],
)
def test_a_parameter_of_the_wrong_kind_is_told(world: EngineWorld, params: str) -> None:
    """Numbers without measure, lists and floods of text get an answer, not a closed door."""
    line = f'{{"v":1,"id":1,"ask":"act","action":"host.maintenance","targets":["far"],"params":{params}}}\n'
    error = ask_raw(world, line.encode())["error"]
    assert isinstance(error, dict)
    assert error["code"] == "bad parameter"


def test_an_expectation_of_something_else_is_told(world: EngineWorld) -> None:
    """A revision under a name that is not acted on guards nothing, so it is refused."""
    with pytest.raises(ActError, match="which is not acted on"):
        world.act("host.read", "here", expect={"host:here": 1})


def test_a_changed_label_keeps_the_connection_and_what_is_known(world: EngineWorld) -> None:
    """Only what decides the way to a host makes a new connection; the rest is taken over in place."""
    good = world.inventory.read_text()
    before = world.rows()["here"]
    world.inventory.write_text(good.replace("address: 'local'", "address: 'local', labels: {tier: one}"))
    world.act("fleet.reload")
    try:
        after = world.rows()["here"]
        assert after.labels == {"tier": "one"}
        assert (after.state, after.since_at) == (before.state, before.since_at)
    finally:
        world.inventory.write_text(good)
        world.act("fleet.reload")


def test_those_who_look_at_one_incident_are_told_of_each_other(world: EngineWorld) -> None:
    """By the names that the inventory has for them; when the other leaves, that is told as well."""
    look = {"v": 1, "id": 1, "ask": "look", "action": LOOK_INCIDENT, "targets": ["inc-3"]}
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(world.state.socket))
        link.settimeout(20)
        lines = link.makefile("rb")
        lines.readline()
        link.sendall(json.dumps(look).encode() + b"\n")
        alone = [json.loads(lines.readline()) for _ in range(2)]
        assert alone[0] == {"v": 1, "beside": "INC-3", "names": []}
        assert alone[1]["ok"] is True
        told = ask_as(world, VIEWER_UID, look)
        assert told[1]["beside"] == "INC-3"
        assert [json.loads(lines.readline())["names"] for _ in range(2)] == [["vera"], []]
