"""The texts that run on a host, as they are sent: POSIX sh, no file of which is ever written there.

``probe.sh`` is the frame and the loop; each slow section stands in a file of its own below ``sections/``, as a shell
function ``section_NAME`` that is called with the order's number, its deadline in seconds, and the order's further
words. All of it is sent as one function definition.
"""

from functools import lru_cache
from importlib.resources import files

PLACE = "\t# @sections\n"
"""The line of the probe at which the sections are put in."""


@lru_cache(maxsize=1)
def text() -> str:
    """Return the probe's text: one function definition, which does nothing until it is called."""
    folder = files(__name__)
    parts = sorted(
        (one for one in folder.joinpath("sections").iterdir() if one.name.endswith(".sh")), key=lambda one: one.name
    )
    names = " ".join(part.name.removesuffix(".sh") for part in parts)
    bodies = "\n".join(part.read_text("utf-8") for part in parts)
    return folder.joinpath("probe.sh").read_text("utf-8").replace(PLACE, f"\tsections='{names}'\n{bodies}\n", 1)
