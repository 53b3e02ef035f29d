"""JSON read as it comes: of a document of a hundred megabytes, one small value is in memory at a time."""

import codecs
import json
from collections.abc import Iterator
from typing import Any

from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken

VALUE_LIMIT = 4 * 1024 * 1024
"""Characters of one value that is taken as a whole: an entry of OSV about a kernel has 2 MB."""

_SPACE = " \t\r\n"


class JsonFlow:
    """Reads one document of JSON.

    Args:
        pieces: its bytes.
        value_limit: characters that a value may have which is taken as a whole.
    """

    def __init__(self, pieces: Iterator[bytes], value_limit: int = VALUE_LIMIT) -> None:
        self._pieces = pieces
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._limit = value_limit
        self._text = ""
        self._at = 0
        self._passed = 0
        self._ended = False
        self._parse = json.JSONDecoder().raw_decode

    def _more(self) -> bool:
        """Read on; return whether anything came."""
        piece = next(self._pieces, None)
        if piece is None:
            self._ended = True
            return False
        self._passed += self._at
        self._text = self._text[self._at :] + self._decode(piece)
        self._at = 0
        return True

    def broken(self, why: str) -> FeedBroken:
        """Return what is wrong, with the place."""
        return FeedBroken(f"character {self._passed + self._at + 1}: {why}", "fetch it again; it is no whole JSON")

    def peek(self) -> str:
        """Return the next sign; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Take one sign.

        Raises:
            FeedBroken: another one stands there.
        """
        found = self.peek()
        if found != sign:
            raise self.broken(f"{sign!r} is missing" if found else "it ends too early")
        self._at += 1

    def value(self) -> Any:
        """Take a whole value.

        Raises:
            FeedBroken: it is none, or too large.
        """
        if not self.peek():
            raise self.broken("it ends too early")
        wanted = 0
        while True:
            if len(self._text) - self._at >= wanted or self._ended:
                try:
                    value, end = self._parse(self._text, self._at)
                except (ValueError, RecursionError) as error:
                    self._refuse(error)
                else:
                    # A number that ends with what was read may go on.
                    if end < len(self._text) or self._ended or isinstance(value, str | list | dict):
                        self._at = end
                        return value
                # Twice as much each time: what was tried in vain is at most as long as what is tried in the end.
                wanted = 2 * (len(self._text) - self._at)
            self._more()

    def _refuse(self, error: ValueError | RecursionError) -> None:
        """Raise unless more of the document may mend it."""
        if isinstance(error, RecursionError):
            raise self.broken("it is nested too deeply") from error
        if len(self._text) - self._at > self._limit:
            raise self.broken(f"a value has more than {self._limit >> 20} MiB, or is broken") from error
        if self._ended:
            raise self.broken("it ends too early, or is broken") from error

    def members(self) -> Iterator[str]:
        """Give the names of an object's members; each value is to be taken before the next name is asked for."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                raise self.broken("a name is missing")
            name = self.value()
            self.take(":")
            yield name
            if self.peek() == "}":
                self.take("}")
                return
            self.take(",")

    def elements(self) -> Iterator[None]:
        """Stop at each element of a list; each is to be taken before the next."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield None
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def end(self) -> None:
        """Go on only at the end of the document.

        Raises:
            FeedBroken: something follows.
        """
        if self.peek():
            raise self.broken("something follows the end")
