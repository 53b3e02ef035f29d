"""The checks of the rest: every fixture, every plan, and facts of any kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checkcases import NOW, Case, cases_of, scene_of

from tui_ops.model.security import CheckResult, FindingSeverity, Seen
from tui_ops.plans import read_plan
from tui_ops.practices.security.checks.asking import is_active
from tui_ops.practices.security.checks.base import Check, NotReadable, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.practices.security.checks.filesystems import FINDINGS_LIMIT
from tui_ops.practices.security.checks.supported import support_of, table

TABLE = (
    "fw-one", "fw-active", "fw-deny", "fw-open", "net-listen", "svc-legacy", "svc-mta", "net-forward", "net-stack",
    "krn-memory", "mac-on", "boot-pw", "fs-mount", "fs-passwdfiles", "fs-world", "fs-suid", "log-local", "log-remote",
    "aud-on", "aud-identity", "fim-on", "time-sync", "patch-sec", "patch-auto", "repo-trust", "patch-reboot",
    "os-support", "av-on", "ban-on", "tls-expiry", "disk-crypt", "bak-age",
)  # fmt: skip
REST: tuple[Check, ...] = tuple(BY_ID[name] for name in TABLE)

KINDS = {
    "pass": CheckResult.PASS, "fail": CheckResult.FAIL, "unknown": CheckResult.UNKNOWN,
    "not_applicable": CheckResult.NOT_APPLICABLE, "error": CheckResult.ERROR,
}  # fmt: skip

CASES = [pytest.param(case, id=case.name) for check in TABLE for case in cases_of(check)]


def test_all_of_the_table_are_there() -> None:
    """Its 68 rows name 71 checks: three of them are two. 39 are of access, 32 of the rest, each once.

    Four more are beyond the table: three of who came in and by what, and one of what no change explains.
    """
    assert len(TABLE) == 32
    assert len(CHECKS) == len(BY_ID) == 71 + 4


@pytest.mark.parametrize("case", CASES)
def test_fixtures(case: Case) -> None:
    """What must pass passes, what must fail fails by just these objects, and what can't be known is not guessed."""
    check = BY_ID[case.check]
    judged = run_check(check, scene_of(check, case.said))
    assert judged.result is KINDS[case.kind], judged.text
    assert judged.text
    if case.kind == "fail":
        assert sorted(seen.object for seen in judged.seen) == sorted(case.said["objects"])
        assert all(seen.text for seen in judged.seen)
    else:
        assert not judged.seen


@pytest.mark.parametrize("check", REST, ids=lambda check: check.id)
def test_each_has_a_pass_and_a_fail(check: Check) -> None:
    """And says what to do, under which controls, by which topics; of the parameters of PCI each is one of its own."""
    kinds = [case.kind for case in cases_of(check.id)]
    assert kinds.count("pass") >= 1
    assert kinds.count("fail") >= 1
    assert check.remedy.advice.endswith(".")
    assert check.title
    assert check.controls.cis or check.controls.pci or check.controls.nist or check.controls.iso
    assert set(check.pci) <= set(check.parameters)


@pytest.mark.parametrize("case", [one for one in CASES if one.values[0].kind == "fail"])  # type: ignore[attr-defined]
def test_the_plan_takes_what_was_seen(case: Case) -> None:
    """Where a machine may mend it, the parameters that come with the finding make the plan complete."""
    check = BY_ID[case.check]
    for seen in run_check(check, scene_of(check, case.said)).seen:
        way = check.remedy.way(seen)
        if not way.plan:
            assert way.by_hand, f"why no machine mends {seen.text}"
            continue
        values = dict(way.values(seen)) if way.values is not None else {}
        assert all(values.values())
        open_ones = {one.name for one in read_plan(way.plan).parameters}
        asked = {name: value for name, value in ASKED_OF_PEOPLE.get(check.id, {}).items() if name in open_ones}
        read_plan(way.plan, values | asked)


ASKED_OF_PEOPLE: dict[str, dict[str, str]] = {
    "fw-one": {"tcp": "22, 443"}, "fw-active": {"tcp": "22, 443"}, "fw-deny": {"tcp": "22, 443"},
    "ban-on": {"ours": "192.0.2.1"}, "log-remote": {"target": "logs.example.com"}, "fs-world": {"owner": "games"},
}  # fmt: skip
"""Parameters that no finding tells; a plan that has none of them takes no harm."""


@pytest.mark.parametrize("check", REST, ids=lambda check: check.id)
def test_without_any_fact_nothing_passes(check: Check) -> None:
    """Nor fails: nobody has looked."""
    judged = run_check(check, Scene("h", {}, NOW, dict(check.parameters)))
    assert judged.result is CheckResult.UNKNOWN


@pytest.mark.parametrize("check", [one for one in REST if one.topics], ids=lambda check: check.id)
def test_what_nobody_could_read_is_no_pass(check: Check) -> None:
    """Topics that were asked for, and told nothing at all."""
    reads = {topic: Read(topic, {}, NOW, unread=("",), needs=("all of it",)) for topic in check.topics}
    judged = run_check(check, Scene("h", reads, NOW, dict(check.parameters)))
    assert judged.result is CheckResult.UNKNOWN, judged.text


def test_a_system_that_is_gone_is_worse_than_one_that_will_be() -> None:
    """Of the one it is said since when, of the other how many days are left."""

    def seen(name: str, version: str) -> Seen:
        reads = {"patches": Read("patches", {"system": {"id": name, "version": version}}, NOW)}
        scene = Scene("h", reads, NOW, dict(BY_ID["os-support"].parameters))
        (one,) = run_check(BY_ID["os-support"], scene).seen
        return one

    gone, soon = seen("centos", "7"), seen("alpine", "3.21.3")
    assert (gone.severity, soon.severity) == (None, FindingSeverity.MEDIUM)
    assert "no fixes since 2024-06-30" in gone.text
    assert "until 2026-11-01: 157 days" in soon.text


def test_the_table_of_systems_holds_together() -> None:
    """Each release has a day, and the longer one is later."""
    for system, entry in table().items():
        if system == "rolling":
            continue
        assert entry["match"] in ("major", "minor")
        assert isinstance(entry["releases"], dict)
        for version in entry["releases"]:
            found = support_of(system, f"{version}.0" if entry["match"] == "major" else version)
            assert found is not None, (system, version)
            assert found.extended is None or found.extended > found.until


NAMES = st.sampled_from(
    ["tcp 0.0.0.0:22", "udp [::]:161", "tcp *:25", "nft inet f", "nft inet f input", "ip4 filter INPUT",
     "ip6 filter INPUT",
     "ufw enabled", "nftables.service", "ufw.service", "rsyslog.service", "fail2ban", "audit", "rules of audit",
     "apparmor", "selinux", "clock", "index", "manager", "kernel", "reboot", "system", "update a", "needrestart",
     "automatic apt", "automatic dnf", "journald", "sends rsyslog x", "disk sda", "disk dm-0",
     "boot /boot/grub/grub.cfg",
     "suid /a", "writable /b", "unowned /c", "/etc/passwd", "/tmp", "/dev/shm", "net.ipv4.ip_forward", "machine",
     "guard /var/lib/aide/aide.db", "guard /var/spool/rsyslog/q", "ran upgrade-stamp", "signatures daily.cvd",
     "/etc/nginx/a.pem", "avahi-daemon", "aide", "clamav-daemon.service", "passwordauthentication",
     "setting Acquire::Allow"]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["value", "rules", "policy", "hook", "type", "kind", "state", "active", "jails", "enabled", "running", "lost",
     "count",
     "enforced", "complaining", "unconfined", "mode", "configured", "now", "at", "made_at", "ran_at", "written_at",
     "size",
     "name", "running", "newest", "since", "built", "required", "packages", "security", "services", "id", "version",
     "support_end", "lists", "upgrade", "origins", "apply_updates", "storage", "folder", "program", "tls", "protocol",
     "parent", "mount", "fstype", "source", "options", "passwords", "packaged", "owner", "group", "used", "readable",
     "until", "chain_until", "chain_ok", "self_signed", "synchronised", "offset_s", "checked", "address", "virtual",
     "process"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["drop", "accept", "filter", "input", "chain", "tcp dport { 22, 80 } accept", "jump input", "goto x",
         "ip saddr @x drop",
         "-p tcp -m tcp --dport 22 -j INPUT", "-j", "!", "iifname", "ct state vmap { new : jump input }", "yes",
         "apt", "dnf",
         "apk", "enforcing", "enabled", "active", "ok", "0777", "99999999999999999999", "-1", "2026-13-45T00:00:00Z",
         "debian", "12", "ubuntu", "none", "docker", "crypt", "/", "dm-0", "-w /etc/passwd -p wa", "log prefix", "meta"]
    ),
)  # fmt: skip
VALUES = st.one_of(
    TEXTS, st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.floats(), st.lists(TEXTS, max_size=4)
)
ITEMS = st.dictionaries(st.one_of(NAMES, st.text(max_size=8)), st.dictionaries(FIELDS, VALUES, max_size=8), max_size=8)
READS = st.builds(
    lambda items, unread, fields, cut: (items, tuple(unread), tuple(fields), cut),
    ITEMS, st.lists(st.sampled_from(["", "nft ", "update ", "guard "]), max_size=2),
    st.lists(st.sampled_from(["enforced", "packaged", "process"]), max_size=1), st.sampled_from([0, 0, 0, 3]),
)  # fmt: skip
TOPICS = sorted({topic for check in REST for topic in check.topics})
KNOWN = st.dictionaries(
    st.sampled_from(["baseline.listeners", "baseline.suid", "listeners", "tls", "backup", "clock_offset_s", "role"]),
    st.one_of(
        VALUES,
        st.dictionaries(st.sampled_from(["at", "rpo_s", "name"]), VALUES),
        st.lists(st.dictionaries(st.sampled_from(["name", "days", "chain_ok", "subject"]), VALUES), max_size=3),
    ),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(TOPICS), READS, max_size=len(TOPICS)), KNOWN)
def test_no_judge_raises(reads: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Whatever a host's facts are, each check says one of its words, in bounded texts."""
    shown = {
        topic: Read(topic, items, NOW, unread=unread, unread_fields=fields, cut=cut)
        for topic, (items, unread, fields, cut) in reads.items()
    }
    for check in REST:
        judged = run_check(check, Scene("h", shown, NOW, dict(check.parameters), known=known))
        assert judged.text
        assert judged.result is not CheckResult.STALE
        assert bool(judged.seen) is (judged.result is CheckResult.FAIL)
        assert len({seen.object for seen in judged.seen}) == len(judged.seen)


def test_so_many_files_that_they_are_one_finding_close_none_of_those_that_had_one_each() -> None:
    """Whoever may write files can make hundreds that everybody may write to: what was seen before is there yet."""
    check = BY_ID["fs-world"]
    items = {f"writable /tmp/{at}": {"kind": "file"} for at in range(FINDINGS_LIMIT + 1)}
    judged = run_check(check, Scene("h", {"suid": Read("suid", items, NOW)}, NOW, dict(check.parameters)))
    assert [seen.object for seen in judged.seen] == [""]
    assert judged.unread == ("",)


def test_what_another_source_told_is_not_gone_when_it_is_silent() -> None:
    """An endpoint that nobody reached, an sshd that nobody asked from outside, settings of apt that were not read."""
    certfiles = {"certfiles": Read("certfiles", {}, NOW)}
    check = BY_ID["tls-expiry"]
    known = {"tls": [{"name": "a", "days": 90.0, "chain_ok": True}, {"name": "b", "days": None, "chain_ok": None}]}
    scene = Scene("h", certfiles, NOW, dict(check.parameters), known=known)
    judged = run_check(check, scene)
    assert (judged.result, judged.unread) == (CheckResult.PASS, ("endpoint b",))
    good = {"/etc/a.pem": {"readable": True, "used": True, "until": "2036-01-01T00:00:00Z", "subject": "CN=a"}}
    files = {"certfiles": Read("certfiles", good, NOW)}
    judged = run_check(check, replace(scene, reads=files, known={}))
    assert (judged.result, judged.unread) == (CheckResult.PASS, ("endpoint ",))
    repositories = {"repositories": Read("repositories", {}, NOW)}
    check = BY_ID["repo-trust"]
    judged = run_check(check, Scene("h", repositories, NOW, dict(check.parameters)))
    assert (judged.result, judged.unread) == (CheckResult.PASS, ("APT::", "Acquire::"))


def test_privilege_is_named_only_where_it_is_what_is_missing() -> None:
    """As root on a host without systemd and OpenRC, no line of root helps."""
    asked = Scene("h", {"units": Read("units", {}, NOW, unread=("",)), "unitfiles": Read("unitfiles", {}, NOW)}, NOW)
    with pytest.raises(NotReadable, match="neither systemd nor OpenRC") as told:
        is_active(asked, "sshd")
    assert not told.value.topics
    assert Read("modes", {}, NOW, unread=("",), needs=("homes",)).why() == "takes privilege: homes"
    with pytest.raises(NotReadable, match=r"^modes: /etc/x was not read whole"):
        Read("modes", {}, NOW, unread=("/etc/",)).looked("/etc/x")
