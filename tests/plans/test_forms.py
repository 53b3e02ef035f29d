"""The plans to begin with are right as they stand, and loading plans loads little."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tui_ops.model.plans import StepKind
from tui_ops.plans import read_plan
from tui_ops.plans.forms import FORMS, Form
from tui_ops.plans.kinds import KINDS
from tui_ops.plans.reading import KEYS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_a_form_is_a_plan(form: Form) -> None:
    """As a model, and with its own defaults as a plan that checks what it did."""
    assert read_plan(form.text).steps
    plan = read_plan(form.text, {})
    assert plan.steps
    assert plan.post
    assert form.text.startswith(f"# {form.title}\n")
    assert all(len(line) <= 120 for line in form.text.splitlines())


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_what_a_form_leaves_out_by_a_remark_is_right_as_well(form: Form) -> None:
    """Whoever takes a ``#`` away has a plan."""
    lines = form.text.split("\n")
    body = next(at for at, line in enumerate(lines) if not line.startswith("#"))
    text = "\n".join(lines[:body] + [_without(line) for line in lines[body:]])
    read_plan(text, {})


def _without(line: str) -> str:
    """Return a line whose remark is a key or a step without its sign."""
    bare = line.lstrip()
    return line.replace("# ", "", 1) if bare.startswith("# ") and ":" in bare else line


def test_the_docs_say_everything() -> None:
    """Every key, kind and argument of the language stands on the page, and its first plan is one."""
    page = (ROOT / "docs/plans.md").read_text(encoding="utf-8")
    for word in (*KEYS, *StepKind):
        assert f"`{word}`" in page, word
    for takes in KINDS.values():
        for form in (takes, *takes.choices.values()):
            assert all(f"`{name}`" in page or f"{name}:" in page for name in form.args if not takes.is_short)
    blocks = page.split("```yaml\n")[1:]
    assert read_plan(blocks[0].split("```")[0]).post
    parameters = blocks[1].split("```")[0]
    used = "steps: [command: 'a {{version}} {{workers}} {{tls}} {{restart}}']\n"
    assert read_plan(parameters + used, {"version": "1.2-3~deb12u4"}).steps


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has after some code."""
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    return set(json.loads(done.stdout))


def test_plans_load_little() -> None:
    """The desk reads what was frozen without a YAML parser, and a text without pydantic."""
    assert not loaded("import tui_ops.plans, tui_ops.plans.showing, tui_ops.plans.forms") & {"yaml", "pydantic"}
    found = loaded("from tui_ops.plans import read_plan\nread_plan('steps: [command: a]')")
    assert "yaml" in found
    assert not found & {"pydantic", "sqlmodel", "sqlalchemy", "asyncssh", "textual"}
