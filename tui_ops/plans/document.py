"""A plan as a JSON document, the same for every text that means the same: what is frozen, and what a digest is made of.

Neither comments, the order of keys nor the lines of the text are in it; everything that runs is.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from tui_ops.model.plans import Batching, OnFailure, Parameter, ParameterType, Part, Plan, Step, StepKind, Value

FORMAT = 1
"""The document's own; another one is not read."""

ValueT = TypeVar("ValueT")


def to_document(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON values."""
    parts = {Part.PRE: plan.pre, Part.STEP: plan.steps, Part.POST: plan.post, Part.ROLLBACK: plan.rollback}
    batching = plan.batching
    return {
        "format": FORMAT,
        **{str(part): [_step(step) for step in steps] for part, steps in parts.items()},
        "parameters": [_parameter(one) for one in plan.parameters],
        "batching": {
            "sizes": list(batching.sizes),
            "by": batching.by,
            "order": batching.order,
            "parallel": batching.parallel,
            "max_fail_percentage": float(batching.max_fail_percentage),
            "on_failure": str(batching.on_failure),
            "soak_s": float(batching.soak_s),
        },
        "expected_alerts": list(plan.expected_alerts),
        "abort_if": list(plan.abort_if),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": str(step.kind),
        "name": step.name,
        "args": {name: list(one) if isinstance(one, tuple) else one for name, one in sorted(step.args.items())},
        "timeout_s": float(step.timeout_s),
        "retries": step.retries,
        "retry_after_s": float(step.retry_after_s),
        "become": step.become,
        "when": step.when,
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": str(one.type),
        "default": one.default,
        "choices": list(one.choices),
        "pattern": one.pattern,
        "least": one.least,
        "most": one.most,
        "help": one.help,
    }


def canonical(document: Mapping[str, Any]) -> str:
    """Return a document as the one text that stands for it."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(plan: Plan) -> str:
    """Return the SHA-256 of everything that a plan says: another digest is another plan."""
    return hashlib.sha256(canonical(to_document(plan)).encode()).hexdigest()


def text_digest(text: str) -> str:
    """Return the SHA-256 of a plan's text as it was written, comments included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def from_document(document: Mapping[str, Any]) -> Plan:
    """Return the plan of a document; its steps have no lines.

    Raises:
        ValueError: it is no document of a plan.
    """
    try:
        if document["format"] != FORMAT:
            raise ValueError(f"the plan has the format {document['format']!r}, and this program reads {FORMAT}")
        parts = {part: _steps(part, document[str(part)]) for part in Part}
        said = document["batching"]
        batching = Batching(
            _texts(said["sizes"]), _is(str, said["by"]), _is(str, said["order"]), _is(int, said["parallel"]),
            _is(float, said["max_fail_percentage"]), OnFailure(said["on_failure"]), _is(float, said["soak_s"]),
        )  # fmt: skip
        return Plan(
            parts[Part.PRE], parts[Part.STEP], parts[Part.POST], parts[Part.ROLLBACK],
            tuple(map(_read_parameter, document["parameters"])), batching,
            _texts(document["expected_alerts"]), _texts(document["abort_if"]),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no document of a plan: {error!r}") from error


def _steps(part: Part, documents: Any) -> tuple[Step, ...]:
    return tuple(_read_step(part, number, one) for number, one in enumerate(documents, 1))


def _read_step(part: Part, number: int, said: Mapping[str, Any]) -> Step:
    return Step(
        StepKind(said["kind"]), part, number, _is(str, said["name"]),
        {_is(str, name): _value(one) for name, one in said["args"].items()},
        _is(float, said["timeout_s"]), _is(int, said["retries"]), _is(float, said["retry_after_s"]),
        _is(bool, said["become"]), _is(str, said["when"]),
    )  # fmt: skip


def _read_parameter(said: Mapping[str, Any]) -> Parameter:
    return Parameter(
        _is(str, said["name"]), ParameterType(said["type"]), _or_none(str, said["default"]), _texts(said["choices"]),
        _is(str, said["pattern"]), _or_none(float, said["least"]), _or_none(float, said["most"]),
        _is(str, said["help"]),
    )  # fmt: skip


def _value(said: Any) -> Value:
    if isinstance(said, list):
        return _texts(said)
    if not isinstance(said, str | int | float | bool):
        raise TypeError(f"{type(said).__name__} is no argument")
    return said


def _texts(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list):
        raise TypeError("no list")
    return tuple(_is(str, one) for one in said)


def _is(kind: type[ValueT], said: Any) -> ValueT:
    if not isinstance(said, kind) or (kind is int and isinstance(said, bool)):
        raise TypeError(f"{said!r} is not what belongs here")
    return said


def _or_none(kind: type[ValueT], said: Any) -> ValueT | None:
    return None if said is None else _is(kind, said)
