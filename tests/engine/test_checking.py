"""Checks under way: real plugins here and on a real server, real ports, and what the store and the host are told."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.serving import say_nothing
from support.sshd import Sshd, SshdFarm
from support.waiting import until

from tui_ops.engine.checkforce import CheckForce
from tui_ops.engine.checking import Checking
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.watch import HostWatch
from tui_ops.inventory import load
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import Severity
from tui_ops.practices.performance.rules import FINE
from tui_ops.store.checks import forget_checks
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.lists import events
from tui_ops.store.views.parts import CheckRow, checks
from tui_ops.store.writer import Writer
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport

ENGINE = HostSpec("engine", "engine", "192.0.2.1")
"""The host to which checks belong that belong to no other."""


@dataclass
class World:
    """A store, a schedule, one real server under watch, and its checks."""

    paths: StatePaths
    writer: Writer
    server: Sshd
    spec: HostSpec
    transport: SshTransport
    outbox: Outbox
    schedule: Schedule
    ids: dict[str, int]
    folder: Path
    watches: dict[int, HostWatch] = field(default_factory=dict)
    now_s: float = 1000.0
    """What the checks take for the monotonic clock."""

    def fleet(self, text: str) -> Fleet:
        """Return an inventory with the server as ``far``."""
        host = f"hosts: {{far: {{address: {self.spec.address}, port: {self.spec.port}}}}}"
        return load(Path("f.yaml"), f"{host}\nchecks:\n{text}")

    def checking(self, text: str, known: list[CheckRow] | None = None) -> Checking:
        """Return the checks of an inventory."""
        made = Checking(self.schedule, self.outbox, self.watches, lambda: self.now_s)
        self.apply(made, text, known)
        return made

    def apply(self, checking: Checking, text: str, known: list[CheckRow] | None = None) -> None:
        hosts = [(self.spec, self.ids["far"]), (ENGINE, self.ids["engine"])]
        checking.apply(self.fleet(text).checks, hosts, self.ids["engine"], known or ())

    async def rows(self) -> dict[str, CheckRow]:
        """Return the checks as a dashboard sees them."""
        await self.outbox.flush()
        with open_reader(self.paths) as reader:
            return {row.check.removeprefix("check:"): row for row in checks(reader)}

    async def events(self) -> list[str]:
        """Return what happened, the oldest first."""
        await self.outbox.flush()
        with open_reader(self.paths) as reader:
            return [event.text for event in reversed(events(reader)) if event.kind == "check"]


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    farm = SshdFarm(tmp_path / "farm")
    server = farm.sshd()
    spec = server.spec("far")
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    synced = await writer.act(lambda session: sync_fleet(session, Fleet("t", (spec, ENGINE)), 1.0))
    keys = KeyBook(user_files=[farm.known_hosts], system_files=[])
    transport = SshTransport(keys, [farm.ssh_config])
    ids = {host.name: host_id for host, host_id in synced.hosts}
    outbox = Outbox(writer, News())
    made = World(paths, writer, server, spec, transport, outbox, Schedule(), ids, tmp_path)
    watch = HostWatch(spec, ids["far"], transport, outbox)
    made.watches[ids["far"]] = watch
    yield made
    await watch.close()
    await transport.close()
    await writer.close()
    farm.close()


PLUGINS = """
  disk: {plugin: [check_disk, -w, "1%", -c, "0%", -p, /], hosts: [far], on: ON}
  load: {plugin: "check_load -w 1e4,1e4,1e4 -c 1e5,1e5,1e5", hosts: [far], on: ON}
  procs: {plugin: "check_procs -w 0:0 -c 0:100000", hosts: [far], on: ON, attempts: 1}
  ssh: {plugin: [check_ssh, -p, "PORT", "{address}"], hosts: [far], on: ON}
  closed: {plugin: [/usr/lib/nagios/plugins/check_tcp, -H, "{address}", -p, "1"], hosts: [far], on: ON, attempts: 1}
  nope: {plugin: check_nothing_like_it, hosts: [far], on: ON, attempts: 1}
"""


@pytest.mark.parametrize("where", ["engine", "host"])
async def test_the_real_plugins(world: World, where: str) -> None:
    """Those of Debian, here and over SSH: exit code, text and performance data become a status and numbers."""
    await world.watches[world.ids["far"]].poll()
    checking = world.checking(PLUGINS.replace("ON", where).replace("PORT", str(world.spec.port)))
    await checking.run_all_once()
    rows = await world.rows()
    assert {name: row.severity for name, row in rows.items()} == {
        "disk": Severity.OK, "load": Severity.OK, "procs": Severity.WARNING, "ssh": Severity.OK,
        "closed": Severity.CRITICAL, "nope": Severity.UNKNOWN,
    }, {name: row.text for name, row in rows.items()}  # fmt: skip
    assert rows["disk"].text.startswith("DISK OK - free space: /")
    assert "OpenSSH" in rows["ssh"].text
    assert "refused" in rows["closed"].text.lower()
    assert rows["nope"].text.startswith("there is no plugin check_nothing_like_it here: install monitoring-plugins")
    numbers = {one.text("label"): one for one in rows["load"].document.records("perfdata")}
    assert set(numbers) == {"load1", "load5", "load15"}
    assert rows["load"].document.text("on") == where
    assert (rows["disk"].document.number("seconds") or 0) > 0
    worst = checking.worst(world.ids["far"])
    assert (worst.severity, worst.reason[:8]) == (Severity.CRITICAL, "closed: ")


async def test_the_words_of_a_plugin_reach_it_as_they_are(world: World) -> None:
    """Over SSH no shell takes them apart; the environment is clean there and here."""
    plugin = world.folder / "check it"
    plugin.write_text('#!/bin/sh\nprintf "%s/" "$@"; printf " "; env | sort | tr "\\n" " "; pwd\n')
    plugin.chmod(0o755)
    await world.watches[world.ids["far"]].poll()
    words = f'[{plugin!s}, "$(id)", "a  b", "\'\\"", "{{name}}", \'{{"x":1}}\', \'\']'
    checking = world.checking(
        "".join(f"  {on}: {{plugin: {words}, hosts: [far], on: {on}}}\n" for on in ("engine", "host"))
    )
    await checking.run_all_once()
    for row in (await world.rows()).values():
        assert row.text.startswith("""$(id)/a  b/'"/far/{"x":1}// LC_ALL=C PATH=/usr/local/sbin"""), row.text
        assert "HOME" not in row.text
        assert row.text.endswith(" /")


@pytest.mark.parametrize("where", ["engine", "host"])
async def test_a_plugin_that_hangs_is_killed_with_what_it_started(world: World, where: str) -> None:
    """At its time-out: it is critical, and nothing of it goes on here; a host ends it two seconds later."""
    plugin = world.folder / "check_hang"
    plugin.write_text(f"#!/bin/sh\nsleep 300 & echo $! > {world.folder}/child-{where}\nwait\n")
    plugin.chmod(0o755)
    await world.watches[world.ids["far"]].poll()
    checking = world.checking(f"  hang: {{plugin: [{plugin}], hosts: [far], on: {where}, timeout: 1s, attempts: 1}}\n")
    await checking.run_all_once()
    row = (await world.rows())["hang"]
    assert (row.severity, row.text) == (
        Severity.CRITICAL,
        f"{str(plugin)[-60:]} did not end within 1 s and was killed",
    )
    child = int((world.folder / f"child-{where}").read_text())
    await until(lambda: not is_running(child), 10.0, "what the plugin started has ended")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_plugin_that_floods_is_killed(world: World) -> None:
    """What it wrote is no judgement."""
    await world.checking("  flood: {plugin: [/usr/bin/yes], attempts: 1}\n").run_all_once()
    row = (await world.rows())["flood"]
    assert (row.host_id, row.severity) == (world.ids["engine"], Severity.UNKNOWN)
    assert "more than 8 kB" in row.text


async def test_a_host_that_is_down(world: World) -> None:
    """Its own plugins are not run and keep what they said last, growing old; what is asked from here goes on."""
    text = (
        "  own: {plugin: 'check_load -w 1e4 -c 1e5', hosts: [far], on: host}\n"
        f"  port: {{tcp: '{{address}}:{world.spec.port}', hosts: [far], attempts: 1}}\n"
    )
    checking = world.checking(text)
    await checking.run_all_once()
    assert set(await world.rows()) == {"port"}, "there was no connection yet"
    watch = world.watches[world.ids["far"]]
    await watch.poll()
    await checking.run_all_once()
    before = await world.rows()
    assert {name: row.severity for name, row in before.items()} == {"own": Severity.OK, "port": Severity.OK}
    world.server.stop()
    watch.retry_now()
    await until(lambda: failing(watch), 20.0, "it is found down")
    await checking.run_all_once()
    after = await world.rows()
    assert after["own"].text == before["own"].text
    assert (after["own"].age_s or 0) > (before["own"].age_s or 0)
    assert (after["port"].severity, "refuses" in after["port"].text) == (Severity.CRITICAL, True)


async def failing(watch: HostWatch) -> bool:
    watch.retry_now()
    await watch.poll()
    return watch.standing.failing_since is not None


async def test_a_bad_result_counts_after_its_attempts(world: World) -> None:
    """Soft ones are told in the row and judge nothing; the hard one is an event; what recovers is one too."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        number = port.getsockname()[1]
        checking = world.checking(f"  port: {{tcp: '127.0.0.1:{number}', hosts: [far]}}\n")
        for attempt in (1, 2):
            await checking.run_all_once()
            row = (await world.rows())["port"]
            assert row.severity is Severity.OK
            assert row.text == f"try {attempt} of 3, critical: 127.0.0.1:{number} refuses connections"
            assert checking.worst(world.ids["far"]) is FINE
        assert await world.events() == []
        await checking.run_all_once()
        row = (await world.rows())["port"]
        assert (row.severity, row.document.flag("soft"), row.document.number("attempt")) == (
            Severity.CRITICAL,
            False,
            3,
        )
        assert checking.worst(world.ids["far"]).reason == f"port: 127.0.0.1:{number} refuses connections"
        await checking.run_all_once()
        server = await asyncio.start_server(say_nothing, sock=port)
        await checking.run_all_once()
        server.close()
    assert (await world.rows())["port"].severity is Severity.OK
    said = await world.events()
    assert [text.partition(": ")[2].partition(":")[0] for text in said] == ["ok → critical", "critical → ok"]
    assert checking.worst(world.ids["far"]) is FINE


async def test_attempts_come_at_the_pace_of_retry(world: World) -> None:
    """Where a period is an hour, three attempts a second apart make it hard within seconds, by the schedule alone."""
    text = "  port: {tcp: '127.0.0.1:1', hosts: [far], period: 1h, retry: 1s}\n"
    checking = world.checking(text)
    running = asyncio.create_task(world.schedule.run())
    checking.read_now([world.ids["far"]])
    try:
        await until(lambda: checking.worst(world.ids["far"]).severity is Severity.CRITICAL, 20.0, "it is hard")
    finally:
        await checking.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert world.schedule.pace.started == 3


async def test_the_first_bad_result_is_looked_at_again_at_once(world: World) -> None:
    """Where retry is an hour, the second attempt comes at once, and the third not yet."""
    checking = world.checking("  port: {tcp: '127.0.0.1:1', hosts: [far], period: 1h, retry: 1h}\n")
    running = asyncio.create_task(world.schedule.run())
    checking.read_now([world.ids["far"]])

    async def second() -> bool:
        rows = await world.rows()
        return "port" in rows and rows["port"].document.number("attempt") == 2

    try:
        await until(second, 20.0, "it was looked at again")
    finally:
        await checking.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert world.schedule.pace.started == 2
    assert checking.worst(world.ids["far"]) is FINE


async def test_what_could_not_be_tried_is_tried_soon(world: World) -> None:
    """A plugin with a period of an hour whose host is not there yet runs once it is, not an hour later."""
    checking = world.checking(
        "  load: {plugin: 'check_load -w 1e4 -c 1e5', hosts: [far], on: host, period: 1h, retry: 1s}\n"
    )
    running = asyncio.create_task(world.schedule.run())
    checking.read_now([world.ids["far"]])
    try:
        await until(lambda: world.schedule.pace.started >= 2, 20.0, "it was tried twice")
        assert await world.rows() == {}
        await world.watches[world.ids["far"]].poll()
        await until(world.rows, 20.0, "it ran")
    finally:
        await checking.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_is_old_judges_nothing(world: World) -> None:
    """After five periods without a result a check says nothing of its host any more."""
    checking = world.checking("  port: {tcp: '127.0.0.1:1', hosts: [far], attempts: 1}\n")
    await checking.run_all_once()
    world.now_s += 299
    assert checking.worst(world.ids["far"]).severity is Severity.CRITICAL
    world.now_s += 2
    assert checking.worst(world.ids["far"]) is FINE


async def test_a_new_start_goes_on_where_the_last_one_ended(world: World) -> None:
    """What counted still counts, without an event and without attempts; a check that stayed as it was keeps on."""
    text = "  port: {tcp: '127.0.0.1:1', hosts: [far], attempts: 2}\n"
    checking = world.checking(text)
    await checking.run_all_once()
    world.apply(checking, text + "  other: {tcp: '127.0.0.1:2'}\n")
    await checking.run_all_once()
    first = (await world.rows())["port"]
    assert first.severity is Severity.CRITICAL
    again = world.checking(text, list((await raw_rows(world)).values()))
    assert again.worst(world.ids["far"]).severity is Severity.CRITICAL
    await again.run_all_once()
    row = (await world.rows())["port"]
    assert row.severity is Severity.CRITICAL
    assert row.document.number("since") == first.document.number("since")
    assert len(await world.events()) == 1


async def raw_rows(world: World) -> dict[str, CheckRow]:
    await world.outbox.flush()
    with open_reader(world.paths) as reader:
        return {row.check: row for row in checks(reader)}


async def test_a_check_that_is_taken_out_leaves_nothing(world: World) -> None:
    """Neither work nor a row; the others stay."""
    checking = world.checking("  a: {tcp: '127.0.0.1:1', hosts: [far]}\n  b: {tcp: '127.0.0.1:1'}\n")
    await checking.run_all_once()
    assert set(await world.rows()) == {"a", "b"}
    world.apply(checking, "  b: {tcp: '127.0.0.1:1'}\n")
    assert await world.writer.act(lambda session: forget_checks(session, checking.kept())) == 1
    assert set(await world.rows()) == {"b"}
    assert not world.schedule.now(f"check {world.ids['far']} a")
    assert world.schedule.now(f"check {world.ids['engine']} b")


async def test_a_check_that_was_taken_out_does_not_come_back(world: World) -> None:
    """Its last result waits to be written, or can't be just now, while the inventory changes."""
    a, b = "  a: {tcp: '127.0.0.1:1', hosts: [far]}\n", "  b: {tcp: '127.0.0.1:1', hosts: [far]}\n"
    checking = world.checking("")
    force = CheckForce(checking, world.watches, world.paths, world.writer, world.outbox)
    hosts = [(world.spec, world.ids["far"]), (ENGINE, world.ids["engine"])]
    await force.heed(world.fleet(a + b), hosts)
    await checking.run_all_once()
    await force.heed(world.fleet(b), hosts)
    assert set(await world.rows()) == {"b"}
    await checking.run_all_once()
    assert set(await world.rows()) == {"b"}


async def test_changes_that_come_together_are_taken_over_one_after_another(world: World) -> None:
    """The last one stays, and what any of them took out is forgotten."""
    texts = [f"  {name}: {{tcp: '127.0.0.1:1', hosts: [far]}}\n" for name in "abc"]
    checking = world.checking("")
    force = CheckForce(checking, world.watches, world.paths, world.writer, world.outbox)
    hosts = [(world.spec, world.ids["far"]), (ENGINE, world.ids["engine"])]
    await force.heed(world.fleet("".join(texts)), hosts)
    await checking.run_all_once()
    assert set(await world.rows()) == {"a", "b", "c"}
    fleets = [world.fleet(texts[0] + texts[1]), world.fleet(texts[1]), world.fleet(texts[2])]
    await asyncio.gather(*(force.heed(fleet, hosts) for fleet in fleets))
    assert checking.kept() == {(world.ids["far"], "check:c")}
    assert set(await world.rows()) == set(), "c was new again after it had been taken out"
    await checking.run_all_once()
    assert set(await world.rows()) == {"c"}


@pytest.mark.parametrize("channels", [1, 2])
async def test_a_host_whose_channels_are_taken(world: World, channels: int) -> None:
    """The readings hold one or both: the plugin is unknown, and says whose the channels are and what to do."""
    server = world.server
    server.extra.append(f"MaxSessions {channels}")
    server.restart()
    watch = world.watches[world.ids["far"]]
    await watch.poll()
    await watch.sections()
    checking = world.checking("  load: {plugin: 'check_load -w 1e4 -c 1e5', hosts: [far], on: host, attempts: 1}\n")
    await checking.run_all_once()
    row = (await world.rows())["load"]
    assert row.severity is Severity.UNKNOWN
    assert row.text == (
        "no channel is left for the plugin: the readings of the host hold those that its sshd opens; set MaxSessions"
        " there to 10 or more"
    )
    assert "'MaxSessions 10' into its sshd_config" in row.document.text("hint")


async def test_a_slow_pattern_holds_up_nobody(world: World) -> None:
    """The worst pattern that the inventory takes on the worst answer: the loop goes on beside it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"ab" * 32 * 1024)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    page = f"{{http: 'http://127.0.0.1:{port}/', matches: '(.*)a(.*)b(.*)c$', attempts: 1}}"
    checking = world.checking("".join(f"  page-{number}: {page}\n" for number in range(10)))
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    watching = asyncio.create_task(watch())
    await checking.run_all_once()
    watching.cancel()
    server.close()
    rows = await world.rows()
    assert all("was given up: it takes too long" in row.text for row in rows.values()), rows
    assert turns > 50, "ten of them take two seconds, in which the loop would come round some ten times"


async def test_a_secret_in_a_header(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked up when it is asked for; where it can't be had nothing is known, and it is never shown."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    text = f"  page: {{http: 'http://127.0.0.1:{port}/', headers: {{Authorization: !env CHECK_TOKEN}}, attempts: 1}}\n"
    checking = world.checking(text)
    await checking.run_all_once()
    assert (await world.rows())["page"].severity is Severity.UNKNOWN
    monkeypatch.setenv("CHECK_TOKEN", "Bearer s3cret")
    await checking.run_all_once()
    server.close()
    row = (await world.rows())["page"]
    assert row.severity is Severity.OK
    assert b"Authorization: Bearer s3cret\r\n" in asked[0]
    assert all(b"s3cret" not in path.read_bytes() for path in world.paths.root.iterdir() if path.is_file())


async def test_no_more_than_some_plugins_at_once(world: World) -> None:
    """Twenty plugins that take a moment: never more than eight of them run here at the same time."""
    plugin = world.folder / "check_slow"
    marks = world.folder / "marks"
    marks.mkdir()
    plugin.write_text(f"#!/bin/sh\ntouch {marks}/$$; ls {marks} | wc -l; sleep 0.2; rm {marks}/$$\n")
    plugin.chmod(0o755)
    text = "".join(f"  slow-{number}: {{plugin: [{plugin}]}}\n" for number in range(20))
    await world.checking(text).run_all_once()
    seen = [int(row.text) for row in (await world.rows()).values()]
    assert len(seen) == 20
    assert 2 <= max(seen) <= 8
