"""Our verdict of a Debian host, held against the real debsecan's, entry by entry."""

import io
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.feeds import Listed, debsecan, served, status_file

from tui_ops.model.vulnerabilities import FeedRule
from tui_ops.practices.vulnerabilities.matching import Matcher
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.reading.debsecan import read_debsecan
from tui_ops.practices.vulnerabilities.reading.words import Told
from tui_ops.practices.vulnerabilities.versions import Order


def theirs(folder: Path, feed: bytes, packages: Sequence[Package], address: str) -> set[tuple[str, str, bool]]:
    """Return vulnerability, binary package and whether it is fixed here, as debsecan says it."""
    (folder / "bookworm").write_bytes(feed)
    (folder / "status").write_text(status_file(packages))
    command = [
        "debsecan", "--suite", "bookworm", "--source", address, "--status", str(folder / "status"),
        "--format", "simple", "--config", "/dev/null", "--history", str(folder / "history"),
        "--whitelist", str(folder / "whitelist"),
    ]  # fmt: skip

    def asked(*more: str) -> set[tuple[str, str]]:
        said = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
        return {(line.split()[0], line.split()[1]) for line in said.stdout.splitlines() if line.strip()}

    fixed = asked("--only-fixed")
    return {(cve, name, (cve, name) in fixed) for cve, name in asked()}


def ours(feed: bytes, packages: Sequence[Package]) -> set[tuple[str, str, bool]]:
    """Return the same of our own matching: what the feed says of each binary package."""
    rules: dict[str, list[FeedRule]] = {}
    told = Told()
    for entry in read_debsecan(io.BytesIO(feed), told, "bookworm"):
        if isinstance(entry, FeedRule):
            rules.setdefault(entry.package, []).append(entry)
    assert told.left.note == ""
    matcher = Matcher(rules, Order.DPKG)
    return {
        (one.cve, name, rule_is_here(rules, one.cve, one.source, name))
        for package in packages
        for one in matcher.host([package], kernels=False)
        for name in one.packages
    }


def rule_is_here(rules: dict[str, list[FeedRule]], cve: str, source: str, name: str) -> bool:
    """Return the feed's own flag."""
    about = rules.get(source) or rules.get(name) or []
    return any(rule.here for rule in about if rule.cve == cve)


VERSIONS = (
    "1.0-1", "1.0-1+deb12u1", "1.0-1+deb12u2", "1.0-2", "1.1~rc1-1", "1.1-1", "1:0.9-1", "2.0", "1.0-1+b1",
    "0.9-1+deb11u3",
)  # fmt: skip
SOURCES = ("openssl", "glibc", "curl", "zlib", "krb5")
BINARIES = {"openssl": ("openssl", "libssl3"), "glibc": ("libc6", "libc-bin"), "curl": ("curl", "libcurl4"),
            "zlib": ("zlib1g",), "krb5": ("libkrb5-3",)}  # fmt: skip


def made(seed: int, rules: int, versions: Sequence[str] = VERSIONS) -> tuple[bytes, list[Package]]:
    """Return a feed and a list of packages."""
    dice = random.Random(seed)
    names = [*SOURCES, "libssl3", "libc6"]
    listed: dict[tuple[str, str], Listed] = {}
    for number in range(rules):
        package, cve = dice.choice(names), f"CVE-2026-{1000 + number % max(1, rules * 2 // 3)}"
        flags = (
            f"{'B' if package in ('libssl3', 'libc6') or dice.random() < 0.1 else 'S'}{dice.choice(' LMH')}"
            f"{dice.choice('?R ')}{dice.choice(' F')}"
        )
        unstable = dice.choice([*versions, "", ""])
        others = tuple(dice.sample(versions, dice.randrange(4)))
        listed.setdefault((package, cve), Listed(package, cve, unstable, others, flags))
    packages = []
    for source, binaries in BINARIES.items():
        source_version = dice.choice(versions)
        for name in binaries:
            version = dice.choice(versions) if dice.random() < 0.3 else source_version
            packages.append(Package(name, version, source, source_version, "amd64"))
    return debsecan(listed.values(), BINARIES), packages


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("debsecan")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.sampled_from([5, 60]))
def test_the_verdict_is_debsecans(folder: Path, seed: int, rules: int) -> None:
    """Source and binary rules, versions of unstable and of other releases, epochs, sources of another version."""
    feed, packages = made(seed, rules)
    with served(folder) as address:
        assert ours(feed, packages) == theirs(folder, feed, packages, address)


def test_the_verdict_of_a_whole_release_is_debsecans(folder: Path) -> None:
    """Of a list as long as a server's, against a feed of ten thousand lines."""
    dice = random.Random(7)
    sources = [f"source{number}" for number in range(300)]
    packages, listed = [], []
    for number, source in enumerate(sources):
        version = f"{dice.randrange(3)}.{dice.randrange(40)}-{dice.randrange(1, 9)}+deb12u{dice.randrange(1, 9)}"
        packages += [Package(f"lib{source}-{at}", version, source, version, "amd64") for at in range(number % 3 + 1)]
    for number in range(10_000):
        flags = f"S{dice.choice(' LMH')}{dice.choice('?R ')}{dice.choice(' F')}"
        unstable = f"{dice.randrange(3)}.{dice.randrange(40)}-{dice.randrange(1, 9)}" if dice.random() < 0.9 else ""
        others = tuple(f"{unstable or '1.0-1'}+deb{12 - at}u1" for at in range(dice.randrange(3)))
        listed.append(Listed(dice.choice(sources), f"CVE-2026-{10_000 + number}", unstable, others, flags))
    feed = debsecan(listed)
    with served(folder) as address:
        found = theirs(folder, feed, packages, address)
    assert ours(feed, packages) == found
    assert len(found) > 5_000
    assert len({here for _, _, here in found}) == 2


def test_a_list_of_this_machine_is_judged_as_debsecan_judges_it(folder: Path) -> None:
    """The real packages of a Debian system, with sources and versions as dpkg tells them."""
    form = "${binary:Package}\t${Version}\t${db:Status-Abbrev}\t${source:Package}\t${source:Version}\n"
    told = subprocess.run(["dpkg-query", "-W", f"-f={form}"], capture_output=True, text=True, check=True).stdout
    dice = random.Random(3)
    packages, listed = [], []
    for line in told.splitlines():
        name, version, state, source, source_version = line.split("\t")
        if state[1] != "i" or "~bpo" in source_version:
            continue  # Backports are judged otherwise, on purpose: see test_matching.
        packages.append(Package(name.partition(":")[0], version, source, source_version))
        nearly = (source_version, f"{source_version}+deb12u1", f"{source_version}~", "0:0.1-1")
        listed.append(Listed(source, f"CVE-2026-{len(listed) + 1000}", dice.choice(nearly), (), "SM F"))
        listed.append(Listed(source, f"CVE-2026-{len(listed) + 1000}", "999:1-1", (dice.choice(nearly),), "SH  "))
    feed = debsecan(listed)
    with served(folder) as address:
        found = theirs(folder, feed, packages, address)
    # A package of two architectures is one for debsecan's output, as it is here.
    assert ours(feed, packages) == found
    assert len(packages) > 50
    assert found
