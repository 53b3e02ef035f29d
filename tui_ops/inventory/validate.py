"""From a part of the tree to its model, every complaint at its place in the file."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence, descend
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import SecretRef

ModelT = TypeVar("ModelT", bound=BaseModel)

_EXPECTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping, lines of 'key: value'",
    "model_type": "a mapping, lines of 'key: value'",
}
"""pydantic's error types in the words of the file."""


class Validator:
    """Checks the parts of one file.

    Args:
        mistakes: receives what is wrong.
        folder: the inventory's folder, from which relative paths count.
    """

    def __init__(self, mistakes: Mistakes, folder: Path) -> None:
        self._mistakes = mistakes
        self._folder = folder

    def model(self, kind: type[ModelT], node: Node, shorthand: str = "") -> ModelT | None:
        """Return ``node`` as a model; what is wrong in it is noted and left out.

        Args:
            kind: the model.
            node: the part of the file. An empty text is an empty mapping.
            shorthand: the key that is meant where a text stands in place of the mapping.

        Returns:
            The model, or None where nothing can be made of the part.
        """
        if isinstance(node, Scalar) and not node.tag and (shorthand or not node.text):
            values: dict[str, Any] = {shorthand: node.text} if node.text else {}
        elif isinstance(node, Mapping):
            values = {text: self._plain(entry.value) for text, entry in node.entries.items()}
        else:
            self._mistakes.add(
                node, f"expected a mapping, found {_found(node)}", "write lines of 'key: value' below it"
            )
            return None
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
        for problem in problems:
            self._note(kind, node, problem)
        wrong = {problem["loc"][0] for problem in problems if problem["loc"]}
        try:
            return kind.model_validate({key: value for key, value in values.items() if key not in wrong})
        except ValidationError:
            return None

    def section(self, node: Node | None, what: str) -> Iterator[Entry]:
        """Return the entries of a section such as ``sites``; none where it is empty."""
        if isinstance(node, Mapping):
            yield from node.entries.values()
        elif node is not None and not (isinstance(node, Scalar) and not node.text):
            self._mistakes.add(
                node, f"'{what}' is a mapping, found {_found(node)}", f"write a name and ':' below '{what}:'"
            )

    def _note(self, kind: type[BaseModel], node: Node, problem: ErrorDetails) -> None:
        path = tuple(step for step in problem["loc"] if step != "[key]")
        type_ = problem["type"]
        at = descend(node, path, to_key=type_ == "extra_forbidden" or "[key]" in problem["loc"])
        wrong = problem.get("ctx", {}).get("error")
        if isinstance(wrong, Wrong):
            self._mistakes.add_wrong(at, wrong)
        elif type_ == "extra_forbidden":
            key = str(path[-1])
            keys = [field.alias or name for name, field in _below(kind, path[:-1]).model_fields.items()]
            self._mistakes.add(
                at,
                f"unknown key {quoted(key)}",
                self._mistakes.suggest(key, keys) or f"known here: {', '.join(keys)}",
            )
        elif type_ == "missing":
            self._mistakes.add(descend(node, path[:-1]), f"'{path[-1]}' is missing", f"add a line '{path[-1]}: …'")
        elif type_ == "too_long":
            most = problem["ctx"]["max_length"]
            self._mistakes.add(at, f"there are more than {most} here", f"{most} are the most for '{path[-1]}'")
        elif type_ in _EXPECTED:
            self._mistakes.add(at, f"expected {_EXPECTED[type_]}, found {_found(at)}")
        else:
            self._mistakes.add(at, f"this can't be used: {quoted(problem['msg'])}")

    def _plain(self, node: Node) -> object:
        """Return the tree below ``node`` as text, lists, mappings and references to secrets."""
        if node.tag:
            return self._secret(node)
        if isinstance(node, Scalar):
            return node.text
        if isinstance(node, Sequence):
            return [self._plain(item) for item in node.items]
        return {text: self._plain(entry.value) for text, entry in node.entries.items()}

    def _secret(self, node: Node) -> SecretRef:
        kind = cast(Literal["env", "file", "command"], node.tag.removeprefix("!"))
        words: tuple[str, ...] = ()
        if isinstance(node, Sequence):
            words = tuple(item.text for item in node.items if isinstance(item, Scalar))
            if len(words) < len(node.items):
                self._mistakes.add(node, "the words of a command are texts", "write !command [pass, show, web]")
        elif isinstance(node, Scalar):
            words = (node.text,) if kind != "command" else self._split(node)
        reference = SecretRef(kind, words, self._mistakes.place(node))
        try:
            return fields.secret_reference(reference, self._folder)
        except Wrong as wrong:
            self._mistakes.add_wrong(node, wrong)
            return reference

    def _split(self, node: Scalar) -> tuple[str, ...]:
        try:
            return tuple(shlex.split(node.text))
        except ValueError:
            self._mistakes.add(node, "a quote in the command is not closed", "write !command [pass, show, web]")
            return ("false",)


def _below(kind: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model in which the keys at a path of another stand."""
    for step in path:
        field = kind.model_fields.get(str(step))
        annotation = field.annotation if field is not None else None
        inner = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type)]
        kind = next((one for one in inner if issubclass(one, BaseModel)), kind)
    return kind


def _found(node: Node) -> str:
    """Return what stands at ``node``, in words."""
    if node.tag:
        return f"the secret {node.tag}"
    if isinstance(node, Scalar):
        return quoted(node.text) if node.text else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"
