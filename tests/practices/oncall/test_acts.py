"""The acts on who is on call, through the same door as every other: role, parameters, audit entry."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select
from support.calling import CallingWorld, fleet

from tui_ops.actions.errors import ActError
from tui_ops.actions.oncall import ACTS, ONCALL_OVERRIDE, ONCALL_OVERRIDE_END, ONCALL_TEST
from tui_ops.actions.protocol import Request
from tui_ops.actions.registry import Registry
from tui_ops.engine.acting import Acting, Doing
from tui_ops.model.incidents import Happening, incident_name
from tui_ops.model.oncall import CallTarget, TargetKind
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Asked, Refused
from tui_ops.practices.oncall import acts
from tui_ops.practices.oncall.schedule import on_call
from tui_ops.store.paths import prepare
from tui_ops.store.tables import AuditEntry, OnCallOverride
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.oncall import OnCall, oncall
from tui_ops.store.writer import Writer

ANNA = Who("anna", Role.OPERATOR, 1000)
NOON = 1_795_608_000.0
"""Wednesday, 25 November 2026, 12:00 UTC."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[CallingWorld]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    made = CallingWorld(writer, paths, fleet())
    await made.calling.look()
    yield made
    made.calling.close()
    await writer.close()


@pytest.fixture
def acting(world: CallingWorld) -> Acting:
    doings = {
        ONCALL_OVERRIDE.id: Doing(acts.begin_override), ONCALL_OVERRIDE_END.id: Doing(acts.end_override),
        ONCALL_TEST.id: Doing(acts.send_test),
    }  # fmt: skip
    return Acting(Registry(ACTS), doings, world.writer)


async def do(acting: Acting, action: str, who: Who = ANNA, **params: object) -> str:
    kept = await acting.perform(who, Request(1, "act", action, (), params), read_only=False)
    return kept.done.message


def known(world: CallingWorld, since: float = 0.0) -> OnCall:
    with open_reader(world.paths) as reader:
        return oncall(reader, since)


async def test_an_override_is_kept_with_its_audit_entry_and_ended_by_who_made_it(
    world: CallingWorld, acting: Acting
) -> None:
    """The undo needs no number: it is the last one of one's own."""
    said = await do(acting, "oncall.override", schedule="empty", person="bernd", reason="swap", **{"for": "2h"})
    assert said.startswith("override 1: bernd is on call for empty, from ")
    (made,) = known(world).overrides
    assert (made.person, made.by, made.reason, made.ends_at - made.begins_at) == ("bernd", "anna", "swap", 7200.0)
    entries = await world.writer.act(lambda session: [row.action for row in session.exec(select(AuditEntry)).all()])
    assert entries == ["oncall.override"]
    with pytest.raises(ActError, match="no override of yours"):
        await do(acting, "oncall.override.end", Who("carl", Role.OPERATOR, 1001))
    await do(acting, "oncall.override.end")
    row = await world.writer.act(lambda session: session.get_one(OnCallOverride, 1))
    assert row.ended_at is not None
    assert known(world, row.ended_at).overrides == ()


async def test_everywhere_reaches_a_person_that_a_policy_names(world: CallingWorld, acting: Acting) -> None:
    """anna's holiday: the policy's step that names her calls bernd."""
    await do(acting, "oncall.override", schedule="all", person="bernd", instead_of="anna")
    found = known(world)
    anna = CallTarget(TargetKind.PERSON, "anna")
    assert on_call(found.spec, found.overrides, anna, found.overrides[0].begins_at) == ("bernd",)


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"schedule": "emty", "person": "bernd"}, "there is no schedule or rotation 'emty'"),
        ({"schedule": "empty", "person": "zoe"}, "'zoe' is named nowhere below 'oncall'"),
        ({"schedule": "all", "person": "bernd"}, "whose shifts are taken everywhere is not said"),
        ({"schedule": "empty", "person": "bernd", "from": "soon"}, "'soon' is no moment"),
        ({"schedule": "empty", "person": "bernd", "from": "2020-01-01 10:00"}, "is over"),
        ({"schedule": "empty", "person": "bernd", "from": "9999-12-31 23:59"}, "more than a year ahead"),
        ({"schedule": "empty", "person": "bernd", "for": "2y"}, "not a duration"),
    ],
)
async def test_what_can_t_be_meant_is_refused(acting: Acting, params: dict[str, object], why: str) -> None:
    """With what would be right; nothing is kept of it."""
    with pytest.raises(ActError, match=why):
        await do(acting, "oncall.override", **params)


async def test_two_overrides_of_one_shift_do_not_overlap(acting: Acting) -> None:
    """The second one is told who has it, until when, and how to end it; a person's own part is another matter."""
    await do(acting, "oncall.override", schedule="empty", person="bernd")
    with pytest.raises(ActError, match=r"bernd has empty until .* by override 1 already"):
        await do(acting, "oncall.override", schedule="empty", person="anna")
    await do(acting, "oncall.override", schedule="empty", person="anna", instead_of="carl")


async def test_a_test_goes_to_oneself_by_every_way_or_to_another_by_one(world: CallingWorld, acting: Acting) -> None:
    """Queued for the sender as any other, on no incident."""
    assert "to anna by mail" in await do(acting, "oncall.test")
    await do(acting, "oncall.test", person="bernd", way="push")
    assert [(row.person, row.channel, row.incident_id) for row in await world.rows()] == [
        ("anna", "mail", None), ("bernd", "push", None),
    ]  # fmt: skip
    with pytest.raises(ActError, match="bernd has no way 'pager'"):
        await do(acting, "oncall.test", person="bernd", way="pager")
    with pytest.raises(ActError, match="names no way to reach carl"):
        await do(acting, "oncall.test", person="carl")


async def test_a_viewer_changes_nothing(acting: Acting) -> None:
    """The role is checked as for every act."""
    with pytest.raises(ActError, match="takes the role operator"):
        await do(acting, "oncall.test", Who("eve", Role.VIEWER, 1002))


async def test_asking_for_the_next_step_calls_it_with_the_next_look(world: CallingWorld) -> None:
    """The line that the act writes is all that the replay needs, an acknowledgement notwithstanding."""
    number = await world.open()
    await world.passing(31)
    target = type("Target", (), {"id": number, "name": incident_name(number), "revision": 1})()
    done = acts.escalate_now(None, Asked(ANNA, world.now, (target,), {"reason": "too slow"}))  # type: ignore[arg-type]
    ((which, line),) = done.lines
    assert (which, line.kind, line.who) == (number, Happening.ESCALATED, "anna")
    await world.write(number, line)
    await world.calling.look()
    assert [row.person for row in await world.rows()] == ["anna", "bernd"]
    assert (await world.said(number))[-1].endswith("because somebody escalated it")


@pytest.mark.parametrize(
    ("text", "zone", "ahead_s"),
    [("now", "UTC", 0), ("13:00", "UTC", 3600), ("11:00", "UTC", 23 * 3600), ("13:30", "Europe/Berlin", 1800),
     ("2026-12-01 12:00", "UTC", 6 * 86400)],
)  # fmt: skip
def test_moments_as_people_write_them(text: str, zone: str, ahead_s: float) -> None:
    """A time of day is the next one on the clock of the schedule."""
    assert acts.moment(text, zone, NOON) == NOON + ahead_s


@pytest.mark.parametrize("text", ["25:00", "soon", "2026-13-01 10:00", "99999", "\x1b[31m", "2026-11-20 10:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """With how it is written."""
    with pytest.raises(Refused) as caught:
        acts.moment(text, "UTC", NOON)
    assert caught.value.hint
