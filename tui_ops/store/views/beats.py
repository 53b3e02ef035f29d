"""The jobs that have to report, as they are shown."""

from dataclasses import dataclass
from enum import StrEnum

from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts


class BeatState(StrEnum):
    """How a job stands. The value is the word that is shown."""

    WAITING = "waiting"
    """It never reported, and still has time."""
    GOOD = "good"
    FAILED = "failed"
    """It reported that it failed."""
    MISSED = "missed"
    """Its time passed without a report."""
    UNKNOWN = "unknown"
    """Its time passed while no engine ran."""
    STRANGER = "not in the inventory"


@dataclass(frozen=True, slots=True)
class BeatRow:
    """A job of the list."""

    name: str
    last_at: float | None
    last_text: str
    last_ok: bool
    due_at: float | None
    missed: bool
    known: bool
    last_good_at: float | None = None
    """When it reported last that all went well."""
    rpo_s: float | None = None
    """How old a good backup by it may be; None where it makes none."""
    backs_up: tuple[str, ...] = ()
    """Names of the hosts whose backup it makes."""

    def state(self, at: float) -> BeatState:
        """Return how it stands at a moment, epoch seconds."""
        if not self.known:
            return BeatState.STRANGER
        if self.missed:
            return BeatState.MISSED
        if not self.last_ok:
            return BeatState.FAILED
        if self.due_at is not None and self.due_at < at:
            return BeatState.UNKNOWN
        return BeatState.WAITING if self.last_at is None else BeatState.GOOD


def heartbeats(reader: Reader) -> list[BeatRow]:
    """Return the jobs by name."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT name, last_at, last_text, last_ok, due_at, missed, known, last_good_at, rpo_s, backs_up"
            " FROM heartbeat ORDER BY name"
        ).fetchall()
    )
    return [
        BeatRow(name, last_at, text, bool(ok), due_at, bool(missed), bool(known), good_at, rpo_s, texts(backs_up))
        for name, last_at, text, ok, due_at, missed, known, good_at, rpo_s, backs_up in found
    ]
