"""The topic ``accounts``: accounts and groups of a host's own files, and in what state the passwords are.

Parts: ``passwd`` and ``group`` (the files), ``limit`` (login.defs: where people's numbers begin), ``home`` (``ls -ldn``
of the homes) and ``shadow``, without what only root may know: ``P`` and the name of its method stand where there was a
hash, ``L`` for one that is locked; and those of :mod:`~tui_ops.collectors.facts.nameswitch`. Accounts that a directory
tells of are in no item: that they were not looked at is said.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, text, texts
from tui_ops.collectors.facts.nameswitch import unread_sources
from tui_ops.collectors.vitals import whole
from tui_ops.model.facts import FactReading, Field, Fields

TOPIC, WHAT = "accounts", "accounts"

ACCOUNTS_LIMIT = 4_000
"""Accounts and groups of one host that are kept: a host of a university has a few hundred of its own."""

FIRST_UID, LAST_UID = 1_000, 60_000
"""Numbers of people's accounts where login.defs says nothing else."""

FILE_BYTES = 200_000
"""Bytes of passwd and of group that the probe reads."""

DAYS_LIMIT = 200_000
"""Days since 1970 that are believed: until the year 2517."""

PASSWD_FIELDS, SHADOW_FIELDS, SHADOW_LEAST = 7, 9, 5
"""Fields of a line. The C library takes a line of passwd with four, and one of shadow with five, the old form:
whoever looks only for whole ones does not see an account that is there."""

NAME_LIMIT = 64
"""Characters of an account's or a group's name: Linux allows 32, before cleaning."""

MENTIONS_LIMIT = 40_000
"""Groups of all accounts together, ten for each: four hundred groups of one number, which four thousand accounts have,
would fill a hundred megabytes.
"""

PASSWORD_FIELDS = (
    "password", "hash", "password_changed", "password_min_days", "password_max_days", "inactive_days", "expires",
)  # fmt: skip
"""What the part ``shadow`` brings."""

NOISE = frozenset({"hash"})
"""By which method a password is kept changes with the password alone, and that is told by its day."""

_NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")
_SETTING = re.compile(r"(UID_MIN|UID_MAX)\s+([0-9]{1,10})", re.ASCII)
_MODE = re.compile(r"[dl]([r-][w-][xsS-])([r-][w-][xsS-])([r-][w-][xtT-])", re.ASCII)
_STATES = {"": "empty", "*": "none", "!": "locked", "!!": "locked", "L": "locked", "P": "set"}
_METHODS = {"Py": "yescrypt", "Pgy": "gost-yescrypt", "P6": "sha512", "P2b": "bcrypt", "P5": "sha256", "P1": "md5"}
"""What is left of a hash is its method, as crypt(5) marks it; of another one ``P`` alone."""


def parse_accounts(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    for part in ("passwd", "group"):
        found.doubt(part, FILE_BYTES)
    items = Items(ACCOUNTS_LIMIT)
    groups = _groups(found)
    by_number, by_member = _memberships(groups)
    mentions = 0
    homes, shadow = _homes(found), _shadow(found)
    first, last = _limits(found)
    for line in found.of("passwd"):
        fields = [text(one) for one in line.split(b":", PASSWD_FIELDS - 1)]
        entry = _account(fields + [""] * (PASSWD_FIELDS - len(fields)), first, last) if len(fields) >= 4 else None
        if entry is None:
            continue
        fields += [""] * (PASSWD_FIELDS - len(fields))
        name = text(fields[0], NAME_LIMIT)
        if not items.has_room(name):
            continue
        entry["groups"] = of = texts([*by_number.get(_number(fields[3]), ()), *by_member.get(name, ())])
        mentions += len(of)
        if mentions > MENTIONS_LIMIT:
            del entry["groups"]
            found.whole.discard("group")
        # PAM asks no shadow where passwd itself says that there is no password.
        open_to_all: Fields = {"password": "empty"} if not fields[1] else {}
        items.add_another(name, entry | homes.get(fields[5], {}) | shadow.get(name, {}) | open_to_all)
    twice = _twice(found)
    for group, (number, members) in groups.items():
        entries: Fields = {"entries": twice[group]} if group in twice else {}
        items.add(f"group {group}", {"gid": number, "members": texts(members), **entries})
    parts = {
        "passwd": Part(),
        "group": Part(("group ",), fields=("groups",)),
        "home": Part((), fields=("home_mode", "home_uid")),
        "shadow": Part((), "states of passwords", PASSWORD_FIELDS),
    }
    return reading(TOPIC, WHAT, found, items, parts, tuple(unread_sources(found)))


def _account(fields: list[str], first: int, last: int) -> Fields | None:
    """Return what a line of passwd says, people's numbers going from ``first`` to ``last``; None for one that is none,
    such as those that call in a directory.
    """
    uid, gid = (_number(one) for one in fields[2:4])
    if uid is None or gid is None or not fields[0] or fields[0][0] in "+-#":
        return None
    return {
        "uid": uid,
        "gid": gid,
        "title": fields[4],
        "home": fields[5],
        "shell": fields[6],
        "login": may_login(fields[6]),
        "system": uid != 0 and not first <= uid <= last,
        "shadowed": fields[1] == "x",
    }


def _number(said: str) -> int | None:
    """Return a number as the C library takes it, with blanks, a sign or zeros before it: ``+0`` is root too."""
    sign, digits = said[:1], said.lstrip("+-")
    if not digits.isascii() or not digits.isdigit() or len(said) - len(digits) > 1:
        return None
    number = whole(digits.lstrip("0").encode() or b"0")
    return number if sign != "-" or number == 0 else None


def may_login(shell: str) -> bool:
    """Return whether an account with this shell can be worked with."""
    return shell.rpartition("/")[2] not in _NO_SHELLS


def _groups(found: Body) -> dict[str, tuple[int, list[str]]]:
    groups: dict[str, tuple[int, list[str]]] = {}
    for line in found.of("group"):
        fields = line.split(b":")
        number = whole(fields[2]) if len(fields) == 4 else None
        if number is not None and len(groups) < ACCOUNTS_LIMIT:
            members = [text(one, NAME_LIMIT) for one in fields[3].split(b",", LIST_LIMIT)[:LIST_LIMIT] if one.strip()]
            groups.setdefault(text(fields[0], NAME_LIMIT), (number, members))
    return groups


def _twice(found: Body) -> dict[str, int]:
    """Return the groups that have more than one line, of which the first counts, with how many they have."""
    lines = Counter(text(line.partition(b":")[0], NAME_LIMIT) for line in found.of("group"))
    return {name: count for name, count in lines.items() if count > 1}


def _memberships(groups: dict[str, tuple[int, list[str]]]) -> tuple[dict[int | None, list[str]], dict[str, list[str]]]:
    """Return the groups of each number and of each member, a bounded list of each."""
    by_number: dict[int | None, list[str]] = {}
    by_member: dict[str, list[str]] = {}
    for group, (number, members) in groups.items():
        for of in (by_number.setdefault(number, []), *(by_member.setdefault(name, []) for name in members)):
            if len(of) < LIST_LIMIT:
                of.append(group)
    return by_number, by_member


def _limits(found: Body) -> tuple[int, int]:
    limits = {"UID_MIN": FIRST_UID, "UID_MAX": LAST_UID}
    for line in found.of("limit"):
        setting = _SETTING.match(text(line))
        if setting:
            limits[setting[1]] = int(setting[2])
    return limits["UID_MIN"], limits["UID_MAX"]


def _homes(found: Body) -> dict[str, Fields]:
    """Return mode and owner of each home: ``drwxr-xr-x 2 1000 1000 4096 Jan 1 00:00 /home/anna``."""
    homes: dict[str, Fields] = {}
    for line in found.of("home"):
        fields = line.split(None, 8)
        mode = _MODE.match(text(fields[0])) if len(fields) == 9 else None
        uid = whole(fields[2]) if mode else None
        if mode and uid is not None:
            homes[text(fields[8])] = {"home_mode": _octal(mode.groups()), "home_uid": uid}
    return homes


def _octal(triples: tuple[str, ...]) -> str:
    digits = [
        sum(value for value, sign in zip((4, 2, 1), triple, strict=True) if sign in "rwxst") for triple in triples
    ]
    special = sum(value for value, triple in zip((4, 2, 1), triples, strict=True) if triple[2] in "sStT")
    return f"{special}{''.join(map(str, digits))}"


def _shadow(found: Body) -> dict[str, Fields]:
    states: dict[str, Fields] = {}
    for line in found.of("shadow"):
        fields = line.split(b":")
        if len(fields) not in (SHADOW_LEAST, SHADOW_FIELDS):
            continue
        fields += [b""] * (SHADOW_FIELDS - len(fields))
        mark = text(fields[1], 3)
        method = _METHODS.get(mark, "other" if mark == "P" else "")
        kept: Fields = {"hash": method} if method else {}
        # Of two lines the first counts.
        states.setdefault(text(fields[0], NAME_LIMIT), {
            **kept,
            # Any other mark is no hash that a password could match.
            "password": "set" if mark in _METHODS else _STATES.get(mark, "locked" if mark.startswith("!") else "none"),
            "password_changed": _day(fields[2]),
            "password_min_days": _days(fields[3]),
            "password_max_days": _days(fields[4]),
            "inactive_days": _days(fields[6]),
            "expires": _day(fields[7]),
        })  # fmt: skip
    return states


def _days(word: bytes) -> Field:
    value = whole(word)
    return value if value is not None and value <= DAYS_LIMIT else None


def _day(word: bytes) -> Field:
    """Return a day as 2026-01-31; None for none."""
    days = whole(word)
    if not days or days > DAYS_LIMIT:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)).date().isoformat()
