"""Releases: what they hold, who says go, what begins when."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.support.incident_world import ANN, BOB, IncidentWorld
from tui_ops.actions import releases as declared
from tui_ops.model.changes import Outcome
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.people import Who
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import releases
from tui_ops.practices.changes.assessing import conflicts_now
from tui_ops.store.audit import append_audit
from tui_ops.store.releases import find_releases
from tui_ops.store.tables.changes import Approval, Change, Release


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def act(world: IncidentWorld, how: Any, params: dict[str, object], name: str = "", who: Who = ANN) -> Done:
    """Do an act, with its parameters read as the engine reads them."""
    action = next(one for one in declared.ACTS if one.id.partition(".")[2] == how.__name__)
    read = action.read_params(params)

    def done(session: Session) -> Done:
        return how(session, Asked(who, world.at, tuple(find_releases(session, [name] if name else [])), read))

    return world.run(done)


def go(session: Session, given: Asked) -> Done:
    """Say go in a team of one."""
    return releases.go(session, given, solo=True)


def change(world: IncidentWorld, **more: Any) -> str:
    """Keep a change; return its name."""

    def kept(session: Session) -> int:
        row = Change(title="nginx", plan="steps: []", **more)
        session.add(row)
        session.flush()
        return row.id or 0

    return f"CHG-{world.run(kept)}"


def release(world: IncidentWorld) -> Release:
    """Return the only release."""
    return world.run(lambda session: session.exec(select(Release)).one())


def against(world: IncidentWorld, name: str) -> list[str]:
    """Return what stands against the beginning of a change."""
    number = int(name.removeprefix("CHG-"))
    return world.run(
        lambda session: [one.said for one in releases.stands_against(session, session.get_one(Change, number))]
    )


def ends(world: IncidentWorld, name: str, outcome: Outcome = Outcome.SUCCESSFUL) -> None:
    """Let a change have run."""

    def kept(session: Session) -> None:
        row = session.get_one(Change, int(name.removeprefix("CHG-")))
        row.began_at, row.ended_at, row.outcome, row.state = world.at, world.at, str(outcome), "ended"
        session.add(row)
        releases.settle(session, world.at)

    world.run(kept)


def two_steps(world: IncidentWorld) -> tuple[str, str]:
    """Return a change in staging and the same plan in production, in a release."""
    act(world, releases.create, {"name": "shop 2.3", "versions": "app=2.3", "environments": "staging production"})
    first, second = change(world), change(world)
    act(world, releases.add, {"change": first, "environment": "staging"}, "REL-1")
    act(world, releases.add, {"change": second}, "REL-1")
    return first, second


def test_staging_comes_before_production(world: IncidentWorld) -> None:
    """Nothing begins before somebody else says go, and production not before the same plan succeeded in staging."""
    first, second = two_steps(world)
    assert against(world, first) == ["REL-1 is draft: nobody has said go"]
    act(world, releases.go, {}, "REL-1", BOB)
    assert against(world, first) == []
    missing = "the same plan has not succeeded in staging, which comes before production in REL-1"
    assert against(world, second) == [missing]
    ends(world, first, Outcome.ROLLED_BACK)
    assert against(world, second) == [missing]
    ends(world, first, Outcome.ISSUES)
    assert against(world, second) == [missing]
    ends(world, first)
    assert (against(world, second), release(world).state) == ([], "rolling out")
    ends(world, second)
    assert (release(world).state, release(world).ended_at) == ("done", world.at)


def test_another_plan_that_succeeded_is_no_rehearsal(world: IncidentWorld) -> None:
    first, second = two_steps(world)

    def other(session: Session) -> None:
        row = session.get_one(Change, int(first.removeprefix("CHG-")))
        row.plan = "steps: [{wait: 1s}]"
        session.add(row)

    world.run(other)
    act(world, releases.go, {}, "REL-1", BOB)
    ends(world, first)
    assert len(against(world, second)) == 1


def test_the_order_within_an_environment(world: IncidentWorld) -> None:
    """What is put in first begins first; what is cancelled holds nothing up."""
    act(world, releases.create, {"name": "db and app"})
    first, second = change(world), change(world)
    for one in (first, second):
        act(world, releases.add, {"change": one}, "REL-1")
    act(world, releases.go, {}, "REL-1", BOB)
    assert against(world, second) == [f"{first} comes before it in REL-1 and has not succeeded"]

    def cancelled(session: Session) -> None:
        row = session.get_one(Change, int(first.removeprefix("CHG-")))
        row.state = "cancelled"
        session.add(row)

    world.run(cancelled)
    assert against(world, second) == []


def test_nobody_says_go_for_his_own(world: IncidentWorld) -> None:
    """Nor for an empty one."""
    act(world, releases.create, {"name": "empty"})
    with pytest.raises(Refused, match="holds no change"):
        act(world, releases.go, {}, "REL-1", BOB)
    act(world, releases.add, {"change": change(world)}, "REL-1")
    with pytest.raises(Refused, match="is yours"):
        act(world, releases.go, {}, "REL-1")


@pytest.mark.parametrize("how", ["edit", "add", "remove"])
def test_a_go_is_for_what_it_was_said_of(world: IncidentWorld, how: str) -> None:
    """Whatever changes, it has to be said again."""
    first, _ = two_steps(world)
    third = change(world)
    act(world, releases.go, {}, "REL-1", BOB)
    params = {"edit": {"versions": "app=2.4"}, "add": {"change": third}, "remove": {"change": first}}
    done = act(world, getattr(releases, how), params[how], "REL-1")
    assert done.message.endswith(f"; the go of {BOB.name} no longer counts")
    assert release(world).state == "draft"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"versions": "nginx"}, "no component with its version"),
        ({"committed": "yesterday"}, "is no moment"),
        ({"committed": "0001-01-01T00:00+23:59"}, "is before 1970"),
        ({"environments": " ".join("abcdefghi")}, "9 environments are more than 8"),
    ],
)
def test_what_is_no_release(world: IncidentWorld, params: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        act(world, releases.create, {"name": "x", **params})


def test_a_change_is_in_one_release(world: IncidentWorld) -> None:
    first, _ = two_steps(world)
    act(world, releases.create, {"name": "another"})
    with pytest.raises(Refused, match=f"{first} is in REL-1"):
        act(world, releases.add, {"change": first}, "REL-2")


def test_whoever_starts_it_is_told(world: IncidentWorld) -> None:
    """What stands against it stands among its conflicts, and blocks."""
    first, _ = two_steps(world)
    number = int(first.removeprefix("CHG-"))
    found = world.run(
        lambda session: conflicts_now(session, session.get_one(Change, number), world.at, ChangingSpec())
    )  # fmt: skip
    assert [one.said for one in found if one.blocks] == ["REL-1 is draft: nobody has said go"]


def test_a_difference_that_was_adopted_is_no_rehearsal(world: IncidentWorld) -> None:
    """Nothing ran there, whatever its outcome says; it is no predecessor that succeeded either."""
    first, second = two_steps(world)
    act(world, releases.go, {}, "REL-1", BOB)

    def adopted(session: Session) -> None:
        row = session.get_one(Change, int(first.removeprefix("CHG-")))
        row.unauthorised, row.state, row.outcome = True, "closed", str(Outcome.SUCCESSFUL)
        session.add(row)

    world.run(adopted)
    assert len(against(world, second)) == 1


def test_other_values_are_another_plan(world: IncidentWorld) -> None:
    """What ran in staging with version 2.3 says nothing of 2.4."""
    first, second = two_steps(world)
    act(world, releases.go, {}, "REL-1", BOB)

    def other(session: Session) -> None:
        row = session.get_one(Change, int(second.removeprefix("CHG-")))
        row.plan_values = '{"version":"2.4"}'
        session.add(row)

    world.run(other)
    ends(world, first)
    assert len(against(world, second)) == 1


def test_an_environment_of_another_name_goes_round_nothing(world: IncidentWorld) -> None:
    _, second = two_steps(world)
    act(world, releases.go, {}, "REL-1", BOB)

    def other(session: Session) -> None:
        row = session.get_one(Change, int(second.removeprefix("CHG-")))
        row.environment = "prod"
        session.add(row)

    world.run(other)
    assert against(world, second) == ["prod is no environment of REL-1, which has staging, production"]


@pytest.mark.parametrize("how", ["remove", "add"])
def test_what_was_approved_in_a_release_is_approved_anew_out_of_it(world: IncidentWorld, how: str) -> None:
    """Taken out, or put elsewhere in its order, it would begin under fewer conditions."""
    _, second = two_steps(world)
    number = int(second.removeprefix("CHG-"))

    def approved(session: Session) -> None:
        row = session.get_one(Change, number)
        row.state, row.frozen_sha, row.frozen = "approved", "a" * 64, "{}"
        session.add(Approval(change_id=number, at=1.0, who="bob", uid=1, vote="approve", frozen_sha="a" * 64))
        session.add(row)

    world.run(approved)
    params = {"change": second, "environment": "staging"} if how == "add" else {"change": second}
    done = act(world, getattr(releases, how), params, "REL-1")
    assert done.message.endswith(f"{second} is a draft again")
    found = world.run(
        lambda session: (session.get_one(Change, number).state, session.exec(select(Approval)).one().void_at is None)
    )
    assert found == ("draft", False)


@pytest.mark.parametrize("place", ["x", "0", "-1", "9" * 30, "\u0661"])
def test_a_place_is_a_number(world: IncidentWorld, place: str) -> None:
    first, _ = two_steps(world)
    with pytest.raises(Refused, match="is no place in the order"):
        act(world, releases.add, {"change": first, "place": place}, "REL-1")


def test_what_comes_while_it_is_rolled_out_waits_for_another_go(world: IncidentWorld) -> None:
    first, second = two_steps(world)
    act(world, releases.go, {}, "REL-1", BOB)
    ends(world, first)
    assert release(world).state == "rolling out"
    third = change(world)
    act(world, releases.add, {"change": third, "environment": "staging"}, "REL-1")
    assert against(world, third) == ["REL-1 is draft: nobody has said go"]
    assert against(world, second)[0] == "REL-1 is draft: nobody has said go"
    act(world, releases.go, {}, "REL-1", BOB)
    assert against(world, third) == []


def test_whoever_is_called_otherwise_now_says_no_go_for_his_own(world: IncidentWorld) -> None:
    """By his account he is the same."""
    two_steps(world)
    world.run(lambda session: append_audit(session, ANN, "release.create", "fleet", {}, "REL-1 is a draft", 1.0))
    with pytest.raises(Refused, match="is yours"):
        act(world, releases.go, {}, "REL-1", Who("nan", BOB.role, ANN.uid))


def test_the_own_go_of_a_team_of_one_counts_for_no_team(world: IncidentWorld) -> None:
    """Once others are there, one of them says it."""
    first, _ = two_steps(world)
    act(world, go, {}, "REL-1")
    number = int(first.removeprefix("CHG-"))
    row = lambda session: session.get_one(Change, number)  # noqa: E731
    alone = world.run(lambda session: releases.stands_against(session, row(session), solo=True))
    assert (alone, len(against(world, first))) == ([], 1)
    world.run(lambda session: releases.settle(session, world.at, solo=False))
    assert release(world).state == "draft"
    act(world, releases.go, {}, "REL-1", BOB)
    assert against(world, first) == []
