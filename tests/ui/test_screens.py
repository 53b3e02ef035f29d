"""A later screen comes in by its own declaration: line of screens, header, digit, address, palette and help."""

import subprocess
import sys
from pathlib import Path

TOY = """
from textual.app import ComposeResult

from tui_ops.ui.paint import line
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.widgets.lines import Text


class Toy(DeskScreen):
    spec_name = "toys"
    HELP_TITLE = "Toys"
    asked = ("", "")

    def compose_body(self) -> ComposeResult:
        yield Text("toys").add_class("body")

    def refresh_body(self) -> None:
        self.query_one("#toys", Text).show([line(f"a shelf of toys {self.asked}")])

    def show_query(self, query: str) -> None:
        self.asked = ("toys", query)
        self.refresh_all()

    def show_noun(self, noun: str, query: str) -> bool:
        self.asked = (noun, query)
        self.refresh_all()
        return True
"""

SCRIPT = """
import asyncio, sys
from pathlib import Path

from tui_ops.ui import screens
from tui_ops.ui.paint import line

screens.SCREENS = (*screens.SCREENS, screens.ScreenSpec(
    "7", "toys", "Toys", "toys", "toy_screen:Toy", lambda desk: 3, ("colour",), views=("dolls",),
    values=lambda desk, key: ["red"], told=lambda desk, words: line("T1 5 toys" if words else "T5"),
    mine=lambda desk: 2, help="what children ask for",
))

from tui_ops.ui.app import DeskApp
from tui_ops.ui.options import UiOptions
from support.waiting import until


async def run(root):
    app = DeskApp(UiOptions(state=Path(root), fleet_name="shop", ascii=False))
    async with app.run_test(size=(200, 200)) as pilot:

        async def sees(*texts):
            async def there():
                await pilot.pause()
                shown = "\\n".join(strip.text for strip in app.screen._compositor.render_strips())
                return all(text in shown for text in texts)

            await until(there)

        await sees("7 Toys 3", "T1 5 toys", "2 for me")
        await pilot.press("7")
        await sees("a shelf of toys")
        await pilot.press("1", "colon", *"toys colour=red", "enter")
        await sees("('toys', 'colour=red')")
        await pilot.press("1", "colon", *"dolls big", "enter")
        await sees("('dolls', 'big')")
        assert {"toys", "dolls"} <= set(app.commands.completions(":", ""))
        assert "toys colour=red" in set(app.commands.completions(":", "toys colour=r"))
        await pilot.press("1", "ctrl+p", *"toys")
        await sees("go to Toys (7)", "what children ask for", "go to dolls")
        await pilot.press("escape", "question_mark")
        await sees("Toys  what children ask for; views: toys, dolls", "keys of toys: colour")


asyncio.run(run(sys.argv[1]))
"""


def test_a_declaration_is_enough(tmp_path: Path) -> None:
    """In a fresh interpreter one more row in the table of screens is all that a new screen needs."""
    (tmp_path / "toy_screen.py").write_text(TOY)
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "state")],
        env={"PYTHONPATH": f"{tmp_path}:{tests}:{tests.parent}", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
