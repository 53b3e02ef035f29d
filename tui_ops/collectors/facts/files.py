"""The topic ``files``: what the files are like that the inventory names.

A block for each path, which the probe numbers as they were asked for::

    file N
    absent | privilege              it is not there; only root may read it
    state MODE OWNER GROUP SIZE KIND
    hash SHA256  PATH
    text LINE                       its content, where it is small
    end                             all of the content was told
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_ops.collectors.facts.body import Items, nothing, text
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "files", "files"

FILES_LIMIT = 64
"""Files of one host that are looked at: each costs the host a few processes."""

LINES_LIMIT = 400
"""Lines of a file that are kept."""

LINE_LIMIT = 240
"""Characters of such a line."""

BODY_LINES_LIMIT = 60_000
"""Lines of one body: files of empty lines have 8,192 each, and a body is a megabyte at most."""

_STATE = re.compile(rb"([0-7]{1,5}) (\S{1,64}) (\S{1,64}) ([0-9]{1,19}) ([a-z ]{1,40})")
_HASH = re.compile(rb"\\?([0-9a-f]{64})(?: .*)?")
_SECRET = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|psk|auth)"
    r"[A-Za-z0-9_.\"'-]*\s*[=: ]\s*)\S.*"
)
"""A setting whose name tells that its value is a secret: nothing after it is kept."""

_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)")
_CRYPTED = re.compile(r"\$[0-9a-zA-Z]{1,8}\$[^\s:]{8,}")
_OLD_HASH = re.compile(
    r"^(\s*[^\s:#]{1,64}:[!*]*)"
    r"(?:[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}|[0-9A-Fa-f]{32,128}|\{[A-Za-z0-9.-]{2,16}\}[^\s:]+)(?=:|\s*$)",
    re.ASCII,
)
"""What stands behind an account's name: a hash of DES, old or extended, one in hexadecimal, or one with its scheme."""

_SHADOW = re.compile(r"^(\s*[^\s:#]{1,64}:[!*]*)[^:]{3,}(?=(?::[0-9]*){6,7}(?::|$))", re.ASCII)
"""The password of a line of shadow, whatever it is: numbers follow."""

_SQL_HASH = re.compile(r"\*[0-9A-F]{40}\b", re.ASCII)
"""What MySQL keeps of a password."""

_PRIVATE = re.compile(rb"PRIVATE KEY")


@dataclass(slots=True)
class _Block:
    words: set[bytes] = field(default_factory=set)
    state: bytes = b""
    hash: bytes = b""
    lines: list[bytes] = field(default_factory=list)


def parse_files(body: bytes, paths: Sequence[str]) -> FactReading:
    """Read one run of the topic.

    Args:
        body: of the frame, as the host sent it.
        paths: what was asked for, in this order.

    Returns:
        An item for each path. One that only root may read, or that was not told, is unread.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    first, *lines = body.split(b"\n", BODY_LINES_LIMIT)[:BODY_LINES_LIMIT]
    if first != b"run files":
        raise nothing(WHAT)
    items, unread, needs = Items(FILES_LIMIT), [], []
    blocks = _blocks(lines)
    for at, path in enumerate(paths[:FILES_LIMIT], 1):
        block = blocks.get(at, _Block())
        state = _STATE.fullmatch(block.state)
        if b"absent" in block.words:
            items.add(path, {"exists": False})
        elif state is None or (state[5].startswith(b"regular") and not _HASH.fullmatch(block.hash)):
            unread.append(path)
            if b"privilege" in block.words:
                needs.append(path)
        else:
            items.add(path, _fields(block, state))
    unread += paths[FILES_LIMIT:]
    return FactReading(TOPIC, items.found, tuple(unread), needs=tuple(needs), cut=max(0, len(paths) - FILES_LIMIT))


def _blocks(lines: list[bytes]) -> dict[int, _Block]:
    blocks: dict[int, _Block] = {}
    block = _Block()
    for line in lines:
        word, _, rest = line.partition(b" ")
        if word == b"file":
            block = blocks.setdefault(whole(rest) or 0, _Block())
        elif word == b"state":
            block.state = block.state or rest
        elif word == b"hash":
            block.hash = block.hash or rest
        elif word == b"text":
            block.lines.append(rest)
        elif rest == b"":
            block.words.add(word)
    return blocks


def _fields(block: _Block, state: re.Match[bytes]) -> Fields:
    fields: Fields = {
        "exists": True,
        "kind": text(state[5]).removeprefix("regular ").replace("empty file", "file"),
        "mode": f"{int(state[1], 8):04o}",
        "owner": text(state[2]),
        "group": text(state[3]),
        "size": min(int(state[4]), 2**63 - 1),
    }
    hashed = _HASH.fullmatch(block.hash)
    if hashed:
        fields["sha256"] = hashed[1].decode("ascii")
    if b"end" in block.words and _is_text(block.lines):
        fields["text"] = [masked(clean(line.rstrip(b"\r"), LINE_LIMIT)) for line in block.lines[:LINES_LIMIT]]
    return fields


def _is_text(lines: list[bytes]) -> bool:
    content = b"\n".join(lines)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return (
        len(lines) <= LINES_LIMIT and not _PRIVATE.search(content) and not re.search(rb"[\x00-\x08\x0e-\x1a]", content)
    )


def masked(line: str) -> str:
    """Return a line of a file without what looks like a secret: everyone who reads the store would see it there."""
    line = _IN_ADDRESS.sub(r"\1***", _SECRET.sub(r"\1***", line))
    line = _SHADOW.sub(r"\1***", _OLD_HASH.sub(r"\1***", _CRYPTED.sub("***", line)))
    return _SQL_HASH.sub("***", line)
