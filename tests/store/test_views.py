"""What is shown against what is written: tables and views column by column, and ages at the moment of looking."""

import dataclasses
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest
from sqlmodel import Session, SQLModel

from tui_ops.model.clock import Stamp, boot_id
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import HostSpec, ServiceSpec
from tui_ops.model.people import Role, Who
from tui_ops.model.readings import VALUES
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.security.findings import take_sweep
from tui_ops.store.audit import append_audit
from tui_ops.store.facts import FactWrite
from tui_ops.store.live import LatestWrite, SectionWrite, tell_engine, touch
from tui_ops.store.paths import StatePaths
from tui_ops.store.records import begin_maintenance
from tui_ops.store.tables import HostKey, HostLatest, HostVulnerabilities, Maintenance, Service
from tui_ops.store.views.audit import audit, audit_links
from tui_ops.store.views.beats import heartbeats
from tui_ops.store.views.budgets import budgets
from tui_ops.store.views.changed import what_changed
from tui_ops.store.views.changeruns import cell_output, run_cells, run_fixed, runs_of
from tui_ops.store.views.changes import approvals, change, change_lines, changes, links, plan_versions, written
from tui_ops.store.views.compliance import audit as kept_audit
from tui_ops.store.views.compliance import audits, compliance_facts, frameworks_shown, place_tallies
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.dryruns import dry_run
from tui_ops.store.views.evidence import evidence_of
from tui_ops.store.views.exposed import baselines, kinds_set, logins
from tui_ops.store.views.facts import differences, items, topics
from tui_ops.store.views.figures import measured
from tui_ops.store.views.findingnumbers import counts as finding_counts
from tui_ops.store.views.findingnumbers import time_to_fix, trend, trend_of_today
from tui_ops.store.views.findings import acceptances, finding, findings, folded
from tui_ops.store.views.handover import acts_since, host_changes, running_out, since
from tui_ops.store.views.hosts import host_ids, hosts, max_version, reage
from tui_ops.store.views.incidents import alerts, alerts_of, incident, incidents, silences, timeline
from tui_ops.store.views.judged import judged
from tui_ops.store.views.lists import events, keys, maintenances, operators, services, sites
from tui_ops.store.views.matching import candidates
from tui_ops.store.views.metrics import metrics
from tui_ops.store.views.oncall import notifications, oncall, replayed
from tui_ops.store.views.pages import engine, host
from tui_ops.store.views.planned import changing, delegations, freezes, models, releases
from tui_ops.store.views.pressing import pressing
from tui_ops.store.views.pressing import told as told_of_findings
from tui_ops.store.views.problems import (
    action_items,
    known_errors,
    like_before,
    linked,
    problem,
    problem_lines,
    problems,
)
from tui_ops.store.views.reviews import review, reviews
from tui_ops.store.views.scans import imports
from tui_ops.store.views.verdicts import verdict_counts, verdicts
from tui_ops.store.views.vulnerabilities import cves, feeds, judged_stamp, vulnerabilities
from tui_ops.store.views.vulnerabilities import hosts as vulnerable_hosts
from tui_ops.store.vulnerabilities import packed
from tui_ops.store.writer import Writer

Sync = Callable[..., Awaitable[object]]

ALICE = Who("alice", Role.ADMIN, 1)

NOT_SHOWN: dict[str, set[str]] = {
    "host": {"first_seen_at"},
    "hostkey": {"public_key"},
    "host_latest": {"boot_id", "tried_mono"},
    "section_latest": {"tried_mono"},
    "alert": {"runbook", "shelved_by", "expires_at"},
    "incident": {"group_key", "priority_by"},
    "oncall_override": {"revision"},
    "oncall_plan": {"at"},
    "notification": {"body", "batch"},
    "evidence": {"count"},
    "known_error": {"undo"},
    "review": {"id", "undo"},
    "action_item": {"undo"},
    "change_run": {"token", "watched_until"},
    "changing_plan": {"at"},
    "slo": {"measured_by", "settled", "freeze_id"},
    "finding": {"undo"},
    "finding_line": {"data"},
    "vex_statement": {
        "id",
        "import_id",
        "name",
        "status",
        "why",
        "products",
        "host_id",
        "source",
        "by_uid",
        "at",
        "expires_at",
        "ended_at",
        "ended_by",
    },
    "acceptance": {"statement_id", "asked_uid", "version", "restart_due", "revision"},
    "attestation": {"version"},
    "baseline": {"revision"},
    "slo_day": {"service", "day", "good", "bad"},
}
"""Columns that only the engine reads, by table."""


def place_tallies_now(connection: sqlite3.Connection) -> object:
    return place_tallies(connection, 1.0)


def audit_now(connection: sqlite3.Connection) -> object:
    return kept_audit(connection, 1)


def up(host_id: int, at: float, **changes: object) -> LatestWrite:
    fields: dict[str, object] = {
        "state": HostState.UP, "reason": "", "severity": Severity.OK, "since_at": 1.0, "tried": Stamp(at, at),
        "good": Stamp(at, at), "next_at": at + 10, "os": "Debian", "kernel": "6.1", "poll_ms": 4.0,
        "values": dict.fromkeys(VALUES, 1.5), "detail": {"cpu.user": 3.0, "load.1": 0.5, "net.rx_bytes eth0": 7.0},
        "sparks": b"s", "sparks_minute": 3,
    }  # fmt: skip
    return LatestWrite(host_id, **{**fields, **changes})  # type: ignore[arg-type]


def test_the_headline_values_are_columns() -> None:
    """Every name of model.readings.VALUES is a column of host_latest."""
    assert set(VALUES) <= set(HostLatest.model_fields)


async def test_every_column_is_read_and_every_column_read_exists(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """SQLite itself says which columns the views' SQL touches; a column that nothing shows must be named here."""
    await sync(HostSpec("a", "a", "x"))
    await writer.write_latest([up(1, 100.0)])
    await writer.act(lambda session: append_audit(session, ALICE, "x", "host:a", {}, "ok", 1.0))
    await writer.facts([FactWrite(1, "packages", 3600.0, 1.0, FactReading("packages", {"bash": {}}))])
    seen = Sweep(
        "check", "c", 1, FindingKind.ACCESS, FindingSeverity.LOW, "t", CheckResult.FAIL, 1.0, (Seen("", "x"),)
    )  # fmt: skip
    await writer.act(lambda session: take_sweep(session, seen, 1.0, SecuritySpec()))
    await writer.act(lambda session: session.add(HostVulnerabilities(host_id=1, items=packed([]))))
    touched: set[tuple[str, str]] = set()

    def watch(action: int, first: str | None, second: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and first and second:
            touched.add((first, second))
        return sqlite3.SQLITE_OK

    with open_reader(paths) as reader:
        reader.read(lambda connection: connection.set_authorizer(watch))
        _call_every_view(reader)
    expected = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name not in NOT_SHOWN.get(table.name, set())
    }
    read = {one for one in touched if one[0] in SQLModel.metadata.tables}
    assert expected - read == set(), "columns that no view reads"
    assert {one for one in read if one[1] in NOT_SHOWN.get(one[0], set())} == set(), "columns said not to be shown"


def _call_every_view(reader: Reader) -> None:
    compliance_facts(reader, "", 1.0)
    for view in (audits, frameworks_shown, place_tallies_now, audit_now):
        reader.read(view)
    hosts(reader)
    hosts(reader, since_version=1)
    host(reader, "a")
    for view in (engine, audit, events, keys, maintenances, operators, services, sites, host_ids, max_version):
        view(reader)
    list(metrics(reader))
    list(audit_links(reader))
    topics(reader)
    list(items(reader))
    differences(reader)
    _call_views_of_trouble(reader)
    _call_views_of_changes(reader)
    _call_views_of_findings(reader)
    _call_views_of_exposure(reader)


def _call_views_of_findings(reader: Reader) -> None:
    findings(reader)
    finding(reader, 1)
    folded(reader, 0)
    acceptances(reader)
    finding_counts(reader, 0)
    trend(reader)
    trend_of_today(reader, 1.0)
    time_to_fix(reader, 0)
    verdicts(reader)
    verdict_counts(reader)
    judged(reader, [1], ["packages"])
    pressing(reader, list(FindingSeverity), "engine")
    told_of_findings(reader)


def _call_views_of_exposure(reader: Reader) -> None:
    for listed in (feeds, vulnerable_hosts, cves, candidates, logins, baselines, imports):
        listed(reader)
    list(vulnerabilities(reader))
    judged_stamp(reader)
    kinds_set(reader, [1])


def _call_views_of_trouble(reader: Reader) -> None:
    incidents(reader)
    incidents(reader, since_version=1)
    alerts(reader)
    for view in (incident, alerts_of, timeline, problem, problem_lines, linked, like_before, review, evidence_of):
        view(reader, 1)
    for listed in (heartbeats, silences, problems, known_errors, action_items, reviews):
        listed(reader)
    measured(reader, 0, 9e9)
    running_out(reader, 0, 9e9)
    for since_view in (since, host_changes, acts_since):
        since_view(reader, 0)
    what_changed(reader, 1, 86400)
    oncall(reader, 0)
    replayed(reader, 1, 9e9)
    notifications(reader)


def _call_views_of_changes(reader: Reader) -> None:
    changes(reader)
    changes(reader, since_version=1)
    for view in (change, written, approvals, change_lines, plan_versions, links, dry_run):
        view(reader, 1)
    for of_run in (runs_of, run_fixed, run_cells):
        of_run(reader, 1)
    for listed in (changing, freezes, models, releases, budgets):
        listed(reader)
    delegations(reader, 0)
    cell_output(reader, 1, "a", "steps-1")


async def test_types_of_columns_fit_the_fields_that_show_them(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """Each field of a full host row has a value of its annotated type, and no field is left at its default."""
    spec = HostSpec(
        "a", "key", "192.0.2.1", 2222, "ops", ("jump",), "lon", "b1", ("web",), (("t", "1"),), 5.0, 30.0
    )  # fmt: skip
    await sync(spec)
    await writer.act(lambda session: session.add(_held(1, 0.0, 500.0)))
    await writer.write_latest([up(1, 100.0, state=HostState.DOWN, reason="no route", severity=Severity.WARNING)])
    with open_reader(paths) as reader:
        row = hosts(reader, present=Stamp(101.0, 0.0))[0]
    found = dataclasses.asdict(row)
    assert [name for name, value in found.items() if value is None or value == "" or value == () or value == {}] == []
    assert (row.id, row.key, row.port, row.user, row.via) == (1, "key", 2222, "ops", ("jump",))
    assert (row.site, row.rack, row.groups, row.labels) == ("lon", "b1", ("web",), {"t": "1"})
    assert (row.period_s, row.slow_period_s, row.age_s, row.since_at, row.tried_at) == (5.0, 30.0, 1.0, 1.0, 100.0)
    assert (row.os, row.kernel, row.poll_ms, row.next_at) == ("Debian", "6.1", 4.0, 110.0)
    assert (row.sparks, row.sparks_minute, row.maintenance_until) == (b"s", 3, 500.0)
    assert row.values == dict.fromkeys(VALUES, 1.5)
    assert row.version == 2, "one version by the inventory, one by the poll"


def _held(host_id: int, starts_at: float, ends_at: float, reason: str = "disk") -> Maintenance:
    return Maintenance(host_id=host_id, starts_at=starts_at, ends_at=ends_at, reason=reason, by="alice")


async def test_rows_grow_old_without_being_read_again(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """Up, then stale, then unknown, from one read; only the rows that look different are told."""
    await sync(HostSpec("a", "a", "x"), HostSpec("b", "b", "x", period_s=60.0))
    await writer.write_latest([up(1, 100.0), up(2, 100.0)])
    with open_reader(paths) as reader:
        rows = hosts(reader, present=Stamp(101.0, 0.0))
    assert [row.state for row in rows] == ["up", "up"]
    assert reage(rows, Stamp(110.0, 0.0)) == []
    assert [row.name for row in reage(rows, Stamp(116.0, 0.0))] == ["a"]
    assert (rows[0].state, rows[0].age_s, rows[0].values["cpu"]) == (HostState.STALE, 16.0, 1.5)
    reage(rows, Stamp(401.0, 0.0))
    assert (rows[0].values, rows[0].severity, rows[0].reason) == ({}, Severity.UNKNOWN, "no reading for 5m")
    assert rows[1].values["cpu"] == 1.5, "a slower host is unknown later"
    reage(rows, Stamp(101.0, 0.0))
    assert (rows[0].state, rows[0].values["cpu"]) == (HostState.UP, 1.5), "a wall clock that was set back"


async def test_ages_come_from_the_boot_clock_where_it_is_ours(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """Setting the wall clock of the machine makes nothing old; a copy on another machine goes by the wall."""
    await sync(HostSpec("a", "a", "x"))
    await writer.write_latest([up(1, 100.0)])
    for boot, age in ((boot_id(), 3.0), ("another", 7777.0 - 100.0)):
        await writer.note(lambda session, boot=boot: tell_engine(session, boot_id=boot))
        with open_reader(paths) as reader:
            assert hosts(reader, present=Stamp(7777.0, 103.0))[0].age_s == age


async def test_a_maintenance_covers_a_host_for_its_time(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """It begins and ends by itself; ended early it is over at once."""
    await sync(HostSpec("a", "a", "x"))

    def announce(session: Session) -> None:
        session.add(_held(1, 110.0, 200.0, "new disk"))
        touch(session, [1])

    await writer.act(announce)
    await writer.write_latest([up(1, 100.0, state=HostState.DOWN, reason="no route")])
    with open_reader(paths) as reader:
        rows = hosts(reader, present=Stamp(105.0, 0.0))
        assert rows[0].state == "down"
        reage(rows, Stamp(120.0, 0.0))
        assert (rows[0].state, rows[0].underlying, rows[0].maintenance_until) == ("maintenance", "down", 200.0)
        assert rows[0].reason.startswith("until ")
        assert rows[0].reason.endswith(": new disk (down: no route)")
        reage(rows, Stamp(200.0, 0.0))
        assert (rows[0].state, rows[0].maintenance_until) == ("down", None)
        assert [one.reason for one in maintenances(reader, at=120.0)] == ["new disk"]
        assert maintenances(reader, at=105.0) == maintenances(reader, at=200.0) == []
        await writer.act(lambda session: setattr(session.get(Maintenance, 1), "ended_at", 130.0))
        assert hosts(reader, present=Stamp(140.0, 0.0))[0].state == "down"
        assert [one.ended_at for one in maintenances(reader, active_only=False)] == [130.0]


async def test_keys_by_host_and_only_the_undecided(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """What ``tui-ops trust`` asks about."""
    await sync(HostSpec("a", "a", "x"), HostSpec("b", "b", "x"))
    offered = [
        (1, "SHA256:1", 5.0, None),
        (1, "SHA256:2", None, None),
        (2, "SHA256:3", None, None),
        (2, "SHA256:4", 5.0, 6.0),
    ]
    await writer.act(
        lambda session: session.add_all(
            HostKey(
                host_id=of, kind="ssh-ed25519", fingerprint=text, public_key="", trusted_at=trusted, revoked_at=revoked
            )
            for of, text, trusted, revoked in offered
        )
    )
    with open_reader(paths) as reader:
        assert [key.fingerprint for key in keys(reader, untrusted_only=True)] == ["SHA256:2", "SHA256:3"]
        assert [key.fingerprint for key in keys(reader, "a")] == ["SHA256:1", "SHA256:2"]


async def test_services_that_need_a_host_are_found_through_others(
    writer: Writer, paths: StatePaths, sync: Sync
) -> None:
    """A database host is needed by the shop, and by what sells through the shop; a loop does not hang the page."""
    await sync(HostSpec("a", "a", "x"), HostSpec("b", "b", "x"))
    await writer.write_latest([up(1, 100.0)])
    given = [
        ServiceSpec("db", hosts=("a", "b", "gone")),
        ServiceSpec("shop", depends_on=("db", "app")),
        ServiceSpec("app", depends_on=("shop",)),
    ]
    await writer.act(
        lambda session: session.add_all(
            Service(name=one.name, hosts=json.dumps(one.hosts), depends_on=json.dumps(one.depends_on)) for one in given
        )
    )
    with open_reader(paths) as reader:
        page = host(reader, "a", Stamp(102.0, 0.0))
        assert page is not None
        assert (page.carries, page.needed_by) == (["db"], ["app", "shop"])
        assert page.standing == {"db": (1, 3)}, "one is up, one was never read, one is not watched"
        assert host(reader, "no-such") is None
    await writer.act(lambda session: begin_maintenance(session, [1], 90.0, 900.0, "kernel", "alice"))
    with open_reader(paths) as reader:
        page = host(reader, "a", Stamp(102.0, 0.0))
        assert page is not None
        assert page.standing == {"db": (1, 3)}, "one in maintenance answers all the same"


async def test_a_run_that_failed_is_told_from_an_unknown_judgement(
    writer: Writer, paths: StatePaths, sync: Sync
) -> None:
    """A section may itself judge something as unknown; one that could not be read keeps its last document."""
    await sync(HostSpec("a", "a", "x"))
    at, later = Stamp(100.0, 100.0), Stamp(160.0, 160.0)
    rows = [
        SectionWrite(1, name, 60.0, at, at, Severity.UNKNOWN, "df says nothing of /x", {"n": 1})
        for name in ("filesystems", "units")
    ]
    await writer.write_latest([up(1, 100.0)], [*rows, SectionWrite(1, "smart", 60.0, at, None, Severity.UNKNOWN, "no")])
    await writer.write_latest([], [SectionWrite(1, "units", 60.0, later, None, Severity.UNKNOWN, "timed out")])
    with open_reader(paths) as reader:
        page = host(reader, "a", Stamp(170.0, 0.0))
        assert page is not None
        found = {one.section: (one.failed, one.text, one.document) for one in page.sections}
    assert found == {
        "filesystems": (False, "df says nothing of /x", {"n": 1}), "units": (True, "timed out", {"n": 1}),
        "smart": (True, "no", {}),
    }  # fmt: skip


async def test_metrics_have_units_and_an_order(
    writer: Writer, paths: StatePaths, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counters are rates, CPU time is a share; hosts without readings give nothing, many come in chunks."""
    monkeypatch.setattr("tui_ops.store.views.metrics.CHUNK", 2)
    await sync(*(HostSpec(f"h{n}", f"h{n}", "x") for n in range(5)))
    await writer.write_latest([up(1, 100.0), up(4, 100.0)])
    with open_reader(paths) as reader:
        found = list(metrics(reader, present=Stamp(102.0, 0.0)))
        assert [(row.host, row.metric, row.label, row.unit) for row in found[:3]] == [
            ("h0", "cpu.user", "", "percent"), ("h0", "load.1", "", "tasks"), ("h0", "net.rx_bytes", "eth0", "bytes/s"),
        ]  # fmt: skip
        assert ({row.host for row in found}, found[0].age_s) == ({"h0", "h3"}, 2.0)
        assert {row.host for row in metrics(reader, ["h3", "h4"])} == {"h3"}


async def test_without_an_engine_there_is_still_a_row(paths: StatePaths) -> None:
    """The header can be drawn before any engine ever ran."""
    with open_reader(paths) as reader:
        assert engine(reader).age_s is None
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        assert connection.execute("SELECT count(*) FROM engine_info").fetchone() == (0,)
