"""The demo's own keys: one for the client and one for each host, made once for a demo that is kept."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tui_ops.demo.errors import DemoError

CLIENT_KEY = "id_ed25519"
"""Name of the client's key file; the hosts' keys stand beside it as ``host-NAME``."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key in a file, 0600."""

    path: Path
    public: str
    """``ssh-ed25519 AAAA…``, without a comment."""


def key_file(path: Path) -> KeyFile:
    """Return the key in a file; where there is none, make one.

    Raises:
        DemoError: the file can't be written, or holds something else.
    """
    try:
        made = Ed25519PrivateKey.generate()
        text = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        return KeyFile(path, _public(made))
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise DemoError(f"can't write {path}: {error.strerror}") from error


def _read(path: Path) -> KeyFile:
    try:
        found = serialization.load_ssh_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise DemoError(f"can't read the demo's key {path}", "remove it, and a new one is made") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise DemoError(f"{path} is not a key of the demo", "remove it, and a new one is made")
    return KeyFile(path, _public(found))


def _public(key: Ed25519PrivateKey) -> str:
    form = serialization.PublicFormat.OpenSSH
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, form).decode("ascii")
