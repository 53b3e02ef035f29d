"""Beginnings of names: found whatever their number, and the same as looking at each."""

from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.facts import Beginnings, FactReading, compare

NAMES = st.text(alphabet="ab /", max_size=6)


@given(st.lists(NAMES, max_size=12), NAMES)
def test_they_are_found_as_by_looking_at_each(starts: list[str], name: str) -> None:
    """Also where one begins with another, or is empty."""
    assert Beginnings(starts).has(name) is any(name.startswith(start) for start in starts)


class Counted(str):
    """A name that counts how often anybody looks how it begins."""

    __slots__ = ()
    looks = 0

    def startswith(self, *words: object) -> bool:  # type: ignore[override]
        """Count one look."""
        Counted.looks += 1
        return str.startswith(self, *words)  # type: ignore[arg-type]


def test_each_name_is_looked_at_once() -> None:
    """Three thousand items against four thousand unread beginnings: not twelve million looks."""
    before = {Counted(f"item {at}"): {} for at in range(3_000)}
    unread = tuple(f"account{at} " for at in range(4_000))
    Counted.looks = 0
    found = compare(before, FactReading("t", {}, unread))
    assert len(found.differences) == 3_000
    assert Counted.looks <= 3_000
