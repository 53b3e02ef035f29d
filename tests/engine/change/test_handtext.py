"""Orders to the runner, and its answers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.errors import ProbeError
from tui_ops.engine.change.handtext import (
    PAYLOAD_LIMIT,
    STATES,
    ask,
    ask_do,
    parse_found,
    parse_hello,
    script,
    text,
    words_file,
)
from tui_ops.model.orders import Order, Seen

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))


def read_words(data: bytes) -> list[str]:
    """As the step's shell reads them."""
    lines, found, at = data.split(b"\n"), [], 0
    assert lines[-2:] == [b".", b""]
    while at < len(lines) - 2:
        count = int(lines[at])
        found.append(b"\n".join(lines[at + 1 : at + 2 + count]).decode())
        at += 2 + count
    return found


@given(WORDS)
def test_words_are_read_as_they_were_written(words: list[str]) -> None:
    assert read_words(words_file(tuple(words))) == words


def test_short_words_come_as_lines_and_long_ones_as_bytes() -> None:
    """A shell reads lines without a program, byte by byte."""
    assert b"words 6 lines\n0\na\n1\nb\nc\n.\n" in ask_do(1, "steps-1-1", Order("true", ("a", "b\nc"), {}))
    long = ask_do(1, "steps-1-1", Order("true", ("x" * 5000,), {}))
    assert b"words 5005\n0\nxx" in long


def test_what_can_not_be_carried_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        words_file(("a\0b",))
    with pytest.raises(ValueError, match="200 kB"):
        ask_do(1, "steps-1-1", Order("true", (), {"content": b"x" * PAYLOAD_LIMIT}))
    with pytest.raises(ValueError, match="name of a file"):
        ask_do(1, "steps-1-1", Order("true", (), {"../x": b""}))
    with pytest.raises(ValueError, match="name of a file"):
        ask("look", 1, "a b")


@pytest.mark.parametrize(("marker", "token"), [("x y", "a" * 16), ("a" * 16, "a;b"), ("a" * 16, "")])
def test_only_a_token_becomes_part_of_a_command_line(marker: str, token: str) -> None:
    with pytest.raises(ValueError, match="command line"):
        script(marker, token, known=False)


def test_the_text_is_one_function_with_all_in_it() -> None:
    assert text().startswith("tui_ops_begin() {")
    assert "# @" not in text()
    assert 'mkdir "$run/$2"' in text()
    assert text().endswith("\n}\n")


def test_a_whole_answer_is_read() -> None:
    found = parse_found("over", b"- 3f-boot 7 10.50 12.75\nline one\n\nlast")
    assert (found.seen, found.code, found.seconds, found.output) == (Seen.OVER, 7, 2.25, b"line one\n\nlast")
    assert parse_found("over", b"- 3f-boot \nx").seen is Seen.LOST
    assert parse_found("running", b"stopped 3f \n").stopped


@given(st.sampled_from([*STATES, "output", ""]), st.binary(max_size=200))
def test_any_answer_is_read_or_refused(name: str, body: bytes) -> None:
    with contextlib.suppress(ProbeError):
        assert parse_found(name, body).seen in Seen


@given(st.binary(max_size=300))
def test_any_hello_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(ProbeError):
        parse_hello(body)
