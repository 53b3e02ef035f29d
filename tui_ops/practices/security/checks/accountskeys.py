"""The check of the keys that may log in: whose they are, what they are worth, and who may write to their files."""

from collections import defaultdict

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, Read, Remedy, Scene
from tui_ops.practices.security.checks.plain import known_mapping, listed, mode_of, names, number, settled, takes, word

KEYS, MODES, SSHD = "authkeys", "modes", "sshdconf"

USUAL_FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2", "none")
"""Where the topic of keys looks, as AuthorizedKeysFile names it."""

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
        if len(shared[fingerprint]) > 1:
            wrong.append(f"lets into {len(shared[fingerprint])} accounts: {names(shared[fingerprint])}")
        if owners and fingerprint not in owners:
            wrong.append("is nobody's that the inventory names")
        if wrong:
            said = f"{word(fields, 'comment')[:60]} " if word(fields, "comment") else ""
            text = f"a key of {word(fields, 'account') or item}, {said}{' and '.join(wrong)}"
            data = {"account": word(fields, "account"), "fingerprint": fingerprint}
            seen.append(Seen(item, text, severity, data=dict(data)))
    seen += _open_files(modes)
    elsewhere = _elsewhere(scene)
    unread = [*read.unread, *modes.unread] if not read.cut and not elsewhere else [""]
    homes = [one for one in unread if one == "" or not one.startswith(("/etc", "/usr", "/boot"))]
    well = f"{len(read.items)} keys, long enough and each for one account" if read.items else "no key may log in"
    well += "" if owners else "; whose they are the inventory does not say"
    wrong_text = f"{len(seen)} keys, or files of keys, should not be as they are"
    need = f"sshd takes keys from elsewhere too: {elsewhere}" if elsewhere else _need(read, modes)
    return settled(well, wrong_text, seen, homes, need, (KEYS, MODES))


def _need(read: Read, modes: Read) -> str:
    """Return why not all was looked at, in words."""
    if read.unread and not read.needs:
        of = names([one.strip() or "some accounts" for one in read.unread])
        return f"the keys of {of} are not looked at: too many, or in a home outside of /home, /root and /var/lib"
    return takes(read) if read.unread else takes(modes)


def _elsewhere(scene: Scene) -> str:
    """Return where sshd looks for keys beside the files that are read; empty for nowhere that is known."""
    read = scene.reads.get(SSHD)
    if read is None:
        return ""
    said = [one for value in listed(read.items.get("authorizedkeysfile"), "value") for one in value.split()]
    command = word(read.items.get("authorizedkeyscommand"), "value")
    strange = [one for one in said if one.removeprefix("%h/") not in USUAL_FILES]
    return names([*strange, *([command] if command not in ("", "none") else [])])


def _accounts_by_key(read: Read) -> dict[str, list[str]]:
    """Return the accounts of each fingerprint."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in sorted(read.items):
        found[word(read.items[item], "fingerprint")].append(word(read.items[item], "account"))
    return found


def _weak(fields: Fields, bits: int) -> list[str]:
    kind, length = word(fields, "type"), number(fields, "bits")
    if kind.startswith("ssh-dss"):
        return ["is of DSA, which nobody should trust any more"]
    if kind.startswith("ssh-rsa") and length is not None and length < bits:
        return [f"is an RSA key of {length} bits, less than {bits}"]
    return []


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
            seen.append(Seen(path, text, HIGH, data={"path": path}))
        elif mode & _OPEN:
            text = f"others than its owner may read {path}: mode {word(fields, 'mode')}"
            seen.append(Seen(path, text, LOW, data={"path": path}))
    return seen


CHECKS_OF_KEYS: tuple[Check, ...] = (
    Check(
        "acct-authkeys", "keys that may log in are known, strong and each for one account", (KEYS, MODES, SSHD), _keys,
        HIGH, FindingKind.ACCESS,
        controls=Controls((), ("8.2.2",), ("AC-2", "IA-5"), ("5.17", "5.18")),
        remedy=Remedy(
            "Ask whose the key is; remove it where nobody says so, have a new one made where it is weak, and close its "
            "file with chmod 0600."
        ),
        parameters={"rsa_bits": 3072}, root=True,
    ),
)  # fmt: skip
