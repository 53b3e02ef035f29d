"""Texts that were made to do harm, or by a cat on the keyboard."""

import contextlib
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_ops.model.clean import clean
from tui_ops.model.plans import Part, StepKind
from tui_ops.plans import PlanWrong, from_document, read_plan, read_plan_file, to_document
from tui_ops.plans.substitution import for_host

PIECES = st.sampled_from([
    "pre:\n", "steps:\n", "post:\n", "rollback:\n", "parameters: {a: , b: flag}\n", "parameters:\n  a: number\n",
    "- command: x {{a}}\n", "- script: |\n    echo $TUI_a\n", "- file: {path: /x, content: '{{a}}', template: yes}\n",
    "- check: {port: '{{a}}'}\n", "- wait: 5s\n", "- restore: files\n", "  become: yes\n", "  when: group(\"a\")\n",
    "  when: param(\"a\") == \"1\"\n", "- unit: {name: n, do: stop}\n", "batches: [1, rest]\n", "by: site\n", "&a ",
    "*a", "<<: ", "!x ", "[", "]",
    "{", "}", ": ", "- ", "---\n", "\t", "'", '"', "? ", "|", ">", "\n", "{{", "}}", "\\",
])  # fmt: skip
"""What plans are made of, so that chance gets further than the first line."""


def outcome(text: str, values: dict[str, str] | None = None) -> str:
    """Return the report of a text's mistakes; nothing where it is right, and its document comes back."""
    try:
        plan = read_plan(text, values)
    except PlanWrong as error:
        wrong = error
    else:
        assert from_document(to_document(plan)) == plan
        return ""
    assert wrong.mistakes
    assert all(one.message and one.place.line >= 1 and one.place.column >= 1 for one in wrong.mistakes)
    assert is_harmless(str(wrong))
    return wrong.report(excerpts=True)


def is_harmless(text: str) -> bool:
    """Return whether no line of a text has anything that a terminal would obey."""
    return all(clean(line, 10_000) == line for line in text.split("\n"))


@settings(deadline=None)
@given(st.text())
@example("\ud800")
@example("\ufeff")
@example("a: \x85b")
@example("steps: [command: '\u2028']")
def test_any_text_is_a_plan_or_a_report(text: str) -> None:
    """Nothing is raised but the one error, and no report carries a control character."""
    assert is_harmless(outcome(text))


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=25).map("".join), st.none() | st.dictionaries(st.sampled_from("abc"), st.text()))
def test_any_heap_of_pieces_is_a_plan_or_a_report(text: str, values: dict[str, str] | None) -> None:
    """Neither do the parts of a plan in any order, with any values."""
    assert is_harmless(outcome(text, values))


@settings(deadline=None)
@given(st.binary())
@example(b"\xff\xfeh\x00")
@example(b"steps:\n  - command: \xff\n")
def test_any_bytes_are_a_plan_or_a_report(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(PlanWrong):
            read_plan_file(Path(file.name))


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanWrong, match="this is a folder"):
        read_plan_file(tmp_path)
    with pytest.raises(PlanWrong, match="can't be read"):
        read_plan_file(tmp_path / "none")


PUT_IN = """\
parameters: {v: }
steps:
  - command: tool --set a={{v}} '{{v}}' end
  - command: [tool, "{{v}}"]
  - local: tool {{ v }}
  - file: {path: /x, template: yes, content: "a\\n{{v}}\\nb"}
  - script: echo "$TUI_v"
  - manual: Do {{v}}
  - check: {command: "a {{v}}", exits: 0}
"""

HARMLESS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=200).filter(
    lambda text: "host" not in text and "address" not in text
)


@settings(deadline=None)
@given(HARMLESS)
@example("")
@example("a b; rm -rf / $(x) `y` \"'\\ | & > < * ? [z] ~ # ! \n\t - {{v}} }} {{")
@example("}}{{!v}}{v}")
@example("\r\n: - ? [a, b] {c: d} &x *x !y %")
def test_a_value_is_never_more_than_the_words_that_it_stands_in(value: str) -> None:
    """Whatever it is: no further word, line, key or step comes of it, and it is there byte for byte."""
    plan = read_plan(PUT_IN, {"v": value})
    steps = [for_host(step, "web-1", "10.0.0.1") for step in plan.steps]
    assert [step.args for step in steps] == [
        {"words": ("tool", "--set", f"a={value}", value, "end")},
        {"words": ("tool", value)},
        {"words": ("tool", value)},
        {"path": "/x", "state": "present", "template": True, "content": f"a\n{value}\nb"},
        {"text": 'echo "$TUI_v"', "environment": (f"TUI_v={value}",)},
        {"text": f"Do {value}"},
        {"command": ("a", value), "exits": 0},
    ]


CONTENTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=200)


@settings(deadline=None)
@given(CONTENTS)
@example("{{v}} {{host}} {host} {{!host}} {{nobody}}")
def test_content_without_template_is_what_was_written(content: str) -> None:
    """Nothing in it is a sign for anything."""
    text = yaml.safe_dump({"steps": [{"file": {"path": "/x", "content": content}}]}, default_style='"')
    step = for_host(read_plan(text, {}).steps[0], "web-1", "10.0.0.1")
    assert step.args["content"] == content


def test_restore_stands_in_the_rollback_alone() -> None:
    """And what changes something stands neither before nor after the steps."""
    for part in Part:
        for kind in StepKind:
            text = f"steps: [command: a]\n{part}: [{kind}: x]\n" if part is not Part.STEP else f"steps: [{kind}: x]\n"
            refused = "can't stand below" in outcome(text)
            reads = kind in ("command", "script", "wait", "http", "check", "manual")
            wanted = kind == "restore" if part is Part.STEP else not reads if part is not Part.ROLLBACK else False
            assert refused is wanted, (part, kind)
