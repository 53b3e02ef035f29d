"""Whose keys open the demo's hosts: public halves alone, of which nobody has the other one."""

import base64
import hashlib

PERSONS = ("anna", "bert", "chloe")
"""The administrators; each has a key of his own on every host."""

BACKUPS, DESK = "backup", "tui-ops"
"""The keys of programs: by one the backup servers come in as root, by the other the desk reads."""

LEFT, LEFT_ON = "dora", ("backup-1.lon", "backup-1.par", "db-1.nyc")
"""Who looked after the backups and has left, and where her key lets her in as root all the same."""


def public_key(owner: str) -> str:
    """Return a public key, always the same for one owner."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + hashlib.sha256(owner.encode()).digest()
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def short_key(owner: str) -> str:
    """Return an RSA key of 1,024 bits."""
    number = b"\x00\x9f" + b"".join(hashlib.sha256(f"{owner}{at}".encode()).digest() for at in range(4))[:127]
    parts = (b"ssh-rsa", b"\x01\x00\x01", number)
    return f"ssh-rsa {base64.b64encode(b''.join(len(part).to_bytes(4, 'big') + part for part in parts)).decode()}"


def fingerprint(key: str) -> str:
    """Return how a public key is called: ``SHA256:…``, as ``ssh-keygen -lf`` prints it."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def key_owners() -> dict[str, str]:
    """Return whose keys are, by fingerprint. Of who has left the inventory says nothing any more, nor yet of a key that
    was added this morning.
    """
    keys = {name: [public_key(name)] for name in PERSONS}
    keys["chloe"].append(short_key("chloe"))
    keys |= {"the backup servers": [public_key(BACKUPS)], "tui-ops": [public_key(DESK)]}
    return {fingerprint(key): owner for owner, found in keys.items() for key in found}


def root_keys(host: str, site: str) -> str:
    """Return the file of keys that let in as root on a host."""
    rows = [f'from="10.10.0.0/16" {public_key(BACKUPS)} {BACKUPS}@{site}\n']
    if host in LEFT_ON:
        rows.append(f"{public_key(LEFT)} {LEFT}@laptop\n")
    return "".join(rows)
