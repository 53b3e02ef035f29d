"""What the values of the section ``oncall`` may be: its parts as models, and the texts in them."""

import ipaddress
import re
import unicodedata
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from tui_ops.inventory import fields
from tui_ops.inventory.errors import did_you_mean, quoted
from tui_ops.inventory.schema import NameList, Part, Title
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.checks import TargetError, address_of
from tui_ops.model.fleet import SecretRef
from tui_ops.model.oncall import LIMIT, LIMIT_S, MONTH, REPEAT_MAX, Hours, Tls, When
from tui_ops.model.units import parse_duration

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are written; 0 is Monday."""

DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN

TURN_RANGE_S = (3600.0, 366 * 86400.0)
"""One turn: below an hour nobody is on call, he is on the telephone; a year is the longest that is a turn at all."""

DELAY_RANGE_S = (0.0, 7 * 86400.0)
"""Between two steps: GoAlert allows somewhat less than a week."""

PAUSE_RANGE_S = (60.0, 7 * 86400.0)
"""Between two rounds: a round that follows sooner is the same ringing again."""

LIMIT_SPAN_S = (60.0, 86400.0)
LIMIT_MOST = 1000

URL_LIMIT = 2000
"""Characters of an address for Apprise: those with tokens have some hundred."""

PEOPLE_MAX = 100
STEPS_CALL_MAX = 20
"""People and schedules that one place names: a large team, and all of them at once is nobody."""

PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.TLS: 465}

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_HOURS = re.compile(r"(?P<days>[a-z, -]*[a-z])?\s*(?P<span>\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d)?", re.ASCII)
_LIMIT = re.compile(r"(\d{1,4})\s+(?:in|per|a)\s+(\S+)", re.ASCII)
_MAIL = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S+", re.ASCII | re.IGNORECASE)

_HOURS_HINT = "write such as 'mon-fri 08:00-18:00', '22:00-07:00' or 'sat,sun'"
_DATE_HINT = "write a day as 2026-01-05"


def timezone(text: str) -> str:
    """Return the name of a time zone."""
    try:
        return ZoneInfo(text).key
    except (OSError, ValueError, KeyError) as error:
        raise Wrong(f"{quoted(text)} is no time zone", "write a name such as Europe/Berlin or UTC") from error


def time_of_day(text: object) -> int:
    """Return the minutes since midnight of ``09:00``; ``24:00`` is the end of a day."""
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY_MIN + 1
    if minutes > DAY_MIN:
        raise Wrong(f"{quoted(str(text))} is no time of day", "write it as 09:00")
    return minutes


def day(text: object) -> int:
    """Return the number of a day of the week, 0 for Monday."""
    word = str(text).strip().lower()
    if word[:3] not in DAYS or not _WEEKDAYS[DAYS.index(word[:3])].startswith(word):
        raise Wrong(f"{quoted(str(text))} is no day of the week", f"days are {', '.join(DAYS)}")
    return DAYS.index(word[:3])


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def hours(text: object) -> Hours:
    """Return the hours in ``mon-fri 08:00-18:00``; without its zone, which is that of what it stands in."""
    word = text.strip().lower() if isinstance(text, str) else ""
    found = _HOURS.fullmatch(word)
    if found is None or not word:
        raise Wrong(f"{quoted(str(text))} can't be hours", _HOURS_HINT)
    days = _days(found["days"] or "mon-sun")
    if not found["span"]:
        return Hours(days, 0, 0, "")
    begin, end = (time_of_day(part) for part in found["span"].split("-"))
    if begin == DAY_MIN:
        raise Wrong(f"{quoted(word)} begins at the end of a day", "write 00:00")
    return Hours(days, begin, end % DAY_MIN, "")


def _days(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        begin = day(first)
        end = day(last) if dash else begin
        found |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return tuple(sorted(found))


def several_hours(value: object) -> tuple[Hours, ...]:
    """Return a list of hours; one text is a list of one."""
    return tuple(hours(one) for one in (value if isinstance(value, list | tuple) else [value]))


def turn(text: object) -> int:
    """Return the minutes of a turn: ``day``, ``week``, or a time such as ``12h``, ``3d`` and ``2w``; of ``month`` that
    it goes by that.
    """
    known = {
        "day": DAY_MIN, "daily": DAY_MIN, "week": WEEK_MIN, "weekly": WEEK_MIN, "month": MONTH, "monthly": MONTH,
    }  # fmt: skip
    if isinstance(text, str) and text in known:
        return known[text]
    hint = "write day, week, month, or a time such as 12h, 3d or 2w"
    seconds = fields.duration(text, TURN_RANGE_S, "1h to 366d", hint)
    if seconds % 60:
        raise Wrong(f"{quoted(str(text))} is no whole number of minutes", hint)
    return round(seconds / 60)


def a_date(text: object) -> date:
    """Return a day of the calendar."""
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise Wrong(f"{quoted(str(text))} is no day", _DATE_HINT) from error


def whole(least: int, most: int, value: object) -> int:
    """Return a whole number within bounds."""
    text = str(value)
    if not (text.isascii() and text.isdecimal()) or not least <= int(text[:6]) <= most or len(text) > 6:
        raise Wrong(f"{quoted(text)} can't be used here", f"write a number from {least} to {most}")
    return int(text)


def priorities(value: object) -> tuple[int, ...]:
    """Return priorities: ``1``, ``1-2`` or a list."""
    found: set[int] = set()
    for one in value if isinstance(value, list | tuple) else [value]:
        first, dash, last = str(one).partition("-")
        begin = whole(1, 5, first.removeprefix("P"))
        end = whole(1, 5, last.removeprefix("P")) if dash else begin
        found |= set(range(begin, end + 1))
    return tuple(sorted(found))


def limit(text: str) -> tuple[int, float]:
    """Return how many messages go within how many seconds, from ``5 in 15m``."""
    if not text:
        return LIMIT, LIMIT_S
    found = _LIMIT.fullmatch(text.strip())
    hint = "write such as '5 in 15m' or '20 in 1h'"
    if found is None or not 1 <= int(found[1]) <= LIMIT_MOST:
        raise Wrong(f"{quoted(text)} can't be a limit", hint)
    try:
        within = parse_duration(found[2])
    except ValueError as error:
        raise Wrong(f"{quoted(text)} can't be a limit", hint) from error
    if not LIMIT_SPAN_S[0] <= within <= LIMIT_SPAN_S[1]:
        raise Wrong(f"{quoted(text)} is out of bounds", "write a span of 1m to 24h")
    return int(found[1]), within


def mail(text: object) -> str:
    """Return a mail address."""
    if not isinstance(text, str) or not _MAIL.fullmatch(text):
        raise Wrong(f"{quoted(str(text))} is no mail address", "write NAME@DOMAIN")
    return text


def url(value: object) -> str | SecretRef:
    """Return an address for Apprise; what is wrong with it is told without it, for it usually holds a token."""
    if isinstance(value, SecretRef):
        return value
    if not isinstance(value, str) or len(value) > URL_LIMIT or not _SCHEME.fullmatch(value):
        raise Wrong("this is no address for Apprise", "write it as its list of services has it, or !env NAME", False)
    if any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in value):
        raise Wrong("this address holds characters that can't be shown", "write it anew", False)
    return value


def mail_or_url(value: str | SecretRef) -> tuple[str, str | SecretRef | None]:
    """Return a way's mail address, or its address for Apprise, from what stands for either."""
    if isinstance(value, str) and _MAIL.fullmatch(value):
        return value, None
    return "", value


def _to(value: object) -> str | SecretRef:
    if isinstance(value, str) and _MAIL.fullmatch(value):
        return value
    try:
        return url(value)
    except Wrong as wrong:
        raise Wrong("this is neither a mail address nor an address for Apprise", wrong.hint, False) from wrong


def _server(text: object) -> str:
    try:
        address_of(str(text), 25)
    except TargetError as error:
        raise Wrong(f"{quoted(str(text))} can't be a mail server", str(error)) from error
    return str(text)


def server_and_port(text: str, tls: Tls) -> tuple[str, int]:
    """Return where a mail server listens; the usual port of the way it is secured where the text names none."""
    found = address_of(text, PORTS[tls])
    return found.host, found.port


def is_here(host: str) -> bool:
    """Return whether a mail server is this machine, so that nobody listens on the way."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _one_of(options: type[Tls] | type[When], what: str, text: object) -> str:
    known = [str(one) for one in options]
    if text not in known:
        raise Wrong(
            f"{quoted(str(text))} is no {what}", did_you_mean(str(text), known) or f"write one of: {', '.join(known)}"
        )
    return str(text)


def _tls(text: object) -> Tls:
    return Tls(_one_of(Tls, "way to secure a connection", text))


def _when(text: object) -> When:
    return When(_one_of(When, "time for a step", text))


def _seconds(allowed: tuple[float, float], in_words: str, text: object) -> float:
    return 0.0 if text == "0" and allowed[0] == 0 else fields.duration(text, allowed, in_words)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Zone = Annotated[str, AfterValidator(timezone)]
SeveralHours = Annotated[tuple[Hours, ...], BeforeValidator(several_hours)]
People = Annotated[NameList, Field(max_length=PEOPLE_MAX)]
YesOrNo = Annotated[bool, BeforeValidator(fields.yes_or_no)]
Address = Annotated[str | SecretRef, BeforeValidator(url)]
MailAddress = Annotated[str, BeforeValidator(mail)]


class Section(Part):
    """The mapping below ``oncall``; its larger parts are checked on their own."""

    timezone: Zone = "UTC"
    business_hours: SeveralHours = ()
    contacts: Any = None
    rotations: Any = None
    schedules: Any = None
    policies: Any = None
    use: Any = None
    mail: Any = None


class RotationPart(Part):
    """A rotation below ``rotations``."""

    people: People = ()
    every: Annotated[int, BeforeValidator(turn)] = WEEK_MIN
    at: Annotated[int, BeforeValidator(time_of_day)] = 9 * 60
    on: Annotated[int, BeforeValidator(day)] | None = None
    starts: Annotated[date, BeforeValidator(a_date)] | None = None
    timezone: Zone | None = None

    @property
    def weekday(self) -> int | None:
        """The day of the week on which turns by the month begin; of others their beginning says it."""
        return self.on if self.every == MONTH else None

    def begins(self) -> datetime:
        """Return when the first turn begins, at local time."""
        first = self.starts or date(2024, 1, 1)  # A Monday.
        if self.on is not None and self.every != MONTH:
            first = date.fromordinal(first.toordinal() + (self.on - first.weekday()) % 7)
        return datetime(first.year, first.month, first.day, self.at // 60 % 24, self.at % 60)


class LayerPart(Part):
    """A layer of a schedule."""

    rotation: str = ""
    people: People = ()
    hours: SeveralHours = ()


class SchedulePart(Part):
    """A schedule below ``schedules``."""

    title: Title = ""
    timezone: Zone | None = None
    layers: Any = None


class StepPart(Part):
    """A step of a policy."""

    call: Annotated[NameList, Field(max_length=STEPS_CALL_MAX)] = ()
    after: Annotated[float, BeforeValidator(partial(_seconds, DELAY_RANGE_S, "0s to 7d"))] = 0.0
    when: Annotated[When, BeforeValidator(_when)] = When.ALWAYS
    important: YesOrNo = False


class PolicyPart(Part):
    """A policy below ``policies``."""

    steps: Any = None
    repeat: Annotated[int, BeforeValidator(partial(whole, 0, REPEAT_MAX))] = 0
    pause: Annotated[float, BeforeValidator(partial(_seconds, PAUSE_RANGE_S, "1m to 7d"))] = 900.0


class UsePart(Part):
    """A rule below ``use``."""

    policy: str
    priority: Annotated[tuple[int, ...], BeforeValidator(priorities)] = ()
    service: NameList = ()


class ContactPart(Part):
    """A person below ``contacts``."""

    ways: Any = None
    quiet: SeveralHours = ()
    timezone: Zone | None = None


class WayPart(Part):
    """A way to reach a person."""

    mail: MailAddress | None = None
    url: Address | None = None
    important: YesOrNo = False
    limit: str = ""


class ShortWay(Part):
    """A way that is written as its address alone."""

    to: Annotated[str | SecretRef, BeforeValidator(_to)] | None = None


class MailPart(Part):
    """The mail server below ``mail``."""

    server: Annotated[str, BeforeValidator(_server)] = "localhost"
    tls: Annotated[Tls, BeforeValidator(_tls)] = Tls.NONE
    sender: MailAddress | None = Field(default=None, alias="from")
    user: str = ""
    password: Annotated[SecretRef, BeforeValidator(fields.secret)] | None = None
