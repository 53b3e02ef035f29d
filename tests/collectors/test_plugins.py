"""What plugins write, as data files: plugins/NAME.txt is what one wrote, NAME.json what it means."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.checks.judges import Result, judge
from tui_ops.collectors.checks.perfdata import LABEL_LIMIT, NUMBERS_LIMIT, Output, parse_numbers, parse_output
from tui_ops.collectors.checks.plugins import FOLDERS, command_of
from tui_ops.model.checks import CheckKind, CheckSpec, PluginWish
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.model.thresholds import parse_range
from tui_ops.transport.ends.seen import PluginSeen

DATA = Path(__file__).parent / "plugins"
CASES = sorted(DATA.glob("*.txt"))
SPEC = CheckSpec("check", CheckKind.PLUGIN, ("check_it",), PluginWish())


def told(output: Output) -> dict[str, object]:
    return {"text": output.text, "lines": list(output.lines), "numbers": [one.as_json() for one in output.numbers]}


def result(data: bytes, status: int | None, errors: str = "", truncated: bool = False) -> Result:
    return judge(SPEC, PluginSeen(status, data, errors, truncated, 0.1))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_a_plugin_wrote(path: Path) -> None:
    """Text, further lines and numbers, as the guidelines have them."""
    assert told(parse_output(path.read_bytes())) == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize(
    ("status", "severity"),
    [(0, Severity.OK), (1, Severity.WARNING), (2, Severity.CRITICAL), (3, Severity.UNKNOWN), (4, Severity.UNKNOWN),
     (127, Severity.UNKNOWN), (-1, Severity.UNKNOWN), (None, Severity.UNKNOWN)],
)  # fmt: skip
def test_exit_codes(status: int | None, severity: Severity) -> None:
    """The four codes mean what they mean; any other is no judgement, and says so."""
    found = result(b"TEXT | a=1", status)
    assert found.severity is severity
    assert found.numbers == {"a": 1.0}
    assert ("none of a plugin's" in found.text or "by a signal" in found.text) is (status not in (0, 1, 2, 3))


def test_a_plugin_that_says_nothing() -> None:
    """What it wrote to its error output stands in place of its text."""
    assert result(b"", 2, "no such option -z").text == "no such option -z"
    assert result(b"\n", 0).text == "the plugin wrote nothing"


def test_a_plugin_that_floods() -> None:
    """It was killed, so what it wrote is no judgement."""
    assert result(b"x" * 9000, 0, truncated=True).severity is Severity.UNKNOWN


@given(st.one_of(st.binary(max_size=600), st.sampled_from(CASES).map(Path.read_bytes).flatmap(
    lambda body: st.tuples(st.integers(0, len(body)), st.binary(max_size=20)).map(
        lambda cut: body[: cut[0]] + cut[1] + body[cut[0] :]))))  # fmt: skip
def test_any_bytes_give_something_harmless(data: bytes) -> None:
    """No bytes raise; every text is harmless and bounded, every number finite, every range one."""
    output = parse_output(data)
    for text in (output.text, *output.lines):
        assert clean(text, 200) == text
    assert len(output.numbers) <= NUMBERS_LIMIT
    for number in output.numbers:
        assert number.label
        assert clean(number.label, LABEL_LIMIT) == number.label
        for level in filter(None, (number.warn, number.crit)):
            parse_range(level)
    json.dumps(told(output), allow_nan=False)


labels = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="|"), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and text == clean(text, 20))


@given(st.dictionaries(labels, st.floats(-1e15, 1e15, allow_nan=False), max_size=8))
def test_what_is_written_by_the_grammar_is_read(numbers: dict[str, float]) -> None:
    """Any label in quotes, its own quotes doubled, with any number, comes back."""
    text = " ".join(f"'{label.replace(chr(39), chr(39) * 2)}'={value!r};1;@2:3;;" for label, value in numbers.items())
    assert {one.label: one.value for one in parse_numbers(text)} == pytest.approx(numbers)
    assert all((one.warn, one.crit) == ("1", "@2:3") for one in parse_numbers(text))


def test_the_words_of_a_plugin_stay_words() -> None:
    """Nothing of them is part of the line that the shell reads."""
    evil = ["check_x", "$(reboot)", "'; reboot; '", "-w", "{address}"]
    command = command_of(evil, 10.2)
    assert command[:2] == ["/bin/sh", "-c"]
    assert command[3:] == ["sh", "check_x", "13", *evil[1:]]
    assert "reboot" not in command[2]
    assert all(folder in command[2] for folder in FOLDERS)


def test_a_unit_makes_no_number_beyond_bounds() -> None:
    """What is too much for any count stays too much when its unit multiplies it."""
    assert [one.label for one in parse_numbers("a=1e18PB b=1e300 c=NaN d=1e17 e=-1e18GB")] == ["d"]
