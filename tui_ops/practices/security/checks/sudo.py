"""The checks of sudo and su: who becomes root, how he proves who he is, and what is written down of it."""

import re
from collections.abc import Sequence

from tui_ops.model.facts import Field
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import LEAVE, told
from tui_ops.practices.security.checks.accountsread import (
    ACCOUNTS,
    DIRECTORIES,
    GROUP,
    GROUPS,
    NO_DIRECTORIES,
    SUDO_RULES,
    accounts_of,
    directories,
    settled_here,
    why_directories,
)
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
)
from tui_ops.practices.security.checks.pam import rules_of
from tui_ops.practices.security.checks.plain import BY_HAND, known_mapping, listed, names, settled, word
from tui_ops.practices.security.checks.sudoplans import SU, SUDO_PTY, written_way
from tui_ops.practices.security.checks.sudorules import People, aliases_of, is_for, is_reading, rule_of

SUDOERS, POLICY, PACKAGES = "sudoers", "authpolicy", "packages"

PTY_SINCE = (1, 9, 14)
"""The version of sudo from which on use_pty is on by itself, by its NEWS."""

_EVERYTHING = re.compile(r"(?:^|[\s,:)])ALL$", re.ASCII)
_EXEMPT = re.compile(r"(?<!!)\bexempt_group\s*=\s*\S", re.ASCII)
"""A group that is asked for no password, nor held to any path: sudoers(5)."""

_VERSION = re.compile(r"(?:\d+:)?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)


def _sudoers(scene: Scene) -> Read:
    """Return the rules of sudo.

    Raises:
        NotReadable: they take privilege.
        NotForThis: there is no sudo.
    """
    read = scene.read(SUDOERS)
    if not read.items:
        read.whole()
        raise NotForThis("there is no sudo on this host")
    read.looked("/etc/sudoers ")
    return read


def _elsewhere(read: Read) -> list[str]:
    """Return the files that are included and were not read."""
    return [one.strip() for one in read.unread if one]


def _settled(
    scene: Scene, read: Read, well: str, wrong: str, seen: list[Seen], doubtful: Sequence[str] = ()
) -> Judgement:  # fmt: skip
    """Return a judgement of all rules. What stands in a file that was not read may be any of them.

    Args:
        scene: of the host.
        read: the rules.
        well: what is said where nothing is wrong.
        wrong: where something is.
        seen: what is wrong.
        doubtful: objects of which it can't be said before it is known whom this desk logs in as.
    """
    left = _elsewhere(read)
    strangers = directories(scene.reads.get(ACCOUNTS), scene, SUDO_RULES)
    unread = [""] if read.unread or read.cut else strangers
    need = f"included and not read: {names(left)}" if left else "not all rules of sudo were read"
    need = why_directories(strangers) if unread and unread == strangers else need
    if doubtful and not unread:
        need = "it is not known yet whom this desk logs in as; R reads the host again"
    return settled(well, wrong, seen, [*unread, *doubtful], need, (SUDOERS,))


def _no_password(scene: Scene) -> Judgement:
    read = _sudoers(scene)
    accounts = accounts_of(scene.read(ACCOUNTS))
    people = People(accounts, aliases_of(read.items.values()), frozenset(scene.words("service_accounts")))
    login = str(scene.known.get("login") or "")
    seen, doubtful, readings, programs = [], list[str](), 0, 0
    for item in sorted(read.items):
        fields = read.items[item]
        if word(fields, "kind") != "rule" or fields.get("nopasswd") is not True:
            continue
        rule = rule_of(item, fields)
        if is_reading(rule) and (not login or is_for(rule, login)):
            readings += 1
            doubtful += [] if login else [rule.text]
            continue
        found = people.among(rule.who)
        if not found:
            programs += 1
            continue
        # With everything in it, it is root's whole right.
        severity = None if _EVERYTHING.search(rule.commands) else FindingSeverity.MEDIUM
        text = f"{names(found)} becomes another account without a password: {rule.text[:160]}"
        seen.append(Seen(rule.text, text, severity, data={"file": rule.file, "who": ",".join(found)[:120]}))
    well = "whoever uses sudo gives a password"
    if programs or readings:
        well += f"; {programs} rules of programs and {readings} of this desk's readings need none"
    wrong = f"{len(seen)} rules of people ask for no password"
    return _settled(scene, read, well, wrong, seen, doubtful)


def _defaults(read: Read) -> list[tuple[str, str, str]]:
    """Return whom a default is for (empty: for all), its text, and the item."""
    return [
        (word(fields, "who"), word(fields, "text"), item)
        for item, fields in sorted(read.items.items())
        if word(fields, "kind") == "defaults"
    ]


def _no_question(scene: Scene) -> Judgement:
    read = _sudoers(scene)
    seen = [
        Seen(text, f"sudo asks {who or 'nobody'} for {'no' if who else 'a'} password: {text[:160]}")
        for who, text, _ in _defaults(read)
        if re.search(r"!\s*authenticate\b", text)
    ]
    seen += [
        Seen(text, f"sudo asks a whole group for no password: {text[:160]}")
        for _, text, _ in _defaults(read)
        if _EXEMPT.search(text)
    ]
    wrong = f"{len(seen)} settings of sudo ask for no password"
    well = "no setting of sudo does away with the password"
    return _settled(scene, read, well, wrong, seen)


def _written_down(scene: Scene) -> Judgement:
    read = _sudoers(scene)
    said = [text for who, text, _ in _defaults(read) if not who]
    options = [one for text in said for one in _options(text)]
    seen = []
    if "!use_pty" in options or ("use_pty" not in options and not _has_pty(scene)):
        is_off: dict[str, Field] = {"off": "yes"} if "!use_pty" in options else {}
        text = "a program that sudo runs can go on with the terminal: no use_pty"
        seen.append(Seen("use_pty", text, data=is_off))
    has_log = any(one.startswith("logfile=") for one in options)
    if "!syslog" in options and not has_log:
        seen.append(Seen("log", "what sudo runs is written down nowhere: no syslog, and no logfile", data=BY_HAND))
    well = "sudo gives what it runs a terminal of its own, and writes it down"
    wrong = "sudo neither parts terminals nor writes down what it runs"
    return _settled(scene, read, well, wrong, seen)


def _options(text: str) -> list[str]:
    """Return the options of a default, blanks around their signs left out; what is quoted is of no matter here."""
    plain = re.sub(r'"[^"]*"', '""', text.removeprefix("Defaults"))
    return [re.sub(r"\s*([=!])\s*", r"\1", one.strip()) for one in plain.split(",")]


def _has_pty(scene: Scene) -> bool:
    read = scene.reads.get(PACKAGES)
    fields = next((read.items[one] for one in ("sudo", "sudo-ldap") if one in read.items), None) if read else None
    found = _VERSION.match(word(fields, "version"))
    return found is not None and tuple(map(int, found.groups())) >= PTY_SINCE


def _su(scene: Scene) -> Judgement:
    read = scene.read(POLICY)
    rules = rules_of(read, "su")
    if rules is None:
        raise NotForThis("there is no su, or no PAM, on this host")
    bounds = [
        rule
        for rule in rules
        if rule.kind in ("auth", "account")
        and rule.module == "pam_wheel.so"
        and rule.control in ("required", "requisite")
        and "deny" not in rule.arguments
    ]
    if not bounds:
        return settled(
            "", "every account may try to become root by su", [Seen("", "every account may try to become root by su")]
        )
    accounts = scene.read(ACCOUNTS)
    accounts.looked(f"{GROUP}root")
    group = bounds[0].argument("group") or ("wheel" if f"{GROUP}wheel" in accounts.items else "root")
    members = _members(accounts, group)
    approved = known_mapping(scene, "admins") or {}
    strange = [one for one in members if one not in listed(approved, group) and one != "root"]
    seen = [
        Seen(
            f"{one} in {group}",
            f"{one} may become root by su, and is not among those who may",
            data={"account": one, "group": group, **BY_HAND},
        )
        for one in strange
    ]
    well = f"su is for the group {group} alone: {names(members) or 'nobody'}"
    return settled_here(scene, (GROUPS,), well, f"{names(strange)} may become root by su", seen)


def _members(read: Read, group: str) -> list[str]:
    """Return who is in a group, those too whose own group it is."""
    found = dict.fromkeys(listed(read.items.get(f"{GROUP}{group}"), "members"))
    found |= dict.fromkeys(one.name for one in accounts_of(read) if group in one.groups)
    return sorted(found)


def _admins(scene: Scene) -> Judgement:
    read = scene.read(ACCOUNTS)
    read.looked(f"{GROUP}root")
    if "groups" in read.unread_fields:
        raise NotReadable("the groups of this host were not read whole")
    approved = known_mapping(scene, "admins") or {}
    groups = [one for one in scene.words("admin_groups") if f"{GROUP}{one}" in read.items]
    members = {group: [one for one in _members(read, group) if one != "root"] for group in groups}
    filled = {group: of for group, of in members.items() if of}
    if filled and not approved:
        said = "; ".join(f"{group}: {names(of)}" for group, of in filled.items())
        raise NotReadable(f"the inventory does not say who belongs there (security: admins:): {said}"[:300])
    seen = [
        Seen(
            f"{one} in {group}",
            f"{one} is in {group}, and not among those who belong there",
            data={"account": one, "group": group},
        )
        for group, of in filled.items()
        for one in of
        if one not in listed(approved, group)
    ]
    count = sum(map(len, filled.values()))
    wrong = f"{len(seen)} accounts are in groups of root's power unasked"
    well = f"{count} members of {names(groups) or 'no group'}, as the inventory has it"
    return settled_here(scene, (GROUPS,), well, wrong, seen)


_NO_ROOT = "whoever has no password would be root no more, and this desk, which gives none, may be among them"
"""Why rules by which sudo asks for no password are left to people."""

HIGH, LOW = FindingSeverity.HIGH, FindingSeverity.LOW

ADMIN_GROUPS: Field = ["sudo", "wheel", "admin", "docker", "lxd", "incus-admin", "libvirt", "disk", "shadow"]
"""Groups whose members are root, or can make themselves root."""

CHECKS_OF_SUDO: tuple[Check, ...] = (
    Check(
        "sudo-nopasswd", "people give a password to sudo", (SUDOERS, ACCOUNTS), _no_password, HIGH, FindingKind.ACCESS,
        applies="hosts with sudo",
        controls=Controls(("5.2.4",), ("2.2.6",), ("IA-11",), ("8.2", "8.5")),
        remedy=Remedy(
            "Take NOPASSWD out of the rule with visudo, or give what needs it an account of its own.",
            by_hand=_NO_ROOT,
        ),
        parameters={"service_accounts": [], DIRECTORIES: NO_DIRECTORIES}, root=True,
    ),
    Check(
        "sudo-noauth", "no setting does away with sudo's password", (SUDOERS, ACCOUNTS), _no_question, HIGH,
        FindingKind.ACCESS,
        applies="hosts with sudo",
        controls=Controls(("5.2.5",), (), ("IA-11",), ("8.5",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy("Take !authenticate out of the Defaults with visudo.", by_hand=_NO_ROOT),
        root=True,
    ),
    Check(
        "sudo-pty-log", "sudo parts terminals, and writes down what it runs", (SUDOERS, PACKAGES, ACCOUNTS),
        _written_down, LOW,
        applies="hosts with sudo",
        controls=Controls(("5.2.2", "5.2.3"), ("2.2.6",), ("AU-12",), ("8.15",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Set use_pty, and syslog or a logfile, in a file of /etc/sudoers.d.", SUDO_PTY, choose=written_way
        ),
        root=True,
    ),
    Check(
        "sudo-su", "su is for a group that is empty or known", (POLICY, ACCOUNTS), _su, LOW,
        applies="hosts with su and PAM",
        controls=Controls(("5.2.7",), ("2.2.6",), ("AC-6",), ("8.2",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy("Bound su to an empty group with pam_wheel, so that sudo, which is logged, is the way.", SU,
                      choose=lambda seen: Way(LEAVE, told("account", "group")) if seen.data.get("group") else None),
    ),
    Check(
        "sudo-members", "groups of root's power have the members that they should", (ACCOUNTS,), _admins, HIGH,
        FindingKind.ACCESS,
        controls=Controls((), ("7.2.5",), ("AC-2(7)", "AC-6(7)"), ("5.18", "8.2")),
        remedy=Remedy(
            "Take the account out of the group, or name it in security: admins: of the inventory.", LEAVE,
            told("account", "group"),
        ),
        parameters={"admin_groups": ADMIN_GROUPS, DIRECTORIES: NO_DIRECTORIES},
    ),
)  # fmt: skip
"""In the order of the reference's table."""
