"""What is sent to a host for a step of a change, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui_ops.model.changes import CellState

OUTPUT_KEPT = 64 * 1024
"""Bytes of a step's output that the store keeps, of its end: the rest stays in its folder on the host for a while."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one step is on one host, ready to be sent: nothing in it is put together there."""

    script: str
    """POSIX sh; takes what it works on from ``words`` and ``payloads`` alone, so that no value is ever read as code."""
    words: tuple[str, ...] = ()
    """``$1`` and so on, byte for byte."""
    payloads: Mapping[str, bytes] = field(default_factory=dict)
    """Files that lie in the step's folder before it begins, by their names there."""
    become: bool = False
    """Whether root does it."""
    timeout_s: float = 60.0
    reboots: bool = False
    """Whether the host goes down for it: that its connection breaks is no failure, a new boot is the proof."""


@dataclass(frozen=True, slots=True)
class CellEnd:
    """What came of one step on one host."""

    state: CellState
    said: str = ""
    """One clean line."""
    exit_status: int | None = None
    output: bytes = b""
    """The end of it, at most :data:`OUTPUT_KEPT`."""
    output_sha: str = ""
    output_bytes: int = 0
    seconds: float = 0.0
    """How long it took, by the clock of where it was done; 0 where nobody knows."""
    ago_s: float = field(default=0.0, compare=False)
    """Seconds between its end and the moment in which we heard of it: a link may have been down, or the engine."""
    result: str = ""
    """What differs, or would: hosts with the same are shown as one. Empty where nothing does."""


class Seen(StrEnum):
    """What is found of a step in its folder on the host."""

    NEVER = "never begun"
    RUNNING = "running"
    OVER = "over"
    LOST = "lost"
    """It was begun, and its folder does not say how it ended: the host went down, or somebody killed it."""
