"""Plans of plain things: a line of login.defs, the rule for new accounts, a home's mode. Scripts run on a real file."""

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tui_ops.cli.selftest import all_cases, judge_case
from tui_ops.model.security import FindingKind, Seen
from tui_ops.plans import read_plan
from tui_ops.plans.errors import PlanWrong
from tui_ops.practices.security.checks.logindefs import LOGIN_DEFS
from tui_ops.practices.security.remedies import Mend, NoPlan, mend


def mends(check: str) -> dict[str, list[Mend | None]]:
    """Return by object what mends the things that a check sees in its own fixtures; None where people do."""
    found: dict[str, list[Mend | None]] = {}
    for known, case in all_cases():
        for seen in judge_case(known, case).seen if known.id == check and case.kind == "fail" else ():
            what: Mend | None = None
            with suppress(NoPlan):
                what = mend(check, FindingKind.CONFIGURATION, seen)
            found.setdefault(seen.object, []).append(what)
    return found


def plan_at(check: str, at: str) -> Mend:
    """Return the first plan for an object of a check's fixtures."""
    return next(one for one in mends(check)[at] if one is not None)


def ran(what: Mend, before: str | None, folder: Path) -> tuple[str, int]:
    """Run the script of a plan with another login.defs in the host's place; return what stands there then."""
    step = next(one for one in read_plan(what.plan, dict(what.values) or None).steps if "text" in one.args)
    place = folder / "login.defs"
    if before is not None:
        place.write_text(before)
    script = str(step.args["text"]).replace(LOGIN_DEFS, str(place))
    environment = {f"TUI_{name}": value for name, value in what.values}
    done = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, check=False
    )
    return place.read_text() if place.exists() else "", done.returncode


@pytest.mark.parametrize(
    ("check", "at", "line"),
    [
        ("acct-maxage", "login.defs", "PASS_MAX_DAYS 365"),
        ("acct-hash", "pam common-password", "ENCRYPT_METHOD SHA512"),
        ("sess-umask", LOGIN_DEFS, "UMASK 027"),
    ],
)
def test_a_line_of_login_defs_is_set_in_its_place_or_added(check: str, at: str, line: str, tmp_path: Path) -> None:
    what, name = plan_at(check, at), line.split()[0]
    before = f"# {name} is this\n{name}\t\t7\nOTHER 1\n"
    assert ran(what, before, tmp_path) == (f"# {name} is this\n{line}\nOTHER 1\n", 0)
    assert ran(what, "OTHER 1\n", tmp_path) == (f"OTHER 1\n{line}\n", 0)


def test_a_login_defs_that_is_elsewhere_is_not_hidden_by_one_line(tmp_path: Path) -> None:
    assert ran(plan_at("acct-maxage", "login.defs"), None, tmp_path) == ("", 1)


def test_new_accounts_are_shut_by_the_rule_and_old_ones_by_chage() -> None:
    found = mends("acct-inactive")
    del found["useradd"]
    rule = plan_at("acct-inactive", "useradd")
    assert read_plan(rule.plan, dict(rule.values)).steps[1].args["words"] == ("useradd", "-D", "-f", "45")
    assert found
    assert all(one is not None and "chage" in one.plan for plans in found.values() for one in plans)


def test_a_home_is_closed_and_what_needs_a_question_is_left_to_people() -> None:
    what = plan_at("home-perm", "/home/anna")
    assert dict(what.values) == {"path": "/home/anna"}
    assert 'chmod g-w,o-rwx -- "$TUI_path"' in str(read_plan(what.plan, dict(what.values)).steps[0].args["text"])
    found = mends("home-perm")
    assert None in found["/home/anna"], "one that belongs to somebody else"
    files = [plans for at, plans in found.items() if at.endswith(("hosts", ".netrc"))]
    assert files
    assert all(one is None for plans in files for one in plans)


@pytest.mark.parametrize("path", ["/etc", "/home/../etc", "/home/a/b", "/home/-R", "/srv/a", "/home/a;b", ""])
def test_no_other_folder_is_closed(path: str) -> None:
    what = mend("home-perm", FindingKind.CONFIGURATION, Seen(path, "x", data={"path": path, "was": "0777"}))
    with pytest.raises(PlanWrong):
        read_plan(what.plan, dict(what.values))


def test_what_login_defs_does_not_decide_is_left_to_people() -> None:
    found = mends("acct-hash")
    assert found["account bert"] == [None] * len(found["account bert"])
    assert None in found["pam common-password"], "pam_unix names the method there itself"
