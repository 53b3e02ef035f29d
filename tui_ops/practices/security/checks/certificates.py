"""The check of certificates: in files of the host, and as its services show them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tui_ops.model.clean import clean
from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotForThis, NotReadable, Remedy, Scene
from tui_ops.practices.security.checks.plain import besides, flag, names, settled, takes, word

DAY_S = 86_400.0
SOON_DAYS = 7
"""Below this it is nobody's routine any more."""

LIMIT = 200
"""Endpoints of one host that are looked at."""


def _until(fields: Fields, name: str) -> float | None:
    try:
        return datetime.strptime(word(fields, name), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _expiry(scene: Scene) -> Judgement:
    least = scene.number("tls_days")
    read = scene.reads.get("certfiles")
    shown = scene.known.get("tls")
    ends: list[Mapping[str, object]] = (
        [one for one in shown[:LIMIT] if isinstance(one, Mapping)] if isinstance(shown, Sequence) else []
    )
    if read is None and not ends:
        raise NotReadable("its facts of certfiles have not been read yet")
    seen, looked = [], 0
    for path, fields in read.items.items() if read else ():
        used = flag(fields, "used")
        if flag(fields, "self_signed") and not used:
            # What an installation makes for itself, and nobody shows.
            continue
        looked += 1
        seen += _file(path, fields, used, scene.now, least)
    silent = [] if isinstance(shown, Sequence) else ["endpoint "]
    for end in ends:
        looked += 1
        seen += _end(end, least)
        if end.get("days") is None:
            silent.append(f"endpoint {clean(word(end, 'name'), 200)}")
    unread = ("/",) if read is not None and (read.unread or read.cut) else ()
    if not looked and not unread:
        raise NotForThis("no certificates")
    judged = settled(
        f"{looked} certificates, each good for more than {least:.0f} days", names([one.text for one in seen]), seen,
        unread, takes(read) if read else "", ("certfiles",),
    )  # fmt: skip
    return besides(judged, silent)


def _file(path: str, fields: Fields, used: bool, now: float, least: float) -> list[Seen]:
    if not flag(fields, "readable"):
        return [Seen(path, f"{path} holds no certificate that can be read", data={"path": path})] if used else []
    until, chain_until = _until(fields, "until"), _until(fields, "chain_until")
    found = []
    if until is not None:
        days = (until - now) / DAY_S
        if days <= least:
            found.append(_days(path, f"{path} ({word(fields, 'subject')})", days))
        elif chain_until is not None and (chain_until - now) / DAY_S <= least:
            found.append(_days(path, f"one that vouches for {path}", (chain_until - now) / DAY_S))
    if used and fields.get("chain_ok") is False and not found:
        found.append(Seen(path, f"{path}: the certificates in it do not vouch for each other", data={"path": path}))
    return found


def _days(name: str, what: str, days: float) -> Seen:
    said = f"has expired {-days:.0f} days ago" if days < 0 else f"ends in {days:.0f} days"
    severity = (
        FindingSeverity.CRITICAL if days < 0 else FindingSeverity.HIGH if days < SOON_DAYS else FindingSeverity.MEDIUM
    )
    return Seen(name, f"{what} {said}", severity, data={"days": round(days, 1)})


def _end(end: Mapping[str, object], least: float) -> list[Seen]:
    name = clean(word(end, "name"), 200)
    days = end.get("days")
    found = []
    if isinstance(days, int | float) and not isinstance(days, bool) and abs(days) < 1e6 and days <= least:
        found.append(_days(f"endpoint {name}", f"{name} ({clean(word(end, 'subject'), 120)})", float(days)))
    elif end.get("chain_ok") is False:
        found.append(Seen(f"endpoint {name}", f"{name}: nobody who is trusted vouches for its certificate"))
    return found


CHECKS_OF_CERTIFICATES: tuple[Check, ...] = (
    Check(
        "tls-expiry",
        "certificates are good for three weeks and more, and vouched for",
        ("certfiles",),
        _expiry,
        FindingSeverity.HIGH,
        FindingKind.EXPOSURE,
        Controls((), ("4.2.1.1",), ("SC-17",), ("8.24",)),
        Remedy(
            "Renew it, and see why its renewal did not come by itself.",
            by_hand="who issues it, and which services have to load the new one, its owner knows (certbot, for one)",
        ),
        applies="hosts with certificates",
        parameters={"tls_days": 21},
        root=True,
    ),
)
"""Three weeks: what renews itself does so thirty days ahead, and has tried for nine days by then."""
