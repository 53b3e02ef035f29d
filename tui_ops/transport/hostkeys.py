"""Which host keys are trusted, and the verdict over the one that a server offers.

Three places say what is trusted: the user's known_hosts, the system's, and what operators trusted
here. A key is accepted only if one of them has it. Nothing is ever trusted because it came first.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from tui_ops.transport.errors import OfferedKey
from tui_ops.transport.knownhosts import KnownHostsFiles, Matched
from tui_ops.transport.settings import Route

USER_FILES = (Path("~/.ssh/known_hosts"), Path("~/.ssh/known_hosts2"))
SYSTEM_FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))
"""What OpenSSH reads where ssh_config does not say otherwise."""

TrustLine = tuple[str, str, str]
"""Kind (``ssh-ed25519``, or ``ED25519`` as ssh-keygen prints it), public key or "", fingerprint."""

_SPOKEN_KINDS = {"ed25519": "ssh-ed25519", "rsa": "ssh-rsa", "dsa": "ssh-dss", "ecdsa": "ecdsa-sha2-nistp256"}
"""The kinds as ``ssh-keygen -l`` prints them, in the protocol's words."""


PREFERRED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512")
"""What an unknown host is asked for first: the key that OpenSSH would show, and that fingerprint lists hold.
The SSH library's own order begins with RSA."""


def _preference(algorithm: str) -> int:
    """Order algorithms: preferred ones, others, and the SHA-1 signatures of old servers last."""
    if algorithm in PREFERRED:
        return PREFERRED.index(algorithm)
    return len(PREFERRED) + (algorithm == "ssh-rsa")


def offered_key(key: asyncssh.SSHKey) -> OfferedKey:
    """Describe a key that a server showed."""
    text = key.export_public_key("openssh").decode("ascii").split()
    return OfferedKey(kind=text[0], fingerprint=key.get_fingerprint(), public_key=" ".join(text[:2]))


@dataclass(frozen=True, slots=True)
class Trust:
    """All that is known about the host keys of one host, at one moment."""

    matched: Matched
    trusted: tuple[TrustLine, ...] = ()
    revoked: tuple[TrustLine, ...] = ()

    def accepts(self, key: OfferedKey) -> bool:
        """Whether this very key is trusted and not revoked."""
        return not self.is_revoked(key) and (key.public_key in self._keys_of_files() or _holds(self.trusted, key))

    def accepts_authority(self, key: OfferedKey) -> bool:
        """Whether host certificates signed by ``key`` are trusted."""
        return not self.is_revoked(key) and any(key.public_key == each.public_key for each in self.matched.authorities)

    def is_revoked(self, key: OfferedKey) -> bool:
        """Whether the key was revoked, in a file or by an operator."""
        return any(key.public_key == each.public_key for each in self.matched.revoked) or _holds(self.revoked, key)

    @property
    def known(self) -> tuple[str, ...]:
        """Fingerprints that are trusted for the host; a host without any is unknown."""
        found = [each.fingerprint for each in self.matched.keys]
        return tuple(dict.fromkeys([*found, *(line[2] for line in self.trusted)]))

    @property
    def revoked_keys(self) -> list[asyncssh.SSHKey]:
        """The revoked keys whose text is at hand, as the SSH library takes them."""
        texts = [each.public_key for each in self.matched.revoked] + [line[1] for line in self.revoked if line[1]]
        found = []
        for text in texts:
            with suppress(asyncssh.KeyImportError):
                found.append(asyncssh.import_public_key(text))
        return found

    def algorithms(self) -> list[str]:
        """Return the host key algorithms to offer: those of known keys first, then all others.

        All are offered, so that a host that now has a key of another type is told from one that can't be
        talked with. Certificates are asked for only where an authority is trusted for the host.
        """
        kinds = [each.kind for each in self.matched.keys] + [_kind(line[0]) for line in self.trusted]
        plain = sorted((name.decode("ascii") for name in get_default_public_key_algs()), key=_preference)
        first = [name for name in plain if any(_serves(name, kind) for kind in kinds)]
        certificates = [name.decode("ascii") for name in get_default_certificate_algs()]
        return [*(certificates if self.matched.authorities else ()), *first, *(n for n in plain if n not in first)]

    def _keys_of_files(self) -> set[str]:
        return {each.public_key for each in self.matched.keys} | {each.public_key for each in self.matched.portless}


@dataclass(slots=True)
class KeyBook:
    """Everything that says which host keys are trusted."""

    user_files: Sequence[Path] = USER_FILES
    system_files: Sequence[Path] = SYSTEM_FILES
    _trusted: dict[str, tuple[TrustLine, ...]] = field(default_factory=dict)
    _revoked: dict[str, tuple[TrustLine, ...]] = field(default_factory=dict)
    _files: KnownHostsFiles = field(default_factory=KnownHostsFiles)

    def set_trusted(self, host_key: str, lines: Iterable[TrustLine], revoked: Iterable[TrustLine] = ()) -> None:
        """Say which keys operators trust, and which they revoked, for one host; replaces what was said before.

        Args:
            host_key: the host's identity, ``HostSpec.key``.
            lines: kind, public key or "" where only the fingerprint is known, fingerprint.
            revoked: the same, of keys that must never be accepted again.
        """
        self._trusted[host_key] = tuple(lines)
        self._revoked[host_key] = tuple(revoked)

    def trust_for(self, route: Route) -> Trust:
        """Collect what is known about one host. Reads files: not for the event loop."""
        user = self.user_files if route.user_known_hosts is None else route.user_known_hosts
        system = self.system_files if route.system_known_hosts is None else route.system_known_hosts
        matched = self._files.match([*user, *system], route.key_names)
        return Trust(matched, self._trusted.get(route.key, ()), self._revoked.get(route.key, ()))


def _holds(lines: Iterable[TrustLine], key: OfferedKey) -> bool:
    return any(
        line[2] == key.fingerprint or (bool(line[1]) and line[1].split()[:2] == key.public_key.split())
        for line in lines
    )


def _kind(spoken: str) -> str:
    return _SPOKEN_KINDS.get(spoken.lower(), spoken)


def _serves(algorithm: str, kind: str) -> bool:
    """Whether a signature algorithm belongs to a key of ``kind``."""
    if kind == "ssh-rsa":
        return algorithm == kind or algorithm.startswith("rsa-sha2-")
    return algorithm == kind or (kind == "ecdsa-sha2-nistp256" and algorithm.startswith("ecdsa-sha2-"))
