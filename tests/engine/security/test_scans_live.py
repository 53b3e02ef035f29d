"""A real engine on this machine takes reports over its socket, gives findings away, and runs scanners."""

import csv
import io
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.reports import DATA, as_json, grype, openvex, real, trivy
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.engine.security.scanning import parse_run, week_of
from tui_ops.model.scans import ScanRow
from tui_ops.practices.scans.recognise import read_scans
from tui_ops.probes import scan_text
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.rows import AuditRow
from tui_ops.store.views.scans import imports

INVENTORY = "name: test\nhosts:\n  web-1: {address: local}\n  web-2: {address: 127.9.9.9, port: 1}\n"
WAIT_S = 60.0
"""A run that finds nothing to run ends within a second; the machine may be busy."""

OPENSSL, ZLIB = ("CVE-2026-1", "openssl", "3.0.11-1", "3.0.13-1"), ("CVE-2026-2", "zlib1g", "1.2.13", "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    world = EngineWorld(tmp_path_factory.mktemp("scans"), INVENTORY)
    world.start()
    yield world
    world.stop()


def rows(world: EngineWorld) -> list[ScanRow]:
    with open_reader(world.state) as reader:
        return imports(reader)


def findings(world: EngineWorld, *words: str) -> list[dict[str, object]]:
    shown = world.run("show", "findings", *words, "--format", "json")
    assert shown.returncode == 0, shown.stderr
    return list(json.loads(shown.stdout))


def test_reports_come_in_over_the_socket_and_each_is_told(world: EngineWorld, tmp_path: Path) -> None:
    (tmp_path / "lynis.dat").write_bytes(real("lynis-root.dat").replace(b"2026-11-29", b"2024-11-29"))
    (tmp_path / "trivy.json").write_bytes(as_json(trivy([OPENSSL], name="elsewhere")))
    (tmp_path / "nothing").write_text("hello")
    names = [str(tmp_path / name) for name in ("lynis.dat", "trivy.json", "nothing", "missing")]
    done = world.run("findings", "import", *names)
    assert done.returncode != 0
    assert "lynis of web-1, 2024-11-29T01:57: 73 found, 73 new" in done.stdout
    assert "the report calls its host elsewhere" in done.stderr
    assert "say it: --host NAME" in done.stderr
    assert "it is no report that is known" in done.stderr
    assert "can't be read" in done.stderr
    assert len(findings(world, "source=import:lynis")) == 73
    assert [(row.tool, row.host, row.found) for row in rows(world)] == [("lynis", "web-1", 73)]
    shown = json.loads(world.run("show", "imports", "--format", "json").stdout)
    assert shown[0]["version"] == "3.0.8"
    assert len(shown[0]["sha"]) == 64
    with open_reader(world.state) as reader:
        told = [row.outcome for row in audit(reader) if row.action == "findings.import.end"]
    assert len(told) == 3, "each that came is in the audit, the refused ones too"
    assert not list(world.state.root.glob("scan-incoming*"))


def test_a_file_of_others_is_not_opened_in_somebodys_name(world: EngineWorld, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = world.run("findings", "import", str(tmp_path / "pipe"))
    assert "is no file" in done.stderr
    asked = world.run("do", "findings.import", "file=/etc/shadow")
    assert "findings import FILE" in asked.stderr


def test_what_was_set_aside_goes_out_and_comes_in_again(world: EngineWorld, tmp_path: Path) -> None:
    """From a report, by a word of OpenVEX, to SARIF, OpenVEX, CSV and JSON."""
    (tmp_path / "grype.json").write_bytes(as_json(grype([OPENSSL, ZLIB])))
    inside = {"@id": "host:web-1", "subcomponents": [{"@id": "pkg:deb/debian/openssl"}]}
    said = {"vulnerability": {"name": "CVE-2026-1"}, "status": "not_affected", "products": [inside],
            "justification": "component_not_present"}  # fmt: skip
    (tmp_path / "vex.json").write_bytes(as_json(openvex([said])))
    done = world.run("findings", "import", str(tmp_path / "grype.json"), str(tmp_path / "vex.json"))
    assert done.returncode == 0, done.stderr
    assert "1 findings are suppressed" in done.stdout
    words = ["source=import:grype", "state~."]
    out = world.run("findings", "export", *words, "--format", "sarif")
    document = json.loads(out.stdout)
    results = {one["ruleId"]: one for one in document["runs"][0]["results"]}
    assert set(results) == {"grype:CVE-2026-1", "grype:CVE-2026-2"}
    assert results["grype:CVE-2026-1"]["suppressions"][0]["kind"] == "external"
    assert "suppressions" not in results["grype:CVE-2026-2"]
    assert [scan.tool for scan in read_scans(out.stdout.encode())] == ["tui-ops"], "others can read it"
    vex = world.run("findings", "export", *words, "--format", "openvex")
    statement = read_scans(vex.stdout.encode())[0].statements[0]
    assert statement.names == ("CVE-2026-1",)
    assert (statement.products[0].name, statement.products[0].within) == ("openssl", "web-1")
    assert "component not present" in statement.why
    none = world.run("findings", "export", "source=import:grype", "state=open", "--format", "openvex")
    assert "none of these vulnerabilities is accepted" in none.stderr
    document = json.loads(none.stdout)
    assert document["statements"] == []
    assert not document["timestamp"].startswith("1970"), "it has a date of its own"
    listed = list(csv.DictReader(io.StringIO(world.run("findings", "export", *words, "--format", "csv").stdout)))
    assert {row["state"] for row in listed} == {"suppressed", "open"}
    assert len(json.loads(world.run("findings", "export", *words, "--format", "json").stdout)) == 2


def test_a_real_arf_opens_closes_and_reopens_as_the_host_is(world: EngineWorld, tmp_path: Path) -> None:
    """Three runs of the real oscap: a file is missing, it is there, it is missing again."""
    wanted = tmp_path / "wanted"
    for name in ("content-xccdf.xml", "content-oval.xml"):
        text = (DATA / name).read_text().replace("/etc/no-such-file-anywhere", str(wanted))
        (tmp_path / name).write_text(text)

    def runs() -> tuple[str, list[tuple[object, object]]]:
        words = ["oscap", "xccdf", "eval", "--profile", "xccdf_org.example_profile_all", "--results-arf", "arf.xml"]
        subprocess.run([*words, "content-xccdf.xml"], cwd=tmp_path, capture_output=True, check=False)
        done = world.run("findings", "import", str(tmp_path / "arf.xml"), "--host", "web-1")
        assert done.returncode == 0, done.stderr
        found = findings(world, "check=openscap:xccdf_org.example_rule_missing", "state~.")
        return done.stdout, [(one["state"], one["returned"]) for one in found]

    said, found = runs()
    assert "1 found, 1 new" in said
    assert found == [("open", 0)]
    wanted.touch()
    said, found = runs()
    assert "0 found, 0 new, 1 verified gone" in said
    assert found == [("verified", 0)]
    wanted.unlink()
    said, found = runs()
    assert "1 are back" in said
    assert found == [("open", 1)]


def test_a_scanner_that_is_not_there_is_told_among_the_imports(world: EngineWorld) -> None:
    """This machine has OpenSCAP and no content for itself; nobody runs a scanner on a host that does not answer."""
    refused = world.run("do", "scan.run", "web-2", "tool=openscap", "--yes")
    assert "not possible on web-2" in refused.stderr
    done = world.run("do", "scan.run", "web-1", "tool=openscap", "--yes")
    assert done.returncode == 0, done.stderr
    until_sync(lambda: any("not run" in row.note for row in rows(world)), WAIT_S, "it is told")
    row = next(row for row in rows(world) if row.note.startswith("not run"))
    assert (row.tool, row.host) == ("openscap", "web-1")
    assert "ssg-debian12-ds.xml" in row.note
    until_sync(lambda: any(one.action == "scan.run.end" for one in ends(world)), WAIT_S, "it is in the audit")


def ends(world: EngineWorld) -> list[AuditRow]:
    with open_reader(world.state) as reader:
        return audit(reader)


def a_debian_11(root: Path) -> None:
    """Make a tree that calls itself Debian 11, of which ssg-debian has the content."""
    content = "usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml"
    for name in (content, "usr/bin/oscap", "usr/bin/timeout", "usr/bin/nice", "usr/bin/head"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"/{name}")
    (root / "etc").mkdir()
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="11"\n')


def as_nobody() -> list[str]:
    """Return the words before a command that is run by an account without rights."""
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class TestTheTextThatRunsOnHosts:
    @staticmethod
    def run_text(folder: Path, tool: str, *within: str, root: str = "") -> bytes:
        """Run it in a real shell, on a tree."""
        text = f"{scan_text()}\ntui_ops_scan MARK {tool} yes\n"
        return subprocess.run(
            [*within, "/bin/sh"], input=text.encode(), capture_output=True, check=True, cwd=folder,
            env={"PATH": "/usr/bin:/bin", "TUI_OPS_ROOT": root},
        ).stdout  # fmt: skip

    def test_openscap_is_run_with_the_content_of_the_system(self, tmp_path: Path) -> None:
        """With every rule's result, and nothing of what it tells beside."""
        a_debian_11(tmp_path)
        went = parse_run(self.run_text(tmp_path, "openscap", root=str(tmp_path)), "MARK")
        assert went.word == "well", went
        scan = read_scans(went.report)[0]
        assert (scan.tool, scan.complete) == ("openscap", True)
        assert scan.items, "every rule has a result"

    def test_the_lines_of_the_docs_are_enough_for_the_real_sudo(self, tmp_path: Path) -> None:
        """An account without rights, for which sudo has just the words that the text says are missing."""
        shown = tmp_path / "shown"
        a_debian_11(shown)
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_mode & 0o055 != 0o055 and folder.stat().st_uid == os.geteuid():
                folder.chmod(0o755)
        needs = parse_run(self.run_text(tmp_path, "openscap", *as_nobody(), root=str(shown)), "MARK")
        assert needs.word == "needs"
        rules = tmp_path / "sudoers.d"
        rules.mkdir()
        (rules / "tui-ops").write_text(f"nobody ALL=(root) NOPASSWD: {needs.rest}\n")
        (rules / "tui-ops").chmod(0o440)
        bound = 'mount --bind "$0" /etc/sudoers.d && exec "$@"'
        within = ["unshare", "--mount", "--propagation", "private", "sh", "-c", bound, str(rules), *as_nobody()]
        went = parse_run(self.run_text(tmp_path, "openscap", *within, root=str(shown)), "MARK")
        assert went.word == "well", went
        scan = read_scans(went.report)[0]
        assert (scan.complete, scan.note) == (True, "")

    def test_what_root_would_run_is_told_word_for_word(self, tmp_path: Path) -> None:
        """An account that sudo does not know; the lines are such that visudo takes them."""
        tmp_path.chmod(0o755)
        said = self.run_text(tmp_path, "lynis", *as_nobody())
        went = parse_run(said, "MARK")
        assert went.word == "needs"
        assert went.rest.startswith("/usr/bin/timeout 1200 /usr/bin/nice -n 19 /usr/sbin/lynis audit system")
        drop_in = tmp_path / "drop-in"
        drop_in.write_text(f"ops ALL=(root) NOPASSWD: {went.rest}\n")
        assert subprocess.run(["visudo", "-cf", str(drop_in)], capture_output=True, check=False).returncode == 0

    def test_the_system_of_a_host_is_no_part_of_a_command_unless_it_is_a_word(self, tmp_path: Path) -> None:
        for name in ("oscap", "timeout", "nice", "head"):
            (tmp_path / "usr/bin").mkdir(parents=True, exist_ok=True)
            (tmp_path / "usr/bin" / name).symlink_to(f"/usr/bin/{name}")
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/os-release").write_text("ID=debian;touch pwned\nVERSION_ID=$(touch pwned)\n")
        went = parse_run(self.run_text(tmp_path, "openscap", root=str(tmp_path)), "MARK")
        assert went.word == "badly"
        assert not (tmp_path / "pwned").exists()

    def test_half_of_it_does_nothing(self, tmp_path: Path) -> None:
        half = scan_text()[: len(scan_text()) // 2].encode()
        done = subprocess.run(["/bin/sh"], input=half, capture_output=True, check=False, cwd=tmp_path)
        assert done.stdout == b""


@pytest.mark.parametrize(("printed", "word", "report"), [
    (b"Welcome!\nwent well 0\nMARK\nreport", "well", b"report"),
    (b"went well 0\nMARK\nTitle x\n<?xml ?></Benchmark>\nResult\n", "well", b"<?xml ?></Benchmark>"),
    (b"went needs /usr/bin/timeout\n", "needs", b""), (b"", "", b""), (b"went away now\n", "", b""),
    (b"\xff\0" * 50_000 + b"\nwent badly x\x1b[2J\n", "badly", b""), (b"went well 0\n", "well", b""),
])  # fmt: skip
def test_what_a_run_prints_is_parted_from_what_the_login_prints(printed: bytes, word: str, report: bytes) -> None:
    went = parse_run(printed, "MARK")
    assert (went.word, went.report) == (word, report)
    assert "\x1b" not in went.rest


def test_each_host_has_a_time_of_the_week_of_its_own() -> None:
    week = 7 * 86400.0

    def begins(name: str) -> int:
        return next(at for at in range(0, int(week), 600) if week_of("lynis", name, at) > week_of("lynis", name, 0))

    assert len({begins(name) for name in ("a", "b", "c", "d")}) == 4
    assert week_of("lynis", "a", 5 * week) - week_of("lynis", "a", 0) == 5


@pytest.mark.torture
def test_lynis_runs_for_real_on_a_host_over_ssh(tmp_path: Path) -> None:
    """A minute or two of a real Lynis, over a real sshd, to findings and back."""
    farm = SshdFarm(tmp_path / "farm")
    specs = [farm.sshd().spec("far")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    world = EngineWorld(tmp_path, inventory_text(specs), environ)
    try:
        world.start()
        until_sync(lambda: world.rows()["far"].state == "up", WAIT_S, "the host is up")
        done = world.run("do", "scan.run", "far", "tool=lynis", "--yes")
        assert done.returncode == 0, done.stderr
        until_sync(lambda: bool(rows(world)), 600.0, "its report is here")
        row = rows(world)[0]
        assert (row.tool, row.host, row.note) == ("lynis", "far", "")
        assert row.found == len(findings(world, "source=import:lynis")) > 20
    finally:
        world.kill()
        farm.close()
