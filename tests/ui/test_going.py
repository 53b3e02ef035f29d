"""Going about: history by keys, crumbs, completion, the log of messages."""

from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.screens.host import Host


async def test_history_over_filters_pages_and_screens(world: World, door: Door, open_desk):
    """[ and ] go through what was looked at, with its order; - swaps the last two."""
    async with open_desk(world.root, (160, 40)) as desk:
        await desk.linked()
        await desk.press("colon", *"hosts site=par", "enter")
        await desk.sees("site=par")
        await desk.press("S", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        name = desk.app.screen.host_name  # type: ignore[attr-defined]
        await desk.sees(f"hosts site=par → {name}")
        await desk.press("9")
        await desk.sees("newest first")
        await desk.press("left_square_bracket")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.press("left_square_bracket")
        await desk.sees("site=par", "by state ↓")
        await desk.press("left_square_bracket")
        await desk.sees("hosts 30")
        await desk.press("left_square_bracket")
        await desk.sees("nothing was looked at before")
        await desk.press("right_square_bracket")
        await desk.sees("of 30", "site=par")
        await desk.press("minus")
        await desk.sees("hosts 30")
        await desk.press("minus")
        await desk.sees("of 30", "site=par")
        await desk.press("right_square_bracket", "right_square_bracket")
        await desk.sees("newest first")


async def test_tab_goes_through_what_fits(world: World, door: Door, open_desk):
    """Nouns, acts, hosts, keys and the values that hosts have; what fits stands in the footer."""
    async with open_desk(world.root, (160, 40)) as desk:
        await desk.linked()
        prompt = desk.list.query_one("#prompt")

        def typed() -> str:
            return str(prompt.value)  # type: ignore[attr-defined]

        await desk.press("colon", "h")
        await desk.sees("tab hosts", "host.maintenance")
        await desk.press("tab")
        assert typed() == "hosts"
        await desk.press("tab")
        assert typed() == "host"
        await desk.press("shift+tab", *" si", "tab")
        assert typed() == "hosts site="
        await desk.press("tab", "tab")
        assert typed() == "hosts site=nyc"
        await desk.press("enter")
        await desk.sees("site=nyc")
        await desk.press("colon", *"db-1", "tab", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))


async def test_typed_lines_are_remembered_on_every_screen(world: World, door: Door, open_desk):
    """What was typed on the list comes back on a host's page."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("colon", *"host db-2.lon", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.press("colon", "up")
        assert desk.app.screen.query_one("#prompt").value == "host db-2.lon"  # type: ignore[attr-defined]


async def test_what_was_said_can_be_read_again(world: World, door: Door, open_desk):
    """:messages shows every message with its time; the same one twice stands once."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("q", "q", "colon", *"frobnicate", "enter", "colon", *"messages", "enter")
        await desk.sees("Messages", "this is the first page", "(2 times)", "there is no :frobnicate")
        await desk.press("q")
        await desk.sees("hosts 30")
