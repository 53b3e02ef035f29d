"""Copying to the operator's own clipboard through the terminal: OSC 52, wrapped for tmux and screen."""

import base64
from collections.abc import Mapping

COPY_LIMIT = 74_994
"""Most bytes of the encoded text: terminals and tmux drop a longer one without a word."""

SCREEN_CHUNK = 700
"""Bytes in one wrapping of screen, which takes strings of at most 768."""

_BEGIN, _END = "\x1b]52;c;", "\x07"


class TooLarge(ValueError):
    """The text does not fit a terminal's clipboard."""


def copy_sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return what has to be written to the terminal so that it takes a text into its clipboard.

    Inside tmux the plain sequence goes first, for ``set-clipboard on``, then the one that passes through to the
    terminal outside, for ``allow-passthrough on``. Whichever works, the clipboard holds the same.

    Args:
        text: any text.
        environ: the environment, which tells of tmux and screen.

    Raises:
        TooLarge: it is longer than terminals take.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(encoded) > COPY_LIMIT:
        raise TooLarge(len(encoded))
    plain = _BEGIN + encoded + _END
    if environ.get("TMUX"):
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        pieces = [plain[at : at + SCREEN_CHUNK] for at in range(0, len(plain), SCREEN_CHUNK)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain
