"""The trail of views: back, forward, the one before."""

from tui_ops.ui.history import VIEWS_MOST, Trail, View


def host_view(query: str = "", page: str = "", order: str = "") -> View:
    return View("infrastructure", "hosts", query, page, order)


def test_back_and_forward_go_through_the_views_in_order():
    """Every place is one step; the ends say that there is nothing."""
    trail = Trail()
    for query in ("a", "b", "c"):
        trail.note(host_view(query))
    assert trail.step(1) is None
    assert [trail.step(-1), trail.step(-1), trail.step(-1)] == [host_view("b"), host_view("a"), None]
    assert trail.step(1) == host_view("b")


def test_a_new_view_after_going_back_takes_the_place_of_those_ahead():
    """As in every browser."""
    trail = Trail()
    for query in ("a", "b", "c"):
        trail.note(host_view(query))
    trail.step(-1)
    trail.note(host_view("d"))
    assert trail.step(1) is None
    assert trail.step(-1) == host_view("b")


def test_another_order_is_the_same_place():
    """Sorting is no step of its own, and is kept with the view."""
    trail = Trail()
    trail.note(host_view("a"))
    trail.note(host_view("a", order="-cpu"))
    assert trail.here == host_view("a", order="-cpu")
    assert trail.step(-1) is None


def test_another_view_of_a_screen_is_another_place():
    """Storage comes after hosts, though both are one screen without a filter."""
    trail = Trail()
    trail.note(View("infrastructure", "hosts"))
    trail.note(View("infrastructure", "storage"))
    assert trail.step(-1) == View("infrastructure", "hosts")


def test_the_view_before_swaps_to_and_fro():
    """As ``cd -`` does, also after a step back."""
    trail = Trail()
    assert trail.last() is None
    trail.note(host_view("a"))
    trail.note(host_view("", "db-1"))
    assert trail.last() == host_view("a")
    assert trail.last() == host_view("", "db-1")
    assert trail.last() == host_view("a")


def test_the_trail_is_bounded():
    """A long shift does not grow it without end."""
    trail = Trail()
    for number in range(VIEWS_MOST * 3):
        trail.note(host_view(str(number)))
    steps = 0
    while trail.step(-1):
        steps += 1
    assert steps == VIEWS_MOST - 1


def test_an_address_brings_one_back():
    """What stands among the crumbs can be typed after a colon."""
    assert host_view("site=lon").address == "hosts site=lon"
    assert host_view("site=lon", "db-1").address == "host db-1"
