"""What root is asked for on a host: every line, and which of them he would run.

A line is one command with constant words, for at most so many seconds; beside them there are only the files that the
inventory names, those that a further sshd reads, and the host's own disks. The probe's sections call the same lines (a
test holds the two together).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.filepaths import is_file_path, is_sshd_file

SECTION = "privilege"

DISKS_LIMIT = 48
"""Disks of one host: as many as the probe asks for their health."""

SSHDS_LIMIT = 4
"""Further files that sshds of one host read: as many as the section ``sshdconf`` asks for."""

LINES_LIMIT = 600
"""Lines of one body: four for each of 64 files, and some more."""

WHY_OPEN = {
    "key": "has a line with -----BEGIN, as keys and certificates do: root reads no such file; give sshd another one",
    "link": "is a link: name the file by the place that it leads to",
    "owner": "does not belong to root: its owner could put a link to any file there, which root would read",
    "writable": "may be written to by others than root: they could put a link to any file there, which root would read",
    "unnamed": "is named by no unit and no script of init: a process may call itself anything, and root opens nothing "
    "for that; have sshd started by one",
    "unseen": "can't be looked at by this login: nobody knows who may write to the folders on its way",
}
"""Why root is not asked for a file that the inventory names, or an sshd reads, by the section's word for it."""

NOT_TOLD = "the host has not said who may write to the folders on its way"
"""The same where the section said nothing of a file."""

_KEY_FILES = "*/.ssh/authorized_keys*"
_STATE = ("-exec", "stat", "-c", "%a %u %g %F/%U/%G%n", "{}", "+")
_METHODS = ("y", "gy", "6", "2b", "5", "1")
_STRUCK_OUT = (
    "-e", "s/:!+[^:]{3,}:/:L:/",
    *(word for one in _METHODS for word in ("-e", f"s/:[$]{one}[$][^:]+:/:P{one}:/")),
    "-e", "s/:[^:]{12,}:/:P:/",
)  # fmt: skip
"""What sed leaves of a hash: the sign of its method as crypt(5) has it, or nothing but that there is one."""

_COLUMNS = "\t".join(f"{{{{.{name}}}}}" for name in ("ID", "Names", "Image", "State", "Status", "Ports"))


@dataclass(frozen=True, slots=True)
class RootLine:
    """One command that root runs for us."""

    seconds: int
    program: str
    words: tuple[str, ...]
    what: str
    """What it tells, in words for people."""
    section: str
    """The section that asks for it."""


def _find(what: str, section: str, seconds: int, *words: str) -> RootLine:
    return RootLine(seconds, "find", words, what, section)


def _containers(program: str) -> RootLine:
    return RootLine(8, program, ("ps", "-a", "--format", _COLUMNS), "containers", "containers")


def _lvm(program: str, columns: str) -> RootLine:
    words = ("--noheadings", "--nameprefixes", "--units", "b", "-o", columns)
    return RootLine(5, program, words, "volumes of LVM", "volumes")


_WRITTEN = ("-exec", "stat", "-c", "%Y %s %n", "{}", "+")

_LOCAL = ("ext4", "xfs", "btrfs", "ext3", "ext2", "zfs", "f2fs", "jfs", "tmpfs", "overlay")
"""Filesystems that are looked through: those of other machines may hang, and those of the kernel hold no files. It is
asked of folders alone, since a file of an overlay may have a number that no mount has.
"""

_PASSED = ("*/var/lib/docker", "*/var/lib/containers", "*/var/lib/containerd", "*/var/lib/kubelet", "*/.snapshots",
           "*/.zfs")  # fmt: skip
"""Folders of containers and of snapshots."""

_ALL_FILES = (
    "/", "-type", "d", "(", *(word for kind in _LOCAL for word in ("!", "-fstype", kind)), ")", "-prune",
    "-o", "(", *[word for place in _PASSED for word in ("-o", "-path", place)][1:], ")", "-prune",
    "-o", "!", "-type", "l", "(", "-type", "f", "-perm", "/6000", "-o", "-type", "f", "-perm", "-2",
    "-o", "-type", "d", "-perm", "-2", "!", "-perm", "-1000", "-o", "-nouser", "-o", "-nogroup", ")",
    "(", "-path", "*[[:cntrl:]]*", "-printf", "%y %m %u:%U %g:%G //%D/%i\\n",
    "-o", "-printf", "%y %m %u:%U %g:%G %p\\n", ")",
)  # fmt: skip
"""What ``find`` looks for: rights that are lent, what everybody may write to, and what is nobody's."""

ROOT_LINES: tuple[RootLine, ...] = (
    RootLine(
        5,
        "sed",
        ("-E", *_STRUCK_OUT, "/etc/shadow"),
        "states of passwords, never their hashes",
        "accounts",
    ),
    _find(
        "authorised keys of all accounts", "authkeys", 10, "-H", "/root", "/home", "/var/lib", "-maxdepth", "3",
        "-path", _KEY_FILES, "-type", "f", "-size", "+63k", "-print",
        "-o", "-path", _KEY_FILES, "-type", "f", "-exec", "grep", "-aH", ".", "{}", "+",
        "-o", "-type", "l", "-path", _KEY_FILES, "-print", "-o", "-type", "l", "-name", ".ssh", "-print",
        "-o", "-path", "/root", "-print",
    ),
    _find(
        "sudo rules", "sudoers", 5, "-L", "/etc/sudoers", "/etc/sudoers.d", "-maxdepth", "1",
        "-type", "f", "-exec", "grep", "-aH", ".", "{}", "+",
    ),
    RootLine(5, "sshd", ("-T",), "effective settings of sshd", "sshdconf"),
    _find(
        "written settings of sshd", "sshdconf", 5, "/etc/ssh", "-maxdepth", "2",
        "-path", "*/sshd_config*", "-type", "f", "-exec", "grep", "-aH", ".", "{}", "+",
    ),
    _find(
        "mode of the boot loader's file", "modes", 5, "/boot", "-maxdepth", "2",
        "-name", "grub.cfg", *_STATE, "-o", "-name", "user.cfg", *_STATE,
    ),
    _find(
        "modes of files in homes", "modes", 10, "-H", "/root", "/home", "/var/lib", "-maxdepth", "3",
        "-path", _KEY_FILES, *_STATE,
        "-o", "-name", ".rhosts", *_STATE, "-o", "-name", ".shosts", *_STATE, "-o", "-name", ".netrc", *_STATE,
        "-o", "-path", "/root", "-print",
    ),
    RootLine(
        8,
        "journalctl",
        ("-q", "--no-pager", "-o", "short-unix", "-n", "2000", "--since=-24h", "-t", "sshd", "-t", "sshd-session"),
        "tries to log in",
        "logins",
    ),
    RootLine(8, "lastb", ("-w", "-i", "--time-format", "iso", "-n", "1000"), "tries to log in", "logins"),
    RootLine(5, "sysctl", ("-a",), "all settings of the kernel", "sysctl"),
    _find(
        "crontabs of accounts", "schedules", 5, "/var/spool", "/etc/crontabs", "-maxdepth", "3",
        "-name", "atjobs", "-prune", "-o", "-path", "*/cron*/*", "-type", "f",
        "-exec", "grep", "-aH", ".", "{}", "+", "-o", "-path", "/var/spool", "-print",
    ),
    RootLine(5, "nft", ("-s", "list", "ruleset"), "rules of the packet filter", "firewall"),
    RootLine(5, "iptables-save", (), "rules of the packet filter", "firewall"),
    RootLine(5, "ip6tables-save", (), "rules of the packet filter", "firewall"),
    RootLine(8, "ss", ("-ltunpe",), "programs of listening sockets", "sockets"),
    _containers("docker"),
    _containers("podman"),
    _lvm("vgs", "vg_name,vg_attr,vg_size,vg_free,vg_missing_pv_count,lv_count"),
    _lvm("lvs", "vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent,origin,pool_lv"),
    RootLine(
        8,
        "journalctl",
        ("-q", "--no-pager", "-p", "err", "-o", "short-unix", "-n", "500", "--since=-5min"),
        "errors in the journal",
        "journal",
    ),
    RootLine(5, "fail2ban-client", ("status",), "jails of fail2ban", "protections"),
    RootLine(5, "fail2ban-client", ("status", "sshd"), "what the jail for sshd reads", "protections"),
    RootLine(5, "auditctl", ("-s",), "state of the audit daemon", "protections"),
    RootLine(5, "auditctl", ("-l",), "rules of audit", "protections"),
    RootLine(5, "aa-status", (), "profiles of AppArmor", "protections"),
    _find(
        "databases of AIDE and queues of rsyslog", "protections", 5,
        "/var/spool", "/var/lib/aide", "/var/log/aide", "/var/lib/tripwire", "-maxdepth", "2",
        "-type", "f", "-path", "*/rsyslog/*", *_WRITTEN, "-o", "-type", "f", "-path", "*/aide/*", *_WRITTEN,
        "-o", "-type", "f", "-path", "*/tripwire/*", *_WRITTEN, "-o", "-path", "/var/spool", "-print",
    ),
    RootLine(
        5,
        "grep",
        ("-sacE", "found.(NO.)?differences|All.files.match", "/var/log/aide/aide.log"),
        "whether the last run of AIDE compared anything",
        "protections",
    ),
    RootLine(
        5,
        "grep",
        ("-sacE", "^[[:space:]]*password(_pbkdf2)?[[:space:]]|^GRUB2_PASSWORD=",
         "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/grub2/user.cfg"),
        "how many passwords the boot loader has",
        "protections",
    ),
    RootLine(25, "needrestart", ("-b", "-r", "l"), "services that run with deleted libraries", "patches"),
    RootLine(120, "nice", ("-n", "19", "find", *_ALL_FILES), "files with rights of others", "suid"),
    _find(
        "certificates that lie beside keys", "certfiles", 10, "-L", "/etc/letsencrypt/live", "/etc/ssl", "/etc/pki/tls",
        "/etc/nginx", "/etc/apache2", "/etc/httpd", "/etc/haproxy", "/etc/postfix", "/etc/dovecot", "/etc/pki",
        "-maxdepth", "3", "-type", "d", "(", "-name", "ca-trust", "-o", "-path", "*/ssl/certs", ")", "-prune",
        "-o", "-type", "f", "-size", "-64k", "(", "-name", "*.pem", "-o", "-name", "*.crt", "-o", "-name", "*.cer", ")",
        "-exec", "sed", "-s", "-n", "-e", "/-BEGIN.CERTIFICATE-/F", "-e", "/PRIVATE/,/-END/d",
        "-e", "/-BEGIN.CERTIFICATE-/,/-END.CERTIFICATE-/p", "{}", "+", "-o", "-path", "/etc/ssl", "-print",
    ),
)  # fmt: skip
"""The lines that are the same on every host, in the order in which the section ``privilege`` asks for them."""


def file_lines(path: str) -> tuple[RootLine, ...]:
    """Return the lines for a file of the inventory that only root may read."""
    return (
        RootLine(5, "stat", ("-L", "-c", "%a %U %G %s %F", path), f"state of {path}", "files"),
        RootLine(5, "sha256sum", (path,), f"hash of {path}", "files"),
        RootLine(5, "head", ("-c", "8193", path), f"content of {path}", "files"),
    )


def sshd_lines(path: str) -> tuple[RootLine, ...]:
    """Return the lines for an sshd that reads another file than the usual one: its settings, and what is written."""
    return (
        RootLine(5, "sshd", ("-T", "-f", path), f"effective settings of the sshd that reads {path}", "sshdconf"),
        RootLine(5, "grep", ("-aH", ".", path), f"written settings of the sshd that reads {path}", "sshdconf"),
    )


def disk_line(device: str, kind: str = "-") -> RootLine:
    """Return the line for a disk's health: its device, and the type where smartctl does not find that out itself."""
    typed = () if kind == "-" else ("-d", kind)
    words = ("--json=c", "-n", "standby", "-H", "-A", "-i", *typed, device)
    return RootLine(10, "smartctl", words, f"health of {device}", "smart")


@dataclass(frozen=True, slots=True)
class Privilege:
    """What a host says of itself for its drop-in."""

    user: str
    """The account that we log in as."""
    has_sudo: bool
    """Whether it has sudo, and knows us there."""
    programs: dict[str, str] = field(default_factory=dict)
    """Where each program is."""
    disks: tuple[tuple[str, str], ...] = ()
    """Device and type, ``-`` where smartctl finds that out itself."""
    allowed: frozenset[int] = frozenset()
    """Which of the lines root would run now, by their place in :func:`asked`, counted from 1."""
    refused: frozenset[int] = frozenset()
    """Which it would not; those whose program the host does not have are in neither."""
    safe: frozenset[int] = frozenset()
    """Files, by their place among those that were asked with, counted from 1, in whose place only root can put one."""
    system: str = ""
    """``ID`` and ``VERSION_ID`` of os-release; empty where it is not told."""
    open: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Other files to the word of :data:`WHY_OPEN` and the place that it is about."""
    sshds: tuple[str, ...] = ()
    """Files that further sshds read, in whose place only root can put one, and to which only he can write."""
    open_sshds: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Others that they read, to the word of :data:`WHY_OPEN` and the place that it is about."""


_PROGRAM = re.compile(r"/(?:usr/)?s?bin/([a-z0-9-]{1,30})", re.ASCII)
_SYSTEM = re.compile(r"[a-z0-9.]{1,40} [a-z0-9.]{0,20}", re.ASCII)
_DISK = re.compile(r"(/dev/[A-Za-z0-9/_-]{1,120}) (-|[A-Za-z0-9][A-Za-z0-9,+/_-]{0,39})", re.ASCII)


def parse_privilege(body: bytes) -> Privilege:
    """Read one run of the section ``privilege``.

    Raises:
        NothingUsable: it is no run of this section.
    """
    first, *lines = body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]
    if first != b"run privilege":
        raise NothingUsable("the host does not tell what root would run", "ask it again")
    told = _Told()
    for line in lines:
        word, _, rest = clean(line).partition(" ")
        told.take(word, rest)
    return Privilege(
        user=told.texts.get("user", ""),
        has_sudo=told.texts.get("sudo") == "yes",
        programs=told.programs,
        disks=tuple(told.disks),
        allowed=frozenset(told.numbers["may"] - told.numbers["not"]),
        refused=frozenset(told.numbers["not"]),
        safe=frozenset(told.numbers["safe"] - told.opened.keys()),
        system=told.texts.get("system", ""),
        open=told.opened,
        sshds=tuple(path for path in told.sshds if path not in told.open_sshds),
        open_sshds=told.open_sshds,
    )


class _Told:
    """What the lines of a run say, each taken as far as it makes sense."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.programs: dict[str, str] = {}
        self.disks: dict[tuple[str, str], None] = {}
        self.numbers: dict[str, set[int]] = {"may": set(), "not": set(), "safe": set()}
        self.opened: dict[int, tuple[str, str]] = {}
        self.sshds: dict[str, None] = {}
        self.open_sshds: dict[str, tuple[str, str]] = {}

    def take(self, word: str, rest: str) -> None:
        """Take one line: its first word, and what stands behind it."""
        if word in ("user", "sudo") or (word == "system" and _SYSTEM.fullmatch(rest)):
            self.texts.setdefault(word, rest)
        elif word == "program":
            name, _, path = rest.partition(" ")
            found = _PROGRAM.fullmatch(path)
            if found and found[1] == name:
                self.programs.setdefault(name, path)
        elif word == "disk":
            disk = _DISK.fullmatch(rest)
            if disk and len(self.disks) < DISKS_LIMIT:
                self.disks.setdefault((disk[1], disk[2]))
        elif word == "sshd" and is_sshd_file(rest) and len(self.sshds) < SSHDS_LIMIT:
            self.sshds.setdefault(rest)
        elif word == "sshdopen":
            _note_open_sshd(rest, self.open_sshds)
        elif word in self.numbers:
            self.numbers[word] |= _number(rest)
        elif word == "open":
            _note_open(rest, self.opened)


def _note_open(said: str, opened: dict[int, tuple[str, str]]) -> None:
    """Take ``N WHY PLACE``; a place that is none is left out."""
    fields = said.split(" ")
    for number in _number(said) if len(fields) == 3 and fields[1] in WHY_OPEN else ():
        opened.setdefault(number, (fields[1], fields[2] if is_file_path(fields[2]) or fields[2] == "/" else ""))


def _note_open_sshd(said: str, opened: dict[str, tuple[str, str]]) -> None:
    """Take ``WHY PLACE FILE``; a place that is none is left out."""
    why, _, rest = said.partition(" ")
    place, _, path = rest.partition(" ")
    if why in WHY_OPEN and is_sshd_file(path) and len(opened) < SSHDS_LIMIT:
        opened.setdefault(path, (why, place if is_file_path(place) or place == "/" else ""))


def _number(said: str) -> set[int]:
    """Return the number at the beginning; none where there is none, or where it is no line's."""
    number = whole(said.partition(" ")[0].encode("ascii", "replace"))
    return {number} if number is not None and number <= LINES_LIMIT else set()


def asked(files: Iterable[str], disks: Iterable[tuple[str, str]], sshds: Iterable[str] = ()) -> tuple[RootLine, ...]:
    """Return the lines in the order in which the section ``privilege`` numbers them.

    Args:
        files: paths of the inventory, as the section was asked with; one that it would not take is left out.
        disks: device and type of each, as the section told them.
        sshds: files that a further sshd reads, as the section told them.
    """
    named = (line for path in files if is_file_path(path) for line in file_lines(path))
    others = (line for path in sshds if is_sshd_file(path) for line in sshd_lines(path))
    return (*ROOT_LINES, *others, *named, *(disk_line(device, kind) for device, kind in disks))
