"""The checks of access: every fixture, every plan, and facts of any kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checkcases import NOW, Case, cases_of, scene_of

from tui_ops.model.security import CheckResult, FindingSeverity, Seen
from tui_ops.plans import read_plan
from tui_ops.practices.security.checks.accounts import CHECKS_OF_ACCOUNTS
from tui_ops.practices.security.checks.accountskeys import CHECKS_OF_KEYS
from tui_ops.practices.security.checks.accountspasswords import CHECKS_OF_PASSWORDS
from tui_ops.practices.security.checks.accountsuse import CHECKS_OF_USE
from tui_ops.practices.security.checks.base import Check, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.checks.homes import CHECKS_OF_HOMES
from tui_ops.practices.security.checks.pam import CHECKS_OF_PAM
from tui_ops.practices.security.checks.sessions import CHECKS_OF_SESSIONS, umask_of
from tui_ops.practices.security.checks.sshd import seconds
from tui_ops.practices.security.checks.sshdcrypto import CHECKS_OF_SSHD_CRYPTO
from tui_ops.practices.security.checks.sshdfiles import CHECKS_OF_SSHD_FILES
from tui_ops.practices.security.checks.sshdsettings import CHECKS_OF_SSHD_SETTINGS
from tui_ops.practices.security.checks.sudo import CHECKS_OF_SUDO

ACCESS: tuple[Check, ...] = (
    *CHECKS_OF_SSHD_SETTINGS, *CHECKS_OF_SSHD_CRYPTO, *CHECKS_OF_SSHD_FILES, *CHECKS_OF_ACCOUNTS, *CHECKS_OF_PASSWORDS,
    *CHECKS_OF_USE, *CHECKS_OF_KEYS, *CHECKS_OF_PAM, *CHECKS_OF_SESSIONS, *CHECKS_OF_HOMES, *CHECKS_OF_SUDO,
)  # fmt: skip

TABLE = (
    "ssh-root", "ssh-empty", "ssh-password", "ssh-maxauth", "ssh-idle", "ssh-grace", "ssh-maxstartups",
    "ssh-cipher", "ssh-mac", "ssh-kex", "ssh-allow", "ssh-hostbased", "ssh-userenv", "ssh-forward", "ssh-log",
    "ssh-hostkey", "ssh-conffile", "acct-uid0", "acct-emptypw", "acct-shadowed", "acct-dup", "acct-sysshell",
    "acct-noshell-locked", "acct-maxage", "acct-inactive", "acct-future", "acct-dormant", "acct-authkeys",
    "acct-hash", "pam-lockout", "pam-length", "sess-tmout", "sess-umask", "home-perm", "sudo-nopasswd",
    "sudo-noauth", "sudo-pty-log", "sudo-su", "sudo-members",
)  # fmt: skip

KINDS = {
    "pass": CheckResult.PASS, "fail": CheckResult.FAIL, "unknown": CheckResult.UNKNOWN,
    "not_applicable": CheckResult.NOT_APPLICABLE, "error": CheckResult.ERROR,
}  # fmt: skip

CASES = [pytest.param(case, id=case.name) for check in TABLE for case in cases_of(check)]


def test_all_of_the_table_are_there() -> None:
    """Thirty-nine of access, each once, and all among those that are declared."""
    assert sorted(check.id for check in ACCESS) == sorted(TABLE)
    assert set(TABLE) <= set(BY_ID)


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


@pytest.mark.parametrize("check", ACCESS, ids=lambda check: check.id)
def test_each_has_a_pass_and_a_fail(check: Check) -> None:
    """And says what to do, under which controls, by which topics."""
    kinds = [case.kind for case in cases_of(check.id)]
    assert "pass" in kinds
    assert "fail" in kinds
    assert check.remedy.advice
    assert check.title[0].islower() or check.title.startswith(("sshd", "su"))
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


def test_what_a_plan_does_not_mend_is_left_to_people() -> None:
    """A drop-in of sshd reaches into no block, chage changes no default, chmod makes no key longer."""
    by_hand = {
        (case.check, seen.object)
        for check in ACCESS
        for case in cases_of(check.id)
        for seen in run_check(check, scene_of(check, case.said)).seen
        if seen.data.get("by_hand")
    }
    assert ("ssh-root", "match Address 10.0.0.0/8") in by_hand
    assert ("ssh-password", "match User backup") in by_hand
    assert ("acct-maxage", "login.defs") in by_hand
    assert ("acct-inactive", "useradd") in by_hand
    assert ("ssh-hostkey", "/etc/ssh/ssh_host_dsa_key") in by_hand
    assert ("sess-umask", "/etc/bashrc") in by_hand
    assert not {one for one in by_hand if one[1] == "" and one[0].startswith("ssh-")}


ASKED_OF_PEOPLE = {"ssh-allow": {"group": "ssh"}}
"""Parameters that no finding tells."""

NAMES = st.sampled_from(
    ["root", "anna", "group root", "group sudo", "account anna", "permitrootlogin", "match User x", "sshd_config",
     "maxauthtries", "ciphers", "pam common-auth", "pam su", "pam common-password", "profile /etc/profile",
     "defs UMASK", "quality minlen", "faillock deny", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/sshd_config", "sudo",
     "/home/a/.ssh/authorized_keys", "/etc/sudoers x", "anna SHA256:x", "hostkey", "useradd INACTIVE"]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["value", "effective", "left", "uid", "gid", "login", "system", "shadowed", "password", "hash", "expires", "groups",
     "members", "mode", "group", "kind", "text", "who", "nopasswd", "rules", "lines", "last", "type", "bits", "account",
     "password_changed", "password_max_days", "inactive_days", "home_mode", "home_uid", "home", "fingerprint", "file",
     "version", "entries"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["rule", "alias", "defaults", "User_Alias A = A", "A ALL = NOPASSWD: ALL", "Defaults !authenticate", "set",
         "auth required pam_faillock.so authfail deny=x", "auth [success=1", "TMOUT=99999999999", "umask u=", "0777",
         "99999999999999999999", "-1", "2026-13-45", "ssh-rsa", "file", "10:30", "1m30x", "publickey,", "\\", '"']
    ),
)  # fmt: skip
VALUES = st.one_of(
    TEXTS, st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.floats(), st.lists(TEXTS, max_size=4)
)
ITEMS = st.dictionaries(st.one_of(NAMES, st.text(max_size=8)), st.dictionaries(FIELDS, VALUES, max_size=8), max_size=8)
READS = st.builds(
    lambda items, unread, fields, cut: (items, tuple(unread), tuple(fields), cut),
    ITEMS, st.lists(st.sampled_from(["", "anna", "/home", "match "]), max_size=2),
    st.lists(st.sampled_from(["password", "home_mode", "groups"]), max_size=1), st.sampled_from([0, 0, 0, 3]),
)  # fmt: skip
TOPICS = sorted({topic for check in ACCESS for topic in check.topics})
KNOWN = st.dictionaries(
    st.sampled_from(["outside.ssh", "key_owners", "admins", "role"]),
    st.one_of(VALUES, st.dictionaries(st.sampled_from(["kex", "ciphers", "macs", "methods", "sudo"]), VALUES)),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(TOPICS), READS, max_size=len(TOPICS)), KNOWN)
def test_no_judge_raises(reads: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Whatever a host's facts are, each check says one of its words, in bounded texts."""
    shown = {
        topic: Read(topic, items, NOW, unread=unread, unread_fields=fields, cut=cut)
        for topic, (items, unread, fields, cut) in reads.items()
    }
    for check in ACCESS:
        judged = run_check(check, Scene("h", shown, NOW, dict(check.parameters), known=known))
        assert judged.result in CheckResult
        assert (judged.result is CheckResult.FAIL) == bool(judged.seen)
        assert all(isinstance(seen, Seen) for seen in judged.seen)


def test_what_was_read_too_long_ago_says_nothing() -> None:
    """A pass of last week is none."""
    check = BY_ID["ssh-root"]
    scene = scene_of(check, next(cases_of("ssh-root")).said)
    later = Scene(scene.host, scene.reads, NOW + 4 * 3600, scene.parameters)
    assert run_check(check, scene).result is CheckResult.PASS
    assert run_check(check, later).result is CheckResult.STALE


def test_what_is_kept_of_a_reading_is_of_no_other_host() -> None:
    """Two hosts in turn: each is judged by its own facts."""
    for check in (BY_ID["ssh-root"], BY_ID["acct-uid0"]):
        of = {case.kind: scene_of(check, case.said) for case in reversed(list(cases_of(check.id)))}
        for kind in ("pass", "fail", "pass", "fail"):
            assert run_check(check, of[kind]).result is KINDS[kind]


def test_by_which_of_both_it_was_judged_is_said() -> None:
    """What sshd says of itself, or what its files have."""
    check = BY_ID["ssh-root"]
    said = {case.said["name"]: run_check(check, scene_of(check, case.said)).text for case in cases_of("ssh-root")}
    assert "as sshd -T says" in said["as sshd says it"]
    assert "as its files have it" in said["as it is written, in capital letters"]


def test_a_key_alone_for_root_weighs_less() -> None:
    """Nobody guesses a key."""
    check = BY_ID["ssh-root"]
    found = {
        case.said["name"]: run_check(check, scene_of(check, case.said)).seen
        for case in cases_of("ssh-root")
        if case.kind == "fail"
    }
    assert found["by key alone is still root"][0].severity is FindingSeverity.MEDIUM
    assert found["as sshd says it"][0].severity is FindingSeverity.HIGH


@pytest.mark.parametrize(
    ("said", "expected"),
    [("90", 90), ("1m", 60), ("1h30m", 5400), ("1W", 604800), ("none", None), ("", None), ("5x", None), ("-1", None)],
)
def test_times_of_sshd(said: str, expected: int | None) -> None:
    """As sshd_config(5) spells them."""
    assert seconds(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("027", 0o027),
        ("0077", 0o077),
        ("u=rwx,g=rx,o=", 0o027),
        ("g=rx,o=", 0o027),
        ("a=rx", 0o222),
        ("=rwx", 0),
        ("x", None),
    ],
)
def test_umasks(said: str, expected: int | None) -> None:
    """As a shell takes them."""
    assert umask_of(said) == expected


def test_a_file_of_rules_that_can_not_be_read_any_more_closes_no_rule_of_it() -> None:
    """Findings are named by the rules, not by the files: where a file is missing, each of them may stand in it."""
    case = next(
        one for one in cases_of("sudo-nopasswd") if one.said["name"] == "two long rules that begin alike are two"
    )
    scene = scene_of(BY_ID["sudo-nopasswd"], case.said)
    elsewhere = replace(scene.reads["sudoers"], unread=("/etc/sudoers.site ",))
    for check in ("sudo-nopasswd", "sudo-noauth"):
        judged = run_check(BY_ID[check], replace(scene, reads={**scene.reads, "sudoers": elsewhere}))
        assert judged.result in (CheckResult.FAIL, CheckResult.UNKNOWN)
        assert judged.result is CheckResult.UNKNOWN or judged.unread == ("",)
