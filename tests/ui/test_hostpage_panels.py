"""The panels of the host page: what each shows of a document, which nothing it shows, and that none ever raises."""

import copy
import random
import re
from dataclasses import replace

import pytest
from support import host_documents
from support.desk_world import DETAIL, Case, spark_bytes, values_of

from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.model.clock import Stamp, now
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.rows import EventRow, HostPage, HostRow, KeyRow, MaintenanceRow, SectionRow
from tui_ops.ui import hostpage
from tui_ops.ui.columns import Look, minute_of
from tui_ops.ui.paint import Ink, Line, line_width, plain
from tui_ops.ui.panels import Pen
from tui_ops.ui.sections.changed import TITLES
from tui_ops.ui.sections.links import NO_CARRIER, judged, link_state, speed_text

WIDTHS = (46, 80, 120, 200)
OF_SECTION = {
    "top": "processes", "units": "units", "filesystems": "filesystems", "interfaces": "interfaces",
    "containers": "containers", "arrays": "arrays", "disk health": "smart", "listening": "sockets",
    "sensors": "sensors", "hardware": "hardware", "clock": "timesync", "volumes": "volumes",
    "errors logged": "journal",
}  # fmt: skip
"""Panels by the section that they show."""

PRESENT = now()


def row_of(case: Case | None = None, present: Stamp = PRESENT) -> HostRow:
    case = case or Case("db-2.lon", severity=Severity.WARNING, reason="/ 91 % full, 7.2 GiB left", cpu=38)
    minute = minute_of(present)
    return HostRow(
        1, case.name, case.name, case.address, case.site, case.rack, case.groups, {"tier": "1"}, case.state,
        case.reason, case.severity, present.at - 3 * 3600, case.age_s, 10.0, None, case.os, case.kernel,
        values_of(case) if case.age_s is not None else {}, spark_bytes(case.cpu, minute), minute, 1, 1,
        underlying=case.state, poll_ms=12.0,
    )  # fmt: skip


def section(name: str, document: object, **changes: object) -> SectionRow:
    fields: dict[str, object] = {"period_s": 60.0, "age_s": 5.0, "severity": Severity.OK, "text": ""}
    return SectionRow(name, **{**fields, **changes}, document=document)  # type: ignore[arg-type]


def page_of(documents: dict[str, dict[str, object]], row: HostRow | None = None, **changes: object) -> HostPage:
    sections = [section(name, copy.deepcopy(document), **changes) for name, document in documents.items()]
    return HostPage(
        row or row_of(), dict(DETAIL), sections,
        [EventRow(number, PRESENT.at - 600 * number, "db-2.lon", "state", f"event {number}") for number in range(30)],
        [KeyRow(1, "db-2.lon", "ssh-ed25519", "SHA256:" + "k" * 43, PRESENT.at, PRESENT.at, "alice", None, 1)],
        [MaintenanceRow(1, "db-2.lon", PRESENT.at, PRESENT.at + 3600, "kernel", "alice", None, 1)],
        ["shop-db"], {"shop-db": (2, 3)}, ["shop", "billing"],
    )  # fmt: skip


def pen(width: int = 80, whole: bool = False, ascii_only: bool = False) -> Pen:
    return Pen(width, Look(ascii_only, minute_of(PRESENT)), PRESENT, whole)


def panel(name: str) -> hostpage.Panel:
    return next(one for one in hostpage.PANELS if one.name == name)


def text_of(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def shown(name: str, page: HostPage, width: int = 80, whole: bool = False) -> str:
    return text_of(panel(name).draw(page, pen(width, whole)))


def full() -> HostPage:
    return page_of(host_documents.ALL)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1.0, ("1 host", "1 row to be written", "1 dashboard or command")),
        (2.0, ("2 hosts", "2 rows to be written", "2 dashboards and commands")),
    ],
)
def test_the_engine_counts_its_work_in_words(number: float, said: tuple[str, ...]):
    """One of a thing is said as one."""
    page = page_of({}, replace(row_of(), address=ENGINE_ADDRESS))
    page.detail.update({"engine.hosts": number, "engine.queue": number, "engine.clients": number})
    lines = [line.rstrip() for line in shown("work", page).splitlines()]
    for words in said:
        assert any(line.endswith(f" {words}") for line in lines), lines


# What a full document shows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("top", ("over 2 s", "312 processes, 2 running, 1 blocked, 3 zombies, 900 threads", "PID", "62.4 %", "6.2 GiB",
                 "postgres: 15/main: walwriter", "[kworker/3:1H-kblockd]")),
        ("units", ("degraded", "✖ cron.service", "activating: auto-restart", "61 active, 1 activating, 40 inactive",
                   "▲ node-exporter.service restarted 4 times since the last look, 14 in all",
                   "▲ pg-backup.timer", "5h late")),
        ("clock", ("synchronised by chrony", "10.0.0.2, stratum 3", "57 µs behind, give or take 541 µs", "2m ago")),
        ("volumes", ("▲ vg0/before", "has run full and is lost", "▲ vg0/snapshots", "data 84 %, metadata 12 %",
                     "1 missing", "60.0 GiB free, 3 volumes", "3 errors, 2 devices")),
        ("limits", ("docker", "Memory    512 MiB", "1.5 of the machine's", "300 MiB of 512 MiB", "12 %", "42 of 100")),
        ("errors logged", ("2.4 a minute in 5m", "sshd", "kex_exchange", "1 error of others")),
        ("filesystems", ("/var/lib/postgresql", "91 %", "7.2 GiB", "hanging", "FREE")),
        ("interfaces", ("▲ eth1", "no carrier", "up 100M half", "up 10G", "208M", "10.0.3.21/24", "IN b/s")),
        ("containers", ("▲ pgbouncer", "Restarting (1)", "● shop-api", "1 restarting", "? needs privilege: podman")),
        ("arrays", ("▲ md0", "degraded, 1 missing, sdb2 failed", "● tank", "894 GiB")),
        ("disk health", ("▲ /dev/sdb", "failing, 8 sectors", "93 % worn", "● /dev/sda", "41 °C", "7.0 y")),
        ("listening", ("3 reachable, 2 local", "5432  postgres", "uid 106")),
        ("sensors", ("▲ AC Mains", "off line", "64 %", "▲ coretemp Package id 0", "83 °C", "1180 rpm", "142.0 W")),
        ("hardware", ("Dell Inc. PowerEdge R640", "2 sockets, 32 cores, 64 threads, x86_64", "rotating")),
        ("facts", ("db-2", "systemd", "Europe/London", "Booted")),
        ("checks", ("● all 14 ok: Arrays, Clock, Containers", "Listening")),
        ("state", ("db-2.lon", "/ 91 % full", "Carries   shop-db (2 of 3 up)  ← shop, billing")),
        ("vitals", ("the last hour", "38 %", "sda busy 41 %", "iowait 4")),
    ],
)  # fmt: skip
def test_a_panel_shows_what_its_document_says(name: str, texts: tuple[str, ...]):
    """Numbers with their units, states with a word beside the sign."""
    found = shown(name, full())
    for text in texts:
        assert text in found


@pytest.mark.parametrize(
    ("name", "entry"), [("top", r"^ *[0-9]+ \w+.* %"), ("units", r"^[✖▲●] \S+\."), ("events", "event ")]
)
@pytest.mark.parametrize("whole", [False, True])
def test_a_panel_that_fills_the_screen_shows_all(name: str, entry: str, whole: bool):
    """Beside the others a panel keeps to what matters; alone it leaves nothing out."""
    found = [one for one in shown(name, full(), 120, whole).splitlines() if re.search(entry, one)]
    assert len(found) == {"top": (10, 12), "units": (5, 12), "events": (8, 30)}[name][whole]


def test_cpu_that_is_not_known_yet_says_so():
    """One look at the processes gives their memory; their CPU takes a second one."""
    documents = copy.deepcopy(host_documents.ALL)
    documents["processes"]["over_s"] = None
    for one in documents["processes"]["top"]:  # type: ignore[attr-defined]
        one["cpu"] = None
    page = page_of(documents)
    found = shown("top", page)
    assert "CPU needs a second look" in found
    assert "  –  " in found
    assert "postgres 6.2 GiB" in text_of(hostpage.detail(page.host, page, pen(52), 40))


def test_the_panel_beside_the_list_tells_the_rest_in_a_line_each():
    """After the vitals: the busiest processes, the units, what is carried; then blocks."""
    page = full()
    found = text_of(hostpage.detail(page.host, page, pen(60), 40))
    assert "Top       postgres 62 %   postgres 22 %   pg_dump 14 %" in found
    assert "Units     ✖ 2 failed: cron, pg-backup" in found
    assert "Carries   shop-db (2 of 3 up)" in found
    assert found.index("Carries") < found.index("Filesystems") < found.index("Events")
    assert len(hostpage.detail(page.host, page, pen(60), 12)) == 12


def test_units_without_trouble_take_one_line():
    """Nothing failed: that is said, with how many run."""
    page = page_of(host_documents.EMPTY)
    found = shown("units", page)
    assert "● none failed" in found
    assert "Units     0 active" in text_of(hostpage.detail(page.host, page, pen(60), 40))


# The four kinds of nothing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["top", "filesystems", "interfaces", "containers"])
def test_a_document_with_nothing_in_it_is_said_to_be_well(name: str):
    """Empty is neither an error nor a wait."""
    page = page_of(host_documents.EMPTY)
    if name == "interfaces":
        page.detail = {}
    found = shown(name, page)
    assert len(found.splitlines()) >= 2
    assert "not read" not in found


@pytest.mark.parametrize("name", ["top", "units", "filesystems", "interfaces"])
def test_a_section_that_was_never_read_is_waited_for(name: str):
    """And on a host that does not answer it is said that it never was."""
    page = HostPage(row_of(), {})
    assert "waiting for" in shown(name, page)
    page.host = row_of(Case("db-1", HostState.DOWN, "no answer", age_s=None))
    assert "never read: down" in shown(name, page)


def test_what_few_hosts_have_is_not_waited_for_on_the_page():
    """Its panel does not stand; the facts name it in one line."""
    page = HostPage(row_of(), {})
    names = [one.name for one in hostpage.shown_panels(page, pen(200))]
    assert not {"containers", "arrays", "disk health", "sensors", "listening", "hardware", "clock"} & set(names)
    awaited = (
        "waiting for: containers, arrays, volumes, disk health, sensors, time synchronisation, journal, limits, what"
        " listens, hardware"
    )
    assert awaited in shown("facts", page, 130)


def test_what_a_host_has_not_is_named_in_the_last_line_of_the_facts():
    """A virtual machine has no sensors, no arrays; without systemd there are no units."""
    documents = {**host_documents.EMPTY, "containers": {"engines": [], "containers": []}, "units": {"manager": "none"}}
    page = page_of(documents)
    names = {one.name for one in hostpage.shown_panels(page, pen(80))}
    assert not {"containers", "arrays", "disk health", "sensors", "units"} & names
    absent = (
        "not here: systemd, containers, arrays, volumes, disk health, sensors, time synchronisation, journal, limits"
    )
    assert shown("facts", page, 120).splitlines()[-1] == absent


def test_what_may_not_be_read_says_so():
    """It is neither good nor an alarm, and the panel stands."""
    documents = copy.deepcopy(host_documents.EMPTY)
    documents["smart"] = {"state": "needs privilege", "text": "smartctl asks for root", "disks": []}
    documents["containers"] = {
        "engines": [{"name": "docker", "state": "needs privilege", "text": ""}],
        "containers": [],
    }
    page = page_of(documents)
    assert "? needs privilege: smartctl asks for root" in shown("disk health", page)
    assert "? needs privilege: docker" in shown("containers", page)
    inks = {ink for line in panel("disk health").draw(page, pen())[1:] for _, ink in line}
    assert inks == {Ink.DIM}


@pytest.mark.parametrize("name", [name for name in OF_SECTION if name != "interfaces"])
@pytest.mark.parametrize("age_s", [None, 700.0])
def test_a_run_that_failed_says_why_and_what_to_do(name: str, age_s: float | None):
    """Whatever was read before it stays, with its age."""
    why = "timed out after 20 s"
    page = page_of(host_documents.ALL, severity=Severity.UNKNOWN, text=why, failed=True, age_s=age_s)
    if age_s is None:
        for one in page.sections:
            one.document = {}
    found = shown(name, page)
    assert f"? not read: {why}" in found
    assert "R reads it again" in found
    assert ("10m old" in found) == (age_s is not None)
    assert f"not read: {why}" in shown("checks", page, whole=True)


def test_interfaces_whose_links_were_not_read_keep_their_rates():
    """Rates come with the vitals; only the links are missing."""
    page = page_of({"interfaces": {}}, severity=Severity.UNKNOWN, text="timed out", failed=True, age_s=None)
    found = shown("interfaces", page)
    assert "? links not read: timed out" in found
    assert "208M" in found


@pytest.mark.parametrize("name", [name for name in OF_SECTION if name != "interfaces"])
def test_a_late_section_says_how_old_it_is_and_is_dimmed(name: str):
    """Fresh ones carry no age."""
    assert "m old" not in shown(name, full())
    page = page_of(host_documents.ALL, age_s=700.0)
    lines = panel(name).draw(page, pen())
    assert "10m old" in plain(lines[0])
    assert all(ink is not Ink.TEXT or not text.strip() for line in lines[1:] for text, ink in line)
    assert "10m" in shown("checks", page, whole=True)


def test_what_was_read_too_long_ago_is_no_longer_ok():
    """After thirty periods a check is unknown, never green."""
    found = shown("checks", page_of(host_documents.ALL, age_s=7200.0))
    assert "ok" not in found
    assert "unknown" in found


# Layout ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("documents", [host_documents.ALL, host_documents.EMPTY, {}], ids=["full", "empty", "none"])
def test_no_line_is_wider_than_its_pen(width: int, documents: dict[str, dict[str, object]]):
    """Neither beside others nor alone, neither on the page nor beside the list."""
    page = page_of(documents)
    for whole in (False, True):
        for one in hostpage.PANELS:
            wide = [plain(line) for line in one.draw(page, pen(width, whole)) if line_width(line) > width]
            assert not wide, one.name
    for lines in (hostpage.whole(page, pen(width), "top"), hostpage.detail(page.host, page, pen(width), 50)):
        assert all(line_width(line) <= width for line in lines)


@pytest.mark.parametrize(("width", "columns"), [(80, 1), (115, 1), (116, 2), (179, 2), (180, 3), (200, 3)])
def test_the_page_stands_in_columns_where_there_is_room(width: int, columns: int):
    """A wall between them from the first line to the last."""
    lines = hostpage.whole(full(), pen(width))
    assert all(plain(line).count("│") == columns - 1 for line in lines)
    if columns > 1:
        assert {line_width(line) for line in lines} == {width}


def test_the_order_is_what_a_night_needs():
    """State and vitals first, facts last; every panel can be reached in every width."""
    names = [one.name for one in hostpage.shown_panels(full(), pen(80))]
    assert names[:3] == ["state", "maintenance", "vitals"]
    assert names.index("top") < names.index("units") < names.index("filesystems") < names.index("saturation")
    assert names.index("saturation") < names.index("interfaces") < names.index("containers")
    assert names[-1] == "facts"
    for width in WIDTHS:
        assert {one.name for one in hostpage.shown_panels(full(), pen(width))} == set(names)


def test_what_a_host_waits_for_stands_below_its_state():
    """A key that nobody trusted, and how a host that is down is looked for."""
    page = full()
    page.keys[0].trusted_at = None
    page.host = row_of(Case("db-2.lon", HostState.KEY_UNKNOWN, "waits for trust"))
    names = [one.name for one in hostpage.shown_panels(page, pen(120))]
    assert names[:3] == ["state", "host keys", "address"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_focus_moves_no_column(width: int):
    """The sign of the focus takes blanks, not the place of numbers."""
    page = full()
    for one in hostpage.shown_panels(page, pen(width)):
        before, lines = hostpage.whole(page, pen(width)), None
        lines, place = hostpage.laid_out(page, pen(width), one.name)
        assert place
        assert "▸ " in plain(lines[place[0]])
        assert [plain(line) for line in lines[place[0] + 1 :]] == [plain(line) for line in before[place[0] + 1 :]]
        assert line_width(lines[place[0]]) <= width
        assert text_of(hostpage.alone(page, pen(width), one.name)).strip()


def test_in_ascii_no_sign_is_left():
    """What has a twin is told by it; degrees are left away."""
    page = full()
    for one in hostpage.PANELS:
        for line in one.draw(page, pen(120, True, ascii_only=True)):
            assert not set(plain(line)) & set("°✖▲●│▸←"), one.name


# Hostile documents ----------------------------------------------------------------------------------------------------

WRONG: tuple[object, ...] = (
    None, True, -1, 10**400, float("nan"), float("inf"), -1e300, "", "\x1b[2J\x1b[31mred", "[bold]x[/]",
    "\u202egnp.exe\u200b", "漢字" * 300, "x" * 20_000, "\ud800", [], {}, [None, 7, "x", []], {"a": {"b": [1]}}, [[[]]],
    [{"name": {"x": 1}, "state": 7, "percent": "full", "cpu": [], "port": "22", "devices": 7}],
)  # fmt: skip


def mutated(value: object, dice: random.Random) -> object:
    """Return a document of which some places hold something that no collector would write."""
    if dice.random() < 0.12:
        return dice.choice(WRONG)
    if isinstance(value, dict):
        return {key: mutated(one, dice) for key, one in value.items() if dice.random() > 0.05}
    if isinstance(value, list):
        return [mutated(one, dice) for one in value]
    return value


def drawn_everywhere(page: HostPage) -> None:
    for width in WIDTHS:
        for whole in (False, True):
            for one in hostpage.PANELS:
                for line in one.draw(page, pen(width, whole)):
                    assert line_width(line) <= width
                    assert plain(line).isprintable()
        hostpage.whole(page, pen(width), "units")
        hostpage.detail(page.host, page, pen(width), 40)


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_whatever_stands_for_a_document_or_a_field_raises_nothing(wrong: object):
    """Every field of every document, each in turn, holds the same wrong thing."""
    for name, document in host_documents.ALL.items():
        page = page_of({})
        page.sections = [section(name, wrong if isinstance(wrong, dict) else {})]
        drawn_everywhere(page)
        for key in document:
            page.sections = [section(name, {**document, key: wrong})]
            for one in hostpage.PANELS:
                for line in one.draw(page, pen(80, True)):
                    assert line_width(line) <= 80


@pytest.mark.parametrize("seed", range(25))
def test_documents_with_anything_anywhere_raise_nothing(seed: int):
    """No line grows wider than its pen either, and no control character comes through."""
    dice = random.Random(seed)
    found = {name: mutated(document, dice) for name, document in host_documents.ALL.items()}
    documents = {name: one for name, one in found.items() if isinstance(one, dict)}
    drawn_everywhere(page_of(documents))


# Links ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "carrier", "word"),
    [("up", True, "up"), ("down", False, NO_CARRIER), ("up", False, NO_CARRIER), ("down", None, "down"),
     ("unknown", True, "up"), ("unknown", None, ""), ("lowerlayerdown", None, "lowerlayerdown")],
)  # fmt: skip
def test_a_link_is_told_in_a_word(state: str, carrier: bool | None, word: str):
    """The kernel calls a link that is on and has no partner down; who looks at it wants to know which."""
    assert link_state(state, carrier) == word


@pytest.mark.parametrize(
    ("mbit", "duplex", "text"),
    [(10000.0, "full", "10G"), (2500.0, "full", "2.5G"), (100.0, "half", "100M half"), (None, "half", "half"),
     (None, "", ""), (-1.0, "full", "")],
)  # fmt: skip
def test_a_speed_in_short(mbit: float | None, duplex: str, text: str):
    """Half duplex is a word, not only a colour."""
    assert speed_text(mbit, duplex) == text


@pytest.mark.parametrize(
    ("kind", "state", "carrier", "duplex", "addresses", "changes", "bad"),
    [
        ("physical", "up", False, "", False, 0, True), ("physical", "down", False, "", True, 1, True),
        ("physical", "down", False, "", False, 9, True), ("physical", "down", False, "", False, 1, False),
        ("physical", "down", None, "", False, 9, False), ("physical", "up", True, "half", True, 1, True),
        ("bridge", "down", False, "", True, 4, False), ("physical", "up", True, "full", True, 1, False),
    ],
)  # fmt: skip
def test_a_port_needs_someone_where_it_should_carry_something(kind, state, carrier, duplex, addresses, changes, bad):
    """A port that nobody plugged anything into is no matter for anyone."""
    found = judged(kind, state, carrier, duplex, addresses, changes)
    assert found is (Severity.WARNING if bad else Severity.OK)


# Vitals and saturation ------------------------------------------------------------------------------------------------


def strained(**detail: float) -> HostPage:
    """A page whose host has four CPUs, and these figures beside its own."""
    page = full()
    page.detail |= {name.replace("__", "."): value for name, value in detail.items()}
    return page


def test_saturation_tells_what_was_lost():
    """A full CPU among idle ones, kills, queues that overflow, a table that fills: each stands out when it is much."""
    much = {"cpu__busiest": 98.7, "cpu__full": 2, "kernel__oom_recent": 3, "tcp__listen_overflows": 1.4}
    lines = panel("saturation").draw(strained(**much, conntrack__count=90, conntrack__max=100), pen())
    found = text_of(lines)
    for text in (
        "98.7  % of time the busiest CPU works, 2 of 4 full",
        "3.0  killed for want of memory in 30 min",
        "1.4  connections/s that met a full queue",
        "90.0  % of the connection table in use",
    ):
        assert text in found
    loud = [plain(line) for line in lines if any(ink is Ink.WARN for _, ink in line)]
    assert len([line for line in loud if line.startswith(("Busiest", "OOM kills", "Overflow", "Conntrack"))]) == 4
    little = {"cpu__busiest": 20, "cpu__full": 0, "kernel__oom_recent": 0, "tcp__listen_overflows": 0}
    for line in panel("saturation").draw(strained(**little, conntrack__count=9, conntrack__max=100), pen()):
        if plain(line).startswith(("Busiest", "OOM", "Overflow", "Conntrack")):
            assert all(ink is not Ink.WARN for _, ink in line)


def test_what_a_kernel_does_not_count_is_not_said_to_be_missing():
    """No firewall, no table of connections: neither a row nor a complaint."""
    found = shown("saturation", full())
    assert not any(word in found for word in ("Conntrack", "OOM", "Overflow", "Busiest"))


def test_vitals_tell_of_a_cpu_that_stands_out_and_of_memory_set_aside():
    """Where the busiest is much above the mean; huge pages and a kernel that holds much."""
    page = strained(cpu__busiest=97, hugepages__total=2 * 2**30, hugepages__free=2**30, memory__total=8 * 2**30,
                    memory__slab_unreclaimable=2**30)  # fmt: skip
    found = shown("vitals", page, 160, whole=True)
    for text in ("busiest 97", "huge 2.0 GiB, 1.0 GiB of it free", "kernel 1.0 GiB"):
        assert text in found
    assert "busiest" not in shown("vitals", strained(cpu__busiest=40), 160, whole=True)


def test_every_topic_of_facts_has_a_word_for_one_of_its_items() -> None:
    """As *What changed* says it, and as narrow as the column of the differences is."""
    assert TITLES.keys() == {topic.name for topic in TOPICS}
    assert max(map(len, TITLES.values())) <= 12
