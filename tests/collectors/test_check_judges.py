"""What observations mean: HTTP, TCP, DNS, TLS and ICMP, by what a check wishes."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.checks.judges import SLOW_PIECE, Seen, judge, judge_failure
from tui_ops.model.address import SUBJECT_LIMIT
from tui_ops.model.checks import CheckKind, CheckSpec, DnsWish, HttpWish, IcmpWish, TlsWish
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.model.thresholds import parse_range
from tui_ops.transport.ends.seen import (
    CantTell,
    Certificate,
    DnsSeen,
    HttpSeen,
    IcmpSeen,
    NotReached,
    TcpSeen,
    Times,
    TlsSeen,
)

OK, WARN, CRIT = Severity.OK, Severity.WARNING, Severity.CRITICAL
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = Times(0.01, 0.02, 0.03, 0.04, 0.1)


def spec(kind: CheckKind, wish: object = None, warn: str = "", crit: str = "") -> CheckSpec:
    levels = [parse_range(one) if one else None for one in (warn, crit)]
    return CheckSpec("it", kind, ("there",), wish, warn=levels[0], crit=levels[1])  # type: ignore[arg-type]


def page(status: int = 200, body: bytes = b"", total: float = 0.1, cut: bool = False) -> HttpSeen:
    return HttpSeen(status, "Fine", replace(TIMES, total=total), body, cut)


def certificate(days: float, faults: tuple[str, ...] = (), begun: float = -10) -> TlsSeen:
    own = Certificate("site", "Root", NOW + timedelta(days=begun), NOW + timedelta(days=days), ("site",))
    return TlsSeen("TLSv1.3", "X", TIMES, "site", (own,), faults, at=NOW)


HTTP = CheckKind.HTTP
CERT = spec(CheckKind.TLS, TlsWish(), "14:", "7:")
PING = spec(CheckKind.ICMP, IcmpWish(parse_range("20"), parse_range("60")), "500", "1000")
TEXT = "Fetching …\nall systems: operational\nbye".encode()

CASES: list[tuple[CheckSpec, Seen, Severity, str]] = [
    (spec(HTTP, HttpWish()), page(), OK, "HTTP 200 Fine in 100 ms"),
    (spec(HTTP, HttpWish()), page(399), OK, "HTTP 399 Fine in 100 ms"),
    (spec(HTTP, HttpWish()), page(404), CRIT, "HTTP 404 Fine, expected 200-399, in 100 ms"),
    (spec(HTTP, HttpWish(expect=((200, 200), (401, 403)))), page(302), CRIT, "HTTP 302 Fine, expected 200, 401-403,"),
    (spec(HTTP, HttpWish(expect=((404, 404),))), page(404), OK, "HTTP 404 Fine"),
    (spec(HTTP, HttpWish(), "1", "3"), page(total=1.5), WARN, "HTTP 200 Fine in 1500 ms (outside of 1)"),
    (spec(HTTP, HttpWish(), "1", "3"), page(total=3.5), CRIT, "(outside of 3)"),
    (spec(HTTP, HttpWish(), "1", "3"), page(500, total=1.5), CRIT, "HTTP 500"),
    (spec(HTTP, HttpWish(contains="operational")), page(body=TEXT), OK, "HTTP 200"),
    (spec(HTTP, HttpWish(contains="Operational")), page(body=TEXT), CRIT, "'Operational' is not in the answer"),
    (spec(HTTP, HttpWish(contains="x")), page(body=TEXT, cut=True), CRIT, "in its first 0 kB"),
    (spec(HTTP, HttpWish(matches=r"^ALL \w+: op")), page(body=TEXT), OK, "HTTP 200"),
    (spec(HTTP, HttpWish(matches="systems: down")), page(body=TEXT), CRIT, "nothing in the answer fits"),
    (spec(HTTP, HttpWish(matches="needle")), page(body=b"x" * 5000 + b"needle" + b"x" * 99), OK, "HTTP 200"),
    (spec(CheckKind.TCP), TcpSeen("192.0.2.1", TIMES), OK, "connects in 100 ms"),
    (spec(CheckKind.TCP, None, "~:0.05"), TcpSeen("192.0.2.1", TIMES), WARN, "connects in 100 ms (outside of ~:0.05)"),
    (spec(CheckKind.TCP, None, "@0:1"), TcpSeen("192.0.2.1", TIMES), WARN, "connects in 100 ms (within 0:1)"),
    (spec(CheckKind.DNS, DnsWish()), DnsSeen("s", ("192.0.2.1",), 60, 0.02), OK, "192.0.2.1 in 20 ms"),
    (spec(CheckKind.DNS, DnsWish(expect=("192.0.2.9",))), DnsSeen("s", ("192.0.2.1",), 60, 0.02), CRIT,
     "192.0.2.9 is not among the answers: 192.0.2.1"),
    (spec(CheckKind.DNS, DnsWish("MX", ("10 Mail.example.org",))), DnsSeen("s", ("10 mail.example.org.",), 60, 0.02),
     OK, "10 mail.example.org."),
    (spec(CheckKind.DNS, DnsWish("TXT", ("v=spf1 -all",))), DnsSeen("s", ('"v=spf1 -all"',), 60, 0.02), OK, "spf1"),
    (spec(CheckKind.DNS, DnsWish(), "0.01"), DnsSeen("s", ("192.0.2.1",), 60, 0.02), WARN, "(outside of 0.01)"),
    (CERT, certificate(90), OK, "certificate of site: good for 90 days, by Root"),
    (CERT, certificate(14), OK, "good for 14.0 days"),
    (CERT, certificate(13.9), WARN, "good for 13.9 days (outside of 14:)"),
    (CERT, certificate(6.9), CRIT, "(outside of 7:)"),
    (CERT, certificate(0.5), CRIT, "good for 12 hours"),
    (CERT, certificate(-3), CRIT, "expired 3 days ago, on 2025-12-29"),
    (CERT, certificate(-3, ("made out to x, not to site",)), CRIT, "2025-12-29; made out"),
    (CERT, certificate(90, ("self-signed",)), CRIT, "certificate of site: self-signed"),
    (CERT, certificate(90, begun=2), CRIT, "not valid before 2026-01-03"),
    (PING, IcmpSeen("192.0.2.1", 5, (1.0, 2.0, 3.0, 4.0, 5.0)), OK, "0 % lost, echo in 3.0 ms"),
    (PING, IcmpSeen("192.0.2.1", 5, (1.0, 1.0, 1.0, 1.0)), OK, "20 % lost"),
    (PING, IcmpSeen("192.0.2.1", 5, (1.0, 1.0, 1.0)), WARN, "40 % lost"),
    (PING, IcmpSeen("192.0.2.1", 5, (1.0,)), CRIT, "80 % lost"),
    (PING, IcmpSeen("192.0.2.1", 5, (700.0,) * 5), WARN, "echo in 700.0 ms (outside of 500)"),
    (PING, IcmpSeen("192.0.2.1", 5, (700.0,)), CRIT, "80 % lost, echo in 700.0 ms"),
    (PING, IcmpSeen("192.0.2.1", 5, ()), CRIT, "no echo of 5 came back from 192.0.2.1"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "seen", "severity", "says"), CASES, ids=lambda value: "")
def test_what_it_means(check: CheckSpec, seen: Seen, severity: Severity, says: str) -> None:
    """Status, text, thresholds and faults; the document is plain JSON."""
    found = judge(check, seen)
    assert found.severity is severity, found.text
    assert says in found.text
    json.dumps(found.document, allow_nan=False)


def test_the_numbers() -> None:
    """Every step has its seconds, a certificate its days, an echo its loss."""
    steps = {"dns": 0.01, "connect": 0.02, "tls": 0.03, "first_byte": 0.04}
    found = judge(spec(HTTP, HttpWish()), page(body=b"abc"))
    assert (found.numbers, found.seconds) == ({**steps, "size": 3.0}, 0.1)
    assert judge(CERT, certificate(90)).numbers == {**steps, "days_left": 90.0}
    assert judge(PING, IcmpSeen("a", 5, (2.0, 4.0))).numbers == {"loss": 60.0, "rtt_ms": 3.0}
    assert judge(PING, IcmpSeen("a", 5, ())).seconds is None


def test_nothing_seen() -> None:
    """Who does not answer is critical; what we can't ask is unknown."""
    assert judge_failure(NotReached("it is silent")).severity is CRIT
    assert judge_failure(CantTell("not allowed")).severity is Severity.UNKNOWN


@given(st.binary(max_size=2000), st.integers(100, 599), st.text(max_size=20), st.text(max_size=20))
def test_any_answer_is_judged(body: bytes, status: int, reason: str, wanted: str) -> None:
    """Whatever a server sends, the sentence is harmless and bounded."""
    seen = HttpSeen(status, clean(reason, 60), TIMES, body)
    for wish in (HttpWish(contains=clean(wanted, 20)), HttpWish(matches="a.*b.*c")):
        text = judge(spec(HTTP, wish), seen).text
        assert clean(text, 200) == text


@pytest.mark.parametrize(("pattern", "longest"), [("<.*>", 100), ("<.*x.*x.*>", 80)])
def test_what_a_pattern_finds_in_a_long_line(pattern: str, longest: int) -> None:
    """Wherever it stands: up to a hundred characters, and eighty of one that can be slow."""
    for at in range(300):
        inside = "x" * (longest - 2)
        found = judge(spec(HTTP, HttpWish(matches=pattern)), page(body=f"{'-' * at}<{inside}>{'-' * 300}".encode()))
        assert found.severity is OK, at


@pytest.mark.parametrize(("pattern", "text"), [(r"(.*)a(.*)b(.*)c$", "ab"), (r".*.*.*x", "a"), (r"\w*\w*\w*!", "a")])
def test_no_single_search_takes_long(pattern: str, text: str) -> None:
    """While one is under way no other thread of Python runs, so one answer may hold them up for moments only."""
    began = time.thread_time()
    judge(spec(HTTP, HttpWish(matches=pattern)), page(body=(text * SUBJECT_LIMIT)[:SLOW_PIECE].encode()))
    assert time.thread_time() - began < 0.1, "it is 660 ms on twice as many characters"


def test_no_answer_makes_a_pattern_slow() -> None:
    """The worst pattern that the inventory takes, against the worst text: it is given up, and that is told."""
    began = time.perf_counter()
    found = judge(spec(HTTP, HttpWish(matches=r"(.*)a(.*)b(.*)c$")), page(body=b"ab" * 32 * 1024))
    assert time.perf_counter() - began < 5.0, "it would be minutes"
    assert (found.severity, "was given up" in found.text) == (CRIT, True)
