"""The checks of sshd's own files: its keys, with which of them it shows who it is, and its settings."""

from collections.abc import Mapping
from dataclasses import replace

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Read,
    Remedy,
    Scene,
    Way,
    failed,
)
from tui_ops.practices.security.checks.fileplans import MODE_VALUES, mode_plan, public_key, was
from tui_ops.practices.security.checks.plain import (
    BY_HAND,
    besides,
    flag,
    listed,
    mode_of,
    number,
    settled,
    starting,
    takes,
    word,
)
from tui_ops.practices.security.checks.sshdkeys import Shown, shown_keys
from tui_ops.practices.security.checks.sshdothers import KEPT_FILE, others_of

MODES = "modes"
SETTINGS = "sshdconf"

HOST_KEY = "/etc/ssh/ssh_host_"
"""How the files of a host's keys begin."""

KEY_GROUPS = ("root", "ssh_keys")
"""Groups that may read a private key: Red Hat's systems before 9.2 have one of its own, with 0640."""

ANY_KEY = "/"
"""How the objects of all keys begin."""

OFFERED = "what it offers, HostKey and HostKeyAlgorithms of its settings say: some may know no other key of it"
"""Why what is offered is left to people."""

_OPEN = 0o077
_CONF_OPEN = 0o177
"""Bits that sshd_config must not have: all but reading and writing by its owner."""

_PUBLIC_OPEN = 0o133
"""Bits that a public key must not have: it may be read by everybody, and is run by nobody."""


def _read(scene: Scene) -> Read:
    """Return the modes.

    Raises:
        NotReadable: the files of sshd were not looked at.
    """
    read = scene.read(MODES)
    read.looked(f"{HOST_KEY}rsa_key")
    return read


def _host_keys(scene: Scene) -> Judgement:
    """Judge the files of keys, and what is offered from outside: each fails alone, whatever is known of the other."""
    shown = shown_keys(scene)
    try:
        judged = _key_files(scene)
    except (NotForThis, NotReadable) as end:
        return _by_offer(shown, end)
    if shown.seen:
        text = f"{judged.text}; {shown.wrong}" if judged.seen else shown.wrong
        judged = failed(text, *judged.seen, *shown.seen, unread=judged.unread)
    elif shown.well and not judged.seen:
        judged = replace(judged, text=f"{judged.text}; {shown.well}")
    return besides(judged, shown.quiet)


def _by_offer(shown: Shown, end: NotForThis | NotReadable) -> Judgement:
    """Return what is to be said where no file of a key was judged.

    Args:
        shown: what was offered from outside.
        end: why none was.

    Raises:
        NotForThis: there is no sshd.
        NotReadable: nothing that was offered is weak.
    """
    if isinstance(end, NotForThis):
        if not shown.answers:
            raise end
        end = NotReadable("an sshd was asked from outside, and where its keys lie is not known")
    unread = (*(end.unread or (ANY_KEY,)), *shown.quiet)
    if shown.seen:
        return failed(shown.wrong, *shown.seen, unread=unread)
    raise NotReadable(end.message, end.topics, unread)


def _key_files(scene: Scene) -> Judgement:
    read = _read(scene)
    bits = int(scene.number("rsa_bits"))
    keys = {HOST_KEY + rest: fields for rest, fields in starting(read, HOST_KEY) if rest.endswith("_key")}
    used, unread = _used(scene, keys)
    others, missing = _used_by_others(scene)
    keys |= {path: fields for path, fields in _kept(scene).items() if path in used or path in others}
    unread = [path for path in (*unread, *others) if path not in keys]
    if not keys and not unread and not missing:
        raise NotForThis("there are no keys of an sshd on this host")
    seen = []
    for path, fields in keys.items():
        wrong = _wrong_mode(fields)
        by_hand: Mapping[str, Field] = {} if wrong and path.startswith(HOST_KEY) else BY_HAND
        parts = ["mode"] if wrong else []
        if path in used or path in others:
            kind, length = word(fields, "type"), number(fields, "bits")
            if not kind:
                unread.append(path)
            if weak := _weak(kind, length, bits):
                wrong.append(weak)
                parts.append("strength")
        if wrong:
            whose = "" if path in used or path not in others else f", a key of the sshd that runs with {others[path]},"
            text = f"{path}{whose} {' and '.join(wrong)}"
            seen.append(Seen(path, text, data={"path": path, **was(fields), **by_hand, "parts": parts}))
    seen += _public_keys(read)
    need = missing or f"keys that were not looked at: {', '.join(unread[:3])}"
    unread += [ANY_KEY] if missing else []
    wrong_text = f"{len(seen)} keys of this host"
    topics = (SETTINGS,) if missing else ()
    return settled(f"{len(keys)} keys, root's alone, and long enough", wrong_text, seen, unread, need, topics)


def _way(seen: Seen) -> Way | None:
    """Return the way of what is offered, and that of public keys; None for all else."""
    return Way(by_hand=OFFERED) if "algorithm" in seen.data else public_key(seen)


def _weak(kind: str, length: int | None, bits: int) -> str:
    """Return what is weak about a key; empty where nothing is."""
    if kind == "ssh-dss":
        return "is of DSA, which nobody should trust any more"
    if kind == "ssh-rsa" and (length is None or length < bits):
        return f"is an RSA key of {length or 'unknown'} bits, less than {bits}"
    return ""


def _public_keys(read: Read) -> list[Seen]:
    """Return the public keys that others than root could exchange."""
    seen = []
    for rest, fields in starting(read, HOST_KEY):
        mode, path = mode_of(fields), HOST_KEY + rest
        if not rest.endswith("_key.pub") or (
            number(fields, "uid") == 0 and mode is not None and not mode & _PUBLIC_OPEN
        ):
            continue
        said = f"mode {word(fields, 'mode')}, owner {word(fields, 'owner')}"
        text = f"others than root may write to {path}: {said}"
        seen.append(Seen(path, text, FindingSeverity.LOW, data={"path": path, **was(fields), "parts": ["mode"]}))
    return seen


def _used(scene: Scene, keys: dict[str, Fields]) -> tuple[set[str], list[str]]:
    """Return the keys that sshd shows, all that lie there where it did not say, and those that lie elsewhere."""
    read = scene.reads.get(SETTINGS)
    fields = read.items.get("hostkey") if read is not None else None
    if not flag(fields, "effective"):
        return set(keys), []
    said = [one for one in listed(fields, "value") if one.startswith("/")]
    # sshd -T names its three defaults whether they are there or not.
    return set(said), [one for one in said if one not in keys and not one.startswith(HOST_KEY)]


def _used_by_others(scene: Scene) -> tuple[dict[str, str], str]:
    """Return the keys that further sshds show, each with one of these, and why not all are known, if so.

    Those in the usual place are judged anyway.
    """
    others = others_of(scene.reads.get(SETTINGS))
    found: dict[str, str] = {}
    for other in others:
        for path in other.settings.get("hostkey", "").split():
            if path.startswith("/") and not path.startswith(HOST_KEY):
                found.setdefault(path, other.criteria)
    return found, next((other.missing for other in others if not other.is_read), "")


def _kept(scene: Scene) -> dict[str, Fields]:
    """Return the files of sshds that lie elsewhere than usual, by path, as far as they were looked at."""
    read = scene.reads.get(SETTINGS)
    return dict(starting(read, KEPT_FILE)) if read is not None else {}


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
    others, kept = others_of(scene.reads.get(SETTINGS)), _kept(scene)
    files |= {one.file: kept[one.file] for one in others if one.file in kept}
    unread = list(dict.fromkeys(one.file or one.criteria for one in others if one.file not in kept))
    if not files and not unread:
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
            by_hand: Mapping[str, Field] = BY_HAND if path in kept else {}
            seen.append(Seen(path, text, severity, data={"path": path, **was(fields), **by_hand}))
    wrong = f"{len(seen)} files of sshd's settings are not root's alone"
    need = f"files that further sshds read were not looked at: {', '.join(unread)}" if unread else takes(read)
    # A folder that is closed shows none of its files, and is not open.
    return settled(f"{len(files)} files, root's alone", wrong, seen, unread, need, (MODES,))


CHECKS_OF_SSHD_FILES: tuple[Check, ...] = (
    Check(
        "ssh-hostkey", "the keys of a host are root's alone, long enough, and of no broken kind", (MODES, SETTINGS),
        _host_keys, FindingSeverity.HIGH,
        applies="hosts with sshd",
        controls=Controls(("5.1.2", "5.1.3"), ("2.2.6",), ("AC-6(1)",), ("8.3", "8.24")),
        remedy=Remedy(
            "Close the file; a key that others could read, or that is too short, has to be made anew and told to all "
            "who know the old one. Let sshd show no key of DSA, and RSA not with SHA-1 alone.",
            mode_plan("/etc/ssh/ssh_host_[A-Za-z0-9_.-]{1,60}_key", "0600"),
            MODE_VALUES,
            by_hand="a new key is another host to all who know the old one, this desk among them",
            choose=_way,
        ),
        parameters={"rsa_bits": 3072},
    ),
    Check(
        "ssh-conffile", "sshd's settings are root's alone to read and write", (MODES, SETTINGS), _config_files,
        FindingSeverity.LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.1",), ("2.2.6",), ("AC-6(1)",), ("8.3",)),
        remedy=Remedy(
            "Give the file to root, with the mode 0600.",
            mode_plan("(/usr)?/etc/ssh/sshd_config([.]d/[A-Za-z0-9_.@+-]{1,100})?", "0600"),
            MODE_VALUES,
            by_hand="that sshd reads a file of its own: whoever began it knows who has to read it",
        ),
    ),
)  # fmt: skip
"""In the order of the reference's table."""
