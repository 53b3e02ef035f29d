"""What a watch tells whoever judges its readings beside it."""

from collections.abc import Mapping
from typing import Protocol

from tui_ops.model.facts import FactReading
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.states import HostState


class Observer(Protocol):
    """Is told of every reading. It answers at once, and fails never."""

    def vitals(self, host_id: int, at: float, reading: Reading, derived: Derived, disks: Mapping[Key, float]) -> None:
        """Take a reading of the vitals."""

    def section(self, host_id: int, at: float, found: SectionReading) -> None:
        """Take a run of a slow section, or of a check."""

    def facts(
        self, host_id: int, at: float, topic: str, found: FactReading | None, noise: frozenset[str]
    ) -> None:  # fmt: skip
        """Take a reading of a topic of facts; None where all is as before. A change of ``noise`` is no difference."""

    def state(self, host_id: int, at: float, state: HostState, reason: str) -> None:
        """Take the outcome of an attempt to read a host."""


class Nobody:
    """Judges nothing."""

    def vitals(self, host_id: int, at: float, reading: Reading, derived: Derived, disks: Mapping[Key, float]) -> None:
        """Take no note."""

    def section(self, host_id: int, at: float, found: SectionReading) -> None:
        """Take no note."""

    def facts(
        self, host_id: int, at: float, topic: str, found: FactReading | None, noise: frozenset[str]
    ) -> None:  # fmt: skip
        """Take no note."""

    def state(self, host_id: int, at: float, state: HostState, reason: str) -> None:
        """Take no note."""


NOBODY: Observer = Nobody()
