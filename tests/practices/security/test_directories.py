"""Accounts of a directory: no pass for what nobody looked at, and what the files have opens and closes as ever."""

from collections.abc import Iterator

import pytest
from support.checkcases import cases_of, read_of
from support.finding_world import FindingWorld

from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.engine.security.judging import root_lines
from tui_ops.model.securing import Excepted, SecuritySpec
from tui_ops.practices.security.checks.accountsread import DIRECTORIES
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.practices.security.judging import Said, judge_host
from tui_ops.store.views.judged import Judged, TopicRead

TOOR = "passwd toor:x:0:0::/root:/bin/sh\n"
SSS = "used sss\n"


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def topic(at: float, more: str = "", used: str = SSS) -> TopicRead:
    """Return the accounts of a host that names sssd, as its probe sends them."""
    body = (
        f"run accounts\npasswd root:x:0:0:root:/root:/bin/bash\n{more}whole passwd\ngroup root:x:0:\nwhole group\n"
        f"switch passwd: files systemd sss\nwhole switch\n{used}whole limit\nwhole home\n"
        "shadow root:*:20000:0:99999:7:::\nwhole shadow\n"
    )
    read = read_of(parse_accounts(body.encode()), at)
    return TopicRead(at, 3600.0, read.items, read.unread, read.unread_fields, read.needs, read.cut)


def judge(world: FindingWorld, at: float, spec: SecuritySpec, told: TopicRead, check: str = "acct-uid0") -> Said:
    """Judge the host as the engine does, and take what is new into the findings."""
    found = Judged(world.host_id("web-1"), "web-1", (), {}, {"accounts": told})
    found.open = {one.check: {one.state} for one in world.findings() if one.state != "verified"}  # type: ignore[misc]
    said = judge_host(found, [BY_ID[check]], spec, (), at, root_lines)
    world.run(lambda session: take_sweeps(session, said.sweeps, at, spec))
    return said


def test_a_second_root_of_the_files_opens_and_closes_though_a_directory_is_not_read(world: FindingWorld) -> None:
    """And what is said of the host is that sssd was not read, not that all is well."""
    judge(world, world.at, SecuritySpec(), topic(world.at, TOOR))
    assert [(one.object, one.state) for one in world.findings()] == [("toor", "open")]
    world.at += 4000
    (verdict,) = judge(world, world.at, SecuritySpec(), topic(world.at)).verdicts
    assert verdict.result == "unknown"
    assert "sss (sssd)" in verdict.text
    assert f"security: parameters: {DIRECTORIES}: [sss]" in verdict.text
    assert verdict.needs == "[]", "no line of root would make it known"
    assert world.finding().state == "verified"


def test_who_looks_after_the_directory_says_so_for_all_or_for_one_host(world: FindingWorld) -> None:
    """By the parameter, of the fleet or of an exception; another directory is none of it."""
    parameters = {DIRECTORIES: ["sss"]}
    own = SecuritySpec(excepted=(Excepted("acct-*", frozenset({"web-1"}), parameters=parameters),))
    other = SecuritySpec(parameters={DIRECTORIES: ["ldap"]})
    told = {}
    for name, spec in (("all", SecuritySpec(parameters=parameters)), ("own", own), ("other", other)):
        (verdict,) = judge(world, world.at, spec, topic(world.at)).verdicts
        told[name] = verdict.result
    assert told == {"all": "pass", "own": "pass", "other": "unknown"}


def test_the_checks_are_those_of_accounts() -> None:
    """All of the family but the one of keys, which has files of its own; homes, and sudo. Each has cases of it."""
    names = {one.id for one in CHECKS if DIRECTORIES in one.parameters}
    assert {one.id for one in CHECKS if one.id.startswith("acct-")} - names == {"acct-authkeys"}
    assert {one for one in names if not one.startswith("acct-")} == {
        "home-perm", "sudo-members", "sudo-noauth", "sudo-nopasswd", "sudo-pty-log", "sudo-su"
    }  # fmt: skip
    for name in names:
        told = [
            case for case in cases_of(name) if any("switch " in body for body in (case.said.get("body") or {}).values())
        ]
        assert "unknown" in {case.kind for case in told}, name
