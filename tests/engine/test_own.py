"""The engine as a host: what it says of itself, and what can't be done to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.actions.errors import ActError
from tui_ops.inventory import InventoryError, load
from tui_ops.model.fleet import ENGINE_ADDRESS, ENGINE_NAME, HostSpec
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.performance.own import OwnFigures, OwnRoom, judge_own
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.pages import host
from tui_ops.store.views.rows import HostPage

ROOM = OwnRoom(free_bytes=100 * 2**30, files_open=20, files_most=1024)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    engine = EngineWorld(
        tmp_path_factory.mktemp("own"), inventory_text([HostSpec("here", "here", "local")], period="1s")
    )
    try:
        yield engine.start()
    finally:
        engine.kill()


def page(engine: EngineWorld) -> HostPage:
    with open_reader(engine.state) as reader:
        found = host(reader, ENGINE_NAME)
    assert found is not None
    return found


def test_it_tells_its_work_its_memory_and_its_files(engine: EngineWorld) -> None:
    """Read from the kernel and from the files themselves, not from what it thinks of itself."""
    until_sync(lambda: "cpu" in page(engine).host.values, 40, "a rate has a base")
    found = page(engine)
    assert (found.host.state, found.host.address) == (HostState.UP, ENGINE_ADDRESS)
    assert found.host.os.startswith("tui-ops ")
    assert engine.process is not None
    resident = int(Path(f"/proc/{engine.process.pid}/statm").read_text().split()[1]) * 4096
    assert 0.5 < found.detail["engine.memory"] / resident < 2
    assert found.detail["engine.hosts"] == 1
    assert found.detail["engine.polls"] > 0.5
    assert found.detail["engine.file_bytes ops.db"] >= engine.state.ops_db.stat().st_size * 0.5
    assert found.detail["files.open"] > 5
    assert found.host.severity is Severity.OK


def test_nobody_logs_in_to_it_or_trusts_a_key(engine: EngineWorld) -> None:
    """It is refused with the reason, by the engine too; maintenance and reading are as everywhere."""
    with pytest.raises(ActError, match="this is the engine itself"):
        engine.act("host.trust", ENGINE_NAME, fingerprints=["SHA256:" + "A" * 43])
    engine.act("host.read", ENGINE_NAME)
    told = engine.run("status").stdout
    assert "up=1;;;0;1 " in told or "warning=1;;;0;1 " in told, "one host is counted"
    assert ENGINE_NAME not in told.split("|")[0]


def test_no_inventory_may_take_its_name(tmp_path: Path) -> None:
    for number, entry in enumerate(("tui-ops: 10.0.0.1", "web-1: {address: 10.0.0.1, id: tui-ops}")):
        path = tmp_path / f"{number}.yaml"
        path.write_text(f"hosts:\n  {entry}\n")
        with pytest.raises(InventoryError, match="is the engine itself"):
            load(path)


@pytest.mark.parametrize(
    ("figures", "room", "severity", "words"),
    [
        (OwnFigures(), ROOM, Severity.OK, ""),
        (OwnFigures(lag_s=2.4), ROOM, Severity.WARNING, "2s behind"),
        (OwnFigures(lag_s=30.0), ROOM, Severity.CRITICAL, "30s behind"),
        (OwnFigures(queue=5000), ROOM, Severity.WARNING, "5,000 rows wait"),
        (OwnFigures(queue=15_000), ROOM, Severity.CRITICAL, "the disk is slow or full"),
        (OwnFigures(error="the disk is full"), ROOM, Severity.CRITICAL, "the disk is full"),
        (OwnFigures(outside="ping.example can't be called"), ROOM, Severity.WARNING, "dead man"),
        (OwnFigures(), OwnRoom(3 * 2**30, 20, 1024), Severity.WARNING, "tui-ops db size"),
        (OwnFigures(lag_s=2.0), OwnRoom(2**29, 20, 1024), Severity.CRITICAL, "512 MiB left"),
        (OwnFigures(), OwnRoom(100 * 2**30, 900, 1024), Severity.WARNING, "900 of 1,024 files open"),
    ],
)
def test_it_judges_itself(figures: OwnFigures, room: OwnRoom, severity: Severity, words: str) -> None:
    """The worst stands first; each says what to do or to look at."""
    found = judge_own(figures, room)
    assert found.severity is severity
    assert words in found.reason
