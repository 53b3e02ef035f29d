"""Frameworks: those that ship hold what the checks name, and one's own are read with every mistake at its place."""

from fnmatch import fnmatchcase

import pytest

from tui_ops.model.compliance import ControlKind
from tui_ops.practices.compliance.frameworks import FrameworkWrong, named, read_framework, resolve, shipped
from tui_ops.practices.security.checks.declared import CHECKS
from tui_ops.practices.security.checks.filesystems import PASSWORD_FILES
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
    ("iso-27001-2022", 93), ("nist-800-53-moderate", 287), ("pci-dss-4.0.1", 205), ("cis-server-level-1", 103),
    ("cis-server-level-2", 110),
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
    "fs-mount": {"/tmp", "/dev/shm"},
    "fs-passwdfiles": {one for path in {*PASSWORD_FILES} - {"/etc/security/opasswd"} for one in (path, f"{path}-")},
    "svc-legacy": {*SERVERS, *CLIENTS} - {"finger-server", "fingerd", "cfingerd"},
}
"""What checks can find of which controls are about a part. None of those that ship
are about finger, or about opasswd."""


@pytest.mark.parametrize("check", OBJECTS)
def test_whatever_a_check_can_find_fails_some_control_and_no_pattern_is_idle(check: str) -> None:
    controls = [one for one in shipped()["cis-server-level-1"].controls.values() if check in one.checks]
    assert all(one.objects and one.checks == (check,) for one in controls)
    patterns = {pattern for one in controls for pattern in one.objects}
    assert not [one for one in OBJECTS[check] if not any(fnmatchcase(one, pattern) for pattern in patterns)]
    assert not [pattern for pattern in patterns if not any(fnmatchcase(one, pattern) for one in OBJECTS[check])]


def test_controls_with_objects_are_of_checks_that_are_tried_here() -> None:
    assert set(shipped()["cis-server-level-1"].narrowed) == set(OBJECTS)


def test_ones_own_framework_may_say_objects() -> None:
    text = "name: own\ntitle: Own\ncontrols:\n  A: {text: no tmp, checks: fs-mount, objects: [/tmp, /var/*]}\n"
    assert read_framework(text, "own.yaml").controls["A"].objects == ("/tmp", "/var/*")
