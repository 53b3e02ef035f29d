"""What the command line prints about findings, verdicts, acceptances, and the checks' own cases."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from support.finding_world import BOB, DAY, FindingWorld

from tui_ops.cli import selftest
from tui_ops.cli.main import main
from tui_ops.cli.selftest import Case, all_cases, cases_of, try_case, without
from tui_ops.model.security import FindingKind
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.store.tables import CheckVerdict
from tui_ops.store.views.findingtrend import read_trend

Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def world() -> Iterator[FindingWorld]:
    """A store whose story ends a moment ago."""
    with FindingWorld() as world:
        world.at = time.time() - 40 * DAY
        world.sweep("alice")
        world.sweep("alice", host="web-2")
        data = {"package": "openssl", "installed": "3.0.1", "fixed": "3.0.2", "kev": True}
        world.sweep("openssl", check="CVE-2024-1", source="feed", kind=FindingKind.VULNERABILITY, data=data)
        world.accepted("FND-2", for_="90d")
        world.act("finding.acknowledge", "FND-3", who=BOB)
        verdict = CheckVerdict(
            host_id=1, check="ssh-root", result="unknown", text="takes privilege", needs='["/usr/bin/timeout 5 x"]'
        )
        world.run(lambda session: session.add(verdict))
        yield world


@pytest.fixture
def printed(world: FindingWorld, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Runs the command line on that store, and returns its exit code, output and talk."""

    def ran(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--state-dir", str(world.paths.root), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def rows(printed: Printed, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(printed("show", *words, "--format", "json")[1])
    return found


def test_live_findings_are_shown_the_most_urgent_first(printed: Printed) -> None:
    assert [row["finding"] for row in rows(printed, "findings")] == ["FND-3", "FND-1"]
    (code, out, _) = printed("show", "findings")
    assert code == 0
    assert "root may log in" in out


@pytest.mark.parametrize(("words", "names"), [
    (["pkg=openssl"], ["FND-3"]), (["severity=high", "host=web-1"], ["FND-3", "FND-1"]),
    (["state=accepted"], ["FND-2"]), (["host~web", "state!=accepted"], ["FND-3", "FND-1"]),
    (["overdue=1"], ["FND-3", "FND-1"]), (["owner=bob"], ["FND-3"]), (["kev=1"], ["FND-3"]),
    (["alice"], ["FND-1"]), (["priority>60", "sort=-priority"], ["FND-3"]), (["check=ssh-*"], ["FND-1"]),
])  # fmt: skip
def test_addresses_narrow_them(printed: Printed, words: list[str], names: list[str]) -> None:
    assert [row["finding"] for row in rows(printed, "findings", *words)] == names


def test_verdicts_name_what_would_make_them_known(printed: Printed) -> None:
    (row,) = rows(printed, "verdicts", "result=unknown")
    assert (row["check"], row["needs"]) == ("ssh-root", ["/usr/bin/timeout 5 x"])


def test_acceptances_have_who_and_until_when(printed: Printed) -> None:
    (row,) = rows(printed, "acceptances")
    assert (row["state"], row["asked_by"], row["approved_by"], row["findings"]) == ("in force", "bob", "cat", ["FND-2"])


def test_the_trend_is_that_of_the_desk_by_severity_and_in_all(printed: Printed, world: FindingWorld) -> None:
    high, whole = rows(printed, "trend")
    assert (high["severity"], high["live"], high["overdue"], high["aside"]) == ("high", 2, 2, 1)
    assert (whole["severity"], whole["live"], whole["to_mend_s"], whole["mended"]) == ("all", 2, None, 0)
    assert high["days"] == [high["since"]]
    assert (high["live_by_day"], high["overdue_by_day"], high["aside_by_day"]) == ([2], [2], [1])
    assert [row["severity"] for row in rows(printed, "trend", "severity=all")] == ["all"]
    _, out, _ = printed("show", "trend")
    assert out.split("\n")[0].split() == [
        "SEVERITY", "LIVE", "OVERDUE", "ASIDE", "OPENED", "CLOSED", "TO_MEND_S", "MENDED", "SINCE",
    ]  # fmt: skip
    with world.reader() as reader:
        assert [(row.name, int(row.live[-1])) for row in read_trend(reader, time.time())] == [("high", 2), ("all", 2)]


def test_the_list_of_one(printed: Printed) -> None:
    assert [row["kind"] for row in rows(printed, "timeline", "FND-2")] == ["seen", "acceptance", "acceptance"]
    code, _, err = printed("show", "timeline", "FND-99")
    assert code
    assert "there is no FND-99" in err


# --- self-test ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_has_a_pass_and_a_fail_and_all_its_cases_hold(check: object) -> None:
    cases = cases_of(check.id)  # type: ignore[attr-defined]
    assert without(cases) == []
    assert [f"{case.kind} {case.name}: {tried.wrong}" for case in cases if (tried := try_case(check, case)).wrong] == []  # type: ignore[arg-type]


def test_a_case_that_does_not_hold_is_found(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scanner is itself audited: a case on the wrong side is said, and the command ends with 1."""
    check, case = next((check, case) for check, case in all_cases() if case.kind == "fail")
    turned = Case(case.check, "pass", case.name, case.said)
    monkeypatch.setattr(selftest, "cases_of", lambda name: [turned, case])
    code, out, _ = printed("self-test", check.id)
    assert code == 1
    assert f"{check.id}  pass: {case.name}  it says fail" in out
    monkeypatch.setattr(selftest, "cases_of", lambda name: [])
    code, out, _ = printed("self-test", check.id)
    assert code == 1
    assert "no case that has to fail" in out


def test_a_case_that_names_other_objects_does_not_hold() -> None:
    _, case = next((check, case) for check, case in all_cases() if case.kind == "fail" and case.said.get("objects"))
    other = Case(case.check, case.kind, case.name, {**case.said, "objects": ["nobody"]})
    assert "has to name nobody" in try_case(BY_ID[case.check], other).wrong


def test_self_test_says_how_many_and_refuses_a_check_that_is_none(printed: Printed) -> None:
    code, out, _ = printed("self-test", "ssh-root")
    assert (code, out.splitlines()[-1].split(",")[0]) == (0, "1 check")
    code, _, err = printed("self-test", "ssh-rot")
    assert code == 2
    assert "no check 'ssh-rot'" in err
