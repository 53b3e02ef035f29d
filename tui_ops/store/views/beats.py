"""The jobs that have to report, as they are shown, and the backups that some of them make."""

from collections.abc import Collection
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


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup of a host."""

    job: str
    """The heartbeat that reports it."""
    at: float | None
    """When it said last that all went well, epoch seconds; None where it has not yet."""
    rpo_s: float
    """How old a good one may be."""


def backups(reader: Reader, hosts: Collection[str] | None = None) -> dict[str, tuple[BackupRow, ...]]:
    """Return the backups of hosts that the inventory declares, each by the name of its host, in the order of the jobs.

    Args:
        reader: of ``ops.db``.
        hosts: names of which ones; None for all.
    """
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT host.value, b.name, b.last_good_at, b.rpo_s FROM heartbeat AS b, json_each(b.backs_up) AS host"
            " WHERE b.known = 1 AND b.rpo_s IS NOT NULL ORDER BY b.name"
        ).fetchall()
    )
    found: dict[str, tuple[BackupRow, ...]] = {}
    for host, job, at, rpo_s in rows:
        if hosts is None or host in hosts:
            found[host] = (*found.get(host, ()), BackupRow(job, at, rpo_s))
    return found


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
