"""What a plan says of a step is what those who do it take: each kind, in each form, becomes an order."""

import pytest

from tui_ops.model.plans import HERE, Part, Step, StepKind
from tui_ops.plans import read_plan
from tui_ops.plans.forms import FORMS
from tui_ops.plans.kinds import CHECKS, KINDS
from tui_ops.practices.changes.steps import compose, dry

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0v7nHq0mOQnlB4r0a2Q3bq7y2h0dZlYj0m7f3b0c1A anna@desk"

TEXT = f"""\
parameters: {{who: {{default: "a b'c"}}}}
steps:
  - command: echo {{{{who}}}}
  - script: echo "$TUI_who"
  - file: {{path: "/x/{{{{who}}}}", content: a, mode: "640", owner: root}}
  - file: {{path: /y, state: absent}}
  - package: {{name: nginx, do: upgrade, version: "1.2"}}
  - package: {{do: security}}
  - unit: {{name: nginx, do: reload}}
  - account: {{name: deploy, do: add, groups: [web, adm], shell: /bin/sh, comment: X, home: /srv}}
  - key: {{account: deploy, key: {KEY}}}
  - reboot: 2m
  - http: {{url: "http://{{host}}/", from: host, contains: ok}}
  - check: {{unit: nginx}}
  - check: {{port: 443}}
  - check: {{file: /x, contains: a}}
  - check: {{package: nginx, version: "1.2"}}
  - check: {{command: [nginx, -t], says: ok}}
rollback:
  - restore: files
"""
PLAN = read_plan(TEXT, {})


def test_every_kind_and_form_is_tried_here() -> None:
    """A new one gets its line above."""
    steps = PLAN.all_steps()
    assert {step.kind for step in steps} >= set(KINDS) - HERE
    assert {form for step in steps if step.kind is StepKind.CHECK for form in CHECKS if form in step.args} == set(
        CHECKS
    )


@pytest.mark.parametrize("step", PLAN.all_steps(), ids=lambda step: f"{step.key}-{step.kind}")
def test_a_step_of_a_plan_becomes_an_order(step: Step) -> None:
    """No value of it is part of what a shell reads as a script."""
    for order in (compose(step), dry(step)):
        if order is not None:
            assert order.script
            assert "a b'c" not in order.script
            assert KEY not in order.script
    order = compose(step)
    if step.kind is StepKind.COMMAND:
        assert order.words == ("echo", "a b'c")
    if step.kind is StepKind.SCRIPT:
        assert "TUI_who=a b'c" in order.words
    assert (order.become, order.timeout_s) == (step.become, step.timeout_s)


@pytest.mark.parametrize("name", FORMS)
def test_the_steps_of_a_plan_to_begin_with_become_orders(name: str) -> None:
    for step in read_plan(FORMS[name].text, {}).all_steps():
        if step.kind not in HERE and step.part in Part:
            assert compose(step).script
