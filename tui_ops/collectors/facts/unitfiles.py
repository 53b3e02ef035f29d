"""The topic ``unitfiles``: which units start with the host, and the files of those that were made on it.

Parts: ``unit`` (lines of ``systemctl list-unit-files``: name, state, preset), ``file`` (hash and path of each file
below /etc/systemd/system), ``rc`` (of OpenRC: ``NAME | RUNLEVELS``).
"""

import re

from tui_ops.collectors.facts.body import Items, Part, read_body, reading, text, texts
from tui_ops.collectors.facts.hashes import hash_and_path
from tui_ops.model.facts import FactReading

TOPIC, WHAT = "unitfiles", "units"

UNITS_LIMIT = 3_000
"""Units and files of one host that are kept: an ordinary server has 400."""

NOISE_STATES = frozenset({"transient", "generated"})
"""What programs and generators make anew: declared noise. fstab's mounts are told by the topic of mounts."""

_NAME = re.compile(r"[^\s/]{1,255}\.(?:service|socket|timer|path|target|mount|automount|swap|slice|scope)", re.ASCII)
_WORD = re.compile(r"[a-z-]{1,24}", re.ASCII)


def parse_unitfiles(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(UNITS_LIMIT)
    for line in found.of("unit"):
        words = text(line).split()
        if len(words) < 2 or not _NAME.fullmatch(words[0]) or not _WORD.fullmatch(words[1]):
            continue
        if words[1] not in NOISE_STATES and not words[0].endswith(".scope"):
            preset = words[2] if len(words) > 2 and _WORD.fullmatch(words[2]) else ""
            items.add(words[0], {"state": words[1], "preset": preset})
    for line in found.of("file"):
        hashed = hash_and_path(line)
        if hashed:
            items.add(hashed[1], {"sha256": hashed[0]})
    for line in found.of("rc"):
        name, bar, levels = text(line).partition("|")
        if bar and name.strip():
            items.add(
                name.strip(), {"state": "enabled" if levels.strip() else "disabled", "levels": texts(levels.split())}
            )
    if any(word == "rc" for word, _ in found.rows):
        return reading(TOPIC, WHAT, found, items, {"rc": Part()})
    return reading(TOPIC, WHAT, found, items, {"unit": Part(), "file": Part(("/etc/systemd/system/",))})
