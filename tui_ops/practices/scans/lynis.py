"""``lynis-report.dat``: lines of ``key=value``, with lists as ``key[]=``.

Lynis says what it found and which tests it ran, so that a test that ran and found nothing is a pass. A run without its
last line was cut off, and tells of no test that it passed. Nothing in the file is escaped: a line that is no pair is
left out, and a sentence with a ``|`` in it loses its end.
"""

import re
from collections.abc import Sequence

from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen
from tui_ops.practices.scans import limits
from tui_ops.practices.scans.limits import Left, ScanBroken, check_id, host_names, line, moment

TOOL = "lynis"
FORM = "lynis-report.dat"

LINES_LIMIT = 50_000
"""Lines of a report: a server has 500, one with thousands of packages some thousands."""

LINE_LIMIT = 16_384
"""Characters of a line that are read: the names of all tests take 6,000."""

_TEST = re.compile(r"[A-Z][A-Z0-9]{1,7}(-[A-Z0-9]{1,8})?", re.ASCII)
_OPTION = re.compile(r"[A-Za-z0-9_./:-]{1,80}(?= \()", re.ASCII)
_NUMBERS = re.compile(r"\b\d+\b")
_NOTHING = ("", "-", "text:-")

ROOT_ONLY = frozenset({"AUTH-9216", "AUTH-9288"})
"""Tests that every Linux has something for, and that Lynis leaves out unless root runs it. Others then look at less
without saying so, and a test that saw nothing is no pass."""

ALWAYS = frozenset({"LYNIS"})
"""What Lynis says of itself in every run, without calling it a test."""

PACKAGES_NAMED = 6
"""Vulnerable packages that a finding names; it counts the others."""


def is_lynis(head: bytes) -> bool:
    """Return whether a file begins as Lynis's reports do."""
    return head.startswith(b"# Lynis Report") or (b"\nlynis_version=" in head and b"report_datetime_start=" in head)


class _Report:
    """A report's lines, by their keys."""

    def __init__(self, data: bytes) -> None:
        self.left = Left()
        self.single: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        rows = data.split(b"\n", LINES_LIMIT)
        if len(rows) > LINES_LIMIT:
            raise ScanBroken(f"it has more than {LINES_LIMIT} lines", "check what this file is")
        for number, row in enumerate(rows, 1):
            text = row[:LINE_LIMIT].decode("utf-8", "replace").strip("\r")
            key, sign, value = text.partition("=")
            if not sign or not key or len(key) > 60:
                if text.strip() and not text.startswith("#"):
                    self.left.out(f"line {number}", "no key=value")
                continue
            if key.endswith("[]"):
                self.lists.setdefault(key[:-2], []).append(value)
            else:
                self.single.setdefault(key, value)

    def tests(self, key: str) -> list[str]:
        """Return names of tests, as Lynis joins them."""
        found = self.single.get(key, "").split("|")[: limits.CHECKS_LIMIT]
        return [name for name in found if _TEST.fullmatch(name)]


def read_lynis(data: bytes) -> Scan:
    """Read a report.

    Args:
        data: all of it.

    Raises:
        ScanBroken: it is none, or far too long.
    """
    report = _Report(data)
    if not report.single.get("lynis_version"):
        raise ScanBroken("it names no lynis_version", "take /var/log/lynis-report.dat")
    skipped = set(report.tests("tests_skipped"))
    whole = report.single.get("finish") == "true"
    with_rights = not (report.single.get("os") == "Linux" and skipped >= ROOT_ONLY)
    found = _found(report)
    # A test that was skipped after all has looked at nothing.
    ran = (set(report.tests("tests_executed")) | ALWAYS) - skipped
    items = [_failed(test, rows, report) for test, rows in found.items()]
    if whole and with_rights:
        items += [_passed(test) for test in sorted(ran - set(found))]
    said = "" if whole else "the run was cut off: it closes nothing"
    if whole and not with_rights:
        said = "it was not run as root: it closes nothing"
    addresses = [*report.lists.get("network_ipv4_address", []), *report.lists.get("network_ipv6_address", [])]
    names = [report.single.get("hostname", ""), _full_name(report), *addresses]
    return Scan(
        TOOL, FORM, line(report.single["lynis_version"], 40), host_names(names), _moment(report), tuple(items),
        whole and with_rights, note=report.left.note(said),
    )  # fmt: skip


def _full_name(report: _Report) -> str:
    host, domain = report.single.get("hostname", ""), report.single.get("domainname", "")
    return f"{host}.{domain}" if host and domain and "." not in host else ""


def _moment(report: _Report) -> float | None:
    """Return when it ended. The report names no zone; it is taken for UTC."""
    return moment(report.single.get("report_datetime_end")) or moment(report.single.get("report_datetime_start"))


_Row = tuple[FindingSeverity, list[str]]


def _found(report: _Report) -> dict[str, list[_Row]]:
    """Return what was found, by test, the warnings first."""
    found: dict[str, list[_Row]] = {}
    count = 0
    for key, severity in (("warning", FindingSeverity.MEDIUM), ("suggestion", FindingSeverity.LOW)):
        for number, value in enumerate(report.lists.get(key, []), 1):
            parts = value.split("|")
            if len(parts) < 2 or not _TEST.fullmatch(parts[0]):
                report.left.out(f"{key}[] number {number}", "names no test")
                continue
            count += 1
            if count > limits.ITEMS_LIMIT:
                raise ScanBroken(f"it finds more than {limits.ITEMS_LIMIT} things", "check what this file is")
            found.setdefault(parts[0], []).append((severity, [*parts, "", "", ""][:4]))
    return found


def _failed(test: str, rows: Sequence[_Row], report: _Report) -> Item:
    fields = _fields(test, report)
    seen: dict[str, Seen] = dict(fields)
    for severity, (_, text, details, _rest) in rows:
        about = _object(text, details)
        if about in fields or (fields and details.strip() in _NOTHING):
            continue
        seen.setdefault(about, Seen(about, line(_said(test, text, details, report)), severity, line(text, 150)))
    severity = rows[0][0]
    advice = next((line(row[3].removeprefix("text:"), 300) for _, row in rows if row[3].strip() not in _NOTHING), "")
    return Item(
        check_id(TOOL, test), FindingKind.CONFIGURATION, severity, line(rows[0][1][1], 150) or test, CheckResult.FAIL,
        tuple(seen.values()), advice=advice or f"lynis show details {test}",
    )  # fmt: skip


def _said(test: str, text: str, details: str, report: _Report) -> str:
    packages = report.lists.get("vulnerable_package", []) if test == "PKGS-7392" else []
    if packages:
        more = len(packages) - PACKAGES_NAMED
        rest = f" and {more} more" if more > 0 else ""
        return f"{text} {', '.join(line(one, 60) for one in packages[:PACKAGES_NAMED])}{rest}"
    return text if details.strip() in _NOTHING else f"{text}: {details}"


def _object(text: str, details: str) -> str:
    """Return what a line is about. Lynis has no other name for it than the option, or its sentence without numbers."""
    if details.strip() not in _NOTHING:
        option = _OPTION.match(details.strip())
        return option[0] if option else line(_NUMBERS.sub("#", details), 100)
    return line(_NUMBERS.sub("#", text), 100)


def _fields(test: str, report: _Report) -> dict[str, Seen]:
    """Return the settings that a test names one by one, each with what it is and what Lynis wants."""
    found: dict[str, Seen] = {}
    for value in report.lists.get("details", [])[: limits.ITEMS_LIMIT]:
        name, _, rest = value.partition("|")
        if name != test:
            continue
        told = dict(pair.partition(":")[::2] for part in rest.split("|") for pair in part.split(";") if ":" in pair)
        setting = line(told.get("field", ""), 100)
        if setting:
            has, wants = line(told.get("value", ""), 60), line(told.get("prefval", ""), 60)
            found.setdefault(setting, Seen(setting, line(f"{setting} is {has or '?'}, Lynis wants {wants or '?'}")))
    return found


def _passed(test: str) -> Item:
    return Item(
        check_id(TOOL, test), FindingKind.CONFIGURATION, FindingSeverity.LOW, test, CheckResult.PASS,
        text="Lynis ran it and found nothing",
    )  # fmt: skip
