"""What goes over the socket."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import LINE_LIMIT, Request, decode, read_error, read_request, refusal, write_request

NAMES = st.text(max_size=50)


@given(
    st.builds(
        Request,
        id=st.integers(0, 2**53),
        ask=st.just("act"),
        action=st.text(min_size=1, max_size=90),
        targets=st.lists(NAMES, max_size=5).map(tuple),
        params=st.dictionaries(NAMES, st.one_of(st.booleans(), st.text(), st.integers(-(2**40), 2**40)), max_size=5),
        expect=st.dictionaries(NAMES, st.integers(0, 10**9), max_size=3),
        read_only=st.booleans(),
    )
)
def test_a_request_arrives_as_it_was_sent(request_: Request) -> None:
    """Any request comes out of the line as it went in, and its line has one end."""
    line = write_request(request_)
    assert line.count(b"\n") == 1
    assert read_request(line) == request_


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_a_clear_error(line: bytes) -> None:
    """Nothing but an ActError ever comes of a line."""
    with suppress(ActError):
        assert read_request(line).ask


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["v", "id", "ask", "action", "targets", "params", "expect", "topics"]), JSON))
def test_any_object_is_a_request_or_a_clear_error(message: dict[str, object]) -> None:
    """Fields of wrong types are told, never raised as something else."""
    with suppress(ActError):
        assert read_request(json.dumps({"v": 1, "id": 1, "ask": "act"} | message).encode()).ask


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"[]", Code.MALFORMED),
        (b"{", Code.MALFORMED),
        (b"[" * 100_000, Code.MALFORMED),
        (b'{"v":2,"id":1,"ask":"act"}', Code.VERSION),
        (b'{"id":1,"ask":"act"}', Code.VERSION),
        (b'{"v":1,"id":true,"ask":"act"}', Code.MALFORMED),
        (b'{"v":1,"id":1,"ask":"hack"}', Code.MALFORMED),
        (b'{"v":1,"id":1,"ask":"act","targets":"web"}', Code.MALFORMED),
        (b'{"v":1,"id":1,"ask":"act","expect":{"a":"b"}}', Code.MALFORMED),
        (json.dumps({"v": 1, "id": 1, "ask": "act", "targets": ["a"] * 10_001}).encode(), Code.TOO_LARGE),
        (b" " * (LINE_LIMIT + 1), Code.TOO_LARGE),
    ],
)
def test_each_mistake_has_its_code(line: bytes, code: Code) -> None:
    """A program can tell the mistakes apart."""
    with pytest.raises(ActError) as caught:
        read_request(line)
    assert caught.value.code is code


def test_an_error_survives_the_line() -> None:
    """Code, message and hint arrive whole."""
    told = decode(refusal(ActError(Code.CONFLICT, "web-1 was changed", "look again"), 7))
    assert told["re"] == 7
    error = read_error(told["error"])
    assert (error.code, error.message, error.hint) == (Code.CONFLICT, "web-1 was changed", "look again")
