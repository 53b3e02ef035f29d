"""``tui-ops plan``: mistakes, steps, differences, and plans to begin with."""

import json
from pathlib import Path

from tui_ops.plans import read_plan
from tui_ops.plans.forms import FORMS

TEXT = """\
parameters: {version: {help: as apt has it}}
steps:
  - package: {name: nginx, version: "{{version}}"}
    become: yes
"""


def test_a_right_plan_is_told_with_what_is_in_it(run, tmp_path: Path) -> None:
    """And what it lacks that most plans have."""
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT)
    ran = run("plan", "check", str(file))
    assert ran.code == 0
    assert ran.out.splitlines()[:-1] == [
        "note: version has to be said, a text: --set version=…",
        "note: nothing is checked afterwards: add 'post:', else exit codes decide whether it worked",
        "note: nothing takes it back: add 'rollback:'",
        f"{file}: ok: 1 step, 1 open parameter",
    ]
    other = run("plan", "check", str(file), "--set", "version=1=2").out
    assert run("plan", "check", str(file), "--set", "version=12").out.splitlines()[-1] != other.splitlines()[-1]


def test_rules_that_the_inventory_has_not_are_told_with_their_lines(run, tmp_path: Path) -> None:
    """Where there is an inventory; it is no mistake, since alerts from elsewhere have names of their own."""
    file, inventory = tmp_path / "plan.yaml", tmp_path / "inventory.yaml"
    file.write_text("steps:\n- command: a\nabort_if: [host-down, http-dwn]\nexpected_alerts:\n- units-faild\n")
    inventory.write_text("name: shop\nhosts:\n  web-1:\n")
    assert "no rule" not in run("plan", "check", str(file)).out
    ran = run("-i", str(inventory), "plan", "check", str(file))
    assert ran.code == 0
    first, second = [line for line in ran.out.splitlines() if "no rule" in line]
    assert first.startswith(f"note: {file}:3:23: abort_if: no rule http-dwn is in force, it would never end the run")
    assert second.startswith(f"note: {file}:5:3: expected_alerts: no rule units-faild is in force")
    assert second.endswith("did you mean units-failed?")
    inventory.write_text("hosts: 7\n")
    assert "has mistakes: the rules" in run("-i", str(inventory), "plan", "check", str(file)).out


def test_mistakes_are_told_with_their_lines(run, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("steps:\n- comand: a\n- unit: {name: a}\n")
    ran = run("plan", "check", str(file))
    assert ran.code == 1
    assert ran.out.splitlines() == [
        f"{file}:2:3: unknown key 'comand' (did you mean 'command'?)",
        "    - comand: a",
        "      ^",
        f"{file}:3:3: 'do' is missing below 'unit' (add 'do: …')",
        "    - unit: {name: a}",
        "      ^",
    ]
    assert ran.err.endswith("2 mistakes\n")
    assert run("plan", "check", str(tmp_path / "none")).code == 1


def test_steps_are_listed(run, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT)
    ran = run("plan", "show", str(file), "--set", "version=1.2", "--format", "json")
    (step,) = (
        [json.loads(line) for line in ran.out.splitlines()] if not ran.out.startswith("[") else json.loads(ran.out)
    )
    assert (step["name"], step["line"], step["step"]) == ("install nginx = 1.2", 3, "steps-1")


def test_two_plans_are_compared(run, tmp_path: Path) -> None:
    """Exit code 1 where they differ, as diff has it."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("a\nb\n")
    new.write_text("a\nc\n")
    assert (run("plan", "diff", str(old), str(new)).out, run("plan", "diff", str(old), str(old)).out) == (
        "  a\n- b\n+ c\n",
        "",
    )
    assert (run("plan", "diff", str(old), str(new)).code, run("plan", "diff", str(old), str(old)).code) == (1, 0)


def test_a_plan_to_begin_with_is_printed(run) -> None:
    for name in FORMS:
        assert read_plan(run("plan", "new", name).out, {}).steps
    ran = run("plan", "new", "nonsense")
    assert ran.code == 2
    assert "one of: empty, restart" in ran.err


def test_a_command_line_that_is_wrong_is_told(run, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT)
    for words in (["check"], ["diff", "a"], ["check", str(file), "--set", "version"],
                  ["check", str(file), "--set", "a=1", "--set", "a=2"]):  # fmt: skip
        assert run("plan", *words).code == 2
