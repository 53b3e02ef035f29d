"""Findings in the forms of other programs: what they hold, and that they are whole whatever stands in a finding."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.finding_world import CAT, FindingWorld

from tui_ops.model.security import FindingKind, FindingSeverity
from tui_ops.practices.scans.recognise import read_scans
from tui_ops.reports.findings import openvex, sarif, vex_statements

NASTY = 'a "b"\\ </script> [link] ␛ ü'


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    world = FindingWorld()
    with world:
        yield world


def made(world: FindingWorld, make: Any) -> dict[str, Any]:
    with world.reader() as reader:
        numbers = [one.id for one in world.findings()]
        return dict(json.loads("".join(make(reader, numbers, "1.0"))))


def vex(world: FindingWorld, now: float = 0.0) -> dict[str, Any]:
    with world.reader() as reader:
        statements = vex_statements(reader, [one.id for one in world.findings()])
    return dict(json.loads(openvex(statements, "1.0", now)))


def weak(world: FindingWorld, *names: str, check: str = "CVE-2026-1") -> None:
    world.sweep(*names, check=check, kind=FindingKind.VULNERABILITY, source="feed",
                data={"package": "openssl", "installed": "3.0.11-1~deb12u2"})  # fmt: skip


def test_an_empty_list_is_whole(world: FindingWorld) -> None:
    assert made(world, sarif)["runs"][0]["results"] == []
    empty = vex(world, 1_700_000_000.0)
    assert (empty["statements"], empty["timestamp"]) == ([], "2023-11-14T22:13:20Z")


def test_sarif_has_a_rule_for_each_check_and_a_result_for_each_finding(world: FindingWorld) -> None:
    world.sweep("alice", NASTY, severity=FindingSeverity.CRITICAL)
    world.sweep("bob", host="web-2")
    world.sweep("x", check="other", severity=FindingSeverity.LOW)
    run = made(world, sarif)["runs"][0]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert [rule["id"] for rule in rules] == ["ssh-root", "other"]
    assert [rules[one["ruleIndex"]]["id"] for one in results] == [one["ruleId"] for one in results]
    assert [one["level"] for one in results] == ["error", "error", "error", "note"]
    assert results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "web-1/alice"
    assert len({one["partialFingerprints"]["tuiOpsFinding/v1"] for one in results}) == 4
    assert results[1]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == f"web-1/{NASTY}"


def test_what_is_gone_passed_and_what_is_accepted_is_suppressed(world: FindingWorld) -> None:
    world.sweep("alice")
    world.sweep("bob", check="other")
    world.accepted("FND-1")
    world.at += 600
    world.sweep(check="other")
    results = made(world, sarif)["runs"][0]["results"]
    assert results[0]["suppressions"][0]["justification"] == "it is old"
    assert (results[1]["kind"], results[1]["level"]) == ("pass", "none")


def test_a_fingerprint_stays_when_texts_change(world: FindingWorld) -> None:
    world.sweep("alice")
    before = made(world, sarif)["runs"][0]["results"][0]["partialFingerprints"]
    world.at += 600
    world.sweep("alice", text="other words", severity=FindingSeverity.LOW)
    assert made(world, sarif)["runs"][0]["results"][0]["partialFingerprints"] == before


def test_openvex_has_what_was_set_aside_and_nothing_else(world: FindingWorld) -> None:
    weak(world, "openssl")
    weak(world, "openssl", check="trivy:CVE-2026-2")
    weak(world, "openssl", check="CVE-2026-3")
    world.sweep("alice")
    world.accepted("FND-1")
    world.act("finding.false_positive", "FND-2", reason="not called", for_="30d")
    world.accepted("FND-4")
    world.act("finding.approve", "FND-2", who=CAT)
    document = vex(world)
    first, second = document["statements"]
    assert (first["vulnerability"]["name"], first["status"]) == ("CVE-2026-1", "affected")
    assert "it is old; meanwhile: a firewall" in first["action_statement"]
    assert (second["vulnerability"]["name"], second["status"]) == ("CVE-2026-2", "not_affected")
    assert second["impact_statement"] == "not called"
    product = read_scans(json.dumps(document).encode())[0].statements[1].products[0]
    assert (product.name, product.version, product.within) == ("openssl", "3.0.11-1~deb12u2", "web-1")
