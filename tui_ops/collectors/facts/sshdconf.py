"""The topic ``sshdconf``: what sshd is set to.

Parts: ``effective``, what ``sshd -T`` says to root, and ``written``, lines of the files as far as they can be read,
``PATH:LINE``. What is written only tells the keys that somebody has set; it is marked as not effective.
"""

import re

from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, split_path, words
from tui_ops.model.facts import FactReading

TOPIC, WHAT = "sshdconf", "settings of sshd"

SETTINGS_LIMIT = 400
"""Settings of one host that are kept: sshd has a hundred; further ones are of Match blocks."""

NOISE = frozenset({"effective"})
"""Whether root was asked is no difference of the host."""

_KEY = re.compile(r"[a-z][a-z0-9]{1,60}", re.ASCII)
_MAIN = "/etc/ssh/sshd_config"
_MANY = frozenset({"port", "listenaddress", "hostkey", "acceptenv", "allowusers", "allowgroups", "denyusers",
                   "denygroups", "subsystem", "setenv", "permitopen", "permitlisten"})  # fmt: skip
"""Settings that may be given several times; of all others the first counts."""


def parse_sshdconf(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(SETTINGS_LIMIT)
    is_effective = found.is_whole("effective")
    settings: dict[str, list[str]] = {}
    if is_effective:
        for line in found.of("effective"):
            _note(words(line), settings)
    blocks = _read_files(found, {} if is_effective else settings)
    for name, values in sorted(settings.items()):
        items.add(name, {"value": values[0] if len(values) == 1 else sorted(values), "effective": is_effective})
    for name, values in sorted(blocks.items()):
        items.add(name, {"value": values, "effective": False})
    parts = {"effective": Part(need="effective settings of sshd"), "written": Part(("match ",), "sshd_config")}
    return reading(TOPIC, WHAT, found, items, parts)


def _note(line: str, settings: dict[str, list[str]]) -> None:
    key, _, value = line.replace("=", " ", 1).partition(" ") if "=" in line.split(" ")[0] else line.partition(" ")
    key = key.lower()
    if not _KEY.fullmatch(key) or (len(settings) >= SETTINGS_LIMIT and key not in settings):
        return
    values = settings.setdefault(key, [])
    value = value.strip().strip('"')
    if value and (not values or key in _MANY) and value not in values and len(values) < LIST_LIMIT:
        values.append(value)
    if not values:
        values.append("")


def _read_files(found: Body, settings: dict[str, list[str]]) -> dict[str, list[str]]:
    """Note what the files set, and return the Match blocks. Debian and RHEL include the folder's at the top."""
    lines = [split_path(line) for line in found.of("written")]
    block = of = ""
    blocks: dict[str, list[str]] = {}
    for path, rest in sorted((line for line in lines if line[0]), key=lambda line: (line[0] == _MAIN, line[0])):
        line = words(rest)
        if path != of:
            block, of = "", path
        if not line or line.startswith("#"):
            continue
        if line.lower().startswith("match "):
            block = f"match {line[6:]}"
            blocks.setdefault(block, [])
        elif block:
            if len(blocks[block]) < LIST_LIMIT:
                blocks[block].append(line)
        elif not line.lower().startswith("include "):
            _note(line, settings)
    return blocks
