"""Finding words in a text: / types them, n and N go round, esc gives up."""

from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.screens.host import Host


async def on_a_page(desk) -> Host:
    await desk.linked()
    await desk.press("colon", *"host db-2.lon", "enter")
    await until(lambda: isinstance(desk.app.screen, Host))
    await desk.sees("Vitals", "the last hour")
    return desk.app.screen


async def test_words_are_found_and_gone_through(world: World, door: Door, open_desk):
    """The first match from here on is shown while typing; n and N go on and round the end; esc forgets the words."""
    async with open_desk(world.root, (80, 24)) as desk:
        page = await on_a_page(desk)
        await desk.press("slash", *"SATUR")
        await until(lambda: page.text.matches)
        await desk.press("enter")
        await desk.sees("1 of 1: SATUR")
        await desk.press("slash", *(["backspace"] * 5), *"/var", "enter")
        await until(lambda: page.text.searched == "/var")
        await desk.press("n")
        at = page.text.matches[page.text.match]
        assert "/var" in "".join(text for text, _ in page.text.lines[at])
        assert page.text.top <= at < page.text.top + page.text.size.height
        await desk.press("N", "escape")
        assert page.text.searched == ""
        assert desk.app.screen is page
        await desk.press("escape")
        await until(lambda: not isinstance(desk.app.screen, Host))


async def test_what_is_not_there_is_told(world: World, door: Door, open_desk):
    """Nothing moves; and n without anything to look for says how to begin."""
    async with open_desk(world.root, (80, 24)) as desk:
        await on_a_page(desk)
        await desk.press("n")
        await desk.sees("/ types words")
        await desk.press("slash", *"zebra", "enter")
        await desk.sees("nothing here says 'zebra'")


async def test_a_page_that_is_drawn_anew_keeps_what_was_found(world: World, door: Door, open_desk):
    """New readings come while words are looked for."""
    async with open_desk(world.root) as desk:
        page = await on_a_page(desk)
        await desk.press("slash", *"saturation", "enter")
        await until(lambda: page.text.matches)
        await world.tell(["db-2.lon"])
        door.news("hosts")
        await until(lambda: desk.app.client._seq == door.seq)
        await desk.pilot.pause()
        assert page.text.searched == "saturation"
        assert "Saturation" in "".join(text for text, _ in page.text.lines[page.text.matches[page.text.match]])


async def test_the_prompt_offers_no_keys_of_an_address(world: World, door: Door, open_desk):
    """Plain words are looked for, so no key=value is completed."""
    async with open_desk(world.root) as desk:
        await on_a_page(desk)
        assert list(desk.app.commands.completions("/", "na")) == []
