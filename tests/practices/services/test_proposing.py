"""What a spent budget proposes: once, for the right hosts, until it was whole again; and what people make of it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select
from support.assess_world import ChangeWorld

from tui_ops.model.budgets import Budget
from tui_ops.model.fleet import ServiceSpec
from tui_ops.practices.services.proposing import frozen_by, settle
from tui_ops.store.budgets import SloWrite, keep_slos
from tui_ops.store.tables.changes import Freeze

DAY = 86400.0
SPENT = Budget("shop", 0.999, 30 * DAY, good_s=3600.0, bad_s=3060.0, burn_1h=17.0)
WHOLE = replace(SPENT, bad_s=0.0, burn_1h=0.0)
HALF = replace(SPENT, bad_s=1200.0)
SERVICES = (
    ServiceSpec("shop", hosts=("web-1",), depends_on=("db",)), ServiceSpec("db", hosts=("db-1",)),
    ServiceSpec("front", depends_on=("shop", "mail")), ServiceSpec("mail", depends_on=("db", "front")),
    ServiceSpec("idea"),
)  # fmt: skip


@pytest.fixture
def world() -> Iterator[ChangeWorld]:
    with ChangeWorld() as made:
        yield made


def look(world: ChangeWorld, budget: Budget) -> str:
    """Look at a budget as the engine does."""

    def settled(session: object) -> str:
        keep_slos(session, [SloWrite(budget, "[]", 0, {})])  # type: ignore[arg-type]
        return settle(session, budget, world.at + 3 * DAY, SERVICES, world.at)  # type: ignore[arg-type]

    return world.run(settled)


def freezes(world: ChangeWorld) -> list[Freeze]:
    return list(world.run(lambda session: list(session.exec(select(Freeze)).all())))


def decide(world: ChangeWorld, number: int, **values: object) -> None:
    def write(session: object) -> None:
        row = session.get_one(Freeze, number)  # type: ignore[attr-defined]
        for name, value in values.items():
            setattr(row, name, value)

    world.run(write)


def test_a_spent_budget_proposes_once(world: ChangeWorld) -> None:
    """With what is said of it, until it would be back; nobody is asked twice."""
    assert look(world, WHOLE) == ""
    assert look(world, HALF) == ""
    assert look(world, SPENT) == "FRZ-1"
    assert look(world, SPENT) == ""
    (made,) = freezes(world)
    assert (made.title, made.proposed, made.by) == ("error budget of shop", True, "tui-ops")
    assert made.reason == "99.9 % over 30d is spent: 51m were bad, 43m are allowed, burning ×17"
    assert (json.loads(made.matcher), made.begins_at, made.ends_at) == (
        ["service:shop"], world.at, world.at + 3 * DAY,
    )  # fmt: skip


@pytest.mark.parametrize("agreed", [False, True])
def test_one_that_a_person_ended_is_not_proposed_again_before_the_budget_was_whole(
    world: ChangeWorld, agreed: bool
) -> None:
    """Turned down, or agreed to and ended: the same; half of it is not whole."""
    assert look(world, SPENT) == "FRZ-1"
    decide(world, 1, proposed=not agreed, ended_at=world.at + 60.0)
    world.at += 4 * DAY
    assert look(world, SPENT) == ""
    assert look(world, HALF) == ""
    assert look(world, SPENT) == ""
    assert look(world, WHOLE) == ""
    assert look(world, SPENT) == "FRZ-2"


def test_one_that_ran_out_is_proposed_anew(world: ChangeWorld) -> None:
    """The budget is spent as before, and somebody is to look again."""
    assert look(world, SPENT) == "FRZ-1"
    decide(world, 1, proposed=False)
    world.at += 2 * DAY
    assert look(world, SPENT) == ""
    world.at += 2 * DAY
    assert look(world, SPENT) == "FRZ-2"


@pytest.mark.parametrize("agreed", [False, True])
def test_one_that_nobody_needs_any_more_is_withdrawn(world: ChangeWorld, agreed: bool) -> None:
    """The budget is whole, and nobody has said anything: nothing is left to decide. What was agreed to stands."""
    assert look(world, SPENT) == "FRZ-1"
    decide(world, 1, proposed=not agreed)
    assert look(world, HALF) == ""
    assert freezes(world)[0].ended_at is None
    assert look(world, WHOLE) == ""
    (made,) = freezes(world)
    assert (made.ended_at, made.revision) == ((None, 1) if agreed else (world.at, 2))


def test_what_stands_upon_the_same_hosts_asks_once(world: ChangeWorld) -> None:
    """A database that is down spends the budgets of all that need it: one freeze stands for them, and one no."""
    front = replace(SPENT, service="front")
    assert look(world, front) == "FRZ-1"
    assert look(world, SPENT) == ""
    assert look(world, replace(SPENT, service="db")) == ""
    assert look(world, replace(WHOLE, service="front")) == ""
    assert freezes(world)[0].ended_at is None, "others wait for it"
    decide(world, 1, ended_at=world.at)
    assert look(world, SPENT) == ""
    assert look(world, WHOLE) == ""
    assert look(world, SPENT) == "FRZ-2"
    assert look(world, replace(SPENT, service="db")) == "", "it is not whole since somebody said no"
    assert look(world, front) == "FRZ-3", "it holds more hosts than the other"


@pytest.mark.parametrize(
    ("service", "wanted"),
    [
        ("shop", ["service:shop"]),
        ("front", ["service:shop", "service:db"]),
        ("mail", ["service:db", "service:shop"]),
        ("idea", []),
        ("gone", []),
    ],
)
def test_which_hosts_are_held(service: str, wanted: list[str]) -> None:
    """Those of the service; of one without hosts, those of what it needs."""
    assert frozen_by(service, SERVICES) == wanted


def test_a_service_without_any_host_is_not_frozen(world: ChangeWorld) -> None:
    """An empty list would stand for every host."""
    assert look(world, replace(SPENT, service="idea")) == ""
    assert freezes(world) == []
