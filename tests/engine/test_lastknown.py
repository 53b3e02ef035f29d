"""What the store still tells of a host that can't be asked."""

import time
from pathlib import Path

import pytest
from sqlmodel import Session

from tui_ops.engine.lastknown import frames_blocks, last_known
from tui_ops.model.clock import Stamp, iso
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import Severity
from tui_ops.practices.incidents.frames import Frame
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import SectionWrite
from tui_ops.store.paths import prepare
from tui_ops.store.records import add_event
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

AT = float(round(time.time()) - 100)

PROCESS = {
    "pid": 7, "ppid": 1, "user": "app", "state": "R", "cpu": None, "rss": 4096, "threads": 1, "seconds": 1.0,
    "age_s": 1.0, "name": "java", "command": "",
}  # fmt: skip
DOCUMENTS: dict[str, dict[str, object]] = {
    "processes": {"count": 1, "over_s": None, "top": [PROCESS]},
    "journal": {"count": 3, "writers": [{"name": "app", "count": 3, "text": "out of memory"}]},
    "units": {
        "units": [
            {"name": "app.service", "load": "loaded", "active": "failed", "sub": "failed", "text": "App"},
            {"name": "b.service", "load": "loaded", "active": "active", "sub": "running", "text": "B"},
        ]
    },
}


@pytest.mark.parametrize("documents", [DOCUMENTS, {"processes": {"top": [5]}, "journal": {}, "units": {"units": 5}}])
async def test_processes_errors_units_and_states(tmp_path: Path, documents: dict[str, dict[str, object]]) -> None:
    """Each with the moment of its reading; a document of another form is told as one that can't be read."""
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)

    def made(session: Session) -> int:
        ((_, host_id),) = sync_fleet(session, Fleet("shop", (HostSpec("web-1", "web-1", "10.0.0.1"),)), 1.0).hosts
        add_event(session, host_id, AT, "state", "up → down: refused")
        add_event(session, host_id, AT, "shell", "alice asked for a shell")
        return host_id

    host_id = await writer.act(made)
    stamp = Stamp(AT, 0.0)
    rows = [SectionWrite(host_id, name, 60.0, stamp, stamp, Severity.OK, "", one) for name, one in documents.items()]
    await writer.write_latest([], rows)
    with open_reader(paths) as reader:
        found = {block.name: block for block in last_known(reader, host_id)}
    await writer.close()
    assert all(found[name].lines[0] == f"as of {iso(AT)}" for name in ("processes", "errors", "units"))
    assert found["state"].lines == (f"{iso(AT)} up → down: refused",)
    if documents is DOCUMENTS:
        assert found["processes"].lines[3].split() == ["7", "app", "R", "–", "4.0", "KiB", "1", "java"]
        assert found["errors"].lines[1:] == ("3 errors in the last minutes", "app ×3: out of memory")
        assert found["units"].lines[1:] == ("app.service loaded failed failed App",)
    else:
        assert found["processes"].why == "what was kept can't be read"
        assert found["units"].lines[1:] == ("no unit had failed",)


def test_frames_as_blocks() -> None:
    """What moved stands by itself; nothing at all is said as such."""
    frames = [Frame(AT, {"load1": 1.0}), Frame(AT + 10, {"load1": 9.0})]
    assert [block.name for block in frames_blocks(frames)] == ["moved", "frames"]
    assert [block.name for block in frames_blocks(frames[:1])] == ["frames"]
    assert frames_blocks([])[0].why
