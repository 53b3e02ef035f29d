"""What is read around a change, what is written onto it, and which lines say that it is another."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlmodel import Session
from support.assess_world import BEGIN, DAY, HOUR, PLAN, SPEC, ChangeWorld

from tui_ops.model.budgets import Budget
from tui_ops.model.changes import Conflict, ConflictKind, change_name
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.model.incidents import IncidentState
from tui_ops.practices.changes.assessing import (
    Assessment,
    assess_all,
    conflicts_now,
    free_slot,
    kept_conflicts,
)
from tui_ops.store.assessing import history_of
from tui_ops.store.beats import BeatRecord, keep_beats
from tui_ops.store.budgets import SloWrite, keep_slos
from tui_ops.store.changestarts import waiting_numbers
from tui_ops.store.tables import Change, ChangeCell, ChangeLink, ChangeRun, Freeze, Incident


@pytest.fixture
def world() -> Iterator[ChangeWorld]:
    with ChangeWorld() as world:
        yield world


def factors(found: Assessment) -> dict[str, tuple[str, int]]:
    return {one.name: (one.said, one.points) for one in found.factors}


def test_what_is_found_is_written_onto_the_change(world: ChangeWorld) -> None:
    number = world.change("db-1")
    found = world.assess(number)
    row = world.of(number)
    assert json.loads(row.services) == ["shop-db", "shop"]
    assert (row.risk, row.assessed_at, row.revision) == (found.risk, BEGIN, 1)
    assert row.version > 0
    kept = {one["name"]: (one["said"], one["points"]) for one in json.loads(row.risk_factors)}
    assert kept == factors(found)
    assert kept["rule"] == ("at least high: nothing of shop-db stays up, and shop needs it", 60)
    assert kept["rollback"] == ("1 step, never tried", 10)
    assert kept["dry run"] == ("no dry run", 10)
    assert kept["redundancy"] == ("0 of 1 shop-db stay up, 100% at once", 20)
    assert world.said(number) == [
        f"assessed: risk {row.risk} of 100, high; 1 host; 0 of 1 shop-db stay up; above it shop"
    ]  # fmt: skip


def test_batches_and_hosts_that_are_down_count(world: ChangeWorld) -> None:
    """Of two hosts one after the other, one stays up; none where the other one is down already."""
    number = world.change("web-1", "web-2")
    assert world.assess(number).affected.redundancy[0].said == "1 of 2 shop stays up"
    world.up("web-2", state="down")
    assert world.assess(number).affected.redundancy[0].said == "0 of 2 shop stay up (1 is not up now)"
    world.set(number, plan=PLAN + "batches: {sizes: ['100%']}\n")
    assert world.assess(number).affected.redundancy[0].stay == 0


def test_a_plan_that_is_none_is_weighed_as_if_it_did_anything(world: ChangeWorld) -> None:
    found = factors(world.assess(world.change("web-1", plan="steps: [")))
    assert found["rollback"] == ("nothing takes it back", 20)
    assert found["rule"][1] == 30


def test_nothing_is_written_twice(world: ChangeWorld) -> None:
    number = world.change("web-1")
    world.assess(number)
    lines = world.said(number)
    world.at += 60
    world.assess(number)
    assert world.said(number) == lines
    assert world.of(number).assessed_at == world.at


def test_a_line_says_what_came_and_what_is_gone(world: ChangeWorld) -> None:
    number = world.change("web-1", starts_at=BEGIN + DAY, ends_at=BEGIN + DAY + HOUR)
    world.assess(number)
    begun = len(world.said(number))
    other = world.change("web-1", owner="ann", state="scheduled", starts_at=BEGIN + DAY, ends_at=BEGIN + DAY + 60)
    world.assess(number)
    (line,) = world.said(number)[begun:]
    assert line.startswith(f"conflict: web-1 is in {change_name(other)} until")
    assert line.endswith("(it asks for a reason)")
    assert [one.kind for one in kept_conflicts(world.of(number))] == [ConflictKind.HOST]
    world.set(other, state="cancelled")
    world.assess(number)
    assert world.said(number)[-1].startswith("conflict: no longer: web-1 is in")
    assert kept_conflicts(world.of(number)) == ()


def test_drafts_and_itself_are_heeded_by_nobody(world: ChangeWorld) -> None:
    world.change("web-1", state="draft", starts_at=BEGIN)
    world.change("web-1", state="ended", starts_at=BEGIN)
    assert world.assess(world.change("web-1", starts_at=BEGIN)).conflicts == ()


def test_freezes_of_the_desk_hold_for_what_they_name(world: ChangeWorld) -> None:
    number = world.change("web-1")
    world.add(
        Freeze(title="sale", matcher='["group:web"]', begins_at=BEGIN - 9, ends_at=BEGIN + DAY, by="ann", at=BEGIN),
        Freeze(title="proposed", begins_at=BEGIN, ends_at=BEGIN + DAY, by="", at=BEGIN, proposed=True),
        Freeze(title="ended", begins_at=BEGIN, ends_at=BEGIN + DAY, by="ann", at=BEGIN, ended_at=BEGIN),
        Freeze(title="db", matcher='["service:shop-db"]', begins_at=BEGIN, ends_at=BEGIN + DAY, by="ann", at=BEGIN),
        Freeze(title="rome", matcher='["site:rom"]', begins_at=BEGIN, ends_at=BEGIN + DAY, by="ann", at=BEGIN),
    )  # fmt: skip
    (conflict,) = world.assess(number).conflicts
    assert (conflict.kind, conflict.hosts, conflict.blocks) == (ConflictKind.FREEZE, ("web-1",), True)
    assert "in the freeze sale until" in conflict.said
    (at_start,) = world.run(lambda session: conflicts_now(session, session.get_one(Change, number), world.at, SPEC))
    assert at_start == conflict


def test_an_open_incident_asks_unless_it_is_what_is_mended(world: ChangeWorld) -> None:
    number = world.change("web-1")
    world.fires("web-1", "disk-full")
    found = world.assess(number)
    assert [(one.kind, one.hosts) for one in found.conflicts] == [(ConflictKind.INCIDENT, ("web-1",))]
    assert factors(found)["open incidents"][0] == "INC-1"
    world.add(ChangeLink(change_id=number, kind="incident", other="INC-1", at=BEGIN))
    assert world.assess(number).conflicts == ()
    other = world.change("web-1")
    world.run(lambda session: setattr(session.get_one(Incident, 1), "state", str(IncidentState.RESOLVED)))
    assert world.assess(other).conflicts == ()


def test_another_that_has_to_succeed_first_blocks_until_it_has(world: ChangeWorld) -> None:
    first, number = world.change("db-1"), world.change("far-1")
    world.add(ChangeLink(change_id=number, kind="change", other=change_name(first), at=BEGIN))
    world.set(first, starts_at=BEGIN + DAY)
    assert [one.said for one in world.assess(number).blocks] == ["CHG-1 has to succeed first: it is approved"]
    world.set(first, state="ended", outcome="successful")
    assert world.assess(number).blocks == ()


def test_at_the_start_the_time_is_now(world: ChangeWorld) -> None:
    """What is planned for tomorrow and begun today is looked at as of today, for as long as it is planned to take."""
    number = world.change("web-1", starts_at=BEGIN + DAY, ends_at=BEGIN + DAY + 2 * HOUR)
    world.change("web-1", owner="ann", state="running", began_at=BEGIN - 60)
    world.change("web-1", owner="ann", starts_at=BEGIN + 1.5 * HOUR, ends_at=BEGIN + 3 * HOUR)
    assert world.assess(number).conflicts == ()
    now = world.run(lambda session: conflicts_now(session, session.get_one(Change, number), world.at, SPEC))
    assert [(one.said[:17], one.blocks) for one in now] == [("web-1 is in CHG-2", True), ("web-1 is in CHG-3", False)]


def test_what_came_of_the_same_plan_and_of_the_requester_counts(world: ChangeWorld) -> None:
    for outcome in ("successful", "successful", "with issues", "failed"):
        world.change("web-2", state="closed", outcome=outcome, ended_at=BEGIN - DAY, requested_by="ann")
    world.change("web-2", state="closed", outcome="failed", ended_at=BEGIN - 100 * DAY, plan="other")
    world.change("web-2", state="closed", outcome="successful", ended_at=BEGIN - DAY, plan="other")
    world.change("web-2", state="closed", outcome="rolled back", ended_at=BEGIN - DAY, plan="another")
    found = factors(world.assess(world.change("web-1")))
    assert found["same plan before"] == ("2 of 4 successful, 1 with issues, 1 failed", 1)
    assert found["requester"] == ("1 of 2 successful, 1 failed in 90 days", 10)


def test_a_rollback_is_rehearsed_when_one_ran_to_its_end_well(world: ChangeWorld) -> None:
    earlier, number = world.change("web-2", state="closed", outcome="rolled back", run_id=1), world.change("web-1")

    def rehearsed() -> bool:
        return world.run(lambda session: history_of(session, session.get_one(Change, number), world.at).rehearsed)

    run = ChangeRun(id=1, change_id=earlier, token="t", by="bob", frozen="", frozen_sha="", begun_at=1.0)
    cell = ChangeCell(run_id=1, host="web-2", step="rollback-1", state="changed")
    world.add(run)
    world.add(cell)
    assert not rehearsed()
    world.run(lambda session: setattr(session.get_one(ChangeRun, 1), "ended_at", 2.0))
    assert rehearsed()
    world.add(ChangeCell(run_id=1, host="web-1", step="rollback-1", state="failed"))
    assert not rehearsed()


def test_a_dry_run_that_is_over_counts_by_what_it_found(world: ChangeWorld) -> None:
    number = world.change("web-1", "web-2", dry_run_id=1)
    world.add(ChangeRun(id=1, change_id=number, kind="dry run", token="t", by="bob", frozen="", frozen_sha="",
                        begun_at=1.0, ended_at=2.0))  # fmt: skip
    for host, step, state in (("web-1", 1, "changed"), ("web-1", 2, "changed"), ("web-2", 1, "ok")):
        world.add(ChangeCell(run_id=1, host=host, step=f"steps-{step}", state=state))
    assert factors(world.assess(number))["dry run"] == ("2 steps would change something on 1 host", 2)


def test_a_label_says_how_important_a_host_is(world: ChangeWorld) -> None:
    from tui_ops.store.tables import Host

    world.run(lambda session: setattr(session.get_one(Host, world.ids["far-1"]), "labels", '{"tier": "1"}'))
    world.run(lambda session: setattr(session.get_one(Host, world.ids["far-2"]), "labels", '{"tier": "gold"}'))
    found = factors(world.assess(world.change("far-1", "far-2")))
    assert found["criticality"] == ("no services depend on what is touched; tier 1", 10)


def test_the_least_budget_of_what_is_reached_counts(world: ChangeWorld) -> None:
    """Also of a service above; one that nobody looked at says nothing, and none of another service."""
    number = world.change("db-1")
    assert factors(world.assess(number))["error budget"][1] == 0

    def look(*found: Budget) -> None:
        world.run(lambda session: keep_slos(session, [SloWrite(one, "[]", 0, {}) for one in found]))

    look(Budget("other", 0.999, 30 * DAY, 60.0, 9e5), Budget("shop-db", 0.999, 30 * DAY))
    assert factors(world.assess(number))["error budget"][1] == 0
    look(Budget("shop-db", 0.999, 30 * DAY, 9e4, 60.0), Budget("shop", 0.99, 30 * DAY, 9e4, 20040.0))
    assert factors(world.assess(number))["error budget"] == ("budget of shop 99 %: 1h 38m left of 7h 12m", 10)


def test_the_backups_of_its_hosts_count(world: ChangeWorld) -> None:
    """By the last good report of the job that makes them; a host without one declared is said."""
    number = world.change("db-1", "web-1")
    assert factors(world.assess(number))["last backup"][0].startswith("not known: no heartbeat")
    good = BeatRecord("dump", BEGIN - 31 * HOUR, rpo_s=DAY, backs_up=("db-1", "gw"))
    world.run(lambda session: keep_beats(session, [good]))
    world.run(lambda session: keep_beats(session, [replace(good, last_at=BEGIN - HOUR, last_ok=False)]))
    said = "last good backup of db-1 is 1d 7h old, RPO 1d; 1 host without one declared"
    assert factors(world.assess(number))["last backup"] == (said, 10)
    world.run(lambda session: keep_beats(session, [replace(good, last_at=BEGIN - HOUR)]))
    assert factors(world.assess(number))["last backup"][1] == 0


def test_a_free_slot_is_proposed(world: ChangeWorld) -> None:
    night = Window("night", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=23 * 60 + 30),))
    number = world.change("web-1", ends_at=None)
    slot = world.run(
        lambda session: free_slot(session, session.get_one(Change, number), world.at, ChangingSpec(windows=(night,)))
    )
    assert slot is not None
    assert (slot[0] % DAY, slot[1] - slot[0]) == (22.25 * HOUR, HOUR)  # the story begins at 22:13


def test_all_that_wait_are_assessed_and_only_news_is_written(world: ChangeWorld) -> None:
    first, second = world.change("web-1"), world.change("db-1", state="submitted", owner="ann")
    draft = world.change("db-1", state="draft")

    def all_of_them() -> int:
        return world.run(lambda session: assess_all(session, world.at, SPEC, waiting_numbers(session)))

    assert all_of_them() == 2
    assert world.of(draft).assessed_at is None
    versions = [world.of(number).version for number in (first, second)]
    assert all_of_them() == 0
    assert [world.of(number).version for number in (first, second)] == versions
    world.fires("web-1", "cpu")
    assert all_of_them() == 1
    assert world.of(first).version > versions[0]
    assert world.of(first).revision == 1


def test_queries_do_not_grow_with_hosts_changes_or_incidents(world: ChangeWorld) -> None:
    def queries(number: int) -> int:
        seen: list[str] = []

        def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("SELECT"):
                seen.append(statement)

        def look(session: Session) -> None:
            change = session.get_one(Change, number)
            event.listen(session.get_bind(), "before_cursor_execute", count)
            try:
                conflicts_now(session, change, world.at, SPEC)
            finally:
                event.remove(session.get_bind(), "before_cursor_execute", count)

        world.run(look)
        return len(seen)

    few = queries(world.change("web-1"))
    for rule in ("cpu", "disk", "memory", "swap"):
        world.fires("web-2", rule)
        world.change("web-2", "db-1", "far-1", "far-2")
    assert queries(world.change("web-1", "web-2", "db-1", "far-1")) == few
    assert few <= 6


def test_a_conflict_is_kept_as_it_is(world: ChangeWorld) -> None:
    number = world.change("web-1")
    kept = [{"kind": "freeze", "said": "x", "blocks": True, "hosts": ["web-1"]}]
    world.set(number, conflicts=json.dumps(kept))
    assert kept_conflicts(world.of(number)) == (Conflict(ConflictKind.FREEZE, "x", True, ("web-1",)),)


def test_what_begins_with_a_window_is_looked_at_as_of_its_next_opening(world: ChangeWorld) -> None:
    night = Window("night", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=23 * 60 + 30),))
    spec = ChangingSpec(windows=(night,))
    opens = BEGIN - BEGIN % DAY + DAY + 22 * HOUR
    number = world.change("web-1", start="when its window opens", window="night")
    world.change("web-1", owner="ann", starts_at=opens, ends_at=opens + 60)
    found = world.assess(number, spec)
    assert found.wish.begins_at == opens
    assert [one.kind for one in found.conflicts] == [ConflictKind.HOST]
    assert factors(found)["business hours"] == ("outside business hours", 0)


def test_a_window_counts_for_a_hand_when_it_begins(world: ChangeWorld) -> None:
    """Whoever waits for nothing would be outside every day, and inside every night."""
    day = Window("day", (Recurring(days=tuple(range(7)), from_min=8 * 60, to_min=9 * 60),))
    spec = ChangingSpec(windows=(day,))
    number = world.change("web-1")
    assert world.assess(number, spec).conflicts == ()
    now = world.run(lambda session: conflicts_now(session, session.get_one(Change, number), world.at, spec))
    assert [one.kind for one in now] == [ConflictKind.WINDOW]
    world.set(number, starts_at=BEGIN + HOUR, start="at its time")
    assert [one.kind for one in world.assess(number, spec).conflicts] == [ConflictKind.WINDOW]


def test_many_conflicts_are_a_few_lines(world: ChangeWorld) -> None:
    number = world.change("web-1", starts_at=BEGIN + HOUR)
    for _ in range(30):
        world.change("web-1", owner="ann", starts_at=BEGIN + HOUR)
    assert len(world.assess(number).conflicts) == 30
    lines = [line for line in world.said(number) if line.startswith("conflict")]
    assert len(lines) == 11
    assert lines[-1] == "conflict: and 20 more differences, see its conflicts"
