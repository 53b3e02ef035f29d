"""The audit chain: what each kind of tampering is called, and that a whole chain is called whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.chain import GENESIS, Head, Link, entry_hash
from tui_ops.practices.audit.rules import WINDOW, Verifier, verify, verify_log


def chain(count: int) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for number in range(1, count + 1):
        link = Link(number, 1000.0 + number, "alice", 1000, "local", "note", f"host:h{number}", "{}", "done", previous)
        links.append(replace(link, hash=entry_hash(link)))
        previous = links[-1].hash
    return links


def head(links: list[Link]) -> Head:
    return Head(links[-1].id, links[-1].hash, links[-1].id, links[-1].hash) if links else Head()


def found(links: list[Link], of: Head | None) -> list[tuple[int, str]]:
    return [(one.id, one.kind) for one in verify(sorted(links, key=lambda link: link.id), of)]


def renumber(links: list[Link]) -> list[Link]:
    return [replace(link, id=number) for number, link in enumerate(links, 1)]


def rehash(link: Link, **changes: object) -> Link:
    changed = replace(link, **changes)  # type: ignore[arg-type]
    return replace(changed, hash=entry_hash(changed))


@pytest.mark.parametrize("count", [0, 1, 2, 50, 3 * WINDOW])
def test_a_whole_chain_is_whole(count: int) -> None:
    """However long it is."""
    links = chain(count)
    assert found(links, head(links)) == []


@pytest.mark.parametrize("place", [1, 5, 10])
@pytest.mark.parametrize(
    "name", ["at", "who", "uid", "origin", "action", "target", "params", "outcome", "previous", "hash"]
)
def test_a_changed_field_is_found(place: int, name: str) -> None:
    """Every field of every entry counts, the first's and the last's too."""
    links = chain(10)
    old = links[place - 1]
    new = {"at": 1.0, "uid": 0, "previous": "f" * 64, "hash": "e" * 64}.get(name, "mallory")
    links[place - 1] = replace(old, **{name: new})  # type: ignore[arg-type]
    assert found(links, head(chain(10))) == [(place, "changed")]


@pytest.mark.parametrize("place", [1, 5, 10])
def test_an_entry_that_was_changed_with_its_hash_is_found(place: int) -> None:
    """The next entry is bound to the old hash; the last one's is in the head."""
    links = chain(10)
    links[place - 1] = rehash(links[place - 1], who="mallory")
    assert found(links, head(chain(10))) == [(place, "changed")]


@pytest.mark.parametrize("gone", [[1], [5], [4, 5, 6], [10], [8, 9, 10], list(range(1, 11))])
@pytest.mark.parametrize("hide", [False, True])
def test_a_removed_entry_is_found(gone: list[int], hide: bool) -> None:
    """In the middle and at the end, left as a gap or hidden by numbering the rest anew."""
    links = [link for link in chain(10) if link.id not in gone]
    links = renumber(links) if hide else links
    assert found(links, head(chain(10))) == [(gone[0], "removed")]


@pytest.mark.parametrize("place", [1, 5, 10])
@pytest.mark.parametrize("forged", [False, True])
def test_an_inserted_entry_is_found(place: int, forged: bool) -> None:
    """Whether or not it carries a hash that fits the entry before it."""
    links = chain(10)
    extra = replace(links[place - 1], who="mallory", id=place)
    links = renumber([*links[: place - 1], rehash(extra) if forged else extra, *links[place - 1 :]])
    assert found(links, head(chain(10))) == [(place, "inserted")]


def test_an_entry_appended_behind_the_engines_back_is_found() -> None:
    """Its hash fits, but the head knows where the chain ended."""
    links = chain(12)
    assert found(links, head(chain(10))) == [(11, "inserted")]


def test_exchanged_entries_are_found() -> None:
    """Two that changed places, and one that was moved far."""
    links = chain(10)
    links[3], links[6] = replace(links[6], id=4), replace(links[3], id=7)
    assert {kind for _, kind in found(links, head(chain(10)))} == {"reordered"}
    links = chain(10)
    links = renumber([*links[:2], *links[3:], links[2]])
    assert found(links, head(chain(10))) == [(10, "reordered")]


def test_a_chain_that_was_rewritten_as_a_whole_is_found() -> None:
    """Every link fits, but the end is not the one that the engine recorded."""
    links: list[Link] = []
    for link in chain(10):
        links.append(rehash(link, who="mallory", previous=links[-1].hash if links else GENESIS))
    assert found(links, head(chain(10))) == [(10, "changed")]


def test_a_long_chain_that_went_on_after_it_was_rewritten_is_found() -> None:
    """The head stays where it did not fit any more, however long ago."""
    links: list[Link] = []
    for link in chain(4 * WINDOW):
        links.append(rehash(link, who="mallory", previous=links[-1].hash if links else GENESIS))
    assert (10, "changed") in found(links, head(chain(10)))


def test_a_crash_between_commit_and_head_is_no_break() -> None:
    """The head tells of the running act: with it and without it the chain is whole."""
    links = chain(10)
    between = Head(8, links[7].hash, 10, links[9].hash)
    assert found(links, between) == []
    assert found(links[:8], between) == []
    assert found(links[:7], between) == [(8, "removed")]


def test_a_missing_head_is_told() -> None:
    """Without it a cut-off end can't be told."""
    assert found(chain(3), None) == [(4, "removed")]
    assert found([], None) == []


def test_a_chain_that_grows_while_it_is_verified_is_whole() -> None:
    """Entries and head are read until neither changes any more."""
    full = chain(8)
    lengths = iter([3, 6, 8, 8])
    length = 0

    def read_head() -> Head:
        nonlocal length
        length = next(lengths)
        return head(full[:length])

    verifier = verify_log(lambda after: [link for link in full if after < link.id <= length + 1], read_head)
    assert (verifier.breaks, verifier.entries) == ([], 8)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_done_to_a_chain_is_noticed(data: st.DataObject) -> None:
    """By property: any difference from what was written gives at least one break, and no error."""
    links = chain(12)
    kept = data.draw(st.permutations(links).flatmap(lambda mixed: st.integers(0, 12).map(lambda size: mixed[:size])))
    forged = [replace(link, who="mallory") for link in data.draw(st.lists(st.sampled_from(links), max_size=3))]
    forged = [rehash(link) if data.draw(st.booleans()) else link for link in forged]
    mixed = (
        renumber([*kept, *forged])
        if data.draw(st.booleans())
        else list({link.id: link for link in [*kept, *forged]}.values())
    )
    mixed.sort(key=lambda link: link.id)
    assert bool(verify(mixed, head(links))) == (mixed != links)


def test_garbage_ends_soon() -> None:
    """A chain of nothing but broken entries is not searched through for ever."""
    verifier = Verifier()
    for link in chain(150):
        verifier.feed(replace(link, hash="0" * 64))
    assert verifier.entries == 150
    assert len(verifier.finish(Head(150, "1" * 64, 150, "1" * 64))) >= 100
