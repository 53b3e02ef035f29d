"""The lines of a log as the desk keeps them: bounded, harmless, narrowed by words. Pure."""

from collections import deque

from tui_ops.model.clean import clean

LINES_MOST = 5000
"""Lines kept; the oldest go first."""

LINE_BYTES = 16 * 1024
"""Bytes of a line that has no end yet; what is longer is cut there."""

LINE_CHARS = 2000
"""Characters of a line that are kept: a stack trace on one line can still be read."""


class LogLines:
    """Takes bytes, gives lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._kept: deque[str] = deque(maxlen=LINES_MOST)
        self._wanted: tuple[str, ...] = ()
        self._unwanted: tuple[str, ...] = ()
        self.shown: deque[str] = deque(maxlen=LINES_MOST)
        """What fits the filter."""
        self.gone = 0
        """Shown lines that fell off the beginning, by which what is looked at has moved up."""
        self.query = ""

    def __len__(self) -> int:
        return len(self._kept)

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        *whole, rest = (self._rest + data).split(b"\n")
        if len(rest) > LINE_BYTES:
            whole.append(rest)
            rest = b""
        self._rest = rest
        for raw in whole[-LINES_MOST:]:
            text = clean(raw.rstrip(b"\r").replace(b"\t", b"    "), LINE_CHARS)
            self._kept.append(text)
            if self._fits(text):
                self.gone += len(self.shown) == LINES_MOST
                self.shown.append(text)

    def narrow(self, query: str) -> None:
        """Show only lines with every word, and without every ``!word``."""
        self.query = query.strip()
        words = self.query.lower().split()
        self._wanted = tuple(word for word in words if not word.startswith("!"))
        self._unwanted = tuple(word[1:] for word in words if len(word) > 1 and word.startswith("!"))
        self.shown = deque((text for text in self._kept if self._fits(text)), maxlen=LINES_MOST)

    def _fits(self, text: str) -> bool:
        low = text.lower()
        return all(word in low for word in self._wanted) and not any(word in low for word in self._unwanted)
