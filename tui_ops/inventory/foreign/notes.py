"""What of a foreign inventory is left out: each told once, with its place."""

from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistake
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Note, Place

NOTES_MAX = 500
"""Notes of one inventory: a person reads the first few, the others are the same again."""


class Notes:
    """The notes so far."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], Note] = {}
        self._more = 0

    def add(self, place: Place, message: str, hint: str = "") -> None:
        """Take note of something; of the same at the same place once."""
        if (place, message) in self._found:
            return
        if len(self._found) >= NOTES_MAX:
            self._more += 1
            return
        file = clean(place.file)
        self._found[place, message] = Note(Place(file, place.line, place.column), message, hint)

    def nothing_left(self, path: Path, message: str, hint: str) -> InventoryError:
        """Return the error of an inventory of which nothing is left to watch, with all notes as its reasons."""
        reasons = [Mistake(note.place, note.message, note.hint) for note in self.all()]
        return InventoryError([Mistake(Place(str(path), 1, 1), message, hint), *reasons])

    def all(self) -> tuple[Note, ...]:
        """Return them in the order in which they were found."""
        found = tuple(self._found.values())
        if not self._more:
            return found
        return (*found, Note(found[-1].place, f"and {self._more:,} more of this kind"))
