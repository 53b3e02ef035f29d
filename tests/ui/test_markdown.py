"""Markdown as lines of the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.clean import clean
from tui_ops.reports.escaping import md
from tui_ops.ui.cells import safe
from tui_ops.ui.markdown import markdown_lines
from tui_ops.ui.paint import Ink, line_width, plain


def shown(text: str, width: int = 60) -> list[str]:
    return [plain(one).rstrip() for one in markdown_lines(text, width)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# Title", ["Title"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("- point\n- [x] done\n- [ ] not", ["- point", "- [x] done", "- [ ] not"]),
        ("a **bold** word, `code`", ["a bold word, code"]),
        (r"authorized\_keys \*not bold\* \[x\]", ["authorized_keys *not bold* [x]"]),
        ("| a | b |\n|---|---|\n| 1 | long text |", ["a  b", "1  long text"]),
        (r"| a | b |" + "\n" + r"| 1 | x \| y |", ["a  b", "1  x | y"]),
        ("2 * 3 * 4", ["2 * 3 * 4"]),
    ],
)
def test_what_the_reports_write(text: str, lines: list[str]) -> None:
    """Each stands as it is meant."""
    assert shown(text) == lines


def test_colours() -> None:
    """Headings and bold stand out."""
    assert markdown_lines("# T", 40)[0] == (("T", Ink.TITLE),)
    assert ("bold", Ink.TITLE) in markdown_lines("a **bold** word", 40)[0]


def test_a_long_point_is_indented() -> None:
    """Its further lines stand below its first word."""
    lines = shown("- " + "word " * 30, 30)
    assert len(lines) > 3
    assert all(one.startswith("  word") for one in lines[1:])


@given(st.text(max_size=200))
def test_what_was_escaped_comes_back(text: str) -> None:
    """A foreign text between stars looks as it was, but for blanks."""
    found = " ".join(" ".join(shown(f"x {md(text)}", 5000)).split())
    assert found == " ".join(f"x {safe(clean(text, 1000))}".split())


@given(st.text(alphabet=st.sampled_from("#-|*`\\[] \n\tabc漢\x1b\u202e"), max_size=400), st.integers(40, 160))
def test_no_line_is_wider(text: str, width: int) -> None:
    """Whatever stands in it."""
    for one in markdown_lines(text.replace("漢", "漢 "), width):
        assert line_width(one) <= width or len(plain(one).split()) <= 2
