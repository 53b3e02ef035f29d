"""What goes over a stream, and the way out of a shell, without any process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import LINE_LIMIT, encode, read_size, read_term
from tui_ops.actions.relay import Escape
from tui_ops.actions.streaming import End, Lines, pack, sized, typed, unpack


@given(st.binary(), st.integers(1, 50))
def test_messages_are_put_together_from_any_pieces(data: bytes, step: int) -> None:
    """However a socket cuts them, the same messages come out, byte for byte."""
    stream = typed(data) + sized(80, 24) + encode({"end": {"status": 3}})
    lines = Lines()
    found = [one for at in range(0, len(stream), step) for one in lines.feed(stream[at : at + step])]
    assert unpack(found[0]["in"]) == data
    assert found[1]["size"] == [80, 24]
    assert End.read(found[2]["end"]).status == 3


def test_a_message_without_an_end_is_refused() -> None:
    """A side that goes mad fills no memory."""
    with pytest.raises(ActError, match="without an end"):
        Lines().feed(b"x" * (LINE_LIMIT + 1))


@pytest.mark.parametrize("text", ["%", "====", "a", "ä"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    """It is told, not guessed."""
    with pytest.raises(ActError):
        unpack(text)


def test_pack_and_unpack() -> None:
    """All bytes come back."""
    assert unpack(pack(bytes(range(256)))) == bytes(range(256))


@pytest.mark.parametrize("size", [[0, 1], [1], [80, 24, 1], "80x24", [80, 10_000], [True, 24], None])
def test_sizes_that_no_terminal_has(size: object) -> None:
    """They are refused before they reach a host."""
    with pytest.raises(ActError):
        read_size(size)


@pytest.mark.parametrize("term", ["xterm\n", "x y", "-x", "a" * 41, 7, "x;y", "$(x)"])
def test_names_that_no_terminal_has(term: object) -> None:
    """TERM becomes a word on the host, so it is a plain one."""
    with pytest.raises(ActError):
        read_term(term)


@pytest.mark.parametrize("body", [None, [], {"status": "x", "seconds": "y"}, {"why": None}])
def test_an_end_that_is_none_is_an_end_all_the_same(body: object) -> None:
    """A strange end still ends."""
    assert End.read(body).status is None


@pytest.mark.parametrize(
    ("keys", "passed", "cut"),
    [
        ([b"ls\r"], b"ls\r", False),
        ([b"~."], b"", True),
        ([b"ls\r~."], b"ls\r", True),
        ([b"ls\r", b"~", b"."], b"ls\r", True),
        ([b"a~."], b"a~.", False),
        ([b"~~."], b"~.", False),
        ([b"~x~."], b"~x~.", False),
        ([b"cd ~\r~/bin\r~."], b"cd ~\r~/bin\r", True),
        ([b"\n~.rest"], b"\n", True),
    ],
)
def test_the_way_out_of_a_shell(keys: list[bytes], passed: bytes, cut: bool) -> None:
    """~. cuts only at the beginning of a line; everything else reaches the shell as it was typed."""
    escape = Escape()
    assert b"".join(escape.feed(one) for one in keys) == passed
    assert escape.cut is cut


def test_help_on_the_way_out() -> None:
    """~? asks for help and is not for the shell."""
    escape = Escape()
    assert escape.feed(b"~?ls") == b"ls"
    assert escape.help
