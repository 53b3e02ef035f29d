"""Reports of other scanners that were taken in, as they are shown."""

from tui_ops.model.scans import ScanRow
from tui_ops.store.views.connect import Reader

LIMIT = 2000
"""Reports that are read, the newest: of a week of a large fleet."""


def imports(reader: Reader, limit: int = LIMIT) -> list[ScanRow]:
    """Return the reports, the newest first."""
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT s.id, s.tool, s.tool_version, coalesce(h.name, ''), s.file, s.sha, s.reported_at, s.at, s.\"by\","
            " s.found, s.note FROM scan_import AS s LEFT JOIN host AS h ON h.id = s.host_id ORDER BY s.id DESC LIMIT ?",
            (limit,),
        ).fetchall()
    )
    return [ScanRow(*row) for row in rows]
