"""Clocks, volumes, limits, journals and timers: bytes of any kind, floods, texts that paint or give secrets away."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.journal import parse_journal
from tui_ops.collectors.scope import parse_scope
from tui_ops.collectors.timeprograms import number, seconds
from tui_ops.collectors.timesync import parse_timesync
from tui_ops.collectors.units import parse_units
from tui_ops.collectors.unitwork import moment
from tui_ops.collectors.volumes import parse_volumes
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading

DATA = Path(__file__).parent / "data"
ESCAPE = b"\x1b[2J\xe2\x80\xae"

Parser = Callable[[bytes], SectionReading]
PARSERS: dict[str, tuple[Parser, bytes]] = {
    "timesync": (parse_timesync, b"time read\n"),
    "volumes": (parse_volumes, b"volumes read\n"),
    "scope": (parse_scope, b"scope read\n"),
    "journal": (parse_journal, b"journal read\n"),
    "units": (parse_units, b"manager systemd\n"),
}
"""By section: its parser, and the line without which there is no reading."""

BODIES = {name: [path.read_bytes() for path in sorted(DATA.glob(f"*/{name}.txt"))] for name in PARSERS}


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def check(reading: SectionReading) -> None:
    """Whatever came, the reading is plain JSON of harmless texts and numbers that the store can hold."""
    json.dumps(reading.document, allow_nan=False)
    statuses = [(status.subject, status.text) for status in reading.statuses]
    for leaf in leaves([reading.document, statuses, list(reading.gauges), list(reading.gauges.values())]):
        if isinstance(leaf, str):
            assert clean(leaf, 400) == leaf
        elif isinstance(leaf, int | float):
            assert -(2**63) <= leaf < 2**63
    assert all(text for _, text in statuses)


def told(reading: SectionReading) -> list[tuple[str, str]]:
    return [(status.severity.value, status.text) for status in reading.statuses]


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A real body with stretches of it replaced by other bytes, taken out or doubled."""
    body = draw(st.sampled_from(BODIES[name]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 200)))
        middle = draw(st.one_of(st.binary(max_size=30), st.just(body[start:stop] * 2), st.just(b"9" * 25)))
        body = body[:start] + middle + body[stop:]
    return body


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    """A reading that can be stored and shown, or the one error."""
    parser, head = PARSERS[name]
    body = data.draw(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(head.__add__), damaged(name)))
    try:
        check(parser(body))
    except NothingUsable:
        assert not body.startswith(head)


@pytest.mark.parametrize("name", PARSERS)
def test_nothing_at_all_is_told_as_such(name: str) -> None:
    """An empty frame is an error with a hint; the head alone is a host that has none of it."""
    parser, head = PARSERS[name]
    with pytest.raises(NothingUsable) as caught:
        parser(b"")
    assert caught.value.hint
    reading = parser(head)
    check(reading)
    assert reading.statuses == ()


FLOODS = {
    "timesync": [b"chrony Stratum : 3\nsource ^* h%d 3 6 377 26 +%dns[+1ns] +/- 1us\n", b"chrony k%d : %d\n"],
    "volumes": [
        b"vgs LVM2_VG_NAME='g%d' LVM2_VG_MISSING_PV_COUNT='%d'\n",
        b"lvs LVM2_VG_NAME='g' LVM2_LV_NAME='p%d' LVM2_LV_ATTR='twi-aotz--' LVM2_DATA_PERCENT='%d.1'\n",
        b"btrfs u%d x%d\nspace data 1 2\ndevice 1 1\n",
        b"device %d 1 read_errs %d\n",
    ],
    "scope": [b"group /g%d\npids.max 10\npids.current 1%d\n", b"group /g\nmemory.max %d%d\n"],
    "journal": [b"e 1795877%03d.5 web p%d: text\n"],
    "units": [
        b"before 1\ncounted 2\nr 9 s%d.service\nb %d x.service\n",
        b"timer Id=t%d.timer\ntimer Unit=%d.service\ntimer \n",
    ],
}


@pytest.mark.parametrize("name", PARSERS)
def test_floods_are_cut(name: str) -> None:
    """Thousands of anything give a document of bounded size, in a moment."""
    parser, head = PARSERS[name]
    for line in FLOODS[name]:
        started = time.process_time()
        reading = parser(head + b"".join(line % (at % 1000, at % 200) for at in range(20_000)))
        assert time.process_time() - started < 2
        check(reading)
        assert len(json.dumps(reading.document)) < 120_000
        assert len(reading.gauges) <= 128
        assert len(reading.statuses) <= 320


@pytest.mark.parametrize("name", PARSERS)
def test_one_endless_line_is_cut(name: str) -> None:
    """Neither one word nor a million blanks takes long or comes out whole."""
    parser, head = PARSERS[name]
    words = (b"chrony", b"source", b"ntp", b"peer", b"timesyncd", b"vgs", b"lvs", b"btrfs", b"device", b"group", b"own",
             b"e", b"e 1.5 h", b"timer", b"timer Id=", b"r 5")  # fmt: skip
    for word in words:
        for filling in (b"A", b" ", b"a ", b"=", b"'", b": ", b"LVM2_A='", b"[1]: "):
            started = time.process_time()
            reading = parser(head + word + b" x " + filling * (500_000 // len(filling)) + b"\n")
            assert time.process_time() - started < 2
            check(reading)
            assert len(json.dumps(reading.document)) < 4_000


class TestClock:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("+4.523ms", 0.004523), ("8min 32s", 512.0), ("71us", 7.1e-5), ("0", 0.0), ("-2s", -2.0), ("1e5s", None),
         ("", None), ("infinity", None), ("9" * 30, None), ("1h 1h 1h", 10800.0)],
    )  # fmt: skip
    def test_spans(self, text: str, expected: float | None) -> None:
        """As the programs write them, and nothing else."""
        assert seconds(text) == expected

    @pytest.mark.parametrize("text", ["nan", "inf", "1e9", "0x10", "1_000", "٣", "--1", "1.", "5ms"])
    def test_what_python_would_take_for_a_number(self, text: str) -> None:
        """Is none here."""
        assert number(text) is None

    def test_a_name_that_paints(self) -> None:
        """A source's name is made harmless."""
        row = b"source ^* " + ESCAPE + b" 3 6 377 26 +1ns[+1ns] +/- 1us\n"
        reading = parse_timesync(b"time read\nchrony Stratum : 3\n" + row)
        check(reading)
        sources = reading.document["sources"]
        assert isinstance(sources, list)
        assert sources[0]["name"] == "␛[2J\\u202e"

    @pytest.mark.parametrize("refused", [b"501 Not authorised", b"Permission denied"])
    def test_one_that_may_not_be_asked(self, refused: bytes) -> None:
        """That is no failure, and no alarm."""
        reading = parse_timesync(b"time read\nchrony " + refused + b"\nchrony exit 1\n")
        assert (reading.document["state"], reading.statuses) == ("needs privilege", ())


class TestVolumes:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [(b"79.99", []), (b"80.00", ["warning"]), (b"89.99", ["warning"]), (b"90.00", ["critical"]), (b"", []),
         (b"-5", []), (b"nan", []), (b"999.0", ["critical"])],
    )  # fmt: skip
    def test_a_pool_that_fills(self, data: bytes, expected: list[str]) -> None:
        """80 % warns, 90 % can't wait; whether it is data or metadata."""
        for field in (b"DATA", b"METADATA"):
            body = b"volumes read\nlvs LVM2_LV_NAME='p' LVM2_LV_ATTR='twi-aotz--' LVM2_%s_PERCENT='%s'\n" % (
                field,
                data,
            )
            assert [severity for severity, _ in told(parse_volumes(body))] == expected

    def test_a_thin_volume_that_is_written_all_over_is_no_matter(self) -> None:
        """Its percentage is not how full anything is."""
        body = b"volumes read\nlvs LVM2_LV_NAME='v' LVM2_LV_ATTR='Vwi-aotz--' LVM2_DATA_PERCENT='100.00'\n"
        assert told(parse_volumes(body)) == []


class TestJournal:
    def test_more_than_is_asked_for(self) -> None:
        """Five hundred errors within ten seconds are told as three thousand a minute."""
        rows = b"".join(b"e %d.5 web p: x\n" % (1_000_000 + at // 50) for at in range(500))
        reading = parse_journal(b"journal read\nnow 1000010\n" + rows)
        assert reading.gauges["journal.errors", ""] == pytest.approx(500 * 60 / 9.5)

    def test_secrets_stay_on_the_host(self) -> None:
        """Messages say what command lines say."""
        reading = parse_journal(b"journal read\ne 1.5 web app: failed: postgres://u:hunter2@db token=hunter2\n")
        assert "hunter2" not in json.dumps(reading.document)


class TestTimers:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("Thu 1970-01-01 00:10:00 UTC", 600.0), ("1970-01-02 00:00:00.5 UTC", 86400.0), ("n/a", None), ("", None),
         ("Thu 1970-01-01 00:10:00 CET", None), ("Thu 1970-13-01 00:10:00 UTC", None),
         ("Thu 0000-01-01 00:10:00 UTC", None), ("Thu 9999-12-31 23:59:59 UTC", 253402300799.0)],
    )  # fmt: skip
    def test_moments(self, text: str, expected: float | None) -> None:
        """Only those of UTC, in which the probe asks."""
        assert moment(text) == expected

    @pytest.mark.parametrize(
        ("recent", "over", "warns"),
        [(2, 300, False), (3, 300, True), (3, 10, True), (5, 600, True), (4, 600, False)],
    )
    def test_more_than_twice_in_five_minutes(self, recent: int, over: int, warns: bool) -> None:
        """Over a longer time they are counted against it; a shorter one makes none of them more."""
        body = b"manager systemd\nbefore 100\nb 1 a.service\ncounted %d\nr %d a.service\n" % (100 + over, 1 + recent)
        assert bool(told(parse_units(body))) is warns

    def test_a_counter_that_was_reset(self) -> None:
        """A unit that was loaded anew has restarted less often than before: that is nothing."""
        body = b"manager systemd\nbefore 100\nb 9 a.service\ncounted 400\nr 2 a.service\n"
        assert told(parse_units(body)) == []

    @pytest.mark.parametrize(("late", "expected"), [(119, False), (121, True)])
    def test_a_timer_may_be_late_by_its_accuracy_and_a_minute(self, late: int, expected: bool) -> None:
        """And while what it starts is running it may as well be late."""
        lines = "NextElapseUSecRealtime=Thu 1970-01-01 00:10:00 UTC\nAccuracyUSec=1min\nId=a.timer\nActiveState=active"
        for state, waits in (("waiting", True), ("running", False)):
            told_lines = "".join(f"timer {line}\n" for line in [*lines.split("\n"), f"SubState={state}"])
            reading = parse_units(f"manager systemd\nnow {600 + late}\n{told_lines}".encode())
            assert bool(told(reading)) is (expected and waits)
