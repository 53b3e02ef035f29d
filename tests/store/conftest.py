"""A state directory of its own for every test, and an engine's writer on it."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.people import Role, Who
from tui_ops.store.fleet_sync import SyncResult, sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Preparing a state directory sets the process's umask: give it back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder below which other users may find their way, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="tui-ops-store-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def paths(root: Path) -> StatePaths:
    """A state directory as an engine finds it after its first start."""
    paths = prepare(root / "state")
    upgrade(paths)
    return paths


@pytest.fixture
async def writer(paths: StatePaths) -> AsyncIterator[Writer]:
    """An engine's writer, closed at the end."""
    writer = await Writer.open(paths)
    yield writer
    await writer.close()


@pytest.fixture
def alice() -> Who:
    """An operator."""
    return Who("alice", Role.ADMIN, 1000, "10.0.0.9")


@pytest.fixture
def sync(writer: Writer) -> Callable[..., object]:
    """Takes hosts in: ``await sync(HostSpec(…), …)``."""

    async def taken(*hosts: HostSpec, at: float = 1000.0) -> SyncResult:
        return await writer.act(lambda session: sync_fleet(session, Fleet("shop", hosts), at))

    return taken
