"""Approval is enforced: every door that somebody could try to go round it by, at a real engine, by real accounts."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.actions.errors import ActError
from tui_ops.cli.codes import Exit
from tui_ops.model.fleet import HostSpec
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader

BOB, CAT, DAN, STRANGER = 4301, 4302, 4303, 4304

OPERATORS = f"""operators:
  bob: {{role: operator, user: "{BOB}"}}
  cat: {{role: approver, user: "{CAT}"}}
  dan: {{role: approver, user: "{DAN}"}}
"""

POLICY = """changes:
  policies:
    one: {need: 1}
    cats: {people: [cat], hosts: [far]}
"""

PLAN = "steps:\n  - command: [touch, /tmp/never]\n"
OTHER_PLAN = "steps:\n  - command: [rm, -rf, /tmp/never]\n"
MODEL = 'parameters:\n  path: {type: text}\nsteps:\n  - command: [touch, "{{path}}"]\n'

ASK_AS = """
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
lines = link.makefile("rb")
lines.readline()
for line in sys.stdin:
    link.sendall(line.encode())
    print(lines.readline().decode().strip())
"""

FORGE_AS = """
import os, sqlite3, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
path, number = sys.argv[1], int(sys.argv[3])
with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reading:
    print("reads", reading.execute("SELECT state FROM change WHERE id = ?", (number,)).fetchone()[0])
for statement in (
    f"UPDATE change SET state = 'approved' WHERE id = {number}",
    f"INSERT INTO approval (change_id, at, who, uid, behalf, vote, reason, frozen_sha, void_why)"
    f" SELECT id, 1, 'cat', 4302, '', 'approve', '', frozen_sha, '' FROM change WHERE id = {number}",
):
    try:
        with sqlite3.connect(path, timeout=1) as writing:
            writing.execute(statement)
        print("forged")
    except sqlite3.Error as error:
        print("refused", error)
"""


@pytest.fixture(scope="module")
def world() -> Iterator[EngineWorld]:
    """An engine with an operator and two approvers, whose socket and database other accounts can reach."""
    assert os.geteuid() == 0, "other accounts are taken on: make test runs as root, or under unshare --map-root-user"
    specs = [HostSpec("here", "here", "local"), HostSpec("far", "far", "127.9.9.9", port=1)]
    # Not below pytest's folder, which another run of it closes to other accounts.
    with tempfile.TemporaryDirectory(prefix="tui-ops-bypass-") as folder:
        world = EngineWorld(Path(folder), inventory_text(specs, more=OPERATORS + POLICY))
        try:
            world.start()
            Path(folder).chmod(0o755)
            world.state.root.chmod(0o755)
            world.state.socket.chmod(0o666)
            yield world
        finally:
            world.kill()


def request(action: str, *targets: str, **params: object) -> str:
    """Return one line for the socket."""
    given = {name.removesuffix("_"): value for name, value in params.items()}
    return json.dumps({"v": 1, "id": 1, "ask": "act", "action": action, "targets": list(targets), "params": given})


def ask_as(world: EngineWorld, uid: int, *lines: str) -> list[dict[str, object]]:
    """Ask in one session of an account; return the answers."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_AS, str(world.state.socket), str(uid)],
        input="".join(line + "\n" for line in lines), capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines() if line]


def act_as(world: EngineWorld, uid: int, action: str, *targets: str, **params: object) -> str:
    """Do an act as an account; return its message, or the refusal's."""
    (answer,) = ask_as(world, uid, request(action, *targets, **params))
    error = answer.get("error")
    return str(error["message"]) if isinstance(error, dict) else str(answer.get("message"))


def row(world: EngineWorld, name: str, *columns: str) -> tuple[object, ...]:
    """Read a change's columns."""
    with closing(sqlite3.connect(f"file:{world.state.ops_db}?mode=ro", uri=True)) as link:
        query = f"SELECT {', '.join(columns)} FROM change WHERE id = ?"
        found: tuple[object, ...] = link.execute(query, (int(name[4:]),)).fetchone()
        return found


def state(world: EngineWorld, name: str) -> str:
    """Return how far a change is."""
    return str(row(world, name, "state")[0])


def votes(world: EngineWorld, name: str) -> list[tuple[str, int]]:
    """Return who approved a change, and by which account."""
    with closing(sqlite3.connect(f"file:{world.state.ops_db}?mode=ro", uri=True)) as link:
        query = "SELECT who, uid FROM approval WHERE change_id = ? AND void_at IS NULL ORDER BY id"
        return [(str(who), int(uid)) for who, uid in link.execute(query, (int(name[4:]),))]


def submitted(world: EngineWorld, uid: int = BOB, **params: object) -> str:
    """Make a change as an account and submit it; return its name."""
    given: dict[str, object] = {
        "title": "x",
        "targets": "here",
        **({} if "model" in params else {"plan": PLAN}),
        **params,
    }
    name = act_as(world, uid, "change.create", **given).split()[0]
    act_as(world, uid, "change.submit", name)
    return name


def approved(world: EngineWorld) -> str:
    """Make a change as bob and approve it as cat."""
    name = submitted(world)
    assert act_as(world, CAT, "change.approve", name) == f"{name} is approved"
    return name


def test_the_right_way_is_open(world: EngineWorld) -> None:
    """One asks, another says yes, and the row names both by their accounts."""
    name = approved(world)
    assert state(world, name) == "approved"
    assert votes(world, name) == [("cat", CAT)]


def test_nobody_approves_his_own_by_any_door(world: EngineWorld) -> None:
    """In the same session, in a second one, with another name in the message, in his delegate's place."""
    name = submitted(world, CAT)
    same, claimed = ask_as(
        world, CAT, request("change.approve", name),
        json.dumps({**json.loads(request("change.approve", name)), "who": "dan", "uid": DAN, "role": "admin"}),
    )  # fmt: skip
    assert "four eyes" in str(same["error"])
    assert "four eyes" in str(claimed["error"])
    assert "four eyes" in act_as(world, CAT, "change.approve", name)
    assert "four eyes" in act_as(world, CAT, "change.approve", name, for_="dan")
    assert (state(world, name), votes(world, name)) == ("submitted", [])


def test_nor_by_the_command_line(world: EngineWorld) -> None:
    """An admin, whose engine it is, neither."""
    file = world.inventory.with_name("plan.yaml")
    file.write_text(PLAN)
    made = world.run("do", "change.create", "title=x", "targets=here", f"plan=@{file}")
    assert made.returncode == Exit.OK, made.stderr
    name = made.stdout.split()[0]
    assert row(world, name, "plan") == (PLAN,)
    assert "can't be read" in world.run("do", "change.create", "title=x", f"plan=@{file}.gone").stderr
    world.act("change.submit", name)
    done = world.run("do", "change.approve", name)
    assert done.returncode != Exit.OK
    assert "four eyes" in done.stderr
    assert state(world, name) == "submitted"


def test_roles_are_the_inventorys(world: EngineWorld) -> None:
    """An operator says neither yes nor no, and a stranger nothing at all."""
    name = submitted(world, CAT)
    assert "takes the role approver" in act_as(world, BOB, "change.approve", name)
    assert "takes the role approver" in act_as(world, BOB, "change.reject", name, reason="x")
    assert ask_as(world, STRANGER, request("change.approve", name)) == [], "its session is closed"
    assert votes(world, name) == []


def test_an_edited_plan_is_not_the_approved_one(world: EngineWorld) -> None:
    """Nor are other targets: it starts in no way, until it is approved anew."""
    for edit in ({"plan": OTHER_PLAN}, {"targets": "far"}, {"values": "a=b"}):
        name = approved(world)
        act_as(world, BOB, "change.edit", name, **edit)
        assert state(world, name) == "draft"
        assert votes(world, name) == []
        with pytest.raises(ActError):
            world.act("change.start", name)
        act_as(world, BOB, "change.submit", name)
        with pytest.raises(ActError):
            world.act("change.start", name)
        assert state(world, name) in ("draft", "submitted")


def test_an_approval_that_is_sent_again_says_nothing(world: EngineWorld) -> None:
    """The same bytes a second time, and the bytes of a yes to the version before."""
    name = submitted(world, targets="far", kind="normal")
    sha = str(row(world, name, "frozen_sha")[0])
    recorded = request("change.approve", name, sha=sha)
    first, again = ask_as(world, CAT, recorded, recorded)
    assert first["ok"] is True
    assert "error" in again
    assert votes(world, name) == [("cat", CAT)]
    act_as(world, BOB, "change.edit", name, plan=OTHER_PLAN)
    act_as(world, BOB, "change.submit", name)
    (replayed,) = ask_as(world, CAT, recorded)
    assert "was looked at" in str(replayed["error"])
    assert (state(world, name), votes(world, name)) == ("submitted", [])


def test_a_yes_to_a_revision_that_has_moved_on_is_refused(world: EngineWorld) -> None:
    """The desk says which one was on the screen."""
    name = submitted(world)
    seen = row(world, name, "revision")[0]
    act_as(world, BOB, "change.edit", name, plan=OTHER_PLAN)
    act_as(world, BOB, "change.submit", name)
    line = json.dumps({**json.loads(request("change.approve", name)), "expect": {name: seen}})
    (answer,) = ask_as(world, CAT, line)
    assert "changed by someone else" in str(answer["error"])
    assert votes(world, name) == []


def test_a_delegation_that_is_over_is_none(world: EngineWorld) -> None:
    """While it holds, dan says yes for cat; a second later he does not, and nobody delegates to himself."""
    assert "himself" in act_as(world, CAT, "fleet.delegate", to="cat", for_="5d")
    assert "no approver" in act_as(world, CAT, "fleet.delegate", to="bob", for_="5d")
    name = submitted(world, targets="far")
    act_as(world, CAT, "fleet.delegate", to="dan", for_="1s")
    ends = time.time() + 1
    until_sync(lambda: time.time() > ends, 10, "the delegation is over")
    assert "did not stand for cat" in act_as(world, DAN, "change.approve", name, for_="cat")
    act_as(world, CAT, "fleet.delegate", to="dan", for_="1h")
    own = submitted(world, CAT, targets="far")
    assert "four eyes" in act_as(world, DAN, "change.approve", own, for_="cat")
    act_as(world, CAT, "fleet.undelegate")
    assert "did not stand for cat" in act_as(world, DAN, "change.approve", name, for_="cat")


def test_another_account_writes_nothing_into_the_database(world: EngineWorld) -> None:
    """It may read it, where the group may; the engine never sees a yes that it did not take itself."""
    name = submitted(world)
    for path in world.state.root.glob("ops.db*"):
        path.chmod(0o644)
    done = subprocess.run(
        [sys.executable, "-c", FORGE_AS, str(world.state.ops_db), str(BOB), name[4:]],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stdout.splitlines()[0] == "reads submitted"
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["refused", "refused"], done.stdout
    assert (state(world, name), votes(world, name)) == ("submitted", [])


def test_a_role_that_is_taken_between_yes_and_start_counts(world: EngineWorld) -> None:
    """The inventory is read again; what cat approved waits for another, and starts in no way."""
    name = approved(world)
    text = world.inventory.read_text()
    try:
        world.inventory.write_text(text.replace("cat: {role: approver", "cat: {role: operator").replace(
            "    cats: {people: [cat], hosts: [far]}\n", ""))  # fmt: skip
        world.act("fleet.reload")
        until_sync(lambda: state(world, name) == "submitted", 20, "the approval lapsed")
        with pytest.raises(ActError):
            world.act("change.start", name)
        assert "takes the role approver" in act_as(world, CAT, "change.approve", name)
    finally:
        world.inventory.write_text(text)
        world.act("fleet.reload")


def test_a_new_name_for_the_same_account_is_the_same_person(world: EngineWorld) -> None:
    """Whoever may write the inventory renames himself, and is known by his account."""
    name = submitted(world, CAT)
    text = world.inventory.read_text()
    try:
        world.inventory.write_text(text.replace("  cat: {role", "  kitty: {role").replace("[cat]", "[kitty]"))
        world.act("fleet.reload")
        assert "four eyes" in act_as(world, CAT, "change.approve", name)
    finally:
        world.inventory.write_text(text)
        world.act("fleet.reload")
    assert votes(world, name) == []


def test_a_model_that_is_edited_after_its_approval_authorises_nothing(world: EngineWorld) -> None:
    """What was made of it and has not begun does not start."""
    act_as(world, CAT, "changemodel.create", name="touch", plan=MODEL, hosts="1")
    assert "four eyes" in act_as(world, CAT, "changemodel.approve", "touch")
    act_as(world, DAN, "changemodel.approve", "touch")
    name = submitted(world, model="touch", values="path=/tmp/never")
    assert row(world, name, "state", "kind") == ("approved", "standard")
    act_as(world, CAT, "changemodel.edit", "touch", plan=MODEL.replace("touch", "rm"))
    with pytest.raises(ActError, match="not approved"):
        world.act("change.start", name)
    assert state(world, name) != "running"


def test_every_yes_stands_in_the_audit_with_its_account(world: EngineWorld) -> None:
    """And the chain is whole."""
    name = approved(world)
    with open_reader(world.state) as reader:
        newest = audit(reader, limit=1)[0]
    assert (newest.who, newest.uid, newest.action, newest.target) == ("cat", CAT, "change.approve", f"change:{name}")
    assert world.run("audit", "verify").returncode == Exit.OK
    assert not Path("/tmp/never").exists()


def test_a_flood_of_plan_is_refused_and_the_engine_goes_on(world: EngineWorld) -> None:
    """A plan that is too long, one that is deep, one that is no text."""
    for plan in ("x" * 300_000, "[" * 5000, "a: &a [*a, *a]", "\x00", "steps: !!python/object:os.system {}"):
        message = act_as(world, BOB, "change.create", title="x", targets="here", plan=plan)
        assert message
    assert state(world, submitted(world)) == "submitted"
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(world.state.socket))
        assert link.makefile("rb").readline()


def test_a_yes_that_was_answered_is_there_after_a_power_cut(world: EngineWorld) -> None:
    """So is a no, and so is what waits; nobody's approval comes back that was void."""
    yes, waits, no = approved(world), submitted(world), submitted(world)
    act_as(world, CAT, "change.reject", no, reason="not today")
    world.kill()
    world.start()
    world.state.socket.chmod(0o666)
    assert [state(world, name) for name in (yes, waits, no)] == ["approved", "submitted", "draft"]
    assert votes(world, yes) == [("cat", CAT)]
    assert world.run("audit", "verify").returncode == Exit.OK
