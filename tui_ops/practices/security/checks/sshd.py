"""What sshd is set to, for the checks that judge it: in effect where root may ask, else as the files have it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Judgement, NotForThis, NotReadable, Read, Scene
from tui_ops.practices.security.checks.plain import (
    BY_HAND,
    OncePerReading,
    flag,
    listed,
    names,
    settled,
    takes,
)
from tui_ops.practices.security.checks.sshdothers import (
    ALIASES,
    MATCH,
    OTHER,
    OTHER_BLOCK,
    OTHER_ITEM,
    TOPIC,
    others_of,
    said_in,
    unread_others,
)

FILES_OPTIONS = "sshd_config -o"
"""The item of what stands on the command line of an sshd that runs: it wins over the files, and ``sshd -T`` is not told
of it."""

COMMAND_LINE = "-o"
"""Stands for criteria with these."""

VALUE_SHOWN = 80
"""Characters of a value in a line for people."""

DEFAULTS: Mapping[str, str] = {
    "permitrootlogin": "prohibit-password", "permitemptypasswords": "no", "passwordauthentication": "yes",
    "kbdinteractiveauthentication": "yes", "maxauthtries": "6", "clientaliveinterval": "0", "clientalivecountmax": "3",
    "logingracetime": "120", "maxstartups": "10:30:100", "hostbasedauthentication": "no", "ignorerhosts": "yes",
    "permituserenvironment": "no", "disableforwarding": "no", "loglevel": "INFO", "authenticationmethods": "any",
    "usepam": "no", "allowusers": "", "allowgroups": "",
}  # fmt: skip
"""What sshd does where nothing is written: sshd_config(5) of OpenSSH 7.4 and later."""

SPELT: Mapping[str, str] = {
    "permitrootlogin": "PermitRootLogin", "permitemptypasswords": "PermitEmptyPasswords",
    "passwordauthentication": "PasswordAuthentication", "maxauthtries": "MaxAuthTries",
    "kbdinteractiveauthentication": "KbdInteractiveAuthentication", "clientaliveinterval": "ClientAliveInterval",
    "clientalivecountmax": "ClientAliveCountMax", "logingracetime": "LoginGraceTime", "maxstartups": "MaxStartups",
    "hostbasedauthentication": "HostbasedAuthentication", "ignorerhosts": "IgnoreRhosts",
    "permituserenvironment": "PermitUserEnvironment", "disableforwarding": "DisableForwarding",
    "loglevel": "LogLevel", "authenticationmethods": "AuthenticationMethods",
}  # fmt: skip

_TIME = re.compile(r"(?:[0-9]{1,9}[smhdwSMHDW]?){1,6}", re.ASCII)
_SPAN = re.compile(r"([0-9]{1,9})([smhdwSMHDW]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Sshd:
    """The settings of a host's sshd."""

    settings: Mapping[str, str]
    """By name in small letters; what was said several times stands with blanks between."""
    blocks: tuple[tuple[str, Mapping[str, str]], ...]
    """Match blocks by their criteria, with what they set; what an sshd was given when it was started; and an sshd that
    reads another file, with the defaults where nothing is set."""
    is_effective: bool
    """Whether sshd itself said it."""
    blocks_known: bool
    """Whether all of the files could be read for Match blocks."""
    need: str = ""
    """What was not read, or takes privilege, in words."""
    is_there: bool = True
    """Whether there is one that reads the usual file, and not only others."""

    def value(self, name: str, criteria: str = "") -> str:
        """Return a setting, or what sshd does without it.

        Args:
            name: in small letters.
            criteria: of a block: then it is the setting of the sshd that the block belongs to.
        """
        settings = self.settings
        if criteria.startswith(OTHER):
            file = criteria.partition(OTHER_BLOCK)[0]
            settings = next((said for one, said in self.blocks if one == file), {})
        return settings.get(name) or DEFAULTS.get(name, "")

    @property
    def how(self) -> str:
        """Return by what it was judged, in words."""
        return "as sshd -T says" if self.is_effective else "as its files have it"


def sshd_of(scene: Scene) -> Sshd:
    """Return the settings of a host's sshd.

    Raises:
        NotReadable: neither could sshd be asked, nor could all of its files be read.
        NotForThis: there is no sshd.
    """
    return _made(scene.read(TOPIC))


def _make(read: Read) -> Sshd:
    settings = {name: fields for name, fields in read.items.items() if not name.startswith((MATCH, "sshd_config"))}
    is_effective = any(flag(fields, "effective") for fields in settings.values())
    files = read.items.get("sshd_config")
    left = listed(files, "left")
    if not is_effective and (files is None or left):
        if files is None and not read.unread and not settings:
            if others_of(read):
                return Sshd({}, tuple(_blocks(read)), False, not unread_others(read), unread_others(read), False)
            raise NotForThis("there is no sshd on this host")
        if left:
            raise NotReadable(f"sshd_config includes {names(left)}, which was not read", (TOPIC,))
        raise NotReadable(takes(read), (TOPIC,))
    blocks_known = (files is not None and not left) or (files is None and not read.unread)
    need = f"sshd_config includes {names(left)}, which was not read" if left else f"Match blocks: {takes(read)}"
    others = unread_others(read)
    if others:
        blocks_known, need = False, others
    return Sshd(
        {ALIASES.get(name, name): " ".join(listed(fields, "value")) for name, fields in _by_age(settings)},
        tuple(_blocks(read)),
        is_effective,
        blocks_known,
        need,
    )


_made = OncePerReading(_make)


def _by_age(settings: Mapping[str, Fields]) -> list[tuple[str, Fields]]:
    """Return the settings so that the present name of one comes after an older one, and counts."""
    return sorted(settings.items(), key=lambda one: one[0] not in ALIASES)


def _blocks(read: Read) -> list[tuple[str, Mapping[str, str]]]:
    blocks: list[tuple[str, Mapping[str, str]]] = []
    for name in sorted(read.items):
        if name.startswith((MATCH, FILES_OPTIONS)):
            blocks.append((name[len(MATCH) :] if name.startswith(MATCH) else COMMAND_LINE, said_in(read.items[name])))
        elif name.startswith(OTHER_ITEM) and OTHER_BLOCK in name:
            blocks.append((name.removeprefix("sshd_config "), said_in(read.items[name])))
    others = [(one.criteria, {**DEFAULTS, **one.settings}) for one in others_of(read) if one.is_read]
    return sorted([*blocks, *others], key=lambda one: one[0])


def is_other(criteria: str) -> bool:
    """Return whether criteria stand for an sshd that reads another file, and for everybody there."""
    return criteria.startswith(OTHER) and OTHER_BLOCK not in criteria


def in_block(criteria: str) -> str:
    """Return where a setting of a block stands, in words."""
    if criteria == COMMAND_LINE:
        return "on its command line"
    return f"in an sshd that runs with {criteria}" if criteria.startswith(OTHER) else f"in the block Match {criteria}"


def seconds(said: str) -> int | None:
    """Return a time as sshd spells it, ``90``, ``1m`` or ``1h30m``, in seconds; None for ``none`` and what is none."""
    if not _TIME.fullmatch(said):
        return None
    return sum(int(count) * _UNITS[unit.lower()] for count, unit in _SPAN.findall(said))


@dataclass(frozen=True, slots=True)
class Want:
    """What a setting has to be."""

    name: str
    is_well: Callable[[str], bool]
    """Of the value in small letters."""
    says: str
    """What is wrong with another value, in words that go on from it: ``lets root log in``."""
    wanted: str = ""
    """A value that is well, for the plan."""
    severity: Callable[[str], FindingSeverity] | None = None
    """Of a value that is not well, in small letters; None: that of the check."""


def judge(scene: Scene, *wants: Want) -> Judgement:
    """Hold settings against what they have to be, for everybody and in each Match block.

    Args:
        scene: of the host.
        wants: of which each is a finding of its own; where there is one, its finding has no object but the block's.

    Raises:
        CheckEnds: it can't be said.
    """
    sshd = sshd_of(scene)
    seen = []
    for want in wants:
        value = sshd.value(want.name)
        if sshd.is_there and not want.is_well(value.lower()):
            at = "" if len(wants) == 1 else want.name
            seen.append(_seen(want, at, value, f"for everybody, {sshd.how}"))
        for criteria, said in sshd.blocks:
            if want.name in said and not want.is_well(said[want.name].lower()):
                at = f"{MATCH}{criteria}" if len(wants) == 1 else f"{want.name} {MATCH}{criteria}"
                seen.append(_seen(want, at, said[want.name], in_block(criteria)))
    return finished(sshd, seen, [want.name for want in wants])


def _seen(want: Want, at: str, value: str, where: str) -> Seen:
    text = f"{SPELT.get(want.name, want.name)} {value[:VALUE_SHOWN] or 'unset'} {want.says} ({where})"
    severity = want.severity(value.lower()) if want.severity else None
    data: dict[str, Field] = {"setting": want.name, "value": value[:VALUE_SHOWN], "wanted": want.wanted}
    # A drop-in does not reach into a block.
    return Seen(at, text, severity, data={**data, **(BY_HAND if MATCH in at else {})})


def finished(sshd: Sshd, seen: list[Seen], settings: list[str]) -> Judgement:
    """Return a judgement of settings: where Match blocks could not be read there is no pass.

    Raises:
        NotReadable: nothing wrong was seen, and blocks could not be read.
    """
    unread = [] if sshd.blocks_known else [MATCH, *(f"{name} {MATCH}" for name in settings)]
    well = ", ".join(f"{SPELT.get(name, name)} {sshd.value(name) or 'unset'}" for name in settings)
    well = (
        f"{well} ({sshd.how})" if sshd.is_there else "only such as read another file run there, and those are well set"
    )
    wrong = f"{len(seen)} settings of sshd are too loose"
    return settled(well, wrong, seen, unread, sshd.need, (TOPIC,))
