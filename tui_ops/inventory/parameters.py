"""Parameters of checks: that there are such, and that what is said of each is of its kind."""

import re
from collections.abc import Collection
from collections.abc import Mapping as Pairs
from fnmatch import fnmatchcase

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.tree import Node, descend
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.checkids import PARAMETERS, PARAMETERS_OF
from tui_ops.model.facts import Field as Plain

ENTRIES_MAX = 2000
"""Names of one list or mapping below ``security``."""

KEY = "parameters"
"""Below which they stand."""

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
"""None of them makes sense below 0: they are ages, lengths and counts."""


def parameters_of(
    said: Pairs[str, object], node: Node, checks: Collection[str], mistakes: Mistakes
) -> dict[str, Plain]:
    """Return what is said of parameters; what is wrong is noted and left out.

    Args:
        said: by name, as the file has it.
        node: the mapping with the key ``parameters``.
        checks: the checks that they are for, such as ``ssh-*``; empty: all of them.
        mistakes: receives what is wrong, each with its place.
    """
    names = PARAMETERS.keys() if not checks else _names_of(checks)
    found: dict[str, Plain] = {}
    for name, value in said.items():
        if name not in names:
            what = "no check has" if not checks else f"{', '.join(sorted(checks)[:3])} has no"
            hint = mistakes.suggest(name, sorted(names)) or _known(names)
            at = descend(node, (KEY, name), to_key=True)
            mistakes.add(at, f"{quoted(name)}: {what} such {'a ' if not checks else ''}parameter", hint)
            continue
        try:
            found[name] = _READ[PARAMETERS[name]](name, value)
        except Wrong as wrong:
            mistakes.add_wrong(descend(node, (KEY, name)), wrong)
    return found


def _names_of(checks: Collection[str]) -> set[str]:
    return {
        name
        for check, names in PARAMETERS_OF.items()
        if any(fnmatchcase(check, one) for one in checks)
        for name in names
    }  # fmt: skip


def _known(names: Collection[str]) -> str:
    """Return which names would be right, in words."""
    if not names:
        return "it has none: leave 'parameters:' away, and it does not hold for these hosts at all"
    shown = sorted(names)[:8]
    return f"it has {', '.join(shown)}" if len(shown) == len(names) else "their names are in docs/checks.md"


def _number(name: str, value: object) -> Plain:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Wrong(
            f"{name} is a number, and this is {_said(value)}",
            "numbers are 0 or more: docs/checks.md has those of the profiles",
        )
    return float(value) if "." in value else int(value)


def _list(name: str, value: object) -> Plain:
    told = value if isinstance(value, list | tuple) else [value]
    texts = [one for one in told if isinstance(one, str) and one]
    if len(texts) != len(told):
        raise Wrong(f"{name} is a list of texts, and this is {_said(value)}", f"write such as '{name}: [one, two]'")
    if len(texts) > ENTRIES_MAX:
        raise Wrong(f"{name} has more than {ENTRIES_MAX} entries", "say less")
    return [fields.title(one) for one in texts]


def _yes_or_no(name: str, value: object) -> Plain:
    try:
        return fields.yes_or_no(value)
    except Wrong:
        raise Wrong(f"{name} is yes or no, and this is {_said(value)}", f"write '{name}: yes'") from None


def _said(value: object) -> str:
    if isinstance(value, str):
        return quoted(value) if value else "nothing"
    return "a list" if isinstance(value, list | tuple) else "something else"


_READ = {"number": _number, "list": _list, "yes or no": _yes_or_no}
"""By the kinds of the declarations."""
