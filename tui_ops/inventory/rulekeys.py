"""What a rule below ``rules`` can say: its keys, and what each may hold."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, create_model

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.schema import Labels, NameList, Part, TextList
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.alertrules import ATTEMPTS_MAX
from tui_ops.model.clean import clean

FOR_RANGE_S = (0.0, 7 * 86400.0)
"""How long something must be true, and how long an alert stands after it was: a week is a problem, not an incident."""

RETRY_RANGE_S = (0.0, 3600.0)
"""Between two attempts; 0 looks again at once."""

ITEMS_MAX = 64
"""Patterns of labels of one rule."""

OVERRIDES_MAX = 64
"""Exceptions of one rule: each is looked at for each host when an inventory is read."""

TEXT_LIMIT = 1000
"""Characters of one text of a rule."""

LEVEL_RANGE = (0.0, 100.0)
"""Percent of changes at which flapping begins and ends; 99 is the most that there can be."""

_OVER = re.compile(r"(group|site|service):(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,62})|all", re.ASCII)
_FLAPPING = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*/\s*(\d{1,3}(?:\.\d{1,3})?)", re.ASCII)


def _for(text: object) -> float:
    return fields.duration(text, FOR_RANGE_S, "0s to 7d")


def _retry(text: object) -> float:
    return fields.duration(text, RETRY_RANGE_S, "0s to 1h")


def _attempts(text: object) -> int:
    if not isinstance(text, str) or not text.isdecimal() or not 1 <= int(text[:6]) <= ATTEMPTS_MAX:
        raise Wrong(f"{quoted(str(text))} is no number of attempts", f"write a number from 1 to {ATTEMPTS_MAX}")
    return int(text)


def _flapping(text: object) -> tuple[float, float] | None:
    if text in ("no", "off"):
        return None
    found = _FLAPPING.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Wrong(f"{quoted(str(text))} says not when it flaps", "write START/STOP in percent, such as 20/5, or no")
    start, stop = float(found[1]), float(found[2])
    if not LEVEL_RANGE[0] <= stop < start <= LEVEL_RANGE[1]:
        raise Wrong(f"{quoted(str(text))} never begins or never ends", "write the higher number first, such as 20/5")
    return start, stop


def _text(text: str) -> str:
    # A text that runs over several lines of the file is one line here.
    line = " ".join(text.split())
    if clean(line, TEXT_LIMIT) != line:
        hint = f"use at most {TEXT_LIMIT} visible characters"
        raise Wrong(f"{quoted(line)} is too long or holds characters that can't be shown", hint)
    return line


def _over(text: str) -> str:
    if not _OVER.fullmatch(text):
        raise Wrong(
            f"{quoted(text)} can't be counted over", "write group:*, site:*, service:*, one of them by name, or all"
        )
    return text


def on_or_off(text: object) -> bool:
    """Return what ``yes``, ``on``, ``no`` or ``off`` says."""
    return fields.yes_or_no({"on": "yes", "off": "no"}.get(text, text) if isinstance(text, str) else text)


Line = Annotated[str, AfterValidator(_text)]
Items = Annotated[TextList, Field(max_length=ITEMS_MAX)]


class Levels(Part):
    """What a rule and its exceptions can both say."""

    on: Annotated[bool, BeforeValidator(on_or_off)] = True
    value: Line | None = None
    warn: Line | None = None
    crit: Line | None = None
    text: Line = ""
    keep: Annotated[float, BeforeValidator(_for)] = 0.0
    attempts: Annotated[int, BeforeValidator(_attempts)] = 1
    retry: Annotated[float, BeforeValidator(_retry)] = 0.0
    flapping: Annotated[tuple[float, float] | None, BeforeValidator(_flapping)] = (20.0, 5.0)
    runbook: Annotated[str, AfterValidator(fields.runbook)] = ""


class Where(Part):
    """For which hosts something is."""

    hosts: TextList = ()
    """Patterns."""
    where: Labels = Field(default_factory=dict)
    """Labels that a host must have."""
    services: NameList = ()


class _Override(Levels, Where):
    pass


class _Rule(Levels, Where):
    title: Line = ""
    status: Line = ""
    fact: Line = ""
    items: Items = ()
    over: Annotated[str, AfterValidator(_over)] = ""
    unit: Line = ""
    labels: Labels = Field(default_factory=dict)
    source: Line = ""
    override: Any = None
    """Each entry is checked on its own."""


_FOR: Any = {"for": (Annotated[float, BeforeValidator(_for)], 0.0)}
"""The one key that Python keeps for itself."""

Override: type[_Override] = create_model("Override", __base__=_Override, **_FOR)
"""An entry of ``override``."""

Rule: type[_Rule] = create_model("Rule", __base__=_Rule, **_FOR)
"""A rule below ``rules``."""
