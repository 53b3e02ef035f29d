"""The known_hosts files: plain, patterned and hashed names, ``@cert-authority`` and ``@revoked`` lines.

A line that can't be read is passed over; the others still count.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

log = logging.getLogger(__name__)

FILE_LIMIT_BYTES = 16 * 1024 * 1024
"""Bytes of one known_hosts file that are read: 100,000 hosts."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One key as a file has it."""

    kind: str
    public_key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Matched:
    """What the files say about one host."""

    keys: tuple[KnownKey, ...] = ()
    portless: tuple[KnownKey, ...] = ()
    """Keys of the same address without the port: good enough to accept, but a difference from them says
    nothing, since another port may be another machine."""
    authorities: tuple[KnownKey, ...] = ()
    revoked: tuple[KnownKey, ...] = ()


@dataclass(slots=True)
class _Read:
    stamp: tuple[int, int, int]
    hosts: asyncssh.SSHKnownHosts


class KnownHostsFiles:
    """Reads known_hosts files, each anew only when it changed."""

    def __init__(self) -> None:
        self._cache: dict[Path, _Read] = {}

    def match(self, files: Sequence[Path], names: Sequence[str]) -> Matched:
        """Collect what ``files`` say about a host.

        Args:
            files: paths, ``~`` allowed; those that are not there are passed over.
            names: the name that counts, and after it names under which a key is accepted too.
        """
        keys: list[KnownKey] = []
        portless: list[KnownKey] = []
        authorities: list[KnownKey] = []
        revoked: list[KnownKey] = []
        for path in files:
            hosts = self._read(path.expanduser())
            if hosts is None:
                continue
            for position, name in enumerate(names):
                found = hosts.match(name, "", None)
                (portless if position else keys).extend(map(_known, found[0]))
                authorities.extend(map(_known, found[1]))
                revoked.extend(map(_known, found[2]))
        return Matched(tuple(keys), tuple(portless), tuple(authorities), tuple(revoked))

    def _read(self, path: Path) -> asyncssh.SSHKnownHosts | None:
        try:
            state = path.stat()
            stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
            cached = self._cache.get(path)
            if cached is not None and cached.stamp == stamp:
                return cached.hosts
            with path.open("rb") as file:
                text = file.read(FILE_LIMIT_BYTES).decode("utf-8", "replace")
        except OSError:
            self._cache.pop(path, None)
            return None
        hosts = _parse(text, path)
        self._cache[path] = _Read(stamp, hosts)
        return hosts


def _parse(text: str, path: Path) -> asyncssh.SSHKnownHosts:
    hosts = asyncssh.SSHKnownHosts()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            hosts.load(line)
        except (ValueError, asyncssh.Error):
            log.warning("%s:%d is not a known_hosts line and is passed over", path, number)
    return hosts


def _known(key: asyncssh.SSHKey) -> KnownKey:
    text = key.export_public_key("openssh").decode("ascii").split()
    return KnownKey(text[0], " ".join(text[:2]), key.get_fingerprint())
