"""The panel of the engine's own work, on the page of the host that is the engine itself."""

from tui_ops.model.units import format_bytes
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import number
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import Pen, heading, labelled


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return what the engine says of its work; nothing on the page of any other host."""
    if not page.host.is_engine:
        return []
    return [heading("Work", pen), *_work(page.detail)]


def _work(detail: dict[str, float]) -> list[Line]:
    lag, late = detail.get("engine.lag"), detail.get("engine.skipped")
    rows = (
        ("Watches", _count(detail.get("engine.hosts"), "host", "hosts")),
        ("Begins", _rate(detail.get("engine.polls"), "a second, readings and other work")),
        ("Behind", f"{lag * 1000:.0f} ms" if lag is not None else ""),
        ("Overdue", _rate(late, "a second, left out since the last was not done") if late else ""),
        ("Waiting", _count(detail.get("engine.queue"), "row to be written", "rows to be written")),
        ("Asked by", _count(detail.get("engine.clients"), "dashboard or command", "dashboards and commands")),
        ("Memory", _size(detail.get("engine.memory"))),
        ("Database", _size(detail.get("engine.file_bytes ops.db"))),
        ("Readings", _size(detail.get("engine.file_bytes samples.db"))),
    )
    return [labelled(label, (text, Ink.TEXT)) for label, text in rows if text]


def _count(value: float | None, one: str, many: str) -> str:
    return f"{value:,.0f} {one if value == 1 else many}" if value is not None else ""


def _size(value: float | None) -> str:
    return format_bytes(value) if value is not None else ""


def _rate(value: float | None, what: str) -> str:
    return f"{number(value)} {what}" if value is not None else ""
