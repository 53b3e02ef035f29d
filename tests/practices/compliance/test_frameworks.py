"""Frameworks: those that ship hold what the checks name, and one's own are read with every mistake at its place."""

from fnmatch import fnmatchcase

import pytest

from tui_ops.cli.selftest import cases_of, judge_case
from tui_ops.model.compliance import ControlKind, Wrong
from tui_ops.model.security import Seen
from tui_ops.practices.compliance.frameworks import FrameworkWrong, named, read_framework, resolve, shipped
from tui_ops.practices.compliance.narrowing import is_about
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.practices.security.checks.filesystems import PASSWORD_FILES
from tui_ops.practices.security.checks.kernel import NETWORK
from tui_ops.practices.security.checks.services import CLIENTS, SERVERS

SHIPPED = {"cis": "cis-server-level-2", "pci": "pci-dss-4.0.1", "nist": "nist-800-53-moderate", "iso": "iso-27001-2022"}

OUTSIDE = {"CM-14", "SA-13(a)", "SC-30(2)"}
"""What checks name of 800-53 and is not in the moderate baseline, nor is what stands above it."""


@pytest.mark.parametrize("ids", SHIPPED)
def test_every_number_that_a_check_names_is_a_control_of_what_ships(ids: str) -> None:
    framework = shipped()[SHIPPED[ids]]
    for check in CHECKS:
        for number in getattr(check.controls, ids):
            controls = resolve(number, framework.controls)
            assert bool(controls) is (number not in OUTSIDE), f"{check.id}: {number}"
            assert all(check.id in framework.controls[control].checks for control in controls)


@pytest.mark.parametrize("ids", SHIPPED)
def test_a_control_has_no_check_that_does_not_name_it(ids: str) -> None:
    framework = shipped()[SHIPPED[ids]]
    meant = {(control, check.id) for check in CHECKS for number in getattr(check.controls, ids)
             for control in resolve(number, framework.controls)}  # fmt: skip
    assert {(number, check) for number, one in framework.controls.items() for check in one.checks} == meant


def test_what_no_check_speaks_of_is_attested_and_nothing_else_is() -> None:
    for framework in shipped().values():
        for control in framework.controls.values():
            assert (control.kind is ControlKind.ATTESTED) is (not control.checks), f"{framework.name} {control.id}"


@pytest.mark.parametrize(("name", "count"), [
    ("iso-27001-2022", 93), ("nist-800-53-moderate", 287), ("pci-dss-4.0.1", 205), ("cis-server-level-1", 106),
    ("cis-server-level-2", 113),
])  # fmt: skip
def test_every_control_is_there_once_in_words_of_a_line(name: str, count: int) -> None:
    controls = shipped()[name].controls
    assert len(controls) == count
    assert all(8 <= len(one.text) <= 120 for one in controls.values())


def test_annex_a_has_the_numbers_of_its_four_themes() -> None:
    numbers = list(shipped()["iso-27001-2022"].controls)
    assert numbers == [
        f"{theme}.{at}" for theme, most in ((5, 37), (6, 8), (7, 14), (8, 34)) for at in range(1, most + 1)
    ]


def test_level_two_holds_level_one() -> None:
    one, two = shipped()["cis-server-level-1"], shipped()["cis-server-level-2"]
    assert one.controls.items() <= two.controls.items()
    assert "6.2.3.8" in two.controls.keys() - one.controls.keys()


@pytest.mark.parametrize(("number", "controls"), [
    ("IA-5(1)(a)", ("IA-5(1)",)), ("AU-8(1)(a)", ("AU-8",)), ("CM-7(b)", ("CM-7",)), ("AC-6(2)", ("AC-6(2)",)),
    ("SC-30(2)", ()),
])  # fmt: skip
def test_an_enhancement_that_is_not_in_the_baseline_counts_for_what_stands_above(
    number: str, controls: tuple[str, ...]
) -> None:
    assert resolve(number, shipped()["nist-800-53-moderate"].controls) == controls


def test_a_heading_counts_for_all_below_it_and_a_deeper_number_for_what_is_above() -> None:
    pci = shipped()["pci-dss-4.0.1"].controls
    assert resolve("8.4", pci) == ("8.4.1", "8.4.2", "8.4.3")
    assert resolve("10.2.1.5", pci) == ("10.2.1",)
    assert resolve("12.1", pci) == ("12.1.1", "12.1.2", "12.1.3", "12.1.4"), "and not those of 12.10"


def test_short_names_are_names() -> None:
    assert len({one.short for one in shipped().values()}) == len(shipped())
    assert named(shipped(), "pci") is shipped()["pci-dss-4.0.1"]


# --- one's own ------------------------------------------------------------------------------------------------------

OWN = """\
name: house
title: The rules of the house
controls:
  H-1: {text: Root stays out, checks: [ssh-root, "acct-*"]}
  H-2: Somebody has the key of the cupboard
  H-3: {text: Both, kind: both, checks: ssh-empty}
"""


def test_ones_own_names_checks_itself() -> None:
    made = read_framework(OWN, "house.yaml", own=True)
    assert [one.kind for one in made.controls.values()] == [
        ControlKind.AUTOMATED,
        ControlKind.ATTESTED,
        ControlKind.BOTH,
    ]
    assert {"ssh-root", "acct-uid0"} <= set(made.controls["H-1"].checks)
    assert (made.short, made.own) == ("house", True)


def test_ones_own_may_extend_what_ships() -> None:
    made = read_framework("name: more\ntitle: More\nextends: pci-dss-4.0.1\ncontrols:\n  X-1: More\n", "m", shipped())
    assert len(made.controls) == 206


@pytest.mark.parametrize(("text", "place", "said"), [
    ("name: house\ntitle: T\ncontrols:\n  H-1: {text: x, checks: [ssh-rot]}\n", (4, 27), "no check 'ssh-rot'"),
    ("name: house\ntitle: T\ncontrols:\n  H-1: {text: x, kind: perhaps}\n", (4, 24), "automated, attested or both"),
    ("name: house\ntitle: T\ncontrols:\n  H-1: {kind: both}\n", (4, 3), "has no text"),
    ("name: House!\ntitle: T\ncontrols:\n  H-1: x\n", (1, 7), "is no name of a framework"),
    ("name: h\ntitle: T\ncontrol:\n  H-1: x\n", (3, 1), "unknown key 'control'"),
    ("name: h\ntitle: T\n", (1, 1), "has no controls"),
    ("title: T\ncontrols:\n  H-1: x\n", (1, 1), "has no name"),
    ("- a\n", (1, 1), "expected a framework"),
    ("name: h\ntitle: T\nids: hipaa\ncontrols:\n  H-1: x\n", (3, 6), "ids can't be 'hipaa'"),
    ("name: h\ntitle: T\nextends: nothing\ncontrols:\n  H-1: x\n", (3, 10), "no framework 'nothing'"),
    ("name: h\ntitle: 'x\n", (2, 8), "does not end"), ("", (1, 1), "expected a framework"),
    ("name: h\ntitle: T\ncontrols:\n  H-1: x\n  H-1: y\n", (5, 3), "H-1"),
])  # fmt: skip
def test_a_mistake_has_its_place(text: str, place: tuple[int, int], said: str) -> None:
    with pytest.raises(FrameworkWrong) as caught:
        read_framework(text, "house.yaml", shipped())
    mistake = caught.value.mistakes[0]
    assert said in mistake.message
    assert (mistake.place.line, mistake.place.column) == place
    assert str(mistake).startswith("house.yaml:")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(FrameworkWrong) as caught:
        read_framework("name: house\ntitle: T\nodd: 1\ncontrols:\n  H-1: {kind: odd}\n", "house.yaml")
    assert len(caught.value.mistakes) == 3


def test_a_file_that_is_too_large_or_grows_in_memory_is_refused() -> None:
    bomb = "name: h\ntitle: T\ncontrols: &a\n  x: 1\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
    bomb += "d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n"
    for text in (bomb, "x" * 600_000):
        with pytest.raises(FrameworkWrong):
            read_framework(text, "house.yaml")


def test_signs_that_would_move_a_terminal_are_seen() -> None:
    made = read_framework('name: house\ntitle: "T\\e[31m"\ncontrols:\n  H-1: "a\\e[2Jb"\n', "house.yaml")
    assert "\x1b" not in made.title + made.controls["H-1"].text


OBJECTS = {
    "fs-mount": {f"{where} {part}" for where in ("/tmp", "/dev/shm")
                 for part in ("mounted", "nodev", "nosuid", "noexec")},
    "fs-passwdfiles": {one for path in PASSWORD_FILES for one in (path, f"{path}-")},
    "svc-legacy": {*SERVERS, *CLIENTS},
    "net-stack": {f"net.ipv4.conf.all.{key}" for key in NETWORK}
    | {"net.ipv4.tcp_syncookies", "net.ipv4.icmp_echo_ignore_broadcasts"},
    "ssh-hostkey": {"/etc/ssh/ssh_host_rsa_key.pub mode"}, "home-perm": {"/root/.shosts"},
}  # fmt: skip
"""What checks can find of which a control is about a part, beside what their cases find."""

BESIDE = {
    "svc-legacy": "*finger*", "acct-hash": "account *", "mac-on": "selinux", "fw-active": "firewalld",
    "ssh-hostkey": "* strength", "aud-on": "[!i]*",
}  # fmt: skip
"""What they find that the benchmarks for Debian and Ubuntu do not ask for: it fails no control of theirs."""

WHOLE = {"installed", "on", "running"}
"""Patterns that only what is about a host as a whole fails, which has no name."""


def found_by(check: str) -> set[str]:
    """Return the names of all that a check finds in the cases that it ships with."""
    cases = [judge_case(BY_ID[check], case) for case in cases_of(check)]
    wrong = [Wrong(one.object, False, parts_in(one)) for case in cases for one in case.seen]
    return {name for one in wrong for name in one.names if name}


def parts_in(seen: Seen) -> tuple[str, ...]:
    parts = seen.data.get("parts")
    return tuple(parts) if isinstance(parts, list) else ()


CIS = shipped()["cis-server-level-2"]
NARROW = sorted(check for one in shipped().values() for check in one.narrowed)


@pytest.mark.parametrize("check", [one for one in CIS.narrowed if any(one in c.objects for c in CIS.controls.values())])
def test_whatever_a_check_can_find_fails_some_control_that_is_about_it(check: str) -> None:
    controls = [one for one in CIS.controls.values() if check in one.checks]
    for name in found_by(check) | OBJECTS.get(check, set()):
        beside = check in BESIDE and fnmatchcase(name, BESIDE[check])
        assert any(is_about(one.objects.get(check, ()), Wrong(name, False)) for one in controls) is not beside, name


@pytest.mark.parametrize("check", sorted(set(NARROW)))
def test_no_pattern_of_a_control_is_idle(check: str) -> None:
    patterns = {
        pattern.removeprefix("!") for framework in shipped().values() for one in framework.controls.values()
        for pattern in one.objects.get(check, ())
    } - WHOLE  # fmt: skip
    names = found_by(check) | OBJECTS.get(check, set())
    assert not [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]


def test_what_a_control_wants_to_be_in_use_is_what_its_checks_tell_of() -> None:
    told = {"apparmor", "selinux", "chrony", "systemd-timesyncd", "ufw", "nftables", "iptables", "journald", "rsyslog"}
    for framework in shipped().values():
        for one in framework.controls.values():
            assert set(one.in_use) <= told, one.id
            assert all(BY_ID[check].in_use is not None for check in one.checks if one.in_use), one.id


def test_ones_own_framework_may_say_objects() -> None:
    text = "name: own\ntitle: Own\ncontrols:\n  A: {text: no tmp, checks: fs-mount, objects: [/tmp, /var/*]}\n"
    assert read_framework(text, "own.yaml").controls["A"].objects == {"fs-mount": ("/tmp", "/var/*")}


def test_objects_may_be_said_of_single_checks_and_what_is_in_use_of_hosts() -> None:
    text = (
        "name: own\ntitle: Own\ncontrols:\n  A:\n    text: both\n    checks: [fs-mount, fw-deny]\n"
        "    objects: {fs-mount: /tmp nodev}\n    in_use: [ufw, nftables]\n"
    )
    made = read_framework(text, "own.yaml").controls["A"]
    assert (made.objects, made.in_use) == ({"fs-mount": ("/tmp nodev",)}, ("ufw", "nftables"))


def test_objects_of_a_check_that_the_control_has_not_are_a_mistake_at_its_place() -> None:
    text = "name: own\ntitle: Own\ncontrols:\n  A: {text: x, checks: fs-mount, objects: {fs-mout: /tmp}}\n"
    with pytest.raises(FrameworkWrong, match="'fs-mout' is no check of this control") as caught:
        read_framework(text, "own.yaml")
    place = caught.value.mistakes[0].place
    assert (place.line, place.column) == (4, 44)
