"""Feeds that come in and what they make of hosts: findings that open and close, what is unknown, what is only known."""

import asyncio
import io
import json
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.feed_world import FeedWorld, deb, feed_world
from support.feeds import Listed, debsecan, epss, kev, tracker

from tui_ops.engine.news import News
from tui_ops.engine.security.feeds import About
from tui_ops.engine.security.matching import RENEW_S
from tui_ops.engine.security.mirror import files_of, suite_of
from tui_ops.engine.security.spool import FileRefused
from tui_ops.engine.security.vulnerable import Vulnerable
from tui_ops.model.facts import Fields
from tui_ops.model.people import Role, Who
from tui_ops.model.security import FindingState
from tui_ops.model.vulnerabilities import FeedFile, FeedKind
from tui_ops.practices.vulnerabilities.judging import judge_of
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.vulnerabilities import cves, feeds, patch_words

OPENSSL = Listed("openssl", "CVE-2026-1001", "3.1.5-1", ("3.0.13-1~deb12u1",), "SHRF")
CURL = Listed("curl", "CVE-2026-1002", "8.8.0-1", (), "SM  ")
NGINX = Listed("nginx", "CVE-2026-1003", "1.26.0-1", (), "SL  ")
FEED = debsecan([OPENSSL, CURL, NGINX])
OLD = (deb("libssl3", "3.0.11-1~deb12u2", "openssl"), deb("openssl", "3.0.11-1~deb12u2"), deb("curl", "7.88.1-10"))
NEW = (deb("libssl3", "3.0.13-1~deb12u1", "openssl"), deb("openssl", "3.0.13-1~deb12u1"), deb("curl", "7.88.1-10"))
SSL = ("CVE-2026-1001", "openssl")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FeedWorld]:
    async with feed_world(tmp_path, "web-1", "web-2") as world:
        yield world


async def test_what_can_be_mended_is_a_finding_and_what_can_not_is_known(world: FeedWorld) -> None:
    """Once a host's packages and a feed are there; a host without is not clean."""
    await world.reads("web-1", *OLD)
    before = await world.look()
    assert (before["web-1"].state, before["web-1"].fixable) == ("unknown", None)
    assert "no feed about Debian GNU/Linux 12" in before["web-1"].text
    feed = await world.gets(FEED)
    assert (feed.name, feed.count, feed.places) == ("debsecan bookworm", 3, ("debian/bookworm",))
    found = await world.look()
    assert (found["web-1"].state, found["web-1"].fixable, found["web-1"].waiting) == ("ok", 1, 1)
    assert (found["web-1"].worst, found["web-1"].feed) == ("high", "debsecan bookworm")
    assert (found["web-2"].state, found["web-2"].fixable) == ("pending", None)
    findings = await world.findings()
    assert set(findings) == {SSL}
    assert findings[SSL].severity == "high"
    assert json.loads(findings[SSL].data)["fixed"] == "3.0.13-1~deb12u1"
    assert json.loads(findings[SSL].data)["binaries"] == ["libssl3", "openssl"]
    assert [(row.cve, row.here, row.binaries) for row in world.rows("web-1")] == [
        ("CVE-2026-1001", True, ("libssl3", "openssl")), ("CVE-2026-1002", False, ("curl",)),
    ]  # fmt: skip
    assert world.told == ["security", "feeds", "security"]


async def test_only_packages_that_were_read_anew_close_a_finding(world: FeedWorld) -> None:
    """And a package that comes back in its old version brings the finding back, with its history."""
    await world.reads("web-1", *OLD, ago_s=600)
    await world.gets(FEED)
    await world.look()
    first = (await world.findings())[SSL]
    await world.reads("web-1", *NEW, ago_s=300)
    await world.look()
    closed = (await world.findings())[SSL]
    assert (closed.state, closed.id) == (FindingState.VERIFIED, first.id)
    assert world.hosts()["web-1"].fixable == 0
    await world.reads("web-1", *OLD)
    await world.look()
    back = (await world.findings())[SSL]
    assert (back.state, back.returned, back.first_seen_at, back.id) == (
        FindingState.OPEN, 1, first.first_seen_at, first.id,
    )  # fmt: skip


async def test_a_list_of_which_a_part_could_not_be_read_closes_nothing(world: FeedWorld) -> None:
    """Nor one that was read too long ago: what is missing in it may be there."""
    await world.reads("web-1", *OLD, ago_s=600)
    await world.gets(FEED)
    await world.look()
    await world.reads("web-1", deb("bash", "5.2"), ago_s=300, unread=("zlib",))
    found = await world.look()
    assert found["web-1"].state == "partial"
    assert (await world.findings())[SSL].state == FindingState.OPEN
    await world.reads("web-2", *OLD, ago_s=4 * 3600.0)
    found = await world.look()
    assert (found["web-2"].state, found["web-2"].fixable) == ("pending", None)


async def test_an_old_feed_makes_unknown_and_closes_nothing(world: FeedWorld) -> None:
    """It is said how old it is; a fresh one brings the verdict back."""
    await world.reads("web-1", *OLD)
    await world.gets(FEED)
    await world.look()
    await world.feeds.forget("debsecan bookworm")
    await world.gets(debsecan([NGINX]), age_s=8 * 86400.0)
    found = await world.look()
    assert (found["web-1"].state, found["web-1"].fixable, found["web-1"].waiting) == ("unknown", None, None)
    assert "debsecan bookworm is 8d" in found["web-1"].text
    assert world.rows("web-1") == []
    assert (await world.findings())[SSL].state == FindingState.OPEN
    await world.gets(FEED)
    assert (await world.look())["web-1"].fixable == 1


async def test_use_by_attackers_and_forecasts_make_findings_of_what_nothing_mends(world: FeedWorld) -> None:
    """And such a finding stays when the forecast falls, as long as the host is vulnerable."""
    await world.reads("web-1", *OLD, deb("nginx", "1.22.1-9"))
    await world.gets(FEED)
    await world.gets(kev(["CVE-2026-1003"]))
    await world.gets(epss({"CVE-2026-1002": 0.5}))
    found = await world.look()
    assert (found["web-1"].kev, found["web-1"].waiting) == (1, 2)
    findings = await world.findings()
    assert set(findings) == {SSL, ("CVE-2026-1002", "curl"), ("CVE-2026-1003", "nginx")}
    assert json.loads(findings["CVE-2026-1003", "nginx"].data)["kev"] == "2026-11-22"
    assert world.rows("web-1")[0].cve == "CVE-2026-1003"
    await world.gets(epss({"CVE-2026-1002": 0.001}))
    await world.look()
    assert (await world.findings())["CVE-2026-1002", "curl"].state == FindingState.OPEN


async def test_a_host_is_judged_again_only_when_something_counts(world: FeedWorld) -> None:
    """Other packages, another feed, a claim that it is mended, or a day that has passed."""
    await world.reads("web-1", *OLD)
    await world.gets(FEED)
    await world.look()
    world.told.clear()
    await world.look()
    assert world.told == []
    await world.reads("web-1", *OLD)
    await world.look()
    assert world.told == []

    def claim(row: object) -> None:
        row.state = str(FindingState.CLAIMED)  # type: ignore[attr-defined]

    await world.change(claim, of=SSL)
    await world.reads("web-1", *OLD)
    await world.look()
    assert world.told == ["security"]
    assert (await world.findings())[SSL].state == FindingState.OPEN
    world.told.clear()
    await world.writer.act(lambda session: session.connection().exec_driver_sql(
        "UPDATE host_vulnerabilities SET matched_at = matched_at - ?", (RENEW_S,)))  # fmt: skip
    await world.look()
    assert world.told == ["security"]


async def test_a_feed_that_can_not_be_used_leaves_the_others_as_they_are(world: FeedWorld) -> None:
    """It is said why; and one of the same name takes the place of the one before."""
    await world.gets(FEED)
    for data, why in ((b"", "empty"), (FEED[:-9], "too early"), (b"{}", "says nothing"), (b"\x7fELF", "no feed")):
        with pytest.raises(FileRefused, match=why):
            await world.gets(data)
    with pytest.raises(FileRefused, match="which release"):
        await world.gets(FEED, suite="")
    await world.gets(FEED, suite="trixie")
    with pytest.raises(FileRefused, match="says 1 where debsecan bookworm said 3"):
        await world.gets(debsecan([OPENSSL]))
    with open_reader(world.paths) as reader:
        assert [(row.name, row.count, row.imported_by) for row in feeds(reader)] == [
            ("debsecan bookworm", 3, "anna"), ("debsecan trixie", 3, "anna"),
        ]  # fmt: skip
    assert [path.name for path in world.paths.root.glob("feeds.db*")] == ["feeds.db"]
    assert world.paths.feeds_db.stat().st_mode & 0o777 == 0o600
    await world.feeds.forget("debsecan trixie")
    with pytest.raises(FileRefused, match="no feed"):
        await world.feeds.forget("debsecan trixie")
    with open_reader(world.paths) as reader:
        assert [row.name for row in feeds(reader)] == ["debsecan bookworm"]


async def test_a_file_that_takes_too_much_ends_its_own_process_alone(
    world: FeedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine says so and goes on; here a minute of the processor is a second."""
    monkeypatch.setattr("tui_ops.engine.security.feeds.COMPILE_S", 0.0)
    with pytest.raises(FileRefused, match="minutes"):
        await world.gets(FEED)
    monkeypatch.undo()
    assert (await world.gets(FEED)).count == 3


async def test_what_an_engine_that_was_killed_left_behind_is_cleared_up(world: FeedWorld) -> None:
    """The feeds in use are those that were whole."""
    await world.gets(FEED)
    (world.paths.root / "feeds.db-new").write_bytes(b"half")
    (world.paths.root / "feeds.db-incoming-1").write_bytes(b"half")
    await world.feeds.begin()
    assert [path.name for path in world.paths.root.glob("feeds.db*")] == ["feeds.db"]
    with open_reader(world.paths) as reader:
        assert [row.name for row in feeds(reader)] == ["debsecan bookworm"]


async def test_a_feeds_file_of_another_version_is_none(world: FeedWorld) -> None:
    """It is made anew with the next feed, and nothing is judged by it meanwhile."""
    world.paths.feeds_db.write_bytes(b"SQLite format 3\0 and then nothing of it")
    await world.reads("web-1", *OLD)
    await world.feeds.begin()
    assert (await world.look())["web-1"].state == "unknown"
    await world.gets(FEED)
    assert (await world.look())["web-1"].fixable == 1


async def test_what_a_feed_says_changes_nothing_on_a_terminal(world: FeedWorld) -> None:
    """Escape sequences and markup of a description, a name, a reason."""
    evil = "\x1b]52;c;ZXZpbA==\x07[@click=app.quit]\u202ex"
    text = zlib.decompress(FEED).decode().replace("What CVE-2026-1001 is about", evil)
    await world.reads("web-1", *OLD)
    await world.gets(zlib.compress(text.encode()))
    await world.look()
    (row,) = [one for one in world.rows("web-1") if one.cve == "CVE-2026-1001"]
    finding = (await world.findings())[SSL]
    for told in (row.text, finding.title, finding.text):
        assert told.isprintable()
        assert "\u202e" not in told


async def test_an_update_that_waits_makes_a_fix_here(world: FeedWorld) -> None:
    """Of what the feed knows no fix of in the release; a clock that goes on is no reason to judge again."""
    await world.reads("web-1", *OLD)
    await world.gets(FEED)
    await world.look()
    waits: dict[str, Fields] = {"manager": {"name": "apt"}, "update curl": {"version": "8.9.1-2~bpo12+1"}}
    await world.fact("web-1", "patches", {**waits, "clock": {"now": 1}})
    assert (await world.look())["web-1"].fixable == 2
    assert json.loads((await world.findings())["CVE-2026-1002", "curl"].data)["fixed"] == "8.8.0-1"
    world.told.clear()
    await world.fact("web-1", "patches", {**waits, "clock": {"now": 2}})
    await world.look()
    assert world.told == []


async def test_over_all_hosts_a_vulnerability_is_one_row(world: FeedWorld) -> None:
    """With how many have it, and how many can be mended."""
    await world.reads("web-1", *OLD)
    await world.reads("web-2", *NEW)
    await world.gets(FEED)
    await world.look()
    with open_reader(world.paths) as reader:
        found = [(row.cve, row.hosts, row.fixable, row.packages) for row in cves(reader)]
    assert found == [("CVE-2026-1001", 1, 1, ("openssl",)), ("CVE-2026-1002", 2, 0, ("curl",))]


async def test_beside_it_stands_what_the_host_says_itself(world: FeedWorld) -> None:
    """Updates of security, a reboot, programs with deleted libraries: without any feed."""
    await world.fact("web-1", "patches", {
        "manager": {"name": "apt"}, "update openssl": {"security": True}, "update vim": {"security": False},
        "reboot": {"required": True}, "kernel": {"running": "6.1.0-18-amd64", "newest": "6.1.0-18-amd64"},
        "stale nginx.service": {"process": "nginx"},
    })  # fmt: skip
    own = patch_words(world.hosts()["web-1"].patches)
    assert (own.updates, own.reboot, own.restart) == (1, True, 1)
    nothing = patch_words(world.hosts()["web-2"].patches)
    assert (nothing.updates, nothing.reboot, nothing.restart) == (None, None, None)


def test_a_folder_of_a_mirror_tells_releases_by_the_names_of_files(tmp_path: Path) -> None:
    """Hidden files and folders are none of it; a folder that is not there has none."""
    for name in ("debsecan-bookworm", ".hidden", "kev.json"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()
    assert [(one.path.name, one.suite) for one in files_of(tmp_path)] == [
        ("debsecan-bookworm", "bookworm"),
        ("kev.json", ""),
    ]
    assert files_of(tmp_path / "missing") == []
    assert [suite_of(name) for name in ("bookworm", "Trixie.gz", "bookwormy", "x")] == ["bookworm", "trixie", "", ""]


async def test_two_feeds_that_come_at_once_are_both_kept(world: FeedWorld) -> None:
    """Each is made of what the other has left."""
    await asyncio.gather(world.gets(FEED), world.gets(kev(["CVE-2026-1003"])), world.gets(epss({"CVE-2026-1003": 0.1})))
    with open_reader(world.paths) as reader:
        assert [row.name for row in feeds(reader)] == ["debsecan bookworm", "epss", "kev"]


async def test_a_feed_of_tomorrow_is_of_today(world: FeedWorld) -> None:
    """A clock that goes wrong elsewhere makes no feed younger than it can be."""
    file = world.paths.root.parent / "file"
    file.write_bytes(FEED)
    feed = await world.feeds.take(file, About("file", "anna", suite="bookworm", dated_at=time.time() + 86400))
    assert feed.dated_at is not None
    assert feed.dated_at <= time.time()


async def test_an_older_feed_does_not_take_the_place_of_a_newer_one(world: FeedWorld) -> None:
    """What it does not know yet would count as mended. Who means it forgets the newer one first."""
    await world.reads("web-1", *OLD)
    await world.gets(FEED, age_s=3600)
    await world.look()
    before = await world.findings()
    with pytest.raises(FileRefused, match="older than the debsecan bookworm in use") as refused:
        await world.gets(debsecan([CURL, OPENSSL]), age_s=7200)
    assert "feeds forget 'debsecan bookworm'" in refused.value.hint
    await world.look()
    assert {name: row.state for name, row in (await world.findings()).items()} == {
        name: row.state for name, row in before.items()
    }
    await world.feeds.forget("debsecan bookworm")
    assert (await world.gets(debsecan([CURL, OPENSSL]), age_s=7200)).count == 2


def tracked(package: str, cve: str, fixed: str) -> bytes:
    """Return a file of the tracker that knows one vulnerability of one package."""
    release = {"status": "resolved", "fixed_version": fixed, "urgency": "medium"}
    return tracker({package: {cve: {"description": "bad", "releases": {"bookworm": release}}}})


class TestAnotherFeedThatJudges:
    """It is silent of what it does not know, and that is no word that it is gone."""

    @staticmethod
    async def begun(world: FeedWorld, other: bytes, *packages: object) -> FindingState:
        """Let a feed find something, and another one judge in its place; return the state of what was found."""
        await world.reads("web-1", *OLD, ago_s=600)
        await world.gets(FEED)
        await world.look()
        assert (await world.findings())[SSL].state == FindingState.OPEN
        await world.feeds.forget("debsecan bookworm")
        await world.gets(other)
        await world.reads("web-1", *(packages or OLD))  # type: ignore[arg-type]
        assert (await world.look())["web-1"].feed == "tracker"
        return FindingState((await world.findings())[SSL].state)

    async def test_closes_nothing_of_which_it_knows_nothing(self, world: FeedWorld) -> None:
        assert await self.begun(world, tracked("curl", "CVE-2026-1002", "9")) is FindingState.OPEN
        await world.gets(FEED)
        await world.reads("web-1", *NEW)
        await world.look()
        assert (await world.findings())[SSL].state == FindingState.VERIFIED, "the one that knows it judges again"

    async def test_nor_of_another_package_of_the_same_vulnerability(self, world: FeedWorld) -> None:
        assert await self.begun(world, tracked("curl", SSL[0], "9")) is FindingState.OPEN
        assert (await world.findings())[SSL[0], "curl"].state == FindingState.OPEN

    async def test_closes_what_its_own_rule_calls_mended(self, world: FeedWorld) -> None:
        assert await self.begun(world, tracked("openssl", SSL[0], "3.0.11-1~deb12u2")) is FindingState.VERIFIED

    async def test_closes_what_has_come_to_the_version_that_mends(self, world: FeedWorld) -> None:
        assert await self.begun(world, tracked("curl", "CVE-2026-1002", "9"), *NEW) is FindingState.VERIFIED

    async def test_closes_what_is_installed_no_more(self, world: FeedWorld) -> None:
        assert await self.begun(world, tracked("curl", "CVE-2026-1002", "9"), OLD[2]) is FindingState.VERIFIED

    async def test_a_claim_of_which_it_knows_nothing_does_not_keep_it_judging(self, world: FeedWorld) -> None:
        await self.begun(world, tracked("curl", "CVE-2026-1002", "9"))

        def claim(row: object) -> None:
            row.state = str(FindingState.CLAIMED)  # type: ignore[attr-defined]

        await world.change(claim, of=SSL)
        await world.reads("web-1", *OLD)
        await world.look()
        world.told.clear()
        await world.look()
        assert world.told == []
        assert (await world.findings())[SSL].state == FindingState.CLAIMED


async def test_a_file_that_is_hardly_understood_is_no_feed(world: FeedWorld) -> None:
    """Ten lines of which one can be read say nothing of the other nine."""
    odd = debsecan([OPENSSL, *(replace(CURL, package=f"curl{at}", flags="ZZZZ") for at in range(9))])
    with pytest.raises(FileRefused, match="most of it is not understood"):
        await world.gets(odd)


def test_a_feed_of_another_time_judges_nobody() -> None:
    """The clock was set back: nobody knows how old it is."""
    feed = FeedFile("debsecan bookworm", FeedKind.DEBSECAN, None, 2_000_000_000.0, "anna", "", 1, 3, "",
                    ("debian/bookworm",))  # fmt: skip
    judge = judge_of("Debian GNU/Linux 12 (bookworm)", [feed], 86400.0, 1_900_000_000.0)
    assert judge.feed is None
    assert "of a time that is still to come" in judge.why


async def test_what_is_laid_into_the_mirrors_folder_comes_in_once(world: FeedWorld, tmp_path: Path) -> None:
    """In the engine's name, with an audit entry each; what can't be used is told, and left until it is another file."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "debsecan-bookworm").write_bytes(FEED)
    (folder / "README").write_text("laid here by rsync")
    world.spec = replace(world.spec, feeds_folder=str(folder))

    def engine() -> Vulnerable:
        return Vulnerable(world.writer, world.paths, News(), lambda: world.spec, Who("ops", Role.ADMIN, 0, "engine"))

    def told() -> list[str]:
        with open_reader(world.paths) as reader:
            return [row.outcome.partition(" of ")[0] for row in audit(reader)]

    first = engine()
    await first.look_at_mirror()
    await first.look_at_mirror()
    assert told() == ["debsecan bookworm", "README was not taken: it is no feed that is known"]
    with open_reader(world.paths) as reader:
        assert [(row.name, row.imported_by) for row in feeds(reader)] == [("debsecan bookworm", "ops")]
    await engine().look_at_mirror()
    assert told().count("debsecan bookworm") == 1
    (folder / "debsecan-bookworm").write_bytes(debsecan([OPENSSL, CURL]))
    await first.look_at_mirror()
    assert told().count("debsecan bookworm") == 2


def test_a_bomb_ends_within_the_memory_of_its_own_process(tmp_path: Path) -> None:
    """Eight megabytes of empty lists become hundreds in memory: it is refused, and the answer says why."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b'{"id":"CVE-2026-1000","affected":[' + b"[]," * 2_700_000 + b"1]}")
    (tmp_path / "all.zip").write_bytes(held.getvalue())
    code = "import sys; from tui_ops.engine.security import compiler as it; it.MEMORY_LIMIT = 160 << 20; it.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "all.zip"), str(tmp_path / "new"), str(tmp_path / "none")],
        input=json.dumps({"by": "anna", "at": time.time()}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"wrong": ["it takes more memory than any feed", "check where it is from"]}
