"""The checks of sshd's own files: its keys and its settings."""

from collections.abc import Mapping

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotForThis, Read, Remedy, Scene
from tui_ops.practices.security.checks.plain import (
    BY_HAND,
    flag,
    listed,
    mode_of,
    number,
    settled,
    starting,
    takes,
    word,
)

MODES = "modes"
SETTINGS = "sshdconf"

HOST_KEY = "/etc/ssh/ssh_host_"
"""How the files of a host's keys begin."""

KEY_GROUPS = ("root", "ssh_keys")
"""Groups that may read a private key: Red Hat's systems before 9.2 have one of its own, with 0640."""

_OPEN = 0o077
_CONF_OPEN = 0o177
"""Bits that sshd_config must not have: all but reading and writing by its owner."""


def _read(scene: Scene) -> Read:
    """Return the modes.

    Raises:
        NotReadable: the files of sshd were not looked at.
    """
    read = scene.read(MODES)
    read.looked(f"{HOST_KEY}rsa_key")
    return read


def _host_keys(scene: Scene) -> Judgement:
    read = _read(scene)
    bits = int(scene.number("rsa_bits"))
    keys = {HOST_KEY + rest: fields for rest, fields in starting(read, HOST_KEY) if rest.endswith("_key")}
    used, elsewhere = _used(scene, keys)
    if not keys and not elsewhere:
        raise NotForThis("there are no keys of an sshd on this host")
    seen, unread = [], list(elsewhere)
    for path, fields in keys.items():
        wrong = _wrong_mode(fields)
        by_hand: Mapping[str, Field] = {} if wrong else BY_HAND
        if path in used:
            kind, length = word(fields, "type"), number(fields, "bits")
            if not kind:
                unread.append(path)
            if kind == "ssh-dss":
                wrong.append("is of DSA, which nobody should trust any more")
            elif kind == "ssh-rsa" and (length is None or length < bits):
                wrong.append(f"is an RSA key of {length or 'unknown'} bits, less than {bits}")
        if wrong:
            seen.append(Seen(path, f"{path} {' and '.join(wrong)}", data={"path": path, **by_hand}))
    need = f"keys that were not looked at: {', '.join(unread[:3])}"
    wrong_text = f"{len(seen)} keys of this host"
    return settled(f"{len(keys)} keys, root's alone, and long enough", wrong_text, seen, unread, need)


def _used(scene: Scene, keys: dict[str, Fields]) -> tuple[set[str], list[str]]:
    """Return the keys that sshd shows, all that lie there where it did not say, and those that lie elsewhere."""
    read = scene.reads.get(SETTINGS)
    fields = read.items.get("hostkey") if read is not None else None
    if not flag(fields, "effective"):
        return set(keys), []
    said = [one for one in listed(fields, "value") if one.startswith("/")]
    # sshd -T names its three defaults whether they are there or not.
    return set(said), [one for one in said if one not in keys and not one.startswith(HOST_KEY)]


def _wrong_mode(fields: Fields) -> list[str]:
    mode, owner, group = mode_of(fields), number(fields, "uid"), word(fields, "group")
    if mode is None or owner is None:
        return ["has a mode that can't be read"]
    if owner != 0:
        return [f"belongs to {word(fields, 'owner') or owner}, not to root"]
    if mode & _OPEN & ~0o040 or (mode & 0o040 and group not in KEY_GROUPS):
        return [f"can be read by others: {mode:04o}, group {group}"]
    return []


def _config_files(scene: Scene) -> Judgement:
    read = _read(scene)
    files = {
        path: fields
        for path, fields in read.items.items()
        if path in ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config") or path.startswith("/etc/ssh/sshd_config.d/")
    }
    if not files:
        raise NotForThis("there is no sshd_config on this host")
    seen = []
    for path, fields in sorted(files.items()):
        mode = mode_of(fields)
        if word(fields, "kind") != "file":
            continue
        if number(fields, "uid") != 0 or mode is None or mode & _CONF_OPEN:
            said = f"mode {word(fields, 'mode')}, owner {word(fields, 'owner')}"
            severity = FindingSeverity.HIGH if number(fields, "uid") != 0 or (mode or 0) & 0o022 else None
            text = f"{path} is not root's alone to read and write: {said}"
            seen.append(Seen(path, text, severity, data={"path": path}))
    wrong = f"{len(seen)} files of sshd's settings are not root's alone"
    # A folder that is closed shows none of its files, and is not open.
    return settled(f"{len(files)} files, root's alone", wrong, seen, (), takes(read), (MODES,))


def _path(seen: Seen) -> dict[str, str]:
    return {"path": str(seen.data.get("path", seen.object))}


def mode_plan(mode: str, group: str = "root") -> str:
    """Return a plan that gives a file to root, with a mode."""
    return (
        'parameters:\n  path: {pattern: "/[A-Za-z0-9/._@+-]{1,200}", help: the file}\n'
        "steps:\n"
        f'  - command: [chown, "root:{group}", "{{{{path}}}}"]\n    become: yes\n'
        f'  - command: [chmod, "{mode}", "{{{{path}}}}"]\n    become: yes\n'
        f'post:\n  - check: {{command: [stat, -c, "%a %U", "{{{{path}}}}"], says: "^{mode.lstrip("0")} root"}}\n'
        "    become: yes\n"
    )


CHECKS_OF_SSHD_FILES: tuple[Check, ...] = (
    Check(
        "ssh-hostkey", "the keys of a host are root's alone, and long enough", (MODES, SETTINGS), _host_keys,
        FindingSeverity.HIGH,
        controls=Controls(("5.1.2", "5.1.3"), ("2.2.6",), ("AC-6(1)",), ("8.3", "8.24")),
        remedy=Remedy(
            "Close the file; a key that others could read, or that is too short, has to be made anew and told to all "
            "who know the old one.",
            mode_plan("0600"),
            _path,
        ),
        parameters={"rsa_bits": 3072},
    ),
    Check(
        "ssh-conffile", "sshd's settings are root's alone to read and write", (MODES,), _config_files,
        FindingSeverity.LOW,
        controls=Controls(("5.1.1",), ("2.2.6",), ("AC-6(1)",), ("8.3",)),
        remedy=Remedy("Give the file to root, with the mode 0600.", mode_plan("0600"), _path),
    ),
)  # fmt: skip
"""In the order of the reference's table."""
