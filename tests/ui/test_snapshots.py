"""The main views as pictures: dark, mono and the smallest first-class size. The clock, the zone and the machine's name
stand still; a picture that differs on purpose is taken over by ``pytest tests/ui/test_snapshots.py --snapshot-update``.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.desk_world import Door, World, varied
from support.incidents import bad_night, full_disks, seed
from support.security_world import weaken
from support.waiting import until

from tui_ops.model import clock
from tui_ops.ui.app import DeskApp
from tui_ops.ui.desk import this_machine
from tui_ops.ui.options import UiOptions

STANDS_AT = 1_772_000_000.0
"""A day in February, when no zone changes its clocks."""

STANDS_AT_MONO = 100_000.0

LASTING = ("link", "feed")
"""Workers that go on as long as the desk does; what the others read stands in the picture."""

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)


class Background:
    """An event loop in a thread of its own, for the store and the door: the desk has the main one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets the clock of readings stand still; Textual's own clock goes on."""
    frozen = SimpleNamespace(
        time=lambda: STANDS_AT, clock_gettime=lambda _clock: STANDS_AT_MONO,
        CLOCK_BOOTTIME=time.CLOCK_MONOTONIC, CLOCK_MONOTONIC=time.CLOCK_MONOTONIC,
    )  # fmt: skip
    monkeypatch.setattr(clock, "time", frozen)
    monkeypatch.setattr(socket, "gethostname", lambda: "jump-1")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    this_machine.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()
    this_machine.cache_clear()


@pytest.fixture
def root(tmp_path: Path, still: None) -> Iterator[Path]:
    """A store of hosts in every state, and an engine's door beside it."""
    background = Background()
    world = World(tmp_path / "state")
    background.run(world.build(varied(30)))
    background.run(world.writer.note(lambda session: full_disks(session, world.ids)))
    door = background.run(Door(world.root).open())
    try:
        yield world.root
    finally:
        background.run(door.close())
        background.run(world.close())
        background.end()


@pytest.fixture
def night(tmp_path: Path, still: None) -> Iterator[Path]:
    """A store with a bad night in it, and an engine's door beside it."""
    background = Background()
    world = World(tmp_path / "state")
    background.run(world.build(varied(30)))
    background.run(seed(world, bad_night()))
    door = background.run(Door(world.root).open())
    try:
        yield world.root
    finally:
        background.run(door.close())
        background.run(world.close())
        background.end()


def text_of(app: DeskApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def taking(*keys: str, sees: str) -> Callable[..., Any]:
    """Returns what is done before the picture is taken: keys, and then waiting for what they bring."""

    async def run(pilot: Any) -> None:
        app = pilot.app
        await until(lambda: app.client.hello is not None and app.desk.loaded)
        for key in keys:
            await pilot.press(key)

        async def there() -> bool:
            await pilot.pause()
            resting = all(worker.group in LASTING or worker.is_finished for worker in app.workers)
            return resting and sees in text_of(app)

        await until(there)
        await pilot.pause()

    return run


VIEWS: dict[str, tuple[tuple[str, ...], str]] = {
    "hosts": ((), "Filesystems"),
    "host": (("colon", *"host db-2.lon", "enter"), "Top"),
    "racks": (("full_stop",), "TROUBLE"),
    "network": (("comma",) * 4, "eth0"),
    "storage": (("comma",) * 3, "/boot"),
    "audit": (("9",), "nobody has done anything yet"),
    "acts": (("x",), "acts on"),
    "keys": (("question_mark",), "Moving"),
}
"""The keys that lead to a view, and what stands there when it is whole."""


@pytest.mark.parametrize("view", VIEWS)
def test_dark(root: Path, snap_compare: Any, view: str) -> None:
    """Each view at 120x40, in the theme that a new user meets."""
    keys, sees = VIEWS[view]
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", ascii=False))
    assert snap_compare(app, terminal_size=MIDDLE, run_before=taking(*keys, sees=sees))


@pytest.mark.parametrize("view", ["hosts", "host", "acts"])
def test_mono(root: Path, snap_compare: Any, view: str) -> None:
    """Without colours: a glyph and a word say it all."""
    keys, sees = VIEWS[view]
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", ascii=False, theme="mono"))
    assert snap_compare(app, terminal_size=MIDDLE, run_before=taking(*keys, sees=sees))


@pytest.mark.parametrize("view", ["hosts", "host", "storage"])
def test_at_80x24(root: Path, snap_compare: Any, view: str) -> None:
    """The smallest size that is first-class."""
    keys, sees = VIEWS[view]
    sees = {"hosts": "hosts 30", "storage": "storage"}.get(view, sees)
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", ascii=False))
    assert snap_compare(app, terminal_size=SMALL, run_before=taking(*keys, sees=sees))


@pytest.mark.parametrize("view", ["hosts", "host"])
def test_at_200x60(root: Path, snap_compare: Any, view: str) -> None:
    """The third panel, the third column."""
    keys, sees = VIEWS[view]
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", ascii=False))
    assert snap_compare(app, terminal_size=LARGE, run_before=taking(*keys, sees=sees))


OF_INCIDENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "now": (("0",), "shop-db degraded"),
    "incidents": (("2",), "shop-db degraded"),
    "incident": (("2", "enter"), "What changed"),
}


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=["small", "middle", "large"])
@pytest.mark.parametrize("view", OF_INCIDENTS)
def test_incidents(night: Path, snap_compare: Any, view: str, size: tuple[int, int]) -> None:
    """What needs someone, the list, the page: at every size."""
    keys, sees = OF_INCIDENTS[view]
    app = DeskApp(UiOptions(state=night, fleet_name="shop-prod", ascii=False))
    assert snap_compare(app, terminal_size=size, run_before=taking(*keys, sees=sees))


@pytest.mark.parametrize("view", ["incidents", "incident"])
def test_incidents_in_mono(night: Path, snap_compare: Any, view: str) -> None:
    """Without colours a glyph and a word say it."""
    keys, sees = OF_INCIDENTS[view]
    app = DeskApp(UiOptions(state=night, fleet_name="shop-prod", ascii=False, theme="mono"))
    assert snap_compare(app, terminal_size=MIDDLE, run_before=taking(*keys, sees=sees))


def test_in_ascii(root: Path, snap_compare: Any) -> None:
    """Every sign has its twin."""
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", ascii=True))
    assert snap_compare(app, terminal_size=MIDDLE, run_before=taking(sees="Filesystems"))


@pytest.fixture
def weak(tmp_path: Path, still: None) -> Iterator[Path]:
    """A store with findings of every kind, and an engine's door beside it."""
    background = Background()
    world = World(tmp_path / "state")
    background.run(world.build(varied(30)))
    background.run(weaken(world))
    door = background.run(Door(world.root).open())
    try:
        yield world.root
    finally:
        background.run(door.close())
        background.run(world.close())
        background.end()


OF_SECURITY: dict[str, tuple[tuple[str, ...], str]] = {
    "findings": (("4",), "toor has UID 0"),
    "finding": (("colon", *"FND-2", "enter"), "AC-6(2)"),
}


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["small", "middle"])
@pytest.mark.parametrize("view", OF_SECURITY)
def test_security(weak: Path, snap_compare: Any, view: str, size: tuple[int, int]) -> None:
    """The findings, folded over hosts, and the page of one."""
    keys, sees = OF_SECURITY[view]
    sees = "What mends it" if view == "finding" and size == SMALL else sees
    app = DeskApp(UiOptions(state=weak, fleet_name="shop-prod", ascii=False))
    assert snap_compare(app, terminal_size=size, run_before=taking(*keys, sees=sees))
