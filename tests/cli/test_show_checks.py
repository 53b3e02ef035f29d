"""``tui-ops show checks``: what the view of checks shows, for scripts."""

import asyncio

import pytest
from support.cli_state import rows_of

from tui_ops.cli.columns import CHECK_COLUMNS
from tui_ops.model.clock import Stamp, now
from tui_ops.model.states import Severity
from tui_ops.store.live import SectionWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

DOCUMENT: dict[str, object] = {
    "kind": "http", "target": "http://10.0.1.1/", "seconds": 0.25, "attempt": 3, "attempts": 3, "soft": False,
    "since": 1_700_000_000.0,
}  # fmt: skip


@pytest.fixture
def checked(state: StatePaths) -> StatePaths:
    """The fleet of five with a section and three checks, one of them long ago."""

    async def write() -> None:
        writer = await Writer.open(state)
        at = now()
        old = Stamp(at.at - 7200, max(0.0, at.mono - 7200))
        await writer.write_latest(
            [],
            [
                SectionWrite(1, "units", 60.0, at, at, Severity.WARNING, "unit x.service failed", {"units": []}),
                SectionWrite(1, "check:home", 60.0, at, at, Severity.CRITICAL, "HTTP 500", DOCUMENT),
                SectionWrite(2, "check:home", 60.0, at, at, Severity.OK, "HTTP 200", DOCUMENT | {"attempt": 0}),
                SectionWrite(2, "check:old", 60.0, old, old, Severity.OK, "was well", DOCUMENT),
            ],
            [],
        )
        await writer.close()

    asyncio.run(write())
    return state


def test_checks_and_sections(tui, checked):
    """By host and name, each with its kind; numbers are numbers, times ISO 8601."""
    rows = rows_of(tui("show", "checks", "--format", "json").out)
    assert [(row["host"], row["check"], row["kind"], row["status"]) for row in rows] == [
        ("web-1", "home", "http", "critical"), ("web-1", "units", "section", "warning"),
        ("web-2", "home", "http", "ok"), ("web-2", "old", "http", "unknown"),
    ]  # fmt: skip
    assert tuple(rows[0]) == CHECK_COLUMNS
    first = rows[0]
    assert (first["says"], first["time_s"], first["attempt"], first["attempts"]) == ("HTTP 500", 0.25, 3, 3)
    assert (first["since"], first["target"], first["soft"]) == ("2023-11-14T22:13:20Z", "http://10.0.1.1/", False)
    assert rows[1]["time_s"] is None


def test_filters(tui, checked):
    """The same words as on the desk."""
    found = rows_of(tui("show", "checks", "kind=http", "status=critical", "--format", "json").out)
    assert [row["host"] for row in found] == ["web-1"]
    assert "HTTP 500" in tui("show", "checks", "check=home", "host=web-1").out
