"""The checks of accounts and groups: who there is, under which number, with which shell."""

from collections import defaultdict

from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import LOCK_PASSWORD, NO_SHELL, PWCONV, account_of, told
from tui_ops.practices.security.checks.accountsread import (
    ACCOUNTS,
    DIRECTORIES,
    GROUP,
    GROUPS,
    NO_DIRECTORIES,
    PASSWD,
    SHADOW,
    accounts_of,
    settled_here,
    with_passwords,
)
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotJudgeable, Remedy, Scene
from tui_ops.practices.security.checks.plain import flag, names, number, starting

CRITICAL, HIGH, MEDIUM, LOW = (
    FindingSeverity.CRITICAL, FindingSeverity.HIGH, FindingSeverity.MEDIUM, FindingSeverity.LOW,
)  # fmt: skip


def _uid_0(scene: Scene) -> Judgement:
    roots = [one for one in accounts_of(scene.read(ACCOUNTS)) if one.uid == 0]
    if not roots:
        raise NotJudgeable("no account has the number 0: that is no passwd of a Unix")
    seen = [
        Seen(one.item, f"{one.item} has the number 0, and is root by another name", data={"account": one.name})
        for one in roots
        if one.item != "root"
    ]
    wrong = f"{len(roots)} accounts have the number 0: {names([one.item for one in roots])}"
    return settled_here(scene, (PASSWD,), "root alone has the number 0", wrong, seen)


def _shadowed(scene: Scene) -> Judgement:
    accounts = accounts_of(scene.read(ACCOUNTS))
    seen = [
        Seen(
            one.item,
            f"the password of {one.item} stands in passwd, where everybody reads it",
            data={"account": one.name},
        )
        for one in accounts
        if not flag(one.fields, "shadowed")
    ]
    wrong = f"{len(seen)} accounts have a password in passwd itself"
    return settled_here(
        scene, (PASSWD,), f"the passwords of {len(accounts)} accounts are in shadow", wrong, seen
    )  # fmt: skip


def _duplicates(scene: Scene) -> Judgement:
    read = scene.read(ACCOUNTS)
    read.looked(f"{GROUP}root")
    uids, called, gids = defaultdict(list), defaultdict(list), defaultdict(list)
    accounts = accounts_of(read)
    for one in accounts:
        uids[one.uid].append(one.item)
        called[one.name].append(one.item)
    groups = list(starting(read, GROUP))
    seen = []
    for name, fields in groups:
        gids[number(fields, "gid")].append(name)
        if (number(fields, "entries") or 1) > 1:
            seen.append(Seen(f"group {name}", f"group has {number(fields, 'entries')} lines for {name}"))
    seen += [
        Seen(f"name {name}", f"passwd has {len(of)} lines for {name}") for name, of in called.items() if len(of) > 1
    ]
    # Who shares the number 0 is told by a check of its own.
    for what, table in (("uid", uids), ("gid", gids)):
        for at, of in table.items():
            if len(of) > 1 and at is not None and not (what == "uid" and at == 0):
                seen.append(Seen(f"{what} {at}", f"{names(of)} have the same number: {what} {at}"))
    well = f"{len(accounts)} accounts and {len(groups)} groups, none twice"
    return settled_here(scene, (PASSWD, GROUPS), well, f"{len(seen)} names or numbers are there twice", seen)


def _system_shells(scene: Scene) -> Judgement:
    programs = [one for one in accounts_of(scene.read(ACCOUNTS)) if one.is_system]
    seen = [
        Seen(
            one.item,
            f"{one.item} is an account of a program, and has the shell {one.fields.get('shell') or '/bin/sh'}",
            data={"account": one.name, "shell": str(one.fields.get("shell") or "/bin/sh")},
        )
        for one in programs
        if one.may_log_in
    ]
    wrong = f"{len(seen)} accounts of programs have a shell: {names([one.object for one in seen])}"
    return settled_here(
        scene, (PASSWD,), f"none of {len(programs)} accounts of programs has a shell", wrong, seen
    )  # fmt: skip


def _locked(scene: Scene) -> Judgement:
    shut = [one for one in with_passwords(scene) if not one.may_log_in]
    seen = [
        Seen(one.item, f"{one.item} has no shell, but a password that is not locked", data={"account": one.name})
        for one in shut
        if one.state in ("set", "empty")
    ]
    wrong = f"{len(seen)} accounts without a shell have a password: {names([one.object for one in seen])}"
    return settled_here(
        scene, (PASSWD, SHADOW), f"{len(shut)} accounts have no shell, and none a password", wrong, seen
    )  # fmt: skip


CHECKS_OF_ACCOUNTS: tuple[Check, ...] = (
    Check(
        "acct-uid0", "root alone has the number 0", (ACCOUNTS,), _uid_0, CRITICAL, FindingKind.ACCESS,
        controls=Controls(("5.4.2.1",), ("8.2.1",), ("IA-2", "IA-4(b)", "AC-6(5)"), ("5.16", "8.2")),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Find out who made the account and what it did; then give it a number of its own, or remove it.",
            by_hand="an intruder's account is evidence, an administrator's second one may be his only way in",
        ),
    ),
    Check(
        "acct-shadowed", "no password stands in passwd", (ACCOUNTS,), _shadowed, HIGH,
        controls=Controls(("7.2.1",), ("8.3.2",), ("IA-5(h)",), ("5.17",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Move the passwords to shadow with pwconv, and have the account's owner set a new one.",
            PWCONV,
        ),
    ),
    Check(
        "acct-dup", "no account, group or number is there twice", (ACCOUNTS,), _duplicates, MEDIUM,
        controls=Controls(("7.2.5", "7.2.6", "7.2.7", "7.2.8"), ("8.2.1",), ("IA-4",), ("5.16",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Give one of them a number or a name of its own, and its files with find -uid or -gid.",
            by_hand="which files are whose, where two had one number or name, only people know",
        ),
    ),
    Check(
        "acct-sysshell", "accounts of programs have no shell", (ACCOUNTS,), _system_shells, MEDIUM,
        controls=Controls(("5.4.2.7",), ("8.2.2",), ("AC-6",), ("5.18", "8.2")),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Give the account the shell nologin, after a look at what runs su or cron by it.",
            NO_SHELL,
            told("account", "shell"),
        ),
    ),
    Check(
        "acct-noshell-locked", "accounts without a shell have no password", (ACCOUNTS,), _locked, LOW,
        controls=Controls(("5.4.2.8",), (), (), ("5.18",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy("Lock the password of the account.", LOCK_PASSWORD, account_of),
        root=True,
    ),
)  # fmt: skip
"""In the order of the reference's table, those of passwords left out."""
