"""What holds for all plans that mend: whom they leave alone, how they are taken back, and what is left to people."""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from tui_ops.cli.selftest import all_cases, judge_case
from tui_ops.model.facts import Field
from tui_ops.model.plans import OnFailure, Plan, StepKind
from tui_ops.model.security import FindingKind, Seen
from tui_ops.plans import read_plan
from tui_ops.plans.errors import PlanWrong
from tui_ops.practices.security.checks.accountplans import NOT_OURS
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.practices.security.checks.fileplans import KEYS_TO_ROOT
from tui_ops.practices.security.checks.pathplans import LOOK as _LOOK
from tui_ops.practices.security.remedies import Mend, NoPlan, asked, mend
from tui_ops.ui.security.panels import said_in_draft

LOOK = _LOOK.strip().split("\n")[0]
"""What a step begins with that looks at the way to a file itself."""

NO_WAY_BACK = {"acct-emptypw", "patch-sec", "patch-reboot"}
"""An empty password would be one again, a version that was mended an old one; and nothing undoes a start."""

BY_PEOPLE = {
    "acct-uid0", "acct-dup", "login-source", "login-guessed", "sudo-nopasswd", "sudo-noauth", "fw-open", "net-listen",
    "boot-pw", "disk-crypt", "os-support", "bak-age", "tls-expiry", "drift-open",
}  # fmt: skip
"""Checks of which a machine mends nothing."""


@lru_cache(maxsize=1)
def plans() -> tuple[tuple[str, Seen, Mend], ...]:
    """Return what mends each thing that a check sees in its own fixtures."""
    return tuple(_plans())


def _plans() -> Iterator[tuple[str, Seen, Mend]]:
    for check, case in all_cases():
        for seen in judge_case(check, case).seen if case.kind == "fail" else ():
            try:
                yield check.id, seen, mend(check.id, check.kind, seen)
            except NoPlan:
                continue


def models() -> dict[tuple[str, str], Plan]:
    """Return the plans by check and text."""
    return {(check, what.plan): read_plan(what.plan) for check, _, what in plans()}


def test_every_check_has_a_plan_or_is_known_to_have_none() -> None:
    found = {check for check, _, _ in plans()}
    assert {check.id for check in CHECKS} - found == BY_PEOPLE
    assert all(BY_ID[check].remedy.by_hand for check in BY_PEOPLE)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_why_no_machine_mends_it_is_one_clause_for_people(check) -> None:  # type: ignore[no-untyped-def]
    """It goes on from "no machine mends it:", and stands beside the advice in one line."""
    why = check.remedy.by_hand
    assert not why or (why[0].islower() and len(why) < 160)
    assert not why.endswith(".")


def test_all_others_can_be_taken_back() -> None:
    left = {check for (check, _), plan in models().items() if not plan.rollback}
    assert left == NO_WAY_BACK


def test_what_changes_an_account_looks_first_whether_it_is_this_desks_own() -> None:
    guarded = 0
    for check, _, what in plans():
        if "usermod" in what.plan or "chage" in what.plan or "gpasswd" in what.plan or "do: lock" in what.plan:
            assert NOT_OURS in what.plan, check
            guarded += 1
    assert guarded > 10


def test_what_may_shut_everybody_out_is_taken_back_by_itself() -> None:
    """sshd, sudo, su, PAM's stacks, mounts, the packet filter."""
    names = (
        "path: /etc/ssh/sshd_config.d", "path: /etc/sudoers.d", "path: /etc/pam.d", "path: /etc/fstab",
        "tui-ops-filter-undo",
    )  # fmt: skip
    found = [(check, plan) for (check, text), plan in models().items() if any(name in text for name in names)]
    assert len(found) > 20
    assert [check for check, plan in found if plan.batching.on_failure is not OnFailure.ROLL_BACK] == []


def test_sshd_reads_its_settings_before_it_is_told_of_them() -> None:
    for (check, text), plan in models().items():
        if "/etc/ssh/sshd_config.d/" not in text or not any(one.kind is StepKind.FILE for one in plan.steps):
            continue
        asked = next(at for at, one in enumerate(plan.steps) if one.args.get("words") == ("/usr/sbin/sshd", "-t"))
        told = next(at for at, one in enumerate(plan.steps) if one.name == "reload sshd")
        assert asked < told, check


def test_plans_that_touch_a_named_file_or_the_packet_filter_are_these() -> None:
    """Another one has to be looked at with the same care before it stands here."""
    with_path = {check for (check, _), plan in models().items() if any(one.name == "path" for one in plan.parameters)}
    assert with_path == {
        "ssh-hostkey", "ssh-conffile", "fs-passwdfiles", "home-perm", "fs-world", "fs-suid", "acct-authkeys",
    }  # fmt: skip
    filters = [check for (check, text), _ in models().items() if any(one in text for one in ("nft", "ufw", "iptables"))]
    assert sorted(filters) == ["fw-active", "fw-active", "fw-deny", "fw-one"]


def test_a_packet_filter_counts_down_before_it_is_in_force_and_stops_only_for_a_person() -> None:
    for (check, text), plan in models().items():
        if "tui-ops-filter-undo" not in text:
            continue
        kinds = [one.kind for one in plan.steps]
        counts = next(at for at, one in enumerate(plan.steps) if "--on-active" in str(one.args))
        asked, stays = kinds.index(StepKind.MANUAL), [one.name for one in plan.steps].index("let it stay")
        assert counts + 1 < asked < stays, check


@pytest.mark.parametrize("name", sorted(KEYS_TO_ROOT))
def test_no_way_to_root_loses_its_rights(name: str) -> None:
    seen = Seen(f"/usr/local/bin/{name}", "x", data={"path": f"/usr/local/bin/{name}", "was_mode": "4755"})
    with pytest.raises(NoPlan, match="a way to root"):
        mend("fs-suid", FindingKind.EXPOSURE, seen)


@pytest.mark.parametrize("path", ["/srv/a b", "/x; rm -rf /", "/-R", "/$(id)", "/'\""])
def test_a_path_stays_a_value(path: str) -> None:
    """Whatever a file is called, it is no part of what is run."""
    what = mend("fs-world", FindingKind.CONFIGURATION, Seen(f"writable {path}", "x", data={"path": path}))
    plain = mend("fs-world", FindingKind.CONFIGURATION, Seen("writable /x", "x", data={"path": "/x"}))
    steps = [read_plan(one.plan, dict(one.values)).all_steps() for one in (what, plain)]
    assert [one.args["text"] for one in steps[0]] == [one.args["text"] for one in steps[1]]


def test_what_root_does_to_a_file_it_does_where_it_has_looked_at_the_way_itself() -> None:
    """Before, in the step and in the way back; the rest of what has a path is done by the owner of a home."""
    looks = {check for check, _, what in plans() if LOOK in what.plan}
    assert looks == {"ssh-hostkey", "ssh-conffile", "fs-passwdfiles", "home-perm", "fs-world", "fs-suid"}
    for (check, _), plan in models().items():
        if any(one.name == "path" for one in plan.parameters) and check not in ("acct-authkeys", "key-new"):
            changes = [one for one in plan.all_steps() if one.kind is StepKind.SCRIPT]
            assert changes, check
            assert all(LOOK in str(one.args["text"]) for one in changes), check
            is_fixed = any(one.choices for one in plan.parameters)
            assert is_fixed or all(one.kind in (StepKind.SCRIPT, StepKind.CHECK) for one in plan.all_steps()), check


@pytest.mark.parametrize("path", ["/home/anna/d/shadow", "/tmp/x", "/var/tmp/a/b", "/dev/shm/x", "/run/user/0/x"])
def test_what_lies_in_folders_of_others_is_left_to_people(path: str) -> None:
    data: dict[str, Field] = {"path": path, "was_mode": "4755", "owner": "9", "group": "9"}
    for check, at in (("fs-world", f"writable {path}"), ("fs-world", f"unowned {path}"), ("fs-suid", path)):
        with pytest.raises(NoPlan, match="another account can replace a folder on its way"):
            mend(check, FindingKind.CONFIGURATION, Seen(at, "x", data=data))
    assert mend("fs-world", FindingKind.CONFIGURATION, Seen("unowned /home/old", "x", data=data)).plan


@pytest.mark.parametrize("unit", ["netfilter-persistent", "iptables", "ip6tables", "ufw", "firewalld", "ferm"])
def test_a_filter_whose_stop_brings_nothing_back_is_not_started(unit: str) -> None:
    seen = Seen("x", "x", data={"unit": unit, "lacks": "run"})
    with pytest.raises(NoPlan, match="a stop of it brings nothing back"):
        mend("fw-active", FindingKind.CONFIGURATION, seen)


def test_a_start_of_the_host_finds_no_filter_that_nobody_has_said_to_get_through() -> None:
    """What is written before a person has said so lies in /run, or is switched off."""
    for data in ({"lacks": "filter"}, {"lacks": "switch"}, {"lacks": "run", "unit": "nftables"}):
        steps = read_plan(mend("fw-active", FindingKind.CONFIGURATION, Seen("", "x", data=data)).plan).steps
        trial = steps[: [one.kind for one in steps].index(StepKind.MANUAL)]
        kept = [one for one in trial if one.kind is StepKind.FILE and one.args.get("state") != "kept"]
        assert all(str(one.args["path"]).startswith("/run/") for one in kept)
        assert not any(one.kind is StepKind.UNIT and one.args["do"] == "enable" for one in trial)
        switched = [one for one in trial if "enable" in str(one.args)]
        assert all("ENABLED=no" in str(one.args) for one in switched)


@pytest.mark.parametrize("path", ["-R", "srv/x", ""])
def test_what_is_no_path_is_in_no_plan(path: str) -> None:
    what = mend("fs-world", FindingKind.CONFIGURATION, Seen(f"writable {path}", "x", data={"path": path}))
    with pytest.raises(PlanWrong):
        read_plan(what.plan, dict(what.values))


def test_what_only_people_know_is_asked_of_them_in_the_draft() -> None:
    what = mend("fw-one", FindingKind.CONFIGURATION, Seen("", "x", data={"lacks": "filter"}))
    ((name, told),) = asked(what)
    assert (name, "that of ssh among them" in told) == ("tcp", True)
    assert said_in_draft(asked(what), 200)[0][0][0].startswith("tcp: the draft asks for it, the ports of TCP")
    assert asked(mend("acct-dormant", FindingKind.ACCESS, Seen("anna", "x", data={"account": "anna"}))) == ()
