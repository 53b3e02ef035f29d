"""The shipped rules: each is raised once by a scripted reading, and cleared again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.rules import At, Said, said, status

from tui_ops.inventory.rules import default_rules
from tui_ops.model.facts import Fields
from tui_ops.model.metrics import Key
from tui_ops.model.ruleast import written
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.book import RuleBook

GIB = 2.0**30
FINE = {
    "cpu": 10.0, "iowait": 1.0, "steal": 0.0, "load1": 1.0, "load5": 1.0, "load15": 1.0, "cpus": 4.0, "memory": 50.0,
    "psi_memory": 0.0, "swap": 0.0, "oom_kills": 0.0, "listen_overflows": 0.0, "retransmits": 0.1, "conntrack": 5.0,
    "files": 5.0, "clock_offset_s": 0.1, "uptime_s": 90000.0,
}  # fmt: skip
NUMBERS: dict[Key, float] = {
    ("memory.total", ""): 16 * GIB, ("memory.available", ""): 8 * GIB, ("swap.free", ""): GIB,
    ("swap.pages_out", ""): 0.0, ("kernel.major_faults", ""): 1.0, ("tcp.segments_out", ""): 1000.0,
    ("disk.busy_ms", "sda"): 10.0, ("disk.busy_ms", "loop0"): 1000.0,
    **{(f"net.{way}_{what}", "eth0"): value for way in ("rx", "tx") for what, value in
       (("packets", 500.0), ("errors", 0.0), ("drops", 0.0))},
}  # fmt: skip
WHOLE_WINDOW = 200
"""Readings in which the longest window of the vitals, half an hour, is full."""


def fs(used: float, available: float, inodes: float = 10.0) -> dict[Key, float]:
    """Return the numbers of ``/var``: bytes, and percent of the inodes in use."""
    return {
        ("fs.used", "/var"): used, ("fs.available", "/var"): available, ("fs.size", "/var"): used + available,
        ("fs.inodes", "/var"): 1000.0, ("fs.inodes_used", "/var"): 10 * inodes,
    }  # fmt: skip


class Host(At):
    """A host with all shipped rules, of which everything is fine where nothing else is said."""

    def __init__(self) -> None:
        super().__init__(RuleBook(default_rules()).for_host("web-1", "lon", ("web",)))
        self.state(HostState.UP)

    def read(self, turns: int = 1, numbers: dict[Key, float] | None = None, **values: float) -> list[Said]:
        """Take equal readings; return what changed."""
        found = []
        for _ in range(turns):
            found += self.changes(self.vitals({**NUMBERS, **(numbers or {})}, **{**FINE, **values}))
        return found


def value_case(name: str, bad: float, severity: str = "warning", turns: int = 1) -> tuple[str, str, str]:
    """Return what is told where a headline value is bad and good again."""
    host = Host()
    assert host.read(WHOLE_WINDOW) == []
    raised = host.read(turns, **{name: bad})
    cleared = host.read(WHOLE_WINDOW)
    return _pair(raised, cleared, severity)


def number_case(bad: dict[Key, float], turns: int, severity: str = "warning") -> tuple[str, str, str]:
    """The same for other numbers of the vitals."""
    host = Host()
    assert host.read(WHOLE_WINDOW) == []
    return _pair(host.read(turns, bad), host.read(WHOLE_WINDOW), severity)


def state_case(state: HostState, attempts: int, severity: str) -> tuple[str, str, str]:
    """The same for a state."""
    host = Host()
    raised = [one for _ in range(attempts) for one in host.changes(host.state(state))]
    return _pair(raised, host.changes(host.state(HostState.UP)), severity)


def status_case(section: str, severity: str, attempts: int = 1, subject: str = "it") -> tuple[str, str, str]:
    """The same for a status of a section."""
    host = Host()
    raised = [
        one
        for _ in range(attempts)
        for one in host.changes(host.section(section, statuses=[status(subject, severity)]))
    ]
    good = [status(subject, "ok")] if section.startswith("check:") else []
    return _pair(raised, host.changes(host.section(section, statuses=good)), severity)


def _pair(raised: list[Said], cleared: list[Said], severity: str) -> tuple[str, str, str]:
    """Return rule, severity and end of one alert."""
    [(rule, subject, found)] = raised
    assert cleared == [(rule, subject, "ok")]
    assert found == severity
    return rule, found, "ok"


def filling() -> tuple[str, str, str]:
    """A disk that grows by six percent in an hour, and stands still after that."""
    host, used, raised = Host(), 70.0, []
    for _ in range(80):
        used += 0.1
        raised += host.changes(host.section("filesystems", fs(used * GIB, (100 - used) * GIB)))
    free = 100 - used
    cleared = [one for _ in range(80) for one in host.changes(host.section("filesystems", fs(used * GIB, free * GIB)))]
    assert host.told[0].text.startswith("time until /var is full as it grows now: ")
    return _pair(raised, cleared, "warning")


def section_case(good: dict[Key, float], bad: dict[Key, float], severity: str) -> tuple[str, str, str]:
    """The same for the numbers of the filesystems."""
    host = Host()
    assert host.changes(host.section("filesystems", good)) == []
    raised = host.changes(host.section("filesystems", bad))
    return _pair(raised, host.changes(host.section("filesystems", good)), severity)


def stale() -> tuple[str, str, str]:
    """A host that is up, and whose readings cease."""
    host = Host()
    host.read(3)
    raised = [one for _ in range(40) for one in host.changes(host.passing())]
    return _pair(raised, host.read(), "warning")


def silent_check() -> tuple[str, str, str]:
    """A check that can't tell, for more than half an hour."""
    host = Host()
    raised = [
        one for _ in range(32) for one in host.changes(host.section("check:web", statuses=[status("web", "unknown")]))
    ]
    return _pair(raised, host.changes(host.section("check:web", statuses=[status("web", "ok")])), "warning")


def fact_case(topic: str, name: str, good: Fields, bad: Fields) -> tuple[str, str, str]:
    """One item of a topic that is as it should not be, beside one that is, and gone again."""
    host = Host()
    assert host.changes(host.facts(topic, {name: good})) == []
    raised = host.changes(host.facts(topic, {name: good, f"{name} (2)": bad}))
    return _pair(raised, host.changes(host.facts(topic, {name: good})), "critical")


def new_port() -> tuple[str, str, str]:
    """Something that listens for others since the last reading, for an hour; it is looked for where that is wanted."""
    book = RuleBook([replace(one, on=True) for one in default_rules() if one.name == "port-new"])
    assert not next(one for one in default_rules() if one.name == "port-new").on
    host = At(book.for_host("web-1"))
    old: dict[str, Fields] = {"tcp 0.0.0.0:22": {"process": "sshd"}}
    here = {f"{name}:25": old["tcp 0.0.0.0:22"] for name in
            ("tcp 127.0.0.1", "udp 127.0.0.53", "tcp [::1]", "tcp [::ffff:127.0.0.1]")}  # fmt: skip
    assert host.changes(host.facts("sockets", old)) == []
    raised = host.changes(host.facts("sockets", {**old, **here, "tcp [::]:4444": {"process": "nc"}}))
    assert host.told[-1].text == "for less than an hour something listens at tcp [::]:4444: nc"
    assert host.changes(host.facts("sockets", {**old, **here, "tcp [::]:4444": {}}, step_s=3500)) == []
    return _pair(raised, host.changes(host.facts("sockets", {**old, "tcp [::]:4444": {}}, step_s=101)), "warning")


def many(rule: str, severity: str = "critical") -> tuple[str, str, str]:
    """Half of a site, of a group or of those that carry a service is down and comes back."""
    book = RuleBook([one for one in default_rules() if one.name in (rule, "host-down", "host-unreachable")])
    hosts = [At(book.for_host(f"web-{at}", "lon", ("web",), services=("shop",)), f"web-{at}") for at in range(4)]
    book.for_host("alone-1", "par", ("alone",))
    fleet = book.fleet()

    def all_in(state: HostState, some: list[At]) -> Iterator[Said]:
        for host in some:
            for _ in range(2):
                host.state(state)
                yield from said(fleet.seen(host.rules, host.at, host.mono))

    assert list(all_in(HostState.UP, hosts)) == []
    raised = list(all_in(HostState.DOWN, hosts[:2]))
    return _pair(raised, list(all_in(HostState.UP, hosts[:2])), severity)


MINUTE = 6
CASES: dict[str, Callable[[], tuple[str, str, str]]] = {
    "host-down": lambda: state_case(HostState.DOWN, 2, "critical"),
    "host-unreachable": lambda: state_case(HostState.UNREACHABLE, 2, "warning"),
    "host-not-reporting": lambda: state_case(HostState.NOT_REPORTING, 2, "critical"),
    "host-login-refused": lambda: state_case(HostState.AUTH_FAILED, 1, "critical"),
    "host-key-changed": lambda: state_case(HostState.KEY_CHANGED, 1, "critical"),
    "host-key-unknown": lambda: state_case(HostState.KEY_UNKNOWN, 1, "warning"),
    "host-name-error": lambda: state_case(HostState.NAME_ERROR, 2, "critical"),
    "host-stale": stale,
    "host-rebooted": lambda: value_case("uptime_s", 30.0),
    "cpu-busy": lambda: value_case("cpu", 90.0, turns=12 * MINUTE),
    "cpu-iowait": lambda: value_case("iowait", 60.0, turns=10 * MINUTE),
    "cpu-steal": lambda: value_case("steal", 20.0, turns=20 * MINUTE),
    "load-high": lambda: value_case("load5", 17.0),
    "memory-used": lambda: value_case("memory", 92.0),
    "memory-pressure": lambda: value_case("psi_memory", 30.0, turns=3),
    "swap-used": lambda: value_case("swap", 92.0),
    "swap-out": lambda: number_case({("swap.pages_out", ""): 1000.0}, 30 * MINUTE),
    "oom-kill": lambda: value_case("oom_kills", 1.0),
    "major-faults": lambda: number_case({("kernel.major_faults", ""): 900.0}, 16 * MINUTE),
    "disk-space": lambda: section_case(fs(50 * GIB, 50 * GIB), fs(95 * GIB, 5 * GIB), "warning"),
    "disk-filling": filling,
    "disk-inodes": lambda: section_case(fs(GIB, 99 * GIB), fs(GIB, 99 * GIB, 99.0), "critical"),
    "disk-busy": lambda: number_case({("disk.busy_ms", "sda"): 1000.0}, 12 * MINUTE),
    "filesystem-hangs": lambda: status_case("filesystems", "critical", subject="/mnt/nfs"),
    "net-errors": lambda: number_case({("net.rx_errors", "eth0"): 30.0}, 6 * MINUTE),
    "net-drops": lambda: number_case({("net.rx_drops", "eth0"): 50.0}, 11 * MINUTE),
    "accept-queue": lambda: value_case("listen_overflows", 6.0, "critical"),
    "tcp-retransmits": lambda: value_case("retransmits", 9.0, turns=6 * MINUTE),
    "conntrack-full": lambda: value_case("conntrack", 96.0, "critical"),
    "files-open": lambda: value_case("files", 91.0),
    "clock-offset": lambda: value_case("clock_offset_s", -5.0, turns=3),
    "units-failed": lambda: status_case("units", "warning", subject="units"),
    "raid-degraded": lambda: status_case("arrays", "critical"),
    "disk-health": lambda: status_case("smart", "critical"),
    "volumes": lambda: status_case("volumes", "warning"),
    "time-sync": lambda: status_case("timesync", "warning"),
    "sensors": lambda: status_case("sensors", "warning"),
    "containers": lambda: status_case("containers", "warning"),
    "tasks-limit": lambda: status_case("scope", "critical"),
    "zombies": lambda: status_case("processes", "warning"),
    "engine": lambda: status_case("engine", "critical", attempts=2),
    "check-failed": lambda: status_case("check:web", "critical", subject="web"),
    "check-unknown": silent_check,
    "root-accounts": lambda: fact_case("accounts", "anna", {"uid": 1000}, {"uid": 0, "shell": "/bin/sh"}),
    "password-empty": lambda: fact_case(
        "accounts", "anna", {"uid": 1, "password": "empty", "login": False}, {"password": "empty", "login": True}
    ),
    "port-new": new_port,
    "site-down": lambda: many("site-down"),
    "service-down": lambda: many("service-down", "warning"),
    "group-down": lambda: many("group-down"),
}


def test_every_shipped_rule_has_a_case() -> None:
    """A rule that ships is tried here."""
    assert list(CASES) == [rule.name for rule in default_rules()]


@pytest.mark.parametrize("name", CASES)
def test_a_shipped_rule_is_raised_and_cleared(name: str) -> None:
    """Once, by the readings that it is for, and by no other rule beside it."""
    assert CASES[name]()[0] == name


@pytest.mark.parametrize("rule", default_rules(), ids=lambda rule: rule.name)
def test_a_shipped_rule_says_what_it_is_and_where_its_numbers_come_from(rule: object) -> None:
    """A person who reads the list knows why it is so."""
    assert getattr(rule, "title", "")
    assert getattr(rule, "source", "").endswith(".")


def test_the_page_of_rules_has_every_shipped_one() -> None:
    """What the page says of a rule's levels is what the rule says."""
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text()
    for rule in default_rules():
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{rule.name}` |")]
        for level in (rule.warn, rule.crit):
            text = written(level) if level is not None else ""
            value = written(rule.value) if rule.value is not None else ""
            assert f"`{text}`" in line or f"`{value}{text.removeprefix('value')}`" in line or not text, line


def test_a_quiet_host_keeps_little() -> None:
    """Where nothing is wrong only windows are kept, and no track of any alert."""
    host = Host()
    host.read(50)
    host.section("filesystems", fs(GIB, 9 * GIB))
    assert host.told == []
    assert host.rules._following.tracks == {}
