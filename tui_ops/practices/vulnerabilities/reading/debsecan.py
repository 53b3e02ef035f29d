"""The file of debsecan: zlib, ``VERSION 1``, and three lists parted by empty lines.

Vulnerabilities (``NAME,FLAGS,TEXT``), packages with what they are vulnerable to (``PACKAGE,INDEX,FLAGS,UNSTABLE
VERSION,OTHER VERSIONS``; the flags are binary or source, urgency, remote, fixed here), and which binary packages a
source makes. The file does not say which release it is about, nor when it was made. Versions do not tell it, since
those of every release stand among the others; but the last list is of one release, and Perl's and Python's libraries
are called after the version that just that release has.
"""

from collections.abc import Iterator
from typing import BinaryIO

from tui_ops.model.vulnerabilities import Advisory, FeedRule, Form
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken, lines, unpacked
from tui_ops.practices.vulnerabilities.reading.words import Entry, Told, is_identity, is_package, is_version, line_of

URGENCY = {" ": "", "L": "low", "M": "medium", "H": "high"}
REMOTE: dict[str, bool | None] = {"?": None, "R": True, " ": False}

SIGNS = {
    "libperl5.24": "stretch", "libperl5.28": "buster", "libperl5.32": "bullseye", "libperl5.36": "bookworm",
    "libperl5.40": "trixie", "libpython3.5-minimal": "stretch", "libpython3.7-minimal": "buster",
    "libpython3.9-minimal": "bullseye", "libpython3.11-minimal": "bookworm", "libpython3.13-minimal": "trixie",
}  # fmt: skip
"""Binary packages by which a release of Debian is known, as its archive has them. What is not released yet has those of
others for a time, and is not told by them."""


def read_debsecan(file: BinaryIO, told: Told, suite: str) -> Iterator[Entry]:
    """Give the entries of a file of debsecan.

    Args:
        file: at its beginning.
        told: takes what is said beside them.
        suite: the release that it is about, by its code name: ``bookworm``.

    Raises:
        FeedBroken: it is none, or not all of it.
    """
    told.name = suite
    found = lines(unpacked(file, 15, "zlib"))
    if next(found, "") != "VERSION 1":
        raise FeedBroken("it is no file of debsecan: VERSION 1 is missing", "take the one below release/1/")
    names: list[str] = []
    for line in found:
        if not line:
            break
        told.budget.spend()
        name, _, rest = line.partition(",")
        names.append(name if is_identity(name) else "")
        if names[-1]:
            yield Advisory(name, line_of(rest.partition(",")[2]))
        else:
            told.left.out(line, "no name of a vulnerability")
    else:
        raise FeedBroken("the list of packages is missing", "fetch it again")
    for line in found:
        if not line:
            break
        told.budget.spend()
        rule = _rule(line, names, f"debian/{suite}")
        if isinstance(rule, FeedRule):
            yield rule
        else:
            told.left.out(line, rule)
    else:
        raise FeedBroken("the list of binary packages is missing: the file ends too early", "fetch it again")
    signs: dict[str, str] = {}
    for line in found:  # To its end, where the sum of all of it stands.
        for binary in line.partition(",")[2].split(" "):
            if binary in SIGNS:
                signs.setdefault(SIGNS[binary], binary)
    if suite in SIGNS.values() and signs and suite not in signs:
        of, binary = next(iter(signs.items()))
        raise FeedBroken(f"it is about {of}, not about {suite}: it has {binary}", f"if it is right: --suite {of}")


def _rule(line: str, names: list[str], place: str) -> FeedRule | str:
    """Return a line of the second list, or what is wrong with it."""
    fields = line.split(",", 4)
    if len(fields) != 5 or len(fields[2]) != 4:
        return "not five fields"
    package, index, flags, unstable, others = fields
    number = int(index) if index.isascii() and index.isdigit() and len(index) < 9 else -1
    if not 0 <= number < len(names) or not names[number]:
        return "names no vulnerability"
    if flags[1] not in URGENCY or flags[2] not in REMOTE:
        return "flags that are not known"
    elsewhere = tuple(others.split(" ")) if others else ()
    if not is_package(package) or not all(is_version(one) for one in (*elsewhere, *([unstable] if unstable else []))):
        return "no package or version"
    return FeedRule(
        place, package, names[number], Form.LISTED, fixed=unstable, others=elsewhere, binary=flags[0] == "B",
        here=flags[3] == "F", urgency=URGENCY[flags[1]], remote=REMOTE[flags[2]],
    )  # fmt: skip
