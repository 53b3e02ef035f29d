"""What other practices tell of hosts, over a real store: backups that grow old, and differences that nobody planned.
Each from the first sight to verified gone.
"""

import json
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest
from sqlmodel import Session
from support.exposing import Bench, benched
from support.finding_world import CAT, FindingWorld

from tui_ops.engine.security.told import DRAFTS_SHOWN, Told
from tui_ops.model.facts import Fields
from tui_ops.practices.asked import Asked
from tui_ops.practices.changes import driftacts
from tui_ops.practices.changes.drift import DECIDED
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.checks.drifted import FILES, TOPICS
from tui_ops.store.beats import BeatRecord, keep_beats
from tui_ops.store.tables.alerts import Heartbeat
from tui_ops.store.tables.changes import Change
from tui_ops.store.tables.facts import FactDifference
from tui_ops.store.timeline import changed
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.writer import Writer

HOUR = 3600.0
CHECKS = (BY_ID["bak-age"], BY_ID["drift-open"])
MOTD: dict[str, Fields] = {"/etc/motd": {"sha256": "aa"}}
EDITED: dict[str, Fields] = {"/etc/motd": {"sha256": "bb"}}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


class Wired(Bench):
    """The bench, with what other practices tell."""

    def __init__(self, writer: Writer, world: FindingWorld) -> None:
        super().__init__(writer, world, CHECKS)
        self.heard: list[int] = []
        self.told = Told(world.paths, self.heard.extend)
        self.judging.known.append(self.told.known)

    def beats(self, *records: BeatRecord) -> None:
        """Let jobs stand so."""
        self.world.run(lambda session: keep_beats(session, records))

    def grows_old(self, job: str, by_s: float) -> None:
        """Let the last good report of a job be further back."""

        def older(session: Session) -> None:
            row = session.get_one(Heartbeat, job)
            assert row.last_good_at is not None
            row.last_good_at -= by_s

        self.world.run(older)

    def finding(self, check: str) -> str:
        """Return what the one finding of a check says."""
        with open_reader(self.world.paths) as reader:
            (row,) = findings(reader, everything=True, check=check)
        return f"{row.kind} {row.severity} {row.state}: {row.text}"

    def result(self, check: str) -> str:
        """Return the result of a check."""
        return self.results()[check]

    def drafts(self) -> None:
        """Let drafts be made of what differs."""
        self.world.run(lambda session: driftacts.look(session, 0, (), time.time()))

    def adopts(self) -> None:
        """Let somebody adopt the first draft."""
        self.world.run(lambda session: driftacts.adopt(session, _asked(session)))

    def becomes(self, state: str, outcome: str = "") -> None:
        """Let the first change be in a state."""

        def written(session: Session) -> None:
            row = session.get_one(Change, 1)
            row.state, row.outcome = state, outcome
            changed(session, [row])

        self.world.run(written)


def _asked(session: Session) -> Asked:
    row = session.get_one(Change, 1)
    target = SimpleNamespace(id=1, name="CHG-1", revision=row.revision)
    return Asked(CAT, time.time(), (target,), {"reason": "it was meant"})  # type: ignore[arg-type]


@pytest.fixture
async def bench(world: FindingWorld) -> AsyncIterator[Wired]:
    async with benched(world, lambda writer: Wired(writer, world)) as bench:
        yield bench


def beat(job: str = "dump", at: float | None = None, ok: bool = True, known: bool = True) -> BeatRecord:
    return BeatRecord(job, at, last_ok=ok, known=known, rpo_s=HOUR, backs_up=("web-1",))


class TestBackups:
    async def test_none_yet_a_good_one_and_one_that_grows_old(self, bench: Wired) -> None:
        bench.beats(beat())
        await bench.settles()
        said = "dump: no good backup was reported yet, and one may be 60 min old"
        assert bench.finding("bak-age") == f"backup high open: {said}"
        bench.beats(beat(at=time.time() - 60))
        await bench.settles()
        assert (bench.result("bak-age"), bench.states()) == ("pass", {("bak-age", "dump"): "verified"})
        bench.beats(beat(at=time.time(), ok=False))
        await bench.settles()
        assert bench.result("bak-age") == "pass", "a run that failed is no backup, and the one before is fresh still"
        bench.grows_old("dump", 3 * HOUR)
        await bench.settles()
        assert bench.finding("bak-age").startswith(
            "backup high open: dump: the last good backup is 3 h old, and may be"
        )

    async def test_each_job_is_needed_and_a_finding_of_its_own(self, bench: Wired) -> None:
        bench.beats(beat(at=time.time()), beat("files", at=time.time() - 2 * HOUR), beat("tape"))
        await bench.settles()
        assert bench.states() == {("bak-age", "files"): "open", ("bak-age", "tape"): "open"}
        bench.beats(beat("files", at=time.time()))
        await bench.settles()
        assert bench.states() == {("bak-age", "files"): "verified", ("bak-age", "tape"): "open"}

    async def test_a_host_that_no_heartbeat_names_is_unknown_and_closes_nothing(self, bench: Wired) -> None:
        """Nor is one that the inventory dropped taken for well."""
        bench.beats(beat())
        await bench.settles()
        bench.beats(beat(at=time.time(), known=False))
        await bench.settles()
        assert (bench.result("bak-age"), bench.states()) == ("unknown", {("bak-age", "dump"): "open"})


class TestDrift:
    def test_the_topics_are_those_of_which_drafts_are_made(self) -> None:
        assert {*TOPICS, FILES} == DECIDED

    async def test_what_nobody_planned_is_a_finding_until_it_is_adopted(self, bench: Wired) -> None:
        await bench.reads("files", MOTD)
        assert (bench.result("drift-open"), bench.states()) == ("pass", {})
        await bench.reads("files", EDITED)
        bench.drafts()
        await bench.settles()
        said = "files: /etc/motd sha256 aa → bb; no change explains it: CHG-1"
        assert bench.finding("drift-open") == f"drift medium open: {said}"
        bench.adopts()
        await bench.settles()
        assert bench.states() == {("drift-open", "files /etc/motd"): "verified"}

    async def test_or_until_it_is_as_it_was_and_a_cancelled_draft_is_no_answer(self, bench: Wired) -> None:
        await bench.reads("files", MOTD)
        await bench.reads("files", EDITED)
        bench.drafts()
        bench.becomes("cancelled")
        await bench.settles()
        assert bench.finding("drift-open").endswith("; CHG-1 was cancelled, and it is still so")
        await bench.reads("files", MOTD)
        assert bench.states() == {("drift-open", "files /etc/motd"): "verified"}

    async def test_a_plan_that_takes_it_back_closes_it_once_the_host_shows_so(self, bench: Wired) -> None:
        await bench.reads("files", MOTD)
        await bench.reads("files", EDITED)
        bench.drafts()
        bench.becomes("running")
        await bench.settles()
        assert bench.finding("drift-open").endswith("; CHG-1 is running")
        bench.becomes("ended", "failed")
        await bench.settles()
        assert bench.finding("drift-open").endswith("; CHG-1 has ended, and it is still so")
        await bench.reads("files", MOTD)
        assert bench.states() == {("drift-open", "files /etc/motd"): "verified"}

    async def test_a_reading_that_fails_or_sees_less_closes_nothing(self, bench: Wired) -> None:
        await bench.reads("sudoers", {"rules /etc/sudoers": {"sha256": "aa"}})
        await bench.reads("sudoers", {"rules /etc/sudoers": {"sha256": "bb"}})
        bench.drafts()
        await bench.settles()
        await bench.reads("sudoers", {}, "")
        assert bench.states() == {("drift-open", "sudoers rules /etc/sudoers"): "open"}

    async def test_more_drafts_than_are_shown_close_nothing(self, bench: Wired) -> None:
        def several(session: Session) -> None:
            for number in range(DRAFTS_SHOWN + 1):
                came = {"before": {"sha256": "aa"}, "after": {"sha256": "bb"}}
                kept = {"host": "web-1", "items": [{"topic": "files", "item": f"/etc/{number}", **came}]}
                row = Change(title="x", unauthorised=True, hosts='["web-1"]', difference=json.dumps(kept))
                changed(session, [row])

        await bench.reads("files", {f"/etc/{number}": {"sha256": "bb"} for number in range(DRAFTS_SHOWN + 1)})
        bench.world.run(several)
        await bench.settles()
        assert len(bench.states()) == DRAFTS_SHOWN, "the newest"
        await bench.reads("files", {"/etc/0": {"sha256": "aa"}})
        assert set(bench.states().values()) == {"open"}


class TestNews:
    async def test_hosts_of_which_something_else_is_told_are_judged_anew(self, bench: Wired) -> None:
        """Once each time, and none at the start: then all are judged anyway."""
        web, other = bench.world.host_id("web-1"), bench.world.host_id("web-2")
        bench.beats(beat())
        await bench.told.look()
        assert bench.heard == []
        bench.beats(beat(at=time.time()))
        for _ in range(2):
            await bench.told.look()
        assert bench.heard == [web]

        def differs(session: Session) -> None:
            session.add(FactDifference(
                host_id=other, topic="files", item="/etc/motd", at=time.time(), since_at=time.time() - 600,
                before='{"sha256":"aa"}', after='{"sha256":"bb"}',
            ))  # fmt: skip

        bench.world.run(differs)
        bench.drafts()
        await bench.told.look()
        bench.adopts()
        for _ in range(2):
            await bench.told.look()
        assert bench.heard == [web, other, other]

    async def test_and_without_waiting_for_the_end_of_readings_that_keep_coming(self, bench: Wired) -> None:
        web = bench.world.host_id("web-1")
        await bench.settles()
        bench.beats(beat())
        bench.judging.heard([web])
        await bench.judging.look()
        assert bench.result("bak-age") == "unknown"
        bench.judging.at_once([web])
        await bench.judging.look()
        assert bench.result("bak-age") == "fail"
