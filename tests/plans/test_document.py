"""The document of a plan: the same for texts that mean the same, and another one for anything that runs otherwise."""

import json
import random
from dataclasses import fields, replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.plans import (
    Batching,
    OnFailure,
    Parameter,
    ParameterType,
    Part,
    Plan,
    Step,
    StepKind,
    Value,
)
from tui_ops.plans import digest, from_document, read_plan, sha_of, to_document

TEXTS = st.text(max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS, st.integers(-(2**53), 2**53), st.booleans(), NUMBERS, st.lists(TEXTS, max_size=3).map(tuple)
)


def steps(part: Part) -> st.SearchStrategy[tuple[Step, ...]]:
    """Return steps of a part, whatever is in them, numbered."""
    one = st.builds(
        Step, st.sampled_from(StepKind), st.just(part), st.just(0), TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4),
        NUMBERS, st.integers(0, 99), NUMBERS, st.booleans(), TEXTS, st.integers(0, 999),
    )  # fmt: skip
    return st.lists(one, max_size=3).map(
        lambda found: tuple(replace(step, number=number) for number, step in enumerate(found, 1))
    )


PLANS = st.builds(
    Plan,
    *(steps(part) for part in Part),
    st.lists(
        st.builds(
            Parameter, TEXTS, st.sampled_from(ParameterType), st.none() | TEXTS, st.lists(TEXTS, max_size=2).map(tuple),
            TEXTS, st.none() | NUMBERS, st.none() | NUMBERS, TEXTS,
        ),
        max_size=2,
    ).map(tuple),
    st.builds(
        Batching, st.lists(TEXTS, max_size=3).map(tuple), TEXTS, TEXTS, st.integers(), NUMBERS,
        st.sampled_from(OnFailure), NUMBERS,
    ),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(PLANS)
def test_a_plan_comes_back_from_its_document(plan: Plan) -> None:
    """Also through JSON; a step's line in the text is not part of what it is."""
    assert from_document(json.loads(json.dumps(to_document(plan)))) == plan


@settings(deadline=None)
@given(PLANS, st.randoms(use_true_random=False))
def test_whatever_changes_changes_the_digest(plan: Plan, chance: random.Random) -> None:
    """One field of one step, of the batches or of the plan."""
    other = changed(plan, chance)
    assert (digest(other) == digest(plan)) is (other == plan and json_of(other) == json_of(plan))
    assert digest(from_document(to_document(plan))) == digest(plan)


def json_of(plan: Plan) -> str:
    """Return the document's text; in it 1, 1.0 and true are three things."""
    return json.dumps(to_document(plan), sort_keys=True)


def changed(plan: Plan, chance: random.Random) -> Plan:
    """Return a plan of which one thing is otherwise."""
    parts = {"pre": plan.pre, "steps": plan.steps, "post": plan.post, "rollback": plan.rollback}
    name = chance.choice([*parts, "batching", "rules"])
    if name == "batching":
        return replace(plan, batching=replace(plan.batching, parallel=plan.batching.parallel + 1))
    if name == "rules" or not parts[name]:
        return replace(plan, abort_if=(*plan.abort_if, "x"))
    found = list(parts[name])
    at = chance.randrange(len(found))
    step = found[at]
    other = chance.choice([
        replace(step, args={**step.args, "further": True}),
        replace(step, args={key: (*value, "") if isinstance(value, tuple) else f"{value}'" for key, value in
                            step.args.items()}),
        replace(step, become=not step.become),
        replace(step, when=step.when + "x"),
        replace(step, retries=step.retries + 1),
        replace(step, timeout_s=step.timeout_s / 2 + 1),
    ])  # fmt: skip
    found[at] = other
    kept = {**parts, name: tuple(found)}
    return replace(plan, pre=kept["pre"], steps=kept["steps"], post=kept["post"], rollback=kept["rollback"])


WHOLE = {
    "pre": [{"check": {"unit": "nginx", "is": "active"}}],
    "steps": [
        {"package": {"name": "nginx", "do": "install", "version": "1.2"}, "become": "yes", "retries": "2",
         "retry_after": "7s", "timeout": "2m", "when": 'group("web")', "name": "Nginx"},
        {"file": {"path": "/x", "content": "a\nb\n", "mode": "0644", "owner": "root", "group": "adm"}},
        {"command": ["echo", "a b"]},
        {"script": "echo\n"},
    ],
    "post": [{"http": {"url": "http://{host}/", "status": "200", "contains": "ok", "within": "9s", "times": "2",
                       "from": "host"}}],
    "rollback": [{"restore": "files"}, {"wait": "5s"}],
    "batches": ["1", "50%"], "order": "name", "parallel": "4", "max_fail_percentage": "5",
    "on_failure": "roll back", "soak": "1m", "expected_alerts": ["a"], "abort_if": ["b", "c"],
}  # fmt: skip
"""A plan with every key that goes together with the others."""


def dumped(value: object, chance: random.Random | None = None, **style: Any) -> str:
    """Return the YAML of a tree, its keys in a random order where there is one."""

    def shuffled(node: object) -> object:
        if isinstance(node, dict):
            keys = list(node)
            if chance is not None:
                chance.shuffle(keys)
            return {key: shuffled(node[key]) for key in keys}
        return [shuffled(item) for item in node] if isinstance(node, list) else node

    return str(yaml.safe_dump(shuffled(value), sort_keys=False, **style))


@settings(deadline=None, max_examples=50)
@given(st.randoms(use_true_random=False), st.booleans() | st.none(), st.integers(1, 8), st.integers(20, 200))
def test_order_of_keys_style_and_remarks_do_not_matter(
    chance: random.Random, flow: bool | None, indent: int, width: int
) -> None:
    """Texts that mean the same have one digest."""
    text = dumped(WHOLE, chance, default_flow_style=flow, indent=indent, width=width)
    if not flow:
        text = "# why\n\n" + text.replace("\nsteps:", "   # here\n\nsteps:  # what\n").replace("\npre:", "\n\npre:")
    assert digest(read_plan(text)) == digest(read_plan(dumped(WHOLE)))


def leaves(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return where every single value of a tree stands."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    below = [leaf for key, value in inside for leaf in leaves(value, (*path, key))]
    return below or [path]


OTHER = {
    "is": "failed", "do": "upgrade", "become": "no", "retries": "3", "retry_after": "8s", "timeout": "3m",
    "when": 'group("db")', "mode": "0600", "status": "201", "within": "8s", "times": "3", "from": "engine",
    "url": "http://{address}/", "order": "reverse", "parallel": "5", "max_fail_percentage": "6",
    "on_failure": "stop", "soak": "2m", "wait": "6s", "path": "/y",
}  # fmt: skip
"""What else a key may say, where another letter behind it is not right."""


@pytest.mark.parametrize("path", leaves(WHOLE), ids=lambda path: ".".join(map(str, path)))
def test_each_single_value_of_a_text_is_in_the_digest(path: tuple[str | int, ...]) -> None:
    """Whatever is changed in what a person writes is another plan."""
    tree = json.loads(json.dumps(WHOLE))
    at = tree
    for key in path[:-1]:
        at = at[key]
    last = path[-1]
    if path[0] == "batches":
        at[last] = "2" if last == 0 else "60%"
    elif at[last] == "files":
        del at["restore"]
        at["wait"] = "1s"
    else:
        at[last] = OTHER.get(str(last), f"{at[last]}x")
    assert digest(read_plan(dumped(tree))) != digest(read_plan(dumped(WHOLE)))


def test_parameters_are_in_the_digest_by_what_they_are() -> None:
    """The same words by a parameter and by hand are one plan; in a script's variables they count."""
    by_hand = read_plan("steps: [command: [echo, b c]]\n")
    text = "parameters: {a: {default: x}}\nsteps: [command: 'echo {{a}}']\n"
    assert digest(read_plan(text, {"a": "b c"})) == digest(by_hand)
    assert digest(read_plan(text, {})) != digest(by_hand)
    script = "parameters: {a: }\nsteps: [script: echo $TUI_a]\n"
    assert digest(read_plan(script, {"a": "1"})) != digest(read_plan(script, {"a": "2"}))


def test_a_text_has_a_digest_of_its_own() -> None:
    """There a remark counts."""
    assert sha_of("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert sha_of("a # b") != sha_of("a")


GOOD = to_document(read_plan(dumped(WHOLE)))


@pytest.mark.parametrize("path", leaves(GOOD), ids=lambda path: ".".join(map(str, path)))
def test_what_is_no_document_is_refused(path: tuple[str | int, ...]) -> None:
    """Each value that is of another kind, or missing, is a ``ValueError`` and nothing else."""
    wrongs: tuple[Any, ...] = ({}, None, ...)
    for broken in wrongs:
        tree = json.loads(json.dumps(GOOD))
        at = tree
        for key in path[:-1]:
            at = at[key]
        if broken is not ...:
            at[path[-1]] = broken
        elif isinstance(at, dict) and "args" not in path:
            del at[path[-1]]
        else:
            continue
        if tree == GOOD or (broken == {} and at[path[-1]] == {} and path[-1] in ("args", "parameters")):
            continue
        with pytest.raises(ValueError, match=r"."):
            from_document(tree)


@pytest.mark.parametrize("value", [{}, {"format": 2}, {"format": 1}, {"format": 1, "pre": 3}])
def test_another_format_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="plan"):
        from_document(value)


def test_every_field_of_a_plan_is_in_its_document() -> None:
    """A field that is added to the words has to be added to the document."""
    document = to_document(Plan())
    assert len(fields(Plan)) == len(document.keys() - {"format"})
    assert {one.name for one in fields(Batching)} == document["batching"].keys()
    assert {one.name for one in fields(Step)} - {"part", "number", "line"} == GOOD["steps"][0].keys()
    (parameter,) = to_document(Plan(parameters=(Parameter("a"),)))["parameters"]
    assert {one.name for one in fields(Parameter)} == parameter.keys()
