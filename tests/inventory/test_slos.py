"""What services are to be worth: what is read, and each mistake at its place."""

from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load
from tui_ops.model.budgets import SloSpec
from tui_ops.model.fleet import Fleet

HEAD = """hosts: {a: 192.0.2.1, b: 192.0.2.2}
checks:
  front: {http: 'http://192.0.2.1/'}
  ssh: {tcp: '{address}:22', hosts: [a]}
"""


def fleet(said: str) -> Fleet:
    return load(Path("/etc/f.yaml"), f"{HEAD}services: {{shop: {{hosts: [a], slo: {said}}}}}\n")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("99.9", SloSpec(0.999, 30 * 86400.0)),
        ("{target: 99.9}", SloSpec(0.999, 30 * 86400.0)),
        ("{target: 99.95 %, over: 7d, checks: front}", SloSpec(0.9995, 7 * 86400.0, ("front",))),
        ("{target: '50%', over: 1h, checks: [ssh, front, ssh]}", SloSpec(0.5, 3600.0, ("ssh", "front"))),
    ],
)
def test_an_aim_is_read(said: str, wanted: SloSpec) -> None:
    """A percentage, over a time, told by checks; thirty days and every check of its hosts unless it says otherwise."""
    assert fleet(said).services[0].slo == wanted


def test_a_service_without_an_aim_has_none() -> None:
    """Nothing is counted that nobody asked for."""
    assert load(Path("/etc/f.yaml"), HEAD + "services: {shop: {hosts: [a]}}\n").services[0].slo is None


@pytest.mark.parametrize(
    ("said", "place", "message", "hint"),
    [
        ("{over: 30d}", "5:36", "'target' is missing", "add a line 'target: …'"),
        (
            "{target: 100}",
            "5:45",
            "'100' can't be aimed at: what may never fail has no budget",
            "write a percentage from 50 to 99.999, such as 99.9",
        ),
        ("{target: 0.999}", "5:45", "'0.999' can't be aimed at", "write a percentage from 50 to 99.999, such as 99.9"),
        ("{target: high}", "5:45", "'high' is no percentage", "write a percentage from 50 to 99.999, such as 99.9"),
        (
            "{target: 99, over: 1y}",
            "5:55",
            "'1y' is not a duration",
            "write a number with a unit, such as 30s, 15m, 2h or 1h30m",
        ),
        ("{target: 99, over: 1m}", "5:55", "'1m' is out of bounds", "write 1h to 90d"),
        ("{target: 99, checks: [front, frond]}", "5:65", "there is no check 'frond'", "did you mean 'front'?"),
        ("{target: 99, per: 30d}", "5:49", "unknown key 'per'", "known here: target, over, checks"),
        ("[99.9]", "5:36", "expected a mapping, lines of 'key: value', found a list", ""),
    ],
)
def test_a_mistake_has_its_place(said: str, place: str, message: str, hint: str) -> None:
    """With what would be right."""
    with pytest.raises(InventoryError) as caught:
        fleet(said)
    (one,) = caught.value.mistakes
    assert (f"{one.place.line}:{one.place.column}", one.message, one.hint) == (place, message, hint)


def test_an_aim_that_no_check_tells_is_a_mistake() -> None:
    """It would never be known; a check that can't be read itself is told of alone."""
    text = HEAD + "services: {other: {hosts: [b], slo: {target: 99}}}\n"
    with pytest.raises(InventoryError) as caught:
        load(Path("/etc/f.yaml"), text)
    (one,) = caught.value.mistakes
    assert one.message == "nothing says whether 'other' is good: none of its hosts has a check"
    assert one.hint == "name those that ask it: checks: [NAME]"
    with pytest.raises(InventoryError) as caught:
        load(Path("/etc/f.yaml"), text.replace("tcp: '{address}:22', hosts: [a]", "tcp: '{address}', hosts: [b]"))
    assert [one.message for one in caught.value.mistakes] == ["'{address}' can't be checked by tcp"]
