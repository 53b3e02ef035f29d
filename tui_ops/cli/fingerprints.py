"""Files that say which host has which key: fingerprints, known_hosts lines, or what ssh-keygen prints.

Pure: text in, fingerprints and mistakes out.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from tui_ops.model.clean import clean
from tui_ops.practices.security.rules import is_fingerprint

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes of such a file: 10,000 hosts with four keys each stay below a fifth of it."""

MISTAKES_MAX = 50
"""Mistakes that are told of one file: a person mends the first few."""

_BITS = re.compile(r"\d{2,5}", re.ASCII)
"""The length of a key, with which ssh-keygen begins its lines."""


@dataclass(slots=True)
class Given:
    """What a file says."""

    by_host: dict[str, list[str]] = field(default_factory=dict)
    """Name or address, as it is written there, to fingerprints."""
    mistakes: list[str] = field(default_factory=list)
    """``line N: what is wrong``."""

    def add(self, host: str, fingerprint: str) -> None:
        """Note a fingerprint once."""
        known = self.by_host.setdefault(host, [])
        if fingerprint not in known:
            known.append(fingerprint)


def read_fingerprints(text: str) -> Given:
    """Return what a file says about the keys of hosts.

    Three kinds of lines are taken, mixed at will: ``HOST SHA256:…``; a line of known_hosts,
    ``HOST[,HOST…] TYPE BASE64``; and a line of ``ssh-keygen -lf`` or ``ssh-keyscan | ssh-keygen -lf -``,
    ``BITS SHA256:… HOST (TYPE)``. Empty lines and those that begin with ``#`` don't count.
    """
    given = Given()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            for host, fingerprint in _read_line(words):
                given.add(host, fingerprint)
        except ValueError as error:
            given.mistakes.append(f"line {number}: {error}")
            if len(given.mistakes) == MISTAKES_MAX:
                given.mistakes.append("… and no further line was looked at")
                break
    return given


def _read_line(words: list[str]) -> list[tuple[str, str]]:
    if _BITS.fullmatch(words[0]) and len(words) >= 3 and words[1].startswith("SHA256:"):
        if words[2:4] == ["no", "comment"]:
            raise ValueError("the line names no host: write it as HOST SHA256:…")
        # A key file's comment is usually root@host; ssh-keyscan puts the host there.
        return [(host.rpartition("@")[2], _checked(words[1])) for host in _hosts(words[2])]
    if len(words) == 2:
        return [(words[0], _checked(words[1]))]
    if words[0].startswith("@"):
        raise ValueError(f"{clean(words[0], 40)} lines belong into known_hosts, where they are honoured")
    if len(words) < 3:
        raise ValueError("a host and its fingerprint are expected: web-1 SHA256:…")
    if words[0].startswith("|"):
        raise ValueError("the host's name is hashed: write the name, or leave the line in known_hosts")
    fingerprint = _fingerprint_of(words[1], words[2])
    return [(host, fingerprint) for host in _hosts(words[0])]


def _hosts(text: str) -> list[str]:
    """Return the names of a known_hosts field; ``[name]:port`` stays as it is, a pattern names no host."""
    hosts = text.split(",")
    if not all(hosts) or any(sign in text for sign in "*?!"):
        raise ValueError(f"{clean(text, 60)!r} is a pattern: write the hosts one by one")
    return hosts


def _checked(text: str) -> str:
    if text.startswith("MD5:"):
        raise ValueError("MD5 proves nothing: use ssh-keygen -lf, which prints SHA256:…")
    if not is_fingerprint(text):
        raise ValueError(f"{clean(text, 60)!r} is no fingerprint: SHA256: and 43 characters are expected")
    return text


def _fingerprint_of(kind: str, blob: str) -> str:
    """Return the fingerprint of a public key, whose type must be the one inside it."""
    try:
        key = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the key of type {clean(kind, 40)!r} is not base64") from error
    length = int.from_bytes(key[:4], "big")
    if len(key) < 36 or key[4 : 4 + length] != kind.encode():
        raise ValueError(f"the key does not say of itself that it is a {clean(kind, 40)!r}")
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
