"""Statements of OpenVEX hold for findings that come later: by whose word, until when, and until who takes them back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select
from support.finding_world import ANN, CAT, DAN, DAY
from support.reports import grype, trivy
from support.scan_world import OPENSSL, ZLIB, ScanWorld, vex

from tui_ops.model.clock import iso
from tui_ops.model.people import Role
from tui_ops.model.security import FindingKind, FindingSeverity
from tui_ops.practices.asked import Refused
from tui_ops.practices.scans import remembering
from tui_ops.practices.scans.remembering import set_aside_later
from tui_ops.practices.scans.vexing import weakness_name
from tui_ops.store.tables.security import VexStatement

ANY = "pkg:deb/debian/openssl"
"""A product without a version: every one."""


@pytest.fixture
def world() -> Iterator[ScanWorld]:
    world = ScanWorld()
    with world:
        yield world


def kept(world: ScanWorld) -> list[VexStatement]:
    """Return the statements that are kept."""
    return world.run(lambda session: list(session.exec(select(VexStatement)).all()))


def test_a_finding_that_comes_later_is_set_aside_by_who_brought_the_word_and_as_long(world: ScanWorld) -> None:
    said = world.report(vex(), host="", who=CAT).said[0]
    brought = world.at
    until = iso(brought + 366 * DAY)[:10]
    assert f"they hold for findings to come until {until}" in said
    world.at += 100 * DAY
    world.report(grype([OPENSSL, ZLIB]))
    assert world.found() == {"grype:CVE-2026-1 openssl": "suppressed", "grype:CVE-2026-2 zlib1g": "open"}
    row = world.acceptances()[0]
    assert (row.kind, row.asked_by, row.approved_by, row.approved_at) == ("vex", CAT.name, CAT.name, brought)
    assert row.expires_at == brought + 366 * DAY, "not a year from now"
    assert "by A Maker" in row.reason
    assert "report" in row.reason, "the file"
    line = world.finding_lines()[-1]
    assert line.who == ""
    assert f"{CAT.name} brought that in on {iso(brought)[:10]}" in line.text
    world.pass_time(267 * DAY)
    assert world.finding().state == "open", "and it runs out as if it had been there"
    world.report(trivy([OPENSSL]))
    assert world.found()["trivy:CVE-2026-1 openssl"] == "open", "the word itself has run out"


def test_what_a_feed_finds_is_set_aside_in_the_same_breath(world: ScanWorld) -> None:
    """Nothing critical is told of that is out of sight."""
    world.report(vex(product=ANY), host="", who=CAT)
    for host, package in (("web-1", "openssl"), ("web-2", "other")):
        taken = world.sweep(
            package, check="CVE-2026-1", severity=FindingSeverity.CRITICAL, kind=FindingKind.VULNERABILITY,
            data={"package": package, "installed": "1"}, source="feeds",
            host=host,
        )  # fmt: skip
        later = world.run(lambda session, taken=taken: set_aside_later(session, taken, world.at))
        assert later.critical == ([] if package == "openssl" else taken.critical)
    assert world.found() == {"CVE-2026-1 openssl": "suppressed", "CVE-2026-1 other": "open"}


@pytest.mark.parametrize("document", [
    vex("affected"), vex("under_investigation"), vex(name="CVE-2026-9"), vex(product="pkg:deb/debian/openssl@9"),
    vex(product={"@id": "host:web-2", "subcomponents": [{"@id": ANY}]}),
])  # fmt: skip
def test_other_words_change_nothing_later_either(world: ScanWorld, document: Any) -> None:
    world.report(document, host="", who=CAT)
    world.report(grype([OPENSSL]))
    assert world.finding().state == "open"


def test_a_word_about_one_host_holds_there_only(world: ScanWorld) -> None:
    world.report(vex(), host="web-2", who=CAT)
    world.report(grype([OPENSSL]), host="web-1")
    world.report(grype([OPENSSL]), host="web-2")
    assert [one.state for one in world.findings()] == ["open", "suppressed"]


@pytest.mark.parametrize(("first", "then", "state"), [
    ("not_affected", "affected", "open"), ("affected", "not_affected", "suppressed"),
    ("not_affected", "under_investigation", "open"),
])  # fmt: skip
def test_of_two_documents_the_later_one_counts(world: ScanWorld, first: str, then: str, state: str) -> None:
    world.report(vex(first), host="", who=CAT, sha="one")
    world.report(vex(then), host="", who=DAN, sha="two")
    world.report(grype([OPENSSL]))
    assert world.finding().state == state


def test_one_that_comes_back_is_set_aside_again(world: ScanWorld) -> None:
    world.report(vex(), host="", who=CAT)
    world.report(grype([OPENSSL]))
    world.report(grype([]))
    assert world.finding().state == "verified"
    world.report(grype([OPENSSL]))
    assert world.finding().state == "suppressed"


def test_who_takes_it_back_takes_it_back_for_all_that_come(world: ScanWorld) -> None:
    """Until somebody brings the document in anew."""
    world.report(vex(product=ANY), host="", who=CAT)
    world.report(grype([OPENSSL]))
    world.act("finding.revoke", "FND-1", who=DAN, reason="we call that code")
    assert world.finding().state == "open"
    world.report(grype([OPENSSL]), host="web-2")
    world.report(trivy([OPENSSL]))
    assert {one.state for one in world.findings()} == {"open"}
    assert {(one.ended_by) for one in kept(world)} == {DAN.name}
    world.report(vex(product=ANY), host="", who=CAT)
    assert {one.state for one in world.findings()} == {"suppressed"}


def test_the_same_file_again_takes_its_own_place(world: ScanWorld) -> None:
    for _ in range(3):
        world.report(vex(), host="", who=CAT)
    assert len([one for one in kept(world) if one.expires_at > world.at]) == 1
    world.report(vex(), host="web-1", who=CAT)
    assert len([one for one in kept(world) if one.expires_at > world.at]) == 2, "one for a host is another word"


def test_more_than_can_be_kept_is_refused_as_a_whole(world: ScanWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "KEPT_MOST", 1)
    world.report(grype([OPENSSL]))
    document = vex()
    document["statements"] += vex(name="CVE-2026-2")["statements"]
    with pytest.raises(Refused, match="more than 1 statements"):
        world.report(document, who=CAT)
    assert (kept(world), world.finding().state) == ([], "open")


def test_who_is_no_approver_leaves_no_word_behind(world: ScanWorld) -> None:
    with pytest.raises(Refused, match="approver"):
        world.report(vex(), who=replace(ANN, role=Role.OPERATOR))
    assert kept(world) == []


@pytest.mark.parametrize(("check", "name"), [
    ("CVE-2024-6387", "CVE-2024-6387"), ("trivy:CVE-2024-6387", "CVE-2024-6387"),
    ("grype:CVE-2024-6387-openssh-server", "CVE-2024-6387"), ("grype:GHSA-1-2-3", "GHSA-1-2-3"),
    ("snyk:SNYK-DEBIAN12-X-1", "SNYK-DEBIAN12-X-1"),
])  # fmt: skip
def test_the_name_of_a_vulnerability_without_what_a_tool_adds(check: str, name: str) -> None:
    assert weakness_name(check) == name
