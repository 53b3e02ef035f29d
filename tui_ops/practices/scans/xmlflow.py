"""XML read as it comes, within limits, and without a document type.

The parser is expat, as Python has it. All that makes XML dangerous (entities that grow, entities that name files or
addresses, a grammar fetched from elsewhere) is declared in a document type; no report has one, so a file with one is
refused at its first sign. A package for this, such as defusedxml, does the same and builds a tree of all; here nothing
is kept but what a reader asks for.
"""

from collections.abc import Callable, Mapping
from xml.parsers import expat  # nosec B406  # a document type is refused, and with it all entities

from tui_ops.practices.scans.limits import DEPTH_LIMIT, ScanBroken

ELEMENTS_LIMIT = 3_000_000
"""Elements of one document: ARF with the data stream of a whole distribution has 700,000."""

TEXT_LIMIT = 4000
"""Characters of one element's text that are kept."""

CHUNK = 1 << 20
"""Bytes of one piece. A tag that is longer is looked at anew with each piece, so small ones would cost more."""


class XmlFlow:
    """Reads one document.

    Args:
        begin: told of each element: its path without namespaces, and its attributes.
        end: told of each element that ended: its path, and the text in it as far as it was asked for.
        wanted: names of elements of which the text is wanted; that of what is within them is part of it.
    """

    def __init__(
        self,
        begin: Callable[[list[str], Mapping[str, str]], None],
        end: Callable[[list[str], str], None],
        wanted: frozenset[str],
    ) -> None:
        self._begin, self._end, self._wanted = begin, end, wanted
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._kept = 0
        self._elements = 0

    def read(self, data: bytes) -> None:
        """Read all of a document.

        Raises:
            ScanBroken: it is none, has a document type, or is beyond the limits; with the place.
        """
        parser = expat.ParserCreate(namespace_separator="\n")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._said
        try:
            for at in range(0, len(data), CHUNK):
                parser.Parse(data[at : at + CHUNK], False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            place = f"line {parser.CurrentLineNumber}, column {parser.CurrentColumnNumber + 1}"
            why = expat.errors.messages.get(getattr(error, "code", 0), "an encoding that is not known")
            raise ScanBroken(f"{place}: {why}", "it is no whole XML: make it anew") from error

    def _refuse(self, *_rest: object) -> None:
        raise ScanBroken("it has a document type (<!DOCTYPE …>), which no report needs", "check where it is from")

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._path.append(name.rpartition("\n")[2])
        if len(self._path) > DEPTH_LIMIT:
            raise ScanBroken(f"elements stand more than {DEPTH_LIMIT} deep in each other", "check where it is from")
        if self._elements > ELEMENTS_LIMIT:
            raise ScanBroken(f"it has more than {ELEMENTS_LIMIT} elements", "check what this file is")
        if self._path[-1] in self._wanted:
            self._texts.append([])
            self._kept = 0
        self._begin(self._path, attributes)

    def _said(self, text: str) -> None:
        if self._texts and self._kept < TEXT_LIMIT:
            self._kept += len(text)
            self._texts[-1].append(text[:TEXT_LIMIT])

    def _closed(self, _name: str) -> None:
        text = ""
        if self._path[-1] in self._wanted:
            text = "".join(self._texts.pop())[:TEXT_LIMIT]
            if self._texts:
                # What stands within another text is part of it.
                self._texts[-1].append(text)
        self._end(self._path, text)
        self._path.pop()
