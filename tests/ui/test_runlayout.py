"""Outputs of a command, one below the other and side by side."""

import pytest

from tui_ops.ui.cells import ASCII, UNICODE
from tui_ops.ui.paint import line_width, plain
from tui_ops.ui.runlayout import Sheet, below, beside, fits_beside
from tui_ops.ui.runresults import Group, RunResults


def groups(*outputs: tuple[str, int, bytes]) -> list[Group]:
    results = RunResults(tuple(host for host, _, _ in outputs))
    for host, status, out in outputs:
        results.add(host, status, "", out)
    return results.groups


THREE = groups(
    ("a", 0, b"nginx 1.26\nup\n"), ("b", 0, b"nginx 1.26\nup\n"), ("c", 0, b"nginx 1.24\nup\n"), ("d", 1, b""),
)  # fmt: skip


def test_side_by_side_what_differs_is_marked() -> None:
    """The output of most hosts is the measure: a line that it does not have bears a mark, an equal one does not."""
    lines = [plain(one) for one in beside(THREE, Sheet(130, UNICODE))]
    assert [text.count("│") for text in lines[:3]] == [2, 2, 2]
    first = lines[2]
    assert "no output" in first
    assert "  nginx 1.26" in first
    assert "≠ nginx 1.24" in first
    assert "≠" not in lines[3]


def test_more_outputs_than_room_stand_below() -> None:
    """On 80 columns two stand beside each other, the third below them."""
    lines = [plain(one) for one in beside(THREE, Sheet(80, UNICODE))]
    assert "1.24" not in lines[2]
    assert any("≠ nginx 1.24" in text for text in lines[4:])


@pytest.mark.parametrize("width", [79, 80, 120, 200, 250])
@pytest.mark.parametrize("marks", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_line_is_wider_than_the_screen(width: int, marks: object) -> None:
    """Whatever a host sends: wide characters, controls, endless lines."""
    hostile = groups(
        ("a", 0, b"\x1b[31m" + "\u6f22".encode() * 500), ("b", 3, b"x" * 5000), ("c" * 250, 0, "\u202eabc".encode())
    )
    sheet = Sheet(width, marks)  # type: ignore[arg-type]
    for one in (*beside(hostile, sheet), *below(hostile, sheet)):
        assert line_width(one) <= width or "c" * 250 in plain(one)
        assert "\x1b" not in plain(one)
        assert "\u202e" not in plain(one)


def test_long_lines_are_moved_to_their_end() -> None:
    """A shift moves every output, in both ways of standing."""
    long = groups(("a", 0, b"0123456789" * 12), ("b", 0, b"short"))
    assert "0123456789" * 3 not in plain(beside(long, Sheet(80, UNICODE, 100))[2])
    assert any(plain(one).strip() == "0123456789" * 2 for one in below(long, Sheet(80, UNICODE, 100)))


def test_one_output_needs_no_columns() -> None:
    """Nor does a narrow terminal have any."""
    assert not fits_beside(groups(("a", 0, b"x"), ("b", 0, b"x")), 200)
    assert fits_beside(THREE, 79)
    assert not fits_beside(THREE, 78)
