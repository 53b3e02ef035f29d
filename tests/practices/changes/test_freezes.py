"""Freezes that are made on the desk: added, ended, agreed to, turned down, and each of it taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from sqlmodel import Session
from support.assess_world import BEGIN, DAY, HOUR, ChangeWorld
from support.incident_world import ANN, BOB

from tui_ops.actions.action import Action
from tui_ops.actions.errors import ActError
from tui_ops.actions.freezes import ACTS, SLOT
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.finders import FINDERS
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes import freezerules
from tui_ops.practices.changes.freezes import FREEZE_ACTS
from tui_ops.store.changingplan import PLAN_ID, to_text
from tui_ops.store.tables import ChangingPlan, Freeze, Host

CAT = Who("cat", Role.APPROVER, 1003)


class World(ChangeWorld):
    """A store in which acts on freezes are done as the engine does them."""

    def do(self, verb: str, *targets: str, who: Who = ANN, **params: object) -> Kept:
        """Do an act with its audit entry."""
        action: Action = next(one for one in ACTS if one.id.endswith(f".{verb}"))
        given = {name.removesuffix("_"): value for name, value in params.items()}
        request = Request(1, "act", action.id, targets, given, {})
        finder = FINDERS.get(action.noun)
        read = action.read_params(dict(given))
        now = patch.object(freezerules, "now", lambda: type("Now", (), {"at": self.at}))
        with patch.object(acting.time, "time", lambda: self.at), now:
            act = FREEZE_ACTS[action.id]
            return self.run(lambda session: acting._do(session, action, act, who, request, read, finder))[1]

    def freeze(self, number: int = 1) -> Freeze:
        """Return a freeze."""
        return self.run(lambda session: session.get_one(Freeze, number))

    def hits(self, number: int) -> list[str]:
        """Return what stands against a change now."""
        return [one.said for one in self.assess(number).conflicts]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def test_a_freeze_holds_for_what_it_names_and_says_which_changes_it_hits(world: World) -> None:
    waits = world.change("web-1", starts_at=BEGIN + 2 * HOUR, ends_at=BEGIN + 3 * HOUR)
    world.change("db-1", starts_at=BEGIN + 2 * HOUR)
    world.change("web-2", state="running", began_at=BEGIN - 60)
    world.change("web-2", starts_at=BEGIN + 5 * DAY)
    kept = world.do("add", title="summer sale", reason="traffic", on="group:web", for_="1d")
    assert kept.done.message == (
        "FRZ-1 summer sale: no changes on group:web from Tue 14 Nov 22:13 until Wed 15 Nov 22:13 UTC"
        "; CHG-1 will not begin in it; CHG-3 goes on"
    )  # fmt: skip
    assert kept.done.outcomes == {"FRZ-1": "added"}
    assert world.hits(waits)[:1] == ["web-1 is in the freeze summer sale until Wed 15 Nov 22:13 UTC (traffic)"]
    assert world.audit()[-1].action == "freeze.add"


@pytest.mark.parametrize(
    ("params", "begins", "ends"),
    [
        ({"until": "2023-12-24 18:00"}, BEGIN, datetime(2023, 12, 24, 18, tzinfo=UTC).timestamp()),
        ({"from_": "2023-12-24", "for_": "2d"}, datetime(2023, 12, 24, tzinfo=UTC).timestamp(), None),
        ({"from_": "23:00", "until": "in 3h"}, datetime(2023, 11, 14, 23, tzinfo=UTC).timestamp(), BEGIN + 3 * HOUR),
    ],
)
def test_its_time_is_written_as_people_write_it(
    world: World, params: dict[str, str], begins: float, ends: float | None
) -> None:
    world.do("add", title="x", reason="y", **params)
    row = world.freeze()
    assert (row.begins_at, row.ends_at) == (begins, ends or begins + 2 * DAY)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "when it ends is not said"),
        ({"until": "never"}, "'never' is no time"),
        ({"until": "2020-01-01"}, "is over"),
        ({"from_": "2023-12-02", "until": "2023-12-01"}, "would end before it begins"),
        ({"for_": "1d", "on": "group:nothing"}, "no host is meant by 'group:nothing'"),
        ({"for_": "1d", "on": " ".join(f"h{number}" for number in range(51))}, "51 addresses"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_with_why(world: World, params: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        world.do("add", title="x", reason="y", **params)
    assert world.run(lambda session: session.get(Freeze, 1)) is None


def test_a_freeze_is_ended_once_and_the_end_taken_back(world: World) -> None:
    change = world.change("web-1")
    world.do("add", title="x", reason="y", for_="2h")
    world.at += 60
    revision = world.freeze().revision
    assert world.do("end", "FRZ-1", who=CAT, reason="sold out").done.message.startswith("FRZ-1 ended")
    assert world.hits(change) == []
    assert world.freeze().revision == revision + 1
    with pytest.raises(ActError, match="it is over already"):
        world.do("end", "FRZ-1", reason="again")
    with pytest.raises(Refused, match="over already"):
        world.do("undo", "FRZ-1", who=ANN)
    world.do("undo", "frz-1", who=CAT)
    assert len(world.hits(change)) == 1
    with pytest.raises(Refused, match="nothing of yours"):
        world.do("undo", "FRZ-1", who=CAT)
    world.at += 3 * HOUR
    with pytest.raises(ActError, match="it is over already"):
        world.do("end", "FRZ-1", reason="late")


def test_a_freeze_may_name_a_label(world: World) -> None:
    """It holds for the hosts that have it, and for no other."""

    def label(session: Session) -> None:
        session.get_one(Host, world.ids["db-1"]).labels = '{"tier": "1"}'

    world.run(label)
    inside, outside = world.change("db-1"), world.change("web-1")
    world.do("add", title="x", reason="y", for_="2h", on="label:tier=1")
    assert [one for one in world.hits(inside) if "in the freeze x" in one]
    assert not [one for one in world.hits(outside) if "in the freeze x" in one]
    with pytest.raises(Refused, match="no host is meant by 'label:tier=2'"):
        world.do("add", title="x", reason="y", for_="2h", on="label:tier=2")


def test_one_that_was_added_is_taken_back_by_who_added_it(world: World) -> None:
    world.do("add", title="x", reason="y", for_="2h")
    with pytest.raises(Refused, match="nothing of yours"):
        world.do("undo", "FRZ-1", who=CAT)
    assert world.do("undo", "FRZ-1").done.message == "undone: FRZ-1 is ended"
    with pytest.raises(Refused, match="over already"):
        world.do("undo", "FRZ-1")


def test_an_end_is_not_taken_back_when_somebody_was_there_since(world: World) -> None:
    world.do("add", title="x", reason="y", for_="2h")
    world.do("end", "FRZ-1", who=CAT, reason="a")
    world.at += 5
    world.do("undo", "FRZ-1", who=CAT)
    world.at += 5
    world.do("end", "FRZ-1", who=Who("dan", Role.ADMIN, 1004), reason="b")
    world.at += 5
    with pytest.raises(Refused, match="nothing of yours"):
        world.do("undo", "FRZ-1", who=CAT)


def test_what_is_proposed_waits_for_a_yes(world: World) -> None:
    change = world.change("web-1")
    for number in (1, 2):
        world.add(
            Freeze(title=f"budget {number}", begins_at=BEGIN, ends_at=BEGIN + DAY, by="", at=BEGIN, proposed=True)
        )
    assert world.hits(change) == []
    with pytest.raises(ActError, match="only proposed"):
        world.do("end", "FRZ-1", reason="x")
    world.do("agree", "FRZ-1", who=CAT)
    assert len(world.hits(change)) == 1
    with pytest.raises(ActError, match="in force already"):
        world.do("agree", "FRZ-1")
    world.do("undo", "FRZ-1", who=CAT)
    assert world.freeze().proposed
    world.do("reject", "FRZ-1", who=CAT, reason="no")
    with pytest.raises(ActError, match="over already"):
        world.do("agree", "FRZ-1")
    assert world.do("undo", "FRZ-1", who=CAT).done.message == "undone: FRZ-1 waits for a yes again"


def test_another_freeze_with_a_longer_number_is_another(world: World) -> None:
    for _ in range(12):
        world.do("add", title="x", reason="y", for_="2h", who=BOB)
    world.do("end", "FRZ-12", who=CAT, reason="x")
    with pytest.raises(Refused, match="nothing of yours to undo on FRZ-1"):
        world.do("undo", "FRZ-1", who=CAT)


def test_acts_take_the_role_of_an_approver() -> None:
    assert {action.role for action in ACTS if action.id != SLOT.id} == {Role.APPROVER}
    assert {action.id for action in ACTS} == set(FREEZE_ACTS)


def test_the_next_free_time_is_proposed_as_it_can_be_scheduled(world: World) -> None:
    night = Window("night", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=60, timezone="Europe/Berlin"),))
    spec = ChangingSpec(windows=(night,), timezone="Europe/Berlin")
    world.run(lambda session: setattr(session.get_one(ChangingPlan, PLAN_ID), "body", to_text(spec)))
    world.change("web-1", starts_at=BEGIN + 9 * DAY, ends_at=BEGIN + 9 * DAY + 2 * HOUR)
    kept = world.do("slot", "CHG-1")
    assert kept.done.message == (
        "CHG-1 could run from 2023-11-15 22:00 to 2023-11-16 00:00 Europe/Berlin: change.schedule at='2023-11-15 22:00'"
    )
    assert "from 2023-11-14 23:15 to 2023-11-14 23:45 Europe" in world.do("slot", "CHG-1", for_="30m").done.message
    assert "2023-11-20 22:00" in world.do("slot", "CHG-1", after="2023-11-20").done.message
    with pytest.raises(Refused, match="no free time for CHG-1 in the next 90d"):
        world.do("slot", "CHG-1", for_="4h")
    with pytest.raises(Refused, match="no time"):
        world.do("slot", "CHG-1", after="soon")
    world.change(state="draft")
    with pytest.raises(Refused, match="CHG-2 has no hosts yet"):
        world.do("slot", "CHG-2")
