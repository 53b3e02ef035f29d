"""Evidence of real hosts: what runs there at the moment of firing, and what is left of one that has gone."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.evidence_world import TAKEN_S, evidence_world
from support.sshd import SshdFarm
from support.waiting import until

from tui_ops.actions.errors import ActError
from tui_ops.actions.evidence import ACTS, EVIDENCE_TAKE
from tui_ops.actions.incidents import OPEN
from tui_ops.actions.protocol import Request
from tui_ops.actions.registry import Registry
from tui_ops.engine.acting import Acting, Doing
from tui_ops.engine.finders import FINDERS
from tui_ops.engine.incidentdoings import IncidentDoings
from tui_ops.engine.news import News
from tui_ops.model.evidence import Moment
from tui_ops.model.fleet import HostSpec
from tui_ops.model.incidents import Happening
from tui_ops.model.people import Role, Who
from tui_ops.practices.incidents.evidenceacts import take_evidence
from tui_ops.practices.incidents.world import World
from tui_ops.store.tables import Alert, KnownError, PastAlert


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshdFarm]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


@pytest.fixture
def spinner() -> Iterator[str]:
    """A process that takes all of a core, with a password on its command line; gives the word by which it is known."""
    words = ["-c", "while 1: 1", "spinner-of-evidence", "--password=hunter2222", "AKIAIOSFODNN7EXAMPLE"]
    process = subprocess.Popen([sys.executable, *words], stdin=subprocess.DEVNULL)
    yield words[2]
    process.kill()
    process.wait()


async def test_an_incident_opened_by_hand_has_evidence_of_its_host(tmp_path: Path, farm: SshdFarm) -> None:
    """As one that an alert opened: the host is looked at as soon as the act is kept."""
    async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
        await world.poll()
        doings = IncidentDoings(News(), World, lambda: None, world.taker.opened).by_id()
        acting = Acting(Registry([OPEN]), {OPEN.id: doings[OPEN.id]}, world.writer, FINDERS)
        who = Who("alice", Role.OPERATOR, 1000)
        await acting.perform(who, Request(1, "act", OPEN.id, (), {"title": "it is slow", "host": "web-1"}, {}), False)
        await until(lambda: len(world.lines(1)) == 3, TAKEN_S, "the line of the evidence")
        *said, line = world.lines(1)
        assert [one.kind for one in said] == [Happening.OPENED, Happening.ACKNOWLEDGED]
        assert (line.kind, line.text.startswith("evidence kept: web-1 (")) == (Happening.EVIDENCE, True)
        panel = world.panels(1)["web-1", "load"]
        assert panel.then is not None
        assert panel.then.lines


class TestThen:
    @pytest.mark.parametrize("extra", [(), ("MaxSessions 1",)], ids=["channel of its own", "one channel"])
    async def test_a_spinning_process_is_in_it(
        self, tmp_path: Path, farm: SshdFarm, spinner: str, extra: tuple[str, ...]
    ) -> None:
        """By name and with the CPU that it gets now; its password is struck out before it is kept."""
        async with evidence_world(tmp_path, farm, farm.sshd(*extra).spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            began = time.monotonic()
            (line,) = await world.opened(number, "web-1")
            assert time.monotonic() - began < 10.0
            panels = world.panels(number)
            top = panels["web-1", "processes"].then
            assert top is not None
            assert top.moment is Moment.THEN
            (row,) = [one for one in top.lines if spinner in one]
            assert float(row.split()[3]) > 2.0, row
            assert row.endswith("spinner-of-evidence --password=*** ***"), row
            assert {section for _, section in panels} >= {"load", "memory", "disks", "sockets", "dmesg", "packages"}
            assert (line.kind, line.who) == (Happening.EVIDENCE, "")
            assert line.text.startswith("evidence kept: web-1 (")
            assert "incidents" in world.told

    async def test_polls_do_not_wait_for_it(self, tmp_path: Path, farm: SshdFarm) -> None:
        """It has a channel of its own: a reading that is asked for meanwhile is there long before."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            world.taker.opened(number, [world.ids["web-1"]], time.time())
            await until(lambda: farm.servers[0].running("sh"), TAKEN_S, "its shell runs")
            for _ in range(3):
                await world.watch("web-1").poll()
            assert not world.lines(number)
            await until(lambda: world.lines(number), TAKEN_S, "its line")
            await until(lambda: len(farm.servers[0].running("sh")) == 1, TAKEN_S, "only the shell of the polls is left")

    async def test_now_stands_beside_then(self, tmp_path: Path, farm: SshdFarm) -> None:
        """What is asked for again does not take the place of what was first; who asked is on the timeline."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            await world.opened(number, "web-1")
            world.taker.again(number, [world.ids["web-1"]], time.time(), "alice")
            await until(lambda: len(world.lines(number)) == 2, TAKEN_S, "the second line")
            panel = world.panels(number)["web-1", "load"]
            assert panel.then is not None
            assert panel.now is not None
            assert (panel.then.moment, panel.now.moment) == (Moment.THEN, Moment.NOW)
            assert panel.now.at > panel.then.at
            assert world.lines(number)[1].who == "alice"

    async def test_two_incidents_on_one_host_ask_it_once(self, tmp_path: Path, farm: SshdFarm) -> None:
        """At one moment; each keeps it."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            first, second = await world.incident("web-1"), await world.incident("web-1", rule="cpu")
            for number in (first, second):
                world.taker.opened(number, [world.ids["web-1"]], time.time())
            await until(lambda: world.lines(first) and world.lines(second), TAKEN_S, "both lines")
            one, other = (world.panels(number)["web-1", "load"].then for number in (first, second))
            assert one is not None
            assert other is not None
            assert one.lines == other.lines

    async def test_of_many_hosts_the_first_five(self, tmp_path: Path, farm: SshdFarm) -> None:
        """Fifty that fail alike tell no more, and take their time."""
        specs = [farm.sshd().spec(f"web-{number}") for number in range(7)]
        async with evidence_world(tmp_path, farm, *specs) as world:
            await world.poll()
            number = await world.incident(*world.ids)
            await world.opened(number, *world.ids)
            assert sorted({host for host, _ in world.panels(number)}) == [f"web-{at}" for at in range(5)]

    async def test_hosts_that_join_are_looked_at_too(self, tmp_path: Path, farm: SshdFarm) -> None:
        """When they do, and those that were looked at are not asked once more."""
        async with evidence_world(tmp_path, farm, *(farm.sshd().spec(f"web-{number}") for number in (1, 2))) as world:
            await world.poll()
            number = await world.incident("web-1", "web-2")
            await world.opened(number, "web-1")
            world.taker.opened(number, [world.ids["web-1"], world.ids["web-2"]], time.time())
            world.taker.opened(number, [world.ids["web-1"], world.ids["web-2"]], time.time())
            await until(lambda: len(world.lines(number)) > 1, TAKEN_S, "the second line")
            assert world.lines(number)[1].text.startswith("evidence kept: web-2 (")
            first = world.panels(number)["web-1", "load"]
            assert first.then is not None
            assert first.now is None
            assert world.panels(number)["web-2", "load"].then is not None

    async def test_this_machine_itself(self, tmp_path: Path, farm: SshdFarm) -> None:
        """Without SSH; the same sections."""
        async with evidence_world(tmp_path, farm, HostSpec("here", "here", "local")) as world:
            await world.poll()
            number = await world.incident("here")
            await world.opened(number, "here")
            assert {section for _, section in world.panels(number)} >= {"processes", "load", "memory", "disks"}

    async def test_what_goes_wrong_with_one_host_takes_nothing_from_the_others(
        self, tmp_path: Path, farm: SshdFarm
    ) -> None:
        """Of one whose connection is of a kind that nobody foresaw nothing is kept, and that is said."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1"), farm.sshd().spec("web-2")) as world:
            await world.poll()
            number = await world.incident("web-1", "web-2")

            async def broken() -> None:
                raise RuntimeError("a bug")

            world.watch("web-1").link = broken  # type: ignore[method-assign, assignment]
            (line,) = await world.opened(number, "web-1", "web-2")
            assert line.text.startswith("evidence kept: nothing of web-1: see the engine's log, web-2 (")
            assert {host for host, _ in world.panels(number)} == {"web-2"}


class TestGone:
    async def test_a_host_whose_sshd_is_stopped_has_its_black_box(self, tmp_path: Path, farm: SshdFarm) -> None:
        """Its last frames, its last processes, and what its neighbour and its jump host see of it."""
        jump = farm.sshd().spec("jump-1", site="lon")
        dead = farm.sshd()
        specs = (jump, dead.spec("web-1", site="lon", rack="a"), farm.sshd().spec("web-2", site="lon", rack="a"))
        async with evidence_world(tmp_path, farm, *specs) as world:
            await world.poll(times=3)
            await world.watch("web-1").live()
            last = world.box.frames(world.ids["web-1"], time.time())
            dead.stop()
            await world.poll("web-1")
            number = await world.incident("web-1", rule="host-down")
            (line,) = await world.opened(number, "web-1")
            panels = world.panels(number)
            frames = panels["web-1", "frames"].then
            assert frames is not None
            assert frames.moment is Moment.BEFORE
            assert len(frames.lines) == 1 + len(last) >= 3
            assert time.strftime("%H:%M:%S", time.gmtime(last[-1].at)) in frames.lines[-1]
            processes = panels["web-1", "processes"].then
            assert processes is not None
            assert processes.lines[0].startswith("as of ")
            beside = panels["web-1", "seen from web-2"].then
            assert beside is not None
            assert beside.moment is Moment.BESIDE
            assert beside.lines[0].startswith("web-2 (same rack) is up")
            assert any(one.endswith("refuses connections") for one in beside.lines), beside.lines
            assert ("web-1", "seen from jump-1") in panels
            assert "black box of web-1, last frame" in line.text
            assert line.text.endswith("(it is down)")
            assert "seen from web-2 and jump-1" in line.text

    async def test_a_host_that_hangs_ends_in_time(self, tmp_path: Path, farm: SshdFarm) -> None:
        """It is frozen and nobody knows yet: within seconds there is the black box, and why there is no more."""
        frozen = farm.sshd()
        async with evidence_world(tmp_path, farm, frozen.spec("web-1")) as world:
            await world.poll(times=2)
            number = await world.incident("web-1")
            frozen.freeze()
            began = time.monotonic()
            (line,) = await world.opened(number, "web-1")
            assert time.monotonic() - began < 9.0
            frozen.thaw()
            assert world.panels(number)["web-1", "frames"].then is not None
            assert "black box of web-1" in line.text
            assert line.text.endswith("does not open a channel)")


class TestKnownErrors:
    async def test_one_whose_signature_is_true_on_the_host_is_on_the_timeline(
        self, tmp_path: Path, farm: SshdFarm
    ) -> None:
        """A line of its real kernel log and its kernel's version; it is counted once, however often it is looked."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            release = os.uname().release

            def known(session: Session) -> None:
                session.add(KnownError(title="it runs", signature=f'{{"rule": "load", "version": "{release}"}}'))
                session.add(KnownError(title="not so", signature='{"log": "no such line as this one"}'))
                session.add(KnownError(title="over", signature='{"rule": "load"}', valid_until=1.0))
                session.add(KnownError(title="broken", signature='{"log": "(a+)+"}'))

            await world.writer.act(known)
            lines = await world.opened(number, "web-1")
            world.taker.again(number, [world.ids["web-1"]], time.time(), "alice")
            await until(lambda: len(world.lines(number)) == len(lines) + 1, TAKEN_S, "the second line")
            (match,) = [one for one in world.lines(number) if one.kind is Happening.MATCHED]
            assert match.text == f"KE-1 “it runs” is true of web-1: rule load; kernel {release}"
            assert (match.data["known_error"], match.data["host"]) == (1, "web-1")
            counts = await world.writer.act(lambda session: [one.matched for one in session.exec(select(KnownError))])
            assert counts == [1, 0, 0, 0]

    async def test_the_rule_of_an_alert_that_went_on_to_a_later_incident(self, tmp_path: Path, farm: SshdFarm) -> None:
        """What fired then is what the earlier incident is about."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number, later = await world.incident("web-1"), await world.incident()

            def came_back(session: Session) -> None:
                alert = session.exec(select(Alert)).one()
                assert alert.id is not None
                session.add(
                    PastAlert(
                        alert_id=alert.id, incident_id=number, episode=1, severity="critical", text="", started_at=1.0,
                        detected_at=1.0,
                    )
                )  # fmt: skip
                alert.incident_id = later
                session.add(KnownError(title="it runs", signature='{"rule": "load"}'))

            await world.writer.act(came_back)
            await world.opened(number, "web-1")
            await until(lambda: any(one.kind is Happening.MATCHED for one in world.lines(number)), TAKEN_S, "the match")

    async def test_a_log_line_of_the_host(self, tmp_path: Path, farm: SshdFarm) -> None:
        """What the known error looks for stands in what the host logs."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            await world.opened(number, "web-1")
            seen = world.panels(number)["web-1", "dmesg"].then
            assert seen is not None
            assert seen.lines
            word = max(re.findall(r"[A-Za-z_]{5,}", seen.lines[-1].partition(" ")[2]), key=len)
            await world.writer.act(lambda session: session.add(KnownError(title="k", signature=f'{{"log": "{word}"}}')))
            world.taker.again(number, [world.ids["web-1"]], time.time())
            await until(lambda: any(one.kind is Happening.MATCHED for one in world.lines(number)), TAKEN_S, "the match")


class TestTheAct:
    async def test_it_is_carried_out_by_the_engine(self, tmp_path: Path, farm: SshdFarm) -> None:
        """An operator presses e: the answer comes at once, what is seen later, and the timeline says who asked."""
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            await world.poll()
            number = await world.incident("web-1")
            doings = {EVIDENCE_TAKE.id: Doing(take_evidence, world.taker.asked)}
            acting = Acting(Registry(ACTS), doings, world.writer, FINDERS)
            who = Who("alice", Role.OPERATOR, 1000, "10.0.0.9")
            kept = await acting.perform(who, Request(1, "act", EVIDENCE_TAKE.id, (f"INC-{number}",)), read_only=False)
            assert kept.done.message == f"INC-{number}: the hosts are looked at again"
            await until(lambda: world.lines(number), TAKEN_S, "the line")
            (line,) = world.lines(number)
            assert (line.kind, line.who) == (Happening.EVIDENCE, "alice")
            assert world.panels(number)["web-1", "load"].then is None
            assert world.panels(number)["web-1", "load"].now is not None

    async def test_an_incident_without_hosts_says_so(self, tmp_path: Path, farm: SshdFarm) -> None:
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1")) as world:
            number = await world.incident()
            acting = Acting(Registry(ACTS), {EVIDENCE_TAKE.id: Doing(take_evidence)}, world.writer, FINDERS)
            request = Request(1, "act", EVIDENCE_TAKE.id, (f"INC-{number}",))
            with pytest.raises(ActError, match="is about no host"):
                await acting.perform(Who("alice", Role.OPERATOR, 1000, ""), request, read_only=False)


class TestAStorm:
    async def test_what_would_come_too_late_is_not_taken(
        self, tmp_path: Path, farm: SshdFarm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The timeline says that there is none, and why."""
        monkeypatch.setattr("tui_ops.engine.evidence.WAITING_MOST", 1)
        async with evidence_world(tmp_path, farm, farm.sshd().spec("web-1"), farm.sshd().spec("web-2")) as world:
            await world.poll()
            number = await world.incident("web-1", "web-2")
            (line,) = await world.opened(number, "web-1", "web-2")
            assert line.text == "no evidence was taken: too many hosts are in trouble at once"
            assert world.panels(number) == {}
