"""The texts that run on a host, as they are sent: POSIX sh, no file of which is ever written there.

``probe.sh`` is the frame and the loop; ``resident.awk`` answers the ticks where a host has a fitting awk; each slow
section stands in a file of its own below ``sections/``, as a shell function ``section_NAME`` that is called with the
order's number, its deadline in seconds, and the order's further words. All of it is sent as one function definition.
"""

from functools import lru_cache
from importlib.resources import files

PLACE = "\t# @sections\n"
"""The line of the probe at which the sections are put in."""

RESIDENT_PLACE = "\t# @resident\n"
"""The line at which the awk text is put in, which holds no single quote."""


@lru_cache(maxsize=2)
def text(sections: bool = True) -> str:
    """Return the probe's text: one function definition, which does nothing until it is called.

    Args:
        sections: whether it can run the slow sections; the vitals alone need a sixth of the text, and a shell takes
            a millisecond for each four kilobytes that it reads.
    """
    folder = files(__name__)
    parts = sorted(
        (one for one in folder.joinpath("sections").iterdir() if one.name.endswith(".sh")), key=lambda one: one.name
    )
    names = " ".join(part.name.removesuffix(".sh") for part in parts) if sections else ""
    bodies = "\n".join(part.read_text("utf-8") for part in parts) if sections else ""
    resident = folder.joinpath("resident.awk").read_text("utf-8")
    probe = folder.joinpath("probe.sh").read_text("utf-8")
    return probe.replace(PLACE, f"\tsections='{names}'\n{bodies}\n", 1).replace(
        RESIDENT_PLACE, f"\tresident='{resident}'\n", 1
    )


@lru_cache(maxsize=1)
def scan_text() -> str:
    """Return the text that runs a scanner on a host: one function definition, which does nothing until it is called."""
    return files(__name__).joinpath("scan.sh").read_text("utf-8")
