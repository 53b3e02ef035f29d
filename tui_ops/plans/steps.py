"""One step of a plan: from its place in the tree to a checked step."""

import shlex
from collections.abc import Mapping as ReadMapping
from dataclasses import dataclass

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.plans import Part, Step, StepKind, Value
from tui_ops.plans import nodes, values, when
from tui_ops.plans.errors import Found
from tui_ops.plans.kinds import ALLOWED, KINDS, Arg, Shape, Takes
from tui_ops.plans.naming import name_of
from tui_ops.plans.stepargs import settle_args
from tui_ops.plans.substitution import ENVIRONMENT, Filler, sample, together

COMMON = ("name", "timeout", "retries", "retry_after", "become", "when")
"""Keys that every step may have beside its kind."""

TIMEOUT_RANGE_S = (1.0, 86400.0)
"""For one attempt: what takes longer than a day is no step."""

RETRIES_MAX = 10
"""Further attempts: what fails eleven times does not come right by itself."""

RETRY_RANGE_S = (0.0, 3600.0)
"""Between two attempts."""

SPARE_S = 30.0
"""What a step may take beyond the time that it waits by its own words: to connect, to ask once more."""

_ORDINARY = Step(StepKind.WAIT, Part.STEP, 1, "", {})
"""Where the defaults of the common keys are taken from."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step is read with."""

    part: Part
    filler: Filler
    found: Found


def read_step(node: Node, number: int, around: Surroundings) -> Step | None:
    """Return a step; None where it can't be one, which is noted.

    Args:
        node: its place.
        number: from 1, in its part.
        around: the part, what is put in, and where mistakes go.
    """
    found = around.found
    if not isinstance(node, Mapping):
        hint = "write '- KIND: …', such as '- command: systemctl daemon-reload'"
        found.add(node, f"expected a step, found {nodes.said(node)}", hint)
        return None
    kind = _kind(node, around)
    if kind is None:
        # What else is wrong with it is told all the same.
        _Common(node, around, StepKind.COMMAND).step(number, {}, node.line)
        return None
    entry = node.entries[kind]
    count = len(found)
    args = _Args(kind, around).read(entry)
    common = _Common(node, around, kind)
    step = common.step(number, args, entry.key.line)
    # Names and times are made of arguments that are right.
    return step if len(found) == count else None


def _kind(node: Mapping, around: Surroundings) -> StepKind | None:
    found = around.found
    kinds = [str(one) for one in StepKind]
    named = [key for key in node.entries if key in kinds]
    for key, entry in node.entries.items():
        if key not in kinds and key not in COMMON:
            hint = found.suggest(key, (*kinds, *COMMON)) or f"kinds of steps are: {', '.join(kinds)}"
            found.add(entry.key, f"unknown key {quoted(key)}", hint)
    if not named:
        if not node.entries.keys() - set(COMMON):
            found.add(node, "this step does nothing", f"add one of: {', '.join(kinds)}")
        return None
    if len(named) > 1:
        entry = node.entries[named[1]]
        said = f"a step does one thing, and this one has {quoted(named[0])} already"
        found.add(entry.key, said, "begin another step with '- '")
        return None
    kind = StepKind(named[0])
    if kind not in ALLOWED[around.part]:
        allowed = ", ".join(one for one in StepKind if one in ALLOWED[around.part])
        why = "restores what steps replaced" if kind is StepKind.RESTORE else "changes something"
        said = f"'{kind}' {why}, and can't stand below '{around.part}'"
        found.add(node.entries[kind].key, said, f"allowed here: {allowed}")
        return None
    return kind


class _Args:
    """The arguments of one step."""

    def __init__(self, kind: StepKind, around: Surroundings) -> None:
        self._kind = kind
        self._around = around
        self._found = around.found
        self._filler = around.filler
        self._open: set[str] = set()

    def read(self, entry: Entry) -> dict[str, Value]:
        """Return them, with the defaults of those that the plan does not say."""
        takes = KINDS[self._kind]
        if nodes.is_empty(entry.value):
            if not takes.bare:
                hint = f"write '{self._kind}: …'" if takes.short else f"known below it: {', '.join(_keys(takes))}"
                self._found.add(entry.key, f"'{self._kind}' says nothing", hint)
            given: dict[str, Entry] = {}
        else:
            given = self._given(entry, takes)
        if takes.choices:
            first = next((key for key in takes.choices if key in given), "")
            if not first:
                return {}
            takes = takes.choices[first]
        args = self._each(takes, entry, given)
        settle_args(self._kind, args, self._open, given, entry.key, self._found)
        if self._kind is StepKind.SCRIPT:
            known = self._filler.values or {}
            args["environment"] = tuple(f"{ENVIRONMENT}{name}={known[name]}" for name in sorted(known))
        return args

    def _given(self, entry: Entry, takes: Takes) -> dict[str, Entry]:
        """Return what the plan says, by argument."""
        node = entry.value
        if takes.is_short or (takes.short and not isinstance(node, Mapping)):
            return {takes.short: entry}
        if not isinstance(node, Mapping):
            hint = f"known below it: {', '.join(_keys(takes))}"
            self._found.add(node, f"expected keys below '{self._kind}', found {nodes.said(node)}", hint)
            return {}
        if takes.choices:
            return self._chosen(node, takes.choices)
        if self._kind is StepKind.FILE and "from" in node.entries:
            at = node.entries["from"].key
            self._found.add(at, "a file beside the plan can't be named yet", "write its text below 'content: |'")
            return nodes.known(node, (*takes.args, "from"), self._found)
        return nodes.known(node, takes.args, self._found)

    def _chosen(self, node: Mapping, choices: ReadMapping[str, Takes]) -> dict[str, Entry]:
        """Return the keys of one form of a kind, which one of them tells."""
        named = [key for key in choices if key in node.entries]
        if not named:
            keys = [key for takes in choices.values() for key in takes.args]
            for key, entry in node.entries.items():
                if key not in keys:
                    hint = self._found.suggest(key, keys) or f"begin with one of: {', '.join(choices)}"
                    self._found.add(entry.key, f"unknown key {quoted(key)}", hint)
            said = f"this '{self._kind}' does not say what is looked at"
            self._found.add(node, said, f"begin with one of: {', '.join(choices)}")
            return {}
        return nodes.known(node, choices[named[0]].args, self._found)

    def _each(self, takes: Takes, entry: Entry, given: ReadMapping[str, Entry]) -> dict[str, Value]:
        args: dict[str, Value] = {}
        for key, arg in takes.args.items():
            if key in given:
                is_literal = bool(arg.only_if) and args.get(arg.only_if) is not True
                value = self._one(key, arg, given[key].value, is_literal)
                if value is not None:
                    args[key] = value
            elif arg.needed and given:
                self._found.add(entry.key, f"'{key}' is missing below '{self._kind}'", f"add '{key}: …'")
            elif arg.default is not None:
                args[key] = arg.default
        return args

    def _one(self, key: str, arg: Arg, node: Node, is_literal: bool) -> Value | None:
        if arg.shape is Shape.ONE:
            return nodes.scalar(node, lambda text: self._checked(key, arg, node, text, is_literal), self._found)
        read = self._words(node) if arg.shape is Shape.WORDS else self._texts(node)
        if len(read) > arg.most:
            self._found.add(node, f"there are {len(read):,} entries here", f"{arg.most} are the most")
            return None
        made = []
        for at, text in read:
            try:
                made.append(str(self._checked(key, arg, at, text, is_literal)))
            except Wrong as wrong:
                self._found.add_wrong(at, wrong)
        if not read and arg.needed:
            self._found.add(node, f"'{self._kind}' has no words", "write the program and its arguments")
        if arg.shape is Shape.WORDS and made and not made[0]:
            self._found.add(node, "the program's name is empty", "write the program as the first word")
        return tuple(made)

    def _checked(self, key: str, arg: Arg, node: Node, text: str, is_literal: bool) -> Value:
        """Return a text with everything put in, and checked as far as it is known."""
        if not isinstance(node, Scalar) or is_literal:
            return arg.check(text)
        if self._kind is StepKind.SCRIPT:
            self._filler.note_script(node, text)
            return arg.check(text)
        filled, is_open = self._filler.fill(node, text)
        if is_open:
            self._open.add(key)
            return values.carried(filled, values.CONTENT_LIMIT)
        shown = sample(filled)
        value = arg.check(shown)
        return value if shown == filled else filled

    def _words(self, node: Node) -> list[tuple[Node, str]]:
        """Return the words of a command, each with its place."""
        if isinstance(node, Scalar):
            try:
                return [(node, word) for word in shlex.split(together(node.text))]
            except ValueError:
                hint = 'close it, or write the words as a list: [echo, "it\'s"]'
                self._found.add(node, "a quote in the command is not closed", hint)
                return [(node, "false")]
        return self._texts(node)

    def _texts(self, node: Node) -> list[tuple[Node, str]]:
        if isinstance(node, Mapping):
            self._found.add(node, f"expected a list, found {nodes.said(node)}", "write [ONE, ANOTHER]")
            return [(node, "false")]
        read: list[tuple[Node, str]] = []
        for item in nodes.items(node) if not isinstance(node, Sequence) else node.items:
            if isinstance(item, Scalar):
                read.append((item, item.text))
            else:
                self._found.add(item, f"expected a single value, found {nodes.said(item)}", "put it in quotes")
        return read


def _keys(takes: Takes) -> tuple[str, ...]:
    return tuple(takes.choices or takes.args)


class _Common:
    """The keys that every step may have."""

    def __init__(self, node: Mapping, around: Surroundings, kind: StepKind) -> None:
        self._entries = node.entries
        self._around = around
        self._found = around.found
        self._kind = kind

    def step(self, number: int, args: dict[str, Value], line: int) -> Step:
        """Return the step with these arguments."""
        return Step(
            self._kind,
            self._around.part,
            number,
            self._name() or name_of(self._kind, args),
            args,
            self._timeout(args),
            self._number("retries", values.whole(0, RETRIES_MAX), _ORDINARY.retries),
            self._seconds("retry_after", RETRY_RANGE_S, "0s to 1h", _ORDINARY.retry_after_s),
            self._become(),
            self._when(),
            line,
        )

    def _name(self) -> str:
        entry = self._entries.get("name")
        if entry is None:
            return ""

        def read(text: str) -> str:
            filled = self._around.filler.fill(entry.value, text)[0] if isinstance(entry.value, Scalar) else text
            return fields.title(values.line(filled))

        return nodes.scalar(entry.value, read, self._found) or ""

    def _number(self, key: str, check: values.NumberCheck, usual: int) -> int:
        entry = self._entries.get(key)
        read = nodes.scalar(entry.value, check, self._found) if entry is not None else None
        return usual if read is None else read

    def _seconds(self, key: str, allowed_s: tuple[float, float], in_words: str, usual: float) -> float:
        entry = self._entries.get(key)
        check = values.duration(allowed_s, in_words)
        read = nodes.scalar(entry.value, check, self._found) if entry is not None else None
        return usual if read is None else read

    def _timeout(self, args: ReadMapping[str, Value]) -> float:
        """Return how long an attempt may take: never less than it waits by its own words."""
        waits = args.get("seconds", args.get("within"))
        waits_s = float(waits) if isinstance(waits, int | float) else 0.0
        usual = waits_s + SPARE_S if waits_s else KINDS[self._kind].timeout_s
        timeout_s = self._seconds("timeout", TIMEOUT_RANGE_S, "1s to 24h", usual)
        if timeout_s < waits_s:
            at = self._entries["timeout"].value
            self._found.add(at, f"the step waits {waits_s:g} s, and is ended before", "leave the line out")
        return timeout_s

    def _become(self) -> bool:
        entry = self._entries.get("become")
        if entry is None:
            return False
        become = nodes.scalar(entry.value, values.yes_or_no, self._found) or False
        if become and not KINDS[self._kind].becomes:
            said = f"'{self._kind}' is done by the engine's own account"
            self._found.add(entry.key, said, "take the line out: root has no part in it")
        return become

    def _when(self) -> str:
        entry = self._entries.get("when")
        if entry is None or not isinstance(entry.value, Scalar):
            return nodes.scalar(entry.value, str, self._found) or "" if entry is not None else ""
        return when.read_when(entry.value, self._around.filler, self._found)
