"""What an observation means: one judge a kind, from what was seen to a severity, a sentence, numbers and a document."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from tui_ops.collectors.checks.perfdata import OUTPUT_LIMIT, Output, parse_output
from tui_ops.model.address import SUBJECT_LIMIT, compile_pattern
from tui_ops.model.checks import CheckSpec, DnsWish, HttpWish, IcmpWish, TlsWish
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.model.thresholds import Range, severity_by
from tui_ops.transport.ends.seen import (
    CantTell,
    Certificate,
    DnsSeen,
    EndError,
    HttpSeen,
    IcmpSeen,
    PluginSeen,
    TcpSeen,
    Times,
    TlsSeen,
)

TEXT_LIMIT = 200
"""Characters of a sentence: what a row and a header can show."""

SHOWN_MOST = 3
"""Values that are named in one sentence; the document has all."""

DAY_S = 86400.0

PATTERN_S = 0.2
"""Seconds for a pattern on one answer: an ordinary one takes a millisecond on the longest answer that is read."""

SLOW_REPEATS = 3
"""Signs of repeating from which on a pattern can be slow: its time goes with the fourth power of the piece."""

PIECE, OVERLAP = SUBJECT_LIMIT, SUBJECT_LIMIT // 2
SLOW_PIECE, SLOW_OVERLAP = SUBJECT_LIMIT // 2, SUBJECT_LIMIT * 2 // 5
"""Characters of a long line that are looked at together, and that two such pieces have in common, so that what is as
short as that is always found. One search lets no other thread of Python run: the worst takes 660 ms on 200 characters,
and 30 ms on 100."""

SEVERITY_OF_EXIT = (Severity.OK, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)
"""The plugins' exit codes. Any other is unknown: the plugin itself could not be run or broke."""

Seen = HttpSeen | TcpSeen | DnsSeen | TlsSeen | IcmpSeen | PluginSeen


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of a check says."""

    severity: Severity
    text: str
    numbers: dict[str, float] = field(default_factory=dict)
    """By label, beside the time."""
    seconds: float | None = None
    """That it took; None where nothing answered."""
    document: dict[str, object] = field(default_factory=dict)


def takes_long(spec: CheckSpec) -> bool:
    """Return whether judging may take :data:`PATTERN_S`, so that it belongs into a thread."""
    return isinstance(spec.wish, HttpWish) and bool(spec.wish.matches)


def judge(spec: CheckSpec, seen: Seen) -> Result:
    """Return what was seen, judged by what the check wishes."""
    if isinstance(seen, HttpSeen):
        return _http(spec, seen)
    if isinstance(seen, TcpSeen):
        return _tcp(spec, seen)
    if isinstance(seen, DnsSeen):
        return _dns(spec, seen)
    if isinstance(seen, TlsSeen):
        return _tls(spec, seen)
    if isinstance(seen, IcmpSeen):
        return _icmp(spec, seen)
    return _plugin(spec, seen)


def judge_failure(error: EndError) -> Result:
    """Return what it means that nothing was seen: critical, or unknown where our own side is at fault."""
    severity = Severity.UNKNOWN if isinstance(error, CantTell) else Severity.CRITICAL
    return Result(severity, clean(error.message, TEXT_LIMIT), document={"hint": clean(error.hint, TEXT_LIMIT)})


def _by_level(value: float, spec: CheckSpec, show: Callable[[float], str]) -> tuple[Severity, str]:
    """Return how bad a number is, and which threshold says so."""
    severity = severity_by(value, spec.warn, spec.crit)
    level: Range | None = spec.crit if severity is Severity.CRITICAL else spec.warn
    said = f" (outside of {level})" if severity is not Severity.OK and level is not None else ""
    return severity, show(value) + (said.replace("outside of @", "within ") if said else "")


def _milliseconds(seconds: float) -> str:
    if seconds >= 10:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0095 else f"{seconds * 1000:.1f} ms"


def _steps(times: Times) -> dict[str, object]:
    return {name.replace(" ", "_"): round(value, 6) for name, value in times.steps().items()}


def _numbers(times: Times) -> dict[str, float]:
    return {name.replace(" ", "_"): value for name, value in times.steps().items() if name != "total"}


def _http(spec: CheckSpec, seen: HttpSeen) -> Result:
    wish = spec.wish if isinstance(spec.wish, HttpWish) else HttpWish()
    total = seen.times.total
    severity, took = _by_level(total, spec, _milliseconds)
    said = f"HTTP {seen.status} {seen.reason}".rstrip()
    fault = _http_fault(wish, seen, said)
    text = f"{fault}, in {_milliseconds(total)}" if fault else f"{said} in {took}"
    return Result(
        Severity.CRITICAL if fault else severity,
        clean(text, TEXT_LIMIT),
        {**_numbers(seen.times), "size": float(len(seen.body))},
        total,
        {"status": seen.status, "steps": _steps(seen.times), "size": len(seen.body), "cut": seen.cut},
    )


def _http_fault(wish: HttpWish, seen: HttpSeen, said: str) -> str:
    """Return what is wrong with an answer; empty where nothing is."""
    if not any(low <= seen.status <= high for low, high in wish.expect):
        wanted = ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in wish.expect)
        return f"{said}, expected {wanted}"
    text = seen.body.decode("utf-8", "replace")
    beginning = f" in its first {len(seen.body) // 1024} kB" if seen.cut else ""
    if wish.contains and wish.contains not in text:
        return f"{said}, but {clean(wish.contains, 60)!r} is not in the answer{beginning}"
    if wish.matches:
        fits = _matches(wish.matches, text)
        if fits is None:
            return f"{said}, but {clean(wish.matches, 60)!r} was given up: it takes too long on this answer"
        if not fits:
            return f"{said}, but nothing in the answer fits {clean(wish.matches, 60)!r}{beginning}"
    return ""


def _matches(pattern: str, text: str) -> bool | None:
    """Return whether a pattern fits anywhere in a text; None where that was not found out in time.

    The text is looked at line by line, and a long line in overlapping pieces: a pattern that the inventory takes ends
    on one piece within a moment, whatever a server sends, and what is made to be slow ends at the budget.
    """
    search = compile_pattern(pattern).search
    can_be_slow = sum(map(pattern.count, "*+?{")) >= SLOW_REPEATS
    piece, overlap = (SLOW_PIECE, SLOW_OVERLAP) if can_be_slow else (PIECE, OVERLAP)
    until = time.perf_counter() + PATTERN_S
    for line in text.splitlines() or [""]:
        for at in range(0, max(1, len(line) - overlap), piece - overlap):
            if search(line[at : at + piece]) is not None:
                return True
            if time.perf_counter() > until:
                return None
    return False


def _tcp(spec: CheckSpec, seen: TcpSeen) -> Result:
    severity, took = _by_level(seen.times.total, spec, _milliseconds)
    document: dict[str, object] = {"address": seen.address, "steps": _steps(seen.times)}
    return Result(severity, f"connects in {took}", _numbers(seen.times), seen.times.total, document)


def _dns(spec: CheckSpec, seen: DnsSeen) -> Result:
    wish = spec.wish if isinstance(spec.wish, DnsWish) else DnsWish()
    severity, took = _by_level(seen.seconds, spec, _milliseconds)
    known = {_plain(one) for one in seen.answers}
    lacking = [one for one in wish.expect if _plain(one) not in known]
    shown = ", ".join(seen.answers[:SHOWN_MOST]) + (" …" if len(seen.answers) > SHOWN_MOST else "")
    text = f"{shown} in {took}"
    if lacking:
        severity, text = Severity.CRITICAL, f"{', '.join(lacking[:SHOWN_MOST])} is not among the answers: {shown}"
    document: dict[str, object] = {"server": seen.server, "answers": list(seen.answers), "ttl": seen.ttl}
    return Result(severity, clean(text, TEXT_LIMIT), {"answers": float(len(seen.answers))}, seen.seconds, document)


def _plain(answer: str) -> str:
    """Return an answer without what is written in one way or another: quotes, the last dot, capitals."""
    return answer.strip().strip('"').removesuffix(".").lower()


def _tls(spec: CheckSpec, seen: TlsSeen) -> Result:
    own = seen.chain[0]
    days = (own.not_after - seen.at).total_seconds() / DAY_S
    severity, left = _by_level(days, spec, partial(_days, own.not_after))
    faults = list(seen.faults)
    if days < 0:
        faults.insert(0, _days(own.not_after, days))
    elif seen.at < own.not_before:
        faults.insert(0, f"not valid before {own.not_before:%Y-%m-%d}")
    name = spec.wish.name if isinstance(spec.wish, TlsWish) and spec.wish.name else seen.name
    text = "; ".join(faults) if faults else f"good for {left}, by {own.issuer}"
    return Result(
        Severity.CRITICAL if faults else severity,
        clean(f"certificate of {name}: {text}", TEXT_LIMIT),
        {"days_left": round(days, 3), **_numbers(seen.times)},
        seen.times.total,
        {
            "version": seen.version, "cipher": seen.cipher, "steps": _steps(seen.times), "days_left": round(days, 3),
            "faults": faults, "chain": [_certificate(one) for one in seen.chain], "names": list(own.names),
        },
    )  # fmt: skip


def _days(not_after: datetime, days: float) -> str:
    if days < 0:
        return f"expired {-days:.0f} days ago, on {not_after:%Y-%m-%d}"
    if days < 2:
        return f"{days * 24:.0f} hours"
    return f"{days:.0f} days" if days >= 30 else f"{days:.1f} days"


def _certificate(one: Certificate) -> dict[str, object]:
    return {
        "subject": one.subject, "issuer": one.issuer,
        "from": f"{one.not_before:%Y-%m-%dT%H:%M:%SZ}", "until": f"{one.not_after:%Y-%m-%dT%H:%M:%SZ}",
    }  # fmt: skip


def _icmp(spec: CheckSpec, seen: IcmpSeen) -> Result:
    wish = spec.wish if isinstance(spec.wish, IcmpWish) else IcmpWish()
    loss = 100.0 * (seen.sent - len(seen.times_ms)) / max(1, seen.sent)
    document: dict[str, object] = {"address": seen.address, "sent": seen.sent, "loss": loss}
    if not seen.times_ms:
        said = f"no echo of {seen.sent} came back from {seen.address}"
        return Result(Severity.CRITICAL, said, {"loss": 100.0}, None, document)
    mean = sum(seen.times_ms) / len(seen.times_ms)
    by_time, took = _by_level(mean, spec, lambda value: f"{value:.1f} ms")
    by_loss = severity_by(loss, wish.loss_warn, wish.loss_crit)
    severity = max(by_time, by_loss, key=(Severity.OK, Severity.WARNING, Severity.CRITICAL).index)
    document["times_ms"] = [round(one, 3) for one in seen.times_ms]
    text = f"{loss:.0f} % lost, echo in {took}"
    return Result(severity, text, {"loss": loss, "rtt_ms": mean}, mean / 1000, document)


def _plugin(spec: CheckSpec, seen: PluginSeen) -> Result:
    output = parse_output(seen.output)
    status = seen.exit_status
    known = status is not None and 0 <= status < len(SEVERITY_OF_EXIT)
    severity = SEVERITY_OF_EXIT[status] if known and status is not None else Severity.UNKNOWN
    text = output.text or seen.errors or "the plugin wrote nothing"
    if seen.truncated:
        severity, text = Severity.UNKNOWN, f"the plugin wrote more than {OUTPUT_LIMIT // 1024} kB and was killed"
    elif not known:
        ended = "ended by a signal" if status is None else f"ended with status {status}, which is none of a plugin's"
        text = f"{clean(spec.target[0], 60)} {ended}: {text}"
    return Result(
        severity, clean(text, TEXT_LIMIT), {one.label: one.value for one in output.numbers}, seen.seconds,
        _plugin_document(output, status),
    )  # fmt: skip


def _plugin_document(output: Output, status: int | None) -> dict[str, object]:
    return {
        "exit": status,
        "perfdata": [one.as_json() for one in output.numbers],
        "lines": list(output.lines),
    }
