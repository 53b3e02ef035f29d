"""What every reader keeps to: sizes, depths, counts; and how values of foreign documents are taken."""

import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.security import FindingSeverity

REPORT_LIMIT = 64 << 20
"""Bytes of a report, unpacked: an ARF with all of its data stream has 30 MB, a Trivy report of a full server 20 MB."""

ITEMS_LIMIT = 20_000
"""Things that one report may find: a neglected server with every CVE of its packages has 5,000."""

CHECKS_LIMIT = 20_000
"""Checks of one report: ComplianceAsCode has 2,110 rules for all of Linux."""

DEPTH_LIMIT = 100
"""Elements within each other in XML, lists and mappings in JSON: real ones have 20."""

TITLE_LIMIT, TEXT_LIMIT, ADVICE_LIMIT, NAME_LIMIT = 150, 300, 300, 200
"""Characters that are kept, as findings keep them."""

NAMES_MOST = 20
"""Names and addresses by which a report calls its host."""

GZIP = b"\x1f\x8b"

_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0
"""The years 2000 and 2100: a moment outside is a clock that was never set."""

_PLAIN = re.compile(r"[^A-Za-z0-9:._/+~@-]", re.ASCII)
_CHECK_LIMIT = 90
"""Characters of a check's own name."""

_FRACTION = re.compile(r"\.(\d{1,6})\d*")


class ScanBroken(TuiOpsError):
    """A file that can't be used as a report; nothing of it is kept."""


class Left:
    """What was left out of a report, for its note."""

    NAMED = 3
    """Entries that the note names; it counts the others."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[str] = []

    def out(self, where: str, why: str) -> None:
        """Take note of what was not understood.

        Args:
            where: its place; it may hold anything.
            why: what is wrong with it.
        """
        self.count += 1
        if len(self._named) < self.NAMED:
            self._named.append(f"{clean(where, 60)} ({clean(why, 80)})")

    def note(self, *more: str) -> str:
        """Return one sentence of it, after what else is to be said; empty where there is nothing."""
        said = [one for one in more if one]
        if self.count:
            others = self.count - len(self._named)
            rest = f" and {others} more" if others else ""
            said.append(f"{self.count} not understood: {', '.join(self._named)}{rest}")
        return clean("; ".join(said), 400)


def unpacked(data: bytes) -> bytes:
    """Return a report as it is, or what a gzip file of it holds.

    Raises:
        ScanBroken: it is too large, or a damaged gzip file.
    """
    if not data.startswith(GZIP):
        if len(data) > REPORT_LIMIT:
            raise ScanBroken(f"it is larger than {REPORT_LIMIT >> 20} MiB", "check what this file is")
        return data
    machine = zlib.decompressobj(31)
    try:
        found = machine.decompress(data, REPORT_LIMIT + 1)
    except zlib.error as error:
        raise ScanBroken("it is a damaged gzip file", "fetch it again") from error
    if len(found) > REPORT_LIMIT:
        raise ScanBroken(f"it unpacks to more than {REPORT_LIMIT >> 20} MiB", "check where it is from")
    if not machine.eof:
        raise ScanBroken("the gzip file ends too early", "fetch it again")
    return found


def read_json(data: bytes) -> Any:
    """Return a document of JSON.

    Raises:
        ScanBroken: it is none, with the place; or it is nested too deeply, or has numbers without end.
    """
    text = data.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, parse_int=_whole, parse_constant=lambda _name: None)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ScanBroken(f"{place}: {clean(error.msg, 80)}", "it is no whole JSON: make it anew") from error
    except RecursionError as error:
        raise ScanBroken("it is nested too deeply", "check where it is from") from error


def _whole(digits: str) -> float | int:
    """Return a whole number; one that is longer than any that means something counts as without end."""
    return int(digits) if len(digits) <= 20 else math.inf


# --- values of foreign documents --------------------------------------------------------------------------------------


def mapping(value: object) -> dict[str, Any]:
    """Return an object of JSON; an empty one in the place of anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object, most: int = ITEMS_LIMIT + 1) -> list[Any]:
    """Return a list of JSON, at most so many of it; an empty one in the place of anything else.

    Where nothing else is said it is one more than a report may find, so that whoever counts sees that there are more.
    """
    return value[:most] if isinstance(value, list) else []


def mappings(value: object, most: int = ITEMS_LIMIT + 1) -> Iterator[dict[str, Any]]:
    """Give the objects of a list."""
    return (one for one in listed(value, most) if isinstance(one, dict))


def line(value: object, most: int = TEXT_LIMIT) -> str:
    """Return a text as one harmless line; empty in the place of anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    # Whoever reads a line needs no more of a text's own lines than that they were there.
    return clean(" ".join(value[: most * 4].split()), most)


def number(value: object) -> float | None:
    """Return a finite number, also one that is written as a text."""
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def share(value: object) -> float | None:
    """Return a number from 0 to 1, None in the place of any other."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def score(value: object) -> float | None:
    """Return a score of CVSS, 0 to 10, None in the place of any other."""
    found = number(value)
    return found if found is not None and 0 <= found <= 10 else None


def moment(value: object) -> float | None:
    """Return a moment of ISO 8601 in epoch seconds; without a zone it is taken for UTC. None where it is none."""
    if not isinstance(value, str):
        return None
    text = _FRACTION.sub(r".\1", value.strip()[:40]).replace("Z", "+00:00")
    try:
        found = datetime.fromisoformat(text)
        at = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at <= _LATEST else None


def check_id(tool: str, name: str) -> str:
    """Return the id of a tool's check: harmless, and different for different names however long or strange they are."""
    plain = _PLAIN.sub("-", name[: _CHECK_LIMIT * 4])[:_CHECK_LIMIT]
    if plain != name:
        plain = f"{plain[: _CHECK_LIMIT - 9]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{tool}:{plain}"


def tool_word(name: str) -> str:
    """Return a tool's name as a word: ``semgrep-oss`` of ``Semgrep OSS``."""
    return re.sub(r"[^a-z0-9]+", "-", name[:60].lower(), flags=re.ASCII).strip("-")[:30] or "unknown"


def host_names(names: Iterable[object]) -> tuple[str, ...]:
    """Return how a report calls its host, without names and addresses that every host has."""
    found: dict[str, None] = {}
    for one in names:
        name = line(one, 100)
        if not name or name.lower() in ("localhost", "localhost.localdomain") or len(found) >= NAMES_MOST:
            continue
        try:
            address = ip_address(name.partition("%")[0])
        except ValueError:
            found.setdefault(name)
        else:
            if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                found.setdefault(str(address))
    return tuple(found)


WORDS = {
    "critical": FindingSeverity.CRITICAL, "important": FindingSeverity.HIGH, "high": FindingSeverity.HIGH,
    "error": FindingSeverity.HIGH, "moderate": FindingSeverity.MEDIUM, "medium": FindingSeverity.MEDIUM,
    "warning": FindingSeverity.MEDIUM, "low": FindingSeverity.LOW, "note": FindingSeverity.LOW,
    "negligible": FindingSeverity.INFO, "info": FindingSeverity.INFO, "informational": FindingSeverity.INFO,
    "none": FindingSeverity.INFO,
}  # fmt: skip
"""Severities in the words of scanners."""


def severity_of(word: object, otherwise: FindingSeverity = FindingSeverity.MEDIUM) -> FindingSeverity:
    """Return the severity that a word of a scanner means."""
    return WORDS.get(word.strip().lower()[:20], otherwise) if isinstance(word, str) else otherwise


def severity_of_score(found: float) -> FindingSeverity:
    """Return the severity of a score of CVSS, by the bands of its version 3."""
    bands = ((9.0, FindingSeverity.CRITICAL), (7.0, FindingSeverity.HIGH), (4.0, FindingSeverity.MEDIUM))
    return next((severity for least, severity in bands if found >= least), FindingSeverity.LOW)
