"""What a host is vulnerable to: backports, the kernel that runs, ranges, and what becomes a finding of it."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.feeds import Listed, debsecan, osv, osv_record, tracker

from tui_ops.model.facts import Fields
from tui_ops.model.security import CheckResult, FindingSeverity
from tui_ops.model.vulnerabilities import (
    Advisory,
    Exploited,
    FeedFile,
    FeedKind,
    FeedRule,
    Likelihood,
    Vulnerable,
    Weighed,
)
from tui_ops.practices.vulnerabilities.cvss import base_score
from tui_ops.practices.vulnerabilities.judging import judge_of
from tui_ops.practices.vulnerabilities.kernels import running_only
from tui_ops.practices.vulnerabilities.matching import BACKPORT, Matcher
from tui_ops.practices.vulnerabilities.offered import offered, updates_of
from tui_ops.practices.vulnerabilities.packages import Package, installed
from tui_ops.practices.vulnerabilities.places import ecosystem_place, place_of
from tui_ops.practices.vulnerabilities.reading.recognise import read_feed
from tui_ops.practices.vulnerabilities.reading.words import Told
from tui_ops.practices.vulnerabilities.sweeping import sweeps_of, text_of
from tui_ops.practices.vulnerabilities.versions import Order
from tui_ops.practices.vulnerabilities.weighing import EPSS_NOTED, is_finding, severity_of, weigh


def matcher(kind: FeedKind, data: bytes, place: str, order: Order = Order.DPKG) -> Matcher:
    """Return what matches by the rules of a feed."""
    rules: dict[str, dict[str, list[FeedRule]]] = {}
    for entry in read_feed(kind, io.BytesIO(data), Told(), "bookworm"):
        if isinstance(entry, FeedRule):
            rules.setdefault(entry.place, {}).setdefault(entry.package, []).append(entry)
    return Matcher(rules.get(place, {}), order, rules.get("debian/sid", {}))


def said(found: Iterable[Vulnerable]) -> list[tuple[str, str, str, bool]]:
    return [(one.cve, one.source, one.fixed, one.here) for one in found]


def deb(name: str, version: str, source: str = "", source_version: str = "") -> Package:
    return Package(name, version, source or name, source_version or version, "amd64")


# --- backports --------------------------------------------------------------------------------------------------------

LISTED = debsecan([Listed("git", "CVE-2026-1001", "1:2.40-2", ("1:2.39.2-1.1+deb12u1",), "SHRF")])
TRACKED = tracker({"git": {"CVE-2026-1001": {"releases": {
    "bookworm": {"status": "resolved", "fixed_version": "1:2.39.2-1.1+deb12u1"},
    "sid": {"status": "resolved", "fixed_version": "1:2.40-2"}}}}})  # fmt: skip


@pytest.mark.parametrize(("kind", "data"), [(FeedKind.DEBSECAN, LISTED), (FeedKind.TRACKER, TRACKED)])
@pytest.mark.parametrize(
    ("version", "vulnerable"),
    [
        ("1:2.39.2-1.1", True), ("1:2.39.2-1.1+deb12u1", False), ("1:2.40-1~bpo12+1", True),
        ("1:2.40-2~bpo12+1", False), ("1:2.40-2~bpo12+2", False), ("1:2.41-1~bpo12+1", False), ("1:2.41-1", False),
    ],
)  # fmt: skip
def test_a_backport_is_what_it_was_made_of(kind: FeedKind, data: bytes, version: str, vulnerable: bool) -> None:
    """It sorts before the version that mends it, and has it mended; a stable release's lower fix says nothing of it."""
    found = matcher(kind, data, "debian/bookworm").host([deb("git", version)])
    assert bool(found) is vulnerable
    if vulnerable and "bpo" in version:
        assert (found[0].here, found[0].note) == (False, BACKPORT)
    elif vulnerable:
        assert (found[0].here, found[0].fixed) == (True, "1:2.39.2-1.1+deb12u1")


def test_a_backport_that_the_feed_names_is_what_the_feed_says() -> None:
    """Among the versions in which it is mended, beside those of releases."""
    data = debsecan([Listed("git", "CVE-2026-1001", "1:2.50-1", ("1:2.40-2~bpo12+1",), "SHRF")])
    by = matcher(FeedKind.DEBSECAN, data, "debian/bookworm")
    assert by.host([deb("git", "1:2.40-2~bpo12+1")]) == []
    assert len(by.host([deb("git", "1:2.40-3~bpo12+1")])) == 1


# --- kernels ----------------------------------------------------------------------------------------------------------

IMAGES = [
    deb("linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-signed-amd64", "6.1.76+1"),
    deb("linux-image-6.1.0-21-amd64", "6.1.90-1", "linux-signed-amd64", "6.1.90+1"),
    deb("linux-libc-dev", "6.1.76-1", "linux"),
    deb("linux-image-amd64", "6.1.90-1", "linux-signed-amd64", "6.1.90+1"),
]
KERNEL_FEED = debsecan([
    Listed("linux", "CVE-2026-2001", "6.9-1", ("6.1.90-1",), "SH F"),
    Listed("linux", "CVE-2026-2002", "6.9-1", (), "SM  "),
    Listed("linux", "CVE-2026-2003", "6.9-1", ("6.1.76-1", "6.1.90-1"), "SM F"),
])  # fmt: skip


def test_the_running_kernel_alone_counts() -> None:
    """Not others that are installed, nor the headers; a signed image is one of the source that it was made of."""
    by = matcher(FeedKind.DEBSECAN, KERNEL_FEED, "debian/bookworm")
    older = by.host(IMAGES, "6.1.0-18-amd64")
    assert [(one.cve, one.installed, one.packages) for one in older] == [
        ("CVE-2026-2001", "6.1.76-1", ("linux-image-6.1.0-18-amd64",)),
        ("CVE-2026-2002", "6.1.76-1", ("linux-image-6.1.0-18-amd64",)),
    ]
    # What mends it is installed, and waits for a reboot.
    assert [one.boot for one in older] == [True, False]
    assert said(by.host(IMAGES, "6.1.0-21-amd64")) == [("CVE-2026-2002", "linux", "6.9-1", False)]


def test_a_kernel_of_no_package_is_not_judged_by_the_others() -> None:
    """In a container the kernel is the machine's; one that nobody knows counts with all that are installed."""
    by = matcher(FeedKind.DEBSECAN, KERNEL_FEED, "debian/bookworm")
    assert by.host(IMAGES, "6.6.16-linuxkit") == []
    assert running_only(IMAGES, "6.6.16-linuxkit", Order.DPKG).found is False
    assert {one.cve for one in by.host(IMAGES, "")} == {"CVE-2026-2001", "CVE-2026-2002"}


def test_of_several_kernels_of_one_name_rpm_runs_one() -> None:
    """They are one item of the facts, with their versions beside each other."""
    items: dict[str, Fields] = {
        "kernel-core.x86_64": {"version": "5.14.0-362.8.1.el9_3, 5.14.0-427.13.1.el9_4", "arch": "x86_64",
                               "source": "kernel", "source_version": "5.14.0-427.13.1.el9_4"},
        "kernel-tools.x86_64": {"version": "5.14.0-362.8.1.el9_3", "arch": "x86_64", "source": "kernel",
                                "source_version": "5.14.0-362.8.1.el9_3"},
    }  # fmt: skip
    events = [{"introduced": "0"}, {"fixed": "0:5.14.0-427.13.1.el9_4"}]
    data = osv([osv_record("RLSA-2026:1", "Rocky Linux:9", "kernel-core", events, upstream=["CVE-2026-3001"])])
    by = matcher(FeedKind.OSV, data, "rocky/9", Order.RPM)
    (one,) = by.host(installed(items), "5.14.0-362.8.1.el9_3.x86_64")
    assert (one.installed, one.boot, one.here) == ("5.14.0-362.8.1.el9_3", True, True)
    assert by.host(installed(items), "5.14.0-427.13.1.el9_4.x86_64") == []


def test_alpine_runs_the_kernel_of_before_until_the_next_boot() -> None:
    """It has one version installed, which need not be the one that runs."""
    packages = [Package("linux-lts", "6.6.60-r0", "linux-lts", "6.6.60-r0", "x86_64")]
    data = osv([osv_record("ALPINE-CVE-2026-3002", "Alpine:v3.20", "linux-lts",
                           [{"introduced": "0"}, {"fixed": "6.6.60-r0"}])])  # fmt: skip
    by = matcher(FeedKind.OSV, data, "alpine/3.20", Order.APK)
    assert by.host(packages, "6.6.60-0-lts") == []
    (one,) = by.host(packages, "6.6.58-0-lts")
    assert (one.cve, one.installed, one.boot) == ("CVE-2026-3002", "6.6.58-r0", True)


# --- ranges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "fixed"),
    [("0.9", None), ("1.0", "2.0"), ("1.9~rc1", "2.0"), ("2.0", None), ("3.0", ""), ("3.5", ""), ("3.5.1", None)],
)
def test_a_range_begins_ends_and_begins_again(version: str, fixed: str | None) -> None:
    """Up to the fix, or up to the last version that is known to be affected."""
    events = [{"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"last_affected": "3.5"}]
    by = matcher(FeedKind.OSV, osv([osv_record("CVE-2026-1001", "Debian:12", "curl", events)]), "debian/bookworm")
    found = by.host([deb("curl", version)])
    assert [one.fixed for one in found] == ([] if fixed is None else [fixed])


def test_an_epoch_of_rpm_is_heeded_and_a_source_without_one_gets_it() -> None:
    """Of the package itself; feeds go by binary packages or by sources."""
    events = [{"introduced": "0"}, {"fixed": "1:3.0.7-25.el9"}]
    data = osv([osv_record("RLSA-2026:2", "Rocky Linux:9", "openssl", events, upstream=["CVE-2026-1001"])])
    by = matcher(FeedKind.OSV, data, "rocky/9", Order.RPM)
    libs = Package("openssl-libs", "1:3.0.7-24.el9", "openssl", "3.0.7-24.el9", "x86_64")
    assert said(by.host([libs])) == [("CVE-2026-1001", "openssl", "1:3.0.7-25.el9", True)]
    newer = replace(libs, version="1:3.0.7-25.el9", source_version="3.0.7-25.el9")
    assert by.host([newer]) == []


def test_binaries_of_one_source_are_one_find() -> None:
    """With the lowest version that is installed, and mended only where all are."""
    by = matcher(FeedKind.DEBSECAN, debsecan([Listed("glibc", "CVE-2026-1001", "2.37-1", ("2.36-9+deb12u4",), "SMRF")]),
                 "debian/bookworm")  # fmt: skip
    (one,) = by.host([deb("libc6", "2.36-9+deb12u3", "glibc"), deb("libc-bin", "2.36-9+deb12u1", "glibc")])
    assert (one.packages, one.installed) == (("libc-bin", "libc6"), "2.36-9+deb12u1")
    assert (one.urgency, one.remote) == ("medium", True)


def test_packages_that_are_not_all_there_do_not_count() -> None:
    """Those that are not configured yet do: their files are there."""
    items: dict[str, Fields] = {
        "libc6:amd64": {"version": "2.36-9", "arch": "amd64", "source": "glibc", "source_version": "2.36-9"},
        "half": {"version": "1", "arch": "all", "source": "half", "source_version": "1", "state": "half installed"},
        "new": {"version": "1", "arch": "all", "source": "new", "source_version": "1", "state": "unpacked"},
        "zlib.x86_64": {"version": "1.2-3", "arch": "x86_64", "source": "zlib", "source_version": "1.2-3"},
    }
    assert [one.name for one in installed(items)] == ["libc6", "new", "zlib"]


def test_a_fix_that_the_hosts_own_archives_have_is_here() -> None:
    """A backport, or one of a subscription; not a version that is too low, nor one that is not of the source's."""
    backport = deb("git", "1:2.40-1~bpo12+1")
    found = matcher(FeedKind.DEBSECAN, LISTED, "debian/bookworm").host([backport])
    assert [one.here for one in offered(found, {}, [backport], Order.DPKG)] == [False]
    for version, here in (("1:2.40-1~bpo12+9", False), ("1:2.40-2", True), ("1:2.41-1~bpo12+1", True)):
        (one,) = offered(found, {"git": version}, [backport], Order.DPKG)
        assert (one.here, one.note) == (here, "" if here else BACKPORT)
    other = deb("git", "1:9.9", "git", "1:2.40-1~bpo12+1")
    assert offered(found, {"git": "1:9.9.1"}, [other], Order.DPKG) == found
    items: dict[str, Fields] = {"update git:amd64": {"version": "1:2.41-1"}, "clock": {"now": 3}, "update x": {}}
    assert updates_of(items) == {"git": "1:2.41-1"}


# --- places and judges ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "ecosystem", "name", "order"),
    [
        ("Debian GNU/Linux 12 (bookworm)", "Debian:12", "debian/bookworm", Order.DPKG),
        ("Debian GNU/Linux trixie/sid", "Debian:13", "debian/trixie", Order.DPKG),
        ("Ubuntu 24.04.2 LTS", "Ubuntu:24.04:LTS", "ubuntu/24.04", Order.DPKG),
        ("Alpine Linux v3.20", "Alpine:v3.20", "alpine/3.20", Order.APK),
        ("Rocky Linux 9.4 (Blue Onyx)", "Rocky Linux:9", "rocky/9", Order.RPM),
        ("AlmaLinux 9.4 (Seafoam Ocelot)", "AlmaLinux:9", "almalinux/9", Order.RPM),
        ("Red Hat Enterprise Linux 9.6 (Plow)", "Red Hat:enterprise_linux:9::baseos", "redhat/9", Order.RPM),
        ("SUSE Linux Enterprise Server 15 SP5", "SUSE:Linux Enterprise Server 15 SP5",
         "suse/linux enterprise server 15 sp5", Order.RPM),
        ("openSUSE Leap 15.6", "openSUSE:Leap 15.6", "opensuse/leap 15.6", Order.RPM),
    ],
)  # fmt: skip
def test_a_host_and_a_feed_mean_the_same_release(system: str, ecosystem: str, name: str, order: Order) -> None:
    """By what each of them calls it."""
    place = place_of(system)
    assert place is not None
    assert (place.name, place.order) == (name, order)
    assert ecosystem_place(ecosystem) == (name, False)


@pytest.mark.parametrize("system", ["", "Arch Linux", "Debian GNU/Linux", "Debian", "NixOS 24.05 (Uakari)"])
def test_a_system_that_no_feed_is_known_for_is_not_guessed(system: str) -> None:
    """It is unknown, never clean."""
    assert place_of(system) is None
    assert judge_of(system, [], 1.0, 0.0).why


NOW, DAY = 1_800_000_000.0, 86_400.0


def feed(kind: FeedKind, age_days: float, *places: str, name: str = "") -> FeedFile:
    return FeedFile(name or str(kind), kind, NOW - age_days * DAY, NOW, "a", "sha", 1, 1, "", places)


def test_the_most_exact_feed_that_is_not_too_old_judges() -> None:
    """An old one is passed over for a younger of another form; with old ones alone nothing is known."""
    system, week = "Debian GNU/Linux 12 (bookworm)", 7 * DAY
    exact, other = feed(FeedKind.DEBSECAN, 1, "debian/bookworm"), feed(FeedKind.OSV, 1, "debian/bookworm")
    assert judge_of(system, [other, exact], week, NOW).feed is exact
    old = feed(FeedKind.DEBSECAN, 8, "debian/bookworm")
    assert judge_of(system, [old, other], week, NOW).feed is other
    nobody = judge_of(system, [old], week, NOW)
    assert nobody.feed is None
    assert "debsecan is 8d" in nobody.why
    assert "no feed about Debian" in judge_of(system, [feed(FeedKind.KEV, 1)], week, NOW).why
    assert judge_of(system, [feed(FeedKind.DEBSECAN, 1, "debian/trixie")], week, NOW).feed is None
    general = judge_of(system, [feed(FeedKind.DEBSECAN, 1, "debian/generic")], week, NOW)
    assert general.rules == "debian/generic"


def test_a_feed_is_as_old_as_its_publisher_says() -> None:
    """Where he says nothing, as old as it has been here; one from the future is of today."""
    assert replace(feed(FeedKind.OSV, 3), dated_at=None).at == NOW
    assert feed(FeedKind.OSV, -3).at == NOW


# --- weighing and sweeps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8), ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1), ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 5.5),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L", 3.7), ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0), ("AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3), ("CVSS:4.0/AV:N", None),
        ("CVSS:3.1/AV:N", None), ("nonsense", None), ("", None),
    ],
)  # fmt: skip
def test_the_base_score_is_that_of_the_specification(vector: str, score: float | None) -> None:
    """Values of CVSS's own examples and of NVD."""
    assert base_score(vector) == score


def test_the_vendor_is_heard_before_the_score() -> None:
    """Who builds it knows it; without both it is medium."""
    assert severity_of("low", 9.8) is FindingSeverity.LOW
    assert severity_of("unimportant", 9.8) is FindingSeverity.INFO
    assert severity_of("", 9.8) is FindingSeverity.CRITICAL
    assert severity_of("end-of-life", 7.0) is FindingSeverity.HIGH
    assert severity_of("", None) is FindingSeverity.MEDIUM


def weighed(cve: str, source: str = "curl", **more: Any) -> Weighed:
    own = {
        "fixed": "2.0",
        "here": True,
        **{key: more.pop(key) for key in ("fixed", "here", "boot", "note") if key in more},
    }
    found = Vulnerable(cve, source, "1.0", (source,), **own)
    return Weighed(found, **{"severity": FindingSeverity.HIGH, **more})


def test_what_is_known_elsewhere_is_laid_beside() -> None:
    """Text and score, the day of CISA, the forecast."""
    one = Vulnerable("CVE-2026-1001", "curl", "1.0", ("curl",))
    (known,) = weigh(
        [one], lambda cve: Advisory(cve, "about it", 9.1),
        lambda cve: Exploited(cve, due="2026-12-01", ransomware=True), lambda cve: Likelihood(cve, 0.7),
    )  # fmt: skip
    assert known == Weighed(one, FindingSeverity.CRITICAL, 9.1, 0.7, "2026-12-01", True, "about it")
    nothing = weigh([one], lambda _: None, lambda _: None, lambda _: None)[0]
    assert (nothing.kev, nothing.epss, nothing.text) == ("", None, "")


def test_a_finding_is_what_somebody_can_do_something_about() -> None:
    """A fix here, use by attackers, or a forecast of it; what nothing mends is known, and no more."""
    assert is_finding(weighed("CVE-2026-1001"))
    assert not is_finding(weighed("CVE-2026-1001", here=False))
    assert is_finding(weighed("CVE-2026-1001", here=False, kev="2026-12-01"))
    assert is_finding(weighed("CVE-2026-1001", here=False, epss=EPSS_NOTED))
    assert not is_finding(weighed("CVE-2026-1001", here=False, epss=EPSS_NOTED - 0.001))
    assert not is_finding(weighed("CVE-2026-1001", severity=FindingSeverity.INFO))


def checks(found: Sequence[Weighed], opened: set[str]) -> list[str]:
    sweeps = sweeps_of(7, found, NOW, feed(FeedKind.DEBSECAN, 1), opened)
    assert all(one.result is CheckResult.FAIL and one.host_id == 7 and one.at == NOW for one in sweeps)
    return [one.check for one in sweeps]


def test_what_was_a_finding_stays_one_as_long_as_it_is_there() -> None:
    """That a forecast fell mends nothing; what is not there any more is not named."""
    found = [
        weighed("CVE-2026-1001", here=False, epss=0.01),
        weighed("CVE-2026-1002"),
        weighed("CVE-2026-1003", here=False),
    ]
    assert checks(found, set()) == ["CVE-2026-1002"]
    assert checks(found, {"CVE-2026-1001", "CVE-2026-0009"}) == ["CVE-2026-1001", "CVE-2026-1002"]


def test_a_finding_is_of_a_source_package_and_says_what_mends_it() -> None:
    """Two packages of one vulnerability are two objects; no sentence is part of what it is."""
    found = [weighed("CVE-2026-1001", "curl"), weighed("CVE-2026-1001", "git", here=False, fixed="3.0", kev="listed")]
    (sweep,) = sweeps_of(7, found, NOW, feed(FeedKind.DEBSECAN, 1), set())
    assert [one.object for one in sweep.seen] == ["curl", "git"]
    assert [one.text for one in sweep.seen] == [
        "curl 1.0, mended in 2.0", "git 1.0, no fix here: 3.0 mends it elsewhere; used by attackers",
    ]  # fmt: skip
    assert sweep.seen[0].data["fixed"] == "2.0"
    assert "fixed" not in sweep.seen[1].data
    assert text_of(weighed("CVE-2026-1001", "linux", boot=True)).endswith("which is installed: reboot")
