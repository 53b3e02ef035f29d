"""A report as plain data and back: from the process that reads it to the engine, which looks at its types again."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tui_ops.model.scans import Item, Product, Scan, Statement, VexStatus
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen
from tui_ops.practices.scans.limits import ScanBroken


def to_plain(scan: Scan) -> dict[str, Any]:
    """Return a report as JSON has it."""
    return asdict(scan)


def from_plain(told: Mapping[str, Any]) -> Scan:
    """Return a report that :func:`to_plain` has made.

    Raises:
        ScanBroken: it is none.
    """
    try:
        rest = {**told, "names": tuple(told["names"])}
        rest["items"] = tuple(_item(one) for one in told["items"])
        rest["statements"] = tuple(_statement(one) for one in told["statements"])
        rest["packages"] = {
            target: {name: tuple(versions) for name, versions in packages.items()}
            for target, packages in told["packages"].items()
        }
        return Scan(**rest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ScanBroken("what was read of it is no report", "look at the engine's log") from error


def _item(told: Mapping[str, Any]) -> Item:
    return Item(**{
        **told, "kind": FindingKind(told["kind"]), "severity": FindingSeverity(told["severity"]),
        "result": CheckResult(told["result"]), "seen": tuple(_seen(one) for one in told["seen"]),
    })  # fmt: skip


def _seen(told: Mapping[str, Any]) -> Seen:
    severity = told["severity"]
    return Seen(**{**told, "severity": FindingSeverity(severity) if severity is not None else None})


def _statement(told: Mapping[str, Any]) -> Statement:
    return Statement(
        tuple(told["names"]), VexStatus(told["status"]), tuple(Product(**one) for one in told["products"]), told["why"]
    )
