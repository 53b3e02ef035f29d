"""Names with ranges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.inventory.ranges import count, expand
from tui_ops.inventory.wrong import Wrong

WORDS = st.text("abcXYZ019.-_", max_size=6)
NUMBER_RANGES = st.tuples(st.integers(0, 300), st.integers(0, 40), st.integers(1, 7), st.integers(0, 5))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("db", ["db"]),
        ("web-[1:3]", ["web-1", "web-2", "web-3"]),
        ("web-[08:11]", ["web-08", "web-09", "web-10", "web-11"]),
        ("[1:9:4]x", ["1x", "5x", "9x"]),
        ("[099:101]", ["099", "100", "101"]),
        ("n[0:1]", ["n0", "n1"]),
        ("node-[a:c]", ["node-a", "node-b", "node-c"]),
        ("node-[X:Z:2]", ["node-X", "node-Z"]),
        ("[lon,par]-[1:2]", ["lon-1", "lon-2", "par-1", "par-2"]),
        ("n[1:2,7,x]", ["n1", "n2", "n7", "nx"]),
    ],
)
def test_a_range_stands_for_names(text: str, names: list[str]) -> None:
    """Ranges count up, keep the width of a leading zero, and the last one turns fastest."""
    assert expand(text) == names
    assert count(text) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        *("[", "]", "a[1", "a]1[", "[[1:2]]", "[]", "[1:]", "[:2]", "[3:1]", "[c:a]", "[a:C]", "[1:2:0]", "[1:b]"),
        *("[1,,2]", "[-1:2]", "[1:9999999999]", "[١:٣]", "[a b]", "[1:2:3:4]", "x" * 5000),
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    """A bracket that is not a range is a mistake and never part of a name."""
    with pytest.raises(Wrong):
        count(text)
    with pytest.raises(Wrong):
        expand(text)


@settings(deadline=None)
@given(WORDS, NUMBER_RANGES, WORDS)
def test_a_number_range_is_a_python_range_with_its_ends(
    before: str, numbers: tuple[int, int, int, int], after: str
) -> None:
    """Both ends belong to a range, whatever stands around it."""
    start, length, step, width = numbers
    first = f"{start:0{width}d}"
    names = expand(f"{before}[{first}:{start + length}:{step}]{after}")
    padded = len(first) if first.startswith("0") else 0
    assert names == [f"{before}{n:0{padded}d}{after}" for n in range(start, start + length + 1, step)]


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_several_ranges_multiply(lengths: list[int]) -> None:
    """A name with several ranges stands for every combination once, and the count is known beforehand."""
    text = "-".join(f"[1:{length}]" for length in lengths)
    names = expand(text)
    assert len(set(names)) == len(names) == count(text)


def test_the_count_of_a_huge_range_costs_nothing() -> None:
    """A range is counted without being made, so that a bound can be kept."""
    assert count("[1:999999999]" * 50) == 999_999_999**50


@settings(deadline=None)
@given(st.text("[]0123456789:,abcAZ. -é", max_size=40))
def test_any_text_expands_or_is_refused(text: str) -> None:
    """Whatever is written, the answer is names or a sentence."""
    try:
        number = count(text)
    except Wrong:
        return
    if number <= 1000:
        assert len(expand(text)) == number
