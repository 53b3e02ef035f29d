"""What has to be said before a plan is one: the key ``parameters``, and whether values fit it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.tree import Entry, Node, Scalar
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.address import letters_for
from tui_ops.model.plans import Parameter, ParameterType
from tui_ops.plans import nodes, values
from tui_ops.plans.errors import Found
from tui_ops.plans.substitution import HOST_WORDS, names_host

PARAMETERS_MAX = 50
"""Parameters of one plan: a form of two screens."""

VALUE_LIMIT = 4096
"""Characters of a value, as of a word of a command."""

CHOICES_MAX = 100
"""Choices of a parameter."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)
_KEYS = ("type", "default", "choices", "pattern", "least", "most", "help")


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter with where it is declared."""

    parameter: Parameter
    at: Scalar


def read_parameters(node: Node | None, found: Found) -> tuple[Declared, ...]:
    """Return the parameters; what is wrong is noted and left out."""
    declared: list[Declared] = []
    for name, entry in nodes.entries(node, "parameters", found).items():
        if len(declared) >= PARAMETERS_MAX:
            found.add(entry.key, f"there are more than {PARAMETERS_MAX} parameters", "split the plan")
            break
        parameter = _declared(name, entry, found)
        if parameter is not None:
            declared.append(Declared(parameter, entry.key))
    return tuple(declared)


def _declared(name: str, entry: Entry, found: Found) -> Parameter | None:
    if not _NAME.fullmatch(name):
        said = f"{quoted(name)} can't be a parameter's name"
        found.add(entry.key, said, "use letters, digits and '_', beginning with a letter, at most 40")
        return None
    if name in HOST_WORDS:
        found.add(entry.key, f"{quoted(name)} stands for the host's own", "give the parameter another name")
        return None
    keys = _Keys(entry, found)
    given_type = keys.one("type", values.one_of([str(one) for one in ParameterType], "type of a parameter"))
    choices = keys.choices()
    # A parameter with choices is one of them, whether it says so or not.
    usual = ParameterType.CHOICE if choices else ParameterType.TEXT
    made = Parameter(
        name,
        ParameterType(given_type) if given_type else usual,
        keys.one("default", _any_text),
        choices,
        keys.one("pattern", values.pattern) or "",
        keys.number("least"),
        keys.number("most"),
        keys.one("help", values.line) or "",
    )
    keys.fits(made)
    return made


def _any_text(text: str) -> str:
    return text


class _Keys:
    """The keys of one parameter."""

    def __init__(self, entry: Entry, found: Found) -> None:
        self._found = found
        self._key = entry.key
        self._entries = nodes.short_entries(entry, "type", _KEYS, found)

    def one(self, key: str, check: "values.TextCheck") -> str | None:
        entry = self._entries.get(key)
        return nodes.scalar(entry.value, check, self._found) if entry is not None else None

    def number(self, key: str) -> float | None:
        text = self.one(key, _number)
        return float(text) if text is not None else None

    def choices(self) -> tuple[str, ...]:
        entry = self._entries.get("choices")
        if entry is None:
            return ()
        read = [nodes.scalar(item, values.line, self._found) for item in nodes.items(entry.value)]
        if len(read) > CHOICES_MAX:
            self._found.add(entry.value, f"there are more than {CHOICES_MAX} choices", "take a text with a pattern")
        return tuple(one for one in read[:CHOICES_MAX] if one is not None)

    def fits(self, made: Parameter) -> None:
        """Note where the keys do not go together."""
        of_numbers = made.least is not None or made.most is not None
        if made.type is ParameterType.CHOICE and not made.choices:
            self._found.add(self._key, "a choice has nothing to choose from", "add 'choices: [ONE, ANOTHER]'")
        elif made.choices and made.type is not ParameterType.CHOICE:
            self._no("choices", made, "choice")
        elif made.pattern and made.type is not ParameterType.TEXT:
            self._no("pattern", made, "text")
        elif of_numbers and made.type is not ParameterType.NUMBER:
            self._no("least" if made.least is not None else "most", made, "number")
        elif made.least is not None and made.most is not None and made.least > made.most:
            self._found.add(self._entries["most"].value, "the most is less than the least", "turn the two round")
        elif made.default is not None:
            try:
                fitting(made, made.default)
            except Wrong as wrong:
                self._found.add_wrong(self._entries["default"].value, wrong)

    def _no(self, key: str, made: Parameter, wanted: str) -> None:
        said = f"'{key}' is for a {wanted}, and this is a {made.type}"
        self._found.add(self._entries[key].key, said, f"write 'type: {wanted}', or take the line out")


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise Wrong(f"{quoted(text)} is not a number", "write digits, such as 12 or 0.5")
    return text


def fitting(parameter: Parameter, text: str) -> str:
    """Return a value as it is put in.

    Args:
        parameter: what it is for.
        text: as it was said.

    Raises:
        Wrong: it does not fit.
    """
    values.carried(text, VALUE_LIMIT)
    if names_host(text):
        raise Wrong(f"{quoted(text)} holds a sign for the host's own name", "leave {host} and {address} out of values")
    match parameter.type:
        case ParameterType.TEXT:
            return _text(parameter, text)
        case ParameterType.NUMBER:
            return _bounded(parameter, _number(text))
        case ParameterType.CHOICE:
            return values.one_of(parameter.choices, f"choice of {quoted(parameter.name)}")(text)
        case ParameterType.FLAG:
            return "yes" if fields.yes_or_no(text) else "no"
    return fields.host_name(text)


def _text(parameter: Parameter, text: str) -> str:
    if not parameter.pattern:
        return text
    most = letters_for(parameter.pattern)
    if len(text) > most:
        raise Wrong(f"{quoted(text)} is too long for its pattern", f"{most} characters are the most")
    if not re.fullmatch(parameter.pattern, text):
        raise Wrong(f"{quoted(text)} does not match {quoted(parameter.pattern)}", parameter.help)
    return text


def _bounded(parameter: Parameter, text: str) -> str:
    number = float(text)
    if parameter.least is not None and number < parameter.least:
        raise Wrong(f"{quoted(text)} is too small", f"{parameter.least:g} is the least")
    if parameter.most is not None and number > parameter.most:
        raise Wrong(f"{quoted(text)} is too large", f"{parameter.most:g} is the most")
    return text


def settle(
    declared: tuple[Declared, ...], said: Mapping[str, str] | None, root: Node, found: Found
) -> dict[str, str] | None:
    """Return the value of every parameter; None where they stay open.

    Args:
        declared: what the plan asks for.
        said: values by name; None leaves them open.
        root: the plan, where names are told that are no parameters.
        found: receives what is missing or does not fit.
    """
    if said is None:
        return {} if not declared else None
    names = [one.parameter.name for one in declared]
    for name in said:
        if name not in names:
            hint = found.suggest(str(name), names) or f"parameters are: {', '.join(names) or 'none'}"
            found.add(root, f"a value is given for {quoted(str(name))}, which is no parameter", hint)
    settled = {}
    for one in declared:
        parameter = one.parameter
        text = said.get(parameter.name, parameter.default)
        if text is None:
            hint = parameter.help or f"give it one, a {parameter.type}"
            found.add(one.at, f"the parameter {quoted(parameter.name)} has no value", hint)
            continue
        try:
            settled[parameter.name] = fitting(parameter, text)
        except Wrong as wrong:
            found.add(one.at, f"the value of {quoted(parameter.name)}: {wrong.message}", wrong.hint)
    return settled
