"""The panel of what changed on a host: its facts, the newest first."""

from tui_ops.model.differing import difference_text
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.facts import DifferenceRow
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, Line, cut_line, line, sign_span
from tui_ops.ui.panels import Pen, heading, moment

SIGNS = {
    "new": StateSign("+", "+", Look.HELD, 0, "new", ""),
    "gone": StateSign("−", "-", Look.WARN, 0, "gone", ""),
    "changed": StateSign("~", "~", Look.HELD, 0, "changed", ""),
}
"""What became of an item; the word stands in a column of its own."""

TITLES = {
    "hardware": "hardware", "packages": "package", "unitfiles": "unit file", "units": "service", "accounts": "account",
    "authkeys": "key", "sudoers": "sudo rule", "sshdconf": "sshd", "sockets": "socket", "mounts": "mount",
    "interfaces": "interface", "routes": "route", "sysctl": "kernel", "schedules": "schedule", "firewall": "firewall",
    "files": "file", "repositories": "source", "authpolicy": "login rule", "modes": "mode", "logins": "login",
    "protections": "protection", "patches": "update", "certfiles": "certificate", "clock": "clock", "suid": "rights",
}  # fmt: skip
"""Topics as one of their items is called; a filter takes the name of the topic."""


def topic_of(name: str) -> str:
    """Return what an item of a topic is called."""
    return TITLES.get(name, name)


ON_PAGE = 8
"""As many as an operator takes in at a glance; the panel as a whole screen has those of the page."""


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return what differed last; nothing where nothing ever did."""
    if not page.differences:
        return []
    shown = page.differences if pen.whole else page.differences[:ON_PAGE]
    more = len(page.differences) - len(shown)
    note = f"{more} more with f" if more > 0 else ""
    return [heading("What changed", pen, note), *(_line(one, pen) for one in shown)]


def _line(one: DifferenceRow, pen: Pen) -> Line:
    text = difference_text(one.before, one.after)
    what = f"{topic_of(one.topic)} {one.item}"
    said = line(
        (f"{moment(one.at, pen.present)}  ", Ink.DIM), sign_span(SIGNS[one.kind], pen.look.ascii), " ",
        (safe(what), Ink.TEXT), (f"  {safe(text)}", Ink.DIM),
    )  # fmt: skip
    return cut_line(said, pen.width)
