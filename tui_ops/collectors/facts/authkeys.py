"""The topic ``authkeys``: which keys may log in to which account.

Parts: ``passwd`` (whose home is where), ``own`` (the login's home), ``keys`` (lines of everybody's files, as root
reads them: ``PATH:LINE``, and a path alone where a file is too large, or is a link), ``link`` (homes that are links),
``mine`` (lines of the login's own).

Of a line that is no key nothing is kept, since anyone may write anything there; of a key its type, its fingerprint, its
options and its comment.
"""

import base64
import binascii
import hashlib
import re
from pathlib import PurePosixPath

from tui_ops.collectors.commands import without_secrets
from tui_ops.collectors.facts.accounts import FILE_BYTES, may_login
from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, split_path, text
from tui_ops.model.facts import FactReading, Field, Fields

TOPIC, WHAT = "authkeys", "authorised keys"

KEYS_LIMIT = 2_000
"""Keys of one host that are kept: a jump host of a large team has some hundred."""

ACCOUNTS_LIMIT = 2_000
"""Accounts that are looked at: as many as the probe tells."""

COMMENT_LIMIT = 120
"""Characters of a key's comment."""

_TYPE = re.compile(r"(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com)"
                   r"(?:-cert-v01@openssh\.com)?", re.ASCII)  # fmt: skip
_PARENTS = ("/home", "/var/lib")
"""Folders of homes in which root looks for keys, beside its own: people's, and those of programs that have a shell."""

_BITS = {"ssh-ed25519": 256, "ssh-ed448": 456, "sk-ssh-ed25519@openssh.com": 256, "ecdsa-sha2-nistp256": 256,
         "ecdsa-sha2-nistp384": 384, "ecdsa-sha2-nistp521": 521,
         "sk-ecdsa-sha2-nistp256@openssh.com": 256}  # fmt: skip


def parse_authkeys(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    found.doubt("passwd", FILE_BYTES)
    items = Items(KEYS_LIMIT)
    homes = _homes(found)
    own = next((text(line) for line in found.of("own")), "")
    unread = []
    for line in found.of("keys", "mine"):
        path, entry = split_path(line)
        account = _account(path, homes)
        if path and account:
            _note(account, path, entry, items)
        elif account := _account(text(line), homes) or _behind_link(text(line), homes):
            # A file that is too large to be read, or a link, behind which sshd finds keys and we don't look.
            unread.append(f"{account} ")
    unread += [f"{account} " for line in found.of("link") if (account := homes.get(text(line), ("", False))[0])]
    is_all = found.is_whole("keys")
    for home, (account, may) in homes.items():
        plain = PurePosixPath(home).parent.as_posix() in _PARENTS or home == "/root"
        is_own = home == own and found.is_whole("mine") and not is_all
        if not ((is_all and plain) or is_own) and may:
            unread.append(f"{account} ")
    parts = {"keys": Part((), "keys of other accounts")}
    if not is_all:
        parts["mine"] = Part(())
    return reading(TOPIC, WHAT, found, items, parts, tuple(unread) if homes and found.is_whole("passwd") else ("",))


def _homes(found: Body) -> dict[str, tuple[str, bool]]:
    """Return who lives where, and whether one can log in as him; the first account where several share a home."""
    homes: dict[str, tuple[str, bool]] = {}
    for line in found.of("passwd"):
        fields = [text(one) for one in line.split(b":")]
        if len(fields) == 7 and fields[0] and fields[5].startswith("/") and len(homes) < ACCOUNTS_LIMIT:
            homes.setdefault(fields[5].rstrip("/"), (fields[0], may_login(fields[6])))
    return homes


def _account(path: str, homes: dict[str, tuple[str, bool]]) -> str:
    home, slash, name = path.rpartition("/.ssh/")
    if not slash or not name.startswith("authorized_keys") or "/" in name:
        return ""
    # A home that belongs to nobody: whoever gets an account of this name gets the keys.
    return homes.get(home, (home, False))[0]


def _behind_link(path: str, homes: dict[str, tuple[str, bool]]) -> str:
    """Return whose folder of keys a path is; empty for nobody's."""
    home, slash, name = path.rpartition("/")
    return homes.get(home, (home, False))[0] if slash and name == ".ssh" else ""


def _note(account: str, path: str, line: bytes, items: Items) -> None:
    key = parse_key(line)
    if key is None:
        return
    key["account"] = account
    key["files"] = [path.rpartition("/")[2]]
    kept = items.add(f"{account} {key['fingerprint']}", key)
    if kept is not None and kept is not key and isinstance(kept["files"], list) and len(kept["files"]) < LIST_LIMIT:
        kept["files"] = sorted({*kept["files"], path.rpartition("/")[2]})


def parse_key(line: bytes) -> Fields | None:
    """Return what is kept of a line of an authorized_keys file; None for one that is no key."""
    words = line.decode("utf-8", "replace").strip()
    if not words or words.startswith("#"):
        return None
    options = ""
    if not _TYPE.fullmatch(words.split(None, 1)[0]):
        options, words = _split_options(words)
    fields = words.split(None, 2)
    if len(fields) < 2 or not _TYPE.fullmatch(fields[0]):
        return None
    try:
        blob = base64.b64decode(fields[1].encode("ascii", "replace"), validate=True)
    except binascii.Error:
        return None
    if not blob.startswith(len(fields[0]).to_bytes(4, "big") + fields[0].encode("ascii")):
        return None
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    return {
        "type": fields[0],
        "bits": _bits(fields[0], blob),
        "fingerprint": f"SHA256:{fingerprint}",
        "options": text(without_secrets(options)),
        "comment": text(fields[2] if len(fields) > 2 else "", COMMENT_LIMIT),
    }


def _split_options(words: str) -> tuple[str, str]:
    """Part the options from the key: they end at the first blank outside of quotes."""
    quoted, escaped = False, False
    for at, sign in enumerate(words):
        if sign == '"' and not escaped:
            quoted = not quoted
        elif sign in " \t" and not quoted:
            return words[:at], words[at:].strip()
        escaped = sign == "\\" and not escaped
    return words, ""


def _bits(kind: str, blob: bytes) -> Field:
    """Return the length of a key; None where only its maker knows."""
    if kind != "ssh-rsa":
        return _BITS.get(kind)
    at = 4 + len(kind)
    for _ in range(2):
        size = int.from_bytes(blob[at : at + 4], "big")
        start, at = at + 4, at + 4 + size
        if at > len(blob):
            return None
    return int.from_bytes(blob[start:at], "big").bit_length()
