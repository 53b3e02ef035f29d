"""Rules of sudo, taken apart as far as the checks need it: who, and by which tags."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.model.filepaths import is_sshd_file
from tui_ops.practices.security.checks.accountsread import Account
from tui_ops.practices.security.checks.plain import word

ALIASES_DEEP = 8
"""Aliases within aliases that are followed."""

WHO_LIMIT = 400
"""Names of one rule or alias that are followed."""

_WORD = re.compile(r'"[^"]{0,200}"|(?:\\.|[^\s,=\\])+|,|=')
_DROP_IN = "/etc/sudoers.d/tui-ops"
_READING = re.compile(
    r"/(?:usr/)?s?bin/timeout [0-9]{1,3} /(?:usr/)?s?bin/(?:nice -n [0-9]{1,2} )?([a-z0-9-]{1,30})(?: (.*))?", re.ASCII
)
_READERS: Mapping[str, tuple[str, ...]] = {
    "sed": ("-E -e s/:!",), "find": ("/", "-L /", "-H /"), "sysctl": ("-a",),
    "nft": ("-s list ruleset",),
    "iptables-save": ("",), "ip6tables-save": ("",), "ss": ("-ltunpe",), "docker": ("ps ",), "podman": ("ps ",),
    "vgs": ("--noheadings ",), "lvs": ("--noheadings ",), "journalctl": ("-q --no-pager ",), "stat": ("-L -c ",),
    "sha256sum": ("/",), "head": ("-c 8193 /",), "smartctl": ("--json=c -n standby -H -A -i ",), "lastb": ("-w -i ",),
    "auditctl": ("-s", "-l"), "aa-status": ("",), "fail2ban-client": ("status",), "needrestart": ("-b -r l",),
    "grep": ("-sacE ",),
}  # fmt: skip
"""Programs of the drop-in that tui-ops makes, with how their words begin there: another one in that file is judged as
any rule is. A test reads the whole drop-in by this."""

_OF_AN_SSHD: Mapping[str, tuple[str, str]] = {"sshd": ("-T", "-T -f "), "grep": ("", "-aH . ")}
"""Programs that read what an sshd is set to: the words with which they stand alone there, and those before its file."""

_NEVER = ("\n",)
"""What no rule begins with."""

_RUNNERS = re.compile(r"-exec(?:dir)? (?!grep |stat |sed -s -n -e /-BEGIN\.CERTIFICATE-/F )|-ok |-delete|-fprint|-fls")
"""What makes a program of find do more than read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of sudo."""

    item: str
    file: str
    text: str
    who: tuple[str, ...]
    """Names, ``%group``, ``#1000``, ``+netgroup``, an alias, ``ALL``; what is excepted begins with ``!``."""
    commands: str
    """All behind the first ``=``: whom it becomes, tags, commands."""


def rule_of(item: str, fields: Fields) -> Rule:
    """Return a rule of the topic ``sudoers``."""
    said = word(fields, "text")
    left, commands = _parted(said)
    return Rule(item, word(fields, "file"), said, tuple(_list(left)), commands)


def _parted(said: str) -> tuple[list[str], str]:
    """Return the words before the first ``=`` that is not escaped, and what stands behind it."""
    words: list[str] = []
    for found in _WORD.finditer(said):
        if found[0] == "=":
            return words, said[found.end() :].strip()
        words.append(found[0])
    return words, ""


def _list(words: list[str]) -> list[str]:
    """Return the first list among words: names, each after a comma but the first."""
    names: list[str] = []
    is_due = True
    for one in words:
        if one == ",":
            is_due = True
        elif is_due and len(names) < WHO_LIMIT:
            names.append(one.strip('"').replace("\\ ", " "))
            is_due = False
        else:
            break
    return names


def aliases_of(items: Iterable[Fields]) -> dict[str, tuple[str, ...]]:
    """Return the user aliases by name: ``User_Alias A = x, y : B = z``."""
    found: dict[str, tuple[str, ...]] = {}
    for fields in items:
        said = word(fields, "text")
        if word(fields, "kind") != "alias" or not said.startswith("User_Alias"):
            continue
        for part in said.removeprefix("User_Alias").split(":"):
            name, sign, members = part.partition("=")
            if sign and name.strip():
                found[name.strip()] = tuple(_list([one[0] for one in _WORD.finditer(members)]))
    return found


class People:
    """Who a rule is about, by the accounts of the host.

    Args:
        accounts: of the host.
        aliases: of users.
        programs: accounts that are named as those of programs, though their numbers are people's.
    """

    def __init__(
        self, accounts: Iterable[Account], aliases: dict[str, tuple[str, ...]], programs: frozenset[str]
    ) -> None:
        self._accounts = {one.name: one for one in accounts}
        self._by_uid = {str(one.uid): one.name for one in self._accounts.values()}
        self._aliases = aliases
        self._programs = programs

    def among(self, who: Iterable[str], deep: int = 0) -> list[str]:
        """Return the people among those whom a rule names, and what may hold people: groups, netgroups, ``ALL``.

        Args:
            who: as a rule has it.
            deep: aliases that were followed so far.
        """
        found: dict[str, None] = {}
        for one in who:
            if one.startswith("!"):
                continue
            if one in self._aliases and deep < ALIASES_DEEP:
                found |= dict.fromkeys(self.among(self._aliases[one], deep + 1))
            elif one.startswith("#"):
                found |= dict.fromkeys(self._person(self._by_uid.get(one[1:], one)))
            elif one.startswith(("%", "+")) or one == "ALL":
                found[one] = None
            else:
                found |= dict.fromkeys(self._person(one))
        return list(found)[:WHO_LIMIT]

    def _person(self, name: str) -> list[str]:
        """Return the name, if it is one of a person: one that this host's files don't know may be a directory's."""
        account = self._accounts.get(name)
        if name in self._programs or name == "root" or (account is not None and not account.is_person):
            return []
        return [name]


def is_reading(rule: Rule) -> bool:
    """Return whether a rule stands in the drop-in of tui-ops and does no more than what that reads: one program that
    reads, for so many seconds, as root. For whom it is, :func:`is_for` says.
    """
    commands = rule.commands.removeprefix("(root)").strip().removeprefix("NOPASSWD:").strip()
    read = _READING.fullmatch(commands)
    if rule.file != _DROP_IN or read is None or _RUNNERS.search(commands) or re.search(r"(?<!\\)[*?,]", commands):
        return False
    words = (read[2] or "").replace("\\", "")
    return words.startswith(_READERS.get(read[1], _NEVER)) or _is_of_an_sshd(read[1], words)


def _is_of_an_sshd(program: str, words: str) -> bool:
    """Return whether a command reads what an sshd is set to, and no other file than one that may be one's settings."""
    alone, start = _OF_AN_SSHD.get(program, ("", ""))
    if alone and words == alone:
        return True
    return bool(start) and words.startswith(start) and is_sshd_file(words.removeprefix(start))


def is_for(rule: Rule, account: str) -> bool:
    """Return whether a rule is for this account and for nobody else."""
    return [re.sub(r"\\(.)", r"\1", one) for one in rule.who] == [account]
