"""Bytes of any kind: a reading or an error that is ours, labels that are harmless, sizes that are bounded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.errors import NothingUsable, ProbeError
from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.collectors.hello import parse_hello
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.model.clean import clean
from tui_ops.model.readings import Reading, SectionReading

DATA = Path(__file__).parent / "data"
VITALS = [path.read_bytes() for path in sorted(DATA.glob("*/vitals.txt"))]
FILESYSTEMS = [path.read_bytes() for path in sorted(DATA.glob("*/filesystems.txt"))]
UPTIME = b"==> /proc/uptime <==\n5.00 1.00\n\n"


def damaged(bodies: list[bytes]) -> st.SearchStrategy[bytes]:
    """A real body with a stretch of it replaced by other bytes."""

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        body = draw(st.sampled_from(bodies))
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 400)))
        return body[:start] + draw(st.binary(max_size=40)) + body[stop:]

    return build()


def check_labels(reading: Reading | SectionReading) -> None:
    labels = {label for _, label in [*reading.gauges, *getattr(reading, "counters", {})]}
    assert all(clean(label, 120) == label for label in labels)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(UPTIME.__add__), damaged(VITALS)))
def test_vitals_of_any_bytes(body: bytes) -> None:
    """A reading with counters that fit int64, or the one error."""
    try:
        reading = parse_vitals(body, 0.0)
    except NothingUsable:
        return
    assert all(0 <= value < 2**63 for value in reading.counters.values())
    check_labels(reading)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(b"table mounts\n".__add__), damaged(FILESYSTEMS)))
def test_filesystems_of_any_bytes(body: bytes) -> None:
    """A reading, or the one error."""
    try:
        check_labels(parse_filesystems(body))
    except NothingUsable:
        return


@given(st.binary(max_size=400))
def test_a_hello_of_any_bytes(body: bytes) -> None:
    """Always a hello, with short harmless texts."""
    hello = parse_hello(body)
    for text in (hello.os, hello.kernel, hello.arch, hello.hostname, hello.cpu, *hello.sources):
        assert clean(text, 120) == text


@pytest.mark.parametrize("parser", [lambda body: parse_vitals(body, 0.0), parse_filesystems])
def test_nothing_at_all_is_told_as_such(parser: Callable[[bytes], object]) -> None:
    """An empty frame is an error with a hint, not an empty reading."""
    with pytest.raises(ProbeError) as caught:
        parser(b"")
    assert caught.value.hint


def test_thousands_of_interfaces_are_cut_and_said_so() -> None:
    """A host full of container links keeps the first of them, and tells how many more there are."""
    rows = b"".join(b"veth%d: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n" % at for at in range(3000))
    reading = parse_vitals(UPTIME + b"==> /proc/net/dev <==\n" + rows, 0.0)
    assert len(reading.counters) == 256 * 8
    assert "2744 more interfaces" in reading.missing


def test_thousands_of_disks_too() -> None:
    """The same for disks."""
    rows = b"".join(b" 8 0 disk%dx 1 0 2 3 4 0 5 6 0 7 8\n" % at for at in range(300))
    reading = parse_vitals(UPTIME + b"==> /proc/diskstats <==\n" + rows, 0.0)
    assert len({label for _, label in reading.counters}) == 256
    assert "44 more disks" in reading.missing


def test_a_hello_that_lies() -> None:
    """Control characters become visible, endless texts short."""
    hello = parse_hello(b'uname Linux 6.1 x86_64\nos "\x1b[2JEvil"\nhostname ' + b"h" * 5000 + b"\nos second\n")
    assert hello.os == "␛[2JEvil"
    assert len(hello.hostname) == 120
    assert (hello.kernel, hello.arch, hello.has_timeout) == ("6.1", "x86_64", False)
