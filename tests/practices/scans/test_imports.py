"""Reports that are taken in: which host, what opens, what closes, and what a word of OpenVEX sets aside."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.finding_world import ANN, CAT, DAY
from support.reports import Weak, grype, placed, real, sarif, ssh_audit, trivy, vuls
from support.scan_world import OPENSSL, ZLIB, ScanWorld, vex

from tui_ops.model.clock import iso
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Refused
from tui_ops.practices.scans.hosts import HostNames, host_of

OPERATOR = Who("eve", Role.OPERATOR, 1009)


@pytest.fixture
def world() -> Iterator[ScanWorld]:
    world = ScanWorld()
    with world:
        yield world


def test_a_report_opens_findings_with_their_source_and_a_row(world: ScanWorld) -> None:
    done = world.report(real("lynis-root.dat"))
    assert "new" in done.said[0]
    one = next(one for one in world.findings() if one.check == "lynis:SSH-7408" and one.object == "LogLevel")
    assert (one.source, one.kind, one.severity) == ("import:lynis", "configuration", "low")
    row = world.imports()[0]
    assert (row.tool, row.tool_version, row.by, row.found) == ("lynis", "3.0.8", ANN.name, len(world.findings()))


def test_a_second_report_closes_what_it_looked_at_and_no_longer_has(world: ScanWorld) -> None:
    data = real("lynis-root.dat")
    world.report(data)
    rest = b"\n".join(line for line in data.split(b"\n") if b"LogLevel" not in line and b"]=DEB-0280" not in line)
    rest = rest.replace(b"|SSH-7404|", b"|").replace(b"DEB-0280|", b"")
    world.report(rest)
    found = world.found()
    assert found["lynis:SSH-7408 LogLevel"] == "verified"
    assert found["lynis:SSH-7408 MaxSessions"] == "open"
    assert "open" in next(state for key, state in found.items() if key.startswith("lynis:DEB-0280")), (
        "DEB-0280 is not among the tests that it says it ran"
    )


def _lynis(is_gone: bool) -> bytes:
    data = real("lynis-root.dat")
    return b"\n".join(line for line in data.split(b"\n") if not is_gone or b"]=SSH-7408|" not in line)


def _openscap(name: str, is_gone: bool) -> bytes:
    """The real report, in whose results the rule that failed passes."""
    before, _, rest = real(name).partition(b'idref="xccdf_org.example_rule_missing"')
    head, mark, results = before, b'idref="xccdf_org.example_rule_missing"', rest
    if is_gone:
        assert results.count(b"<result>fail</result>") == 1
        results = results.replace(b"<result>fail</result>", b"<result>pass</result>")
    return head + mark + results


def _weak(is_gone: bool) -> list[Weak]:
    return [ZLIB] if is_gone else [OPENSSL, ZLIB]


def _listed(is_gone: bool) -> list[tuple[str, str]]:
    return [("openssl", "3.0.13-1" if is_gone else "3.0.11-1"), ("zlib1g", "1.2.13")]


FORMS: dict[str, tuple[Callable[[bool], Any], str]] = {
    "lynis": (_lynis, "lynis:SSH-7408 LogLevel"),
    "xccdf": (lambda is_gone: _openscap("openscap-results.xml", is_gone), "openscap:xccdf_org.example_rule_missing "),
    "arf": (lambda is_gone: _openscap("openscap-arf.xml", is_gone), "openscap:xccdf_org.example_rule_missing "),
    "trivy": (lambda is_gone: trivy(_weak(is_gone), _listed(is_gone)), "trivy:CVE-2026-1 openssl"),
    "grype": (lambda is_gone: grype(_weak(is_gone)), "grype:CVE-2026-1 openssl"),
    "sarif": (
        lambda is_gone: sarif([placed("R2")] if is_gone else [placed("R1"), placed("R2")], [{"id": "R1"}, {"id": "R2"}],
                              invocations=[{"executionSuccessful": True}]),
        "some-scanner:R1 etc/app.conf",
    ),
    "ssh-audit": (
        lambda is_gone: ssh_audit(() if is_gone else ("diffie-hellman-group1-sha1",)),
        "ssh-audit:kex diffie-hellman-group1-sha1",
    ),
    "vuls": (lambda is_gone: vuls(_weak(is_gone)), "vuls:CVE-2026-1 openssl"),
}  # fmt: skip
"""Of each form a report with something in it or without, and the finding that it is."""


@pytest.mark.parametrize("form", FORMS)
def test_what_a_second_report_no_longer_has_is_gone_and_what_a_third_has_is_back(world: ScanWorld, form: str) -> None:
    """Of every form, and nothing beside it is touched."""
    made, about = FORMS[form]
    world.report(made(False))
    assert world.found().get(about) == "open", world.found()
    others = {name: state for name, state in world.found().items() if name != about}
    gone = world.report(made(True))
    assert world.found()[about] == "verified"
    assert "verified gone" in gone.said[0]
    back = world.report(made(False))
    assert world.found()[about] == "open"
    assert "are back" in back.said[0]
    one = next(one for one in world.findings() if f"{one.check} {one.object}" == about)
    assert one.returned == 1
    if form != "lynis":  # All that SSH-7408 names is gone and comes back together.
        assert {name: state for name, state in world.found().items() if name != about} == others


@pytest.mark.parametrize("spoil", [
    lambda data: data.replace(b"finish=true\n", b""),
    lambda data: data.replace(b"tests_skipped=", b"tests_skipped=AUTH-9216|AUTH-9288|"),
    lambda data: data.replace(b"tests_skipped=", b"tests_skipped=SSH-7408|"),
], ids=["cut off", "without root", "skipped"])  # fmt: skip
def test_a_run_that_was_cut_off_weak_or_skipped_it_closes_nothing(world: ScanWorld, spoil: Any) -> None:
    data = real("lynis-root.dat")
    world.report(data)
    rest = b"\n".join(line for line in data.split(b"\n") if b"=SSH-7408|" not in line)
    world.report(spoil(rest))
    assert world.found()["lynis:SSH-7408 LogLevel"] == "open"


def test_a_cut_off_run_that_names_fewer_settings_closes_none(world: ScanWorld) -> None:
    data = real("lynis-root.dat")
    world.report(data)
    rest = b"\n".join(line for line in data.split(b"\n") if b"LogLevel" not in line)
    world.report(rest.replace(b"finish=true\n", b""))
    assert world.found()["lynis:SSH-7408 LogLevel"] == "open"


def test_an_older_report_closes_nothing(world: ScanWorld) -> None:
    data = real("lynis-root.dat")
    world.report(data)
    rest = b"\n".join(line for line in data.split(b"\n") if b"LogLevel" not in line)
    world.report(rest, read_at=world.at - DAY)
    assert world.found()["lynis:SSH-7408 LogLevel"] == "open"


def test_what_comes_back_keeps_its_history(world: ScanWorld) -> None:
    world.report(ssh_audit())
    world.report(ssh_audit([]))
    assert world.found()["ssh-audit:kex diffie-hellman-group1-sha1"] == "verified"
    world.report(ssh_audit())
    assert world.finding().state == "open"
    assert world.finding().returned == 1


class TestVulnerabilities:
    def test_trivy_closes_by_the_list_of_packages(self, world: ScanWorld) -> None:
        world.report(trivy([OPENSSL, ZLIB], [("openssl", "3.0.11-1"), ("zlib1g", "1.2.13")]))
        world.report(trivy([], [("openssl", "3.0.13-1"), ("zlib1g", "1.2.13")]))
        assert world.found() == {"trivy:CVE-2026-1 openssl": "verified", "trivy:CVE-2026-2 zlib1g": "open"}

    def test_a_list_without_packages_closes_nothing_unless_somebody_says_it_is_whole(self, world: ScanWorld) -> None:
        world.report(trivy([OPENSSL]))
        world.report(trivy([]))
        assert world.found() == {"trivy:CVE-2026-1 openssl": "open"}
        world.report(trivy([]), whole=True)
        assert world.found() == {"trivy:CVE-2026-1 openssl": "verified"}

    def test_a_report_about_an_image_says_nothing_of_the_host(self, world: ScanWorld) -> None:
        world.report(trivy([OPENSSL]))
        world.report(trivy([ZLIB], name="app:1", kind="container_image"))
        world.report(trivy([], name="app:1", kind="container_image"), whole=True)
        assert world.found() == {"trivy:CVE-2026-1 openssl": "open", "trivy:CVE-2026-2 app:1 zlib1g": "verified"}

    def test_grype_names_all_unless_it_was_told_otherwise(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL, ZLIB]))
        world.report(grype([ZLIB], settings={"only-fixed": True}))
        assert world.found()["grype:CVE-2026-1 openssl"] == "open"
        world.report(grype([ZLIB]))
        assert world.found() == {"grype:CVE-2026-1 openssl": "verified", "grype:CVE-2026-2 zlib1g": "open"}

    def test_one_package_of_two_mended(self, world: ScanWorld) -> None:
        two = [("CVE-2026-1", "openssl", "1", "2"), ("CVE-2026-1", "libssl3", "1", "2")]
        world.report(grype(two))
        world.report(grype(two[:1]))
        assert world.found() == {"grype:CVE-2026-1 openssl": "open", "grype:CVE-2026-1 libssl3": "verified"}

    def test_of_two_packages_the_one_that_is_filtered_away_stays(self, world: ScanWorld) -> None:
        two = [("CVE-2026-1", "openssl", "1", "2"), ("CVE-2026-1", "libssl3", "1", "2")]
        world.report(trivy(two))
        world.report(trivy(two[:1]))
        assert world.found() == {"trivy:CVE-2026-1 openssl": "open", "trivy:CVE-2026-1 libssl3": "open"}

    def test_another_tool_and_another_host_close_nothing(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        world.report(trivy([]), whole=True)
        world.report(grype([]), host="web-2")
        assert world.found() == {"grype:CVE-2026-1 openssl": "open"}

    def test_known_use_and_a_fix_weigh(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        assert "KEV" in world.finding().reasons
        assert "a version that mends it" in world.finding().reasons


def test_sarif_closes_rules_that_it_names_and_no_others(world: ScanWorld) -> None:
    world.report(sarif([placed("A"), placed("B")], [{"id": "A"}, {"id": "B"}]))
    world.report(sarif([], [{"id": "A"}]))
    assert world.found() == {"some-scanner:A etc/app.conf": "verified", "some-scanner:B etc/app.conf": "open"}


class TestWhichHost:
    HOSTS = (HostNames(1, "web-1", "192.0.2.1"), HostNames(2, "web-2.example.org", "web-2.example.org"),
             HostNames(3, "db", "2001:db8::5"))  # fmt: skip

    @pytest.mark.parametrize(("names", "name"), [
        (("WEB-1",), "web-1"), (("other", "192.0.2.1"), "web-1"), (("web-1.example.org",), "web-1"),
        (("web-2",), "web-2.example.org"), (("2001:db8::5",), "db"),
    ])  # fmt: skip
    def test_by_its_names_and_addresses(self, names: tuple[str, ...], name: str) -> None:
        found = host_of(names, self.HOSTS)
        assert isinstance(found, HostNames)
        assert found.name == name

    @pytest.mark.parametrize("names", [(), ("nobody",), ("web-1", "db"), ("192.0.2.9",)])
    def test_what_fits_none_or_two_is_told(self, names: tuple[str, ...]) -> None:
        assert isinstance(host_of(names, self.HOSTS), str)

    def test_nothing_is_kept_where_nobody_knows(self, world: ScanWorld) -> None:
        with pytest.raises(Refused, match="no such host") as refused:
            world.report(trivy([OPENSSL], name="elsewhere"), host="")
        assert "--host" in refused.value.hint
        with pytest.raises(Refused, match="there is no host"):
            world.report(trivy([OPENSSL]), host="elsewhere")
        assert world.findings() == []
        assert world.imports() == []


@pytest.mark.parametrize(("said", "dated", "taken", "odd"), [
    ("2026-01-02T03:04:05Z", None, "2026-01-02T03:04", ""), ("", 1767225600.0, "2026-01-01T00:00", ""),
    ("2090-01-01T00:00:00Z", None, "now", "to come"), ("never", None, "now", "does not say"),
    ("1970-01-01T00:00:00Z", None, "now", "does not say"),
])  # fmt: skip
def test_when_a_host_was_looked_at(world: ScanWorld, said: str, dated: float | None, taken: str, odd: str) -> None:
    world.at = max(world.at, 1795917600.0)
    done = world.report(trivy([OPENSSL], at=said), dated_at=dated, read_at=None)
    when = iso(world.at)[:16] if taken == "now" else taken
    assert iso(world.finding().last_seen_at)[:16] == when
    assert odd in done.said[0]


class TestVex:
    @pytest.mark.parametrize("status", ["not_affected", "fixed"])
    def test_what_does_not_affect_us_is_set_aside_for_a_year(self, world: ScanWorld, status: str) -> None:
        world.report(grype([OPENSSL, ZLIB]))
        world.report(vex(status), who=CAT)
        assert world.found() == {"grype:CVE-2026-1 openssl": "suppressed", "grype:CVE-2026-2 zlib1g": "open"}
        row = world.acceptances()[0]
        assert (row.kind, row.approved_by) == ("vex", CAT.name)
        assert "vulnerable code not present" in row.reason
        world.pass_time(367 * DAY)
        assert world.finding().state == "open", "and comes back"

    @pytest.mark.parametrize("document", [
        vex("under_investigation"), vex("affected"), vex(product="pkg:deb/debian/openssl@9"),
        vex(product="pkg:deb/debian/other"), vex(name="CVE-2026-9"),
        vex(product={"@id": "host:web-2", "subcomponents": [{"@id": "pkg:deb/debian/openssl"}]}),
    ])  # fmt: skip
    def test_other_statements_change_nothing(self, world: ScanWorld, document: Any) -> None:
        world.report(grype([OPENSSL]))
        world.report(document, host="", who=CAT)
        assert world.found() == {"grype:CVE-2026-1 openssl": "open"}

    def test_the_host_of_a_statement_and_its_package(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        inside = {"@id": "host:web-1", "subcomponents": [{"@id": "pkg:deb/debian/openssl"}]}
        world.report(vex(product=inside), host="", who=CAT)
        assert world.finding().state == "suppressed"

    def test_it_takes_an_approver(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        with pytest.raises(Refused, match="approver"):
            world.report(vex(), who=OPERATOR)
        assert world.finding().state == "open"

    def test_a_later_statement_counts(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        document = vex()
        document["statements"].append(vex("affected")["statements"][0])
        world.report(document, who=CAT)
        assert world.finding().state == "open"

    def test_what_is_set_aside_is_verified_when_it_is_gone(self, world: ScanWorld) -> None:
        world.report(grype([OPENSSL]))
        world.report(vex(), who=CAT)
        world.report(grype([OPENSSL]))
        assert world.finding().state == "suppressed"
        world.report(grype([]))
        assert world.finding().state == "verified"
