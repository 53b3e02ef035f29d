"""What changed around an incident: of every source, on the hosts of the incident and on what they depend on."""

import sqlite3
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.clean import clean
from tui_ops.model.clock import Stamp, iso
from tui_ops.model.evidence import Moment
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.model.people import Who
from tui_ops.model.states import Severity
from tui_ops.practices.incidents.changed import ranked
from tui_ops.store.audit import append_audit
from tui_ops.store.evidence import EvidenceWrite, squeezed, write_evidence
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import SectionWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.records import add_event
from tui_ops.store.tables import Alert, Change, Incident
from tui_ops.store.views.changed import what_changed
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.evidencelines import told_by_evidence
from tui_ops.store.writer import Writer

ONSET = float(round(time.time()) - 1800)
HOURS = 3600.0


class World:
    """A shop: ``web-1`` behind ``jump-1`` carries what depends on ``db-1``; ``other-1`` has nothing to do with it."""

    def __init__(self, paths: StatePaths, writer: Writer) -> None:
        self.paths = paths
        self.writer = writer
        self.ids: dict[str, int] = {}
        self.number = 0

    async def build(self) -> None:
        hosts = (
            HostSpec("web-1", "web-1", "10.0.0.1", via=("jump-1",)), HostSpec("jump-1", "jump-1", "10.0.0.2"),
            HostSpec("db-1", "db-1", "10.0.0.3"), HostSpec("other-1", "other-1", "10.0.0.4"),
        )  # fmt: skip
        services = (ServiceSpec("shop", hosts=("web-1",), depends_on=("store",)), ServiceSpec("store", hosts=("db-1",)))

        def made(session: Session) -> int:
            self.ids = {
                spec.name: host_id
                for spec, host_id in sync_fleet(session, Fleet("shop", hosts, services=services), 1.0).hosts
            }
            incident = Incident(title="slow", started_at=ONSET, opened_at=ONSET + 1)
            session.add(incident)
            session.flush()
            alert = {"source": "rule", "rule": "load", "subject": "web-1", "host_id": self.ids["web-1"]}
            session.add(Alert(**alert, incident_id=incident.id))
            assert incident.id is not None
            return incident.id

        self.number = await self.writer.act(made)

    async def act(self, fn: Callable[[Session], object]) -> None:
        await self.writer.act(fn)

    async def fact(self, host: str, topic: str, before: dict[str, Fields], after: dict[str, Fields], at: float) -> None:
        for moment, items in ((at - HOURS, before), (at, after)):
            reading = FactReading(topic, items)
            await self.writer.facts([FactWrite(self.ids[host], topic, HOURS, moment, reading)])

    async def evidence(self, host: str, section: str, *lines: str) -> None:
        row = EvidenceWrite(self.ids[host], ONSET, Moment.THEN, section, lines)
        await self.act(lambda session: write_evidence(session, self.number, [row]))

    def rows(self) -> list[ChangedRow]:
        with open_reader(self.paths) as reader:
            return what_changed(reader, self.number)


@pytest.fixture
async def world(paths: StatePaths, writer: Writer) -> World:
    made = World(paths, writer)
    await made.build()
    return made


def told(rows: list[ChangedRow]) -> list[tuple[str, Place, ChangedKind, str, float]]:
    return [(row.host, row.place, row.kind, row.text, row.offset_s) for row in rows]


async def test_a_difference_of_facts(world: World) -> None:
    """With both moments between which it lies; on a host that has nothing to do with it nobody looks."""
    for host in ("web-1", "other-1"):
        await world.fact(host, "packages", {"nginx": {"version": "1"}}, {"nginx": {"version": "2"}}, ONSET - 600)
    (row,) = world.rows()
    assert told([row]) == [("web-1", Place.HERE, ChangedKind.PACKAGE, "packages: nginx version 1 → 2", -600.0)]
    assert row.at - row.since_at == HOURS


async def test_many_differences_of_one_reading_are_one(world: World) -> None:
    """An upgrade of forty packages is one thing that happened."""
    before: dict[str, Fields] = {f"p{at:02}": {"version": "1"} for at in range(40)}
    after: dict[str, Fields] = {name: {"version": "2"} for name in before}
    await world.fact("web-1", "packages", before, after, ONSET - 60)
    (row,) = world.rows()
    assert row.count == 40
    assert row.text.startswith("40 packages: p00 version 1 → 2; ")
    assert row.text.endswith("and 37 more")


async def test_jump_hosts_and_the_hosts_of_what_a_service_needs(world: World) -> None:
    """They are upstream: what changed there counts too."""
    await world.act(lambda session: add_event(session, world.ids["jump-1"], ONSET - 30, "boot", "rebooted"))
    await world.fact("db-1", "sysctl", {"vm.swappiness": {"value": "10"}}, {"vm.swappiness": {"value": "90"}}, ONSET)
    assert {(row.host, row.place) for row in world.rows()} == {("jump-1", Place.WAY), ("db-1", Place.SERVICE)}


async def test_acts_by_whom(world: World, alice: Who) -> None:
    """Of the audit, which knows who; looking changes nothing."""

    def acts(session: Session) -> None:
        command = {"command": "systemctl restart app", "timeout": 60.0}
        append_audit(session, alice, "host.run", "host:web-1 host:other-1", command, "asked for a run", ONSET - 90)
        append_audit(session, alice, "host.logs", "host:web-1", {}, "read", ONSET - 80)
        add_event(session, world.ids["web-1"], ONSET - 90, "run", "alice ran systemctl restart app")

    await world.act(acts)
    (row,) = world.rows()
    assert (row.host, row.kind, row.text, row.who) == ("web-1", ChangedKind.ACT, "run: systemctl restart app", "alice")


async def test_what_the_logs_in_the_evidence_tell(world: World) -> None:
    """Sudo, logins, units and packages, each at its own second; lines of before the window are left out."""
    at = iso(ONSET - 120)
    old = iso(ONSET - 100 * HOURS)
    sudo = "sudo[7]:   deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl restart app"
    login = "sshd[8]: Accepted publickey for deploy from 10.0.0.9 port 5 ssh2: ED25519 SHA256:abc"
    await world.evidence("web-1", "acts", f"{at} {sudo}", f"{at} {login}", f"{old} {login}", "no time at all")
    await world.evidence("web-1", "starts", f"{at} systemd[1]: Started pg-backup.service - Backup of the database.")
    await world.evidence("web-1", "packages", f"{at} upgrade nginx:amd64 1.22.1-9 1.22.1-10")
    assert {(row.kind, row.text, row.who, row.offset_s) for row in world.rows()} == {
        (ChangedKind.SUDO, "sudo: deploy → /usr/bin/systemctl restart app", "deploy", -120.0),
        (ChangedKind.LOGIN, "deploy logged in from 10.0.0.9 by publickey", "deploy", -120.0),
        (ChangedKind.UNIT, "pg-backup.service - Backup of the database started", "", -120.0),
        (ChangedKind.PACKAGE, "nginx:amd64 1.22.1-9 → 1.22.1-10", "", -120.0),
    }


async def test_evidence_that_was_taken_twice_tells_once(world: World) -> None:
    """The same line of the same log is one change."""
    line = f"{iso(ONSET - 60)} install nginx:amd64 <none> 1.22.1-9"
    await world.evidence("web-1", "packages", line)
    await world.evidence("web-1", "packages", line)
    assert [row.text for row in world.rows()] == ["nginx:amd64 1.22.1-9 installed"]


async def test_a_package_that_facts_and_log_tell_stands_once(world: World) -> None:
    """With the log's second; what only the facts know stays, and so does another package of another day."""
    before: dict[str, Fields] = {"nginx": {"version": "1"}, "curl": {"version": "1"}}
    after: dict[str, Fields] = {"nginx": {"version": "2"}, "curl": {"version": "2"}}
    await world.fact("web-1", "packages", before, after, ONSET - 600)
    logged = f"{iso(ONSET - 1800)} upgrade nginx:amd64 1 2"
    await world.evidence("web-1", "packages", logged, f"{iso(ONSET - 20 * HOURS)} upgrade curl:amd64 0 1")
    assert [(row.text, row.offset_s) for row in world.rows()] == [
        ("packages: curl version 1 → 2", -600.0), ("nginx:amd64 1 → 2", -1800.0), ("curl:amd64 0 → 1", -20 * HOURS),
    ]  # fmt: skip


async def test_restarts_and_timers_of_the_units_section(world: World) -> None:
    """Between the last two looks, and when a timer ran."""
    document = {
        "restarted": [{"name": "app.service", "restarts": 9, "recent": 3, "over_s": 300.0}],
        "timers": [{"name": "backup.timer", "unit": "backup.service", "ran_s": 500.0}],
    }
    stamp = Stamp(ONSET, 0.0)
    row = SectionWrite(world.ids["web-1"], "units", 300.0, stamp, stamp, Severity.OK, "", document)
    await world.writer.write_latest([], [row])
    assert told(world.rows()) == [
        ("web-1", Place.HERE, ChangedKind.UNIT, "app.service restarted 3 times by systemd", 0.0),
        ("web-1", Place.HERE, ChangedKind.UNIT, "backup.service started by backup.timer", -500.0),
    ]


async def test_the_likeliest_cause_comes_first(world: World, alice: Who) -> None:
    """A package three minutes before it, not the login an hour before, nor what was done about it afterwards."""
    await world.evidence("web-1", "packages", f"{iso(ONSET - 180)} upgrade app:all 1.0 1.1")
    await world.evidence("web-1", "acts", f"{iso(ONSET - HOURS)} sshd[8]: Accepted password for bob from ::1 port 5")
    params = {"command": "systemctl restart app"}
    await world.act(lambda session: append_audit(session, alice, "host.run", "host:web-1", params, "", ONSET + 600))
    await world.act(lambda session: add_event(session, world.ids["web-1"], ONSET + 5, "state", "up → up, warning"))
    assert [row.kind for row in ranked(world.rows())] == [
        ChangedKind.PACKAGE, ChangedKind.STATE, ChangedKind.ACT, ChangedKind.LOGIN,
    ]  # fmt: skip


async def test_an_incident_that_there_is_not(world: World) -> None:
    """It has no changes."""
    with open_reader(world.paths) as reader:
        assert what_changed(reader, 99) == []


async def test_a_document_of_anything(world: World) -> None:
    """What a host made of its section is looked at with suspicion."""
    documents: list[object] = [
        [],
        5,
        {"restarted": 5, "timers": [3, {"ran_s": "x"}]},
        {"restarted": [{"recent": None}]},
    ]
    for document in documents:
        stamp = Stamp(ONSET, 0.0)
        row = SectionWrite(world.ids["web-1"], "units", 1.0, stamp, stamp, Severity.OK, "", document)  # type: ignore[arg-type]
        await world.writer.write_latest([], [row])
        assert world.rows() == []


LINES = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [
            "sudo: a : USER=b ; COMMAND=" * 12, "sudo[1]: " + "x : " * 90, "systemd[1]: Started " + "a" * 390,
            "su: " * 100 + "session opened for user x by y", "Accepted " * 45, "install a b c", "upgrade a b",
        ]
    ),
)  # fmt: skip


@given(st.sampled_from(["acts", "starts", "packages"]), st.lists(LINES, max_size=8), st.text(max_size=25))
def test_logs_of_any_text(section: str, lines: list[str], stamp: str) -> None:
    """A host may write anything into its logs: bounded, harmless rows within the time that was asked for."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE evidence (id INTEGER PRIMARY KEY, incident_id, host_id, section, body)")
    told = [f"{prefix} {line}" for line in lines for prefix in (iso(ONSET), stamp, "9999-12-31T23:59:59-23:59")]
    body, _, _ = squeezed(told)
    connection.execute("INSERT INTO evidence VALUES (1, 1, 1, ?, ?)", (section, body))
    for row in told_by_evidence(connection, 1, {1: ("web-1", Place.HERE)}, ONSET - 10, ONSET + 10):
        assert clean(row.text, 240) == row.text
        assert abs(row.at - ONSET) <= 10


def test_lines_that_are_made_to_take_long_do_not() -> None:
    """Two thousand of the worst."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE evidence (id INTEGER PRIMARY KEY, incident_id, host_id, section, body)")
    for line in ("sudo: a : USER=b ; COMMAN" * 16, "su: " * 100, "systemd[1]: Started " * 20, "Accepted " * 45):
        for section in ("acts", "starts", "packages"):
            body, _, _ = squeezed([f"{iso(ONSET)} {line[:400]}"] * 200)
            connection.execute("INSERT INTO evidence VALUES (NULL, 1, 1, ?, ?)", (section, body))
    began = time.process_time()
    list(told_by_evidence(connection, 1, {1: ("web-1", Place.HERE)}, ONSET - 10, ONSET + 10))
    assert time.process_time() - began < 2.0


async def test_a_change_that_ran_there(world: World) -> None:
    """From its beginning to its end, with what came of it; one that only touched others, or is not begun, is none."""

    def ran(session: Session) -> None:
        web = {"hosts": '["web-1", "far-1"]', "owner": "ann"}
        done = {"state": "ended", "outcome": "successful", "began_at": ONSET - 900, "ended_at": ONSET - 300}
        session.add(Change(title="nginx 1.26", **web, **done))
        session.add(Change(title="kernel", hosts='["jump-1"]', state="running", began_at=ONSET - 60))
        session.add(Change(title="not yet", **web, state="approved"))
        session.add(Change(title="elsewhere", hosts='["other-1"]', state="running", began_at=ONSET - 60))
        session.add(Change(title="last month", **web, state="closed", began_at=1.0, ended_at=2.0))

    await world.act(ran)
    going, done = world.rows()
    assert (going.host, going.place, going.text) == ("jump-1", Place.WAY, "CHG-2 running: kernel")
    assert told([done]) == [("web-1", Place.HERE, ChangedKind.CHANGE, "CHG-1 successful: nginx 1.26", -300.0)]
    assert (done.who, done.at - done.since_at) == ("ann", 600.0)
