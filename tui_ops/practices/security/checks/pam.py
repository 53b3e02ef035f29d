"""The checks of what PAM asks: that guesses are stopped, and that new passwords are long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_ops.model.facts import Field
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotJudgeable,
    Read,
    Remedy,
    Scene,
)
from tui_ops.practices.security.checks.pamplans import BY_HAND as LEFT_TO_PEOPLE
from tui_ops.practices.security.checks.pamplans import DENY, MINLEN, length_way, lockout_way
from tui_ops.practices.security.checks.plain import BY_HAND, listed, settled, starting, word

POLICY = "authpolicy"

LOGIN_STACKS = ("common-auth", "system-auth", "password-auth", "base-auth")
"""The stacks that every login goes through: Debian's, Red Hat's two, Alpine's."""

PASSWORD_STACKS = ("common-password", "system-auth", "password-auth", "base-password")

FAILLOCK_DENY = 3
"""What pam_faillock does where nothing is written: faillock.conf(5)."""

QUALITY_MINLEN = 8
"""The same of pam_pwquality: pwquality.conf(5)."""

CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
"""Each that is above 0 makes a password count as longer than it is: pwquality.conf(5)."""


ASKING = ("pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so")
"""Modules that ask for a password and say whether it is right."""


def _ends_badly(control: str) -> bool:
    """Return whether a wrong password ends the stack at a rule of this control."""
    return control == "requisite" or re.search(r"\b(?:default|auth_err)=die\b", control) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a stack of PAM."""

    kind: str
    control: str
    module: str
    arguments: tuple[str, ...]

    def argument(self, name: str) -> str | None:
        """Return what stands behind ``name=``; the last one counts."""
        found = [one.partition("=")[2] for one in self.arguments if one.startswith(f"{name}=")]
        return found[-1] if found else None


def rules_of(read: Read, stack: str) -> list[Rule] | None:
    """Return the rules of a stack; None where there is no such stack.

    Raises:
        NotReadable: nobody could look.
    """
    read.looked(f"pam {stack}")
    fields = read.items.get(f"pam {stack}")
    return None if fields is None else list(_rules(listed(fields, "rules")))


def _rules(lines: list[str]) -> Iterator[Rule]:
    for line in lines:
        kind, _, rest = line.partition(" ")
        if rest.startswith("["):
            control, _, rest = rest.partition("]")
            control = f"{control}]"
        else:
            control, _, rest = rest.partition(" ")
        words = rest.split()
        if words:
            yield Rule(kind.lstrip("-").lower(), control.lower(), words[0].rpartition("/")[2], tuple(words[1:]))


def _stacks(read: Read, stacks: tuple[str, ...]) -> dict[str, list[Rule]]:
    """Return those of the stacks that there are.

    Raises:
        NotForThis: the host has no PAM.
        NotJudgeable: it has PAM, and none of these.
    """
    found = {stack: rules for stack in stacks if (rules := rules_of(read, stack)) is not None}
    if not found:
        if not any(True for _ in starting(read, "pam ")):
            raise NotForThis("this host has no PAM")
        raise NotJudgeable("none of the stacks that are known is there")
    return found


def _whole(said: str | None) -> int | None:
    said = (said or "").strip()
    digits = said[1:] if said.startswith("-") else said
    return int(said) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None


def _lockout(scene: Scene) -> Judgement:
    read = scene.read(POLICY)
    most = int(scene.number("lock_tries"))
    read.looked("faillock deny")
    written = word(read.items.get("faillock deny"), "value")
    seen, tries = [], 0
    for stack, rules in _stacks(read, LOGIN_STACKS).items():
        auth = [rule for rule in rules if rule.kind == "auth"]
        if not auth:
            continue
        wrong, deny = _locks(auth, rules, written)
        tries = max(tries, deny)
        by_hand = BY_HAND if wrong else {}
        if not wrong and not 0 < deny <= most:
            wrong = f"locks after {deny} tries, not within {most}" if deny else "never locks: deny is 0"
        if wrong:
            seen.append(Seen(f"pam {stack}", f"{stack} {wrong}", data={"tries": most, **by_hand, **_missing(wrong)}))
    wrong_text = f"{len(seen)} stacks of PAM do not stop guesses"
    return settled(f"an account is locked after {tries} wrong passwords", wrong_text, seen)


def _missing(wrong: str) -> dict[str, Field]:
    """Return what the plan goes by: whether the module that does it is not in the stack at all."""
    return {"missing": "yes"} if wrong.endswith((": no pam_faillock", ": no pam_pwquality")) else {}


def _locks(auth: list[Rule], rules: list[Rule], written: str) -> tuple[str, int]:
    """Return what is wrong with a stack, empty where it locks, and after how many tries it does."""
    places = [at for at, rule in enumerate(auth) if rule.module == "pam_faillock.so"]
    old = [rule for rule in auth if rule.module in ("pam_tally2.so", "pam_tally.so")]
    if old and not places:
        return "", _whole(old[0].argument("deny")) or 0
    counting = [at for at in places if "authfail" in auth[at].arguments]
    denied = [at for at, rule in enumerate(auth) if rule.module == "pam_deny.so"]
    if not places:
        return "does not count wrong passwords: no pam_faillock", 0
    if not counting or (denied and counting[0] > denied[0]):
        return "does not count wrong passwords: pam_faillock is not reached with authfail", 0
    first = min((at for at, rule in enumerate(auth) if rule.module in ASKING), default=len(auth))
    before = any("preauth" in auth[at].arguments and at < first for at in places)
    asked = before or any("authsucc" in auth[at].arguments for at in places)
    if any(rule.module in ASKING and _ends_badly(rule.control) for rule in auth[: counting[0]]):
        return "does not count wrong passwords: what asks for them ends the stack before pam_faillock", 0
    if not asked and not any(rule.kind == "account" and rule.module == "pam_faillock.so" for rule in rules):
        return "counts wrong passwords, and lets a locked account in: no preauth", 0
    said = next((auth[at].argument("deny") for at in counting if auth[at].argument("deny")), None)
    value = said or written
    return "", FAILLOCK_DENY if not value else _whole(value) or 0


def _length(scene: Scene) -> Judgement:
    read = scene.read(POLICY)
    least = int(scene.number("min_length"))
    read.looked("quality minlen")
    seen: list[Seen] = []
    lengths: list[int] = []
    for stack, rules in _stacks(read, PASSWORD_STACKS).items():
        passwords = [rule for rule in rules if rule.kind == "password"]
        if not passwords:
            continue
        wrong, length = _asks(passwords, read)
        lengths.append(length)
        by_hand = BY_HAND if wrong else {}
        if not wrong and length < least:
            wrong = f"takes passwords of {length} characters, less than {least}"
        if wrong:
            seen.append(Seen(f"pam {stack}", f"{stack} {wrong}", data={"length": least, **by_hand, **_missing(wrong)}))
    wrong_text = f"{len(seen)} stacks of PAM take short passwords"
    return settled(f"new passwords have at least {min(lengths, default=0)} characters", wrong_text, seen)


def _asks(rules: list[Rule], read: Read) -> tuple[str, int]:
    """Return what is wrong with a stack, empty where it asks for a length, and for which."""
    if any(rule.module == "pam_passwdqc.so" for rule in rules):
        raise NotJudgeable("pam_passwdqc asks for passwords in a way that this check does not know")
    asking = [rule for rule in rules if rule.module in ("pam_pwquality.so", "pam_cracklib.so")]
    if not asking:
        own = [_whole(rule.argument("minlen")) for rule in rules if rule.module == "pam_unix.so"]
        least = next((one for one in own if one), 0)
        return ("", least) if least else ("takes passwords of any length: no pam_pwquality", 0)
    rule = asking[0]
    setting = next((at for at, one in enumerate(rules) if one.module == "pam_unix.so"), len(rules))
    if rule.control not in ("required", "requisite") and not rule.control.startswith("["):
        return f"asks for long passwords, and takes short ones: {rule.module} is {rule.control}", 0
    if setting < rules.index(rule) and rules[setting].control == "sufficient":
        return "sets the new password before its length is asked for", 0
    written = read.items if rule.module == "pam_pwquality.so" else {}

    def value(name: str) -> int | None:
        said = rule.argument(name)
        return _whole(said if said is not None else word(written.get(f"quality {name}"), "value"))

    if value("enforcing") == 0:
        return "warns of short passwords, and takes them: enforcing is 0", 0
    length = value("minlen")
    counted = sum(max(0, value(name) or 0) for name in CREDITS)
    return "", max(0, (QUALITY_MINLEN if length is None else length) - counted)


CHECKS_OF_PAM: tuple[Check, ...] = (
    Check(
        "pam-lockout", "an account is locked after a few wrong passwords", (POLICY,), _lockout, FindingSeverity.MEDIUM,
        applies="hosts with PAM",
        controls=Controls(("5.3.3.1.1",), ("8.3.4",), ("AC-7(a)",), ("8.5",)),
        remedy=Remedy(
            "Bring pam_faillock into the stacks of logins (pam-auth-update, authselect), then set deny.",
            DENY,
            told("tries"),
            by_hand=LEFT_TO_PEOPLE,
            choose=lockout_way,
        ),
        parameters={"lock_tries": 4}, pci={"lock_tries": 10},
    ),
    Check(
        "pam-length", "new passwords are long", (POLICY,), _length, FindingSeverity.MEDIUM,
        applies="hosts with PAM",
        controls=Controls(("5.3.3.2.2",), ("8.3.6",), ("IA-5(1)(a)",), ("5.17",)),
        remedy=Remedy(
            "Bring pam_pwquality into the stack of passwords (libpam-pwquality), then set minlen.",
            MINLEN,
            told("length"),
            by_hand=LEFT_TO_PEOPLE,
            choose=length_way,
        ),
        parameters={"min_length": 14}, pci={"min_length": 12},
    ),
)  # fmt: skip
"""In the order of the reference's table."""
