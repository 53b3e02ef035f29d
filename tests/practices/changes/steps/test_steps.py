"""What is sent for each kind of step, and what its end means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steps import command, script, step

from tui_ops.model.changes import CellState
from tui_ops.model.plans import HERE, Part, Step, StepKind
from tui_ops.practices.changes.steps import KINDS, compose, dry, judge, judge_dry
from tui_ops.practices.changes.steps.accounts import key_of
from tui_ops.practices.changes.steps.filing import difference
from tui_ops.practices.changes.steps.kind import CHANGED_CODE

HARD = "$(id) `id` '\" ; \\ {x} %s\n|&"

EXAMPLES = {
    StepKind.COMMAND: command("echo", HARD),
    StepKind.SCRIPT: script(HARD, environment=(f"TUI_x={HARD}",)),
    StepKind.FILE: step(StepKind.FILE, path=f"/etc/{HARD}", content=HARD, mode="0600", owner=HARD),
    StepKind.RESTORE: step(StepKind.RESTORE, part=Part.ROLLBACK, what="files"),
    StepKind.PACKAGE: step(StepKind.PACKAGE, name=HARD, do="install", version=HARD),
    StepKind.UNIT: step(StepKind.UNIT, name=HARD, do="restart"),
    StepKind.ACCOUNT: step(StepKind.ACCOUNT, name=HARD, do="add", groups=(HARD, "b"), comment=HARD),
    StepKind.KEY: step(StepKind.KEY, account=HARD, key=f"ssh-ed25519 AAAA {HARD}", do="add"),
    StepKind.REBOOT: step(StepKind.REBOOT, within=60.0),
    StepKind.CHECK: step(StepKind.CHECK, file=f"/{HARD}", contains=HARD),
    StepKind.HTTP: step(StepKind.HTTP, url=f"http://{HARD}", contains=HARD, from_="host"),
}


def test_every_kind_that_is_done_on_a_host_is_known() -> None:
    assert set(KINDS) == (set(StepKind) - HERE) | {StepKind.HTTP}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_no_value_is_part_of_a_scripts_text(kind: StepKind) -> None:
    """The same text is sent whatever the plan says: values are words and files."""
    one = EXAMPLES[kind]
    plain = Step(one.kind, one.part, 1, "", {name: _plain(value) for name, value in one.args.items()})
    for make in (compose, dry):
        order, other = make(one), make(plain)
        assert (order and order.script) == (other and other.script)
        assert order is None or HARD not in order.script


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple("TUI_x=a" if "=" in one else "a" for one in value)
    return "a" if isinstance(value, str) else value


@pytest.mark.parametrize("kind", EXAMPLES)
@given(code=st.none() | st.sampled_from([0, 1, CHANGED_CODE, 124, 127, 255]), output=st.binary(max_size=300))
def test_whatever_a_host_says_is_an_end(kind: StepKind, code: int | None, output: bytes) -> None:
    """One clean line, of a state that a cell may end with; and only with 0, or with our own code, is it well."""
    for meaning in (judge, judge_dry):
        end = meaning(EXAMPLES[kind], code, output)
        assert end.state in (CellState.OK, CellState.CHANGED, CellState.FAILED)
        assert end.said.isprintable()
        assert len(end.said) <= 320
        if code not in (0, CHANGED_CODE) and dry(EXAMPLES[kind]) is not None:
            assert end.state is CellState.FAILED


@pytest.mark.parametrize("part", [Part.PRE, Part.POST])
def test_a_command_that_only_reads_changes_nothing(part: Part) -> None:
    assert judge(command("true", part=part), 0, b"").state is CellState.OK
    assert judge(command("true"), 0, b"").state is CellState.CHANGED


def test_what_comes_after_the_steps_is_not_asked_dry() -> None:
    """It can't be true before them."""
    for one in (command("true", part=Part.POST), step(StepKind.CHECK, part=Part.POST, port=1)):
        assert dry(one) is None
        assert judge_dry(one, None, b"").state is CellState.OK
    assert dry(command("true", part=Part.PRE)) is not None


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (b"a\nb\n", b"a\nc\n", ["--- /f", "+++ /f", "@@ -1,2 +1,2 @@", " a", "-b", "+c"]),
        (b"", b"a\n", ["--- /f", "+++ /f", "@@ -0,0 +1 @@", "+a"]),
        (b"a\n", b"", ["--- /f", "+++ /f", "@@ -1 +0,0 @@", "-a"]),
        (b"a\0", b"a\n", ["/f is no text: 2 bytes before, 2 after"]),
        (b"\xff", b"a\n", ["/f is no text: 1 bytes before, 2 after"]),
        (b"a\n", b"a", ["the last line would end the file without a line end"]),
        (b"a", b"a\n", ["the last line would end the file as a line"]),
        (b"a\r\n", b"a\n", ["/f: only its line ends differ"]),
    ],
)
def test_a_difference_is_shown_as_lines(old: bytes, new: bytes, lines: list[str]) -> None:
    assert difference("/f", old, new) == lines


def test_a_long_difference_is_bounded() -> None:
    new = "".join(f"{at}\n" for at in range(5000)).encode()
    assert len(difference("/f", b"", new)) < 450


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("ssh-ed25519 AAAAC3x bob", "ssh-ed25519 AAAAC3x"),
        ('from="1.2.3.4",command="ssh-x y" ssh-rsa AAAAB3 a b', "ssh-rsa AAAAB3"),
        ("sk-ssh-ed25519@openssh.com AAAAGn", "sk-ssh-ed25519@openssh.com AAAAGn"),
    ],
)
def test_a_key_is_found_behind_its_options(line: str, key: str) -> None:
    assert key_of(line) == key


def test_packages_tell_what_they_were_and_are() -> None:
    one = step(StepKind.PACKAGE, do="upgrade")
    output = b"Reading...\nchanged packages:\na 1 -> 2\nb 3 installed\n"
    end = judge(one, CHANGED_CODE, output)
    assert (end.result, end.said) == ("a 1 -> 2\nb 3 installed", "2 packages: a 1 -> 2, b 3 installed")


def test_sudo_that_refuses_is_told_as_such() -> None:
    end = judge(command("true", become=True), 1, b"sudo: a password is required\n")
    assert end.said == "sudo: a password is required; the login may not do this by sudo without a password"
