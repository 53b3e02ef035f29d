"""What the values of the section ``changes`` may be: its parts as models, and the texts in them."""

import re
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from tui_ops.inventory import fields
from tui_ops.inventory.errors import did_you_mean, quoted
from tui_ops.inventory.oncallfields import PEOPLE_MAX, YesOrNo, Zone, a_date, whole
from tui_ops.inventory.oncallfields import hours as hours_of_week
from tui_ops.inventory.schema import Part, TextList, Title, as_list
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.changes import ChangeKind
from tui_ops.model.changing import Quorum, Recurring
from tui_ops.model.oncall import Hours

EXPIRES_RANGE_S = (300.0, 92 * 86400.0)
"""Of an approval: in less than five minutes nobody starts a change, and after a quarter it was for another world."""

PEOPLE_NEEDED_MAX = 20
"""Approvals of one policy: more people than that never agree."""

HOLIDAYS_MAX = 1000
"""Days of one file: those of three countries for twenty years."""

TIMES_MAX = 50
"""Times of one window."""

NOISE_MAX = 500
"""Patterns of one file."""

SOLO, SEVERAL = "solo", "several"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOMENT = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d)?"
_ONCE = re.compile(rf"({_MOMENT})(?:\s+(?:to|-|–)\s+({_MOMENT}))?", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3})\s?%", re.ASCII)
_NOISE = re.compile(r"[a-z][a-z0-9_]{0,40}(?::\S{1,200})?", re.ASCII)

_TIMES_HINT = "write such as 'mon-fri 22:00-04:00', '2026-12-20 18:00 to 2027-01-03' or a mapping with 'hours:'"
_NEED_HINT = "write first, all, a number such as 2, or a share such as 50%"


def how_many(value: object) -> tuple[Quorum, float]:
    """Return how many have to approve, from ``first``, ``all``, ``2`` or ``50%``."""
    text = str(value).strip()
    if text in (Quorum.FIRST, Quorum.ALL):
        return Quorum(text), 1
    share = _PERCENT.fullmatch(text)
    if share and 1 <= int(share[1]) <= 100:
        return Quorum.PERCENT, float(share[1])
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= PEOPLE_NEEDED_MAX:
        return Quorum.COUNT, float(text)
    raise Wrong(f"{quoted(text)} says not how many have to approve", _NEED_HINT)


def several_kinds(value: object) -> tuple[ChangeKind, ...]:
    """Return kinds of changes."""
    known = [str(kind) for kind in ChangeKind]
    found = []
    for one in value if isinstance(value, list | tuple) else [value]:
        if one not in known:
            hint = did_you_mean(str(one), known) or f"kinds are {', '.join(known)}"
            raise Wrong(f"{quoted(str(one))} is no kind of change", hint)
        found.append(ChangeKind(str(one)))
    return tuple(dict.fromkeys(found))


def is_solo(text: object) -> bool:
    """Return whether one person may approve his own changes."""
    if text not in (SOLO, SEVERAL):
        raise Wrong(f"{quoted(str(text))} is no team", f"write {SOLO} where one person works alone, else {SEVERAL}")
    return text == SOLO


def several_days(value: object) -> tuple[str, ...]:
    """Return days of the calendar as they are kept."""
    days = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(a_date(one).isoformat() for one in days))


def several_months(value: object) -> tuple[int, ...]:
    """Return months, 1 for January, from their names or numbers."""
    found = set()
    for one in value if isinstance(value, list | tuple) else [value]:
        word = str(one).strip().lower()
        if word[:3] in _MONTHS and word.isalpha():
            found.add(_MONTHS.index(word[:3]) + 1)
        else:
            found.add(whole(1, 12, word))
    return tuple(sorted(found))


def several_month_days(value: object) -> tuple[int, ...]:
    """Return days of the month: ``1`` is the first, ``-1`` the last."""
    found = set()
    for one in value if isinstance(value, list | tuple) else [value]:
        text = str(one).strip()
        day = whole(1, 31, text.removeprefix("-"))
        found.add(-day if text.startswith("-") else day)
    return tuple(sorted(found))


def moment(text: str) -> str:
    """Return a day, or a minute of one, as it is kept."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"{quoted(text)} is no time", "write it as 2026-12-20 or 2026-12-20 18:00") from error
    return text.replace("T", " ")


def recurring(text: object) -> Recurring:
    """Return when something is open, from one text; its zone is that of what it stands in."""
    if not isinstance(text, str):
        raise Wrong("times are a text", _TIMES_HINT)
    once = _ONCE.fullmatch(text.strip())
    if once:
        begins, ends = moment(once[1]), moment(once[2] or once[1])
        if ends < begins[: len(ends)]:
            raise Wrong(f"{quoted(text)} ends before it begins", _TIMES_HINT)
        return Recurring(begins=begins, ends=ends)
    try:
        return of_hours(hours_of_week(text))
    except Wrong as wrong:
        raise Wrong(wrong.message, _TIMES_HINT) from wrong


def of_hours(found: Hours) -> Recurring:
    """Return hours of the week as something that recurs."""
    return Recurring(days=found.days, from_min=found.begins_min, to_min=found.ends_min)


def business(text: object) -> Hours:
    """Return the hours in which people work; over midnight they do not."""
    found = hours_of_week(text)
    if found.ends_min and found.ends_min <= found.begins_min:
        raise Wrong(f"{quoted(str(text))} goes over midnight", "write such as 'mon-fri 08:00-18:00'")
    return found


def noise_patterns(value: object) -> tuple[str, ...]:
    """Return patterns of facts that differ by themselves: ``topic`` or ``topic:item``."""
    found = []
    for one in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(one, str) or not _NOISE.fullmatch(one):
            raise Wrong(f"{quoted(str(one))} names no fact", "write a topic, or topic:item with '*': packages:tzdata*")
        found.append(one)
    return tuple(dict.fromkeys(found))


def _expires(text: object) -> float:
    return fields.duration(text, EXPIRES_RANGE_S, "5m to 92d", "write such as 12h or 7d")


class Section(Part):
    """The mapping below ``changes``; its larger parts are checked on their own."""

    team: Annotated[bool, BeforeValidator(is_solo)] = False
    timezone: Zone = "UTC"
    business_hours: Annotated[Hours, BeforeValidator(business)] | None = None
    holidays: Annotated[tuple[str, ...], Field(max_length=HOLIDAYS_MAX), BeforeValidator(several_days)] = ()
    noise: Annotated[tuple[str, ...], Field(max_length=NOISE_MAX), BeforeValidator(noise_patterns)] = ()
    policies: Any = None
    windows: Any = None
    freezes: Any = None


def approver(text: str) -> str:
    """Return the name of an operator, or ``group:NAME`` of a group of them."""
    kind, colon, name = text.partition(":")
    if colon and kind == "group":
        return f"group:{fields.name(name)}"
    return fields.name(text)


Approvers = Annotated[
    tuple[Annotated[str, AfterValidator(approver)], ...], Field(max_length=PEOPLE_MAX), BeforeValidator(as_list)
]


class PolicyPart(Part):
    """A policy below ``policies``."""

    people: Approvers = ()
    mandatory: Approvers = ()
    need: Annotated[tuple[Quorum, float], BeforeValidator(how_many)] = (Quorum.FIRST, 1)
    kinds: Annotated[tuple[ChangeKind, ...], BeforeValidator(several_kinds)] = ()
    risk: Annotated[int, BeforeValidator(partial(whole, 0, 100))] = 0
    hosts: TextList = ()
    expires: Annotated[float, BeforeValidator(_expires)] = 7 * 86400.0


class WindowPart(Part):
    """A window below ``windows``, or a freeze below ``freezes``."""

    times: Any = None
    hosts: TextList = ()
    reason: Title = ""
    holidays: YesOrNo = False
    timezone: Zone | None = None


class TimePart(Part):
    """A time of a window that takes more than a text."""

    hours: Annotated[Hours, BeforeValidator(hours_of_week)] = Hours()
    month_days: Annotated[tuple[int, ...], BeforeValidator(several_month_days)] = ()
    months: Annotated[tuple[int, ...], BeforeValidator(several_months)] = ()
    timezone: Zone | None = None
