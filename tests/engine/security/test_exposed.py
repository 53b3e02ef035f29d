"""Exposure in the engine's parts, over a real store: a first reading sets what is meant to be there, what differs is a
finding, taking it as it is closes it; and a real sshd is judged by what it offers to whoever asks.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.exposing import Bench, benched
from support.finding_world import FindingWorld
from support.sshd import SshdFarm
from support.waiting import until

from tui_ops.engine.security.elsewhere import OFFERED
from tui_ops.engine.security.outside import AGAIN_S, AT_ONCE, PERIOD_S, SPREAD_S, Outside, share_of
from tui_ops.engine.watch import Standing
from tui_ops.model.facts import Fields
from tui_ops.model.fleet import HostSpec
from tui_ops.practices.asked import Refused
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.store.facts import FactWrite
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.exposed import baselines, logins
from tui_ops.store.views.facts import items_of
from tui_ops.store.views.findings import findings
from tui_ops.transport.ends.seen import NotReached
from tui_ops.transport.ends.ssh import SshSeen
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.outside import ask_outside
from tui_ops.transport.ssh import SshTransport

CHECKS = tuple(
    BY_ID[name] for name in ("net-listen", "key-new", "fs-suid", "login-source", "login-guessed", "ssh-cipher")
)

SOCKETS: dict[str, Fields] = {"tcp 0.0.0.0:22": {"process": "sshd"}, "tcp 127.0.0.1:25": {"process": "master"}}
KEYS: dict[str, Fields] = {"anna SHA256:a": {"account": "anna", "fingerprint": "SHA256:a", "type": "ssh-ed25519"}}


def came_in(*accepted: str, failed: tuple[str, ...] = ()) -> dict[str, Fields]:
    return {"accepted": {"logins": list(accepted)}, "failures": {"count": 0, "sources": list(failed)}}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


@pytest.fixture
async def bench(world: FindingWorld) -> AsyncIterator[Bench]:
    async with benched(world, lambda writer: Bench(writer, world, CHECKS)) as bench:
        yield bench


class TestBaselines:
    async def test_are_set_by_the_first_reading_and_what_comes_later_is_a_finding(self, bench: Bench) -> None:
        await bench.reads("sockets", SOCKETS)
        await bench.reads("authkeys", KEYS)
        await bench.settles()
        assert bench.results()["net-listen"] == bench.results()["key-new"] == "pass"
        await bench.reads("sockets", {**SOCKETS, "tcp 0.0.0.0:23": {"process": "telnetd"}})
        await bench.reads("authkeys", {**KEYS, "root SHA256:b": {"account": "root", "type": "ssh-rsa"}})
        assert bench.states() == {("net-listen", "tcp 0.0.0.0:23"): "open", ("key-new", "root SHA256:b"): "open"}

    async def test_that_somebody_takes_as_they_are_close_what_differed(self, bench: Bench) -> None:
        await bench.reads("sockets", SOCKETS)
        await bench.reads("sockets", {**SOCKETS, "tcp 0.0.0.0:8080": {"process": "java"}})
        done = bench.take("listeners")
        assert "2, 1 of them new" in done.message
        assert [kind for _, kind, _ in done.events] == ["baseline"]
        await bench.settles()
        assert bench.states() == {("net-listen", "tcp 0.0.0.0:8080"): "verified"}
        with open_reader(bench.world.paths) as reader:
            (row,) = baselines(reader)
        assert (row.kind, row.set_by, row.items) == ("listeners", "cat", ("tcp 0.0.0.0:22", "tcp 0.0.0.0:8080"))

    async def test_are_not_set_by_a_reading_that_could_not_look_at_all(self, bench: Bench) -> None:
        """Else every key that root reads later would be a new one."""
        await bench.reads("authkeys", KEYS, "deploy ")
        await bench.settles()
        assert bench.results()["key-new"] == "unknown"
        await bench.reads("authkeys", {**KEYS, "deploy SHA256:c": {"account": "deploy"}})
        await bench.settles()
        assert bench.results()["key-new"] == "pass"

    async def test_that_are_taken_keep_what_could_not_be_looked_at(self, bench: Bench) -> None:
        both = {**KEYS, "deploy SHA256:c": {"account": "deploy"}}
        await bench.reads("authkeys", both)
        await bench.reads("authkeys", KEYS, "deploy ")
        bench.take("keys")
        await bench.reads("authkeys", both)
        await bench.settles()
        assert bench.states() == {}

    async def test_of_what_was_never_read_can_not_be_taken(self, bench: Bench) -> None:
        with pytest.raises(Refused, match="nothing of suid"):
            bench.take("suid")

    async def test_of_programs_that_lend_rights_are_set_by_packages_and_by_people_alone(self, bench: Bench) -> None:
        """A file of no package that lends root's rights is a finding until somebody takes it, though it was there."""
        root: Fields = {"mode": "4755", "owner": "root", "group": "root"}
        files: dict[str, Fields] = {
            "suid /usr/bin/su": {**root, "packaged": True},
            "suid /usr/local/bin/x": {**root, "packaged": False},
        }
        await bench.reads("mounts", {})
        for _ in range(2):
            await bench.reads("suid", files)
            await bench.settles()
            assert bench.states() == {("fs-suid", "/usr/local/bin/x"): "open"}
        bench.take("suid")
        await bench.settles()
        assert bench.states() == {("fs-suid", "/usr/local/bin/x"): "verified"}

    async def test_a_reading_that_fails_closes_nothing(self, bench: Bench) -> None:
        await bench.reads("sockets", SOCKETS)
        await bench.reads("sockets", {**SOCKETS, "tcp 0.0.0.0:23": {"process": "telnetd"}})
        number = bench.world.host_id("web-1")
        bench.outbox.fact(FactWrite(number, "sockets", 3600.0, time.time(), None, "ss is not there"))
        await bench.settles()
        await bench.reads("sockets", {}, "")
        assert bench.states() == {("net-listen", "tcp 0.0.0.0:23"): "open"}


class TestLogins:
    async def test_from_a_new_source_are_a_finding_until_it_is_taken(self, bench: Bench) -> None:
        await bench.reads("logins", came_in("anna 203.0.113.7 publickey 1000"))
        await bench.settles()
        assert bench.results()["login-source"] == "pass"
        await bench.reads("logins", came_in("anna 203.0.113.99 publickey 2000", "anna 192.0.2.4 password 2100"))
        assert bench.states() == {("login-source", "anna 192.0.2.0/24"): "open"}
        # A day later the journal has it no more; it is still nobody's word that it was meant.
        await bench.reads("logins", came_in())
        await bench.settles()
        assert bench.states() == {("login-source", "anna 192.0.2.0/24"): "open"}
        bench.take("sources")
        await bench.settles()
        assert bench.states() == {("login-source", "anna 192.0.2.0/24"): "verified"}

    async def test_after_many_guesses_are_critical_even_when_they_are_the_first_that_is_read(
        self, bench: Bench
    ) -> None:
        await bench.reads("logins", came_in("bert 198.51.100.9 password 1500", failed=("198.51.100.9 60 bert",)))
        await bench.settles()
        assert bench.states() == {("login-guessed", "guessed 198.51.100.9"): "open"}
        with open_reader(bench.world.paths) as reader:
            (row,) = findings(reader)
            found = {(one.source, one.account): one.failed for one in logins(reader)}
        assert str(row.severity) == "critical"
        assert "at least 60 tries, then a login by password as bert" in row.text
        assert found == {("198.51.100.9", ""): 60, ("198.51.100.9", "bert"): 0}

    async def test_that_could_not_be_read_say_nothing(self, bench: Bench) -> None:
        await bench.reads("logins", {}, "failures", "accepted")
        await bench.settles()
        assert bench.results()["login-source"] == "unknown"


@dataclass
class Watched:
    """A host under watch, as far as asking from outside looks at it."""

    spec: HostSpec
    standing: Standing = field(default_factory=lambda: Standing(since_at=1.0))


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshdFarm]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


class TestAskingFromOutside:
    async def test_a_real_server_is_judged_by_what_it_offers_and_verified_after_it_was_mended(
        self, bench: Bench, farm: SshdFarm
    ) -> None:
        """The whole way: asked, kept as a fact, judged, a finding; mended, asked anew, gone."""
        server = farm.sshd("Ciphers aes128-ctr,aes256-cbc")
        ssh = SshTransport(KeyBook(user_files=[farm.known_hosts], system_files=[]), [farm.ssh_config])
        number = bench.world.host_id("web-1")
        watches = {number: Watched(server.spec("web-1"))}
        outside = Outside(watches, bench.outbox, lambda spec: ask_outside(ssh, spec))  # type: ignore[arg-type]
        try:
            outside.again({number: ["ssh-cipher"]})
            await until(lambda: bench.outbox.waiting > 0)
            await bench.reads("sshdconf", {})
            await bench.settles()
            assert bench.states() == {("ssh-cipher", "aes256-cbc"): "open"}
            server.extra = ["Ciphers aes128-ctr"]
            server.restart()
            outside.again({number: ["ssh-cipher"]})
            await until(lambda: bench.outbox.waiting > 0)
            await bench.reads("sshdconf", {})
            await bench.settles()
            assert bench.states() == {("ssh-cipher", "aes256-cbc"): "verified"}
            with open_reader(bench.world.paths) as reader:
                kept = items_of(reader, "web-1", [OFFERED])[OFFERED]["ssh"]
            assert kept["ciphers"] == ["aes128-ctr"]
            assert kept["methods"] == ["publickey"]
            assert str(kept["banner"]).startswith("SSH-2.0-OpenSSH")
            assert outside.asked == 2
        finally:
            await outside.close()
            await ssh.close()

    async def test_is_done_once_a_day_spread_and_a_few_at_a_time(self, bench: Bench) -> None:
        """A hundred hosts come within a quarter of an hour, four at a time at most, and then not for a day."""
        running, most, asked = 0, 0, []

        async def ask(spec: HostSpec) -> SshSeen:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            asked.append(spec.name)
            return SshSeen("SSH-2.0-x", (), (), (), (), ())

        watches = {number: Watched(HostSpec(f"h{number}", f"h{number}", "10.1.1.1")) for number in range(100)}
        outside = Outside(watches, bench.outbox, ask, lambda: bench.now)  # type: ignore[arg-type]
        counts = []
        for _ in range(int(SPREAD_S / 5) + 40):
            await outside.look()
            await until(lambda: not outside._running)
            counts.append(len(asked))
            bench.now += 5
        assert sorted(asked) == sorted(f"h{number}" for number in range(100))
        assert most <= AT_ONCE
        assert counts[len(counts) // 4] < 60
        bench.now += PERIOD_S
        await outside.look()
        await until(lambda: not outside._running)
        assert len(asked) == 100 + AT_ONCE

    async def test_one_that_does_not_answer_is_told_and_tried_again_later(self, bench: Bench) -> None:
        asked = []

        async def ask(spec: HostSpec) -> SshSeen:
            asked.append(spec.name)
            raise NotReached("10.0.0.2:22 \x1b[2Jsays nothing", "")

        number = bench.world.host_id("web-1")
        outside = Outside(
            {number: Watched(HostSpec("web-1", "web-1", "10.0.0.2"))}, bench.outbox, ask, lambda: bench.now
        )  # type: ignore[dict-item]
        outside.again({number: ["ssh-kex"]})
        await until(lambda: not outside._running)
        await outside.look()
        assert asked == ["web-1"]
        bench.now += AGAIN_S + 1
        await outside.look()
        await until(lambda: len(asked) == 2)
        await bench.outbox.flush()
        (said,) = bench.world.do(_texts)  # type: ignore[misc]
        assert said == "10.0.0.2:22 ␛[2Jsays nothing"

    async def test_hosts_that_are_down_or_this_machine_are_left_alone(self, bench: Bench) -> None:
        async def ask(_spec: HostSpec) -> SshSeen:
            raise AssertionError("nobody is to be asked")

        down = Watched(HostSpec("a", "a", "10.0.0.2"))
        down.standing.failing_since = 1.0
        here = Watched(HostSpec("b", "b", "local"))
        pending = Watched(HostSpec("c", "c", "10.0.0.3"), Standing())
        outside = Outside({1: down, 2: here, 3: pending}, bench.outbox, ask, lambda: bench.now)  # type: ignore[dict-item]
        for _ in range(2):
            bench.now += SPREAD_S + 1
            await outside.look()
            assert not outside._running
        assert outside.asked == 0

    async def test_what_an_engine_before_this_one_asked_is_not_asked_again(self, bench: Bench) -> None:
        async def ask(_spec: HostSpec) -> SshSeen:
            return SshSeen("", (), (), (), (), ())

        outside = Outside({1: Watched(HostSpec("a", "a", "10.0.0.2"))}, bench.outbox, ask, lambda: bench.now)  # type: ignore[dict-item]
        outside.remember({1: PERIOD_S / 2})
        bench.now += SPREAD_S + 1
        await outside.look()
        assert outside.asked == 0
        bench.now += PERIOD_S / 2
        await outside.look()
        await until(lambda: outside.asked == 1)
        await outside.close()

    def test_the_spread_is_the_same_each_time_and_even(self) -> None:
        parts = [share_of(f"host-{number}") for number in range(1000)]
        assert parts == [share_of(f"host-{number}") for number in range(1000)]
        assert 400 < sum(one < 0.5 for one in parts) < 600


def _texts(session: object) -> list[str]:
    from sqlmodel import Session, select

    from tui_ops.store.tables.facts import Fact

    assert isinstance(session, Session)
    return list(session.exec(select(Fact.text)).all())
