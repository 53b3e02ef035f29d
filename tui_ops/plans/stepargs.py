"""Which arguments of a step go together, once each of them is right by itself."""

from collections.abc import Collection, Mapping

from tui_ops.inventory.tree import Entry, Scalar
from tui_ops.model.plans import StepKind, Value
from tui_ops.plans.errors import Found

_OF_A_FILE = ("content", "template", "mode", "owner", "group")
_NOT_WRITTEN = {"absent": "removed", "kept": "kept as it is"}
"""States of a file for which nothing is written, in words."""
_OF_AN_ACCOUNT = ("groups", "shell", "comment", "home")
_WITH_VERSION = ("install", "upgrade")


def settle_args(
    kind: StepKind,
    args: dict[str, Value],
    still_open: Collection[str],
    given: Mapping[str, Entry],
    at: Scalar,
    found: Found,
) -> None:
    """Note what does not go together, and put in what follows from the rest.

    Args:
        kind: of the step.
        args: its arguments; what follows is put into it.
        still_open: those that hold a parameter without a value: of them nothing is said.
        given: what the plan says, by argument.
        at: the step's key.
        found: receives what does not go together.
    """
    settle = {
        StepKind.FILE: _file, StepKind.PACKAGE: _package, StepKind.ACCOUNT: _account, StepKind.CHECK: _check
    }.get(kind)  # fmt: skip
    if settle is not None and given:
        settle(_Settled(args, still_open, given, at, found))


class _Settled:
    """The arguments of one step, while they are held against each other."""

    def __init__(
        self, args: dict[str, Value], still_open: Collection[str], given: Mapping[str, Entry], at: Scalar, found: Found
    ) -> None:
        self.args = args
        self.given = given
        self._open = still_open
        self._at = at
        self._found = found

    def knows(self, key: str) -> bool:
        """Return whether an argument is known by now."""
        return key not in self._open

    def missing(self, said: str, hint: str) -> None:
        """Note that something is missing."""
        self._found.add(self._at, said, hint)

    def refuse(self, keys: Collection[str], why: str) -> None:
        """Note those of the keys that are given."""
        for key in keys:
            if key in self.given:
                self._found.add(self.given[key].key, f"'{key}' has no meaning {why}", "take the line out")


def _file(one: _Settled) -> None:
    if one.args.get("state") in _NOT_WRITTEN:
        one.refuse(_OF_A_FILE, f"for a file that is {_NOT_WRITTEN[str(one.args['state'])]}")
    elif "content" not in one.given and "from" not in one.given and one.knows("state"):
        one.missing("the file has no content", "add 'content: |' and its lines, or 'state: absent'")
    if one.args.get("template") is False:
        del one.args["template"]


def _package(one: _Settled) -> None:
    if not one.knows("do"):
        return
    act = one.args.get("do")
    if "name" not in one.given and act != "security":
        one.missing("the package has no name", "add 'name: …'; only 'do: security' is for all of them")
    if act not in _WITH_VERSION:
        one.refuse(("version",), f"with 'do: {act}'")


def _account(one: _Settled) -> None:
    if one.knows("do") and one.args.get("do") != "add":
        one.refuse(_OF_AN_ACCOUNT, f"with 'do: {one.args.get('do')}'")


def _check(one: _Settled) -> None:
    """What is looked for in a file or of a package is one thing; that it is there, where nothing is said."""
    for subject, usual, wishes in (
        ("file", "exists", ("exists", "sha256", "contains")),
        ("package", "installed", ("installed", "version", "at_least")),
    ):  # fmt: skip
        if subject not in one.given:
            continue
        wished = [key for key in wishes if key in one.given]
        if not wished:
            one.args[usual] = True
        one.refuse(wished[1:], f"beside '{wished[0]}'" if wished else "")
