"""The rows of ``tui-ops show`` about what comes in from elsewhere: the jobs that have to report."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.model.address import Query

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

HEARTBEAT_COLUMNS = ("job", "state", "age_s", "says", "due", "last", "ok", "last_good", "rpo_s", "backs_up")
HEARTBEAT_TEXT = ("job", "state", "age_s", "says", "due")


def heartbeats(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the jobs by name."""
    from tui_ops.store.views.beats import heartbeats as read

    now = time.time()
    for row in read(reader):
        yield {
            "job": row.name,
            "state": str(row.state(now)),
            "age_s": number(max(0.0, now - row.last_at), 0) if row.last_at is not None else None,
            "says": row.last_text,
            "due": moment(row.due_at),
            "last": moment(row.last_at),
            "ok": row.last_ok,
            "last_good": moment(row.last_good_at),
            "rpo_s": number(row.rpo_s, 0),
            "backs_up": list(row.backs_up),
        }
