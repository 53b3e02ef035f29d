"""The documents of sections, read with suspicion: what is missing or of a wrong type is nothing, and never an error."""

import math
from collections.abc import Iterator

LARGEST = 2.0**63
"""Numbers beyond this are no sizes, counts or times of a machine."""

ENTRIES_LIMIT = 5000
"""Entries of one list that are looked at: more than any collector keeps."""

TEXT_LIMIT = 2000
"""Characters of one text that are looked at: a command line is the longest, and no screen shows as much."""


class Record:
    """An object of a document.

    Args:
        fields: as JSON gave it; whatever is no object has no fields.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: object) -> None:
        self._fields: dict[object, object] = fields if isinstance(fields, dict) else {}

    def text(self, key: str) -> str:
        """Return a text; empty where there is none."""
        value = self._fields.get(key)
        return value[:TEXT_LIMIT] if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """Return a finite number; None where there is none."""
        return number_of(self._fields.get(key))

    def flag(self, key: str) -> bool | None:
        """Return yes or no; None where it is not known."""
        value = self._fields.get(key)
        return value if isinstance(value, bool) else None

    def texts(self, key: str) -> list[str]:
        """Return a list of texts without what is none."""
        return [value[:TEXT_LIMIT] for value in self._entries(key) if isinstance(value, str)]

    def record(self, key: str) -> "Record":
        """Return an object within this one."""
        return Record(self._fields.get(key))

    def records(self, key: str) -> list["Record"]:
        """Return a list of objects without what is none."""
        return [Record(value) for value in self._entries(key) if isinstance(value, dict)]

    def _entries(self, key: str) -> Iterator[object]:
        value = self._fields.get(key)
        yield from value[:ENTRIES_LIMIT] if isinstance(value, list) else ()


def run_failed(severity: str, tried_at: float, at: float | None) -> bool:
    """Return whether the last run of a section failed.

    A reading may itself judge something as unknown; a run that failed is later than the last reading.

    Args:
        severity: as it is kept.
        tried_at: when it was tried last, epoch seconds.
        at: when it was read last; None where it never was.
    """
    return severity == "unknown" and (at is None or tried_at > at)


def number_of(value: object) -> float | None:
    """Return a value as a number if it is one that a machine may have; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return None
    return float(value) if math.isfinite(value) else None
