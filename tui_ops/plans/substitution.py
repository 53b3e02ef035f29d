"""What is put into a plan's texts: its parameters when it is read, and the host's own names when a step is done there.

It is done after the text was parsed and its commands were split: a value is never another word, line or key.

::

    {{version}}              the parameter
    {{host}}  {{address}}    the host's name, and the address by which it is reached
    {{!version}}             the text {{version}} itself
    {host}  {address}        the same of the host, in the keys of http alone
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.tree import Scalar
from tui_ops.model.plans import Step, StepKind, Value

HOST_WORDS = ("host", "address")
"""What stands for the host's own names; no parameter is called so."""

ENVIRONMENT = "TUI_"
"""How the names of variables begin by which a script has the parameters."""

_PLACE = re.compile(r"\{\{(?P<kept>!?) {0,3}(?P<name>[A-Za-z_][A-Za-z0-9_]{0,62}) {0,3}\}\}", re.ASCII)
_OF_HOST = re.compile(r"\{\{ {0,3}(host|address) {0,3}\}\}", re.ASCII)
_OF_HOST_IN_HTTP = re.compile(r"\{\{ {0,3}(host|address) {0,3}\}\}|\{(host|address)\}", re.ASCII)
_HAND_TO_HOST = re.compile(r"\{(?:host|address)\}|" + _OF_HOST.pattern, re.ASCII)

UNFILLED = frozenset({StepKind.SCRIPT})
"""Kinds in whose text nothing is put in: what a script is given comes by its environment."""


class Filler:
    """Puts parameters into texts, and remembers which were used.

    Args:
        values: by name, checked; None where the plan is looked at as a model, whose parameters stay open.
        known: names of the parameters.
        mistakes: receives names that are none.
    """

    def __init__(self, values: Mapping[str, str] | None, known: tuple[str, ...], mistakes: Mistakes) -> None:
        self.values = values
        self.used: set[str] = set()
        self.known = known
        self._mistakes = mistakes

    def fill(self, node: Scalar, text: str) -> tuple[str, bool]:
        """Return a text with the parameters put in, and whether one of them is still open.

        Args:
            node: where it stands.
            text: of that node, or a word of it.
        """
        is_open = False

        def put(found: re.Match[str]) -> str:
            nonlocal is_open
            name = found["name"]
            if found["kept"]:
                return self._kept(node, found)
            if name in HOST_WORDS:
                return "{{" + name + "}}"
            if name not in self.known:
                self._unknown(node, name)
                return found[0]
            self.used.add(name)
            if self.values is None or name not in self.values:
                is_open = True
                return found[0]
            return self.values[name]

        filled = _PLACE.sub(put, text)
        if len(_HAND_TO_HOST.findall(filled)) != len(_HAND_TO_HOST.findall(text)):
            said = "with the parameters put in, this holds a sign for the host's own name that nobody wrote"
            self._mistakes.add(node, said, "part the values from the braces around them")
        return filled, is_open

    def note_script(self, node: Scalar, text: str) -> None:
        """Note which parameters a script uses, and refuse those that would have to be put into its text."""
        for name in self.known:
            if re.search(rf"\b{ENVIRONMENT}{name}\b", text, re.ASCII):
                self.used.add(name)
        for found in _PLACE.finditer(text):
            if found["name"] in self.known and not found["kept"]:
                self.used.add(found["name"])
                said = f"nothing is put into the text of a script, and {quoted(found[0])} is a parameter"
                self._mistakes.add(node, said, f'write "${ENVIRONMENT}{found["name"]}"')

    def _kept(self, node: Scalar, found: re.Match[str]) -> str:
        if found["name"] in HOST_WORDS:
            said = f"{quoted(found[0])} can't be kept as a text"
            self._mistakes.add(node, said, "it would be read as the host's own name later: use a file without template")
        return found[0].replace("{{!", "{{", 1)

    def _unknown(self, node: Scalar, name: str) -> None:
        options = (*self.known, *HOST_WORDS)
        hint = self._mistakes.suggest(name, options)
        if not hint:
            hint = f"add '{name}:' below 'parameters:', or write '{{{{!{name}}}}}' for the text itself"
        self._mistakes.add(node, f"there is no parameter {quoted(name)}", hint)


def together(text: str) -> str:
    """Return a text whose signs for parameters hold no spaces, so that none is cut when it is split into words."""
    return _PLACE.sub(lambda found: "{{" + found["kept"] + found["name"] + "}}", text)


def sample(text: str) -> str:
    """Return a text as it may look on some host, to be checked."""
    return _OF_HOST.sub("host", text)


def names_host(text: str) -> bool:
    """Return whether a text has something in it that would be taken for the host's own names."""
    return _HAND_TO_HOST.search(text) is not None


def for_host(step: Step, host: str, address: str) -> Step:
    """Return a step as it is done on one host, its own names put in.

    Args:
        step: of a plan without open parameters.
        host: its name.
        address: by which it is reached.
    """
    names = {"host": host, "address": address}
    pattern = _OF_HOST_IN_HTTP if step.kind is StepKind.HTTP else _OF_HOST
    if step.kind in UNFILLED:
        return step

    def put(text: str) -> str:
        return pattern.sub(lambda found: names[found[1] or found[2]] if pattern.groups > 1 else names[found[1]], text)

    verbatim = {"content"} if step.kind is StepKind.FILE and not step.args.get("template") else set()
    args = {name: value if name in verbatim else _each(value, put) for name, value in step.args.items()}
    return step if args == dict(step.args) else replace(step, args=args)


def _each(value: Value, put: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return put(value)
    return tuple(map(put, value)) if isinstance(value, tuple) else value
