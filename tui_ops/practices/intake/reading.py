"""Foreign JSON, looked at with the type that each field has to have: what is of another is refused by its name."""

import json
import math
from collections.abc import Mapping
from datetime import datetime

from tui_ops.model.clean import clean
from tui_ops.practices.intake.taken import NotTaken

BODY_LIMIT = 512 * 1024
"""Bytes of one message: what PagerDuty takes. Alertmanager's are a kilobyte for each alert."""

URL_LIMIT = 500
"""Characters of an address; one that is longer is left away, since half of it leads nowhere."""

ITEMS_LIMIT = 2000
"""Alerts of one message: as many as fit into the largest."""


def parse(text: str | bytes) -> object:
    """Return the JSON in ``text``.

    Raises:
        NotTaken: it is none, or it is nested beyond reason.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        # What json says quotes nothing of the text, but its place helps nobody either.
        raise NotTaken("", "the message is not JSON", "send one object in UTF-8") from error


def as_object(value: object, where: str) -> Mapping[str, object]:
    """Return an object.

    Raises:
        NotTaken: it is none.
    """
    if not isinstance(value, dict):
        raise NotTaken(where, "an object belongs here") if where else NotTaken("", "the message is not a JSON object")
    return value


def as_list(parent: Mapping[str, object], key: str, where: str, most: int = ITEMS_LIMIT) -> list[object]:
    """Return the list below a key.

    Raises:
        NotTaken: there is none, or it is longer than ``most``.
    """
    value = parent.get(key)
    if not isinstance(value, list):
        raise NotTaken(where, "is missing" if value is None else "a list belongs here")
    if len(value) > most:
        raise NotTaken(where, f"has more than {most} entries", "send it in several messages")
    return value


def text_at(parent: Mapping[str, object], key: str, where: str, limit: int, required: bool = False) -> str:
    """Return the text below a key, cleaned; empty where there is none and none is needed.

    Args:
        parent: the object.
        key: the field.
        where: its name for the refusal.
        limit: characters that are kept.
        required: whether it has to be there, and not be empty.

    Raises:
        NotTaken: it is missing, or no text.
    """
    value = parent.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise NotTaken(where, "is missing" if value is None else "a text belongs here")
    if required and not value.strip():
        raise NotTaken(where, "is empty")
    return clean(flat(value, limit), limit)


def flat(text: str, limit: int) -> str:
    """Return the beginning of a text as one line: what people write into several is read as one sentence here."""
    return " ".join(text[: 2 * limit].split())


def texts_at(
    parent: Mapping[str, object], key: str, where: str, most: int, limit: int, required: bool = False,
    lines: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Return the object of texts below a key, names and values cleaned; those beyond ``most`` are left away.

    Args:
        parent: the object.
        key: the field.
        where: its name for the refusal.
        most: texts that are kept.
        limit: characters of each.
        required: whether it has to be there.
        lines: whether the texts are prose, so that several lines become one.

    Raises:
        NotTaken: it is missing where it is needed, no object, or a value in it is no text.
    """
    value = parent.get(key)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise NotTaken(where, "is missing" if value is None else "an object of texts belongs here")
    found: dict[str, str] = {}
    for name, one in value.items():
        if not isinstance(one, str):
            raise NotTaken(where, "every value in it has to be a text")
        if len(found) < most:
            found[clean(str(name), limit)] = clean(flat(one, limit) if lines else one, limit)
    return found


def number_in(value: object) -> float | None:
    """Return a finite number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def url_in(value: object) -> str:
    """Return an http or https address that can be shown; empty where it is none."""
    if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
        return ""
    return value if len(value) <= URL_LIMIT and clean(value, URL_LIMIT) == value and " " not in value else ""


def moment(value: object, where: str) -> float:
    """Return a time in RFC 3339 as epoch seconds; 0 where it is left away or is the year 1, as Go writes *never*.

    Args:
        value: as it was sent.
        where: its name for the refusal.

    Raises:
        NotTaken: it is no time.
    """
    if value is None or value == "":
        return 0.0
    if not isinstance(value, str) or len(value) > 64:
        raise NotTaken(where, "a time as in RFC 3339 belongs here")
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError("a time without its zone")
        at = found.timestamp()
    except ValueError as error:
        raise NotTaken(where, "a time as in RFC 3339 belongs here, such as 2024-05-01T12:00:00Z") from error
    return 0.0 if at <= 0 else at
