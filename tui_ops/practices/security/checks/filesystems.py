"""The checks of mounts and of files: what may be run from where, who may write to what, and whose rights are lent."""

from collections.abc import Mapping

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotJudgeable,
    NotReadable,
    Read,
    Remedy,
    Scene,
)
from tui_ops.practices.security.checks.fileplans import (
    PASSWORD_FILE,
    WRITABLE,
    lent,
    mount,
    password_file,
    unowned,
    was,
    writable_values,
)
from tui_ops.practices.security.checks.kernel import is_container
from tui_ops.practices.security.checks.plain import (
    flag,
    known_words,
    listed,
    mode_of,
    names,
    settled,
    starting,
    takes,
    word,
)

PASSWORD_FILES: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "/etc/passwd": (0o644, ("root",)),
    "/etc/group": (0o644, ("root",)),
    "/etc/shadow": (0o640, ("root", "shadow")),
    "/etc/gshadow": (0o640, ("root", "shadow")),
    "/etc/security/opasswd": (0o600, ("root",)),
}
"""Files to the widest mode and the groups that they may have; their copies with ``-`` go by the same."""

SCANNED = frozenset({"ext4", "xfs", "btrfs", "ext3", "ext2", "zfs", "f2fs", "jfs", "tmpfs", "overlay"})
"""Filesystems that the topic ``suid`` looks through."""

FAR = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs", "squashfs", "iso9660", "vfat",
                 "afs", "lustre", "gfs2", "ocfs2", "beegfs", "fuse", "fuseblk", "autofs", "ntfs3", "exfat",
                 "swap", "erofs"})  # fmt: skip
"""Of other machines, that can only be read, or that know no owners: nothing on them lends rights of this host."""

MOUNTED = "mounted"
"""The part of a mount that is wrong where it is none; the others are its options."""

FINDINGS_LIMIT = 200
"""Files of one host that are a finding each; where there are more, it is one cause."""


def _mount(read: Read, target: str) -> Fields | None:
    """Return what is mounted at a place; of several the one on top, which is told last."""
    found = [name for name in read.items if name == target or name.startswith(f"{target} (")]
    return read.items[max(found, key=lambda name: (len(name), name))] if found else None


def _mounts(scene: Scene) -> Judgement:
    read = scene.read("mounts")
    options = scene.words("mount_options")
    seen = []
    for target in scene.words("mount_points"):
        fields = _mount(read, target)
        if fields is None:
            read.looked(target)
            data: Fields = {"options": ",".join(options), "parts": [MOUNTED, *options]}
            seen.append(Seen(target, f"{target} is no filesystem of its own", data=data))
            continue
        has = set(listed(fields, "options"))
        missing = [option for option in options if option not in has]
        if missing:
            text = f"{target} is mounted without {', '.join(missing)}"
            seen.append(Seen(target, text, data={"options": ",".join(missing), "parts": missing}))
    return settled("nothing is run from /tmp and /dev/shm", "; ".join(one.text for one in seen), seen)


def _password_files(scene: Scene) -> Judgement:
    read = scene.read("modes")
    seen = []
    for path, (widest, groups) in PASSWORD_FILES.items():
        for one in (path, f"{path}-"):
            fields = read.items.get(one)
            if fields is None:
                read.looked(one)
                if one in ("/etc/passwd", "/etc/group"):
                    raise NotJudgeable(f"the host says that there is no {one}")
                continue
            wrong = _wrong(fields, widest, groups)
            if wrong:
                data: Fields = {"path": one, "mode": f"{widest:04o}", **was(fields)}
                seen.append(Seen(one, f"{one} {wrong}", data=data))
    return settled("modes and owners are right", "; ".join(one.text for one in seen), seen)


def _wrong(fields: Fields, widest: int, groups: tuple[str, ...]) -> str:
    mode = mode_of(fields)
    said = []
    if mode is None or mode & ~widest & 0o7777:
        said.append(f"has the mode {word(fields, 'mode') or 'of nobody knows what'}")
    if word(fields, "owner") != "root":
        said.append(f"belongs to {word(fields, 'owner') or 'nobody'}")
    if word(fields, "group") not in groups:
        said.append(f"is of the group {word(fields, 'group') or 'of nobody'}")
    return " and ".join(said)


def _unscanned(scene: Scene) -> list[str]:
    """Return mounts of this host that the look at all files passed by."""
    mounts = scene.reads.get("mounts")
    if mounts is None:
        return []
    return [
        name
        for name, fields in mounts.items.items()
        if name.startswith("/")
        and word(fields, "source").startswith("/dev/")
        and (kind := word(fields, "fstype")) not in SCANNED
        and kind.partition(".")[0] not in FAR
    ]


def _all_files(scene: Scene) -> Read:
    read = scene.read("suid")
    if read.unread and not read.items:
        raise NotReadable(takes(read), ("suid",))
    return read


def _world(scene: Scene) -> Judgement:
    read = _all_files(scene)
    seen = [
        Seen(
            f"writable {path}",
            f"everybody may write to the {word(fields, 'kind') or 'file'} {path}",
            data={"path": path},
        )
        for path, fields in starting(read, "writable ")
    ]
    seen += [
        Seen(
            f"unowned {path}",
            f"{path} belongs to {word(fields, 'owner')}:{word(fields, 'group')}, whom nobody knows",
            data={"owner": word(fields, "owner"), "group": word(fields, "group")},
        )
        for path, fields in starting(read, "unowned ")
    ]
    return _many(scene, read, "no file is everybody's or nobody's", seen)


def _many(scene: Scene, read: Read, well: str, seen: list[Seen]) -> Judgement:
    passed_by = _unscanned(scene)
    unread = ("",) if read.unread or read.cut or passed_by else ()
    if len(seen) > FINDINGS_LIMIT:
        shown = Seen("", f"{len(seen)} files, {names([one.object for one in seen])}")
        # Those that were named one by one before are not gone by that.
        return settled(well, shown.text, [shown], ("",))
    need = f"not looked at: {names(passed_by)}" if passed_by else takes(read)
    wrong = f"{len(seen)} files: {names([one.text for one in seen])}"
    return settled(well, wrong, seen, unread, need, () if passed_by else ("suid",))


def _suid(scene: Scene) -> Judgement:
    read = _all_files(scene)
    baseline = known_words(scene, "baseline.suid")
    fine = None if baseline is None else {one.removeprefix("suid ") for one in baseline}
    seen = []
    is_known = True
    for path, fields in starting(read, "suid "):
        if fine is not None and path in fine:
            continue
        if "packaged" not in fields:
            is_known = False
        elif not flag(fields, "packaged"):
            seen.append(_lent(path, fields, "which no package brought"))
            continue
        if fine is not None:
            seen.append(_lent(path, fields, "which is not in the baseline"))
    if not is_known and not seen:
        raise NotReadable(
            "the host does not say which packages these files are from: see them on its page, and take them as they are"
        )
    return _many(scene, read, "what lends rights is from packages", seen)


def _lent(path: str, fields: Fields, why: str) -> Seen:
    mode = mode_of(fields) or 0
    whose = word(fields, "owner") if mode & 0o4000 else f"the group {word(fields, 'group')}"
    is_root = mode & 0o4000 and word(fields, "owner") == "root"
    severity = FindingSeverity.HIGH if is_root else None
    data: Fields = {"path": path}
    if fields.get("packaged") is False:
        data["was_mode"] = word(fields, "mode")
    return Seen(path, f"{path} runs with the rights of {whose}, {why}", severity, data=data)


def _crypt(scene: Scene) -> Judgement:
    if is_container(scene):
        raise NotForThis("a container: its disk is its machine's")
    read = scene.read("protections")
    disks: dict[str, list[Fields]] = {}
    for name, fields in starting(read, "disk "):
        disks.setdefault(name.partition(" (")[0], []).append(fields)
    if not disks:
        read.looked("disk ")
        raise NotJudgeable("the host lists no disks")
    seen, fine = [], 0
    for name, rows in disks.items():
        mount = next((word(row, "mount") for row in rows if word(row, "mount")), "")
        if not mount or mount.startswith(("/boot", "/snap/", "/var/lib/snapd/", "/run/")):
            continue
        if all(word(row, "kind") in ("loop", "rom") for row in rows) or name.startswith("zram"):
            continue
        if _is_crypt(name, disks, 0):
            fine += 1
        else:
            seen.append(Seen(mount, f"{mount} lies on {name} without encryption", data={"device": name}))
    if not seen and not fine:
        raise NotReadable("nothing tells on what the data lies")
    return settled("data lies on encrypted disks", names([one.text for one in seen]), seen)


def _is_crypt(name: str, disks: Mapping[str, list[Fields]], depth: int) -> bool:
    """Whether a device, or all that it is made of, is encrypted."""
    rows = disks.get(name)
    if not rows or depth > 12:
        return False
    if any(word(row, "kind") == "crypt" for row in rows):
        return True
    parents = [word(row, "parent") for row in rows if word(row, "parent")]
    return bool(parents) and all(_is_crypt(parent, disks, depth + 1) for parent in parents)


CHECKS_OF_FILES: tuple[Check, ...] = (
    Check(
        "fs-mount",
        "nothing is run from where everybody writes",
        ("mounts",),
        _mounts,
        FindingSeverity.LOW,
        controls=Controls(
            ("1.1.2.1.1", "1.1.2.1.2", "1.1.2.1.3", "1.1.2.1.4", "1.1.2.2.1", "1.1.2.2.2", "1.1.2.2.3", "1.1.2.2.4"),
            (),
            ("CM-7", "MP-7", "AC-6"),
            ("8.19",),
        ),
        remedy=Remedy(
            "Mount /tmp and /dev/shm as filesystems of their own with nodev, nosuid and noexec, in fstab.",
            by_hand="what is mounted over a folder hides what programs have in it: do it in fstab, before a reboot",
            choose=mount,
        ),
        parameters={"mount_points": ["/tmp", "/dev/shm"], "mount_options": ["nodev", "nosuid", "noexec"]},
    ),
    Check(
        "fs-passwdfiles",
        "files of accounts and passwords belong to root, and are no wider than need be",
        ("modes",),
        _password_files,
        FindingSeverity.HIGH,
        controls=Controls(
            ("7.1.1", "7.1.2", "7.1.3", "7.1.4", "7.1.5", "7.1.6", "7.1.7", "7.1.8", "7.1.10"), ("2.2.6",),
            ("AC-6(1)",), ("8.3",),
        ),
        remedy=Remedy("Give the file to root, with the mode that it came with.", PASSWORD_FILE, password_file),
    ),
    Check(
        "fs-world",
        "no file is everybody's to write, and none is nobody's",
        ("suid", "mounts"),
        _world,
        FindingSeverity.MEDIUM,
        controls=Controls(("7.1.11", "7.1.12"), ("2.2.6",), ("AC-6(1)",), ("8.3",)),
        remedy=Remedy("Take the right to write from others, or set the sticky bit; give files of nobody to somebody.",
                      WRITABLE, writable_values, choose=unowned),
        root=True,
    ),
    Check(
        "fs-suid",
        "what lends its owner's rights is from packages, and known",
        ("suid", "mounts"),
        _suid,
        FindingSeverity.MEDIUM,
        FindingKind.EXPOSURE,
        Controls(("7.1.13",), (), ("AC-6(1)",), ("8.3",)),
        Remedy(
            "Find out who put it there; remove it, take the bit away (chmod a-s), or take it into the baseline.",
            by_hand="a package brought it, or it is a way to root: the baseline is what has to be looked at",
            choose=lent,
        ),
        root=True,
    ),
    Check(
        "disk-crypt",
        "data lies on encrypted disks",
        ("protections", "hardware"),
        _crypt,
        FindingSeverity.INFO,
        applies="hosts with disks of their own",
        controls=Controls((), ("3.5.1",), ("SC-28(1)",), ("8.24",)),
        remedy=Remedy(
            "Encrypt at the next installation, or attest that the storage below does.",
            by_hand="a disk is encrypted when it is made, and what is on it has to be moved off and back",
        ),
    ),
)  # fmt: skip
