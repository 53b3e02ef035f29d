"""What a run has left on hosts by now, as far as the store knows it."""

from dataclasses import dataclass

from tui_ops.store.views.connect import Reader


@dataclass(frozen=True, slots=True)
class RunTraces:
    """A run's traces."""

    begun_at: float
    """Epoch seconds."""
    frozen: str
    """JSON of what runs."""
    ended: tuple[tuple[str, str], ...]
    """Host and step of each cell that ended with an exit code, or of which nobody knows: it was there, or may have
    been, and a run that finds nothing of itself there has not begun anew."""


def run_traces(reader: Reader, token: str) -> RunTraces | None:
    """Return the traces of the run of a token; None where there is no such run."""
    head = reader.read(
        lambda connection: connection.execute(
            "SELECT id, begun_at, frozen FROM change_run WHERE token = ?", (token,)
        ).fetchone()
    )
    if head is None:
        return None
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT host, step FROM change_cell WHERE run_id = ? AND (exit_status IS NOT NULL OR state = 'unknown')",
            (head[0],),
        ).fetchall()
    )
    return RunTraces(head[1], head[2], tuple((str(host), str(step)) for host, step in rows))
