"""The checks of passwords: that there is one, how old it may grow, and how it is kept."""

from datetime import timedelta

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import (
    INACTIVE,
    INACTIVE_NEW,
    LOCK_EMPTY,
    MAX_AGE,
    MAX_AGE_NEW,
    SET_TODAY,
    account_of,
    told,
)
from tui_ops.practices.security.checks.accountsread import (
    ACCOUNTS,
    DIRECTORIES,
    NO_DIRECTORIES,
    PASSWD,
    SHADOW,
    day,
    settled_here,
    today,
    with_passwords,
)
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Remedy,
    Scene,
    Way,
)
from tui_ops.practices.security.checks.logindefs import login_defs
from tui_ops.practices.security.checks.plain import BY_HAND, listed, names, number, settled, word

POLICY = "authpolicy"

STACKS = ("common-password", "system-auth", "password-auth", "base-password")
"""Stacks of PAM in which pam_unix is told how to keep a new password."""

METHODS = {
    "yescrypt": "yescrypt", "gost_yescrypt": "gost-yescrypt", "sha512": "sha512", "blowfish": "bcrypt",
    "sha256": "sha256", "md5": "md5", "bigcrypt": "bigcrypt", "des": "des", "bcrypt": "bcrypt",
    "gost-yescrypt": "gost-yescrypt",
}  # fmt: skip
"""What pam_unix and login.defs call a method, to our name for it."""

GOOD_METHODS = ("yescrypt", "gost-yescrypt", "sha512", "bcrypt")
"""Methods that take their time."""

PLANNED = "sha512"
"""The method that the plan names: every libcrypt of the last fifteen years knows it, yescrypt only newer ones."""

_WHERE = (PASSWD, SHADOW)
"""What of a directory would tell of further passwords."""

_AHEAD = timedelta(days=1)
"""A day in another zone may be ahead of ours."""


def _empty(scene: Scene) -> Judgement:
    accounts = with_passwords(scene)
    seen = [
        Seen(one.item, f"{one.item} has an empty password: whoever names it is in", data={"account": one.name})
        for one in accounts
        if one.state == "empty"
    ]
    wrong = f"{len(seen)} accounts have an empty password: {names([one.object for one in seen])}"
    return settled_here(scene, _WHERE, f"none of {len(accounts)} accounts has an empty password", wrong, seen)


def _setting(scene: Scene, item: str) -> str:
    """Return a setting of the host's rules; empty where it is not set.

    Raises:
        NotReadable: nobody could look.
    """
    read = scene.read(POLICY)
    read.looked(item)
    return word(read.items.get(item), "value")


def _days(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _was(days: int | None) -> int:
    """Return days as chage takes them: -1 for none."""
    return -1 if days is None or days < 0 else days


def _age(scene: Scene) -> Judgement:
    most = int(scene.number("max_age_days"))
    seen = []
    people = [one for one in with_passwords(scene) if one.state == "set"]
    for one in people:
        days = number(one.fields, "password_max_days")
        if days is None or days > most:
            said = "never" if days is None or days >= 99_999 else f"after {days} days"
            text = f"the password of {one.item} ends {said}, not within {most}"
            seen.append(Seen(one.item, text, data={"account": one.name, "days": most, "was": _was(days)}))
    new = _days(_setting(scene, "defs PASS_MAX_DAYS"))
    if new is None or new > most:
        text = f"login.defs lets new passwords live {new if new is not None else 'without end'}, not {most} days"
        seen.append(Seen("login.defs", text, FindingSeverity.LOW, data={"days": most, **BY_HAND}))
    well = f"{len(people)} passwords and all new ones end within {most} days"
    return settled_here(scene, _WHERE, well, f"{len(seen)} passwords live too long", seen)


def _inactive(scene: Scene) -> Judgement:
    most = int(scene.number("inactive_days"))
    seen = []
    people = [one for one in with_passwords(scene) if one.state == "set"]
    for one in people:
        days = number(one.fields, "inactive_days")
        if days is None or days > most:
            said = "stays open" if days is None else f"is shut {days} days"
            text = f"{one.item} {said} after its password ended, not within {most} days"
            seen.append(Seen(one.item, text, data={"account": one.name, "days": most, "was": _was(days)}))
    new = _days(_setting(scene, "useradd INACTIVE"))
    if new is None or new > most:
        said = "stay open" if new is None else f"are shut {new} days"
        text = f"new accounts {said} after their password ended, not within {most} days"
        seen.append(Seen("useradd", text, FindingSeverity.LOW, data={"days": most, **BY_HAND}))
    well = f"{len(people)} accounts and all new ones are shut {most} days after their password ended"
    return settled_here(scene, _WHERE, well, f"{len(seen)} accounts stay open too long", seen)


def _future(scene: Scene) -> Judgement:
    latest = today(scene) + _AHEAD
    seen = []
    accounts = [one for one in with_passwords(scene) if one.state == "set"]
    for one in accounts:
        changed = day(word(one.fields, "password_changed"))
        if changed is not None and changed > latest:
            text = f"the password of {one.item} was changed on {changed.isoformat()}, which is still to come"
            seen.append(Seen(one.item, text, data={"account": one.name, "was": changed.isoformat()}))
    wrong = f"{len(seen)} passwords were changed in the future"
    return settled_here(
        scene, _WHERE, f"none of {len(accounts)} passwords was changed in the future", wrong, seen
    )  # fmt: skip


def _kept(scene: Scene) -> Judgement:
    good = frozenset(scene.words("hash_methods"))
    seen = []
    for place, method, by_default in _new_methods(scene):
        if method not in good:
            text = f"new passwords are kept by {method or 'a method that is not said'} ({place})"
            seen.append(Seen(place, text, data={} if by_default and PLANNED in good else BY_HAND))
    try:
        accounts = [one for one in with_passwords(scene) if one.state == "set"]
    except NotReadable as error:
        return settled("", seen[0].text if seen else "", seen, ["account "], error.message, error.topics)
    for one in accounts:
        kept = word(one.fields, "hash")
        if not kept:
            raise NotReadable("how passwords are kept has not been read yet", (ACCOUNTS,))
        if kept not in good:
            text = f"the password of {one.item} is kept by {kept if kept != 'other' else 'an old method'}"
            seen.append(Seen(f"account {one.item}", text, data={"account": one.name, **BY_HAND}))
    wrong = f"{len(seen)} passwords or rules have a weak method"
    return settled_here(scene, _WHERE, f"{len(accounts)} passwords and all new ones are kept well", wrong, seen)


def _new_methods(scene: Scene) -> list[tuple[str, str, bool]]:
    """Return by which method each stack keeps a new password, and whether that is the method of login.defs.

    pam_unix decides, login.defs where it says nothing.
    """
    read = scene.read(POLICY)
    read.looked("defs ENCRYPT_METHOD")
    default = METHODS.get(word(read.items.get("defs ENCRYPT_METHOD"), "value").lower(), "")
    found = []
    for stack in STACKS:
        for rule in listed(read.items.get(f"pam {stack}"), "rules"):
            words = rule.split()
            if words[:1] == ["password"] and any(one.endswith("pam_unix.so") for one in words):
                said = [METHODS[one] for one in words if one in METHODS]
                found.append((f"pam {stack}", said[-1] if said else default, not said))
    if not found:
        if not read.items:
            raise NotForThis("this host has no rules for passwords")
        found.append(("login.defs", default, True))
    return found


def _new_ages(seen: Seen) -> Way | None:
    """Return the way of the rule for new accounts, which chage does not reach."""
    return Way(MAX_AGE_NEW, told("days")) if seen.object == "login.defs" else None


def _new_inactive(seen: Seen) -> Way | None:
    return Way(INACTIVE_NEW, told("days")) if seen.object == "useradd" else None


def _empty_way(seen: Seen) -> Way | None:
    root = Way(by_hand="root's own password may be the last way in at the console: a person sets a new one")
    return root if account_of(seen)["account"] == "root" else None


MEDIUM, LOW = FindingSeverity.MEDIUM, FindingSeverity.LOW

CHECKS_OF_PASSWORDS: tuple[Check, ...] = (
    Check(
        "acct-emptypw", "no account has an empty password", (ACCOUNTS,), _empty, FindingSeverity.CRITICAL,
        controls=Controls(("7.2.2",), ("2.2.2", "8.3.1"), ("CM-6(b)", "IA-5(1)(a)"), ("5.17",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Lock the account until its owner sets a password.", LOCK_EMPTY, account_of, choose=_empty_way
        ),
        root=True,
    ),
    Check(
        "acct-maxage", "passwords end", (ACCOUNTS, POLICY), _age, MEDIUM,
        controls=Controls(("5.4.1.1",), ("8.3.9",), ("IA-5(1)(d)",), ("5.17",)),
        remedy=Remedy(
            "Set the greatest age of the password, and PASS_MAX_DAYS in login.defs for new ones.",
            MAX_AGE,
            told("account", "days", "was"),
            choose=_new_ages,
        ),
        parameters={"max_age_days": 365, DIRECTORIES: NO_DIRECTORIES}, pci={"max_age_days": 90}, root=True,
    ),
    Check(
        "acct-inactive", "an account is shut when its password has ended for long", (ACCOUNTS, POLICY), _inactive,
        MEDIUM,
        controls=Controls(("5.4.1.5",), ("8.2.6",), ("AC-2(3)", "IA-4(e)"), ("5.18",)),
        remedy=Remedy(
            "Set after how many days the account is shut, and useradd -D -f for new ones.",
            INACTIVE,
            told("account", "days", "was"),
            choose=_new_inactive,
        ),
        parameters={"inactive_days": 45, DIRECTORIES: NO_DIRECTORIES}, pci={"inactive_days": 90}, root=True,
    ),
    Check(
        "acct-future", "no password was changed in the future", (ACCOUNTS,), _future, LOW,
        controls=Controls(("5.4.1.6",), ("8.3.5",), (), ("5.17",)),
        parameters={DIRECTORIES: NO_DIRECTORIES},
        remedy=Remedy(
            "Look at the host's clock; then have the password set anew, so that its age counts.",
            SET_TODAY,
            told("account", "was"),
        ),
        root=True,
    ),
    Check(
        "acct-hash", "passwords are kept by a slow method", (ACCOUNTS, POLICY), _kept, MEDIUM,
        applies="hosts with rules for passwords",
        controls=Controls(("5.4.1.4",), ("8.3.2",), ("IA-5(1)(c)",), ("5.17",)),
        remedy=Remedy(
            "Name yescrypt or sha512 with pam_unix, then have the old passwords set anew.",
            login_defs("ENCRYPT_METHOD", PLANNED.upper()),
            by_hand="only whoever knows a password can have it kept anew, and a wrong line of PAM shuts everybody out",
        ),
        parameters={"hash_methods": list(GOOD_METHODS), DIRECTORIES: NO_DIRECTORIES}, root=True,
    ),
)  # fmt: skip
"""In the order of the reference's table."""
