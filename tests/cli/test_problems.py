"""What the command line prints about problems, known errors, action items, reviews, figures and the shift."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from support.problem_world import BOB, DAY, ProblemWorld

from tui_ops.cli.main import main
from tui_ops.model.oncall import Layer, OnCallSpec, Rotation, Schedule
from tui_ops.store.oncallplan import PLAN_ID, to_text
from tui_ops.store.tables import OnCallPlan

Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world() -> Iterator[ProblemWorld]:
    """A store whose story ends a moment ago."""
    with ProblemWorld() as world:
        world.at = time.time() - 3 * DAY
        world.happen(3)
        world.act("problem.take", "PRB-1", who=BOB)
        world.act("problem.why", "PRB-1", text="logrotate does not run")
        world.act("problem.workaround", "PRB-1", text="clean /var")
        world.act("problem.knownerror", "PRB-1", unit="logrotate.service", package="logrotate", version="3.21")
        number = world.open_one("db-1", "memory")
        world.at += 60
        world.act("incident.acknowledge", f"INC-{number}", who=BOB)
        world.act("incident.mitigate", f"INC-{number}")
        world.act("incident.item", f"INC-{number}", text="more swap", owner="bob", for_="1d")
        yield world


@pytest.fixture
def printed(world: ProblemWorld, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Runs the command line on that store, and returns its exit code, output and talk."""

    def ran(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--state-dir", str(world.paths.root), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def test_problems(printed: Printed) -> None:
    """Text has the state and what to do; JSON has all; a closed one is there where it is asked for."""
    code, out, _ = printed("show", "problems")
    assert code == 0
    assert out.splitlines()[1].split()[:3] == ["PRB-1", "assess", "2"]
    assert "clean /var" in out
    (row,) = json.loads(printed("show", "problems", "owner=bob", "--format", "json")[1])
    assert (row["incidents"], row["open"], row["whys"]) == (3, 0, ["logrotate does not run"])
    assert json.loads(printed("show", "problems", "priority=1", "--format", "json")[1]) == []


def test_what_happened_to_a_problem(printed: Printed) -> None:
    """Each line with who and the audit entry; a problem that there is not is told."""
    rows = json.loads(printed("show", "timeline", "PRB-1", "--format", "json")[1])
    assert [row["kind"] for row in rows] == ["opened", "field", "field", "field", "link"]
    assert [row["who"] for row in rows] == ["", "bob", "ann", "ann", "ann"]
    assert all((row["audit"] is None) is (row["who"] == "") for row in rows)
    assert len(printed("show", "timeline", "prb-1", "who=bob")[1].splitlines()) == 2
    code, _, err = printed("show", "timeline", "PRB-9")
    assert (code, "there is no PRB-9" in err) == (1, True)


def test_dismissed_ones_are_asked_for(world: ProblemWorld, printed: Printed) -> None:
    """They are out of the way otherwise."""
    world.happen(3, host="db-1", rule="cpu", item="")
    world.act("problem.dismiss", "PRB-2")
    assert "PRB-2" not in printed("show", "problems")[1]
    assert printed("show", "problems", "state=closed")[1].splitlines()[1].startswith("PRB-2")


def test_known_errors(world: ProblemWorld, printed: Printed) -> None:
    """With what they are found by; retired ones where they are asked for."""
    (row,) = json.loads(printed("show", "knownerrors", "--format", "json")[1])
    assert (row["known_error"], row["unit"], row["version"], row["log"]) == ("KE-1", "logrotate.service", "3.21", None)
    assert (row["problem"], row["workaround"]) == ("PRB-1", "clean /var")
    world.act("knownerror.retire", "KE-1")
    assert len(printed("show", "knownerrors")[1].splitlines()) == 1
    assert "KE-1" in printed("show", "knownerrors", "retired=1")[1]


def test_action_items(world: ProblemWorld, printed: Printed) -> None:
    """The late one says so; what is done is out of the way."""
    (row,) = json.loads(printed("show", "actions", "--format", "json")[1])
    assert (row["item"], row["of"], row["owner"], row["overdue"]) == ("TODO-1", "INC-4", "bob", True)
    assert json.loads(printed("show", "actions", "of=PRB-1", "--format", "json")[1]) == []
    world.act("item.do", "TODO-1")
    assert len(printed("show", "actions")[1].splitlines()) == 1
    assert "TODO-1" in printed("show", "actions", "done_by=ann")[1]


def test_a_review(world: ProblemWorld, printed: Printed) -> None:
    """What the record says, with how to begin; then the draft; as a page."""
    code, out, err = printed("review", "inc-4")
    assert (code, out.splitlines()[0]) == (0, "# INC-4: db-1: memory is critical")
    assert "tui-ops do incident.review INC-4 makes a draft" in err
    world.act("incident.review", "INC-4")
    _, out, err = printed("review", "INC-4", "--html")
    assert out.startswith("<!doctype html>")
    assert err == ""
    for name in ("INC-99", "web-1"):
        code, out, err = printed("review", name)
        assert (code, out) == (1, "")
        assert "tui-ops show incidents names them" in err


def test_figures(printed: Printed) -> None:
    """Text for people, JSON in seconds; a number of days that can't be is told."""
    _, out, _ = printed("figures")
    assert out.startswith("4 incidents in 30 days")
    row = next(line for line in out.splitlines() if line.startswith("all"))
    assert row.split()[:2] == ["all", "4"]
    assert "fix the cause (open a problem): 3 of 3 incidents are disk-full on service shop, /var" in out
    document = json.loads(printed("figures", "--days", "30", "--format", "json")[1])
    every = document["figures"][0]
    assert (every["incidents"], every["spreads"]["tta"]) == (4, {"count": 1, "median_s": 60.0, "p90_s": 60.0})
    assert [one["rule"] for one in document["rules"]] == ["disk-full", "memory"]
    _, out, _ = printed("--ascii", "figures")
    assert out.isascii() or "–" in out
    assert "█" not in out
    assert printed("figures", "--days", "0")[0] == 2


def test_no_incident_has_no_figures(world: ProblemWorld, printed: Printed) -> None:
    """And says so in one line."""
    del world
    assert printed("figures", "--days", "1")[1] == "0 incidents in 1 day, neither merged nor cancelled.\n"


def test_a_hand_over(printed: Printed) -> None:
    """With who is on call as the store has it; a time that is no shift is told."""
    code, out, _ = printed("handover", "--since", "5d")
    assert code == 0
    assert "- **P1 INC-4** db-1: memory is critical" in out
    assert "- **overdue** " in out
    assert "PRB-1 opened" in out
    assert "The inventory names nobody." in out
    assert printed("handover", "--since", "soon")[0] == 2
    code, _, err = printed("handover", "--since", "400d")
    assert code == 2
    assert "up to 31d" in err


def test_who_is_on_call_comes_from_the_plan(world: ProblemWorld, printed: Printed) -> None:
    """Now, and who follows; as the inventory in force says it."""
    daily = Rotation("days", ("ann", "bob"), 24 * 60, datetime(2026, 1, 1, 8))
    spec = OnCallSpec(rotations=(daily,), schedules=(Schedule("office", layers=(Layer("days"),)),))
    world.run(lambda session: session.add(OnCallPlan(id=PLAN_ID, body=to_text(spec))))
    out = printed("handover")[1]
    line = next(one for one in out.splitlines() if one.startswith("- office: "))
    assert "then " in line
