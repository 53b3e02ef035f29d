"""The JSON of the Debian security tracker: source package, then vulnerability, then what it is in each release."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from tui_ops.model.vulnerabilities import Advisory, FeedRule
from tui_ops.practices.vulnerabilities.reading.jsonflow import JsonFlow
from tui_ops.practices.vulnerabilities.reading.limits import plain
from tui_ops.practices.vulnerabilities.reading.words import Entry, Told, is_identity, is_package, is_version, line_of

RELEASES_MOST = 40
"""Releases of one vulnerability that are looked at: the tracker has six."""

WORD_LIMIT = 30
"""Characters of an urgency or of a reason."""

SCOPES = {"remote": True, "local": False}


def read_tracker(file: BinaryIO, told: Told) -> Iterator[Entry]:
    """Give the entries of the tracker's JSON.

    Args:
        file: at its beginning.
        told: takes what is said beside them.

    Raises:
        FeedBroken: it is none, or not all of it.
    """
    flow = JsonFlow(plain(file))
    said: set[str] = set()
    for package in flow.members():
        if flow.peek() != "{" or not is_package(package):
            flow.value()
            told.left.out(package, "no source package")
            continue
        for cve in flow.members():
            told.budget.spend()
            entry = flow.value()
            if not is_identity(cve) or not isinstance(entry, Mapping) or not isinstance(entry.get("releases"), Mapping):
                told.left.out(f"{package} {cve}", "says nothing of releases")
                continue
            if cve not in said:
                said.add(cve)
                yield Advisory(cve, line_of(entry.get("description")))
            yield from _rules(package, cve, entry, told)
    flow.end()


def _rules(package: str, cve: str, entry: Mapping[str, Any], told: Told) -> Iterator[FeedRule]:
    remote = SCOPES.get(str(entry.get("scope")))
    for release, said in list(entry["releases"].items())[:RELEASES_MOST]:
        if not isinstance(said, Mapping) or not is_package(release):
            told.left.out(f"{package} {cve}", "a release that is none")
            continue
        status, fixed = said.get("status"), said.get("fixed_version")
        if status == "resolved" and fixed == "0":
            continue  # It was never vulnerable there.
        if status not in ("open", "resolved", "undetermined") or (fixed is not None and not is_version(fixed)):
            told.left.out(f"{package} {cve} {release}", "no status")
            continue
        if status == "resolved" and fixed is None:
            told.left.out(f"{package} {cve} {release}", "resolved by no version")
            continue
        urgency = line_of(said.get("urgency"), WORD_LIMIT).rstrip("*")
        note = "undetermined" if status == "undetermined" else ""
        if "nodsa" in said or "nodsa_reason" in said:
            note = line_of(said.get("nodsa_reason"), WORD_LIMIT) or "no-dsa"
        yield FeedRule(
            f"debian/{release}", package, cve, fixed=str(fixed) if status == "resolved" else "",
            here=status == "resolved", urgency="" if urgency == "not yet assigned" else urgency, remote=remote,
            note=note,
        )  # fmt: skip
