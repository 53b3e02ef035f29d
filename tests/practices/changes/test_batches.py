"""Hosts become batches, and failures are judged, as Ansible does both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.plans import Batching
from tui_ops.practices.changes.batches import Placed, batches_of, exceeded, size_of


def placed(count: int) -> list[Placed]:
    return [Placed(f"h{number:03}", f"s{number % 3}", f"r{number % 2}") for number in range(count)]


def sizes(batching: Batching, count: int) -> list[int]:
    return [len(batch) for batch in batches_of(batching, placed(count))]


@pytest.mark.parametrize(
    ("given_sizes", "hosts", "expected"),
    [
        (("1", "5%", "25%", "100%"), 10, [1, 1, 2, 6]),
        (("1", "5%", "25%", "100%"), 200, [1, 10, 50, 139]),
        (("3",), 10, [3, 3, 3, 1]),
        (("1", "5"), 13, [1, 5, 5, 2]),
        (("30%",), 10, [3, 3, 3, 1]),
        (("29%",), 100, [29, 29, 29, 13]),
        (("10%",), 3, [1, 1, 1]),
        (("100%",), 4, [4]),
        (("7",), 0, []),
        (("0",), 2, [1, 1]),
        ((), 3, [3]),
    ],
)
def test_sizes(given_sizes: tuple[str, ...], hosts: int, expected: list[int]) -> None:
    """Counts and shares, of which the last one repeats, the rest comes last, and none is empty."""
    assert sizes(Batching(sizes=given_sizes), hosts) == expected


def test_a_size_that_is_none_is_refused() -> None:
    """With what would be right."""
    for wrong in ("many", "", "%", "nan", "inf%"):
        with pytest.raises(ValueError, match="no count"):
            size_of(wrong, 5)


def test_orders() -> None:
    """As in the inventory, by name, backwards, and drawn from the plan's digest."""
    hosts = [Placed("b"), Placed("c"), Placed("a")]
    one = Batching(sizes=("100%",))
    assert batches_of(one, hosts) == (("b", "c", "a"),)
    assert batches_of(Batching(sizes=("100%",), order="name"), hosts) == (("a", "b", "c"),)
    assert batches_of(Batching(sizes=("100%",), order="reverse"), hosts) == (("a", "c", "b"),)
    random = Batching(sizes=("100%",), order="random")
    many = placed(40)
    assert batches_of(random, many, "x") == batches_of(random, many[::-1], "x")
    assert batches_of(random, many, "x") != batches_of(random, many, "y")


def test_a_rack_is_of_its_site() -> None:
    """Each site is a batch, and each rack; racks of the same name at two sites are two."""
    hosts = [Placed("a", "lon", "1"), Placed("b", "ber", "1"), Placed("c", "lon", "1"), Placed("d", "lon", "2")]
    assert batches_of(Batching(by="site", sizes=("1",)), hosts) == (("a", "c", "d"), ("b",))
    assert batches_of(Batching(by="rack"), hosts) == (("a", "c"), ("b",), ("d",))


words = st.one_of(
    st.integers(0, 60).map(str), st.decimals(0, 100, places=1).map(lambda share: f"{share}%"),
)  # fmt: skip


@given(
    st.lists(words, max_size=5), st.integers(0, 120), st.sampled_from(["", "site", "rack"]),
    st.sampled_from(["inventory", "name", "reverse", "random"]), st.text(max_size=5),
)  # fmt: skip
def test_every_host_is_in_one_batch(some: list[str], count: int, by: str, order: str, digest: str) -> None:
    """Whatever is said, no host is left out, none comes twice, and no batch is empty."""
    hosts = placed(count)
    found = batches_of(Batching(sizes=tuple(some), by=by, order=order), hosts, digest)
    assert sorted(name for batch in found for name in batch) == [host.name for host in hosts]
    assert all(found)
    if not by and some:
        most = [size_of(one, count) for one in some]
        for number, batch in enumerate(found[:-1]):
            assert len(batch) == most[min(number, len(most) - 1)]


@pytest.mark.parametrize(
    ("failed", "hosts", "most", "expected"),
    [
        (2, 4, 50, False), (2, 4, 49, True), (1, 10, 10, False), (1, 10, 9.9, True), (0, 4, 0, False), (1, 4, 0, True),
        (3, 10, 30, False), (4, 10, 30, True), (1, 3, 33.3, True), (1, 3, 33.4, False), (4, 4, 100, True),
        (3, 4, 100, False), (1, 1, 100, True),
    ],
)  # fmt: skip
def test_a_limit_is_exceeded_not_reached(failed: int, hosts: int, most: float, expected: bool) -> None:
    """The reference's example: 2 of 4 are too many with 49, not with 50; a whole batch is always too many."""
    assert exceeded(failed, hosts, most) is expected


@given(st.integers(1, 500), st.data())
def test_more_failures_are_never_better(hosts: int, data: st.DataObject) -> None:
    """Whoever exceeds a limit exceeds it with one more failure, and every lower limit too."""
    failed = data.draw(st.integers(0, hosts))
    most = data.draw(st.floats(0, 100))
    if exceeded(failed, hosts, most):
        assert exceeded(min(hosts, failed + 1), hosts, most)
        assert exceeded(failed, hosts, most / 2)
