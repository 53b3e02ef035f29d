"""What a plugin writes: a line of text, more lines, and after ``|`` its performance data.

``'label'=value[UOM];[warn];[crit];[min];[max]``, blanks between them; a quote within a label is written twice, and
``U`` in place of the value says that it could not be told.
"""

import math
import re
from dataclasses import dataclass, field

from tui_ops.model.clean import clean
from tui_ops.model.thresholds import RangeError, parse_range

OUTPUT_LIMIT = 8 * 1024
"""Bytes of a plugin's output that are looked at: what Nagios itself takes."""

TEXT_LIMIT = 200
"""Characters of the line of text: what a row shows."""

LINES_LIMIT = 40
"""Further lines that are kept."""

LINE_LIMIT = 200
"""Characters of each."""

NUMBERS_LIMIT = 100
"""Values of one plugin: a switch with 48 ports tells two of each."""

LABEL_LIMIT = 60
"""Characters of a label."""

LARGEST = 1e18
"""Values beyond this are no counts, bytes or seconds."""

_LABEL = re.compile(r"\s*(?:'((?:[^']|''){1,400})'|([^\s='][^\s=]{0,400}))=", re.ASCII)
_VALUE = re.compile(r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?)([A-Za-z%µ]{0,8})")
_UNITS: dict[str, tuple[float, str]] = {
    "s": (1.0, "s"), "ms": (1e-3, "s"), "us": (1e-6, "s"), "µs": (1e-6, "s"), "ns": (1e-9, "s"),
    "b": (1.0, "B"), "kb": (1e3, "B"), "mb": (1e6, "B"), "gb": (1e9, "B"), "tb": (1e12, "B"), "pb": (1e15, "B"),
    "kib": (1024.0, "B"), "mib": (1024.0**2, "B"), "gib": (1024.0**3, "B"), "tib": (1024.0**4, "B"),
    "%": (1.0, "%"), "c": (1.0, "c"),
}  # fmt: skip
"""Units that are known, with what makes seconds and bytes of them."""


@dataclass(frozen=True, slots=True)
class Number:
    """One value of a plugin."""

    label: str
    value: float
    """In seconds, bytes or percent where its unit is one of these, else as it was written."""
    unit: str = ""
    warn: str = ""
    crit: str = ""
    """Ranges as they were written, in the unit that the plugin wrote; empty where it gave none."""
    least: float | None = None
    most: float | None = None

    def as_json(self) -> dict[str, object]:
        """Return it for a document."""
        found = {
            "label": self.label, "value": self.value, "unit": self.unit, "warn": self.warn, "crit": self.crit,
            "min": self.least, "max": self.most,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Output:
    """What a plugin wrote."""

    text: str
    lines: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = field(default=())


def parse_output(data: bytes) -> Output:
    """Read a plugin's output; any bytes give something.

    Args:
        data: its standard output.
    """
    lines = data[:OUTPUT_LIMIT].decode("utf-8", "replace").split("\n")
    text, _, first = lines[0].partition("|")
    numbers = [first]
    more: list[str] = []
    in_numbers = False
    for line in lines[1:]:
        if in_numbers:
            numbers.append(line)
            continue
        said, bar, rest = line.partition("|")
        if said.strip():
            more.append(clean(said.rstrip(), LINE_LIMIT))
        if bar:
            in_numbers = True
            numbers.append(rest)
    return Output(clean(text.strip(), TEXT_LIMIT), tuple(more[:LINES_LIMIT]), parse_numbers(" ".join(numbers)))


def parse_numbers(text: str) -> tuple[Number, ...]:
    """Read performance data; a part that can't be read is left out, and the rest goes on."""
    found: dict[str, Number] = {}
    at = 0
    while at < len(text) and len(found) < NUMBERS_LIMIT:
        label = _LABEL.match(text, at)
        if label is None:
            at = _next_word(text, at)
            continue
        end = _next_word(text, label.end())
        name = label[1].replace("''", "'") if label[1] is not None else label[2]
        number = _number(clean(name.strip(), LABEL_LIMIT), text[label.end() : end].strip())
        if number is not None and number.label:
            found.setdefault(number.label, number)
        at = end
    return tuple(found.values())


def _next_word(text: str, at: int) -> int:
    """Return where the next word begins, the one at ``at`` left behind."""
    while at < len(text) and not text[at].isspace():
        at += 1
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _number(label: str, text: str) -> Number | None:
    parts = [*text.split(";", 5)[:5], "", "", "", ""]
    value = _VALUE.fullmatch(parts[0].strip())
    if value is None:
        return None
    amount = _finite(value[1])
    if amount is None:
        return None
    factor, unit = _UNITS.get(value[2].lower(), (1.0, clean(value[2], 8)))
    if abs(amount * factor) > LARGEST:
        return None
    least, most = (_finite(one) for one in (parts[3], parts[4]))
    return Number(
        label, _scaled(amount, factor), unit, _range(parts[1]), _range(parts[2]),
        None if least is None else _scaled(least, factor), None if most is None else _scaled(most, factor),
    )  # fmt: skip


def _scaled(number: float, factor: float) -> float:
    """Return a number in its basic unit, without digits that only the factor brings."""
    return number if factor == 1 else float(f"{number * factor:.12g}")


def _finite(text: str) -> float | None:
    try:
        number = float(text) if len(text) <= 80 else math.nan
    except ValueError:
        return None
    return number if abs(number) <= LARGEST else None


def _range(text: str) -> str:
    """Return a threshold where it is one."""
    try:
        return parse_range(text.strip()).text
    except RangeError:
        return ""
