"""Frameworks as they are written: YAML of numbers and our own words, with every mistake at its place.

What checks speak of which control stands with the checks (:class:`tui_ops.practices.security.checks.base.Controls`);
here both are put together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistakes, quoted
from tui_ops.inventory.source import read_source
from tui_ops.inventory.tree import Entry, Node, Scalar, parse_tree
from tui_ops.inventory.tree import Mapping as Keys
from tui_ops.inventory.tree import Sequence as Items
from tui_ops.model.clean import clean
from tui_ops.model.compliance import Control, ControlKind, Framework
from tui_ops.practices.security.checks.base import Check
from tui_ops.practices.security.checks.declared import CHECKS

TEXT_LIMIT = 512_000
"""Bytes of a framework: the largest that ships has 15 kB, a whole catalogue of 1,200 controls 200."""

CONTROLS_MAX = 3000
"""Controls of a framework: SP 800-53 as a whole has 1,189."""

WORDS_MOST = 300
"""Characters of a control's text: a line or two."""

NODES_MAX = 30_000
"""Keys and values of a file: ten for each control."""

IDS = ("cis", "pci", "nist", "iso")
"""Which numbers of a check's declaration a framework can be held against."""

SAY = {"all": ControlKind.AUTOMATED, "part": ControlKind.BOTH}
"""What checks say of a control that has some."""

KEYS = ("name", "title", "short", "note", "ids", "extends", "checks_say", "controls")
CONTROL_KEYS = ("text", "kind", "checks", "objects", "in_use")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_CONTROL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,_/()\[\]:+-]{0,39}")
_ABOVE = re.compile(r"(.+?)(?:\([a-z0-9]+\)|\.[0-9]+)")


@dataclass(frozen=True, slots=True)
class _Said:
    """Of a control as it is written."""

    text: str
    kind: ControlKind | None = None
    checks: tuple[str, ...] = ()
    """Its own."""
    objects: tuple[str, ...] = ()
    """Patterns that hold for all its checks …"""
    objects_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """… and for single ones."""
    in_use: tuple[str, ...] = ()
    at: Entry | None = None
    """Where its objects stand."""


class FrameworkWrong(InventoryError):
    """A framework that can't be used."""


def resolve(named: str, controls: Iterable[str]) -> tuple[str, ...]:
    """Return the controls of a framework that a check means by a number.

    A number that is not one of them counts for the one above it (``IA-5(1)(a)`` for ``IA-5(1)``, ``10.2.1.5`` for
    ``10.2.1``), and one that is only a heading for all below it (``8.4`` for ``8.4.1``, ``8.4.2`` …).

    Args:
        named: by the check.
        controls: the numbers of the framework.

    Returns:
        Nothing where the framework does not hold it.
    """
    known = controls if isinstance(controls, Mapping) else dict.fromkeys(controls)
    one = named
    while True:
        if one in known:
            return (one,)
        above = _ABOVE.fullmatch(one)
        if above is None:
            break
        one = above[1]
    return tuple(control for control in known if control.startswith(f"{named}."))


def read_framework(
    text: str, name: str, known: Mapping[str, Framework] | None = None, checks: Sequence[Check] = CHECKS,
    own: bool = False,
) -> Framework:  # fmt: skip
    """Return a framework.

    Args:
        text: YAML.
        name: what places are reported under, a file's path.
        known: the frameworks that it may extend, by name.
        checks: that there are.
        own: whether it lies in the folder of the inventory.

    Raises:
        FrameworkWrong: with every mistake.
    """
    found = Mistakes(name)
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_LIMIT:
        found.add(Scalar(1, 1, ""), f"the framework is larger than {TEXT_LIMIT // 1000} kB", "split it")
        raise _wrong(found, "")
    try:
        source = read_source(Path(name), text)
        root = parse_tree(source.text, found, nodes_max=NODES_MAX, tags=(), what="a framework")
    except InventoryError as error:
        raise FrameworkWrong(error.mistakes, text) from error
    made = _Reader(root or Scalar(1, 1, ""), known or {}, checks, own, found).framework()
    if found or made is None:
        raise _wrong(found, source.text)
    return made


def _wrong(found: Mistakes, text: str) -> FrameworkWrong:
    return FrameworkWrong(found.error(text).mistakes, text)


class _Reader:
    """One framework on its way from its tree."""

    def __init__(
        self, root: Node, known: Mapping[str, Framework], checks: Sequence[Check], own: bool, found: Mistakes
    ) -> None:
        self._root = root
        self._known = known
        self._checks = {check.id: check for check in checks}
        self._own = own
        self._found = found
        self._keys: dict[str, Entry] = {}

    def framework(self) -> Framework | None:
        """Return it; what is wrong is noted."""
        if not isinstance(self._root, Keys):
            self._found.add(self._root, "expected a framework", "it begins with 'name:', 'title:' and 'controls:'")
            return None
        self._keys = self._only(self._root, KEYS)
        name, title = self._must("name"), self._must("title")
        if name and not _NAME.fullmatch(name):
            hint = "use small letters, digits, '-', '.' and '_'"
            self._found.add(self._keys["name"].value, f"{quoted(name)} is no name of a framework", hint)
        lower = self._extended()
        controls = dict(lower.controls) if lower is not None else {}
        said = self._controls()
        if not said and lower is None and not self._found:
            self._found.add(self._root, "the framework has no controls", "add 'controls:' with 'NUMBER: text' lines")
        declared = self._declared({**controls, **said})
        kind = SAY[self._choice("checks_say", SAY, "all")]
        for number, one in said.items():
            mine = tuple(dict.fromkeys((*declared.get(number, ()), *one.checks)))
            objects = self._objects_of(one, mine)
            asked = one.kind or (kind if mine else ControlKind.ATTESTED)
            controls[number] = Control(number, one.text, asked, mine, objects, one.in_use)
        return Framework(
            name, title, self._text("short") or name, controls, self._text("note"), self._own
        )  # fmt: skip

    def _extended(self) -> Framework | None:
        name = self._text("extends")
        if not name:
            return None
        lower = self._known.get(name)
        if lower is None:
            hint = self._found.suggest(name, self._known) or "those that ship can be extended"
            self._found.add(self._keys["extends"].value, f"there is no framework {quoted(name)}", hint)
        return lower

    def _declared(self, numbers: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
        """Return by control the checks whose declaration names it."""
        ids = self._choice("ids", IDS, "")
        found: dict[str, dict[str, None]] = {}
        for check in self._checks.values() if ids else ():
            for named in getattr(check.controls, ids):
                for number in resolve(named, numbers):
                    found.setdefault(number, {})[check.id] = None
        return {number: tuple(checks) for number, checks in found.items()}

    def _controls(self) -> dict[str, _Said]:
        entry = self._keys.get("controls")
        if entry is None:
            return {}
        if not isinstance(entry.value, Keys):
            self._found.add(entry.value, "expected controls below 'controls'", "write 'NUMBER: text' lines")
            return {}
        if len(entry.value.entries) > CONTROLS_MAX:
            self._found.add(entry.key, f"there are more than {CONTROLS_MAX} controls", "split the framework")
            return {}
        found = {}
        for number, one in entry.value.entries.items():
            if not _CONTROL.fullmatch(number):
                self._found.add(one.key, f"{quoted(number)} is no number of a control", "such as 8.3.6 or AC-2(3)")
            else:
                found[number] = self._control(one)
        return found

    def _control(self, entry: Entry) -> _Said:
        if isinstance(entry.value, Scalar):
            return _Said(self._words(entry.value))
        if not isinstance(entry.value, Keys):
            self._found.add(entry.value, "expected a text, or 'text:', 'kind:' and 'checks:'", "a text is enough")
            return _Said("")
        keys = self._only(entry.value, CONTROL_KEYS)
        text = self._words(keys["text"].value) if "text" in keys else ""
        if "text" not in keys:
            self._found.add(entry.key, f"the control {quoted(entry.key.text)} has no text", "add 'text:'")
        objects, objects_of = self._objects(keys.get("objects"))
        return _Said(
            text, self._kind(keys.get("kind")), self._named_checks(keys.get("checks")), objects, objects_of,
            self._list(keys.get("in_use")), keys.get("objects"),
        )  # fmt: skip

    def _kind(self, entry: Entry | None) -> ControlKind | None:
        if entry is None:
            return None
        kinds = [str(one) for one in ControlKind]
        if isinstance(entry.value, Scalar) and entry.value.text in kinds:
            return ControlKind(entry.value.text)
        self._found.add(entry.value, "a control is automated, attested or both", f"one of {', '.join(kinds)}")
        return None

    def _list(self, entry: Entry | None) -> tuple[str, ...]:
        nodes = [] if entry is None else entry.value.items if isinstance(entry.value, Items) else [entry.value]
        return tuple(dict.fromkeys(text for node in nodes if (text := self._words(node))))

    def _objects(self, entry: Entry | None) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """Return patterns of objects: for all checks of the control, and for single ones."""
        if entry is None or not isinstance(entry.value, Keys):
            return self._list(entry), {}
        return (), {check: self._list(one) for check, one in entry.value.entries.items()}

    def _objects_of(self, said: _Said, checks: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return by check the patterns of a control; one that is not among its checks is a mistake."""
        for check in said.objects_of:
            if check not in checks and said.at is not None and isinstance(said.at.value, Keys):
                hint = self._found.suggest(check, checks) or f"its checks are {', '.join(checks) or 'none'}"
                self._found.add(said.at.value.entries[check].key, f"{quoted(check)} is no check of this control", hint)
        found = {**dict.fromkeys(checks, said.objects), **said.objects_of}
        return {check: patterns for check, patterns in found.items() if patterns}

    def _named_checks(self, entry: Entry | None) -> tuple[str, ...]:
        if entry is None:
            return ()
        found: dict[str, None] = {}
        for node in entry.value.items if isinstance(entry.value, Items) else [entry.value]:
            pattern = node.text if isinstance(node, Scalar) else ""
            meant = [check for check in self._checks if fnmatchcase(check, pattern)]
            if not meant:
                hint = self._found.suggest(pattern, self._checks) or "tui-ops self-test names them"
                self._found.add(node, f"there is no check {quoted(pattern)}", hint)
            found.update(dict.fromkeys(meant))
        return tuple(found)

    # --- single values ------------------------------------------------------------------------------------------------

    def _only(self, node: Keys, keys: Sequence[str]) -> dict[str, Entry]:
        for key, entry in node.entries.items():
            if key not in keys:
                hint = self._found.suggest(key, keys) or f"known here: {', '.join(keys)}"
                self._found.add(entry.key, f"unknown key {quoted(key)}", hint)
        return {key: entry for key, entry in node.entries.items() if key in keys}

    def _must(self, key: str) -> str:
        text = self._text(key)
        if not text and key not in self._keys:
            self._found.add(self._root, f"the framework has no {key}", f"add '{key}:'")
        elif not text:
            self._found.add(self._keys[key].key, f"{key} is empty", f"write it behind '{key}:'")
        return text

    def _text(self, key: str) -> str:
        return self._words(self._keys[key].value) if key in self._keys else ""

    def _choice(self, key: str, among: Iterable[str], default: str) -> str:
        text = self._text(key)
        if text and text not in among:
            self._found.add(self._keys[key].value, f"{key} can't be {quoted(text)}", f"one of {', '.join(among)}")
            return default
        return text or default

    def _words(self, node: Node) -> str:
        if not isinstance(node, Scalar):
            self._found.add(node, "expected a text", "in quotes if need be")
            return ""
        if len(node.text) > WORDS_MOST:
            self._found.add(node, f"the text has more than {WORDS_MOST} characters", "say it shorter")
        return clean(node.text, WORDS_MOST)


@cache
def shipped() -> Mapping[str, Framework]:
    """Return the frameworks that ship, by name. Those that extend another are read after it."""
    folder = files("tui_ops").joinpath("frameworks")
    texts = {
        one.name: one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name) if one.name.endswith(".yaml")
    }  # fmt: skip
    found: dict[str, Framework] = {}
    for name, text in sorted(texts.items(), key=lambda one: "\nextends:" in one[1]):
        made = read_framework(text, name, found)
        found[made.name] = made
    return dict(sorted(found.items()))


def named(frameworks: Mapping[str, Framework], word: str) -> Framework | None:
    """Return the framework of a name, or of a short one; None where none has it."""
    return frameworks.get(word) or next((one for one in frameworks.values() if one.short == word), None)
