"""How a run goes over its hosts, as the plan says it: ``batches``, ``by``, ``order`` and the limits."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from tui_ops.inventory import fields
from tui_ops.inventory.errors import did_you_mean, quoted
from tui_ops.inventory.tree import Entry
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.plans import Batching, OnFailure
from tui_ops.plans import nodes, values
from tui_ops.plans.errors import Found

ValueT = TypeVar("ValueT")

KEYS = ("batches", "by", "order", "parallel", "max_fail_percentage", "on_failure", "soak")

SIZES_MAX = 50
"""Entries of ``batches``; the last one repeats anyway."""

PARALLEL_RANGE = (1, 200)
"""Hosts at the same time: more is another way to have no batches."""

SOAK_RANGE_S = (0.0, 86400.0)
"""A day of watching between two batches is the most that a change of one night and day can take."""

BY, ORDERS = ("site", "rack"), ("inventory", "name", "reverse", "random")

_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_SHARE = re.compile(r"(?P<share>[0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", re.ASCII)
_PERCENT = re.compile(r"(?P<share>[0-9]{1,3}(?:\.[0-9]{1,3})?) ?%?", re.ASCII)


def read_batching(given: Mapping[str, Entry], found: Found) -> Batching:
    """Return how a run goes over its hosts; the usual way where the plan does not say.

    Args:
        given: the keys of the plan.
        found: receives what is wrong, at its place.
    """
    usual = Batching()

    def read(key: str, check: Callable[[str], ValueT], otherwise: ValueT) -> ValueT:
        value = nodes.scalar(given[key].value, check, found) if key in given else None
        return otherwise if value is None else value

    made = Batching(
        _sizes(given.get("batches"), found) or usual.sizes,
        read("by", values.one_of(BY, "thing to go by"), usual.by),
        read("order", values.one_of(ORDERS, "order"), usual.order),
        read("parallel", values.whole(*PARALLEL_RANGE), usual.parallel),
        read("max_fail_percentage", _percent, usual.max_fail_percentage),
        read("on_failure", _on_failure, usual.on_failure),
        read("soak", _soak, usual.soak_s),
    )
    if "by" in given and "batches" in given:
        said = "each site or rack is a batch, and sizes do not count then"
        found.add(given["batches"].key, said, "leave out either 'batches' or 'by'")
    return made


def _sizes(entry: Entry | None, found: Found) -> tuple[str, ...]:
    if entry is None:
        return ()
    items = nodes.items(entry.value)
    if not items or len(items) > SIZES_MAX:
        said = "there is no batch" if not items else f"there are more than {SIZES_MAX} batches"
        found.add(entry.value, said, "write counts and shares, such as [1, 5%, 25%, 100%]; the last one repeats")
    read = [nodes.scalar(item, _size, found) for item in items[:SIZES_MAX]]
    return tuple(one for one in read if one is not None)


def _size(text: str) -> str:
    """Return the size of a batch: a count, or a share of all hosts."""
    if text == "rest":
        return "100%"
    share = _SHARE.fullmatch(text)
    if share is not None and 0 < float(share["share"]) <= 100:
        return f"{float(share['share']):g}%"
    if not _COUNT.fullmatch(text):
        raise Wrong(f"{quoted(text)} is no size of a batch", "write a count such as 5, a share such as 25%, or rest")
    return text


def _percent(text: str) -> float:
    found = _PERCENT.fullmatch(text)
    if found is None or float(found["share"]) > 100:
        raise Wrong(f"{quoted(text)} is not a percentage", "write a number from 0 to 100")
    return float(found["share"])


def _on_failure(text: str) -> OnFailure:
    words = " ".join(text.replace("_", " ").replace("-", " ").split())
    try:
        return OnFailure(words)
    except ValueError as error:
        known = [str(one) for one in OnFailure]
        near = did_you_mean(words, known) or f"it is one of: {', '.join(known)}"
        raise Wrong(f"{quoted(text)} does not say what follows from failures", near) from error


def _soak(text: str) -> float:
    return fields.duration(text, SOAK_RANGE_S, "0s to 24h")
