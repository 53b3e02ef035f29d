"""The least that a program on Textual is: what it costs while nothing happens is not the dashboard's."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Return it."""
        yield Static("nothing happens")


if __name__ == "__main__":
    Empty().run()
