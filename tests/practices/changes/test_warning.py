"""Shells and commands on hosts that a change holds: a reason is asked for, and stands where people look."""

from collections.abc import Iterator

import pytest
from support.assess_world import BEGIN, DAY, ChangeWorld
from support.incident_world import ANN

from tui_ops.actions.declared import HOST_RUN, HOST_SHELL
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.practices.administration import acts as administration
from tui_ops.practices.asked import ReasonNeeded
from tui_ops.store.changingplan import PLAN_ID, to_text
from tui_ops.store.records import hosts_in_force
from tui_ops.store.tables import ChangingPlan, Freeze


@pytest.fixture
def world() -> Iterator[ChangeWorld]:
    with ChangeWorld() as world:
        yield world


def asks(world: ChangeWorld, *hosts: str, command: str = "", **params: object) -> Kept:
    """Ask for a shell, or for a command where one is given, as the engine does it."""
    action, act = (HOST_RUN, administration.run_command) if command else (HOST_SHELL, administration.open_shell)
    given = {**params, **({"command": command} if command else {})}
    request = Request(1, "open", action.id, hosts, given, {})

    def finder(session, names):
        return [one for one in hosts_in_force(session, world.at) if one.name in names]

    read = action.read_params(dict(given))
    return world.run(lambda session: acting._do(session, action, act, ANN, request, read, finder))[1]


def test_where_nothing_runs_nothing_is_asked(world: ChangeWorld) -> None:
    world.change("web-1", starts_at=BEGIN, ends_at=BEGIN + DAY)
    world.change("web-2", state="running", began_at=BEGIN)
    assert asks(world, "web-1").done.message == "shell on web-1"
    assert asks(world, "web-1", command="uptime").done.message == "running on web-1: uptime"


@pytest.mark.parametrize("command", ["", "uptime"])
def test_a_change_that_runs_there_asks_why(world: ChangeWorld, command: str) -> None:
    number = world.change("web-1", "web-2", state="running")
    entries = len(world.audit())
    with pytest.raises(ReasonNeeded, match="web-1 is in CHG-1, which is running") as refused:
        asks(world, "web-1", command=command)
    assert "reason=" in refused.value.hint
    with pytest.raises(ReasonNeeded):
        asks(world, "web-1", command=command, reason="  ")
    assert len(world.audit()) == entries
    kept = asks(world, "web-1", command=command, reason="it hangs")
    assert kept.done.message.endswith("(it hangs)")
    assert world.said(number)[-1] == f"note: {kept.done.message}"
    assert world.audit()[-1].outcome.endswith("(it hangs)")


def test_a_freeze_asks_why_as_well(world: ChangeWorld) -> None:
    world.add(Freeze(title="sale", matcher='["web-1"]', begins_at=0.0, ends_at=9e9, by="ann", at=BEGIN))
    with pytest.raises(ReasonNeeded, match="in the freeze sale"):
        asks(world, "web-1")
    assert asks(world, "web-2").done.message == "shell on web-2"
    freeze = Window("books", (Recurring(begins="2023-01-01", ends="2099-01-01"),), frozenset({"web-2"}), True)
    text = to_text(ChangingSpec(windows=(freeze,)))
    world.run(lambda session: setattr(session.get_one(ChangingPlan, PLAN_ID), "body", text))
    with pytest.raises(ReasonNeeded, match="in the freeze books"):
        asks(world, "web-2")


def test_hostile_reasons_are_made_harmless(world: ChangeWorld) -> None:
    number = world.change("web-1", state="paused")
    asks(world, "web-1", reason="\x1b[31mx\nnote: y")
    assert world.said(number)[-1] == "note: shell on web-1 (␛[31mx␊note: y)"
