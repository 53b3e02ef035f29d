"""Findings in the forms of other programs: what they hold, and that they are whole whatever stands in a finding."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from support.finding_world import CAT, FindingWorld

from tui_ops.model.facts import FactReading, Field, Fields
from tui_ops.model.security import FindingKind, FindingSeverity, FindingState
from tui_ops.practices.scans.recognise import read_scans
from tui_ops.practices.scans.vexing import Weakness, is_about
from tui_ops.reports.findings import openvex, sarif, vex_statements
from tui_ops.store.facts import FactWrite, write_facts

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


def reads(world: FindingWorld, system: str, packages: dict[str, Fields]) -> None:
    """Take a reading of the packages of web-1."""
    number, hardware = world.host_id("web-1"), {"system": {"os": system}}
    with closing(sqlite3.connect(world.paths.ops_db)) as connection:
        for topic, items in (("hardware", hardware), ("packages", packages)):
            write_facts(connection, [FactWrite(number, topic, 3600.0, world.at, FactReading(topic, dict(items)))])
        connection.commit()


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
    assert "justification" not in second, "nobody has said which of the five it is"
    product = read_scans(json.dumps(document).encode())[0].statements[1].products[0]
    assert (product.name, product.version, product.within) == ("openssl", "3.0.11-1~deb12u2", "web-1")


DEBIAN, ROCKY = "Debian GNU/Linux 12 (bookworm)", "Rocky Linux 9.4 (Blue Onyx)"
OPENSSL: dict[str, Fields] = {
    "libssl3:amd64": {"version": "3.0.11-1~deb12u2+b1", "arch": "amd64", "source": "openssl",
                      "source_version": "3.0.11-1~deb12u2"},
    "libssl3:i386": {"version": "3.0.11-1~deb12u2+b1", "arch": "i386", "source": "openssl",
                     "source_version": "3.0.11-1~deb12u2"},
    "openssl": {"version": "3.0.11-1~deb12u2", "arch": "amd64", "source": "openssl",
                "source_version": "3.0.11-1~deb12u2"},
    "libssl-dev": {"version": "3.0.11-1~deb12u2", "arch": "amd64", "source": "openssl",
                   "source_version": "3.0.11-1~deb12u2"},
}  # fmt: skip
KERNELS: dict[str, Fields] = {
    "kernel-core.x86_64": {"version": "5.14.0-362.8.1.el9_3, 5.14.0-427.13.1.el9_4", "arch": "x86_64",
                           "source": "kernel", "source_version": "5.14.0-427.13.1.el9_4"},
}  # fmt: skip
LIBS: dict[str, Fields] = {
    "openssl-libs.x86_64": {"version": "1:3.0.7-27.el9", "arch": "x86_64", "source": "openssl",
                            "source_version": "3.0.7-27.el9"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("system", "packages", "source", "binaries", "installed", "found"),
    [
        (DEBIAN, OPENSSL, "openssl", ["libssl3", "openssl"], "3.0.11-1~deb12u2",
         ["pkg:deb/debian/libssl3@3.0.11-1~deb12u2%2Bb1?arch=amd64",
          "pkg:deb/debian/libssl3@3.0.11-1~deb12u2%2Bb1?arch=i386",
          "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64"]),
        (ROCKY, KERNELS, "kernel", ["kernel-core"], "5.14.0-362.8.1.el9_3",
         ["pkg:rpm/rocky/kernel-core@5.14.0-362.8.1.el9_3?arch=x86_64"]),
        (ROCKY, LIBS, "openssl", [], "1:3.0.7-27.el9",
         ["pkg:rpm/rocky/openssl-libs@3.0.7-27.el9?arch=x86_64&epoch=1"]),
    ],
)  # fmt: skip
def test_openvex_names_packages_as_scanners_know_them_and_comes_in_again_for_its_host_alone(
    world: FindingWorld, system: str, packages: dict[str, Fields], source: str, binaries: list[str], installed: str,
    found: list[str],
) -> None:  # fmt: skip
    """By their purls, each a product of its own: Trivy matches those against what it finds."""
    data: dict[str, Field] = {"package": source, "installed": installed, "binaries": list(binaries)}
    world.sweep(source, check="CVE-2026-1", kind=FindingKind.VULNERABILITY, source="feed", data=data)
    reads(world, system, packages)
    world.act("finding.false_positive", "FND-1", reason="not called", for_="30d")
    world.act("finding.approve", "FND-1", who=CAT)
    assert world.finding(1).state == FindingState.FALSE_POSITIVE
    document = vex(world)
    (said,) = document["statements"]
    assert [one["identifiers"]["purl"] for one in said["products"][1:]] == found
    assert [one["@id"] for one in said["products"][0]["subcomponents"]][1:] == found
    (statement,) = read_scans(json.dumps(document).encode())[0].statements
    assert {one.within for one in statement.products} == {"web-1"}
    here = Weakness(1, "CVE-2026-1", "web-1", source, installed, source)
    assert is_about(statement, here, False)
    assert not is_about(statement, replace(here, host="web-2"), False)
    assert not is_about(statement, replace(here, installed="9"), False)
