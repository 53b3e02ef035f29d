"""Readers of other scanners' reports: what each says becomes checks with what they see, and nothing is made up."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from support.reports import DATA, as_json, grype, openvex, placed, real, sarif, ssh_audit, trivy, vuls

from tui_ops.model.scans import Item, Product, Scan, VexStatus
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity
from tui_ops.practices.scans.limits import ScanBroken
from tui_ops.practices.scans.plain import from_plain, to_plain
from tui_ops.practices.scans.recognise import read_scans

FAIL, PASS = CheckResult.FAIL, CheckResult.PASS
WEAK = [("CVE-2026-1", "openssl", "3.0.11-1", "3.0.13-1"), ("CVE-2026-2", "zlib1g", "1.2.13", "")]


def one(data: bytes | object) -> Scan:
    scans = read_scans(data if isinstance(data, bytes) else as_json(data))
    assert len(scans) == 1
    return scans[0]


def item(scan: Scan, check: str) -> Item:
    return next(item for item in scan.items if item.check == check)


def failed(scan: Scan) -> set[str]:
    return {item.check for item in scan.items if item.result is FAIL}


def test_a_report_survives_the_way_between_two_processes() -> None:
    for data in (real("lynis-root.dat"), real("openscap-arf.xml"), as_json(trivy(WEAK, [("openssl", "3.0.11-1")])),
                 as_json(openvex([{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:deb/debian/a@1"}],
                                   "status": "fixed"}]))):  # fmt: skip
        scan = one(data)
        assert from_plain(to_plain(scan)) == scan


class TestLynis:
    def test_what_it_found_and_what_it_ran_in_vain(self) -> None:
        scan = one(real("lynis-root.dat"))
        assert (scan.tool, scan.version, scan.complete, scan.names[0]) == ("lynis", "3.0.8", True, "web-1")
        assert "127.0.0.1" not in scan.names
        assert scan.at == 1795917479.0
        assert len(failed(scan)) == 40
        assert item(scan, "lynis:LOGG-2138").severity is FindingSeverity.MEDIUM
        assert item(scan, "lynis:DEB-0280").severity is FindingSeverity.LOW
        assert item(scan, "lynis:AUTH-9216").result is PASS, "it ran, and nothing is said of it"
        assert "lynis:MALW-3288" not in {one.check for one in scan.items}, "it was skipped"
        assert "1 not understood: line" in scan.note

    def test_each_setting_is_an_object_of_its_own(self) -> None:
        scan = one(real("lynis-root.dat"))
        seen = {one.object: one.text for one in item(scan, "lynis:SSH-7408").seen}
        assert seen["LogLevel"] == "LogLevel is INFO, Lynis wants VERBOSE"
        assert len(item(scan, "lynis:AUTH-9286").seen) == 2, "two sentences of one test are two things"
        assert "fs.protected_fifos" in {one.object for one in item(scan, "lynis:KRNL-6000").seen}

    def test_a_number_in_a_sentence_is_not_its_identity(self) -> None:
        lines = b"lynis_version=3\nreport_datetime_start=x\nsuggestion[]=PKGS-7346|Purge packages (%d found)|-|-|\n"
        first, second = one(b"# Lynis Report\n" + lines % 2), one(b"# Lynis Report\n" + lines % 11)
        assert [s.object for s in first.items[0].seen] == [s.object for s in second.items[0].seen]
        assert first.items[0].seen[0].text != second.items[0].seen[0].text

    def test_a_run_that_was_cut_off_passes_nothing(self) -> None:
        whole = real("lynis-root.dat")
        scan = one(whole.replace(b"finish=true\n", b""))
        assert not scan.complete
        assert all(item.result is FAIL for item in scan.items)
        assert "cut off" in scan.note

    def test_a_run_without_root_passes_nothing(self) -> None:
        scan = one(real("lynis-user.dat"))
        assert not scan.complete
        assert "not run as root" in scan.note
        assert all(item.result is FAIL for item in scan.items)


class TestOpenScap:
    @pytest.mark.parametrize(("name", "form"), [("openscap-results.xml", "XCCDF"), ("openscap-arf.xml", "ARF")])
    def test_real_results_alone_and_within_arf(self, name: str, form: str) -> None:
        scan = one(real(name))
        assert (scan.tool, scan.form, scan.complete, scan.version) == ("openscap", form, True, "1.3.7")
        assert scan.names == ("vm", "192.0.2.2", "fd00::2")
        bad = item(scan, "openscap:xccdf_org.example_rule_missing")
        assert (bad.result, bad.severity, bad.title) == (
            FAIL,
            FindingSeverity.MEDIUM,
            "There is a file that nobody has",
        )
        assert bad.seen[0].object == ""
        assert item(scan, "openscap:xccdf_org.example_rule_passwd").result is PASS
        assert item(scan, "openscap:xccdf_org.example_rule_by_hand").result is CheckResult.UNKNOWN
        assert len(scan.items) == 3, "what was not selected says nothing"

    def test_oscap_as_it_is_here_writes_what_is_read(self, tmp_path: Path) -> None:
        for name in ("content-xccdf.xml", "content-oval.xml"):
            shutil.copy(DATA / name, tmp_path)
        words = ["oscap", "xccdf", "eval", "--profile", "xccdf_org.example_profile_all", "--results-arf", "arf.xml"]
        done = subprocess.run([*words, "content-xccdf.xml"], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 2, done.stderr
        scan = one((tmp_path / "arf.xml").read_bytes())
        assert failed(scan) == {"openscap:xccdf_org.example_rule_missing"}

    def test_the_worst_of_several_results_of_a_rule_counts(self) -> None:
        text = real("openscap-results.xml").decode()
        again = text.replace("</TestResult>", '<rule-result idref="xccdf_org.example_rule_passwd">'
                             "<result>error</result></rule-result></TestResult>")  # fmt: skip
        assert item(one(again.encode()), "openscap:xccdf_org.example_rule_passwd").result is CheckResult.ERROR

    def test_a_run_by_somebody_else_than_root_closes_nothing(self) -> None:
        scan = one(real("openscap-results.xml").replace(b'privileged="false">root<', b'privileged="false">bob<'))
        assert not scan.complete
        assert "bob" in scan.note

    def test_rules_without_results_are_no_report(self) -> None:
        with pytest.raises(ScanBroken, match="no results"):
            read_scans(real("content-xccdf.xml"))


class TestTrivy:
    def test_a_vulnerability_has_its_package_versions_and_the_score_of_who_rated_it(self) -> None:
        scan = one(trivy(WEAK, [("openssl", "3.0.11-1")]))
        found = item(scan, "trivy:CVE-2026-1")
        assert (found.kind, found.severity) == (FindingKind.VULNERABILITY, FindingSeverity.HIGH)
        assert found.seen[0].object == "openssl"
        assert found.seen[0].data["cvss"] == 7.5
        assert (found.seen[0].data["installed"], found.seen[0].data["fixed"]) == ("3.0.11-1", "3.0.13-1")
        assert "no fix: affected" in item(scan, "trivy:CVE-2026-2").seen[0].text
        assert scan.packages == {"os": {"openssl": ("3.0.11-1",)}}
        assert not scan.whole, "nobody knows what was filtered away"
        assert scan.at == pytest.approx(1795917600.123456)

    def test_an_image_is_a_part_of_its_host(self) -> None:
        scan = one(trivy(WEAK, name="nginx:1.25", kind="container_image"))
        assert (scan.part, scan.names) == ("nginx:1.25", ())
        assert item(scan, "trivy:CVE-2026-1").seen[0].object == "nginx:1.25 openssl"

    def test_misconfigurations_and_secrets(self) -> None:
        document = trivy([])
        document["Results"] = [
            {"Target": "Dockerfile", "Class": "config", "Misconfigurations": [
                {"ID": "DS-0002", "Title": "root", "Status": "FAIL", "Severity": "HIGH", "Message": "add USER"},
                {"ID": "DS-0001", "Title": "latest", "Status": "PASS", "Severity": "LOW"}]},
            {"Target": "app/.env", "Class": "secret", "Secrets": [
                {"RuleID": "aws-key", "Title": "AWS key", "Severity": "CRITICAL", "StartLine": 3,
                 "Match": "key = AKIAVERYSECRET"}]},
        ]  # fmt: skip
        scan = one(document)
        assert item(scan, "trivy:DS-0002").seen[0].object == "Dockerfile"
        assert item(scan, "trivy:DS-0001").result is PASS
        secret = item(scan, "trivy:secret-aws-key")
        assert secret.kind is FindingKind.EXPOSURE
        assert "AKIAVERYSECRET" not in repr(scan), "a secret stays in the report"

    def test_another_schema_is_refused(self) -> None:
        with pytest.raises(ScanBroken, match="schema 2"):
            one({**trivy([]), "SchemaVersion": 1})


class TestGrype:
    def test_a_match_has_its_scores_and_known_use(self) -> None:
        scan = one(grype(WEAK))
        found = item(scan, "grype:CVE-2026-1")
        assert found.severity is FindingSeverity.CRITICAL
        data = found.seen[0].data
        assert (data["epss"], data["kev"], data["cvss"], data["ransomware"]) == (0.5, True, 9.1, True)
        assert found.title == "CVE-2026-1: It can be used."
        assert scan.whole

    @pytest.mark.parametrize("more", [{"only-fixed": True}, {"only-notfixed": True}, {}])
    def test_what_was_filtered_is_not_whole(self, more: dict[str, object]) -> None:
        assert not one(grype(WEAK, settings=more)).whole
        assert not one({**grype(WEAK), "ignoredMatches": [{}]}).whole


class TestSarif:
    def test_a_file_is_the_object_and_the_line_is_not(self) -> None:
        rules = [{"id": "R1", "shortDescription": {"text": "one"}, "properties": {"security-severity": "9.1"}},
                 {"id": "R2", "defaultConfiguration": {"level": "note"}}]  # fmt: skip
        scan = one(sarif([placed("R1"), placed("R1", at=9), placed("R1", "other")], rules))
        found = item(scan, "some-scanner:R1")
        assert [one.object for one in found.seen] == ["etc/app.conf", "other"]
        assert found.severity is FindingSeverity.CRITICAL
        assert item(scan, "some-scanner:R2").result is PASS, "the tool has the rule, and found nothing by it"

    def test_marks_of_the_tool_tell_results_in_one_file_apart(self) -> None:
        results = [placed("R", at=at, partialFingerprints={"primary/v1": str(at)}) for at in (1, 2)]
        assert len(item(one(sarif(results)), "some-scanner:R").seen) == 2

    def test_what_passed_is_gone_or_set_aside_is_no_finding(self) -> None:
        results = [placed("A", kind="pass"), placed("B", baselineState="absent"),
                   placed("C", suppressions=[{"kind": "inSource"}]), placed("D", kind="notApplicable"),
                   placed("E", suppressions=[{"kind": "external", "status": "rejected"}])]  # fmt: skip
        assert failed(one(sarif(results))) == {"some-scanner:E"}

    def test_a_run_that_failed_closes_nothing(self) -> None:
        scan = one(sarif([], [{"id": "R"}], invocations=[{"executionSuccessful": False}]))
        assert not scan.complete

    def test_an_index_beyond_the_rules_or_no_rule_is_told(self) -> None:
        scan = one(sarif([{"message": {"text": "x"}, "ruleIndex": 10**9}, {"ruleIndex": True}, 7]))
        assert "2 not understood: results 1" in scan.note

    def test_a_run_that_has_no_results_at_all_closes_nothing(self) -> None:
        document = sarif([], [{"id": "R"}])
        document["runs"][0]["results"] = None
        assert not one(document).complete


class TestSshAudit:
    def test_each_family_is_a_check_that_names_what_is_weak(self) -> None:
        scan = one(ssh_audit())
        assert [one.object for one in item(scan, "ssh-audit:kex").seen] == ["diffie-hellman-group1-sha1"]
        assert item(scan, "ssh-audit:enc").severity is FindingSeverity.LOW
        assert item(scan, "ssh-audit:mac").result is PASS
        assert scan.names == ("web-1",)

    def test_several_servers_and_other_ports(self) -> None:
        scans = read_scans(as_json([ssh_audit(), ssh_audit(target="[2001:db8::1]:2222")]))
        assert [scan.part for scan in scans] == ["", "port 2222"]
        assert scans[1].names == ("2001:db8::1",)

    def test_a_policy(self) -> None:
        told = {"host": "web-1", "port": 22, "policy": "Hard", "passed": False,
                "errors": [{"mismatched_field": "Ciphers", "expected_required": ["a"], "actual": ["b"]}]}  # fmt: skip
        assert one(told).items[0].seen[0].text == "Ciphers is b, the policy wants a"
        assert one({**told, "passed": True, "errors": []}).items[0].result is PASS
        assert one({**told, "errors": []}).items[0].result is CheckResult.ERROR


def test_openvex_has_its_products_and_what_they_stand_in() -> None:
    scan = one(openvex([
        {"vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1"]}, "status": "not_affected",
         "justification": "component_not_present", "impact_statement": "not built in",
         "products": [{"@id": "host:web-1", "subcomponents": [{"@id": "pkg:deb/debian/openssl@3.0.11-1?arch=amd64"}]}]},
        {"vulnerability": "CVE-2", "status": "under_investigation", "products": ["pkg:deb/debian/a"]},
        {"vulnerability": "CVE-3", "status": "not_affected", "products": ["pkg:deb/debian/a"]},
        {"vulnerability": "CVE-4", "status": "whatever", "products": ["a"]}, {"status": "fixed"}, 7,
    ]))  # fmt: skip
    first, second = scan.statements
    assert first.names == ("CVE-1", "GHSA-1")
    assert first.products == (Product("openssl", "3.0.11-1", "web-1"),)
    assert first.why == "component not present: not built in"
    assert second.status is VexStatus.UNDER_INVESTIGATION
    assert "4 not understood" in scan.note


@pytest.mark.parametrize(("statements", "why"), [
    ([], "it says nothing of any vulnerability"),
    ([{"vulnerability": {"name": "CVE-2026-1"}, "status": "fine", "products": [{"@id": "pkg:deb/debian/x"}]}],
     "1 not understood: statements 1 (a status that is not known)"),
])  # fmt: skip
def test_a_document_of_openvex_that_says_nothing_is_told_as_such(statements: list[object], why: str) -> None:
    with pytest.raises(ScanBroken) as refused:
        read_scans(as_json(openvex(statements)))
    assert why in refused.value.message


def test_vuls_is_whole_unless_it_had_errors() -> None:
    scan = one(vuls(WEAK))
    assert item(scan, "vuls:CVE-2026-1").seen[0].data["fixed"] == "3.0.13-1"
    assert (scan.whole, scan.complete) == (True, True)
    assert not one({**vuls(WEAK), "errors": ["x"]}).complete


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", b"[]", b"[1]", b"<a/>", b"\0" * 100, b'{"runs": 1}', b"PK\3\4"])
def test_what_is_no_report_is_refused_with_what_is_known(data: bytes) -> None:
    with pytest.raises(ScanBroken):
        read_scans(data)


def test_a_packed_report_is_read_and_a_damaged_one_told() -> None:
    packed = gzip.compress(as_json(trivy(WEAK)))
    assert failed(one(packed)) == {"trivy:CVE-2026-1", "trivy:CVE-2026-2"}
    with pytest.raises(ScanBroken, match="too early"):
        read_scans(packed[:-10])


def test_broken_json_and_xml_are_told_with_their_place() -> None:
    with pytest.raises(ScanBroken, match="line 2, column 1"):
        read_scans(b'{"a":\n]}')
    with pytest.raises(ScanBroken, match="line 2, column"):
        read_scans(b"<Benchmark>\n</Other>")


@pytest.mark.parametrize(("document", "why"), [
    ([{"Target": "debian", "Type": "debian", "Vulnerabilities": []}], "schema 2"),
    ({"ClusterName": "", "Resources": []}, "a cluster"), ({"bomFormat": "CycloneDX", "components": []}, "lists parts"),
    ({"spdxVersion": "SPDX-2.3", "packages": []}, "lists parts"),
    ({"document": {"category": "csaf_vex"}, "product_tree": {}}, "CSAF"), ([], "no report that is known"),
    ([1], "no report that is known"), ({"a": 1}, "no report that is known"),
])  # fmt: skip
def test_what_is_known_and_is_no_report_of_a_host_is_told_by_its_name(document: object, why: str) -> None:
    with pytest.raises(ScanBroken, match=why):
        read_scans(json.dumps(document).encode())
