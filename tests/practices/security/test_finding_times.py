"""What time does beside ending acceptances: priorities grow, days are counted, times to mend are told."""

import json
from collections.abc import Iterator

import pytest
from support.finding_world import BOB, DAY, FindingWorld

from tui_ops.model.security import FindingSeverity
from tui_ops.practices.security.reweighing import CHUNK, reweigh
from tui_ops.store.findingtimes import write_day
from tui_ops.store.tables import Host
from tui_ops.store.views.findingnumbers import counts, live_by_host, time_to_fix, trend, trend_of_today
from tui_ops.store.views.findings import finding, findings


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def anew(world: FindingWorld) -> None:
    after: int | None = 0
    while after is not None:
        after = world.run(lambda session, after=after: reweigh(session, after, world.at))


def test_priorities_grow_with_time_without_a_line_and_are_told_to_readers(world: FindingWorld) -> None:
    world.sweep("alice")
    before = world.finding()
    world.at += 31 * DAY
    anew(world)
    after = world.finding()
    assert after.priority == before.priority + 10
    assert ["overdue", 10] in json.loads(after.reasons)
    assert (after.revision, after.version > before.version) == (before.revision, True)
    assert len(world.texts()) == 1


def test_more_than_a_chunk_is_weighed_to_its_end(world: FindingWorld) -> None:
    world.sweep(*[f"account-{number:03}" for number in range(CHUNK + 5)])
    world.at += 31 * DAY
    anew(world)
    assert {one.priority for one in world.findings()} == {world.finding().priority}


def test_the_services_that_hang_on_a_host_and_its_labels_count(world: FindingWorld) -> None:
    world.sweep("alice", host="db-1")
    world.sweep("alice", host="far-1")
    carried, other = world.findings()
    assert carried.priority > other.priority
    assert "carries shop" in carried.reasons, "the shop depends on the database that it carries"
    number = world.host_id("far-1")

    def label(session: object) -> None:
        session.get_one(Host, number).labels = '{"criticality": "critical", "zone": "dmz"}'  # type: ignore[attr-defined]

    world.do(label)
    anew(world)
    assert world.finding(2).priority > carried.priority


def test_a_day_is_counted_and_counted_again(world: FindingWorld) -> None:
    world.sweep("alice", "bob", "carl")
    world.accepted("FND-2")
    world.at += 60
    world.sweep("bob", "carl")
    for _ in range(2):
        world.run(lambda session: write_day(session, "2023-11-14", world.at - 3600, world.at))
    with world.reader() as reader:
        high = next(one for one in trend(reader) if one.severity is FindingSeverity.HIGH)
        assert (high.live, high.aside, high.overdue, high.opened, high.closed) == (1, 1, 0, 3, 1)
        assert len(trend(reader)) == len(FindingSeverity)
        assert counts(reader, world.at).live == 1
        assert live_by_host(reader) == {world.host_id("web-1"): 1}
        assert time_to_fix(reader, 0) == {FindingSeverity.HIGH: (60.0, 1)}


def test_what_is_told_of_today_is_what_is_kept_of_a_day(world: FindingWorld) -> None:
    """The list must not tell of an hour ago, and at midnight nothing jumps."""
    world.sweep("alice", "bob", "carl", "dora")
    world.accepted("FND-2")
    world.at += 40 * DAY
    world.sweep("bob", "carl", "erik")
    begins = world.at // DAY * DAY
    with world.reader() as reader:
        today = trend_of_today(reader, world.at)
        (high,) = today
        assert (high.live, high.aside, high.overdue, high.opened, high.closed) == (2, 1, 1, 1, 2)
        world.run(lambda session: write_day(session, high.day, begins, world.at))
        assert [one for one in trend(reader) if one.severity is FindingSeverity.HIGH] == today


def test_a_host_that_left_keeps_its_findings_and_they_say_so(world: FindingWorld) -> None:
    world.sweep("alice")
    number = world.host_id("web-1")

    def retire(session: object) -> None:
        session.get_one(Host, number).retired_at = world.at  # type: ignore[attr-defined]

    world.do(retire)
    with world.reader() as reader:
        (row,) = findings(reader)
        assert (row.host, row.retired, row.is_live) == ("web-1", True, True)


def test_one_finding_has_its_list_its_reasons_and_its_evidence(world: FindingWorld) -> None:
    world.sweep("alice")
    world.act("finding.comment", "FND-1", who=BOB, text="seen \x1b[2J it")
    with world.reader() as reader:
        page = finding(reader, 1)
        assert page is not None
        assert sum(one.points for one in page.factors) == page.row.priority
        assert [(line.kind, line.who) for line in page.lines] == [("seen", ""), ("comment", "bob")]
        assert "\x1b" not in page.lines[1].text
        assert page.lines[1].audit_id
        assert finding(reader, 2) is None


def test_only_what_changed_is_read_again(world: FindingWorld) -> None:
    world.sweep("alice", "bob")
    with world.reader() as reader:
        seen = max(row.version for row in findings(reader))
    world.act("finding.acknowledge", "FND-2", who=BOB)
    with world.reader() as reader:
        assert [row.name for row in findings(reader, everything=True, after_version=seen)] == ["FND-2"]
