"""The section ``changes`` as it is kept for readers: JSON of who approves, of windows, freezes and holidays."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tui_ops.model.changes import ChangeKind
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum, Recurring, Window

PLAN_ID = 1
"""There is one."""


def to_text(spec: ChangingSpec) -> str:
    """Return what readers may know of a section, which is all of it."""
    return json.dumps(asdict(spec), separators=(",", ":"), default=sorted)


def from_text(text: str) -> ChangingSpec:
    """Return the section that :func:`to_text` wrote. What another version wrote in another way counts as none: the
    engine of this one writes it anew when it starts.
    """
    said: dict[str, Any] = json.loads(text)
    try:
        return _section(said) if said else ChangingSpec()
    except (KeyError, TypeError, ValueError):
        return ChangingSpec()


def _section(said: dict[str, Any]) -> ChangingSpec:
    lists = {name: tuple(said[name]) for name in ("holidays", "business_days", "noise")}
    read: dict[str, tuple[Any, ...]] = {
        "policies": tuple(map(_policy, said["policies"])), "windows": tuple(map(_window, said["windows"])), **lists,
    }  # fmt: skip
    return ChangingSpec(**{**said, **read})


def _policy(said: dict[str, Any]) -> ApprovalPolicy:
    as_read: dict[str, Callable[[Any], object]] = {
        "people": tuple, "mandatory": tuple, "quorum": Quorum, "hosts": frozenset,
        "kinds": lambda kinds: tuple(map(ChangeKind, kinds)),
    }  # fmt: skip
    return ApprovalPolicy(**{**said, **{name: read(said[name]) for name, read in as_read.items()}})


def _window(said: dict[str, Any]) -> Window:
    times = tuple(
        Recurring(**{**one, **{name: tuple(one[name]) for name in ("days", "month_days", "months")}})
        for one in said["times"]
    )
    return Window(**{**said, "times": times, "hosts": frozenset(said["hosts"])})
