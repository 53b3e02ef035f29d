"""The topic ``sshdconf``: what sshd is set to.

Parts: ``effective``, what ``sshd -T`` says to root, ``written`` and ``more``, lines of the files, ``PATH:LINE``, and
``args``, the words with which an sshd was started, which ``sshd -T`` does not know of, with ``env``, what a variable
among them stands for. What is written only tells the keys that somebody has set; it is marked as not effective.

An sshd that reads another file is an item of its own, ``sshd_config -f FILE``, with all that it is set to, and the
``ports`` at which others than the host itself reach it: ``otherN`` is what ``sshd -T -f FILE`` says of the file that
``file otherN`` names; ``open otherN`` says why root is not asked for that. Mode and owner of such a file, and of keys
that lie elsewhere than usual (``state``, ``public``), are items ``sshd_config file PATH``.

The files are followed as sshd does it (sshd_config(5)): from sshd_config on, each ``Include`` in its place with its
files sorted, the first value of a setting for good, and a Match block until the end of its file. What ``Match all``
says is for everybody, and wins over what stands outside of blocks. The item ``sshd_config`` names the files that count
in its ``value``, and in ``left`` those that are included and were not read.
"""

import hashlib
import re
from collections.abc import Collection
from fnmatch import fnmatchcase

from tui_ops.collectors.facts import modes
from tui_ops.collectors.facts.authkeys import parse_key
from tui_ops.collectors.facts.body import (
    LIST_LIMIT,
    NAME_LIMIT,
    Body,
    Items,
    Part,
    read_body,
    reading,
    split_path,
    text,
    words,
)
from tui_ops.collectors.facts.sshdargs import MAINS, Started, started
from tui_ops.collectors.privilege import WHY_OPEN
from tui_ops.model.facts import FactReading, Field, Fields
from tui_ops.model.sshdline import split_setting

TOPIC, WHAT = "sshdconf", "settings of sshd"

SETTINGS_LIMIT = 400
"""Settings of one host that are kept: sshd has a hundred; further ones are of Match blocks."""

VALUE_LIMIT = 1_500
"""Characters of a setting in effect: a list of key exchanges has four hundred."""

NOISE = frozenset({"effective"})
"""Whether root was asked is no difference of the host."""

_KEY = re.compile(r"[a-z][a-z0-9]{1,60}", re.ASCII)
_READ_FOLDERS = ("/etc/ssh/sshd_config.d", "/usr/etc/ssh/sshd_config.d")
_READ_ENDING = ".conf"
_READ_FILE = "/etc/crypto-policies/back-ends/opensshserver.config"
"""What the section looks at: one of these without a line is not there, or empty."""

_FOR_ALL = "match all"

FILES = "sshd_config"
"""The item that tells which files count."""

COMMAND_LINE = "-o"
"""Behind it, the item of settings that an sshd which runs was given on its command line."""

OTHER_FILE = "-f"
"""Behind it and before the file, the item of an sshd that reads another file."""

OTHERS_LIMIT = 4
"""Other files that the host is asked for."""

SETTING_LIMIT = VALUE_LIMIT + 62
"""Characters of one setting of an sshd that reads another file: its name, and the longest value."""

KEPT_FILE = "sshd_config file "
"""How the items begin that tell mode and owner of such a file, and of keys that lie elsewhere than usual."""

PORT = "22"
"""Where an sshd listens of which nothing else is said."""

_LISTENS = frozenset({"port", "listenaddress"})
_LOOPBACK = ("127.", "[::1]", "::1", "localhost")
_ADDRESS = re.compile(r"(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?|([0-9a-fA-F:.]*)", re.ASCII)
"""A ``ListenAddress``: ``HOST``, ``HOST:PORT``, ``[HOST]:PORT``, or an address of version 6 alone."""

DEPTH = 16
"""Files that include one another, at most: SERVCONF_MAX_DEPTH of OpenSSH's servconf.c."""

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
    settings: dict[str, list[str]] = {}
    for line in found.of("effective") if found.is_whole("effective") else ():
        _note(words(line, VALUE_LIMIT), settings)
    is_effective = bool(settings)
    files = _Files(found)
    files.follow({} if is_effective else settings)
    for name, values in sorted(settings.items()):
        items.add(name, {"value": values[0] if len(values) == 1 else sorted(values), "effective": is_effective})
    for name, values in sorted(files.blocks.items()):
        items.add(_block_name(name), {"value": list(values), "effective": False})
    ways = started(found.of("args"), found.of("env"))
    options = [one for way in ways.told if way.is_usual for one in way.settings]
    if options:
        given: Field = list(dict.fromkeys(options))[:LIST_LIMIT]
        items.add(f"{FILES} {COMMAND_LINE}", {"value": given, "effective": False})
    for way in ways.told:
        if not way.is_usual:
            _note_other(found, way, items)
    if found.is_whole("written") and files.used:
        used: Field = sorted(dict.fromkeys(files.used))[:LIST_LIMIT]
        items.add(FILES, {"value": used, "left": sorted(files.left)[:LIST_LIMIT], "effective": False})
    parts = {
        "effective": Part(need="effective settings of sshd"),
        "written": Part(("match ", FILES), "written settings of sshd"),
    }
    _note_kept(found, items)
    if not found.is_whole("state") and "state" in found.broken:
        parts["state"] = Part((KEPT_FILE,))
    if not ways.is_all or {"args", "env"} & found.broken:
        found.whole.discard("args")
        found.broken.add("args")
    if "args" in found.refused | found.broken:
        parts["args"] = Part((f"{FILES} {OTHER_FILE}",), "words with which sshd was started")
    return reading(TOPIC, WHAT, found, items, parts)


def _note_other(found: Body, way: Started, items: Items) -> None:
    """Note an sshd that reads another file, or was built for another place of it: one item, and one a Match block."""
    settings: dict[str, list[str]] = {}
    for one in way.settings:
        _note(one, settings)
    given = _LISTENS & settings.keys()
    part = next((word for word, path in _asked(found) if path == way.file), "") if way.is_own else ""
    told: dict[str, list[str]] = {}
    for line in found.of(part) if found.is_whole(part) else ():
        _note(words(line, VALUE_LIMIT), told)
    is_effective = bool(told)
    _add(told, settings, given)
    files = _Files(found)
    written: dict[str, list[str]] = {}
    files.follow(written, (way.file,))
    _add({} if is_effective else written, settings, given)
    is_read = is_effective or bool(files.used)
    if "more" in found.broken:
        files.left.add(way.file)
    name = _block_name(f"{FILES} {OTHER_FILE} {way.file or way.said}")
    lines: Field = [
        text(f"{key} {' '.join(values)}", SETTING_LIMIT) for key, values in sorted(settings.items())
    ][:LIST_LIMIT]  # fmt: skip
    fields: Fields = {
        "value": lines, "started": text(way.said), "file": way.file, "effective": is_effective,
        "left": sorted(files.left)[:LIST_LIMIT] if files.used else [way.file or "its settings"],
        "ports": [] if way.for_one else _ports(settings, is_read),
    }  # fmt: skip
    why, _, place = next((said for word, said in _pairs(found, "open") if word == part), "").partition(" ")
    if why in WHY_OPEN:
        fields["open"] = text(f"{place or way.file} {WHY_OPEN[why]}")
    items.add_another(name, fields)
    for block, values in sorted(files.blocks.items()):
        items.add_another(_block_name(f"{name} {block}"), {"value": list(values), "effective": False})


def _add(told: dict[str, list[str]], settings: dict[str, list[str]], given: Collection[str]) -> None:
    """Add what is set by a file to what the command line sets, which wins.

    Where that says at which port or address to listen, it is all of it.

    Args:
        told: of the file.
        settings: of the command line; they are added to.
        given: of them, those that say where to listen.
    """
    for name, values in told.items():
        if given and name in _LISTENS:
            continue
        if name not in settings:
            settings[name] = values
        elif name in _MANY:
            settings[name] = list(dict.fromkeys([*settings[name], *values]))[:LIST_LIMIT]


def _ports(settings: dict[str, list[str]], is_read: bool) -> Field:
    """Return at which ports others than the host itself reach an sshd, as far as that is known."""
    usual = settings.get("port") or ([PORT] if is_read else [])
    found: dict[str, None] = {}
    for address in settings.get("listenaddress", ()):
        # A routing table may stand behind it.
        said = _ADDRESS.fullmatch(address.partition(" ")[0])
        if said is not None and not (said[1] or said[2] or said[4] or "").startswith(_LOOPBACK):
            found |= dict.fromkeys([said[3]] if said[3] else usual)
    if not settings.get("listenaddress"):
        found = dict.fromkeys(usual)
    return sorted(one for one in found if one.isdigit() and 0 < int(one) < 65536)


def _note_kept(found: Body, items: Items) -> None:
    """Note mode and owner of files, and what kind of key lies beside them."""
    for line in found.of("state"):
        if (said := modes.STAT.fullmatch(line)) is not None:
            items.add(f"{KEPT_FILE}{text(said[7])}", modes.fields_of(said))
    for line in found.of("public"):
        path, rest = split_path(line)
        key, private = parse_key(rest) if path else None, items.found.get(f"{KEPT_FILE}{path.removesuffix('.pub')}")
        if key is not None and private is not None:
            private |= {"type": key["type"], "bits": key["bits"], "fingerprint": key["fingerprint"]}


def _asked(found: Body) -> list[tuple[str, str]]:
    """Return the parts of other files, each with its file."""
    return _pairs(found, "file")[:OTHERS_LIMIT]


def _pairs(found: Body, part: str) -> list[tuple[str, str]]:
    pairs = (words(line).partition(" ") for line in found.of(part))
    return [(word, said) for word, _, said in pairs]


def _block_name(block: str) -> str:
    """Return the name of a block's item: two long ones that begin alike are two."""
    if len(block) <= NAME_LIMIT:
        return block
    return f"{block[: NAME_LIMIT - 14]} {hashlib.sha256(block.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _note(line: str, settings: dict[str, list[str]]) -> None:
    key, value = split_setting(line)
    if not _KEY.fullmatch(key) or (len(settings) >= SETTINGS_LIMIT and key not in settings):
        return
    values = settings.setdefault(key, [])
    if value and (not values or key in _MANY) and value not in values and len(values) < LIST_LIMIT:
        values.append(value)
    if not values:
        values.append("")


class _Files:
    """The files of sshd, followed from the first one on.

    Args:
        found: the lines of the body.
    """

    def __init__(self, found: Body) -> None:
        self._lines: dict[str, list[str]] = {}
        # What root has read is not taken a second time.
        known = {split_path(line)[0] for line in found.of("written")}
        for part, line in ((word, line) for word in ("written", "more") for line in found.of(word)):
            path, rest = split_path(line)
            if path and (part == "written" or path not in known):
                self._lines.setdefault(path, []).append(words(rest, VALUE_LIMIT))
        self._for_all: dict[str, list[str]] = {}
        self.blocks: dict[str, list[str]] = {}
        self.used: list[str] = []
        self.left: set[str] = set()

    def follow(self, settings: dict[str, list[str]], mains: tuple[str, ...] = MAINS) -> None:
        """Note what is set, and the Match blocks, from the first of some files on that is there."""
        for main in mains:
            if main in self._lines:
                self._read(main, "", settings, 0)
                # What a block says wins over what is said for all outside of it, and this one is for all.
                settings |= self._for_all
                return

    def _read(self, path: str, block: str, settings: dict[str, list[str]], depth: int) -> None:
        if not self._has_room(path, self.used, SETTINGS_LIMIT):
            return
        self.used.append(path)
        for line in self._lines[path]:
            key, value = split_setting(line)
            if not line or line.startswith("#"):
                continue
            if key == "match":
                block = f"match {value}"
                if block.lower() != _FOR_ALL and self._has_room(path, self.blocks, SETTINGS_LIMIT):
                    self.blocks.setdefault(block, [])
            elif key == "include":
                for pattern in value.split():
                    self._include(pattern.strip('"'), block, settings, depth + 1)
            elif block.lower() == _FOR_ALL:
                _note(line, self._for_all)
            elif block:
                lines = self.blocks.get(block)
                if lines is not None and self._has_room(path, lines, LIST_LIMIT):
                    lines.append(line)
            else:
                _note(line, settings)

    def _has_room(self, path: str, kept: Collection[str], most: int) -> bool:
        """Return whether more is kept; where it is not, the file counts as one that was not read."""
        if len(kept) >= most:
            self.left.add(path)
        return len(kept) < most

    def _include(self, pattern: str, block: str, settings: dict[str, list[str]], depth: int) -> None:
        pattern = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
        # A star of glob does not go beyond a folder, and does not stand for a dot at the beginning.
        folder, _, name = pattern.rpartition("/")
        paths = [
            path
            for path in sorted(self._lines)
            if path.rpartition("/")[0] == folder
            and fnmatchcase(path.rpartition("/")[2], name)
            and (name.startswith(".") or not path.rpartition("/")[2].startswith("."))
        ]
        for path in paths if depth < DEPTH else ():
            self._read(path, block, settings, depth)
        is_read = pattern == _READ_FILE or (folder in _READ_FOLDERS and name.endswith(_READ_ENDING))
        if (not paths and not is_read) or depth >= DEPTH:
            self.left.add(pattern)
