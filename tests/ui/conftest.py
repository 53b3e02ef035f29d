"""The desk over a real store, driven by Textual's pilot."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.desk_world import Case, Door, World, varied
from support.waiting import until

from tui_ops.ui.app import DeskApp
from tui_ops.ui.options import UiOptions
from tui_ops.ui.screens.infrastructure import Infrastructure


class Driver:
    """Presses keys and reads the screen."""

    def __init__(self, app: DeskApp, pilot: Any) -> None:
        self.app, self.pilot = app, pilot

    def lines(self) -> list[str]:
        """What stands on the terminal."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str, without: str = "") -> None:
        """Wait until all of these stand on the screen, and ``without`` does not."""

        async def there() -> bool:
            await self.pilot.pause()
            shown = self.text
            return all(text in shown for text in texts) and (not without or without not in shown)

        try:
            await until(there)
        except AssertionError:
            raise AssertionError(f"not seen: {texts} (without {without!r})\n{self.text}") from None

    async def linked(self) -> None:
        """Wait until the engine has greeted and the fleet is there."""
        await until(lambda: self.app.client.hello is not None and self.app.desk.loaded)
        await self.pilot.pause()

    @property
    def list(self) -> Infrastructure:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Infrastructure)
        return screen

    @property
    def here(self) -> str:
        row = self.app.desk.fleet.here
        return row.name if row else ""


Opener = Callable[..., AbstractAsyncContextManager[Driver]]


@asynccontextmanager
async def opened(root: Path, size: tuple[int, int] = (120, 40), **options: Any) -> AsyncIterator[Driver]:
    app = DeskApp(UiOptions(state=root, fleet_name="shop-prod", **{"ascii": False, **options}))
    async with app.run_test(size=size) as pilot:
        yield Driver(app, pilot)


@pytest.fixture
def open_desk() -> Opener:
    """Opens the desk on a state directory."""
    return opened


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A store with hosts in every state."""
    made = await World(tmp_path / "state").build(varied(30))
    yield made
    await made.close()


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    """An engine's door beside the store."""
    made = await Door(world.root).open()
    yield made
    await made.close()


@pytest.fixture
def one_case() -> Callable[..., Case]:
    """Makes a host."""
    return Case
