"""Telling the escape key from the beginning of a sequence, in what a terminal sends. Pure.

Neither a terminal nor tmux says which of them an escape character is. tmux holds it back until its ``escape-time``
is over; a key that comes within that time goes along with it, and looks as if it had been pressed with alt. The
desk has no key with alt, so an escape before a key that begins no sequence is always the escape key.
"""

import re
from collections.abc import Iterator
from typing import Final

ESC: Final = "\x1b"

TORN_S = 1.0
"""How long the rest of a sequence may take: on a poor line it comes in two packets."""

HOLD_MOST = 64
"""Characters of a sequence that is not complete: no key and no report is longer."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"

_SEQUENCE = re.compile(
    r"""\x1b(?:
        \[\[[A-E]                          # F1 to F5 of the Linux console
      | \[M(?s:...)                        # a mouse of old, its place in three bytes
      | \[\d+\$                            # shift and a function key, of rxvt
      | \[(?!M)[0-?]*[ -/]*[@-Z\\-~]       # every other key, and reports
      | O[ -~]                             # keypad and function keys
    )""",
    re.VERBOSE,
)

_UNFINISHED = re.compile(r"\x1b(?:\[(?:\[|M(?s:.{0,2})|[0-?]*[ -/]*)|O)?\Z")


class Escape:
    """The escape key."""


ESCAPE: Final = Escape()


class Keystrokes:
    """Cuts what comes in into escape keys and the rest, in which every sequence is whole."""

    def __init__(self) -> None:
        self._held = ""
        self._pasting = False

    def patience_s(self, escape_s: float) -> float | None:
        """Return for how many seconds more may be waited for before it is given up; None where nothing is held.

        Args:
            escape_s: how long an escape character waits for what may follow it.
        """
        if not self._held:
            return None
        return escape_s if len(self._held) <= 2 else TORN_S

    @property
    def pasting(self) -> bool:
        """Whether what comes is being pasted."""
        return self._pasting

    def feed(self, data: str) -> list[Escape | str]:
        """Return escape keys, single sequences, and texts without any; what is pasted stays in one piece.

        Args:
            data: what has come.
        """
        return list(self._cut(self._held + data))

    def _cut(self, text: str) -> Iterator[Escape | str]:
        self._held = ""
        begin = 0
        at = text.find(ESC)
        while at >= 0:
            whole = _SEQUENCE.match(text, at)
            if whole is None and len(text) - at < HOLD_MOST and _UNFINISHED.match(text, at):
                self._held = text[at:]
                break
            end = whole.end() if whole is not None else at + 1
            if whole is not None and whole.group() == _PASTE_ENDS:
                self._pasting = False
            elif not self._pasting:
                if at > begin:
                    yield text[begin:at]
                begin = at
                self._pasting = whole is not None and whole.group() == _PASTE_BEGINS
            if not self._pasting:
                yield text[begin:end] if whole is not None else ESCAPE
                begin = end
            at = text.find(ESC, end)
        rest = text[begin : len(text) - len(self._held)]
        if rest:
            yield rest

    def give_up(self) -> list[Escape | str]:
        """Return what was held back, since nothing has come that belongs to it; a torn sequence is nobody's key."""
        held, self._held = self._held, ""
        if self._pasting:
            return [held] if held else []
        if not held or len(held) > 2:
            return []
        return [ESCAPE, held[1:]] if held[1:] else [ESCAPE]
