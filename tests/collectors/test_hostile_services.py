"""Bytes of any kind in processes, commands, units, sockets and containers: bounded, harmless, or an error of ours."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.commands import COMMANDS_LIMIT, parse_commands
from tui_ops.collectors.containers import CONTAINERS_LIMIT, STATUSES_LIMIT, parse_containers
from tui_ops.collectors.errors import NothingUsable, ProbeError
from tui_ops.collectors.processes import COMMAND_LIMIT, TOP, derive_top, parse_processes, read_processes
from tui_ops.collectors.sockets import SOCKETS_LIMIT, parse_sockets
from tui_ops.collectors.units import UNITS_LIMIT, parse_units
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading

DATA = Path(__file__).parent / "data"
PARSERS: dict[str, Callable[[bytes], SectionReading]] = {
    "processes": parse_processes,
    "units": parse_units,
    "sockets": parse_sockets,
    "containers": parse_containers,
}
BEGINNINGS = {
    "processes": b"uptime 5.0\np 1 0 S 0 0 1 0 init\n",
    "units": b"manager systemd\n",
    "sockets": b"source ss\n",
    "containers": b"engines docker podman\n",
}
BODIES = {name: [path.read_bytes() for path in sorted(DATA.glob(f"*/{name}.txt"))] for name in (*PARSERS, "commands")}
TEXT_LIMIT = 300
LIST_LIMIT = 400
LARGEST = 2**63 - 1


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A real body with a stretch of it replaced by other bytes, or by a stretch of its own."""
    body = draw(st.sampled_from(BODIES[name]))
    start = draw(st.integers(0, len(body)))
    stop = draw(st.integers(start, min(len(body), start + 400)))
    other = draw(st.integers(0, len(body)))
    return body[:start] + draw(st.one_of(st.binary(max_size=40), st.just(body[other : other + 200]))) + body[stop:]


def any_body(name: str) -> st.SearchStrategy[bytes]:
    raw = st.binary(max_size=300)
    return st.one_of(raw, raw.map(BEGINNINGS.get(name, b"").__add__), damaged(name))


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from leaves(one)
    elif isinstance(value, list):
        assert len(value) <= LIST_LIMIT
        for one in value:
            yield from leaves(one)
    else:
        yield value


def check(reading: SectionReading) -> None:
    """The document is JSON of bounded numbers and harmless short texts, and so are the judgements."""
    json.dumps(reading.document, allow_nan=False)
    for leaf in [*leaves(reading.document), *reading.gauges.values()]:
        if isinstance(leaf, str):
            assert clean(leaf, TEXT_LIMIT) == leaf
        elif isinstance(leaf, (int, float)):
            assert 0 <= leaf <= LARGEST
        else:
            assert leaf is None
    assert len(reading.statuses) <= STATUSES_LIMIT + 1
    for status in reading.statuses:
        assert clean(status.subject, 120) == status.subject
        assert clean(status.text, 1000) == status.text


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    """A reading that is bounded, or the one error."""
    try:
        check(PARSERS[name](data.draw(any_body(name))))
    except NothingUsable:
        return


@given(any_body("processes"), any_body("processes"))
def test_two_looks_of_any_bytes(first: bytes, second: bytes) -> None:
    """What is derived of them is bounded too."""
    try:
        before, now = read_processes(first), read_processes(second)
    except NothingUsable:
        return
    check(derive_top(before, now, {1: ("o" * 999, "\x1b" * 9999)}))


@given(st.one_of(st.binary(max_size=300), damaged("commands")), st.lists(st.integers(0, 300), max_size=80))
def test_commands_of_any_bytes(body: bytes, pids: list[int]) -> None:
    """Only what was asked for, short and harmless."""
    found = parse_commands(body, pids)
    assert set(found) <= set(pids[:COMMANDS_LIMIT])
    for owner, command in found.values():
        assert clean(owner, 32) == owner
        assert clean(command, COMMAND_LIMIT) == command


@pytest.mark.parametrize("parser", PARSERS.values(), ids=list(PARSERS))
def test_nothing_at_all_is_told_as_such(parser: Callable[[bytes], SectionReading]) -> None:
    """An empty frame is an error with a hint, not an empty reading."""
    with pytest.raises(ProbeError) as caught:
        parser(b"")
    assert caught.value.hint


def listed(reading: SectionReading, name: str) -> list[dict[str, object]]:
    rows = reading.document[name]
    assert isinstance(rows, list)
    return rows


class TestFloods:
    def test_processes(self) -> None:
        """A host that starts a hundred thousand; only the top of those that are looked at is kept."""
        body = b"uptime 9\n" + b"".join(b"p %d 1 S 1 1 1 1 x\n" % at for at in range(1, 100_000))
        reading = parse_processes(body)
        assert len(listed(reading, "top")) <= 2 * TOP
        assert 4000 < reading.gauges["procs.total", ""] <= 4096

    def test_units(self) -> None:
        """Failed ones stay when thousands are active, and are all counted."""
        rows = b"".join(b"u a%d.service loaded active running A\n" % at for at in range(2000))
        reading = parse_units(rows + b"u z.service loaded failed failed Z\nmanager systemd\n")
        assert len(listed(reading, "units")) == UNITS_LIMIT
        assert listed(reading, "units")[0]["name"] == "z.service"
        assert reading.document["counts"] == {"active": 2000, "failed": 1, "activating": 0, "inactive": 0}
        assert [status.text for status in reading.statuses] == ["unit z.service failed"]

    def test_units_with_long_names_make_no_long_sentence(self) -> None:
        """A name is cut, and names that are one then are one unit."""
        rows = b"".join(b"u %s%d.service loaded failed failed A\n" % (b"n" * 9000, at) for at in range(300))
        (status,) = parse_units(rows + b"manager systemd\n").statuses
        assert len(status.text) < 150

    def test_many_failed_units(self) -> None:
        """Twenty are told one by one; the others share a sentence that names five of them."""
        rows = b"".join(b"u a%03d%s.service loaded failed failed A\n" % (at, b"n" * 100) for at in range(300))
        statuses = parse_units(rows + b"count failed 7\nmanager systemd\n").statuses
        assert [status.subject[:4] for status in statuses] == [*(f"a{at:03d}" for at in range(20)), "unit"]
        assert statuses[-1].subject == "units"
        assert statuses[-1].text.startswith("287 more units failed: a020n")
        assert len(statuses[-1].text) < 700

    def test_sockets(self) -> None:
        """The lowest ports are kept."""
        rows = b"".join(b"tcp LISTEN 0 5 0.0.0.0:%d 0.0.0.0:*\n" % at for at in range(1900, 0, -1))
        ports = [row["port"] for row in listed(parse_sockets(b"source ss\n" + rows), "sockets")]
        assert ports == list(range(1, SOCKETS_LIMIT + 1))

    def test_an_endless_list_of_workers(self) -> None:
        """A web server with thousands of workers on one socket is one row."""
        users = b",".join(b'("nginx",pid=%d,fd=6)' % at for at in range(200, 100, -1))
        body = b"source ss\ntcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:((" + users[1:] + b") ino:1 sk:1\n"
        assert [(row["process"], row["pid"]) for row in listed(parse_sockets(body), "sockets")] == [("nginx", 101)]

    def test_containers(self) -> None:
        """Those in trouble stay; they are told one by one up to a limit."""
        rows = b"".join(b"docker %012d\tn%d\ti\trunning\tUp\t\n" % (at, at) for at in range(1000))
        bad = b"".join(b"docker b%011d\tb%d\ti\trestarting\tRestarting\t\n" % (at, at) for at in range(50))
        reading = parse_containers(b"engines docker podman\n" + rows + bad + b"docker exit 0\n")
        assert len(listed(reading, "containers")) == CONTAINERS_LIMIT
        assert {row["state"] for row in listed(reading, "containers")[:50]} == {"restarting"}
        assert len(reading.statuses) == STATUSES_LIMIT + 1
        assert reading.statuses[-1].text == "30 more containers restart or are unhealthy"


def test_a_command_line_does_not_become_that_of_another_process() -> None:
    """A header inside of a command line makes the other's ambiguous: then it is not told at all."""
    owners = b"owner d 9 eve eve 0 x /proc/5\nowner d 9 root root 0 x /proc/6\n"
    lines = b"lines\n==> /proc/5/cmdline <==\nevil \n==> /proc/6/cmdline <==\nfake \n==> /proc/6/cmdline <==\nreal \n"
    assert parse_commands(owners + lines, (6, 5)) == {6: ("root", ""), 5: ("eve", "evil")}


def test_an_owner_inside_of_a_command_line_is_none() -> None:
    """What stands after the owners is no owner."""
    body = b"owner d 9 eve eve 0 x /proc/5\nlines\n==> /proc/5/cmdline <==\na\nowner d 9 root root 0 x /proc/6\nlines\n"
    assert list(parse_commands(body, (5, 6))) == [5]
