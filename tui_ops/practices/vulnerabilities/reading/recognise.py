"""What a file is, by its first bytes, and the reader that belongs to it."""

from collections.abc import Iterator
from typing import BinaryIO

from tui_ops.model.vulnerabilities import FeedKind
from tui_ops.practices.vulnerabilities.reading.debsecan import read_debsecan
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken
from tui_ops.practices.vulnerabilities.reading.osv import read_osv
from tui_ops.practices.vulnerabilities.reading.scores import GZIP, read_epss, read_kev
from tui_ops.practices.vulnerabilities.reading.tracker import read_tracker
from tui_ops.practices.vulnerabilities.reading.words import Entry, Told

HEAD = 4096
"""Bytes that tell what a file is."""

ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How a file of zlib begins, by how hard it was packed."""

KINDS_HINT = "feeds are debsecan's file, the Debian tracker's JSON, OSV's all.zip, KEV's JSON and EPSS's csv.gz"


def recognise(head: bytes) -> FeedKind:
    """Return what a file is.

    Args:
        head: its first :data:`HEAD` bytes.

    Raises:
        FeedBroken: it is no feed that is known.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK"):
        return FeedKind.OSV
    if head.startswith(GZIP) or text.startswith((b"#model_version", b"cve,epss")):
        return FeedKind.EPSS
    if head[:2] in ZLIB:
        return FeedKind.DEBSECAN
    if text.startswith(b"{"):
        return FeedKind.KEV if b'"catalogVersion"' in text or b'"vulnerabilities"' in text else FeedKind.TRACKER
    if text.startswith((b"cveID,", b'"cveID"')):
        raise FeedBroken("it is CISA's list as CSV", "take known_exploited_vulnerabilities.json")
    if not head:
        raise FeedBroken("it is empty", "fetch it again")
    raise FeedBroken("it is no feed that is known", KINDS_HINT)


def read_feed(kind: FeedKind, file: BinaryIO, told: Told, suite: str = "") -> Iterator[Entry]:
    """Give the entries of a feed.

    Args:
        kind: its form.
        file: at its beginning; its place can be set.
        told: takes what is said beside them.
        suite: the release that a file of debsecan is about.

    Raises:
        FeedBroken: it can't be used; nothing of what came before counts then.
    """
    if kind is FeedKind.DEBSECAN:
        return read_debsecan(file, told, suite)
    return {
        FeedKind.TRACKER: read_tracker, FeedKind.OSV: read_osv, FeedKind.KEV: read_kev, FeedKind.EPSS: read_epss,
    }[kind](file, told)  # fmt: skip


def name_of(kind: FeedKind, told: Told) -> str:
    """Return what a feed is called: one of the same name takes its place."""
    return f"{kind} {told.name}".strip()
