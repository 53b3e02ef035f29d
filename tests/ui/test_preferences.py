"""What the desk keeps: read, written, and never in the way."""

from pathlib import Path

import pytest
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.preferences import (
    FILE,
    FILE_LIMIT,
    FLEETS_MOST,
    Preferences,
    PreferencesError,
    as_text,
    config_folder,
    read_preferences,
    write_preferences,
)


def test_what_is_written_is_read_again(tmp_path: Path):
    """Every value comes back, the odd ones too."""
    kept = Preferences("mono", "-cpu", True, {"hosts": ["cpu", "net"]}, {"shop": 'hosts state="auth failed" !#x: é'})
    write_preferences(tmp_path / "new", as_text(kept))
    assert read_preferences(tmp_path / "new") == kept
    assert (tmp_path / "new" / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE]


def test_no_file_is_an_empty_one(tmp_path: Path):
    """The first start finds nothing and says nothing."""
    assert read_preferences(tmp_path) == Preferences()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("theme: [dark", ":1:13"),
        ("theme: 3", "theme: a short text"),
        ("- a\n- b", "names and values"),
        ("hosts: cpu", "hosts: names and values"),
        ("columns: {hosts: cpu}", "columns: a list"),
        ("last: {shop: 1}", "last: a short text"),
        ("\0", ""),
        ("a: *b", ":1:"),
        ("x" * (FILE_LIMIT + 1), "larger than 64 KiB"),
        ("!!python/object/apply:os.system [id]", ":1:1"),
    ],
)
def test_a_broken_file_is_told_and_kept_aside(tmp_path: Path, text: str, place: str):
    """With its place; the next start finds none."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(PreferencesError) as told:
        read_preferences(tmp_path)
    assert place in str(told.value)
    assert "desk.yaml.broken" in told.value.hint
    assert (tmp_path / "desk.yaml.broken").read_text() == text
    assert read_preferences(tmp_path) == Preferences()


def test_a_file_that_can_not_be_read_or_written_is_told(tmp_path: Path):
    """A folder in its place, a file in the folder's place."""
    (tmp_path / FILE).mkdir()
    with pytest.raises(PreferencesError):
        read_preferences(tmp_path)
    with pytest.raises(PreferencesError):
        write_preferences(tmp_path, "theme: dark\n")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_last_views_are_bounded():
    """The fleets that were looked at last are kept."""
    kept = Preferences()
    for number in range(FLEETS_MOST + 5):
        kept.remember(f"fleet-{number}", "hosts")
    assert len(kept.last) == FLEETS_MOST
    assert f"fleet-{FLEETS_MOST + 4}" in kept.last


def test_where_the_file_lies():
    """As the XDG text says: an absolute folder, else below the home, else nowhere."""
    assert config_folder({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}) == Path("/c/tui-ops")
    assert config_folder({"XDG_CONFIG_HOME": "c", "HOME": "/h"}) == Path("/h/.config/tui-ops")
    assert config_folder({}) is None


async def test_the_desk_opens_as_it_was_left(world: World, door: Door, open_desk, tmp_path: Path):
    """Theme, order, filter and screen come back, and a filter that comes back is told."""
    config = tmp_path / "config"
    async with open_desk(world.root, config=config) as desk:
        await desk.linked()
        await desk.press("colon", *"theme mono", "enter", "colon", *"hosts site=par", "enter", "S")
        await until(lambda: desk.app.desk.fleet.reversed)
        await desk.sees("site=par")
    assert read_preferences(config).last == {"shop-prod": "hosts site=par"}
    async with open_desk(world.root, config=config) as desk:
        await desk.linked()
        await desk.sees("as you left it: hosts site=par", "by state ↓")
        assert desk.app.look.name == "mono"
        await desk.press("escape", "9")
        await desk.sees("entries")
    async with open_desk(world.root, config=config) as desk:
        await desk.sees("newest first")


async def test_the_command_line_stands_above_the_preferences(world: World, open_desk, tmp_path: Path):
    """A theme that is asked for is taken, and the preferred one is kept."""
    config = tmp_path / "config"
    write_preferences(config, as_text(Preferences(theme="mono")))
    async with open_desk(world.root, config=config, theme="light") as desk:
        assert desk.app.look.name == "light"
    assert read_preferences(config).theme == "mono"


async def test_a_desk_that_is_left_at_once_keeps_what_was_there(world: World, open_desk, tmp_path: Path):
    """What was never taken up is not written over."""
    write_preferences(tmp_path, as_text(Preferences("mono", "-cpu", True)))
    async with open_desk(world.root, config=tmp_path) as desk:
        desk.app.habits._begun = False
        desk.app.desk.fleet.sort_by(None)
    assert read_preferences(tmp_path).order == "-cpu"


async def test_a_broken_file_does_not_keep_the_desk_from_opening(world: World, open_desk, tmp_path: Path):
    """It is told on the screen, and stays in the log of messages."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / FILE).write_text("theme: {")
    async with open_desk(world.root, (250, 40), config=tmp_path / "config") as desk:
        await desk.sees("desk.yaml:1:9")
        await desk.press("colon", *"messages", "enter")
        await desk.sees("Messages", "desk.yaml:1:9")


async def test_a_folder_that_can_not_be_written_is_told_once(world: World, open_desk, tmp_path: Path):
    """And the desk goes on."""
    (tmp_path / "config").write_text("not a folder")
    async with open_desk(world.root, (250, 40), config=tmp_path / "config") as desk:
        await desk.press("colon", *"theme mono", "enter")
        desk.app.habits.keep()
        await desk.sees("what you chose is not kept")
        desk.app.habits.keep()
        assert desk.app.is_running
