"""Faults of real hosts become one incident each, hang on what caused them, and end by themselves when they are over."""

import time
from collections.abc import Iterator

import pytest
from support.broken_things import WITHIN_S
from support.incident_live import BEHIND, IncidentFleet
from support.waiting import until_sync

from tui_ops.model.alerts import AlertState, Suppressor
from tui_ops.model.incidents import Happening, IncidentState
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import incidents

S, A = IncidentState, AlertState

pytestmark = pytest.mark.timeout(600)

VIEWER_UID = 4202

QUIET_S, REOPEN_S = 10.0, 5.0
"""Of the inventory."""

STEADY = "".join(f"  {name}: {{flapping: no}}\n" for name in ("host-down", "units-failed"))
"""Tests follow each other, and the same fault made again and again would flap; that has a test of its own."""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IncidentFleet]:
    fleet = IncidentFleet(tmp_path_factory.mktemp("incidents"), more_rules=STEADY)
    try:
        yield fleet.start()
    finally:
        fleet.close()


@pytest.fixture
def fleet(hosts: IncidentFleet) -> IncidentFleet:
    """The hosts, with nothing wrong, and no incident that a fault of this test would open again."""
    hosts.mend()
    with open_reader(hosts.engine.state) as reader:
        over = max((row.resolved_at or 0.0 for row in incidents(reader, everything=True)), default=0.0)
    until_sync(lambda: time.time() > over + REOPEN_S, QUIET_S)
    return hosts


FAULTS = {
    "units": ("units-failed", Severity.WARNING),
    "disk": ("disk-space", Severity.CRITICAL),
    "spun": ("check-failed", Severity.CRITICAL),
    "killed": ("host-down", Severity.CRITICAL),
    "frozen": ("host-down", Severity.CRITICAL),
}
"""Host with the rule that its fault is for, and how bad it is."""


def told(fleet: IncidentFleet, number: int) -> list[str]:
    """Return what the timeline of an incident says of its alerts."""
    return [line.text for line in fleet.timeline(number) if line.kind is Happening.ALERT]


def resolves_itself(fleet: IncidentFleet, number: int) -> None:
    """Wait until an incident is resolved by the engine, a quiet time after its last alert was over."""
    until_sync(lambda: not fleet.incident(number).is_open, WITHIN_S, lambda: f"it is resolved; now\n{fleet.said()}")
    row = fleet.incident(number)
    assert (row.state, row.resolved_by) == (S.RESOLVED, "")
    ended = max(alert.ended_at or 0.0 for alert in fleet.alerts() if alert.incident_id == number)
    moved = [line for line in fleet.timeline(number) if line.kind is Happening.STATE][-1]
    assert moved.data["by_itself"] is True
    assert moved.at >= ended + QUIET_S


def test_each_fault_is_one_incident_and_ends_by_itself(fleet: IncidentFleet) -> None:
    """A unit killed, a disk written full, a CPU spun, a server killed and one frozen: five incidents, whatever comes
    with them, each with one alert; and each is over when the fault is, without anybody's doing.
    """
    before = fleet.last
    fleet.unit.kill()
    fleet.disk.fill()
    fleet.spin.start()
    fleet.servers["killed"].stop()
    fleet.servers["frozen"].freeze()
    for host, (rule, severity) in FAULTS.items():
        alert = fleet.until_alert(host, rule, A.FIRING)
        assert alert.severity is severity
        assert alert.incident_id is not None, fleet.said()
        row = fleet.incident(alert.incident_id)
        assert (row.state, row.severity, row.rule, row.hosts) == (S.TRIAGE, severity, rule, (host,))
        assert fleet.timeline(row.id)[0].kind is Happening.OPENED
    rows = fleet.after(before)
    assert sorted(row.hosts for row in rows) == sorted((host,) for host in FAULTS), fleet.said()
    assert [row.alerts for row in rows] == [1] * len(FAULTS), fleet.said()
    assert "app.service" in fleet.alerts("units")[0].text
    assert fleet.alerts("disk")[0].subject == f"disk {fleet.disk.mount}"

    fleet.unit.start()
    fleet.disk.empty()
    fleet.spin.stop()
    fleet.servers["killed"].start()
    fleet.servers["frozen"].thaw()
    fleet.engine.act("host.read", *FAULTS)
    for host, (rule, _severity) in FAULTS.items():
        fleet.until_alert(host, rule, A.CLEARED)
    for row in rows:
        resolves_itself(fleet, row.id)
    assert fleet.last == rows[-1].id, f"nothing came after\n{fleet.said()}"


def test_a_jump_host_that_is_cut_is_one_incident(fleet: IncidentFleet) -> None:
    """What lies behind it hangs on it: suppressed, on its incident, and nobody is asked for it; all come back."""
    before = fleet.last
    fleet.servers["jump"].stop()
    fleet.until_alert("jump", "host-down", A.FIRING)
    for name in BEHIND:
        alert = fleet.until_alert(name, "host-unreachable", A.SUPPRESSED)
        assert (alert.suppressed_by, alert.suppressed_ref) == (Suppressor.PARENT, "jump")
    until_sync(lambda: all(fleet.states()[name] is HostState.UNREACHABLE for name in BEHIND), WITHIN_S, fleet.said)
    (row,) = fleet.after(before)
    until_sync(lambda: set(fleet.incident(row.id).hosts) == {"jump", *BEHIND}, WITHIN_S, fleet.said)
    assert row.rule in ("host-down", "site-down"), "whichever was known first"
    firing = {(one.rule, one.subject) for one in fleet.alerts() if one.state is A.FIRING}
    assert firing == {("host-down", "jump"), ("site-down", "site far")}, fleet.said()

    fleet.servers["jump"].start()
    fleet.engine.act("host.read", "jump", *BEHIND)
    fleet.until_alert("jump", "host-down", A.CLEARED)
    for name in BEHIND:
        fleet.until_alert(name, "host-unreachable", A.RESOLVED)
    resolves_itself(fleet, row.id)
    assert [one.id for one in fleet.after(before)] == [row.id], fleet.said()


@pytest.mark.torture
def test_a_check_that_flaps_is_one_alert(fleet: IncidentFleet) -> None:
    """A port that opens and closes again and again: one alert, one incident; the flapping is said once, and no change
    while it lasts.
    """
    before = fleet.last
    for _ in range(30):
        fleet.flip_port()
        alert = fleet.alert("checked", "check-failed")
        if alert is not None and alert.flapping:
            break
    until_sync(lambda: fleet.alerts("checked", "check-failed")[0].flapping, WITHIN_S, fleet.said)
    (row,) = fleet.after(before)
    said = told(fleet, row.id)
    assert sum("begins to flap" in text for text in said) == 1, said
    for _ in range(4):
        fleet.flip_port()
    assert told(fleet, row.id) == said, "while it flaps, no change of it is told"
    if not fleet.listener.is_open:
        fleet.flip_port()
    for _ in range(20):
        fleet.look_at_port()
    fleet.until_alert("checked", "check-failed", A.CLEARED)
    assert not fleet.alerts("checked", "check-failed")[0].flapping
    resolves_itself(fleet, row.id)
    assert [one.id for one in fleet.after(before)] == [row.id], fleet.said()


def test_restarts_change_nothing(fleet: IncidentFleet) -> None:
    """Killed and stopped while a fault lasts, the engine goes on with the same alert, incident and acknowledgement."""
    before = fleet.last
    fleet.unit.kill()
    fleet.servers["killed"].stop()
    unit = fleet.until_alert("units", "units-failed", A.FIRING)
    gone = fleet.until_alert("killed", "host-down", A.FIRING)
    numbers = [row.id for row in fleet.after(before)]
    assert sorted(numbers) == sorted([unit.incident_id, gone.incident_id])  # type: ignore[type-var]
    assert fleet.engine.act("incident.acknowledge", f"INC-{unit.incident_id}").message.startswith(
        f"INC-{unit.incident_id} ack"
    )
    until = fleet.incident(unit.incident_id or 0).ack_until
    fleet.engine.kill()
    fleet.engine.start()
    fleet.read_now("units", "killed", section="units")
    assert fleet.engine.stop() == 0
    fleet.engine.start()
    fleet.read_now("units", "killed", section="units")
    for old in (unit, gone):
        now = fleet.alert(old.host, old.rule)
        assert now is not None
        assert (now.id, now.episode, now.started_at, now.incident_id) == (
            old.id, old.episode, old.started_at, old.incident_id,
        )  # fmt: skip
    assert fleet.is_in("units", "units-failed", A.ACKNOWLEDGED)
    assert fleet.is_in("killed", "host-down", A.FIRING)
    row = fleet.incident(unit.incident_id or 0)
    assert (row.ack_until, row.state, bool(row.owner)) == (until, S.INVESTIGATING, True)
    assert [one.id for one in fleet.after(before)] == numbers, fleet.said()

    fleet.unit.start()
    fleet.servers["killed"].start()
    fleet.engine.act("host.read", "units", "killed")
    fleet.until_alert("killed", "host-down", A.CLEARED)
    assert fleet.until_alert("units", "units-failed", A.RESOLVED).acked_by, "it was seen"
    assert fleet.engine.act("incident.resolve", f"INC-{unit.incident_id}", cause="software", helped="a restart").message
    resolves_itself(fleet, gone.incident_id or 0)


@pytest.mark.torture
def test_what_a_restart_missed_is_over(fleet: IncidentFleet) -> None:
    """A fault that was mended while no engine ran ends with the first reading."""
    fleet.servers["killed"].stop()
    old = fleet.until_alert("killed", "host-down", A.FIRING)
    fleet.engine.kill()
    fleet.servers["killed"].start()
    fleet.engine.start()
    now = fleet.until_alert("killed", "host-down", A.CLEARED)
    assert (now.id, now.incident_id) == (old.id, old.incident_id)
    resolves_itself(fleet, old.incident_id or 0)


@pytest.mark.torture
def test_a_rule_taken_out_ends_its_alert(fleet: IncidentFleet) -> None:
    """An inventory without the rule comes into force: what it said is over, by a word that says why."""
    before = fleet.last
    fleet.unit.kill()
    old = fleet.until_alert("units", "units-failed", A.FIRING)
    fleet.engine.inventory.write_text(fleet.text.replace("units-failed: {flapping: no}", "units-failed: no"))
    fleet.engine.act("fleet.reload")
    now = fleet.until_alert("units", "units-failed", A.CLEARED)
    assert (now.id, now.incident_id) == (old.id, old.incident_id)
    assert "the rule does not look at it any more" in told(fleet, old.incident_id or 0)[-1]
    fleet.engine.inventory.write_text(fleet.text)
    fleet.engine.act("fleet.reload")
    fleet.engine.act("host.read", "units")
    again = fleet.until_alert("units", "units-failed", A.FIRING)
    assert (again.id, again.episode, again.incident_id) == (old.id, old.episode + 1, old.incident_id)
    fleet.unit.start()
    fleet.engine.act("host.read", "units")
    fleet.until_alert("units", "units-failed", A.CLEARED)
    assert [row.id for row in fleet.after(before)] == [old.incident_id]
    resolves_itself(fleet, old.incident_id or 0)


def test_acts_over_the_socket(fleet: IncidentFleet) -> None:
    """Acknowledge, note and resolve by ``tui-ops do``: on the timeline by the audit entries that wrote them; a viewer
    is refused, and changes nothing.
    """
    run = fleet.engine.run
    fleet.unit.kill()
    number = fleet.until_alert("units", "units-failed", A.FIRING).incident_id
    assert number is not None
    name = f"INC-{number}"
    said = fleet.act_as(VIEWER_UID, "incident.acknowledge", name)
    assert said.startswith("forbidden "), said
    assert fleet.incident(number).acked_by == ""

    for words in (
        ("incident.acknowledge", name), ("incident.note", name, "text=the app ran out of files"),
    ):  # fmt: skip
        done = run("do", *words)
        assert done.returncode == 0, done.stderr
    assert fleet.is_in("units", "units-failed", A.ACKNOWLEDGED)
    fleet.unit.start()
    fleet.engine.act("host.read", "units")
    fleet.until_alert("units", "units-failed", A.RESOLVED)
    assert fleet.incident(number).is_open, "an incident that somebody owns waits for him"
    done = run("do", "incident.resolve", name, "cause=software", "helped=started it again")
    assert done.returncode == 0, done.stderr
    row = fleet.incident(number)
    assert (row.state, row.cause, row.helped) == (S.RESOLVED, "software", "started it again")
    assert row.resolved_by != ""
    lines = {line.kind: line for line in fleet.timeline(number) if line.who}
    assert lines[Happening.NOTE].text == "the app ran out of files"
    with open_reader(fleet.engine.state) as reader:
        entries = {entry.id: entry.action for entry in audit(reader, limit=10_000)}
    assert {kind: entries[line.audit_id or 0] for kind, line in lines.items()} == {
        Happening.ACKNOWLEDGED: "incident.acknowledge", Happening.NOTE: "incident.note",
        Happening.STATE: "incident.resolve",
    }  # fmt: skip
    assert "whole" in run("audit", "verify").stdout


@pytest.mark.torture
def test_a_host_under_a_new_name_goes_on_in_the_same_incident(fleet: IncidentFleet) -> None:
    """An alert is about a host by its name: the old name's is over, the new one's joins the incident."""
    before = fleet.last
    fleet.servers["killed"].stop()
    old = fleet.until_alert("killed", "host-down", A.FIRING)
    fleet.engine.inventory.write_text(fleet.text.replace("  killed: {", "  moved: {was: [killed], "))
    fleet.engine.act("fleet.reload")
    until_sync(lambda: fleet.subject("moved") is A.FIRING, WITHIN_S, fleet.said)
    assert fleet.subject("killed") is A.CLEARED
    assert {row.incident_id for row in fleet.alerts("moved")} == {old.incident_id}
    fleet.servers["killed"].start()
    fleet.engine.act("host.read", "moved")
    until_sync(lambda: fleet.subject("moved") is A.CLEARED, WITHIN_S, fleet.said)
    assert [row.id for row in fleet.after(before)] in ([], [old.incident_id]), fleet.said()
