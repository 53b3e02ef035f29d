"""The check of accounts that nobody uses any more."""

from datetime import UTC, date, datetime, timedelta

from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import SHUT, account_of
from tui_ops.practices.security.checks.accountsread import (
    ACCOUNTS,
    DIRECTORIES,
    NO_DIRECTORIES,
    PASSWD,
    Account,
    accounts_of,
    day,
    directories,
    today,
    why_directories,
)
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, Read, Remedy, Scene
from tui_ops.practices.security.checks.keysread import ANY, ELSEWHERE, KEYS, NOT_ELSEWHERE, SSHD, elsewhere, trusted
from tui_ops.practices.security.checks.plain import number, settled, takes, word

LOGINS = "logins"


def _dormant(scene: Scene) -> Judgement:
    since = today(scene) - timedelta(days=int(scene.number("dormant_days")))
    listed = frozenset(scene.words("dormant_listed"))
    accounts, logins = scene.read(ACCOUNTS), scene.read(LOGINS)
    keys, others = scene.reads.get(KEYS), elsewhere(scene)
    may_come = trusted(keys) > 0 or bool(others.unread)
    seen, unread, used = [], [], 0
    for one in accounts_of(accounts):
        if not one.is_person or one.name in listed:
            continue
        logins.looked(f"account {one.name}")
        last = _last(logins, one.name)
        if last is not None and last >= since:
            used += 1
            continue
        shut = _is_shut(one, accounts, keys, today(scene), may_come)
        made = day(word(one.fields, "password_changed"))
        if shut is True or (last is None and made is not None and made >= since):
            continue
        if shut is None or (last is None and made is None):
            # An account that was made last week has not been used either.
            unread.append(one.item)
            continue
        text = f"{one.item} has not logged in since {last.isoformat()}" if last else f"{one.item} has never logged in"
        seen.append(Seen(one.item, f"{text}, and is open", data={"account": one.name}))
    well = f"{used} accounts of people were used since {since.isoformat()}; the others are shut"
    wrong = f"{len(seen)} accounts of people are open and not used"
    strangers = directories(accounts, scene, PASSWD)
    need = _need(accounts, keys, others.need) if unread else why_directories(strangers)
    return settled(well, wrong, seen, [*unread, *strangers], need, (ACCOUNTS, KEYS))


def _need(accounts: Read, keys: Read | None, others: str) -> str:
    """Return why it can't be said of some accounts whether they are shut, in words."""
    if accounts.needs or keys is None:
        return takes(accounts)
    if trusted(keys):
        return (
            "certificates by an authority that sshd trusts may let in as an account whose password is locked: end those"
            " accounts that nobody needs (usermod -e 1)"
        )
    return others or takes(keys)


def _last(logins: Read, name: str) -> date | None:
    at = number(logins.items.get(f"account {name}"), "last")
    return datetime.fromtimestamp(at, UTC).date() if at is not None and 0 < at < 2**33 else None


def _is_shut(one: Account, accounts: Read, keys: Read | None, now: date, may_come: bool) -> bool | None:
    """Return whether nobody can log in to an account; None where that can't be seen.

    A locked password alone leaves the keys working, and certificates, which ``may_come`` says that there may be.
    """
    if "password" in accounts.unread_fields and "password" not in one.fields:
        return None
    ends = day(word(one.fields, "expires"))
    if ends is not None and ends <= now:
        return True
    if one.state in ("set", "empty"):
        return False
    if keys is None or not keys.knows(f"{one.name} "):
        return None
    if any(name.startswith(f"{one.name} ") for name in keys.items):
        return False
    return None if may_come or not keys.knows(f"{ANY} ") else True


CHECKS_OF_USE: tuple[Check, ...] = (
    Check(
        "acct-dormant", "accounts that nobody uses are shut", (ACCOUNTS, LOGINS, KEYS, SSHD), _dormant,
        FindingSeverity.MEDIUM, FindingKind.ACCESS,
        controls=Controls((), ("8.2.6",), ("AC-2(3)",), ("5.18",)),
        remedy=Remedy(
            "Ask whether it is still needed; else shut it: its password locked and the account ended, since keys go on "
            "working behind a locked password.",
            SHUT,
            account_of,
        ),
        parameters={
            "dormant_days": 90, "dormant_listed": [], DIRECTORIES: NO_DIRECTORIES, ELSEWHERE: NOT_ELSEWHERE,
        },
        root=True,
    ),
)  # fmt: skip
