"""One step of a plan's text is changed, and nothing else: comments, blank lines and quotes elsewhere stay."""

import difflib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tui_ops.model.plans import Part, StepKind
from tui_ops.plans import PlanWrong, read_plan
from tui_ops.plans.forms import FORMS
from tui_ops.plans.rewriting import NotByForm, change, move, put_in, take_out
from tui_ops.plans.stepform import FieldKey, Filled, Form, Reader, filled_from, forms_of, node_of

PLAN = """\
# what it is for
pre:
  - check: {unit: nginx, is: active}   # as it is

steps:
  # the package first
  - package: {name: nginx, version: 1.26.3-1}  # from the mirror
    become: yes
    # of all hosts

  # then its file
  - file:
      path: /etc/nginx/conf.d/tls.conf   # ours
      mode: "0644"
      content: |
        ssl_protocols TLSv1.2;
        # not a comment

    become: yes
  - command: nginx -t
    timeout: 30s

# decides
post:
  - http: {url: "https://{host}/health", within: 30s}
rollback: []  # nothing goes back
batches: [1, rest]   # one at a time
"""


def filled(form: Form, **texts: str) -> Filled:
    """Return a form; ``step_`` begins the keys that every step has."""
    made = Filled(form)
    for name, text in texts.items():
        key: FieldKey = ("step", name.removeprefix("step_")) if name.startswith("step_") else ("arg", name)
        made.texts[key] = text
    return made


def node(made: Filled):
    return node_of(made, {one.key: 1 for one in made.form.fields})


def of(text: str, part: Part, at: int) -> Filled:
    """Return the form of a step that is there."""
    found = filled_from(Reader(text, {}).steps(part)[at])
    assert found is not None
    return found


def differs(before: str, after: str) -> list[str]:
    """Return the lines that went and came."""
    return [one for one in difflib.ndiff(before.splitlines(), after.splitlines()) if one[0] in "+-"]


RELOAD = filled(Form(StepKind.UNIT), name="nginx", do="reload", step_become="yes")


def test_one_value_is_written_anew() -> None:
    """On its own line, with the remark behind it; the rest of the step stays as it is, too."""
    made = of(PLAN, Part.STEP, 0)
    made.texts["arg", "version"] = "1.26.4-1"
    assert differs(PLAN, change(PLAN, Part.STEP, 0, node(made))) == [
        "-   - package: {name: nginx, version: 1.26.3-1}  # from the mirror",
        "+   - package: {name: nginx, version: 1.26.4-1}  # from the mirror",
    ]
    made = of(PLAN, Part.STEP, 1)
    made.texts["arg", "mode"] = "0600"
    assert differs(PLAN, change(PLAN, Part.STEP, 1, node(made))) == ['-       mode: "0644"', '+       mode: "0600"']


def test_a_text_of_many_lines_and_further_keys() -> None:
    made = of(PLAN, Part.STEP, 1)
    made.texts["arg", "content"] += "ssl_stapling on;\n"
    made.texts["arg", "owner"] = "root"
    made.texts["step", "retries"] = "2"
    after = change(PLAN, Part.STEP, 1, node(made))
    assert set(differs(PLAN, after)) == {
        "+         ssl_stapling on;", "+       owner: root", "+     retries: 2",
    }  # fmt: skip
    step = read_plan(after, {}).steps[1]
    assert step.args["content"] == "ssl_protocols TLSv1.2;\n# not a comment\nssl_stapling on;\n"
    assert (step.args["owner"], step.retries, step.become) == ("root", 2, True)


def test_a_key_that_is_emptied_goes() -> None:
    made = of(PLAN, Part.STEP, 2)
    made.texts["step", "timeout"] = ""
    assert differs(PLAN, change(PLAN, Part.STEP, 2, node(made))) == ["-     timeout: 30s"]


def test_another_kind_in_its_place() -> None:
    """The remarks above the step stay."""
    after = change(PLAN, Part.STEP, 0, node(RELOAD))
    assert "  # the package first\n  - unit: {name: nginx, do: reload}\n    become: yes\n" in after
    assert "package" not in after.replace("the package first", "")


@pytest.mark.parametrize("at", range(4))
def test_a_further_step(at: int) -> None:
    after = put_in(PLAN, Part.STEP, at, node(RELOAD))
    assert differs(PLAN, after) == ["+   - unit: {name: nginx, do: reload}", "+     become: yes"]
    assert [one.kind for one in read_plan(after, {}).steps].index(StepKind.UNIT) == at


def test_the_first_step_of_a_part() -> None:
    """Where the part says that it has none, and where nobody named it: between its neighbours."""
    after = put_in(PLAN, Part.ROLLBACK, 0, node(RELOAD))
    assert "rollback:  # nothing goes back\n  - unit: {name: nginx, do: reload}\n" in after
    for text in ("steps:\n  - command: a\n", "# only this\nsteps:\n  - command: a\nsoak: 5m\n"):
        check = node(filled(Form(StepKind.CHECK, "port"), port="443"))
        assert "pre:\n  - check: {port: 443}\n\n" in put_in(text, Part.PRE, 0, check)
        posted = put_in(text, Part.POST, 0, check)
        assert posted.index("command") < posted.index("post:")
        assert read_plan(posted, {}).post[0].args["port"] == 443
    for text in ("", "# nothing yet\n", "steps:\n", "steps: []\n"):
        assert read_plan(put_in(text, Part.STEP, 0, node(RELOAD)), {}).steps[0].become


def test_a_step_goes_with_the_remark_above_it() -> None:
    assert differs(PLAN, take_out(PLAN, Part.STEP, 0))[:3] == [
        "-   # the package first",
        "-   - package: {name: nginx, version: 1.26.3-1}  # from the mirror",
        "-     become: yes",
    ]
    after = take_out(PLAN, Part.POST, 0)
    assert "# decides\npost: []\n" in after
    assert read_plan(after, {}).post == ()


def test_neighbours_change_places() -> None:
    after = move(PLAN, Part.STEP, 0, 1)
    assert [str(one.kind) for one in read_plan(after, {}).steps] == ["file", "package", "command"]
    assert after.index("# then its file") < after.index("# the package first")
    assert move(after, Part.STEP, 1, -1) == PLAN


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{command: a}, {command: b}]\n",
        "{steps: [{command: a}, {command: b}]}\n",
        "steps: &all\n  - &one\n    command: a\n  - *one\n",
        "steps:\n  -\n    command: a\n  - command: b\n",
    ],
)
def test_what_a_form_cannot_change_is_refused(text: str) -> None:
    """And the editor is named; a text is never half changed."""
    with pytest.raises(NotByForm) as caught:
        take_out(text, Part.STEP, 0)
    assert "editor" in str(caught.value)


def test_what_others_use_is_not_taken_away() -> None:
    text = "steps:\n  - &one {command: a}\n  - command: b\npost:\n  - *one\n"
    with pytest.raises((NotByForm, PlanWrong)):
        take_out(text, Part.STEP, 0)


def test_remarks_between_two_steps_are_nobody_s_to_lose() -> None:
    """Those of the next step stay above it though a deeper one stands among them, whatever becomes of this one."""
    text = "steps:\n  - command: a\n# on b\n    # and on\n  - command: b\n"
    made = of(text, Part.STEP, 0)
    made.texts["step", "timeout"] = "40s"
    assert [one for one in differs(text, change(text, Part.STEP, 0, node(made))) if one[0] == "-"] == []
    whole = change(text, Part.STEP, 0, node(filled(Form(StepKind.WAIT), seconds="5s")))
    assert differs(text, whole) == ["-   - command: a", "+   - wait: 5s"]
    assert "# on b\n    # and on\n  - command: b\n" in take_out(text, Part.STEP, 0)


def test_a_remark_behind_a_text_that_is_written_anew_stays() -> None:
    text = "steps:\n  - script: |\n      echo one\n      # of the text\n      \n    # of the step\n    timeout: 30s\n"
    made = of(text, Part.STEP, 0)
    made.texts["arg", "text"] = "echo two\necho three\n"
    after = change(text, Part.STEP, 0, node(made))
    assert "    # of the step\n    timeout: 30s\n" in after
    assert "of the text" not in after


def test_lines_end_as_the_others_do() -> None:
    """A plan that was written on Windows stays one."""
    text = PLAN.replace("\n", "\r\n")
    for after in (put_in(text, Part.STEP, 1, node(RELOAD)), take_out(text, Part.PRE, 0), move(text, Part.STEP, 0, 1)):
        assert "\n" not in after.replace("\r\n", "")


def test_an_anchor_that_is_set_twice_is_the_editor_s() -> None:
    with pytest.raises(NotByForm):
        take_out("steps:\n  - &a command: x\n  - &a command: y\n", Part.STEP, 0)


def test_no_yaml_is_no_plan() -> None:
    with pytest.raises(PlanWrong):
        put_in("steps: [\n", Part.STEP, 0, node(RELOAD))


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029\x00"), max_size=12)
TEXT = st.lists(LINE, min_size=1, max_size=4).map("\n".join)
REMARK = st.sampled_from(["", "\n", "  # above\n", "\n  # alone\n\n", "    # deep\n", "  # one\n  # two\n"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(REMARK, TEXT), min_size=1, max_size=4), TEXT, st.data())
def test_whatever_is_written_arrives(parts: list[tuple[str, str]], text: str, data: st.DataObject) -> None:
    """Texts of any characters, among steps with remarks of every kind: the one step is what it shall be, the others are
    what they were, and every remark that stood elsewhere is there.
    """
    assume(text.strip("\n"))
    plan = "steps:\n"
    for remark, content in parts:
        step = node(filled(Form(StepKind.FILE), path="/x", content=content or "a"))
        plan += remark + put_in("", Part.STEP, 0, step).removeprefix("steps:\n")
    before = read_plan(plan, {}).steps
    at = data.draw(st.integers(0, len(before) - 1))
    made = of(plan, Part.STEP, at)
    made.texts["arg", "content"] = text
    after = change(plan, Part.STEP, at, node(made))
    steps = read_plan(after, {}).steps
    assert [one.args for index, one in enumerate(steps) if index != at] == [
        one.args for index, one in enumerate(before) if index != at
    ]
    assert steps[at].args["content"] == (text if text.endswith("\n") or text == made.kept["arg", "content"][0]
                                         else f"{text}\n")  # fmt: skip
    for remark in ("# above", "# alone", "# one", "# two", "  # deep"):
        assert after.count(f"  {remark}\n") >= plan.count(f"  {remark}\n")
    if len(before) > 1:
        to = at + 1 if at + 1 < len(before) else at - 1
        moved = read_plan(move(plan, Part.STEP, at, to - at), {}).steps
        assert moved[to].args == before[at].args
        assert len(read_plan(take_out(plan, Part.STEP, at), {}).steps) == len(before) - 1


@pytest.mark.parametrize("name", FORMS)
def test_every_plan_to_begin_with_can_be_worked_on(name: str) -> None:
    """Each of its steps can be shown, and written back as it was."""
    text = FORMS[name].text
    for part in Part:
        for at, one in enumerate(Reader(text, {}).steps(part)):
            shown = filled_from(one)
            assert shown is not None
            assert change(text, part, at, node(shown)) == text
            assert shown.form in forms_of(part)
