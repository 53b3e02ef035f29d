"""Readers of feeds: what they take, what they leave out and say so, what they refuse; nothing brings them down."""

import gzip
import io
import json
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.feeds import Listed, debsecan, epss, kev, osv, osv_record, tracker

from tui_ops.model.vulnerabilities import Advisory, Exploited, FeedKind, FeedRule, Form, Likelihood
from tui_ops.practices.vulnerabilities.reading import limits
from tui_ops.practices.vulnerabilities.reading import osv as osv_reading
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken
from tui_ops.practices.vulnerabilities.reading.recognise import name_of, read_feed, recognise
from tui_ops.practices.vulnerabilities.reading.words import Entry, Told


def read(kind: FeedKind, data: bytes, suite: str = "bookworm") -> tuple[list[Entry], Told]:
    told = Told()
    return list(read_feed(kind, io.BytesIO(data), told, suite)), told


def rules(kind: FeedKind, data: bytes) -> list[FeedRule]:
    return [one for one in read(kind, data)[0] if isinstance(one, FeedRule)]


SAMPLES = {
    FeedKind.DEBSECAN: debsecan([Listed("openssl", "CVE-2026-1000", "3.0.11-1", ("1.1.1n-0+deb11u5",), "SHRF")]),
    FeedKind.TRACKER: tracker(
        {"openssl": {"CVE-2026-1000": {"description": "about it", "scope": "remote", "releases": {
            "bookworm": {"status": "resolved", "fixed_version": "3.0.11-1~deb12u2", "urgency": "high"},
            "trixie": {"status": "open", "urgency": "not yet assigned", "nodsa": "Minor issue",
                       "nodsa_reason": "postponed"},
            "sid": {"status": "resolved", "fixed_version": "0", "urgency": "unimportant"}}}}}
    ),
    FeedKind.OSV: osv([osv_record("DEBIAN-CVE-2026-1000", "Debian:12", "openssl",
                                  [{"introduced": "0"}, {"fixed": "3.0.11-1"}])]),
    FeedKind.KEV: kev(["CVE-2026-1000"]),
    FeedKind.EPSS: epss({"CVE-2026-1000": 0.25}),
}  # fmt: skip


@pytest.mark.parametrize("kind", FeedKind)
def test_a_file_is_known_by_its_content(kind: FeedKind) -> None:
    """Whatever it is called; and what it says comes out without a note."""
    assert recognise(SAMPLES[kind][:4096]) is kind
    found, told = read(kind, SAMPLES[kind])
    assert {one.cve for one in found} == {"CVE-2026-1000"}
    assert told.left.note == ""
    assert name_of(kind, told) in ("debsecan bookworm", "tracker", "osv Debian", "kev", "epss")


def test_a_file_of_debsecan_keeps_every_flag() -> None:
    """Urgency, remote, fixed here, binary, the versions elsewhere."""
    data = debsecan([
        Listed("a", "CVE-2026-0001", "1.0-1", ("0.9-1", "0.8-1"), "BM?F"),
        Listed("b", "TEMP-0841856-B18BAF", "", (), "S   "),
    ])  # fmt: skip
    one, two = rules(FeedKind.DEBSECAN, data)
    assert one == FeedRule(
        "debian/bookworm", "a", "CVE-2026-0001", Form.LISTED, fixed="1.0-1", others=("0.9-1", "0.8-1"), binary=True,
        here=True, urgency="medium", remote=None,
    )  # fmt: skip
    assert (two.binary, two.here, two.fixed, two.remote) == (False, False, "", False)


def test_the_tracker_tells_open_resolved_and_never_affected() -> None:
    """Version 0 means that it never was; an open one has no fix here, and perhaps a reason."""
    found = {one.place: one for one in rules(FeedKind.TRACKER, SAMPLES[FeedKind.TRACKER])}
    assert set(found) == {"debian/bookworm", "debian/trixie"}
    assert (found["debian/bookworm"].fixed, found["debian/bookworm"].here) == ("3.0.11-1~deb12u2", True)
    assert (found["debian/trixie"].fixed, found["debian/trixie"].note) == ("", "postponed")
    assert found["debian/bookworm"].remote is True
    assert found["debian/trixie"].urgency == ""


def test_a_record_of_a_vendor_speaks_of_the_cves_that_it_mends() -> None:
    """Of aliases and upstream; one that is withdrawn says nothing; a severity may be a vector or a word."""
    events = [{"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"last_affected": "3.5"}]
    records = [
        osv_record("RLSA-2026:0001", "Rocky Linux:9", "curl", events, upstream=["CVE-2026-0001", "CVE-2026-0002"],
                   severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
        osv_record("USN-1-1", "Ubuntu:Pro:18.04:LTS", "vlc", [{"introduced": "0"}, {"fixed": "1+esm1"}],
                   severity=[{"type": "Ubuntu", "score": "low"}]),
        osv_record("DSA-1-1", "Debian:12", "gone", [{"introduced": "0"}], withdrawn="2026-01-01T00:00:00Z"),
        osv_record("PYSEC-1", "PyPI", "requests", [{"introduced": "0"}]),
    ]  # fmt: skip
    found, told = read(FeedKind.OSV, osv(records))
    ruled = [one for one in found if isinstance(one, FeedRule)]
    assert [(one.cve, one.low, one.fixed, one.last) for one in ruled] == [
        ("CVE-2026-0001", "1.0", "2.0", ""), ("CVE-2026-0002", "1.0", "2.0", ""), ("CVE-2026-0001", "3.0", "", "3.5"),
        ("CVE-2026-0002", "3.0", "", "3.5"), ("USN-1-1", "", "1+esm1", ""),
    ]  # fmt: skip
    assert (ruled[-1].place, ruled[-1].here, ruled[-1].note) == ("ubuntu/18.04", False, "takes Ubuntu Pro")
    assert (ruled[-1].urgency, ruled[0].place) == ("low", "rocky/9")
    assert {one.score for one in found if isinstance(one, Advisory) and one.cve == "CVE-2026-0001"} == {9.8}
    assert "PyPI" in told.left.note
    assert told.dated_at is not None


def test_known_use_and_forecasts_are_read_with_their_days() -> None:
    """The catalogue's due day and ransomware, the score; when each was made is in the file."""
    (used,), told = read(FeedKind.KEV, SAMPLES[FeedKind.KEV])
    assert used == Exploited("CVE-2026-1000", "2026-11-01", "2026-11-22", True, "Thing of CVE-2026-1000")
    assert told.dated_at == 1_795_176_000.0
    (likely,), told = read(FeedKind.EPSS, SAMPLES[FeedKind.EPSS])
    assert likely == Likelihood("CVE-2026-1000", 0.25, 0.5)
    assert told.dated_at is not None
    assert read(FeedKind.EPSS, gzip.decompress(SAMPLES[FeedKind.EPSS]))[0] == [likely]


@pytest.mark.parametrize("kind", FeedKind)
def test_half_a_feed_is_refused(kind: FeedKind) -> None:
    """What ends too early would call clean what is not; wherever it ends."""
    data = SAMPLES[kind]
    for end in range(1, len(data)):
        with pytest.raises(FeedBroken):
            read(kind, data[:end])


def test_an_entry_that_makes_no_sense_is_left_out_and_told() -> None:
    """The others are taken; what a person reads of it is harmless."""
    data = zlib.compress(
        b"VERSION 1\nCVE-2026-0001,,text\n\x1b]0;x\x07,,\n\na,0,S  F,1.0,\nb,1,S  F,1.0,\nc,77,S  F,1.0,\n"
        b"d,0,XYZ,1.0,\ne,0,SQ F,1.0,\nf f,0,S  F,1.0,\n[@click=app.quit]\n\na,a\n\n"
    )
    found, told = read(FeedKind.DEBSECAN, data)
    assert [one.package for one in found if isinstance(one, FeedRule)] == ["a"]
    assert told.left.count == 7
    assert told.left.note.startswith("7 not understood: ")
    assert told.left.note.endswith(" and 4 more")
    assert told.left.note.isprintable()
    odd: dict[str, Any] = {"ok": {"CVE-2026-0001": {"releases": {"sid": {"status": "open"}}}}, "x y": {}, "none": [1],
        "b": {"CVE-2026-0002": {"releases": {"sid": {"status": "perhaps"}}}, "no": 3}}  # fmt: skip
    found, told = read(FeedKind.TRACKER, tracker(odd))
    assert [one.cve for one in found if isinstance(one, FeedRule)] == ["CVE-2026-0001"]
    assert told.left.count == 4


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (FeedKind.DEBSECAN, zlib.compress(b"VERSION 2\n\n\n\n")), (FeedKind.DEBSECAN, b"VERSION 1\n"),
        (FeedKind.TRACKER, b"[]"), (FeedKind.TRACKER, b"{}x"), (FeedKind.KEV, b'{"title": 1}'),
        (FeedKind.EPSS, b"a,b,c\n"), (FeedKind.OSV, b"PK\x03\x04 and nothing"), (FeedKind.OSV, osv([])),
        (FeedKind.TRACKER, b'{"a":' + b"[" * 100_000), (FeedKind.KEV, b'{"vulnerabilities":[' + b'{"a":' * 50_000),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused_with_what_to_do(kind: FeedKind, data: bytes) -> None:
    """Of another form, too deep, or nothing in it."""
    with pytest.raises(FeedBroken) as refused:
        read(kind, data)
    assert refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("head", [b"", b"hello", b"\x7fELF", b"<xml/>"])
def test_a_file_of_something_else_is_not_guessed(head: bytes) -> None:
    """It is said what feeds there are."""
    with pytest.raises(FeedBroken):
        recognise(head)


def test_a_bomb_is_refused_before_it_takes_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of zlib, of gzip, of a zip; a line without an end; a value without one."""
    monkeypatch.setattr(limits, "UNPACKED_LIMIT", 1 << 24)
    monkeypatch.setattr(limits.unpacked, "__defaults__", (1 << 24,))
    monkeypatch.setattr(osv_reading, "ALL_LIMIT", 1 << 24)
    bomb = (b"CVE-2026-0001,," + b"x" * 10_000 + b"\n") * 5_000
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"../../{number}.json", b" " * (1 << 20))
    cases = [
        (FeedKind.DEBSECAN, zlib.compress(b"VERSION 1\n" + bomb)),
        (FeedKind.EPSS, gzip.compress(b"cve,epss,percentile\n" + bomb)),
        (FeedKind.EPSS, gzip.compress(b"cve,epss,percentile\n" + b"x" * 1_000_000)),
        (FeedKind.OSV, held.getvalue()),
        (FeedKind.TRACKER, b'{"a":{"CVE-2026-0001":"' + b"x" * 9_000_000),
    ]
    del bomb
    tracemalloc.start()
    for kind, data in cases:
        with pytest.raises(FeedBroken):
            for _ in read_feed(kind, io.BytesIO(data), Told(), "bookworm"):
                pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20


def test_the_list_of_an_archive_is_not_read_whole_where_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read before anything else of it, in one piece."""
    monkeypatch.setattr(osv_reading, "DIRECTORY_LIMIT", 2_000)
    with pytest.raises(FeedBroken, match="list of records"):
        read(FeedKind.OSV, osv([osv_record(f"CVE-2026-{n}", "Debian:12", "a", []) for n in range(1000, 1100)]))


def test_one_record_of_an_archive_that_is_broken_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that is too long, nor a name that would lead out of the archive: nothing is written anywhere."""
    monkeypatch.setattr(osv_reading, "RECORD_LIMIT", 2_000)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(
            "../../../../tmp/evil.json",
            json.dumps(osv_record("CVE-2026-0001", "Debian:12", "a", [{"introduced": "0"}])),
        )
        archive.writestr("b.json", "{")
        archive.writestr("c.json", b"[" * 1_500)
        archive.writestr("d.json", json.dumps({"id": "CVE-2026-0002", "details": "x" * 3_000}))
        archive.writestr("e.txt", "nothing")
    found, told = read(FeedKind.OSV, held.getvalue())
    assert [one.package for one in found if isinstance(one, FeedRule)] == ["a"]
    assert told.left.count == 3


def test_a_large_document_is_read_piece_by_piece() -> None:
    """Ten megabytes of the tracker's JSON are never in memory at once."""
    fixed = {"status": "resolved", "fixed_version": "1.0-1", "urgency": "low"}
    one = {"description": "x" * 400, "releases": dict.fromkeys(("bookworm", "trixie", "sid"), fixed)}
    source = json.dumps({f"CVE-2026-{1000 + n}": one for n in range(250)}).encode()
    file = io.BytesIO(b"{" + b",".join(b'"source%d":%b' % (n, source) for n in range(60)) + b"}")
    tracemalloc.start()
    count = sum(isinstance(entry, FeedRule) for entry in read_feed(FeedKind.TRACKER, file, Told()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60 * 250 * 3
    assert peak < 4 << 20


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FeedKind), st.binary(max_size=2_000), st.booleans())
def test_any_bytes_are_read_or_refused(kind: FeedKind, data: bytes, packed: bool) -> None:
    """Never with another error."""
    if packed:
        head = {FeedKind.DEBSECAN: b"VERSION 1\n", FeedKind.EPSS: b"cve,epss,percentile\n"}.get(kind, b"")
        data = gzip.compress(head + data) if kind is FeedKind.EPSS else zlib.compress(head + data)
    with suppress(FeedBroken):
        read(kind, data)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(FeedKind), st.data())
def test_a_feed_with_bytes_turned_is_read_or_refused(kind: FeedKind, data: st.DataObject) -> None:
    """What nearly is a feed goes deeper than noise does."""
    raw = SAMPLES[kind]
    if kind is FeedKind.DEBSECAN:
        raw = zlib.decompress(raw)
    elif kind is FeedKind.EPSS:
        raw = gzip.decompress(raw)
    turned = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 6))):
        turned[data.draw(st.integers(0, len(turned) - 1))] = data.draw(st.integers(0, 255))
    whole = zlib.compress(bytes(turned)) if kind is FeedKind.DEBSECAN else bytes(turned)
    with suppress(FeedBroken):
        read(kind, whole)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "affected", "package", "ecosystem", "name", "ranges", "events", "introduced", "fixed",
                         "aliases", "severity", "type", "score", "releases", "status", "fixed_version", "versions"])
        | st.text(max_size=4), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_any_json_is_a_record_or_is_left_out(value: Any) -> None:
    """Whatever stands where something else belongs."""
    list(osv_reading.read_record(value, "any.json", Told()))
    if isinstance(value, dict):
        record = {**value, "id": "CVE-2026-1000"}
        list(osv_reading.read_record(record, "any.json", Told()))
        affected = [{**value, "package": {"ecosystem": "Debian:12", "name": "a"}}]
        list(osv_reading.read_record({**record, "affected": affected}, "any.json", Told()))
        for kind in (FeedKind.TRACKER, FeedKind.KEV):
            with suppress(FeedBroken):
                read(kind, json.dumps({"a": {"CVE-2026-0001": value}, "vulnerabilities": [value]}).encode())


@pytest.mark.parametrize(("suite", "binaries", "wrong"), [
    ("bookworm", {"perl": ["perl-base", "libperl5.36"]}, ""),
    ("trixie", {"perl": ["perl-base", "libperl5.36"]}, "it is about bookworm, not about trixie: it has libperl5.36"),
    ("bookworm", {"python3.9": ["libpython3.9-minimal"]}, "it is about bullseye, not about bookworm"),
    ("forky", {"perl": ["libperl5.40"]}, ""), ("sid", {"perl": ["libperl5.36"]}, ""), ("bookworm", {}, ""),
    ("trixie", {"perl": ["libperl5.36", "libperl5.40"]}, ""),
])  # fmt: skip
def test_a_file_of_debsecan_about_another_release_than_is_said_is_refused(
    suite: str, binaries: dict[str, list[str]], wrong: str
) -> None:
    """By packages that only one release has; versions do not tell it, and what is unreleased is not told."""
    data = debsecan([Listed("perl", "CVE-2026-1000", "5.40.0-1", ("5.36.0-7+deb12u1",))], binaries)
    told = Told()
    if not wrong:
        assert list(read_feed(FeedKind.DEBSECAN, io.BytesIO(data), told, suite))
        return
    with pytest.raises(FeedBroken, match=wrong):
        list(read_feed(FeedKind.DEBSECAN, io.BytesIO(data), told, suite))


def test_the_list_of_cisa_as_csv_is_told_by_its_name() -> None:
    with pytest.raises(FeedBroken, match="as CSV"):
        recognise(b'"cveID","vendorProject","product"\n')
