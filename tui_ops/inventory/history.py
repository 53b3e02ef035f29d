"""The section ``history``: how long readings are kept, and what they may take."""

from typing import Annotated

from pydantic import BeforeValidator

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.schema import Part
from tui_ops.inventory.tree import Node
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.units import parse_size

DAY_S = 86400.0

FULL_RANGE_S = (DAY_S, 90 * DAY_S)
"""Minutes and hours are made of whole days, so a day of single readings is the least."""

MINUTES_RANGE_S = (DAY_S, 400 * DAY_S)
HOURS_RANGE_S = (DAY_S, 3650 * DAY_S)

LIMIT_RANGE = (16 * 2**20, 2**50)
"""Bytes: a few hosts of a day, and more than any disk of a jump host."""

_TEXT_LIMIT = 40
"""Characters of a duration or a size that are looked at."""


def _full(text: object) -> float:
    return _duration(text, FULL_RANGE_S, "1d to 90d")


def _minutes(text: object) -> float:
    return _duration(text, MINUTES_RANGE_S, "1d to 400d")


def _hours(text: object) -> float:
    return _duration(text, HOURS_RANGE_S, "1d to 3650d")


def _duration(text: object, allowed_s: tuple[float, float], in_words: str) -> float:
    return fields.duration(text, allowed_s, in_words, "write a number with a unit, such as 2d or 400d")


def _limit(text: object) -> int:
    hint = "write a size with a unit, such as 500MiB or 2GiB"
    if not isinstance(text, str):
        raise Wrong("a size is one value", hint)
    try:
        size = parse_size(text[:_TEXT_LIMIT])
    except ValueError as error:
        raise Wrong(f"{quoted(text)} is not a size", hint) from error
    if not LIMIT_RANGE[0] <= size <= LIMIT_RANGE[1] or len(text) > _TEXT_LIMIT:
        raise Wrong(f"{quoted(text)} is out of bounds", "write 16MiB or more")
    return size


class History(Part):
    """The mapping below ``history``."""

    full: Annotated[float, BeforeValidator(_full)] | None = None
    minutes: Annotated[float, BeforeValidator(_minutes)] | None = None
    hours: Annotated[float, BeforeValidator(_hours)] | None = None
    limit: Annotated[int, BeforeValidator(_limit)] | None = None


def read_history(node: Node | None, validator: Validator) -> HistorySpec:
    """Return how long readings are kept; what the file does not say is as it is without it."""
    usual = HistorySpec()
    said = validator.model(History, node) if node is not None else None
    if said is None:
        return usual
    return HistorySpec(
        usual.full_s if said.full is None else said.full,
        usual.minutes_s if said.minutes is None else said.minutes,
        usual.hours_s if said.hours is None else said.hours,
        said.limit,
    )
