"""What the terminal can do, and what Textual is told before it is imported."""

import locale
import os
from collections.abc import Mapping

FRAMES_PER_S = "20"
"""More frames than this only cost bytes on a line over SSH."""

LEAST_WIDTH = 60
"""Below this many columns host, state and one number no longer stand side by side."""

LEAST_HEIGHT = 15
"""Below this many lines fewer hosts than chrome would be shown."""

_SETTINGS = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_FPS": FRAMES_PER_S,
    "TEXTUAL_SMOOTH_SCROLL": "0",
}
"""Read by Textual when it is imported, so they are set before."""


def prepare_environment() -> None:
    """Set what Textual reads at import; what the operator has set himself stays."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def speaks_utf8(environ: Mapping[str, str]) -> bool:
    """Return whether the locale of this terminal is UTF-8, by the variables as POSIX ranks them."""
    named = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    if named:
        return "utf-8" in named.lower() or "utf8" in named.lower()
    return locale.getpreferredencoding(False).lower().replace("-", "") == "utf8" and environ.get("TERM") != "linux"
