"""Two readings held against each other: what differs is told, what was not looked at is not, noise never is."""

from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.facts import FactReading, Fields, compare

FIELDS = st.dictionaries(
    st.sampled_from("abcd"),
    st.one_of(st.integers(0, 3), st.sampled_from("xy"), st.none(), st.lists(st.sampled_from("pq"), max_size=2)),
    max_size=3,
)
ITEMS = st.dictionaries(st.sampled_from(["a 1", "a 2", "b 1", "b 2", "c"]), FIELDS, max_size=5)


def apply(before: dict[str, Fields], found: tuple[object, ...], noise: frozenset[str]) -> dict[str, Fields]:
    """Return what the differences make of the items before, without noise; None stands for no field."""
    items: dict[str, Fields] = {name: dict(fields) for name, fields in before.items()}
    for one in found:
        if one.after is None:  # type: ignore[attr-defined]
            del items[one.item]  # type: ignore[attr-defined]
        else:
            items.setdefault(one.item, {}).update(one.after)  # type: ignore[attr-defined]
    return without(items, noise)


def without(items: dict[str, Fields], noise: frozenset[str]) -> dict[str, Fields]:
    return {
        name: {key: value for key, value in fields.items() if key not in noise and value is not None}
        for name, fields in items.items()
    }


@given(ITEMS, ITEMS, st.sets(st.sampled_from("abcd"), max_size=2))
def test_the_differences_lead_from_one_to_the_other(
    before: dict[str, Fields], after: dict[str, Fields], noise: set[str]
) -> None:
    """Applied to the items before they give the items after, apart from noise, which never is a difference."""
    quiet = frozenset(noise)
    found = compare(before, FactReading("t", after), quiet)
    assert found.items == after
    assert apply(before, found.differences, quiet) == without(after, quiet)
    for one in found.differences:
        if one.before is not None and one.after is not None:
            assert not quiet & one.before.keys()
            assert one.before != one.after


@given(ITEMS, ITEMS, st.sampled_from([(), ("a ",), ("",), ("b ", "c")]), st.sampled_from([(), ("a",), ("a", "b")]))
def test_what_was_not_looked_at_is_as_it_was(
    before: dict[str, Fields], after: dict[str, Fields], unread: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    """No item of an unread beginning is gone, and no unread field of an item that stays."""
    found = compare(before, FactReading("t", after, unread, fields))
    for one in found.differences:
        assert not (one.after is None and one.item.startswith(unread or ("\0",)))
        if one.after is not None and one.before is not None:
            for name in fields:
                assert name not in one.after or name in after[one.item]
    for name, kept in before.items():
        if name.startswith(unread or ("\0",)) and name not in after:
            assert found.items[name] == kept
    again = FactReading("t", {name: value for name, value in found.items.items() if name in after}, unread, fields)
    assert compare(found.items, again).differences == ()


@given(ITEMS, ITEMS)
def test_what_could_not_be_read_before_is_not_new(before: dict[str, Fields], after: dict[str, Fields]) -> None:
    """With a drop-in in place much is read for the first time; only what was known is told to differ."""
    found = compare(before, FactReading("t", after), unread_before=("a ",))
    assert all(one.before is not None or not one.item.startswith("a ") for one in found.differences)
    fields = compare(before, FactReading("t", after), unread_fields_before=("a",))
    for one in fields.differences:
        if one.before is not None and one.after is not None:
            assert "a" not in one.after or "a" in before[one.item]


@given(ITEMS)
def test_the_first_reading_differs_from_nothing(items: dict[str, Fields]) -> None:
    """Nor does one that says that all is the same."""
    assert compare(None, FactReading("t", items)).differences == ()
    same = compare(items, FactReading("t", {}, stamp=3, is_same=True))
    assert (same.items, same.differences) == (items, ())


def test_an_item_that_comes_and_goes() -> None:
    """It is told as new with all that is known of it, and as gone with all that was."""
    found = compare({"x": {"v": 1}, "y": {"v": 1, "w": 1}}, FactReading("t", {"y": {"v": 2, "w": 1}, "z": {"v": 3}}))
    assert [(one.item, one.before, one.after) for one in found.differences] == [
        ("x", {"v": 1}, None),
        ("y", {"v": 1}, {"v": 2}),
        ("z", None, {"v": 3}),
    ]
