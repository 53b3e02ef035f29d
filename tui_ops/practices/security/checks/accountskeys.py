"""The check of the keys that may log in: whose they are, what they are worth, and who may write to their files."""

from collections import defaultdict

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import key_or_file
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, Read, Remedy, Scene
from tui_ops.practices.security.checks.keysread import (
    ANY,
    ELSEWHERE,
    KEYS,
    NOT_ELSEWHERE,
    SSHD,
    Elsewhere,
    called,
    elsewhere,
    is_authority,
    why_keys,
)
from tui_ops.practices.security.checks.plain import known_mapping, mode_of, names, number, settled, takes, word

MODES = "modes"

_WRITABLE = 0o022
_OPEN = 0o077
HIGH, MEDIUM, LOW = FindingSeverity.HIGH, FindingSeverity.MEDIUM, FindingSeverity.LOW


def _keys(scene: Scene) -> Judgement:
    read, modes = scene.read(KEYS), scene.read(MODES)
    bits = int(scene.number("rsa_bits"))
    owners = known_mapping(scene, "key_owners") or {}
    shared = _accounts_by_key(read)
    seen = []
    for item in sorted(read.items):
        fields = read.items[item]
        wrong = _weak(fields, bits)
        fingerprint = word(fields, "fingerprint")
        severity = HIGH if wrong else MEDIUM
        is_out = bool(wrong)
        if len(shared[fingerprint]) > 1:
            wrong.append(f"lets into {len(shared[fingerprint])} accounts: {names(shared[fingerprint])}")
        if owners and fingerprint not in owners:
            wrong.append("is nobody's that the inventory names")
            is_out = True
        if wrong:
            said = f"{word(fields, 'comment')[:60]} " if word(fields, "comment") else ""
            text = f"{called(item, fields)}, {said}{' and '.join(wrong)}"
            data: dict[str, Field] = {"account": word(fields, "account"), "fingerprint": fingerprint}
            is_out = is_out and not is_authority(fields)
            seen.append(Seen(item, text, severity, data={**data, "remove": "yes"} if is_out else data))
    seen += _open_files(modes)
    others = elsewhere(scene)
    unread = [*read.unread, *modes.unread, *others.unread] if not read.cut else [""]
    homes = [one for one in unread if one == "" or not one.startswith(("/etc", "/usr", "/boot"))]
    well = _well(read, others) + ("" if owners else "; whose they are the inventory does not say")
    wrong_text = f"{len(seen)} keys, or files of keys, should not be as they are"
    need = why_keys(read, others) or _need(read, modes)
    return settled(well, wrong_text, seen, homes, need, (KEYS, MODES, SSHD))


def _well(read: Read, others: Elsewhere) -> str:
    authorities = sum(1 for fields in read.items.values() if is_authority(fields))
    keys = len(read.items) - authorities
    well = f"{keys} keys, long enough and each for one account" if keys else "no key may log in"
    if authorities:
        by = f"as {names(others.principals)} has it" if others.principals else "as whomever it names"
        who = "an authority lets" if authorities == 1 else f"{authorities} authorities let"
        well += f"; {who} in whoever holds a certificate, {by}"
    return well


def _need(read: Read, modes: Read) -> str:
    """Return why not all was looked at, in words."""
    if read.unread and not read.needs:
        of = names([one.strip() or "some accounts" for one in read.unread])
        return (
            f"the keys of {of} are not looked at: too many, too long, or in a home outside of /home, /root and /var/lib"
        )
    return takes(read) if read.unread else takes(modes)


def _accounts_by_key(read: Read) -> dict[str, list[str]]:
    """Return the accounts of each fingerprint, each once: as a key and as an authority it may stand in one file."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for item in sorted(read.items):
        account = word(read.items[item], "account")
        found[word(read.items[item], "fingerprint")]["anybody's" if account == ANY else account] = None
    return {fingerprint: list(accounts) for fingerprint, accounts in found.items()}


def _weak(fields: Fields, bits: int) -> list[str]:
    kind, length = word(fields, "type"), number(fields, "bits")
    if kind.startswith("ssh-dss"):
        return ["is of DSA, which nobody should trust any more"]
    if kind.startswith("ssh-rsa") and length is not None and length < bits:
        return [f"is an RSA key of {length} bits, less than {bits}"]
    return []


def _file(path: str, fields: Fields) -> dict[str, Field]:
    return {"path": path, "account": word(fields, "owner"), "was": word(fields, "mode")}


def _open_files(modes: Read) -> list[Seen]:
    """Return the files of keys to which others than their owner have access."""
    seen = []
    for path in sorted(modes.items):
        if "/.ssh/authorized_keys" not in path:
            continue
        fields = modes.items[path]
        if word(fields, "kind") == "symbolic link":
            continue  # Its own mode says nothing; that keys lie behind it is among what was not read.
        mode = mode_of(fields)
        if mode is None or mode & _WRITABLE:
            text = f"others than its owner may write to {path}: mode {word(fields, 'mode')}"
            seen.append(Seen(path, text, HIGH, data=_file(path, fields)))
        elif mode & _OPEN:
            text = f"others than its owner may read {path}: mode {word(fields, 'mode')}"
            seen.append(Seen(path, text, LOW, data=_file(path, fields)))
    return seen


CHECKS_OF_KEYS: tuple[Check, ...] = (
    Check(
        "acct-authkeys", "keys that may log in are known, strong and each for one account", (KEYS, MODES, SSHD), _keys,
        HIGH, FindingKind.ACCESS,
        controls=Controls((), ("8.2.2",), ("AC-2", "IA-5"), ("5.17", "5.18")),
        remedy=Remedy(
            "Ask whose the key is; remove it where nobody says so, have a new one made where it is weak, and close its "
            "file with chmod 0600.",
            by_hand="on which of its accounts a key is to stay, or what it is to lie behind, only its owner knows",
            choose=key_or_file,
        ),
        parameters={"rsa_bits": 3072, ELSEWHERE: NOT_ELSEWHERE}, root=True,
    ),
)  # fmt: skip
