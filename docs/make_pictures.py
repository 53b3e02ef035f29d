"""Draws the pictures of the README and the docs: the desk as it is, over the demo fleet with its faults.

    python docs/make_pictures.py [SECONDS]

waits until the demo's story has come to its faults (five and a half minutes), and writes one SVG a screen
into ``docs/pictures``.
"""

import asyncio
import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tui_ops.demo.processes import start_engine
from tui_ops.demo.run import engine_command, start_fleet, wait_for_engine
from tui_ops.demo.story import HOSTS, SEED, Story
from tui_ops.demo.teamwork import in_background
from tui_ops.demo.wardens import wardens_beside
from tui_ops.ui.app import DeskApp
from tui_ops.ui.desk import Desk
from tui_ops.ui.options import UiOptions

PICTURES = Path(__file__).parent / "pictures"

STORY_S = 330.0
"""Seconds of the demo's story: by then a deploy has taken all memory of a host, a disk is full, and one host hangs."""

SIZE = (120, 32)

SETTLE_S = 3.0
"""Seconds until a screen that was opened has read and drawn everything."""

_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from elsewhere: a picture must not call home, and any fixed-width font will do."""

Step = tuple[str, tuple[str, ...]]

STEPS: tuple[Step, ...] = (
    ("infrastructure", ("j",) * 9),
    ("host", ("enter",)),
    ("acts", ("escape", "x")),
    ("keys", ("escape", "question_mark")),
    ("network", ("escape", "full_stop", "full_stop")),
    ("storage", ("full_stop",)),
    ("audit", ("9",)),
    ("incidents", ("2",)),
    ("incident", ("slash", *"web", "minus", *"03", "enter", "enter")),
    ("now", ("0",)),
    ("changes", ("3",)),
    ("change", ("slash", *"CHG", "minus", *"1", "enter", "enter")),
    ("changerun", ("escape", "colon", *"changerun CHG", "minus", *"5", "enter")),
    ("findings", ("4",)),
    ("finding", ("enter", "j", "enter")),
)
"""Name of the picture, and the keys that lead there from the one before."""


def save(app: DeskApp, name: str) -> None:
    """Write what stands on the screen as an SVG."""
    text = _FONT_FACE.sub("", app.export_screenshot(title="tui-ops"))
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text(text)
    print(PICTURES / f"{name}.svg")


async def draw(state: Path, wait_s: float) -> None:
    """Open the desk on a running demo and draw every step."""
    Desk.who = property(lambda _: "oncall@jump-1")  # type: ignore[assignment, method-assign]
    app = DeskApp(UiOptions(state=state, fleet_name="demo", ascii=False))
    async with app.run_test(size=SIZE) as pilot:
        await asyncio.sleep(wait_s)
        for name, keys in STEPS:
            await pilot.press(*keys)
            await asyncio.sleep(SETTLE_S)
            await pilot.pause()
            save(app, name)


def main() -> None:
    """Run the demo, wait for its story, draw."""
    wait_s = float(sys.argv[1]) if len(sys.argv) > 1 else STORY_S
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="tui-ops-pictures-")))
        place, server = start_fleet(folder, HOSTS, SEED, ending, port=7822)
        engine = start_engine(engine_command(place), place.environment(), place.engine_talk, ending)
        wait_for_engine(place, engine, server)
        ending.callback(in_background(place, Story(SEED, HOSTS)))
        ending.callback(wardens_beside(place))
        asyncio.run(draw(place.state.root, wait_s))


if __name__ == "__main__":
    main()
