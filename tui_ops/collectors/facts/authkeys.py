"""The topic ``authkeys``: which keys may log in to which account.

Parts: ``passwd`` (whose home is where), ``own`` (the login's home), ``keys`` (lines of everybody's files, as root
reads them: ``PATH:LINE``, and a path alone where a file is too large, or is a link), ``link`` (homes that are links),
``mine`` (lines of the login's own), ``trusted`` (files of authorities whose certificates sshd takes), ``ca`` (their
lines) and ``principals`` (what says as whom they let in; without it, the certificate itself).

An authority is an item of its own, ``anna cert-authority SHA256:…``: whoever holds a certificate by it may log in. One
that sshd itself trusts stands under the account :data:`ANY`.

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
from tui_ops.collectors.facts.body import (
    CUT_BYTES,
    LIST_LIMIT,
    Body,
    Items,
    Part,
    read_body,
    reading,
    split_path,
    text,
    texts,
)
from tui_ops.model.facts import FactReading, Field, Fields

TOPIC, WHAT = "authkeys", "authorised keys"

KEYS_LIMIT = 2_000
"""Keys of one host that are kept: a jump host of a large team has some hundred."""

ACCOUNTS_LIMIT = 2_000
"""Accounts that are looked at: as many as the probe tells."""

COMMENT_LIMIT = 120
"""Characters of a key's comment."""

ANY = "*"
"""The account of an authority whose certificates let in as whomever they name."""

AUTHORITY = "cert-authority"
"""The option that makes a key an authority (sshd(8)), and what stands before its fingerprint in the item's name."""

_TYPE = re.compile(r"(?:ssh-(?:rsa|dss|ed25519|ed448)|rsa-sha2-(?:256|512)|ecdsa-sha2-nistp(?:256|384|521)"
                   r"|(?:webauthn-)?sk-[a-z0-9-]+@openssh\.com)(?:-cert-v01@openssh\.com)?", re.ASCII)  # fmt: skip
"""What sshd takes before a key. Some of it are ways to sign, such as ``rsa-sha2-256``; a key behind them is taken all
the same (sshd 9.2 was tried)."""

_WEB, _WAYS_OF_RSA = "webauthn-", "rsa-sha2-"
"""How ways to sign begin, of a token's key and of an RSA key."""

_BLANKS = " \t"
"""What parts words for sshd, and nothing else does."""

_BYTES_OF_TYPE = 64
"""More than the longest name of a type has."""
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
    _note_trusted(found, items)
    own = next((text(line) for line in found.of("own")), "")
    unread = []
    for line in found.of("keys", "mine"):
        path, entry = split_path(line)
        account = _account(path, homes)
        if path and account:
            if not _note(account, path, entry, items) and len(line) >= CUT_BYTES:
                unread.append(f"{account} ")
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
    if "trusted" in found.refused:
        parts["trusted"] = Part((f"{ANY} ",), "whose certificates sshd takes")
    if any(found.of("trusted")) or "ca" in found.refused:
        parts["ca"] = Part((f"{ANY} ",), "keys of authorities that sshd trusts")
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


def _note(account: str, path: str, line: bytes, items: Items) -> bool:
    """Note the key of a line; return whether it has one."""
    key = parse_key(line)
    if key is None:
        return False
    _keep(account, path.rpartition("/")[2], key, items)
    return True


def _note_trusted(found: Body, items: Items) -> None:
    """Note the authorities that sshd itself trusts: for whom, only their certificates say."""
    by = texts([text(line) for line in found.of("principals")])
    said = text(f"principals by {', '.join(by)}") if by else ""
    for line in found.of("ca"):
        path, entry = split_path(line)
        key = parse_key(entry) if path else None
        if key is not None:
            _keep(ANY, path, {**key, "options": said, "authority": True}, items)


def _keep(account: str, file: str, key: Fields, items: Items) -> None:
    key["account"], key["files"] = account, [file]
    mark = f"{AUTHORITY} " if key.get("authority") else ""
    kept = items.add(f"{account} {mark}{key['fingerprint']}", key)
    if kept is not None and kept is not key and isinstance(kept["files"], list) and len(kept["files"]) < LIST_LIMIT:
        kept["files"] = sorted({*kept["files"], file})


def parse_key(line: bytes) -> Fields | None:
    """Return what is kept of a line of an authorized_keys file; None for one that is no key.

    What sshd takes for a key has to be one here: it reads a line to its first zero byte, parts words at blanks and tabs
    alone, and passes over other white space among the signs of base64 (authfile.c and sshkey.c of OpenSSH).
    """
    words = line.partition(b"\0")[0].decode("utf-8", "replace").strip()
    if not words or words.startswith("#"):
        return None
    options = ""
    if not _TYPE.fullmatch(_words(words, 1)[0]):
        options, words = _split_options(words)
    fields = _words(words, 2)
    if len(fields) < 2 or not _TYPE.fullmatch(fields[0]):
        return None
    try:
        blob = base64.b64decode("".join(fields[1].split()).encode("ascii", "replace"), validate=True)
    except binascii.Error:
        return None
    kind = _kind(blob)
    if kind not in (fields[0].removeprefix(_WEB), "ssh-rsa" if fields[0].startswith(_WAYS_OF_RSA) else ""):
        return None
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    key: Fields = {
        "type": kind,
        "bits": _bits(kind, blob),
        "fingerprint": f"SHA256:{fingerprint}",
        "options": text(without_secrets(options)),
        "comment": text(fields[2] if len(fields) > 2 else "", COMMENT_LIMIT),
    }
    return {**key, "authority": True} if _makes_authority(options) else key


def _words(line: str, most: int) -> list[str]:
    """Return at most so many words of a line, and what stands behind them."""
    return re.split("[ \t]+", line.strip(_BLANKS), maxsplit=most)


def _kind(blob: bytes) -> str:
    """Return the type of a key, as the key itself says it; empty where it says none."""
    size = int.from_bytes(blob[:4], "big")
    kind = blob[4 : 4 + size] if size <= _BYTES_OF_TYPE else b""
    return kind.decode("ascii", "replace") if len(kind) == size else ""


def _split_options(words: str) -> tuple[str, str]:
    """Part the options from the key: they end at the first blank outside of quotes, in which a backslash before a quote
    takes its meaning away, and before anything else is nothing.
    """
    quoted, at = False, 0
    while at < len(words) and (quoted or words[at] not in _BLANKS):
        if words.startswith('\\"', at):
            at += 1
        elif words[at] == '"':
            quoted = not quoted
        at += 1
    return words[:at], words[at:].strip()


def _makes_authority(options: str) -> bool:
    """Return whether one of the options makes the key an authority: outside of quotes, in letters of any size."""
    # What stands before each quote, but for one behind a backslash, is outside and inside in turn.
    outside = re.split(r'(?<!\\)"', options)[::2]
    return AUTHORITY in (one.lower() for part in outside for one in part.split(","))


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
