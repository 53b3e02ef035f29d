"""A freeze through the real engine's socket: it is kept, changes are looked at anew, and work by hand asks why."""

import json
import sqlite3
from collections.abc import Iterator

import icalendar
import pytest
from support.change_live import MORE
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.actions.client import ask_once
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.planned import freezes

PLAN = "steps:\n  - command: systemctl reload nginx\n"

RULES = MORE.replace("host-down: no, ", "")
"""One rule is on: one that this machine can't fall under."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    specs = [HostSpec("here", "here", "local", groups=("all",))]
    world = EngineWorld(tmp_path_factory.mktemp("freezes"), inventory_text(specs, more=RULES))
    try:
        world.start()
        until_sync(lambda: world.rows().get("here") and world.rows()["here"].state is HostState.UP, 30)
        yield world
    finally:
        world.kill()


def conflicts(world: EngineWorld) -> list[str]:
    with open_reader(world.state) as reader:
        return [one.said for row in changes(reader) for one in row.conflicts]


def test_a_freeze_is_made_ended_and_taken_back(world: EngineWorld) -> None:
    """In one story on one engine, since each step stands on the one before."""
    world.act("change.create", title="reload", plan=PLAN, targets="here")
    world.act("change.submit", "CHG-1")
    with open_reader(world.state) as reader:
        (row,) = changes(reader)
    assert row.risk is not None
    assert row.conflicts == ()
    answer = world.act("freeze.add", title="sale", reason="traffic", **{"for": "2h", "on": "group:all"})
    assert answer.outcomes == {"FRZ-1": "added"}
    assert conflicts(world)[0].startswith("here is in the freeze sale until")
    with open_reader(world.state) as reader:
        (made,) = freezes(reader)
    assert (made.name, made.matcher, made.by != "") == ("FRZ-1", ("group:all",), True)

    with pytest.raises(ActError, match="in the freeze sale") as refused:
        ask_once(world.state.socket, Request(1, "open", "host.run", ("here",), {"command": "true"}))
    assert refused.value.code is Code.REASON
    ran = world.run("do", "--yes", "host.run", "here", "command=true")
    assert ran.returncode != 0
    assert "reason=" in ran.stderr
    ran = world.run("do", "--yes", "host.run", "here", "command=echo it-ran", "reason=the disk is full")
    assert "it-ran" in ran.stdout
    with sqlite3.connect(world.state.ops_db) as connection:
        said = connection.execute("SELECT outcome FROM audit WHERE action = 'host.run'").fetchall()
    assert any("(the disk is full)" in outcome for (outcome,) in said)

    calendar = icalendar.Calendar.from_ical(world.run("calendar", "--ics").stdout)
    assert "freeze: sale" in {str(one["SUMMARY"]) for one in calendar.walk("VEVENT")}

    world.act("freeze.end", "FRZ-1", reason="sold out")
    assert conflicts(world) == []
    with pytest.raises(ActError, match="over already"):
        world.act("freeze.end", "FRZ-1", reason="again")
    world.act("freeze.undo", "FRZ-1")
    assert len(conflicts(world)) == 1


def test_a_rule_that_is_not_in_force_is_said_by_the_engine(world: EngineWorld) -> None:
    """It holds a plan against the rules of its inventory, one on and one switched off; and whenever it looks anew."""
    world.act(
        "change.create", title="named", plan=PLAN + "abort_if: [host-down, host-donw, host-stale]\n", targets="here"
    )
    name = f"CHG-{_newest(world)}"
    answer = world.act("change.submit", name)
    assert "abort_if: no rule host-donw is in force" in answer.message
    assert "did you mean host-down?" in answer.message
    assert "no rule host-stale is in force" in answer.message
    assert "no rule host-down" not in answer.message
    assert any("host-donw" in said for said in conflicts(world))
    world.act("freeze.add", title="looked at anew", reason="x", **{"for": "1h"})
    assert any("looked at anew" in said for said in conflicts(world))
    assert any("host-donw" in said for said in conflicts(world))


def _newest(world: EngineWorld) -> int:
    with open_reader(world.state) as reader:
        return max(row.id for row in changes(reader))


def test_a_freeze_is_on_disk_when_it_is_answered(world: EngineWorld) -> None:
    """kill -9 right after the answer: the next engine has it, with its audit entry."""
    world.act("freeze.add", title="after", reason="x", **{"for": "1h"})
    world.kill()
    with sqlite3.connect(world.state.ops_db) as connection:
        (title, matcher) = connection.execute("SELECT title, matcher FROM freeze ORDER BY id DESC").fetchone()
        (params,) = connection.execute(
            "SELECT params FROM audit WHERE action = 'freeze.add' ORDER BY id DESC"
        ).fetchone()
    assert (title, matcher, json.loads(params)["title"]) == ("after", "[]", "after")
