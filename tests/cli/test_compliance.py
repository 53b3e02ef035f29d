"""What the command line prints about compliance: rows, reports, and what other programs read."""

import csv
import hashlib
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.compliance_world import DAY, ComplianceWorld

from tui_ops.cli import attest
from tui_ops.cli.main import main
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity
from tui_ops.store.views.compliance import scope_hosts

Printed = Callable[..., tuple[int, str, str]]

HOSTILE = "<script>alert(1)</script> \x1b[2J [red]x[/] | `a` =1+1"
"""What a host may say."""


@pytest.fixture(scope="module")
def world() -> Iterator[ComplianceWorld]:
    """A store whose story ends a moment ago: one host fails, one is accepted, the rest passes or is unknown."""
    with ComplianceWorld() as world:
        world.at = time.time() - 2 * DAY
        world.attest("12.10.1", owner="ann", file="plan.pdf", sha256="ab" * 32)
        world.attest("12.10.2", for_="1d")
        world.at += 2 * DAY - 60
        with world.reader() as reader:
            hosts = [host.name for host in reader.read(lambda connection: scope_hosts(connection, ""))]
        for check in ("pam-length", "ssh-empty"):
            for host in hosts:
                world.says(check, host)
        world.says("pam-length", "web-1", CheckResult.FAIL, HOSTILE)
        world.says("ssh-empty", "web-2", CheckResult.FAIL, "an empty password logs in")
        world.accepted("FND-2")
        world.comply("compliance.keep", framework="pci")
        world.says("pam-length", "web-1", CheckResult.FAIL, HOSTILE)
        world.says("fs-mount", "web-1", CheckResult.FAIL, "/tmp is mounted without noexec", objects=("/tmp",),
                   parts=("noexec",))  # fmt: skip
        world.says("fw-deny", "web-1", in_use=("nftables",))
        data = {"package": "openssl", "installed": "3.0.1", "fixed": "3.0.2", "kev": True, "cvss": 9.8}
        kind, severity = FindingKind.VULNERABILITY, FindingSeverity.CRITICAL
        world.sweep("openssl", check="CVE-2024-1", source="feed", kind=kind, severity=severity, data=data)
        yield world


@pytest.fixture
def printed(world: ComplianceWorld, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Runs the command line on that store, and returns its exit code, output and talk."""

    def ran(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--state-dir", str(world.paths.root), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def rows(printed: Printed, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(printed("show", *words, "--format", "json")[1])
    return found


def test_frameworks_have_score_and_coverage_before_and_after_acceptances(printed: Printed) -> None:
    found = {str(row["framework"]): row for row in rows(printed, "frameworks")}
    assert set(found) == {"cis", "cis1", "iso", "nist", "pci"}
    pci = found["pci"]
    assert 0 < pci["before"] < pci["score"] < 100  # type: ignore[operator]
    assert 0 < pci["coverage"] < 5  # type: ignore[operator]
    assert (pci["fail"], pci["attested"], pci["accepted"]) == (1, 1, 0), "2.2.6 has checks that nobody has read"
    assert rows(printed, "compliance", "framework=pci") == [pci]


def test_controls_are_narrowed_by_framework_state_and_scope(printed: Printed) -> None:
    (row,) = rows(printed, "controls", "framework=pci", "state=fail")
    assert (row["control"], row["checks"], row["fail"]) == ("8.3.6", ["pam-length"], 1)
    (other,) = rows(printed, "controls", "framework=pci", "control=12.10.2")
    assert "ran out on" in str(other["why"])
    scoped = rows(printed, "controls", "framework=pci", "control=8.3.6", "scope~^(group|site):")
    assert {str(one["scope"]).split(":")[0] for one in scoped} <= {"group", "site"}
    assert scoped


def test_attestations_and_audits_are_listed(printed: Printed) -> None:
    found = {row["control"]: row["state"] for row in rows(printed, "attestations")}
    assert found == {"12.10.1": "in force", "12.10.2": "ran out"}
    (audit,) = rows(printed, "audits")
    assert (audit["audit"], audit["framework"], audit["by"]) == ("AUD-1", "pci-dss-4.0.1", "cat")


def test_text_is_for_people(printed: Printed) -> None:
    code, out, err = printed("compliance", "pci")
    assert code == 0
    assert re.search(r"^8\.3\.6 +fail +automated", out, re.MULTILINE)
    assert "PCI-DSS 4.0.1" in err
    assert "before acceptances" in err


@pytest.mark.parametrize(("words", "said"), [
    (("hipaa",), "there is no framework 'hipaa'"), (("pci", "web"), "is no scope"),
    (("pci", "group:nobody"), "no host is in group:nobody"), (("AUD-9",), "there is no AUD-9"),
    (("AUD-1", "group:web"), "has the scope that it was kept with"), (("pci", "--vulnerabilities"), "goes with"),
    (("iso", "--against", "AUD-1"), "AUD-1 is of pci-dss-4.0.1"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_said(printed: Printed, words: tuple[str, ...], said: str) -> None:
    code, out, err = printed("compliance", *words)
    assert code
    assert not out
    assert said in err


def test_markdown_and_html_hold_what_a_host_said_as_text(printed: Printed) -> None:
    for form in ("md", "html"):
        _, out, _ = printed("compliance", "pci", "--format", form)
        assert "<script>" not in out
        assert "\x1b" not in out
        assert "What fails" in out
        assert "sshdconf" in out, "the reading that it rests on"
    assert "plan.pdf" in out


def test_csv_has_a_row_for_each_control_check_and_host(printed: Printed) -> None:
    found = list(csv.DictReader(io.StringIO(printed("compliance", "pci", "--format", "csv")[1])))
    mine = [row for row in found if row["control"] == "8.3.6"]
    assert {row["host"]: row["state"] for row in mine}["web-1"] == "fail"
    assert not any(cell.startswith("=") for row in found for cell in row.values())
    assert len({row["control"] for row in found}) == 205


def test_a_row_of_a_control_about_a_part_says_that_part(printed: Printed) -> None:
    found = list(csv.DictReader(io.StringIO(printed("compliance", "cis", "--format", "csv")[1])))
    said = {row["control"]: (row["state"], row["said"], row["findings"]) for row in found if row["host"] == "web-1"}
    state, text, finding = said["1.1.2.1.4"]
    assert (state, text) == ("fail", "/tmp noexec: /tmp is mounted without noexec")
    assert finding.startswith("FND-")
    assert said["1.1.2.1.2"] == ("pass", "nothing is wrong with /tmp nodev", "")
    assert said["4.2.7"] == ("not applicable", "ufw is not in use here: nftables is", "")
    assert said["4.3.8"][0] == "pass"


def test_a_report_for_people_names_where_it_fails_and_what_concerns_single_controls(printed: Printed) -> None:
    text = printed("compliance", "cis", "--format", "md")[1]
    (line,) = [line for line in text.splitlines() if line.startswith("| 1.1.2.1.4 | Nothing is run from")]
    assert "| 1: web-1 |" in line
    assert "| 1.1.2.1.2 | fs-mount | pass | 1: web-1 | nothing is wrong with /tmp nodev |" in text
    assert "| 4.2.7 | fw-deny | not applicable | 1: web-1 | ufw is not in use here: nftables is |" in text


def test_json_is_what_an_audit_keeps(printed: Printed) -> None:
    now = json.loads(printed("compliance", "pci", "--format", "json")[1])
    kept = json.loads(printed("compliance", "AUD-1", "--format", "json")[1])
    assert now.keys() == kept.keys()
    assert kept["by"] == "cat"


def test_a_comparison_names_what_differs(printed: Printed) -> None:
    code, out, _ = printed("compliance", "AUD-1", "--against", "AUD-1", "--format", "md")
    assert code == 0
    assert "Every control is as it was." in out


def test_a_kept_audit_that_somebody_changed_is_refused(printed: Printed, world: ComplianceWorld) -> None:
    from tui_ops.store.tables import AuditRun

    world.comply("compliance.keep", framework="iso")

    def forge(session: object) -> None:
        row = session.get_one(AuditRun, 2)  # type: ignore[attr-defined]
        row.sha = "0" * 64
        session.add(row)  # type: ignore[attr-defined]

    world.run(forge)
    code, _, err = printed("compliance", "AUD-2")
    world.run(lambda session: session.delete(session.get_one(AuditRun, 2)))
    assert code
    assert "is not what was kept" in err


# --- for other programs -----------------------------------------------------------------------------------------------

TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.parametrize("framework", ["pci", "nist", "iso", "cis"])
def test_oscal_is_whole_and_points_at_what_is_there(printed: Printed, framework: str) -> None:
    document = json.loads(printed("compliance", framework, "--format", "oscal")[1])
    assert list(document) == ["assessment-results"]
    whole = document["assessment-results"]
    assert {"uuid", "metadata", "import-ap", "results"} <= whole.keys()
    assert {"title", "last-modified", "version", "oscal-version"} <= whole["metadata"].keys()
    (result,) = whole["results"]
    hosts = {item["uuid"] for item in result["local-definitions"]["inventory-items"]}
    observations = {one["uuid"] for one in result["observations"]}
    assert all(one["subject-uuid"] in hosts for each in result["observations"] for one in each.get("subjects", ()))
    related = {one["observation-uuid"] for each in result["findings"] for one in each.get("related-observations", ())}
    assert related <= observations
    controls = [one["control-id"] for one in result["reviewed-controls"]["control-selections"][0]["include-controls"]]
    assert len(controls) == len(set(controls))
    assert all(TOKEN.fullmatch(one) for one in controls)
    states = {one["title"].split(":")[0]: one["target"]["status"] for one in result["findings"]}
    if framework == "pci":
        assert states["12.10.1"] == {"state": "satisfied", "reason": "pass"}
        assert states["8.3.6"] == {"state": "not-satisfied", "reason": "fail"}
        assert states["12.10.2"] == {"state": "not-satisfied", "reason": "other"}
    _walk(document)
    assert list(_strange(document, SHAPE)) == []


ID, TIME, TEXT = (re.compile(one) for one in (
    r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", r"\S(.*\S)?",
))  # fmt: skip
"""Identifiers are UUIDs of version 4 or 5, times have a zone, texts of one line neither begin nor end with a blank."""

PROPS = [{"name!": TOKEN, "ns": TEXT, "value!": TEXT}]
OBSERVATION = {
    "uuid!": ID, "title": TEXT, "description!": TEXT, "methods!": [re.compile("EXAMINE|INTERVIEW|TEST|UNKNOWN")],
    "types": [TEXT], "props": PROPS, "subjects": [{"subject-uuid!": ID, "type!": TOKEN, "title": TEXT, "props": PROPS}],
    "relevant-evidence": [{"href": TEXT, "description!": TEXT, "props": PROPS}], "collected!": TIME, "expires": TIME,
    "remarks": TEXT, "origins": None,
}  # fmt: skip
FINDING = {
    "uuid!": ID, "title!": TEXT, "description!": TEXT, "props": PROPS, "remarks": TEXT,
    "related-observations": [{"observation-uuid!": ID}],
    "target!": {
        "type!": re.compile("statement-id|objective-id"), "target-id!": TOKEN, "title": TEXT, "description": TEXT,
        "props": PROPS, "remarks": TEXT,
        "status!": {"state!": re.compile("satisfied|not-satisfied"), "reason": TOKEN, "remarks": TEXT},
    },
}  # fmt: skip
SHAPE = {"assessment-results!": {
    "uuid!": ID, "import-ap!": {"href!": TEXT},
    "metadata!": {"title!": TEXT, "last-modified!": TIME, "version!": TEXT, "oscal-version!": TEXT, "props": PROPS},
    "results!": [{
        "uuid!": ID, "title!": TEXT, "description!": TEXT, "start!": TIME, "end": TIME, "props": PROPS,
        "remarks": TEXT, "observations": [OBSERVATION], "findings": [FINDING],
        "local-definitions": {"inventory-items": [{"uuid!": ID, "description!": TEXT, "props": PROPS}]},
        "reviewed-controls!": {"control-selections!": [
            {"description": TEXT, "include-controls": [{"control-id!": TOKEN}]}
        ]},
    }],
    "back-matter": {"resources": [{"uuid!": ID, "title": TEXT, "description": TEXT, "props": PROPS}]},
}}  # fmt: skip
"""The parts of OSCAL's assessment results that we write, as NIST's schema has them: a name with ``!`` has to be there,
others that do not stand here are not ours. A document of all of them was held against the schema itself (1.2.1)."""


def _strange(node: object, shape: Any, at: str = "") -> Iterator[str]:
    """Give the places where a document is not as the shape says."""
    if isinstance(shape, dict):
        names = {name.removesuffix("!"): one for name, one in shape.items()}
        if not isinstance(node, dict):
            yield f"{at}: no object"
            return
        yield from (f"{at}: lacks {name}" for name in shape if name.endswith("!") and name[:-1] not in node)
        for name, one in node.items():
            if name in names:
                yield from _strange(one, names[name], f"{at}/{name}")
            else:
                yield f"{at}: {name} is not of it"
    elif isinstance(shape, list):
        if not isinstance(node, list) or not node:
            yield f"{at}: no list with something in it"
            return
        for index, one in enumerate(node):
            yield from _strange(one, shape[0], f"{at}/{index}")
    elif shape is not None and not (isinstance(node, str) and shape.fullmatch(node)):
        yield f"{at}: {node!r:.80}"


@pytest.mark.parametrize("spoil", [
    lambda whole: whole.pop("uuid"), lambda whole: whole["metadata"].update({"last-modified": "yesterday"}),
    lambda whole: whole["results"][0].update({"findings": []}), lambda whole: whole.update({"more": 1}),
    lambda whole: whole["results"][0]["findings"][0]["target"].pop("status"),
    lambda whole: whole["results"][0]["observations"][0].update({"uuid": "1"}),
])  # fmt: skip
def test_the_shape_of_oscal_finds_what_is_broken(printed: Printed, spoil: Any) -> None:
    document = json.loads(printed("compliance", "pci", "--format", "oscal")[1])
    spoil(document["assessment-results"])
    assert list(_strange(document, SHAPE))


def _walk(node: object, key: str = "") -> None:
    """What OSCAL asks of every text and list: none is empty, no blank stands at an end, identifiers are such."""
    if isinstance(node, dict):
        for name, one in node.items():
            _walk(one, name)
    elif isinstance(node, list):
        assert node, key
        for one in node:
            _walk(one, key)
    elif isinstance(node, str):
        assert node.strip() == node != "", key
        assert "\x1b" not in node
        if key == "uuid" or key.endswith("-uuid"):
            assert UUID.fullmatch(node), key


def test_oscal_has_observations_of_a_control_about_a_part(printed: Printed) -> None:
    document = json.loads(printed("compliance", "cis", "--format", "oscal")[1])
    (result,) = document["assessment-results"]["results"]
    titles = {one["uuid"]: (one["title"], one["description"]) for one in result["observations"]}

    def related(control: str) -> set[tuple[str, str]]:
        (finding,) = [one for one in result["findings"] if one["title"].startswith(f"{control}:")]
        return {titles[one["observation-uuid"]] for one in finding["related-observations"]}

    assert related("1.1.2.1.2") == {("fs-mount: pass for 1.1.2.1.2", "pass on 1 host")}
    assert related("1.1.2.1.4") == {
        ("fs-mount: fail on web-1 for 1.1.2.1.4", "/tmp noexec: /tmp is mounted without noexec")
    }
    assert related("4.2.7") == {("fw-deny: not applicable for 4.2.7", "not applicable on 1 host")}
    assert related("4.3.8") == {("fw-deny: pass", "pass on 1 host")}


def test_ocsf_has_an_event_for_each_part_that_controls_are_about(printed: Printed) -> None:
    events = [json.loads(one) for one in printed("compliance", "cis", "--format", "ocsf")[1].splitlines()]
    mine = [one for one in events if one["compliance"]["control"] in ("fs-mount", "fw-deny")]
    said = {number: (one["compliance"]["status_code"], one["status"]) for one in mine
            for number in one["compliance"]["requirements"]}  # fmt: skip
    assert (said["1.1.2.1.4"], said["1.1.2.1.2"]) == (("fail", "New"), ("pass", "Resolved"))
    assert (said["4.2.7"], said["4.3.8"]) == (("not applicable", "Other"), ("pass", "Resolved"))
    assert len({one["finding_info"]["uid"] for one in events}) == len(events)


def test_oscal_numbers_nist_controls_as_nist_does(printed: Printed) -> None:
    document = json.loads(printed("compliance", "nist", "--format", "oscal")[1])
    selection = document["assessment-results"]["results"][0]["reviewed-controls"]["control-selections"][0]
    assert {"ac-2", "ac-2.3", "sc-28.1"} <= {one["control-id"] for one in selection["include-controls"]}


def test_the_same_report_is_the_same_twice(printed: Printed) -> None:
    assert (
        printed("compliance", "AUD-1", "--format", "oscal")[1] == printed("compliance", "AUD-1", "--format", "oscal")[1]
    )


def test_ocsf_has_an_event_for_each_check_and_host_and_each_vulnerability(printed: Printed) -> None:
    _, out, _ = printed("compliance", "pci", "--format", "ocsf", "--vulnerabilities")
    events = [json.loads(one) for one in out.splitlines()]
    assert {one["class_uid"] for one in events} == {2003, 2002}
    for one in events:
        assert one["type_uid"] == one["class_uid"] * 100 + one["activity_id"]
        assert {"time", "severity_id", "metadata", "finding_info", "resources"} <= one.keys()
        assert "\x1b" not in json.dumps(one, ensure_ascii=False)
    (failed,) = [one for one in events if one.get("compliance", {}).get("status_code") == "fail"]
    assert failed["compliance"]["requirements"] == ["8.3.6"]
    assert (failed["compliance"]["status_id"], failed["status"]) == (3, "New")
    (accepted,) = [one for one in events if one.get("compliance", {}).get("status_code") == "accepted"]
    assert (accepted["compliance"]["status_id"], accepted["status"]) == (3, "Suppressed")
    (weak,) = [one for one in events if one["class_uid"] == 2002]
    (found,) = weak["vulnerabilities"]
    assert (found["cve"]["uid"], found["affected_packages"][0]["fixed_in_version"]) == ("CVE-2024-1", "3.0.2")
    assert (found["is_fix_available"], found["is_exploit_available"], weak["severity_id"]) == (True, True, 5)


# --- the proof of an attestation --------------------------------------------------------------------------------------


def test_of_a_proof_its_name_digest_and_day_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"what we do in an incident\n")
    found = attest.proof(file)
    assert found["file"] == "plan.pdf"
    assert found["sha256"] == hashlib.sha256(b"what we do in an incident\n").hexdigest()
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(found["dated"]))


@pytest.mark.parametrize("what", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_no_proof(tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    with pytest.raises(TuiOpsError, match=r"can't be read|is no file"):
        attest.proof(path)
