"""What is wrong with an inventory: every mistake with its place, all told at once."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from tui_ops.inventory.wrong import Wrong
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import Place

MISTAKES_MAX = 1000
"""Mistakes that are kept of one file: a person mends the first few, a flood is the same mistake again."""

QUOTE_LIMIT = 60
"""Characters of a value that is quoted in a message: enough to find it again in the file."""

EXCERPT_LIMIT = 110
"""Characters of a line that is shown below a message: one line of a usual terminal."""

SUGGESTION_BUDGET = 50_000
"""Names that are compared for "did you mean" in one file, about half a second."""

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for YAML, by which its places count."""


class Marked(Protocol):
    """Something that has a place in the file; both numbers count from 1."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column, in characters."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong at one place."""

    place: Place
    message: str
    hint: str = ""
    shows_line: bool = True
    """False where an excerpt of the line would show a secret."""

    def __str__(self) -> str:
        said = f"{clean(str(self.place))}: {self.message}"
        return f"{said} ({self.hint})" if self.hint else said


class InventoryError(TuiOpsError):
    """An inventory that can't be used.

    Args:
        mistakes: at least one.
        text: the file's text, from which excerpts are taken.
    """

    def __init__(self, mistakes: Iterable[Mistake], text: str = "") -> None:
        self.files: dict[str, str] = {}
        """Every path that was looked at, with its stamp, as :attr:`tui_ops.model.fleet.Fleet.files`."""
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.place.line, mistake.place.column)))
        first = self.mistakes[0]
        if len(self.mistakes) == 1:
            super().__init__(first.message, first.hint)
        else:
            super().__init__(f"{len(self.mistakes)} mistakes in {clean(first.place.file)}")
        lines = LINE_END.split(text) if text else []
        self._excerpts = {
            mistake.place: _excerpt(lines[mistake.place.line - 1], mistake.place.column)
            for mistake in self.mistakes
            if mistake.shows_line and 0 < mistake.place.line <= len(lines)
        }

    def __str__(self) -> str:
        return self.report()

    def report(self, excerpts: bool = False) -> str:
        """Return all mistakes, one a line.

        Args:
            excerpts: put the line of the file and a caret below each.
        """
        told: list[str] = []
        for mistake in self.mistakes:
            told.append(str(mistake))
            if excerpts and mistake.place in self._excerpts:
                told.append(self._excerpts[mistake.place])
        return "\n".join(told)


class Mistakes:
    """The mistakes found so far in one file.

    Of several at one place only the first is kept: the others follow from it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Place, Mistake] = {}
        self._comparisons_left = SUGGESTION_BUDGET

    def __bool__(self) -> bool:
        return bool(self._found)

    def place(self, at: Marked) -> Place:
        """Return where ``at`` stands."""
        return Place(self.file, at.line, at.column)

    def add(self, at: Marked, message: str, hint: str = "", shows_line: bool = True) -> None:
        """Note a mistake."""
        place = self.place(at)
        if place not in self._found and len(self._found) < MISTAKES_MAX:
            self._found[place] = Mistake(place, message, hint, shows_line)

    def add_wrong(self, at: Marked, wrong: Wrong) -> None:
        """Note that the value at ``at`` is not right."""
        self.add(at, wrong.message, wrong.hint, wrong.shows_line)

    def suggest(self, word: str, options: Iterable[str]) -> str:
        """Return ``did you mean 'X'?`` for the option nearest to ``word``; empty where none is near."""
        if self._comparisons_left <= 0:
            return ""
        known = list(options)
        self._comparisons_left -= len(known)
        return did_you_mean(word, known)

    def error(self, text: str = "") -> InventoryError:
        """Return what was found as one exception."""
        return InventoryError(self._found.values(), text)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return ``did you mean 'X'?`` for the option nearest to ``word``; empty where none is near."""
    near = get_close_matches(word[:QUOTE_LIMIT], list(options), n=1)
    return f"did you mean {quoted(near[0])}?" if near else ""


def quoted(text: str) -> str:
    """Return a value of the file as it is shown in a message: harmless, short, in quotes."""
    return f"'{clean(text, QUOTE_LIMIT)}'"


def ordinary(path: object, message: str, hint: str = "") -> InventoryError:
    """Return the error of a file that can't be used as a whole."""
    return InventoryError([Mistake(Place(str(path), 1, 1), message, hint)])


def _excerpt(line: str, column: int) -> str:
    """Return the line and below it a caret at the column, cut to what a terminal shows."""
    start = max(0, column - EXCERPT_LIMIT + 20)
    before = clean(line[start : column - 1], EXCERPT_LIMIT * 8)
    shown = clean(before + clean(line[column - 1 :]), EXCERPT_LIMIT)
    return f"    {shown}\n    {' ' * _cells(before)}^"


def _cells(text: str) -> int:
    """Return how many cells of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
