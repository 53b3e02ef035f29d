"""What a change reaches: services through what depends on what, and what stays up meanwhile."""

from tui_ops.model.fleet import ServiceSpec
from tui_ops.practices.changes.affected import affected, below

SERVICES = (
    ServiceSpec("shop", hosts=("web-1", "web-2", "web-3"), depends_on=("cart", "db")),
    ServiceSpec("cart", hosts=("app-1",), depends_on=("db",)),
    ServiceSpec("db", hosts=("db-1", "db-2")),
    ServiceSpec("company", depends_on=("shop",)),
    ServiceSpec("mail", hosts=("mail-1",)),
)
UP = {"web-1", "web-2", "web-3", "app-1", "db-1", "db-2", "mail-1"}


def test_services_above_are_impacted_through_any_number_of_others() -> None:
    found = affected(["db-1"], SERVICES, UP)
    assert (found.carried, found.above) == (("db",), ("shop", "cart", "company"))
    assert found.services == ("db", "shop", "cart", "company")
    assert found.stops == ()
    assert below(["company"], {one.name: one for one in SERVICES}) == ["shop", "cart", "db"]


def test_what_stays_up_is_counted_from_what_is_up_now() -> None:
    assert affected(["web-1"], SERVICES, UP).redundancy[0].said == "2 of 3 shop stay up"
    found = affected(["web-1"], SERVICES, UP - {"web-3"}).redundancy[0]
    assert found.said == "1 of 3 shop stays up (1 is not up now)"
    assert found.share == 1 / 3


def test_hosts_that_are_down_already_take_nothing_down() -> None:
    found = affected(["web-3"], SERVICES, UP - {"web-3"}).redundancy[0]
    assert (found.stay, found.up) == (2, 2)


def test_the_worst_batch_counts() -> None:
    batches = (("web-1",), ("web-2", "web-3"))
    found = affected(["web-1", "web-2", "web-3"], SERVICES, UP, batches).redundancy[0]
    assert (found.at_once, found.stay, found.said) == (2, 1, "1 of 3 shop stays up")
    # With one of them down, the batch of the other one is the worst there is.
    found = affected(["web-1", "web-2"], SERVICES, {"web-1"}, (("web-1",), ("web-2",))).redundancy[0]
    assert (found.at_once, found.stay) == (1, 0)
    assert affected(["web-1", "web-2", "web-3"], SERVICES, UP).redundancy[0].said == "0 of 3 shop stay up"


def test_a_small_batch_may_be_the_worst() -> None:
    """Two that are down already take nothing down; the one that is up takes everything."""
    batches = (("web-1",), ("web-2", "web-3"))
    found = affected(["web-1", "web-2", "web-3"], SERVICES, {"web-1"}, batches).redundancy[0]
    assert (found.at_once, found.stay) == (1, 0)


def test_what_has_nothing_left_stops_with_what_needs_it() -> None:
    found = affected(["app-1"], SERVICES, UP)
    assert found.stops == ("cart", "shop", "company")
    assert affected(["app-1", "mail-1"], SERVICES, UP, (("app-1",), ("mail-1",))).stops[:2] == ("cart", "mail")


def test_hosts_of_no_service_reach_nothing_and_circles_end() -> None:
    found = affected(["lone"], SERVICES, UP)
    assert (found.services, found.redundancy, found.stops) == ((), (), ())
    circle = (ServiceSpec("a", hosts=("h",), depends_on=("b",)), ServiceSpec("b", depends_on=("a",)))
    assert affected(["h"], circle, {"h"}).above == ("b",)
