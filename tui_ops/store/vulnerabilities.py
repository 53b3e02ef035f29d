"""What hosts are vulnerable to, and which feeds there are, as the engine writes it.

A host may have six hundred vulnerabilities that nothing mends: all of them are one document of it, a row each, which
takes some thirty bytes on the disk. Only what somebody has to do something about is a finding.
"""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select

from tui_ops.model.security import SEVERITIES, FindingSeverity, FindingState
from tui_ops.model.vulnerabilities import SOURCE, FeedFile, Weighed
from tui_ops.store.tables.security import Feed, Finding, HostVulnerabilities

SQUEEZE = 6
"""Of zlib: six hundred rows become a tenth in 3 ms."""

ROWS_MOST = 20_000
"""Rows of one host's document: an old system with every package has four thousand."""

BINARIES_NAMED = 8
"""Binary packages of one source that a row names."""

TEXT_LIMIT = 160
"""Characters of what a vulnerability is about that a row keeps."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found out of a host."""

    host_id: int
    state: str
    text: str
    place: str
    feed: str
    feed_at: float | None
    read_at: float | None
    digest: str
    found: Sequence[Weighed] = ()


def write_judged(session: Session, judged: Judged, at: float) -> None:
    """Keep what was found out of a host in the place of what was known before.

    Args:
        session: of the transaction.
        judged: what was found out. Where no feed says anything, what was known before is not kept as if it were true.
        at: now, epoch seconds.
    """
    fixable = [one for one in judged.found if one.found.here and one.severity is not FindingSeverity.INFO]
    waiting = [one for one in judged.found if not one.found.here and one.severity is not FindingSeverity.INFO]
    worst = min((one.severity for one in fixable), key=SEVERITIES.index, default=None)
    session.merge(
        HostVulnerabilities(
            host_id=judged.host_id, state=judged.state, text=judged.text, place=judged.place, feed=judged.feed,
            feed_at=judged.feed_at, read_at=judged.read_at, matched_at=at, digest=judged.digest, fixable=len(fixable),
            waiting=len(waiting), unimportant=len(judged.found) - len(fixable) - len(waiting),
            kev=sum(bool(one.kev) for one in judged.found), worst=str(worst or ""), items=packed(judged.found),
        )
    )  # fmt: skip


def packed(found: Sequence[Weighed]) -> bytes:
    """Return a host's document: a row for each, as :mod:`tui_ops.store.views.vulnerabilities` unpacks it."""
    rows = [
        [
            one.found.cve, one.found.source, one.found.installed, one.found.fixed, one.found.here, str(one.severity),
            one.cvss, one.epss, one.kev, one.ransomware, one.found.urgency, one.found.remote, one.found.note,
            one.found.boot, list(one.found.packages[:BINARIES_NAMED]), one.text[:TEXT_LIMIT],
        ]
        for one in found[:ROWS_MOST]
    ]  # fmt: skip
    return zlib.compress(
        json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"), SQUEEZE
    )


def open_checks(session: Session, host_ids: Collection[int]) -> dict[int, set[str]]:
    """Return by host the vulnerabilities of which feeds opened findings that are not verified gone."""
    query = select(Finding.host_id, Finding.check).where(
        col(Finding.host_id).in_(host_ids), Finding.source == SOURCE, Finding.state != str(FindingState.VERIFIED)
    )
    found: dict[int, set[str]] = {host_id: set() for host_id in host_ids}
    for host_id, check in session.exec(query).all():
        if host_id is not None:
            found[host_id].add(check)
    return found


def write_feeds(session: Session, feeds: Sequence[FeedFile]) -> None:
    """Write down which feeds there are."""
    session.exec(delete(Feed).where(col(Feed.name).not_in([feed.name for feed in feeds])))
    for feed in feeds:
        session.merge(
            Feed(
                name=feed.name, kind=str(feed.kind), dated_at=feed.dated_at, imported_at=feed.imported_at,
                imported_by=feed.imported_by, sha=feed.sha, size=feed.size, count=feed.count, note=feed.note,
            )
        )  # fmt: skip
