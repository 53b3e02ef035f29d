"""What of a check a control is about: one option of one mount, one firewall of three, and what its rows then say."""

from collections.abc import Iterator

import pytest
from support.checkcases import read_of
from support.compliance_world import ComplianceWorld

from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.model.compliance import CellState, Control, ControlKind, ControlState, ControlVerdict, HostSays, Wrong
from tui_ops.model.facts import Fields
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult
from tui_ops.practices.compliance.frameworks import shipped
from tui_ops.practices.compliance.narrowing import may_hold, row_for, state_for
from tui_ops.practices.compliance.reading import rows_of, with_parts
from tui_ops.practices.compliance.snapshot import snapshot
from tui_ops.practices.security.checks.base import Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.practices.security.judging import judge_host
from tui_ops.store.verdicts import write_verdicts
from tui_ops.store.views.compliance import CellRow, cells
from tui_ops.store.views.judged import Judged, TopicRead

CIS = shipped()["cis-server-level-2"]
PASS, FAIL, ACCEPTED, UNKNOWN, NOT = CellState
TMP = Wrong("/tmp", False, ("nodev", "noexec"), "/tmp is mounted without nodev, noexec", 7)
SHM = Wrong("/dev/shm", True, ("noexec",), "/dev/shm is mounted without noexec", 8)


def says(
    state: CellState, *wrong: Wrong, unread: tuple[str, ...] = (), in_use: tuple[str, ...] | None = None
) -> HostSays:
    return HostSays("fs-mount", "web-1", "", (), state, wrong, unread, in_use)


@pytest.mark.parametrize(("said", "patterns", "state"), [
    (says(FAIL, TMP, SHM), ("/tmp nodev",), FAIL), (says(FAIL, TMP, SHM), ("/tmp nosuid",), PASS),
    (says(FAIL, TMP, SHM), ("/dev/shm *",), ACCEPTED), (says(FAIL, TMP, SHM), ("/tmp",), FAIL),
    (says(FAIL, TMP, SHM), ("!/tmp",), ACCEPTED), (says(FAIL, TMP, SHM), ("/tmp", "!* nodev"), FAIL),
    (says(FAIL, TMP, SHM), ("/tmp", "!* no*"), PASS),  (says(FAIL, TMP, SHM), ("* noexec",), FAIL),
    (says(FAIL, TMP, SHM), (), FAIL), (says(FAIL, TMP, SHM), ("!/tmp *",), ACCEPTED),
    (says(FAIL, TMP, SHM), ("!/tmp *", "!/dev/*"), PASS), (says(FAIL, TMP, SHM), ("/*", "!/tmp *"), ACCEPTED),
    (says(FAIL, Wrong("", False)), ("/tmp nodev",), FAIL), (says(FAIL), ("/tmp nodev",), FAIL),
    (says(FAIL, Wrong("", False, ("compared",))), ("installed",), PASS),
    (says(FAIL, Wrong("", False, ("compared",))), ("compared",), FAIL),
    (says(FAIL, TMP, unread=("/dev/shm",)), ("/dev/shm nodev",), UNKNOWN),
    (says(FAIL, TMP, unread=("/dev/shm",)), ("/var nodev",), PASS), (says(FAIL, TMP, unread=("",)), ("/var",), UNKNOWN),
    (says(FAIL, TMP, unread=("/var",)), ("!/tmp *",), UNKNOWN),
    (says(UNKNOWN, unread=("/dev",)), ("/tmp nodev",), PASS),
    (says(UNKNOWN, unread=("/tmp",)), ("/tmp nodev",), UNKNOWN),
    (says(UNKNOWN), ("/tmp nodev",), UNKNOWN), (says(PASS), ("/tmp nodev",), PASS), (says(NOT), ("/tmp nodev",), NOT),
])  # fmt: skip
def test_a_control_is_failed_by_what_it_is_about_alone(
    said: HostSays, patterns: tuple[str, ...], state: CellState
) -> None:
    assert state_for(said, patterns) is state


@pytest.mark.parametrize("state", [PASS, FAIL, ACCEPTED, UNKNOWN])
@pytest.mark.parametrize(("used", "applies"), [
    (("nftables",), False), (("ufw",), True), (("ufw", "nftables"), True), ((), False), (None, True),
])  # fmt: skip
def test_what_a_host_does_not_use_it_is_not_held_against(
    state: CellState, used: tuple[str, ...] | None, applies: bool
) -> None:
    """Where nobody could tell what it uses, the check speaks as a whole."""
    assert state_for(says(state, in_use=used), (), ("ufw",)) is (state if applies else NOT)


@pytest.mark.parametrize(("pattern", "unread", "may"), [
    ("/etc/shadow", "/etc/shadow", True), ("/etc/shadow", "/etc/", True), ("/etc/shadow mode", "/etc/shadow", True),
    ("/etc/shadow", "/home", False), ("/home/*", "/home/anna", True), ("*.netrc", "/home/anna", True),
    ("a[bc]", "ab", True), ("uid *", "gid ", False),
])  # fmt: skip
def test_what_was_not_looked_at_may_hold_what_a_control_is_about(pattern: str, unread: str, may: bool) -> None:
    assert may_hold((pattern,), (unread,)) is may


# --- rows -------------------------------------------------------------------------------------------------------------

ROW = CellRow("fs-mount", "web-1", FAIL, CheckResult.FAIL, "both; are wrong", "1", 1.0, 2.0, 0.0, (7, 8), "{}")


def row(said: HostSays | None, *patterns: str, in_use: tuple[str, ...] = ()) -> tuple[CellState, str, tuple[int, ...]]:
    control = Control(
        "1", "x", ControlKind.AUTOMATED, ("fs-mount",), {"fs-mount": patterns} if patterns else {}, in_use
    )
    made = row_for(ROW, said, control)
    return made.state, made.text, made.findings


def test_a_row_says_what_concerns_its_control_and_names_those_findings() -> None:
    said = says(FAIL, TMP, SHM)
    assert row(said, "/tmp noexec") == (FAIL, "/tmp noexec: /tmp is mounted without nodev, noexec", (7,))
    assert row(said, "/dev/shm *") == (ACCEPTED, "/dev/shm noexec: /dev/shm is mounted without noexec", (8,))
    assert row(said, "/tmp nosuid") == (PASS, "nothing is wrong with /tmp nosuid", ())
    assert row(said) == (FAIL, "both; are wrong", (7, 8))
    assert row(None, "/tmp nosuid") == (FAIL, "both; are wrong", (7, 8)), "nobody can tell it apart"


def test_a_row_says_what_is_in_use_instead() -> None:
    assert row(says(FAIL, in_use=("nftables",)), in_use=("ufw",)) == (
        NOT, "ufw is not in use here: nftables is", (),
    )  # fmt: skip
    assert row(says(FAIL, in_use=()), in_use=("ufw",))[1] == "ufw is not in use here, nor is anything else of its kind"


def test_a_row_that_names_many_counts_the_rest() -> None:
    many = [Wrong(f"uid {at}", False, (), f"two have {at}", at) for at in range(1, 9)]
    _, text, findings = row(says(FAIL, *many), "uid *")
    assert text.endswith("two have 5; and 3 more")
    assert findings == tuple(range(1, 9))


# --- which firewall ---------------------------------------------------------------------------------------------------

DROPS = (
    "nft table inet filter {\nnft \tchain input {\n"
    "nft \t\ttype filter hook input priority filter; policy drop;\nnft \t}\nnft }\n"
)
DOCKER = "ip4 *filter\nip4 :INPUT ACCEPT [0:0]\nip4 :FORWARD DROP [0:0]\nip4 -A FORWARD -j DOCKER-USER\nip4 COMMIT\n"
BY_HAND = "ip4 *filter\nip4 :INPUT DROP [0:0]\nip4 -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nip4 COMMIT\n"
ON, OFF = "ufw /etc/ufw/ufw.conf:ENABLED=yes\n", "ufw /etc/ufw/ufw.conf:ENABLED=no\n"
WHOLE = "whole nft\nwhole ip4\nwhole ip6\nwhole ufw\n"


def _read(body: str) -> Read:
    parse = BY_NAME["firewall"].parse
    assert parse is not None
    return read_of(parse(f"run firewall\n{body}".encode()), 100.0)


def host(units: dict[str, str], body: str) -> Scene:
    """A host with services that start with it, and rules as the section reads them."""
    files: dict[str, Fields] = {f"{name}.service": {"state": state} for name, state in units.items()}
    active: dict[str, Fields] = {
        f"{name}.service": {"active": "active"} for name, state in units.items() if state == "enabled"
    }
    reads = {"unitfiles": Read("unitfiles", files, 100.0), "units": Read("units", active, 100.0),
             "firewall": _read(body),
             "sysctl": Read("sysctl", {}, 100.0), "sockets": Read("sockets", {}, 100.0)}  # fmt: skip
    return Scene("web-1", reads, 100.0)


HOSTS = {
    "nftables": (host({"nftables": "enabled", "ufw": "disabled"}, DROPS + WHOLE), ("nftables",)),
    "nftables beside ufw switched off": (
        host({"nftables": "enabled", "ufw": "enabled"}, DROPS + OFF + WHOLE), ("nftables",),
    ),
    "ufw": (host({"ufw": "enabled"}, ON + WHOLE), ("ufw",)),
    "both": (host({"nftables": "enabled", "ufw": "enabled"}, ON + WHOLE), ("ufw", "nftables")),
    "iptables": (host({"netfilter-persistent": "enabled"}, WHOLE), ("iptables",)),
    "ferm": (host({"ferm": "enabled"}, WHOLE), ("ferm", "iptables")),
    "firewalld": (host({"firewalld": "enabled"}, DROPS + WHOLE), ("firewalld",)),
    "rules by hand": (host({}, BY_HAND + WHOLE), ("iptables",)),
    "rules of nft by hand": (host({}, DROPS + WHOLE), ("nftables",)),
    "none": (host({}, WHOLE), ()), "docker alone": (host({}, DOCKER + WHOLE), ()),
    "stock Ubuntu": (host({"ufw": "enabled"}, OFF + WHOLE), ()),
    "services not told, rules of nft": (Scene("web-1", {"firewall": _read(DROPS + WHOLE)}, 100.0), None),
    "services not told, ufw's own rules": (Scene("web-1", {"firewall": _read(BY_HAND + ON + WHOLE)}, 100.0), None),
    "services not told, no rules": (Scene("web-1", {"firewall": _read(WHOLE)}, 100.0), None),
    "rules not read": (host({}, "privilege nft\nprivilege ip4\nprivilege ip6\nwhole ufw\n"), None),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize("check", ["fw-active", "fw-deny", "fw-open"])
def test_a_firewall_is_in_use_where_it_keeps_the_rules(name: str, check: str) -> None:
    scene, used = HOSTS[name]
    assert run_check(BY_ID[check], scene).in_use == used


def test_a_host_that_uses_none_fails_the_control_that_asks_for_one() -> None:
    for name in ("none", "docker alone", "stock Ubuntu", "rules by hand"):
        assert run_check(BY_ID["fw-one"], HOSTS[name][0]).result is CheckResult.FAIL, name
    for name in ("nftables", "nftables beside ufw switched off", "ufw", "firewalld"):
        assert run_check(BY_ID["fw-one"], HOSTS[name][0]).result is CheckResult.PASS, name


def test_a_reading_that_is_old_tells_nothing_of_what_is_in_use() -> None:
    scene = HOSTS["nftables"][0]
    old = Scene("web-1", scene.reads, 100.0 + 4 * 3600)
    assert run_check(BY_ID["fw-deny"], old).in_use is None


# --- in a store -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> Iterator[ComplianceWorld]:
    """web-1 uses nftables and is well, web-2 uses ufw and lets all in, db-1 uses nothing; others are not read."""
    with ComplianceWorld() as world:
        for name, used, wrong in (
            ("web-1", ("nftables",), ()),
            ("web-2", ("ufw",), ("IPv4",)),
            ("db-1", (), ("IPv4", "IPv6")),
        ):
            result = CheckResult.FAIL if wrong else CheckResult.PASS
            for check in ("fw-active", "fw-deny", "fw-open"):
                about = (
                    ("ufw",) if check == "fw-active" and used == ("ufw",) else ("",) if check == "fw-active" else wrong
                )
                world.says(check, name, result, f"{check} on {name}", objects=about, in_use=used)
            world.says("fw-one", name, CheckResult.PASS if used else CheckResult.FAIL)
        world.says(
            "fs-mount", "web-1", CheckResult.FAIL, "without nodev", objects=("/tmp",), parts=("nodev",), in_use=None
        )
        yield world


def verdict(world: ComplianceWorld, control: str, scope: str) -> ControlVerdict:
    with world.reader() as reader:
        found, _ = reader.read(lambda connection: with_parts(connection, CIS, scope, world.at))
    return next(one for one in found.verdicts if one.control.id == control)


@pytest.mark.parametrize(("control", "on"), [
    ("4.2.3", {"web-1": NOT, "web-2": FAIL, "db-1": NOT}), ("4.2.7", {"web-1": NOT, "web-2": FAIL, "db-1": NOT}),
    ("4.3.8", {"web-1": PASS, "web-2": NOT, "db-1": NOT}), ("4.3.9", {"web-1": PASS, "web-2": NOT, "db-1": NOT}),
    ("4.4.2.1", {"web-1": NOT, "web-2": NOT, "db-1": NOT}), ("4.1.1", {"web-1": PASS, "web-2": PASS, "db-1": FAIL}),
    ("1.1.2.1.2", {"web-1": FAIL}), ("1.1.2.1.3", {"web-1": PASS}), ("1.1.2.1.1", {"web-1": PASS}),
])  # fmt: skip
def test_each_host_is_held_against_the_firewall_that_it_uses(
    world: ComplianceWorld, control: str, on: dict[str, CellState]
) -> None:
    """The rows, the verdict of each host alone, and the document of an audit say the same."""
    with world.reader() as reader:
        rows = reader.read(lambda connection: rows_of(connection, CIS.controls[control], "", world.at))
        found, parts = reader.read(lambda connection: with_parts(connection, CIS, "", world.at))
        whole = reader.read(lambda connection: cells(connection, "", world.at, CIS.checks))
    assert {one.host: one.state for one in rows} == on
    for name, state in on.items():
        mine = verdict(world, control, f"host:{name}")
        assert mine.state == (ControlState.NOT_APPLICABLE if state is NOT else ControlState(str(state))), name
    (kept,) = [one for one in snapshot(found, whole, parts)["controls"] if one["id"] == control]
    told = {one["host"]: one["state"] for one in kept.get("on_hosts", ())}
    said = {one.host: str(one.state) for one in whole if one.check in CIS.controls[control].checks}
    assert said | told == {name: str(state) for name, state in on.items()}


def test_a_fleet_is_held_against_each_firewall_on_the_hosts_that_use_it(world: ComplianceWorld) -> None:
    mine = verdict(world, "4.3.8", "")
    assert (mine.tally[PASS], mine.tally[NOT], mine.tally[FAIL]) == (1, 2, 0)
    assert mine.state is ControlState.UNKNOWN, "the others were not read"
    assert verdict(world, "4.2.7", "").state is ControlState.FAIL


def test_rows_of_a_firewall_that_is_not_in_use_say_which_is(world: ComplianceWorld) -> None:
    with world.reader() as reader:
        rows = reader.read(lambda connection: rows_of(connection, CIS.controls["4.2.7"], "", world.at))
    said = {one.host: (one.text, one.findings) for one in rows}
    assert said["web-1"] == ("ufw is not in use here: nftables is", ())
    assert said["db-1"] == ("ufw is not in use here, nor is anything else of its kind", ())
    assert said["web-2"][0] == "fw-deny on web-2"
    assert said["web-2"][1]


# --- from a reading to a control ------------------------------------------------------------------------------------


def take(world: ComplianceWorld, name: str, topics: dict[str, dict[str, Fields]], checks: tuple[str, ...]) -> None:
    """Let checks judge what was read of a host, as the engine does."""
    reads = {topic: TopicRead(world.at, 3600.0, items, (), (), (), 0) for topic, items in topics.items()}
    judged = Judged(world.ids[name], name, (), {}, reads)
    said = judge_host(judged, [BY_ID[one] for one in checks], SecuritySpec(), (), world.at, lambda *_: [])
    world.run(lambda session: write_verdicts(session, said.verdicts))
    world.run(lambda session: take_sweeps(session, said.sweeps, world.at, SecuritySpec()))


def test_a_reading_of_mounts_becomes_one_verdict_for_each_option() -> None:
    """/tmp without noexec and /dev/shm that is none: what is mended is seen at the next reading."""
    options = ["rw", "nodev", "nosuid"]
    controls = [f"1.1.2.{where}.{option}" for where in (1, 2) for option in (1, 2, 3, 4)]
    with ComplianceWorld() as world:
        take(world, "far-1", {"mounts": {"/tmp": {"options": options}}}, ("fs-mount",))
        states = {one: verdict(world, one, "host:far-1").state for one in controls}
        assert {one for one, state in states.items() if state is ControlState.FAIL} == {"1.1.2.1.4", *controls[4:]}
        assert {one for one, state in states.items() if state is ControlState.PASS} == set(controls[:3])
        world.at += 60
        both = {where: {"options": [*options, "noexec"]} for where in ("/tmp", "/dev/shm")}
        take(world, "far-1", {"mounts": {**both, "/dev/shm": {"options": options}}}, ("fs-mount",))
        states = {one: verdict(world, one, "host:far-1").state for one in controls}
        assert {one for one, state in states.items() if state is ControlState.FAIL} == {"1.1.2.2.4"}
        world.at += 60
        take(world, "far-1", {"mounts": both}, ("fs-mount",))
        assert {verdict(world, one, "host:far-1").state for one in controls} == {ControlState.PASS}


def test_a_firewall_whose_rules_nobody_could_read_is_unknown_and_the_others_do_not_apply() -> None:
    """Which firewall is used is told by its services, without the rights that reading its rules takes."""
    units: dict[str, dict[str, Fields]] = {
        "unitfiles": {"nftables.service": {"state": "enabled"}}, "units": {"nftables.service": {"active": "active"}},
    }  # fmt: skip
    with ComplianceWorld() as world:
        take(world, "far-2", units, ("fw-deny",))
        assert verdict(world, "4.2.7", "host:far-2").state is ControlState.NOT_APPLICABLE
        assert verdict(world, "4.3.8", "host:far-2").state is ControlState.UNKNOWN, "its rules were not read"
