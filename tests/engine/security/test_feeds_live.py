"""A real engine on this machine takes feeds over its socket, and judges the packages that are really here."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.engine_world import EngineWorld
from support.feeds import Listed, debsecan, epss, kev, osv, osv_record, tracker
from support.reports import as_json, openvex
from support.waiting import until_sync

from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import open_stream, typed
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.vulnerabilities import FeedRow, HostVulnerable, feeds, hosts

INVENTORY = "name: test\nhosts:\n  here: {address: local}\n"
WAIT_S = 60.0
"""Facts of a machine are read within seconds of the start; it may be busy."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    world = EngineWorld(tmp_path_factory.mktemp("feeds"), INVENTORY)
    world.start()
    yield world
    world.stop()


def here(world: EngineWorld) -> HostVulnerable:
    with open_reader(world.state) as reader:
        return next(row for row in hosts(reader) if row.host == "here")


def known(world: EngineWorld) -> dict[str, FeedRow]:
    with open_reader(world.state) as reader:
        return {row.name: row for row in feeds(reader)}


def ends(world: EngineWorld) -> list[str]:
    """Return what came of files that were sent, the newest first."""
    with open_reader(world.state) as reader:
        return [row.outcome for row in audit(reader) if row.action == "feeds.import.end"]


def packages() -> list[tuple[str, str]]:
    """Return sources and their versions, as dpkg tells them."""
    form = "${db:Status-Abbrev}\t${source:Package}\t${source:Version}\n"
    told = subprocess.run(["dpkg-query", "-W", f"-f={form}"], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in told.splitlines()]
    return sorted({(source, version) for state, source, version in rows if state[1] == "i"})


def test_a_feed_is_sent_by_who_may_read_it_and_judges_what_is_installed(world: EngineWorld, tmp_path: Path) -> None:
    """From the file to the finding; each file is told, and each is in the audit."""
    until_sync(lambda: here(world).age_s is not None, WAIT_S, "the packages are read")
    found = [one for one in packages() if not one[0].startswith("linux") and "~bpo" not in one[1]]
    file = tmp_path / "bookworm"
    rules = [
        Listed(name, f"CVE-2026-{1000 + at}", f"{version}.1", (), "SH F") for at, (name, version) in enumerate(found)
    ]
    rules += [Listed(name, f"CVE-2027-{1000 + at}", version, (), "SH F") for at, (name, version) in enumerate(found)]
    file.write_bytes(debsecan(rules))
    (tmp_path / "kev.json").write_bytes(kev(["CVE-2026-1000"]))
    (tmp_path / "nothing").write_text("hello")
    names = [str(tmp_path / name) for name in ("bookworm", "kev.json", "nothing", "missing")]
    done = world.run("feeds", "import", *names, "--suite", "bookworm")
    assert done.returncode != 0
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
        f"debsecan bookworm of {_day(file)}: {len(rules)} rules", "kev of 2026-11-20: 1 vulnerabilities",
    ]  # fmt: skip
    assert "it is no feed that is known" in done.stderr
    assert "can't be read" in done.stderr
    until_sync(lambda: here(world).fixable == len(found), WAIT_S, "all that is installed is judged")
    assert (here(world).waiting, here(world).kev, here(world).state) == (0, 1, "ok")
    shown = world.run("show", "findings", "source=feed", "limit=9999", "--format", "json")
    listed = json.loads(shown.stdout)
    assert len(listed) == len(found)
    assert listed[0]["check"] == "CVE-2026-1000"
    with open_reader(world.state) as reader:
        told = [(row.action, row.outcome) for row in audit(reader) if row.action.startswith("feeds.")]
    assert told[:2] == [
        ("feeds.import.end", "bring in a feed: it is no feed that is known"), ("feeds.import", "nothing is awaited"),
    ]  # fmt: skip
    assert told[-1] == ("feeds.import", "bookworm is awaited")


def _day(file: Path) -> str:
    from tui_ops.model.clock import iso

    return iso(file.stat().st_mtime)[:10]


def test_what_is_shown_says_how_old_the_feeds_are(world: EngineWorld) -> None:
    """In a list, and for programs."""
    shown = world.run("feeds", "show")
    assert "debsecan bookworm" in shown.stdout
    assert "AGE" in shown.stdout.splitlines()[0]
    rows = json.loads(world.run("show", "feeds", "--format", "json").stdout)
    assert [row["feed"] for row in rows] == ["debsecan bookworm", "kev"]
    row = json.loads(world.run("show", "vulnerable", "--format", "json").stdout)[0]
    assert (row["host"], row["place"], row["feed"]) == ("here", "debian/bookworm", "debsecan bookworm")
    first = world.run("show", "vulnerabilities", "limit=1", "--format", "json")
    assert json.loads(first.stdout)[0]["cve"] == "CVE-2026-1000"
    assert json.loads(world.run("show", "cves", "kev~.", "--format", "json").stdout)[0]["hosts"] == 1


def test_no_file_of_others_is_opened_in_somebodys_name(world: EngineWorld, tmp_path: Path) -> None:
    """A folder, a pipe that nobody writes, and an act that names a path but sends nothing."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "folder").mkdir()
    for name in (pipe, tmp_path / "folder"):
        done = world.run("feeds", "import", str(name))
        assert done.returncode != 0
        assert "is no file" in done.stderr
    asked = world.run("do", "feeds.import", "file=/etc/shadow")
    assert asked.returncode != 0
    assert "feeds import FILE" in asked.stderr


def test_what_is_not_sent_to_its_end_is_nothing(world: EngineWorld) -> None:
    """Who goes away in the middle, sends something else, or a piece that no line can hold."""
    before, said = {row.sha for row in known(world).values()}, len(ends(world))
    for rest in (b"", b'{"v":1,"in":"?"}\n', b"x" * (1 << 21)):
        _, _, link = open_stream(world.state.socket, Request(1, "open", "feeds.import", (), {"file": "half"}))
        with link, suppress(OSError):
            link.sendall(typed(b"VERSION 1") + rest)
            link.shutdown(socket.SHUT_WR)
            while link.recv(65536):
                pass
    until_sync(lambda: len(ends(world)) == said + 3, WAIT_S, "each is written down")
    assert not list(world.state.root.glob("feeds.db-*"))
    assert {row.sha for row in known(world).values()} == before
    assert [end.partition(": ")[2] for end in reversed(ends(world)[:3])] == [
        "the file did not come to its end", "what should be base64 is not", "a piece of it is too long",
    ]  # fmt: skip


def test_a_feed_is_forgotten_with_what_it_said(world: EngineWorld) -> None:
    """Its findings stay; the host is unknown from then on."""
    assert world.run("feeds", "forget", "no such", "--yes").returncode != 0
    done = world.run("feeds", "forget", "debsecan bookworm", "--yes")
    assert done.returncode == 0, done.stderr
    until_sync(lambda: here(world).state == "unknown", WAIT_S, "the host is unknown")
    assert set(known(world)) == {"kev"}
    listed = json.loads(
        world.run("show", "findings", "source=feed", "state=open", "limit=9999", "--format", "json").stdout
    )
    assert listed


def stated(package: str, cve: str, fixed: str) -> dict[str, dict[str, object]]:
    """Return what the tracker says of one vulnerability of one package."""
    release = {"status": "resolved", "fixed_version": fixed, "urgency": "high"}
    return {package: {cve: {"description": "it is bad", "scope": "remote", "releases": {"bookworm": release}}}}


class TestEveryKindOfFile:
    """One after the other, in the order in which they are written here."""

    def test_what_is_broken_says_where_and_leaves_the_others_as_they_are(
        self, world: EngineWorld, tmp_path: Path
    ) -> None:
        whole = {
            "tracker.json": tracker(stated("bash", "CVE-2026-3001", "99")),
            "all.zip": osv([osv_record("DSA-1-1", "Debian:12", "bash", [{"introduced": "0"}, {"fixed": "99"}],
                                       upstream=["CVE-2026-3002"])]),
            "epss.gz": epss({"CVE-2026-3001": 0.97, "CVE-2026-3002": 0.5}),
            "kev.json": kev(["CVE-2026-3001"]),
            "bookworm": debsecan([Listed("bash", "CVE-2026-3003", "99", (), "SHRF")]),
        }  # fmt: skip
        known_before = set(known(world))
        for name, data in whole.items():
            (tmp_path / name).write_bytes(data[: len(data) * 3 // 4])
        (tmp_path / "none.json").write_bytes(tracker(stated("bash", "CVE-2026-3001", "no version")))
        done = world.run(
            "feeds", "import", *(str(tmp_path / name) for name in (*whole, "none.json")), "--suite", "bookworm"
        )
        assert done.returncode == 4, done.stderr
        told = dict(line.rpartition("/")[2].split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
        assert told == {
            "tracker.json": "character 28: it ends too early, or is broken",
            "all.zip": "it is no zip archive, or a damaged one",
            "epss.gz": "the gzip file ends too early",
            "kev.json": told["kev.json"],
            "bookworm": "the zlib file ends too early",
            "none.json": "it says nothing of any package or vulnerability: 1 not understood: "
                         "bash CVE-2026-3001 bookworm (no status)",
        }  # fmt: skip
        assert told["kev.json"].startswith("character ")
        assert done.stdout == ""
        assert set(known(world)) == known_before

    def test_an_engine_that_is_killed_in_the_middle_of_a_file_leaves_nothing_of_it_and_forgets_no_word(
        self, world: EngineWorld, tmp_path: Path
    ) -> None:
        """A statement of OpenVEX that came in before holds for what the feed of the next test finds."""
        about = {"@id": "pkg:deb/debian/bash"}
        said = {"vulnerability": {"name": "CVE-2026-3009"}, "status": "not_affected", "products": [about],
                "justification": "vulnerable_code_not_in_execute_path"}  # fmt: skip
        (tmp_path / "vex.json").write_bytes(as_json(openvex([said])))
        assert world.run("findings", "import", str(tmp_path / "vex.json")).returncode == 0
        before = {row.sha for row in known(world).values()}
        _, _, link = open_stream(world.state.socket, Request(1, "open", "feeds.import", (), {"file": "half"}))
        with link:
            link.sendall(typed(tracker(stated("bash", "CVE-2026-3001", "99"))[:40]))
            until_sync(lambda: self.left(world), WAIT_S, "it is coming in")
            world.kill()
        assert self.left(world)
        world.start()
        assert not self.left(world)
        assert {row.sha for row in known(world).values()} == before

    @staticmethod
    def left(world: EngineWorld) -> list[Path]:
        return list(world.state.root.glob("feeds.db-*"))

    def test_each_judges_in_its_turn_and_the_most_exact_one_first(self, world: EngineWorld, tmp_path: Path) -> None:
        both = {**stated("bash", "CVE-2026-3001", "99")["bash"], **stated("bash", "CVE-2026-3009", "99")["bash"]}
        (tmp_path / "tracker.json").write_bytes(tracker({"bash": both}))
        record = osv_record(
            "DSA-1-1", "Debian:12", "bash", [{"introduced": "0"}, {"fixed": "99"}], upstream=["CVE-2026-3002"]
        )
        (tmp_path / "all.zip").write_bytes(osv([record]))
        (tmp_path / "epss.gz").write_bytes(epss({"CVE-2026-3001": 0.97}))
        done = world.run("feeds", "import", *(str(tmp_path / name) for name in ("tracker.json", "all.zip", "epss.gz")))
        assert done.returncode == 0, done.stderr
        today = time.strftime("%Y-%m-%d", time.gmtime())
        assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
            f"tracker of {today}: 2 rules", f"osv Debian of {today}: 1 rules", "epss of 2026-11-20: 1 vulnerabilities",
        ]  # fmt: skip
        until_sync(lambda: here(world).feed == "tracker", WAIT_S, lambda: str(here(world)))
        until_sync(lambda: self.found(world, "CVE-2026-3001")[0]["epss"] == 0.97, WAIT_S, "its forecast is known")
        shown = world.run("feeds", "show").stdout
        assert all(name in shown for name in ("epss", "osv Debian", "tracker", f"{today}T"))
        (row,) = self.found(world, "CVE-2026-3001")
        assert (row["object"], row["fixed"], row["epss"], row["state"]) == ("bash", "99", 0.97, "open")
        assert [row["state"] for row in self.found(world, "CVE-2026-3009")] == ["suppressed"], "somebody said so before"
        assert self.found(world, "CVE-2026-3002") == []
        assert world.run("feeds", "forget", "tracker", "--yes").returncode == 0
        until_sync(lambda: here(world).feed == "osv Debian", WAIT_S, lambda: str(here(world)))
        (row,) = self.found(world, "CVE-2026-3002")
        assert row["state"] == "open"
        assert self.found(world, "CVE-2026-3001")[0]["state"] == "open", "the archive knows nothing of it"

    def test_one_that_is_old_makes_the_host_unknown_and_closes_nothing(
        self, world: EngineWorld, tmp_path: Path
    ) -> None:
        before = self.found(world, "CVE-2026-3002")
        world.run("feeds", "forget", "osv Debian", "--yes")
        file = tmp_path / "tracker.json"
        file.write_bytes(tracker(stated("bash", "CVE-2026-3004", "99")))
        os.utime(file, (time.time() - 9 * 86400,) * 2)
        assert world.run("feeds", "import", str(file)).returncode == 0
        until_sync(lambda: "tracker is 9d" in here(world).text, WAIT_S, lambda: str(here(world)))
        assert (here(world).state, here(world).fixable) == ("unknown", None)
        assert "9d" in world.run("show", "vulnerable", "host=here").stdout
        assert self.found(world, "CVE-2026-3004") == []
        assert self.found(world, "CVE-2026-3002") == before

    @staticmethod
    def found(world: EngineWorld, cve: str) -> list[dict[str, object]]:
        shown = world.run("show", "findings", f"check={cve}", "state~.", "--format", "json")
        return list(json.loads(shown.stdout))
