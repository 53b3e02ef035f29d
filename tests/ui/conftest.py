"""The desk over a real store, driven by Textual's pilot."""

import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.desk_world import Case, Door, World, varied
from support.waiting import until
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key

from tui_ops.ui.app import DeskApp
from tui_ops.ui.options import UiOptions
from tui_ops.ui.screens.infrastructure import Infrastructure

OPENS = {"slash", "colon", "tab", "shift+tab"}
"""Keys behind which a text is typed."""


def key_of(key: str) -> Key:
    """Return the event of a key by its name, or by the sign that it writes."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        sign: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        sign = key if len(key) == 1 else None
    return Key(name, sign)


def is_typed(keys: Sequence[str], at: int) -> bool:
    """Whether a key stands in a text, and not at its end: the signs behind one that opens a line for it."""
    if len(keys[at]) > 1 or at + 1 == len(keys) or len(keys[at + 1]) > 1:
        return False
    return next((key in OPENS for key in reversed(keys[:at]) if len(key) > 1), False)


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
        """Press keys, each once what the one before it did is done.

        Textual's own pilot waits twice for a process that does nothing, 80 ms a key, which is most of the time that
        such tests take. A text is typed as quickly as it is pasted.
        """
        for at, key in enumerate(keys):
            self.app.post_message(key_of(key))
            if not is_typed(keys, at):
                await self.pilot.pause()

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
