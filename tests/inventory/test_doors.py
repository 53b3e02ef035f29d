"""The sections ``door`` and ``heartbeats``: what they mean, and each mistake at its place."""

from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load
from tui_ops.inventory.doors import read_heartbeats
from tui_ops.inventory.errors import Mistakes
from tui_ops.inventory.tree import parse_tree
from tui_ops.inventory.validate import Validator
from tui_ops.model.doors import DoorSpec, HeartbeatSpec
from tui_ops.model.fleet import Fleet, SecretRef
from tui_ops.model.states import Severity

TOKEN = SecretRef("env", ("DOOR",))


def fleet(text: str) -> Fleet:
    return load(Path("/etc/f.yaml"), "hosts: {a: local}\n" + text)


def mistake(text: str) -> tuple[str, str]:
    """Return where the one mistake is, and what it says."""
    with pytest.raises(InventoryError) as caught:
        fleet(text)
    (one,) = caught.value.mistakes
    return f"{one.place.line}:{one.place.column}", one.message


def test_without_the_sections_the_door_is_closed() -> None:
    """Nothing listens that nobody asked for."""
    assert (fleet("").door, fleet("").heartbeats) == (None, ())


def test_the_door_listens_on_loopback() -> None:
    """A token is all that has to be said; the rest has its usual values."""
    assert fleet("door: {token: !env DOOR}").door == DoorSpec(TOKEN, "127.0.0.1", 9870)


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ("listen: '[::1]:99'", {"host": "::1", "port": 99}),
        ("listen: '127.8.0.1:1'", {"host": "127.8.0.1", "port": 1}),
        ("listen: '0.0.0.0:99', plain: yes", {"host": "0.0.0.0", "port": 99}),
        (
            "listen: '0.0.0.0:99', tls: {certificate: /c, key: /k}",
            {"host": "0.0.0.0", "port": 99, "certificate": "/c", "key": "/k"},
        ),
        ("tls: {certificate: /c}", {"certificate": "/c"}),
        ("prefix: /tui-ops/in/", {"prefix": "/tui-ops/in"}),
        ("severity: warning", {"severity": Severity.WARNING}),
        ("forget: 2h", {"forget_s": 7200.0}),
        ("forget: no", {"forget_s": 0.0}),
    ],
)
def test_what_the_door_takes(more: str, changes: dict[str, object]) -> None:
    """Address and port, TLS, a prefix, and what an alert without severity is."""
    usual: dict[str, object] = {"token": TOKEN}
    assert fleet(f"door: {{token: !env DOOR, {more}}}").door == DoorSpec(**usual | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("door: {}", "2:7", "'token' is missing"),
        ("door: {token: hunter2}", "2:15", "a secret does not belong into this file"),
        ("door: {token: !env D, listen: '9870'}", "2:31", "'9870' is no address with a port"),
        ("door: {token: !env D, listen: 'localhost:9870'}", "2:31", "'localhost:9870' is no IP address with a port"),
        ("door: {token: !env D, listen: '::1:9870'}", "2:31", "'::1:9870' is no IP address with a port"),
        ("door: {token: !env D, listen: '127.0.0.1:0'}", "2:31", "'0' is not a port"),
        ("door: {token: !env D, forget: 1m}", "2:31", "'1m' is out of bounds"),
        ("door: {token: !env D, listen: [a]}", "2:31", "an address with its port is one text"),
        (
            "door: {token: !env D, listen: '0.0.0.0:1'}", "2:7",
            "the door would take the token from the network in clear",
        ),
        ("door: {token: !env D, prefix: ops}", "2:31", "'ops' can't be the beginning of a path"),
        ("door: {token: !env D, prefix: '/a/../../b?'}", "2:31", "'/a/../../b?' can't be the beginning of a path"),
        ("door: {token: !env D, severity: page}", "2:33", "'page' is no severity here"),
        ("door: {token: !env D, tls: {certificate: c.pem}}", "2:42", "'c.pem' can't be a key's path"),
        ("door: {token: !env D, tls: {key: /k}}", "2:28", "'certificate' is missing"),
        ("door: {token: !env D, port: '1'}", "2:23", "unknown key 'port'"),
        ("door: [a]", "2:7", "expected a mapping, found a list"),
        ("heartbeats: {b: {}}", "2:17", "a heartbeat has neither cron nor every"),
        ("heartbeats: {b: {every: 1h, cron: '0 3 * * *'}}", "2:17", "a heartbeat has both cron and every"),
        ("heartbeats: {b: {every: 5s}}", "2:25", "'5s' is out of bounds"),
        ("heartbeats: {b: {every: 1h, grace: 400d}}", "2:36", "'400d' is out of bounds"),
        ("heartbeats: {b: {cron: '0 3 * *'}}", "2:24", "'0 3 * *' is no cron expression that comes round"),
        ("heartbeats: {b: {cron: '0 0 3 * * *'}}", "2:24", "'0 0 3 * * *' is no cron expression that comes round"),
        ("heartbeats: {b: {cron: '0 0 30 2 *'}}", "2:24", "'0 0 30 2 *' is no cron expression that comes round"),
        ("heartbeats: {b: {cron: '* * * * 9'}}", "2:24", "'* * * * 9' is no cron expression that comes round"),
        ("heartbeats: {b: {every: 1h, timezone: Berlin}}", "2:39", "there is no time zone 'Berlin'"),
        ("heartbeats: {b: {every: 1h, timezone: ../etc/passwd}}", "2:39", "there is no time zone '../etc/passwd'"),
        ("heartbeats: {'a b': {every: 1h}}", "2:14", "'a b' can't be a name"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_place(text: str, place: str, said: str) -> None:
    """Line, column, and what is wrong; a secret is not quoted."""
    assert mistake(text) == (place, said)


def test_heartbeats_with_a_slot_and_with_a_period() -> None:
    """Grace is half an hour behind a slot, and half a period without one, unless the file says it."""
    found = fleet(
        "heartbeats:\n"
        "  dump: {cron: '0 3 * * *', timezone: Europe/Berlin, host: a, service: shop, title: Dump, severity: warning}\n"
        "  poll: {every: 10m}\n"
        "  each: {every: 1m}\n"
        "  long: {every: 1d, grace: 2h}\n"
        "services: {shop: {hosts: [a]}}\n"
    ).heartbeats
    assert found == (
        HeartbeatSpec(
            "dump", "0 3 * * *", "Europe/Berlin", 0.0, 1800.0, Severity.WARNING, "a", "shop", "Dump",
        ),
        HeartbeatSpec("poll", every_s=600.0, grace_s=300.0),
        HeartbeatSpec("each", every_s=60.0, grace_s=30.0),
        HeartbeatSpec("long", every_s=86400.0, grace_s=7200.0),
    )  # fmt: skip


def test_hosts_and_services_have_to_be_there() -> None:
    """Where the reader is told which there are."""
    mistakes = Mistakes("f.yaml")
    tree = parse_tree("dump: {every: 1h, host: web-2, service: shopp}", mistakes)
    read_heartbeats(tree, Validator(mistakes, Path("/etc")), mistakes, ["web-1"], ["shop"])
    said = [str(one) for one in mistakes.error().mistakes]
    assert said == [
        "f.yaml:1:25: there is no host 'web-2' (did you mean 'web-1'?)",
        "f.yaml:1:41: there is no service 'shopp' (did you mean 'shop'?)",
    ]


def test_a_heartbeat_may_be_a_backup() -> None:
    """Of its own host, or of those that are named; and how old a good one may be."""
    said = "heartbeats: {a: {every: 1h, host: a, backup: 24h}, b: {every: 1h, backup: {rpo: 1d, hosts: ['*']}}}"
    assert [(one.rpo_s, one.backs_up) for one in fleet(said).heartbeats] == [(86400.0, ("a",)), (86400.0, ("a",))]
    (plain,) = fleet("heartbeats: {b: {every: 1h, host: a}}").heartbeats
    assert (plain.rpo_s, plain.backs_up) == (None, ())


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("{rpo: 24h}", "2:29", "it is not said of which hosts this is the backup"),
        ("{hosts: [a]}", "2:37", "'rpo' is missing"),
        ("{rpo: 5s, hosts: [a]}", "2:43", "'5s' is out of bounds"),
        ("{rpo: 24h, hosts: [x]}", "2:56", "there is no host 'x'"),
        ("{rpo: 24h, of: [a]}", "2:48", "unknown key 'of'"),
    ],
)
def test_what_can_be_no_backup(text: str, place: str, said: str) -> None:
    """Each at its place."""
    assert mistake(f"heartbeats: {{b: {{every: 1h, backup: {text}}}}}") == (place, said)
