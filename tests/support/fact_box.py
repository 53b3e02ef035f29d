"""Stands in for the engine's outbox where only facts are looked at."""

from dataclasses import dataclass, field

from tui_ops.store.facts import FactWrite


@dataclass
class FactBox:
    """Takes what is handed on."""

    rows: list[FactWrite] = field(default_factory=list)
    facts_lost: int = 0

    def fact(self, row: FactWrite) -> None:
        """Take one topic of a host."""
        self.rows.append(row)
