"""From a report to what opens and closes findings.

A report closes what it looked at and no longer has, and nothing else: a test that was skipped, a run that was cut off,
a part of the host that it was not about, or what may have been filtered away, stay as they are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Field
from tui_ops.model.scans import SOURCE, Item, Scan
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Sweep

_JUDGED = (CheckResult.PASS, CheckResult.FAIL)


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that the same tool has seen on the same host before."""

    check: str
    object: str
    kind: str
    severity: str
    title: str
    data: Mapping[str, Field]


def known_data(kept: str) -> dict[str, Field]:
    """Return a finding's data as it is kept; nothing where it can't be read."""
    try:
        found = json.loads(kept)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def sweeps_of(
    scan: Scan, host_id: int, at: float, known: Iterable[Known], whole: bool = False, evidence: str = ""
) -> list[Sweep]:  # fmt: skip
    """Return what a report says of a host.

    Args:
        scan: the report.
        host_id: the host.
        at: when it was looked at, epoch seconds.
        known: findings of this tool there.
        whole: whether somebody says that the report names all that the tool sees.
        evidence: what the findings name as what was read.
    """
    by_check: dict[str, list[Known]] = {}
    for one in known:
        by_check.setdefault(one.check, []).append(one)
    items = {item.check: item for item in scan.items}
    told = {"report": evidence, "tool": f"{scan.tool} {scan.version}".strip(), "read_at": at}
    sweeps = [
        _sweep(item, scan, host_id, at, _kept(scan, item, by_check.get(item.check, []), whole), told)
        for item in items.values()
    ]
    for check, ones in by_check.items():
        if check not in items:
            kept = _kept(scan, None, ones, whole)
            if len(kept) < len(ones):
                sweeps.append(_gone(check, ones[0], scan, host_id, at, kept))
    return sweeps


def _sweep(
    item: Item, scan: Scan, host_id: int, at: float, kept: tuple[str, ...], told: Mapping[str, object]
) -> Sweep:  # fmt: skip
    return Sweep(
        f"{SOURCE}{scan.tool}", item.check, host_id, item.kind, item.severity, item.title, item.result, at, item.seen,
        item.text, unread=kept, advice=item.advice, evidence=told,
    )  # fmt: skip


def _gone(check: str, one: Known, scan: Scan, host_id: int, at: float, kept: tuple[str, ...]) -> Sweep:
    return Sweep(
        f"{SOURCE}{scan.tool}", check, host_id, FindingKind(one.kind), FindingSeverity(one.severity), one.title,
        CheckResult.PASS, at, text="the report no longer has it", unread=kept,
    )  # fmt: skip


def _kept(scan: Scan, item: Item | None, known: Iterable[Known], whole: bool) -> tuple[str, ...]:
    """Return the objects that a report can't close."""
    return tuple(one.object for one in known if not _looked(scan, item, one, whole))


def _looked(scan: Scan, item: Item | None, one: Known, whole: bool) -> bool:
    """Return whether a report has looked at what a finding is about, so that it would name it."""
    if not scan.complete or str(one.data.get("part", "")) != scan.part:
        return False
    if item is not None and item.exact and item.result in _JUDGED:
        return True
    if whole or scan.whole:
        return True
    return _is_other(scan, one)


def _is_other(scan: Scan, one: Known) -> bool:
    """Return whether a finding's package is there no more, or in another version, by the list of all packages."""
    packages = scan.packages.get(str(one.data.get("target", "")))
    package = one.data.get("package")
    if packages is None or not package:
        return False
    return str(one.data.get("installed", "")) not in packages.get(str(package), ())
