"""A form says what the text would say: every kind has its fields, and every mistake stands at its own."""

import pytest

from tui_ops.model.plans import Part, StepKind
from tui_ops.plans import PlanWrong, read_plan
from tui_ops.plans.kinds import ALLOWED, KINDS
from tui_ops.plans.rewriting import put_in
from tui_ops.plans.stepform import KIND, FieldKey, Filled, Form, Reader, filled_from, forms_of, node_of

READER = Reader("parameters:\n  unit: {default: nginx}\nsteps:\n  - command: a\n", {})

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann@laptop"

RIGHT: dict[str, dict[str, str]] = {
    "command": {"words": "nginx -t 'a b'"}, "script": {"text": "set -eu\necho a"},
    "file": {"path": "/etc/motd", "content": "hello"}, "package": {"name": "nginx"},
    "unit": {"name": "nginx", "do": "reload"}, "account": {"name": "ann", "do": "add", "groups": "wheel, adm"},
    "key": {"account": "ann", "key": PUBLIC}, "reboot": {}, "wait": {"seconds": "5m"},
    "http": {"url": "https://{host}/"}, "check unit": {"unit": "nginx"}, "check port": {"port": "443"},
    "check file": {"file": "/etc/motd"}, "check package": {"package": "nginx"}, "check command": {"command": "true"},
    "manual": {"text": "Look at the lights."}, "local": {"words": "make"}, "ansible": {"playbook": "/srv/site.yml"},
    "restore": {"what": "files"},
}  # fmt: skip
"""What fills the form of each kind."""


def filled(form: Form, texts: dict[str, str], **common: str) -> Filled:
    made = Filled(form)
    made.texts.update({("arg", name): text for name, text in texts.items()})
    made.texts.update({("step", name): text for name, text in common.items()})
    return made


def wrong(form: Form, texts: dict[str, str], part: Part = Part.STEP, **common: str) -> dict[FieldKey, str]:
    found = READER.check(filled(form, texts, **common), part, 1)
    assert (found.step is None) == bool(found.wrong)
    return found.wrong


@pytest.mark.parametrize("part", Part)
def test_every_kind_of_a_part_has_a_form(part: Part) -> None:
    """And what is filled in arrives in the text of a plan as it was meant."""
    forms, plain = forms_of(part), Reader("steps:\n  - command: a\n", {})
    assert {form.kind for form in forms} == ALLOWED[part]
    for form in forms:
        assert {key[1] for one in form.fields if (key := one.key)[0] == "arg"} == set(form.takes.args)
        found = plain.check(filled(form, RIGHT[form.name], name="step", retries="2"), part, 1)
        assert found.wrong == {}, form.name
        text = put_in("steps:\n  - command: a\n", part, 0, found.node)
        step = next(one for one in read_plan(text, {}).all_steps() if one.part is part)
        assert step == found.step, form.name
        again = filled_from(Reader(text, {}).steps(part)[0])
        assert again is not None
        assert again.form == form


def test_root_is_asked_for_where_it_can_do_it() -> None:
    for kind, takes in KINDS.items():
        keys = [one.key for one in Form(kind, next(iter(takes.choices), "")).fields]
        assert (("step", "become") in keys) == takes.becomes


@pytest.mark.parametrize(
    ("form", "texts", "common", "at", "said"),
    [
        (Form(StepKind.UNIT), {"name": "nginx", "do": "reloed"}, {}, ("arg", "do"), "did you mean 'reload'"),
        (Form(StepKind.UNIT), {"name": "nginx"}, {}, ("arg", "do"), "'do' is missing"),
        (Form(StepKind.UNIT), {}, {}, KIND, "'unit' says nothing"),
        (Form(StepKind.FILE), {"path": "motd", "content": "a"}, {}, ("arg", "path"), "write an absolute path"),
        (Form(StepKind.FILE), {"path": "/motd"}, {}, ("arg", "content"), "the file has no content"),
        (Form(StepKind.FILE), {"path": "/x", "state": "absent", "mode": "0644"}, {}, ("arg", "mode"), "no meaning"),
        (Form(StepKind.PACKAGE), {"do": "install"}, {}, ("arg", "name"), "the package has no name"),
        (Form(StepKind.COMMAND), {"words": "it's"}, {}, ("arg", "words"), "a quote in the command is not closed"),
        (Form(StepKind.COMMAND), {"words": "a {{nope}}"}, {}, ("arg", "words"), "there is no parameter 'nope'"),
        (Form(StepKind.COMMAND), {"words": "a"}, {"timeout": "5"}, ("step", "timeout"), "is not a duration"),
        (Form(StepKind.COMMAND), {"words": "a"}, {"retries": "11"}, ("step", "retries"), "from 0 to 10"),
        (Form(StepKind.COMMAND), {"words": "a"}, {"become": "si"}, ("step", "become"), "neither yes nor no"),
        (Form(StepKind.COMMAND), {"words": "a"}, {"when": "os =="}, ("step", "when"), ""),
        (Form(StepKind.WAIT), {"seconds": "10m"}, {"timeout": "5m"}, ("step", "timeout"), "is ended before"),
        (Form(StepKind.CHECK, "port"), {"port": "70000"}, {}, ("arg", "port"), ""),
        (Form(StepKind.ACCOUNT), {"name": "ann", "do": "add", "groups": "a b=c"}, {}, ("arg", "groups"), "can't be"),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_field(form, texts, common, at, said) -> None:
    found = wrong(form, texts, **common)
    assert set(found) == {at}
    assert said in found[at]


def test_what_nobody_touched_stays_as_it_is_written() -> None:
    """A list of words stays one; what is changed is the one text that a shell would take."""
    text = 'steps:\n  - command: [echo, "a b", ""]\n'
    reader = Reader(text, {})
    made = filled_from(reader.steps(Part.STEP)[0])
    assert made is not None
    assert made.texts["arg", "words"] == "echo 'a b' ''"
    at = {one.key: 1 for one in made.form.fields}
    same = reader.step(node_of(made, at), Part.STEP, 1)
    made.texts["arg", "words"] += " c"
    other = reader.step(node_of(made, at), Part.STEP, 1)
    assert same is not None
    assert other is not None
    assert (same.args["words"], other.args["words"]) == (("echo", "a b", ""), ("echo", "a b", "", "c"))


@pytest.mark.parametrize(
    "step", ["[a]", "{command: a, script: b}", "{comand: a}", "{file: {path: /x, from: y}}", "{http: [a, b]}", "{}"]
)
def test_what_no_form_can_show_is_left_to_the_editor(step: str) -> None:
    assert filled_from(Reader(f"steps: [{step}]\n", {}).steps(Part.STEP)[0]) is None


@pytest.mark.parametrize("text", ["steps: [", "a: 1\na: 2\n", "steps: &a [*a]\n", "x" * 300_000])
def test_a_text_whose_steps_cannot_be_told_apart(text: str) -> None:
    with pytest.raises(PlanWrong):
        Reader(text, {})
