"""Themes of the operator's own: found, previewed, and every mistake with its place."""

from pathlib import Path

import pytest
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.themes import COLOURS, FOLDER, NAMES, OWN_MOST, ThemeError, load_palette, theme_names

GOOD = (FOLDER / "dark.yaml").read_text()


def test_own_themes_come_after_the_shipped_ones(tmp_path: Path):
    """Names that are none are left out, and there are not too many."""
    for name in ("zebra", "sea", "dark", ".hidden", "a b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD)
    assert theme_names(tmp_path) == (*NAMES, "sea", "zebra")
    assert theme_names(tmp_path / "nowhere") == NAMES
    for number in range(OWN_MOST + 10):
        (tmp_path / f"t{number}.yaml").write_text(GOOD)
    assert len(theme_names(tmp_path)) == len(NAMES) + OWN_MOST


def test_an_own_theme_stands_in_for_a_shipped_one(tmp_path: Path):
    """Whoever writes a ``dark`` means it."""
    (tmp_path / "dark.yaml").write_text(GOOD.replace("#87afd7", "#010203"))
    assert load_palette("dark", tmp_path).colours["accent"] == "#010203"
    assert load_palette("light", tmp_path).name == "light"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace('"#87afd7"', "blue"), ":12:11: accent: 'blue' is no colour"),
        (GOOD.replace("  accent:", "  acent:"), ":12:3: colours: there is no colour 'acent'"),
        (GOOD.replace('  accent: "#87afd7"\n', ""), "lacks accent"),
        (GOOD + "colour: red\n", "there is no key 'colour'"),
        (GOOD.replace("bold: [title, bad]", "bold: [titel]"), "bold: there is no colour 'titel'"),
        ("colours: [", ":1:"),
        ("- dark", ":1:1: the theme: names and values"),
        ("colours: 3", ":1:10: colours: names and values"),
        ("colours:\n  [a]: b", ":2:3: colours: there is no colour"),
        ("", "names and values"),
        ("#" * 40_000, "larger than"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str):
    """File, line, column, what is wrong."""
    (tmp_path / "sea.yaml").write_text(text)
    with pytest.raises(ThemeError) as told:
        load_palette("sea", tmp_path)
    assert str(tmp_path / "sea.yaml") in str(told.value)
    assert said in str(told.value)


@pytest.mark.parametrize("name", ["../dark", "", "nowhere", "/etc/passwd", "a\x1bb"])
def test_a_name_is_no_path(tmp_path: Path, name: str):
    """And one that is not there names those that are."""
    with pytest.raises(ThemeError) as told:
        load_palette(name, tmp_path)
    assert "choose one of dark" in str(told.value)
    assert "\x1b" not in str(told.value)


def test_every_shipped_theme_names_every_colour():
    """None of them more, none less."""
    for name in NAMES:
        assert set(load_palette(name).colours) == set(COLOURS)


async def test_a_broken_own_theme_does_not_keep_the_desk_from_opening(world: World, open_desk, tmp_path: Path):
    """The shipped one is taken, and the mistake is told."""
    own = tmp_path / "config" / "themes"
    own.mkdir(parents=True)
    (own / "dark.yaml").write_text("colours: 3")
    async with open_desk(world.root, (250, 40), config=tmp_path / "config") as desk:
        await desk.sees("dark.yaml:1:10")
        assert desk.app.look.name == "dark"


async def test_t_previews_own_themes_and_says_where_one_is_wrong(world: World, door: Door, open_desk, tmp_path: Path):
    """A broken one stands in the menu with its mistake and is never put on."""
    own = tmp_path / "config" / "themes"
    own.mkdir(parents=True)
    (own / "alpine.yaml").write_text(GOOD)
    (own / "broken.yaml").write_text("colours: 3")
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        await desk.linked()
        await desk.press("T", "k", "k")
        await until(lambda: desk.app.look.name == "alpine")
        await desk.sees("alpine", "your own", "broken.yaml:1:10")
        await desk.press("j", "enter")
        assert desk.app.look.name == "alpine"
        await desk.press("escape")
        await until(lambda: desk.app.look.name == "dark")
