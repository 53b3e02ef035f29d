"""What each kind of step takes: the table of the plan's language."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tui_ops.model.plans import Part, StepKind, Value
from tui_ops.plans import values

Check = Callable[[str], Value]
"""From a text to a checked value.

Raises:
    Wrong: it can't be used.
"""


class Shape(Enum):
    """How an argument is written."""

    ONE = "a text"
    LIST = "a list"
    """One text is a list of one."""
    WORDS = "words"
    """A list, or one text that is split at spaces, with quotes as in a shell, and nothing else of a shell."""


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of a kind."""

    check: Check
    shape: Shape = Shape.ONE
    needed: bool = False
    default: Value | None = None
    """What it is where the plan does not say; None leaves it out."""
    only_if: str = ""
    """A switch before it in the table: without it the text is taken as it is, with nothing put in."""
    most: int = values.GROUPS_MAX
    """Entries of a list."""
    lines: bool = False
    """Whether it is a text of many lines, each of which has an end."""


@dataclass(frozen=True, slots=True)
class Takes:
    """What a kind takes."""

    args: Mapping[str, Arg]
    short: str = ""
    """The argument that is meant where a single value stands instead of keys."""
    is_short: bool = False
    """Whether it is never written with keys."""
    bare: bool = False
    """Whether it may stand without anything."""
    choices: Mapping[str, "Takes"] = field(default_factory=dict)
    """Forms of the kind, by the key that each of them begins with; ``args`` is not used then."""
    timeout_s: float = 60.0
    """How long it may take where the plan does not say."""
    becomes: bool = True
    """Whether root can do it."""


PACKAGE_TIMEOUT_S = 900.0
"""A package: downloads and kernels' hooks take minutes, and one that is cut off has to be mended by hand."""

ANSIBLE_TIMEOUT_S = 1800.0
"""A playbook: many steps in one."""

MANUAL_TIMEOUT_S = 86400.0
"""A person: may have gone home; a day later the plan no longer fits what is there."""

HTTP_WITHIN_S, REBOOT_WITHIN_S = 30.0, 600.0
"""A service that starts answers within half a minute, a host within ten."""

PACKAGE_DOES = ("install", "upgrade", "remove", "hold", "unhold", "security")
UNIT_DOES = ("start", "stop", "restart", "reload", "enable", "disable", "mask", "unmask")
UNIT_STATES = ("active", "inactive", "failed", "enabled", "disabled", "masked")
ACCOUNT_DOES = ("add", "remove", "lock", "unlock")
KEY_DOES = ("add", "remove")
FILE_STATES = ("present", "absent", "kept")

_WORDS = Arg(values.word, Shape.WORDS, needed=True, most=values.WORDS_MAX)

CHECKS: dict[str, Takes] = {
    "unit": Takes({
        "unit": Arg(values.unit, needed=True),
        "is": Arg(values.one_of(UNIT_STATES, "state of a unit"), default="active"),
    }),
    "port": Takes({"port": Arg(values.port, needed=True), "listens": Arg(values.yes_or_no, default=True)}),
    "file": Takes({
        "file": Arg(values.path, needed=True),
        "exists": Arg(values.yes_or_no),
        "sha256": Arg(values.sha256),
        "contains": Arg(values.text),
    }),
    "package": Takes({
        "package": Arg(values.package, needed=True),
        "installed": Arg(values.yes_or_no),
        "version": Arg(values.version),
        "at_least": Arg(values.version),
    }),
    "command": Takes({
        "command": _WORDS,
        "exits": Arg(values.whole(0, 255), default=0),
        "says": Arg(values.pattern),
    }),
}  # fmt: skip
"""What can be checked on a host, by the key that says it."""

KINDS: dict[StepKind, Takes] = {
    StepKind.COMMAND: Takes({"words": _WORDS}, "words", is_short=True),
    StepKind.SCRIPT: Takes({"text": Arg(values.script, needed=True, lines=True)}, "text", is_short=True),
    StepKind.FILE: Takes({
        "path": Arg(values.path, needed=True),
        "state": Arg(values.one_of(FILE_STATES, "state of a file"), default="present"),
        "template": Arg(values.yes_or_no),
        "content": Arg(values.content, only_if="template", lines=True),
        "mode": Arg(values.mode),
        "owner": Arg(values.owner),
        "group": Arg(values.owner),
    }),
    StepKind.PACKAGE: Takes({
        "name": Arg(values.package),
        "do": Arg(values.one_of(PACKAGE_DOES, "act on a package"), default="install"),
        "version": Arg(values.version),
    }, "name", timeout_s=PACKAGE_TIMEOUT_S),
    StepKind.UNIT: Takes({
        "name": Arg(values.unit, needed=True),
        "do": Arg(values.one_of(UNIT_DOES, "act on a unit"), needed=True),
    }),
    StepKind.ACCOUNT: Takes({
        "name": Arg(values.account, needed=True),
        "do": Arg(values.one_of(ACCOUNT_DOES, "act on an account"), needed=True),
        "groups": Arg(values.account, Shape.LIST),
        "shell": Arg(values.path),
        "comment": Arg(values.comment),
        "home": Arg(values.path),
    }),
    StepKind.KEY: Takes({
        "account": Arg(values.account, needed=True),
        "key": Arg(values.public_key, needed=True),
        "do": Arg(values.one_of(KEY_DOES, "act on a key"), default="add"),
    }),
    StepKind.REBOOT: Takes({
        "within": Arg(values.duration(values.REBOOT_RANGE_S, "10s to 2h"), default=REBOOT_WITHIN_S),
    }, "within", bare=True),
    StepKind.WAIT: Takes({
        "seconds": Arg(values.duration(values.WAIT_RANGE_S, "1s to 6h"), needed=True),
    }, "seconds", is_short=True, becomes=False),
    StepKind.HTTP: Takes({
        "url": Arg(values.url, needed=True),
        "status": Arg(values.whole(100, 599), default=200),
        "contains": Arg(values.text),
        "within": Arg(values.duration(values.WITHIN_RANGE_S, "0s to 1h"), default=HTTP_WITHIN_S),
        "times": Arg(values.whole(*values.TIMES_RANGE), default=1),
        "from": Arg(values.one_of(("engine", "host"), "place to ask from"), default="engine"),
    }, "url", becomes=False),
    StepKind.CHECK: Takes({}, choices=CHECKS),
    StepKind.MANUAL: Takes({"text": Arg(values.manual, needed=True)}, "text", is_short=True,
                           timeout_s=MANUAL_TIMEOUT_S, becomes=False),
    StepKind.LOCAL: Takes({"words": _WORDS}, "words", is_short=True, becomes=False),
    StepKind.ANSIBLE: Takes({
        "playbook": Arg(values.path, needed=True),
        "tags": Arg(values.tag, Shape.LIST),
        "skip_tags": Arg(values.tag, Shape.LIST),
    }, "playbook", timeout_s=ANSIBLE_TIMEOUT_S),
    StepKind.RESTORE: Takes({
        "what": Arg(values.one_of(("files",), "thing to restore"), needed=True),
    }, "what", is_short=True),
}  # fmt: skip
"""By kind, in the order in which the docs list them."""

_READING = frozenset(
    {StepKind.CHECK, StepKind.HTTP, StepKind.WAIT, StepKind.MANUAL, StepKind.COMMAND, StepKind.SCRIPT}
)  # fmt: skip

ALLOWED: dict[Part, frozenset[StepKind]] = {
    Part.PRE: _READING,
    Part.STEP: frozenset(StepKind) - {StepKind.RESTORE},
    Part.POST: _READING,
    Part.ROLLBACK: frozenset(StepKind),
}
"""Which kinds may stand in which part. A command or a script before and after the steps is the planner's word that it
only reads."""


def takes_of(kind: StepKind, given: Collection[str]) -> Takes:
    """Return what a step of a kind takes.

    Args:
        kind: the kind.
        given: names of its arguments, one of which tells the form where a kind has several.
    """
    takes = KINDS[kind]
    form = next((name for name in takes.choices if name in given), "")
    return takes.choices[form] if form else takes
