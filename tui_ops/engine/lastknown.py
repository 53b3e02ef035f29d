"""What the engine still knows of a host that can't be asked: its last minutes, its last processes, errors and state."""

import json
from collections.abc import Sequence

from tui_ops.collectors.evidence import Block, processes_block
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.practices.incidents.frames import Frame, moved, table
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.documents import Record

STATES_SHOWN = 20
"""Changes of state that are told: an hour of a host that comes and goes."""

LINE_LIMIT = 400
"""Characters of a line."""


def frames_blocks(frames: Sequence[Frame]) -> list[Block]:
    """Return the last minutes as text: what moved, and the numbers."""
    if not frames:
        return [Block("frames", (), "nothing is in memory and nothing in the history of the last minutes")]
    lines = moved(frames)
    blocks = [Block("frames", tuple(table(frames)))]
    return [Block("moved", tuple(lines)), *blocks] if lines else blocks


def last_known(reader: Reader, host_id: int) -> list[Block]:
    """Return what the store has of a host's processes, errors, failed units and states.

    Args:
        reader: of ``ops.db``.
        host_id: of the host.

    Raises:
        StoreError: it can't be read.
    """
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT section, at, document FROM section_latest WHERE host_id = ? AND at IS NOT NULL"
            " AND section IN ('processes', 'journal', 'units')",
            (host_id,),
        ).fetchall()
    )
    events = reader.read(
        lambda connection: connection.execute(
            "SELECT at, text FROM event WHERE host_id = ? AND kind IN ('state', 'boot') ORDER BY id DESC LIMIT ?",
            (host_id, STATES_SHOWN),
        ).fetchall()
    )
    found = {section: (at, json.loads(document)) for section, at, document in rows}
    blocks = []
    if "processes" in found:
        at, document = found["processes"]
        blocks.append(_aged(at, _processes(document)))
    if "journal" in found:
        at, document = found["journal"]
        blocks.append(_aged(at, _errors(Record(document))))
    if "units" in found:
        at, document = found["units"]
        blocks.append(_aged(at, _failed(Record(document))))
    if events:
        lines = tuple(clean(f"{iso(at)} {text}", LINE_LIMIT) for at, text in reversed(events))
        blocks.append(Block("state", lines))
    return blocks


def _aged(at: float, block: Block) -> Block:
    return Block(block.name, (f"as of {iso(at)}", *block.lines), block.why, block.cut)


def _processes(document: dict[str, object]) -> Block:
    try:
        return processes_block(document)
    except (KeyError, TypeError, ValueError):
        return Block("processes", (), "what was kept can't be read")


def _errors(document: Record) -> Block:
    lines = [
        f"{document.number('count') or 0:.0f} errors in the last minutes",
        *(
            f"{one.text('name')} ×{one.number('count') or 0:.0f}: {one.text('text')}"
            for one in document.records("writers")
        ),
    ]
    return Block("errors", tuple(clean(line, LINE_LIMIT) for line in lines))


def _failed(document: Record) -> Block:
    failed = [one for one in document.records("units") if one.text("active") == "failed"]
    lines = [f"{one.text('name')} {one.text('load')} failed {one.text('sub')} {one.text('text')}" for one in failed]
    return Block("units", tuple(clean(line, LINE_LIMIT) for line in lines) or ("no unit had failed",))
