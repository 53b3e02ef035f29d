"""An ecosystem of OSV: a zip with one JSON a vulnerability. It is read where it lies and never unpacked to the disk.

A record of a vendor names the vulnerabilities that it mends below ``aliases`` and ``upstream``; each of those becomes a
rule. What has no CVE keeps its own name.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tui_ops.model.vulnerabilities import Advisory, FeedRule
from tui_ops.practices.vulnerabilities.cvss import base_score
from tui_ops.practices.vulnerabilities.places import ecosystem_place
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken
from tui_ops.practices.vulnerabilities.reading.words import (
    CVE,
    Entry,
    Told,
    is_identity,
    is_package,
    is_version,
    line_of,
    moment_of,
)

RECORD_LIMIT = 8 * 1024 * 1024
"""Bytes of one record: the longest of real ones lists the versions of a kernel in 2 MB."""

ALL_LIMIT = 8 << 30
"""Bytes of all records together: Ubuntu's have 2 GiB."""

DIRECTORY_LIMIT = 128 * 1024 * 1024
"""Bytes of the archive's own list: of a million records."""

NAMES_MOST = 2_000
"""Vulnerabilities of one record: an update of a kernel mends some hundreds."""

EVENTS_MOST = 2_000
"""Events of one range."""

VERSIONS_MOST = 200
"""Versions beside a range that are kept: feeds of systems list them only as far as the range does not say it."""

LIST_MOST = 20_000
"""Elements of a list of a record that are looked at."""

_VENDOR = re.compile(r"(?:DEBIAN|UBUNTU|ALPINE|RHEL|SUSE|openSUSE)-(CVE-[0-9]{4}-[0-9]{3,12})", re.ASCII)
"""A vendor's own record of one CVE."""

WORDS = {"important": "high", "moderate": "medium", "negligible": "low"}
"""Vendors' words for how bad it is that are not ours."""


_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError,
    ArithmeticError, OSError,
)  # fmt: skip
"""What zipfile raises for archives that are damaged: it has no error of its own for all of them."""


class _Guarded(io.RawIOBase):
    """A file of which nobody takes too much at once: a zip's list is read whole before anything of it is known.

    Args:
        file: is read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that its place can be set."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Return that many bytes, or fewer at the end."""
        if size > DIRECTORY_LIMIT:
            raise FeedBroken("its list of records is longer than any", "check where it is from")
        found = self._file.read(DIRECTORY_LIMIT + 1 if size < 0 else size)
        if len(found) > DIRECTORY_LIMIT:
            raise FeedBroken("its list of records is longer than any", "check where it is from")
        return found


def read_osv(file: BinaryIO, told: Told) -> Iterator[Entry]:
    """Give the entries of an ecosystem's archive.

    Args:
        file: at its beginning; its place can be set.
        told: takes what is said beside them.

    Raises:
        FeedBroken: it is no archive, a damaged one, or larger than any.
    """
    try:
        with zipfile.ZipFile(_Guarded(file)) as archive:
            yield from _of_archive(archive, told)
    except _DAMAGED as error:
        raise FeedBroken("it is no zip archive, or a damaged one", "fetch it again") from error


def _of_archive(archive: zipfile.ZipFile, told: Told) -> Iterator[Entry]:
    total = records = 0
    for info in archive.infolist():
        if info.is_dir() or not info.filename.endswith(".json"):
            continue
        told.budget.spend()
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FeedBroken("its records are encrypted or packed oddly", "take the archive from its publisher")
        with archive.open(info) as one:
            text = one.read(RECORD_LIMIT + 1)
        total += len(text)
        if total > ALL_LIMIT:
            raise FeedBroken(f"it unpacks to more than {ALL_LIMIT >> 30} GiB", "check where it is from")
        if len(text) > RECORD_LIMIT:
            told.left.out(info.filename, f"longer than {RECORD_LIMIT >> 20} MiB")
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            told.left.out(info.filename, "no JSON")
            continue
        records += 1
        yield from read_record(record, info.filename, told)
    if not records:
        raise FeedBroken("it holds no records", "take ECOSYSTEM/all.zip")


def read_record(record: Any, name: str, told: Told) -> Iterator[Entry]:
    """Give the entries of one record.

    Args:
        record: as JSON has it.
        name: of its file, for the note.
        told: takes what is said beside them.
    """
    if not isinstance(record, Mapping) or not is_identity(record.get("id")):
        told.left.out(name, "no record of OSV")
        return
    modified = moment_of(record.get("modified"))
    if modified is not None:
        told.dated_at = max(told.dated_at or 0.0, modified)
    if record.get("withdrawn"):
        return
    names = names_of(record)
    text = line_of(record.get("summary")) or line_of(record.get("details"))
    score, word = _severity(record)
    for one in names:
        yield Advisory(one, text, score, line_of(record.get("published"), 10))
    for affected in _list(record.get("affected")):
        yield from _affected(affected, names, word, record["id"], told)


def names_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a record is about: the CVEs that it names, or else itself."""
    own = str(record["id"])
    vendor = _VENDOR.fullmatch(own)
    if vendor is not None or CVE.fullmatch(own):
        return (vendor[1] if vendor is not None else own,)
    said = [one for key in ("aliases", "upstream", "related") for one in _list(record.get(key))]
    plain = [_VENDOR.sub(r"\1", one) for one in said if isinstance(one, str)]
    found = dict.fromkeys(one for one in plain if CVE.fullmatch(one))
    return tuple(found)[:NAMES_MOST] or (own,)


def _list(value: object) -> list[Any]:
    return value[:LIST_MOST] if isinstance(value, list) else []


def _severity(record: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return the base score of CVSS and the vendor's word."""
    score, word = None, ""
    for one in _list(record.get("severity")):
        if not isinstance(one, Mapping) or not isinstance(one.get("score"), str):
            continue
        if str(one.get("type")).startswith("CVSS_V"):
            found = base_score(one["score"])
            score = found if found is not None else score
        else:
            word = one["score"]
    return score, word or _word(record)


def _word(said: Mapping[str, Any]) -> str:
    for key, name in (("ecosystem_specific", "urgency"), ("ecosystem_specific", "severity"),
                      ("database_specific", "severity")):  # fmt: skip
        part = said.get(key)
        if isinstance(part, Mapping) and isinstance(part.get(name), str):
            return str(part[name])
    return ""


def _affected(affected: Any, names: tuple[str, ...], word: str, own: str, told: Told) -> Iterator[FeedRule]:
    package = affected.get("package") if isinstance(affected, Mapping) else None
    ecosystem = package.get("ecosystem") if isinstance(package, Mapping) else None
    place = ecosystem_place(ecosystem) if isinstance(ecosystem, str) else None
    if not isinstance(package, Mapping) or place is None or not is_package(package.get("name")):
        told.left.out(own, f"a package of {line_of(ecosystem, 40) or 'no ecosystem'}")
        return
    told.name = told.name or line_of(str(ecosystem).partition(":")[0], 40)
    urgency = line_of(_word(affected) or word, 30).lower()
    urgency = "" if urgency in ("not yet assigned", "untriaged") else WORDS.get(urgency, urgency)
    spans = list(_spans(affected, own, told))
    if not spans:
        listed = tuple(one for one in _list(affected.get("versions"))[:VERSIONS_MOST] if is_version(one))
        spans = [("", "", "", listed)] if listed else []
    for low, fixed, last, others in spans:
        for cve in names:
            told.budget.spend()
            yield FeedRule(
                place[0], package["name"], cve, low=low, fixed=fixed, last=last, others=others,
                here=bool(fixed) and not place[1], urgency=urgency,
                note="takes Ubuntu Pro" if place[1] and fixed else "",
            )  # fmt: skip


def _spans(affected: Mapping[str, Any], own: str, told: Told) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Give from which version to which, whether mended there or only known to be affected until there."""
    for span in _list(affected.get("ranges")):
        if not isinstance(span, Mapping) or span.get("type") != "ECOSYSTEM":
            continue  # Commits say nothing of packages.
        low: str | None = None
        for event in _list(span.get("events"))[:EVENTS_MOST]:
            kind, version = next(iter(event.items()), ("", "")) if isinstance(event, Mapping) else ("", "")
            if not is_version(version):
                told.left.out(own, "an event without a version")
            elif kind == "introduced":
                low = "" if version == "0" else version
            elif low is not None and kind in ("fixed", "last_affected"):
                yield (low, version, "", ()) if kind == "fixed" else (low, "", version, ())
                low = None
        if low is not None:
            yield low, "", "", ()
