"""``tui-ops oncall``: who is on call, with gaps, overrides and what was sent."""

import asyncio
import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import Session

from tui_ops.inventory import load
from tui_ops.model.incidents import Delivery
from tui_ops.store.notifications import Queue, keep_plan, queue
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import Notification, OnCallOverride
from tui_ops.store.writer import Writer

TEXT = """\
name: shop
hosts: {a: {}}
operators: {anna: operator, bernd: operator}
oncall:
  mail: localhost
  contacts: {anna: {ways: {mail: anna@example.org, push: !env X}}}
  rotations: {dba: {people: [anna, bernd], every: day, at: "09:00"}}
  schedules:
    office: {layers: [{people: [anna], hours: "mon-fri 09:00-17:00"}]}
    always: {layers: [{people: [anna, bernd]}]}
"""


@pytest.fixture
def oncall(state: StatePaths) -> StatePaths:
    """A state in which an engine kept the section, an override, and a notification that failed."""

    async def seed() -> None:
        spec = load(Path("f.yaml"), TEXT).oncall
        writer = await Writer.open(state)

        def write(session: Session) -> None:
            keep_plan(session, spec, 1.0)
            now = time.time()
            session.add(
                OnCallOverride(schedule="always", starts_at=now - 60, ends_at=now + 3600, person="bernd",
                               instead_of="anna", by="bernd", reason="swap")
            )  # fmt: skip
            queue(session, None, Queue("k1", "anna", "mail", "test", 0, 0, "Test", "b"), now)
            session.flush()
            row = session.get_one(Notification, 1)
            row.state, row.error, row.attempts = str(Delivery.FAILED), "the mail server x refused: 550 no", 1

        await writer.act(write)
        await writer.close()

    asyncio.run(seed())
    return state


def test_who_is_on_call_now_with_how_he_is_reached(tui, oncall):
    """One line a schedule, the rotation that stands alone among them; the override is named."""
    ran = tui("oncall", "now", "always", "--format", "json")
    (row,) = json.loads(ran.out)
    assert (ran.code, row["on_call"], row["gap"]) == (0, "bernd", False)
    assert row["from"] == "override 1: swap"
    rows = json.loads(tui("oncall", "--format", "json").out)
    assert [one["schedule"] for one in rows] == ["office", "always", "dba"]


def test_the_days_to_come_show_gaps_and_say_so(tui, oncall):
    """Nights and the weekend have nobody: the exit code is 1, for a check of the plan by a script."""
    ran = tui("oncall", "next", "office", "--days", "7", "--format", "json")
    rows = json.loads(ran.out)
    assert ran.code == 1
    assert "nobody is on call" in ran.err
    assert {one["on_call"] for one in rows} == {"anna", "nobody"}
    assert [one["gap"] for one in rows] == [one["on_call"] == "nobody" for one in rows]
    assert all(one["ends_at"] == other["begins_at"] for one, other in pairwise(rows))


def test_a_rotation_s_table_has_a_turn_a_day(tui, oncall):
    """Fourteen days: fourteen hand-overs at 09:00."""
    ran = tui("oncall", "next", "dba", "--days", "14", "--format", "json")
    rows = json.loads(ran.out)
    assert ran.code == 0
    assert len(rows) == 15
    assert all(one["begins"].endswith("09:00") for one in rows[1:])
    assert {one["on_call"] for one in rows} == {"anna", "bernd"}


def test_overrides_and_what_was_sent(tui, oncall):
    """Numbers to end an override by; a failure with its reason."""
    (row,) = json.loads(tui("oncall", "overrides", "--format", "json").out)
    assert (row["override"], row["person"], row["instead_of"]) == (1, "bernd", "anna")
    (sent,) = json.loads(tui("oncall", "sent", "--format", "json").out)
    assert (sent["person"], sent["state"], sent["error"]) == ("anna", "failed", "the mail server x refused: 550 no")
    assert json.loads(tui("oncall", "sent", "INC-7", "--format", "json").out) == []


def test_without_a_section_it_says_what_to_add(tui):
    """Nobody is on call: exit code 1, and where to begin."""
    ran = tui("oncall")
    assert ran.code == 1
    assert "add 'oncall:'" in ran.err


def test_wrong_words_are_usage_errors(tui, oncall):
    """A schedule or incident that there is not, and days out of bounds."""
    for words in (("next", "offce"), ("sent", "twelve"), ("next", "--days", "0")):
        ran = tui("oncall", *words)
        assert (ran.code, ran.out) == (2, "")
