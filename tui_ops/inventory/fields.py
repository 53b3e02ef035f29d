"""What a single value of an inventory may be: functions from text to a checked value."""

import ipaddress
import re
import unicodedata
from pathlib import Path

from tui_ops.inventory.errors import did_you_mean, quoted
from tui_ops.inventory.locate import is_fleet_name, wrong_fleet_name
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.budgets import TARGET_RANGE
from tui_ops.model.clean import clean
from tui_ops.model.filepaths import PATH_LIMIT as FILE_PATH_LIMIT
from tui_ops.model.filepaths import is_file_path
from tui_ops.model.fleet import SecretRef
from tui_ops.model.people import Role
from tui_ops.model.units import parse_duration

PERIOD_RANGE_S = (1.0, 3600.0)
"""Vitals: faster than a second costs the host more than it tells, slower than an hour is no watching."""

SLOW_PERIOD_RANGE_S = (5.0, 86400.0)
"""Slow sections: each run costs forks; once a day is the least that is called watching."""

TITLE_LIMIT = 120
"""Characters of a title: what a wide screen shows on one line."""

LABEL_LIMIT = 200
"""Characters of a label's value."""

HOST_NAME_LIMIT = 253
"""Characters of a host's name or address: what DNS allows."""

PATH_LIMIT = 1000
"""Characters of the path of a key: far more than a person types."""

RUNBOOK_LIMIT = 20_000
"""Characters of a runbook that is written into the file; a longer one is a page of its own."""

RUNBOOK_LINE_LIMIT = 1000
"""Characters of one of its lines."""

SLO_OVER_S = 30 * 86400.0
"""The time over which a service's aim counts unless the file says otherwise: what is usual."""

SLO_OVER_RANGE_S = (3600.0, 90 * 86400.0)
"""Less than an hour is an alert; beyond a quarter nobody remembers what was bad."""

SLO_CHECKS_MAX = 50
"""Checks that say of one service whether it is good."""

_DURATION_LIMIT = 32
_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_IPV6_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,15}", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@\\$-]{0,63}", re.ASCII)
_UNIX_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,31}\$?", re.ASCII)
_LABEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,62}", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_HOP = re.compile(r"(?:(?P<user>.+)@)?(?:\[(?P<v6>[^\[\]]*)\]|(?P<name>[^:\[\]]*))(?::(?P<port>.*))?", re.DOTALL)
_ONLY_NUMBERS = re.compile(r"[0-9.]+", re.ASCII)
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%?", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

_DASH_HINT = "a leading '-' would be taken for an option"


DURATION_HINT = "write a number with a unit, such as 30s, 15m, 2h or 1h30m"


def fleet_name(text: str) -> str:
    """Return a fleet's name."""
    if not is_fleet_name(text):
        raise Wrong(*wrong_fleet_name(text))
    return text


def host_name(text: str) -> str:
    """Return a host's name, ranges expanded before."""
    if not _HOST_NAME.fullmatch(text) or len(text) > HOST_NAME_LIMIT:
        rule = f"use letters, digits, '.', '_' and '-', beginning with a letter or digit, at most {HOST_NAME_LIMIT}"
        raise Wrong(f"{quoted(text)} can't be a host's name", rule)
    return text


def name(text: str) -> str:
    """Return the name of a site, rack, group, service or operator."""
    if not _NAME.fullmatch(text):
        rule = "use letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 63"
        raise Wrong(f"{quoted(text)} can't be a name", rule)
    return text


def address(text: str) -> str:
    """Return a host's address: a name, an IP address or ``local``."""
    if text.startswith("-"):
        raise Wrong(f"{quoted(text)} can't be an address", _DASH_HINT)
    if not text:
        raise Wrong("the address is empty", "leave the line out to use the host's name")
    if ":" in text:
        return _ipv6(text)
    if not _ADDRESS.fullmatch(text) or len(text) > HOST_NAME_LIMIT:
        hint = "write a name or an IP address; user and port have lines of their own"
        raise Wrong(f"{quoted(text)} can't be an address", hint)
    if _ONLY_NUMBERS.fullmatch(text):
        try:
            ipaddress.IPv4Address(text)
        except ValueError as error:
            raise Wrong(f"{quoted(text)} is not an IPv4 address", "write four numbers of 0 to 255") from error
    return text


def _ipv6(text: str) -> str:
    bare, percent, zone = text.partition("%")
    try:
        ipaddress.IPv6Address(bare)
    except ValueError as error:
        hint = "a port stands on a line of its own ('port: 2222'), an IPv6 address without brackets"
        raise Wrong(f"{quoted(text)} can't be an address", hint) from error
    if percent and not _IPV6_ZONE.fullmatch(zone):
        raise Wrong(f"{quoted(text)} names no network interface after '%'", "write it as fe80::1%eth0")
    return text


def refuse_bracketed(text: str) -> None:
    """Raise where an address is an IPv6 address in brackets, which would be taken for a range."""
    inside = text[1:-1].partition("%")[0]
    if text.startswith("[") and text.endswith("]") and inside.count(":") >= 2:
        try:
            ipaddress.IPv6Address(inside)
        except ValueError:
            return
        raise Wrong(f"{quoted(text)} can't be an address", "write an IPv6 address without brackets")


def port(text: object) -> int:
    """Return a TCP port."""
    if not isinstance(text, str):
        raise Wrong("a port is one number", "write a number from 1 to 65535")
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= 65535:
        raise Wrong(f"{quoted(text)} is not a port", "write a number from 1 to 65535")
    return int(text)


def user(text: str) -> str:
    """Return the account to log in as."""
    if text.startswith("-"):
        raise Wrong(f"{quoted(text)} can't be a user", _DASH_HINT)
    if not _USER.fullmatch(text):
        raise Wrong(f"{quoted(text)} can't be a user", "write the name of an account")
    return text


def unix_user(text: str) -> str:
    """Return an account of the machine the engine runs on."""
    if not _UNIX_USER.fullmatch(text):
        raise Wrong(f"{quoted(text)} can't be an account's name", "write the account as 'id -un' prints it")
    return text


def hop(text: str) -> str:
    """Return a jump host, either a name of the inventory or ``user@address:port``."""
    if not is_literal_hop(text):
        return host_name(text)
    hop_parts(text)
    return text


def hop_parts(text: str) -> tuple[str | None, str, int | None]:
    """Return user, address and port of a jump host that is written as ``user@address:port``."""
    found = _HOP.fullmatch(text)
    if found is None:
        raise Wrong(f"{quoted(text)} can't be a jump host", "write a host's name, or user@address:port")
    account = user(found["user"]) if found["user"] is not None else None
    number = port(found["port"]) if found["port"] is not None else None
    where = _ipv6(found["v6"]) if found["v6"] is not None else address(found["name"])
    return account, where, number


def is_literal_hop(text: str) -> bool:
    """Return whether a jump host is written as an address and not by its name in the inventory."""
    return "@" in text or ":" in text


def identity(text: str) -> str:
    """Return the absolute path of a private key, ``~/`` followed; whether it is there, the login finds out."""
    path = str(Path.home() / text[2:]) if text.startswith("~/") else text
    if not path.startswith("/") or clean(path, PATH_LIMIT) != path:
        raise Wrong(f"{quoted(text)} can't be a key's path", "write an absolute path, or one that begins with '~/'")
    return path


def file_path(text: str) -> str:
    """Return the absolute path of a file on a host."""
    if not is_file_path(text):
        rule = f"write an absolute path of letters, digits and / . _ @ + : , = -, at most {FILE_PATH_LIMIT} characters"
        raise Wrong(f"{quoted(text)} can't be the path of a file to follow", rule)
    return text


def title(text: str) -> str:
    """Return a title; characters that would disturb a screen are made visible."""
    return clean(unicodedata.normalize("NFC", text), TITLE_LIMIT)


def label_name(text: str) -> str:
    """Return a label's name."""
    if not _LABEL_NAME.fullmatch(text):
        rule = "use letters, digits, '.', '_', '/' and '-', beginning with a letter or digit, at most 63"
        raise Wrong(f"{quoted(text)} can't be a label's name", rule)
    return text


def label_value(text: str) -> str:
    """Return a label's value, unchanged."""
    if clean(text, LABEL_LIMIT) != text:
        raise Wrong(
            f"the label's value {quoted(text)} is too long or holds characters that can't be shown",
            f"use at most {LABEL_LIMIT} visible characters",
        )
    return text


def period(text: object) -> float:
    """Return the seconds between two readings of a host's vitals."""
    return duration(text, PERIOD_RANGE_S, "1s to 1h")


def slow_period(text: object) -> float:
    """Return the seconds between two runs of a host's slow sections."""
    return duration(text, SLOW_PERIOD_RANGE_S, "5s to 24h")


def slo_target(text: object) -> float:
    """Return the share of its minutes in which a service is to be good, from a percentage: ``99.9``."""
    hint = f"write a percentage from {TARGET_RANGE[0] * 100:g} to {TARGET_RANGE[1] * 100:g}, such as 99.9"
    found = _PERCENTAGE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Wrong(f"{quoted(str(text))} is no percentage", hint)
    share = round(float(found[1]) / 100, 9)
    if not TARGET_RANGE[0] <= share <= TARGET_RANGE[1]:
        more = ": what may never fail has no budget" if share >= 1 else ""
        raise Wrong(f"{quoted(str(text))} can't be aimed at{more}", hint)
    return share


def slo_over(text: object) -> float:
    """Return over how many seconds the aim of a service counts."""
    return duration(text, SLO_OVER_RANGE_S, "1h to 90d")


def duration(text: object, allowed_s: tuple[float, float], in_words: str, hint: str = DURATION_HINT) -> float:
    """Return the seconds that a text such as ``1h30m`` stands for.

    Args:
        text: as the file has it.
        allowed_s: the least and the most, in seconds.
        in_words: these bounds as a person writes them.
        hint: what to write where it is no duration at all.

    Raises:
        Wrong: it is none, or out of bounds.
    """
    if not isinstance(text, str):
        raise Wrong("a duration is one value", hint)
    try:
        seconds = parse_duration(text[:_DURATION_LIMIT])
    except ValueError as error:
        raise Wrong(f"{quoted(text)} is not a duration", hint) from error
    if not allowed_s[0] <= seconds <= allowed_s[1] or len(text) > _DURATION_LIMIT:
        raise Wrong(f"{quoted(text)} is out of bounds", f"write {in_words}")
    return seconds


def role(text: object) -> Role:
    """Return an operator's role."""
    try:
        return Role(str(text))
    except ValueError as error:
        roles = ", ".join(Role)
        near = did_you_mean(str(text), Role)
        raise Wrong(f"{quoted(str(text))} is not a role", near or f"roles are {roles}") from error


def secret(value: object) -> SecretRef:
    """Return the reference to a secret; a secret written out is refused, and never quoted back."""
    if not isinstance(value, SecretRef):
        raise Wrong(
            "a secret does not belong into this file", "refer to it: !env NAME, !file PATH or !command WORDS", False
        )
    return value


def secret_reference(reference: SecretRef, folder: Path) -> SecretRef:
    """Return a checked reference; a relative path counts from the inventory's folder.

    Raises:
        Wrong: where it can't lead anywhere.
    """
    words = reference.argument
    if not words or not words[0].strip() or any("\0" in word for word in words):
        raise Wrong(f"!{reference.kind} refers to nothing", "write !env NAME, !file PATH or !command WORDS")
    if reference.kind == "env" and not _VARIABLE.fullmatch(words[0]):
        raise Wrong(f"{quoted(words[0])} can't be a variable's name", "write it without '$': !env NAME")
    if reference.kind == "file":
        home = Path.home() if words[0].startswith("~/") else None
        path = home / words[0][2:] if home else folder.absolute() / words[0]
        return SecretRef("file", (str(path),), reference.place)
    return reference


def yes_or_no(text: object) -> bool:
    """Return what ``yes`` or ``no`` says."""
    known = {"yes": True, "true": True, "no": False, "false": False}
    found = known.get(text.lower()) if isinstance(text, str) else None
    if found is None:
        raise Wrong(f"{quoted(str(text))} is neither yes nor no", "write yes or no")
    return found


def runbook(text: str) -> str:
    """Return a runbook of a rule or a service: Markdown, or the address of a page.

    Raises:
        Wrong: it is too long, or can't be shown.
    """
    kept = "\n".join(clean(line, RUNBOOK_LINE_LIMIT) for line in text.split("\n"))
    if kept != text or len(text) > RUNBOOK_LIMIT:
        hint = f"use at most {RUNBOOK_LIMIT} characters, or write the address of a page"
        raise Wrong("the runbook is too long or holds characters that can't be shown", hint)
    return text
