"""The rows of ``tui-ops show imports``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment
from tui_ops.cli.output import Record
from tui_ops.model.address import Query

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

IMPORT_COLUMNS = ("at", "tool", "host", "found", "by", "reported", "file", "note", "version", "sha", "id")
IMPORT_TEXT = ("at", "tool", "host", "found", "by", "reported", "file", "note")


def imports(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the reports of other scanners that came in, the newest first."""
    from tui_ops.store.views.scans import imports as read

    for row in read(reader):
        yield {
            "at": moment(row.at),
            "tool": row.tool,
            "host": row.host or None,
            "found": row.found,
            "by": row.by,
            "reported": moment(row.reported_at),
            "file": row.file or None,
            "note": row.note or None,
            "version": row.version or None,
            "sha": row.sha or None,
            "id": row.id,
        }
