"""What a full feed costs: bringing it in, and holding a fleet against it: run ``python benchmarks/feeds.py``.

The feed has the size of debsecan's file of bookworm: 45,000 rules about 3,500 sources, of which the kernel has 4,000;
``--tracker`` takes the JSON of the Debian tracker in its place, 60 MB with what 45,000 vulnerabilities are in five
releases. The fleet is 1,000 hosts of 500 packages each, in five states of being patched, as facts in a store. EPSS has
a score for each vulnerability. What is measured is what an engine does: the file becomes ``feeds.db`` in a process of
its own, then every host is judged and its findings are written.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import tempfile
import time
import zlib
from pathlib import Path

from kit.table import TITLES, line
from sqlmodel import select

from tui_ops.engine.security.feeds import About, Feeds
from tui_ops.engine.security.matchbook import MatchBook
from tui_ops.engine.security.matching import Matching
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.vulnerabilities.judging import judge_of
from tui_ops.practices.vulnerabilities.packages import installed
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import prepare
from tui_ops.store.tables.security import Finding
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

HOSTS, PACKAGES = 1_000, 500
SOURCES, RULES, KERNEL_RULES = 3_500, 45_000, 4_000
LEVELS = 5
"""How far hosts are patched: so many different lists of packages."""

FIXABLE = 0.01
"""The part of the rules that an unpatched host has a fix for: hosts that are looked after have some dozens."""

RELEASES = ("bookworm", "bullseye", "forky", "sid", "trixie")
"""Those that the tracker speaks of."""

DESCRIPTION = "A flaw of some kind lets a remote attacker do something by a file that somebody opens. "

SYSTEM, KERNEL = "Debian GNU/Linux 12 (bookworm)", "6.1.0-18-amd64"


def feed_file(dice: random.Random) -> bytes:
    """Return a file of debsecan as large as bookworm's."""
    sources = [f"source{number}" for number in range(SOURCES)]
    text = ["VERSION 1"]
    text += [f"CVE-2026-{10_000 + number},,A flaw of some kind lets somebody do something" for number in range(RULES)]
    text.append("")
    for number in range(RULES):
        source = "linux" if number < KERNEL_RULES else dice.choice(sources)
        fixed = dice.random() < FIXABLE
        version = "1.0-1+deb12u3" if fixed else "1.0-1~rc1" if dice.random() < 0.95 else ""
        others = "1.0-1+deb12u3 0.9-1+deb11u5" if fixed else "0.9-1+deb11u5" if version else ""
        text.append(
            f"{source},{number},S{dice.choice(' LMH')}{dice.choice('?R ')}{'F' if fixed else ' '},{version},{others}"
        )
    return zlib.compress("\n".join([*text, "", "", ""]).encode())


def write_tracker(path: Path, dice: random.Random) -> None:
    """Write a JSON of the tracker as large as the real one, about the same sources as :func:`feed_file`.

    One source after the other: what this process has in memory counts for those that it starts.
    """
    of: dict[str, list[int]] = {}
    for number in range(RULES):
        of.setdefault("linux" if number < KERNEL_RULES else f"source{dice.randrange(SOURCES)}", []).append(number)
    with path.open("w", encoding="ascii") as file:
        for at, (source, numbers) in enumerate(of.items()):
            entries = {f"CVE-2026-{10_000 + number}": tracker_entry(number, dice) for number in numbers}
            file.write(f"{', ' if at else '{'}{json.dumps(source)}: {json.dumps(entries)}")
        file.write("}")


def tracker_entry(number: int, dice: random.Random) -> dict[str, object]:
    """Return what the tracker says of a vulnerability of a source in each release."""
    fixed = "1.0-1+deb12u3" if dice.random() < FIXABLE else "1.0-1~rc1"
    said = {"status": "resolved", "fixed_version": fixed}
    if fixed == "1.0-1~rc1" and dice.random() >= 0.95:
        said = {"status": "open", "nodsa": "Minor issue", "nodsa_reason": "postponed"}
    said["urgency"] = dice.choice(("not yet assigned", "unimportant", "low", "medium", "high"))
    releases = {
        release: {"repositories": {release: "1.0-1", f"{release}-security": "1.0-1+deb12u3"}, **said}
        for release in RELEASES
    }
    return {
        "description": DESCRIPTION * 5, "scope": dice.choice(("local", "remote")), "debianbug": 1_000_000 + number,
        "releases": releases,
    }  # fmt: skip


def scores_file(dice: random.Random) -> bytes:
    """Return a day of EPSS, in which one vulnerability of twenty is likelier than one in ten."""
    lines = ["#model_version:v1,score_date:2026-11-28T00:00:00+0000", "cve,epss,percentile"]
    lines += [f"CVE-2026-{10_000 + number},{dice.random() ** 40:.5f},0.5" for number in range(RULES)]
    return "\n".join([*lines, ""]).encode()


def packages(level: int) -> dict[str, Fields]:
    """Return a host's packages as facts."""
    found: dict[str, Fields] = {}
    for number in range(PACKAGES - 1):
        version = f"1.0-1+deb12u{3 if number % LEVELS < level else 1}"
        source = f"source{number * 7 % SOURCES}"
        found[f"package{number}:amd64"] = {
            "version": version, "arch": "amd64", "source": source, "source_version": version, "origin": "stable",
        }  # fmt: skip
    found[f"linux-image-{KERNEL}"] = {
        "version": "1.0-1+deb12u1", "arch": "amd64", "source": "linux-signed-amd64", "source_version": "1.0+1",
        "origin": "stable",
    }  # fmt: skip
    return found


async def measure(root: Path, tracker: bool) -> None:
    """Print what it costs."""
    dice = random.Random(4)
    if tracker:
        write_tracker(root / "bookworm", dice)
    else:
        (root / "bookworm").write_bytes(feed_file(dice))
    (root / "epss.csv").write_bytes(scores_file(dice))
    paths = prepare(root / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    feeds = Feeds(writer, paths, lambda: None)
    for name in ("bookworm", "epss.csv"):
        begun = time.perf_counter()
        feed = await feeds.take(root / name, About(name, "bench", suite="bookworm", dated_at=time.time()))
        line(
            f"bring in {feed.name}",
            time.perf_counter() - begun,
            "s",
            None,
            f"{feed.count} entries, {(root / name).stat().st_size:,} bytes",
        )
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    line("memory of the process that makes feeds.db", child, "MiB", 200, "the larger of the two")
    line("feeds.db", paths.feeds_db.stat().st_size / 1e6, "MB")
    lists = [packages(level) for level in range(LEVELS)]
    match_alone(paths.feeds_db, lists)
    hosts = tuple(HostSpec(f"host-{number}", f"host-{number}", "x") for number in range(HOSTS))
    await writer.act(lambda session: sync_fleet(session, Fleet("bench", hosts), time.time()))
    hardware: dict[str, Fields] = {"system": {"os": SYSTEM, "kernel": KERNEL}}
    for number in range(HOSTS):
        at = time.time()
        await writer.facts([
            FactWrite(number + 1, "packages", 3600.0, at, FactReading("packages", lists[number % LEVELS])),
            FactWrite(number + 1, "hardware", 3600.0, at, FactReading("hardware", hardware)),
        ])  # fmt: skip
    matching = Matching(writer, paths, SecuritySpec, lambda _: None)
    for what, must in (("judge 1,000 hosts, findings written", 60.0), ("look again, nothing has changed", 1.0)):
        begun, cpu = time.perf_counter(), time.process_time()
        await matching.look()
        took, used = time.perf_counter() - begun, time.process_time() - cpu
        line(what, used, "s CPU", must, f"{took:.1f} s on the clock")
    findings = await writer.act(lambda session: len(session.exec(select(Finding.id)).all()))
    await writer.close()
    line("findings", findings, "")
    line("ops.db", paths.ops_db.stat().st_size / 1e6, "MB")
    line("memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def match_alone(path: Path, lists: list[dict[str, Fields]]) -> None:
    """Print what the matching itself costs, without store and findings."""
    begun = time.perf_counter()
    book = MatchBook(path)
    judge = judge_of(SYSTEM, book.feeds, 7 * 86400.0, time.time())
    first = len(book.judge(judge, installed(lists[0]), KERNEL, {}))
    cold = time.perf_counter() - begun
    begun = time.process_time()
    for number in range(HOSTS):
        book.judge(judge, installed(lists[number % LEVELS]), KERNEL, {})
    warm = time.process_time() - begun
    book.close()
    line("match the first host, rules read", 1000 * cold, "ms", None, f"{first} vulnerabilities")
    line(f"match {HOSTS} hosts x {PACKAGES} packages", warm, "s CPU", 20.0, f"{LEVELS} different lists")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracker", action="store_true", help="the JSON of the Debian tracker, not debsecan's file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(TITLES)
        asyncio.run(measure(Path(folder), options.tracker))
    return 0


if __name__ == "__main__":
    sys.exit(main())
