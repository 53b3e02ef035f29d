"""The feeds of the demo, by the readers that read any others, and what they say of its hosts."""

from pathlib import Path

import pytest

from tui_ops.demo.feeds import LIKELY, RECORDS, USED, write_feeds
from tui_ops.demo.software import packages_of
from tui_ops.demo.story import Story
from tui_ops.demo.weak import as_installed
from tui_ops.model.vulnerabilities import FeedKind, FeedRule
from tui_ops.practices.vulnerabilities.matching import Matcher
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.places import place_of
from tui_ops.practices.vulnerabilities.reading.osv import read_osv
from tui_ops.practices.vulnerabilities.reading.recognise import recognise
from tui_ops.practices.vulnerabilities.reading.words import Told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The feeds as they lie in the demo."""
    made = tmp_path_factory.mktemp("feeds")
    write_feeds(made)
    return made


def osv_rules(folder: Path) -> list[FeedRule]:
    """Return the rules of the archives of OSV."""
    found = []
    for name in RECORDS:
        told = Told()
        with (folder / name).open("rb") as file:
            found += [one for one in read_osv(file, told) if isinstance(one, FeedRule)]
        assert not told.left.count
    return found


def test_each_file_is_told_by_its_content(folder: Path) -> None:
    """One of debsecan, two of OSV, and the two that weigh."""
    kinds = {path.name: recognise(path.read_bytes()[:4096]) for path in folder.iterdir()}
    assert kinds == {
        "bookworm": FeedKind.DEBSECAN, "ubuntu.zip": FeedKind.OSV, "rocky.zip": FeedKind.OSV,
        "known_exploited_vulnerabilities.json": FeedKind.KEV, "epss_scores-current.csv.gz": FeedKind.EPSS,
    }  # fmt: skip


def test_what_debsecan_does_not_know_is_on_the_hosts_that_stayed_behind(folder: Path) -> None:
    """Of Ubuntu and Rocky Linux: by the versions that hosts have, matched as any others are."""
    rules, found = osv_rules(folder), {}
    for host in Story().hosts:
        place = place_of(host.role.system.pretty)
        assert place is not None
        by_name: dict[str, list[FeedRule]] = {}
        for rule in rules:
            if rule.place == place.name:
                by_name.setdefault(rule.package, []).append(rule)
        packages = [Package(name, at, of, at) for name, at, of, _ in as_installed(host, packages_of(host))]
        for one in Matcher(by_name, place.order).host(packages, kernels=False):
            found[host.name] = (one.cve, one.here)
    assert found == {
        "web-01.lon": ("CVE-2025-32463", True), "ci-01.nyc": ("CVE-2025-32463", True),
        "backup-1.par": ("CVE-2025-32462", True),
    }  # fmt: skip


def test_what_attackers_use_is_on_a_host_and_has_its_likelihood(folder: Path) -> None:
    """So that a finding shows both as reasons."""
    assert set(USED) <= LIKELY.keys() & {rule.cve for rule in osv_rules(folder)}
