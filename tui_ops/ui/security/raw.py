"""What was read of a host, item by item as it is kept: the last step from a verdict back to what it was judged from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.model.differing import fields_text
from tui_ops.model.facts import Fields
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.facts import TopicRow, items_of, topics
from tui_ops.ui.cells import safe
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import counted, wrapped

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

ITEMS_MOST = 2000
"""Items of a topic that are shown: more than accounts, listeners or packages of most servers. The rest is told."""

TEXT_MOST = 2000
"""Letters of an item: a file's lines are one of its fields."""

INDENT = "  "


@dataclass(frozen=True, slots=True)
class Raw:
    """A topic of a host as it is kept."""

    topic: str
    about: TopicRow | None
    """None where it was never asked for."""
    items: dict[str, Fields]


def read_raw(reader: Reader, host: str, names: Sequence[str]) -> list[Raw]:
    """Return topics of a host as they are kept.

    Args:
        reader: of ``ops.db``.
        host: its name.
        names: of the topics.

    Raises:
        StoreError: it can't be read.
    """
    about = {row.topic: row for row in topics(reader, lambda name: name == host)}
    found = items_of(reader, host, names)
    return [Raw(name, about.get(name), found.get(name, {})) for name in names]


def raw_lines(found: Sequence[Raw], width: int) -> list[Line]:
    """Return them as lines of a width in cells."""
    lines: list[Line] = []
    for raw in found:
        lines += [EMPTY] if lines else []
        lines += [line((safe(raw.topic), Ink.TITLE), (f"   {_told(raw)}", Ink.DIM))]
        if raw.about is not None:
            for one in _lacks(raw.about):
                lines += wrapped(one, width, Ink.WARN, "")
        shown = sorted(raw.items.items())[:ITEMS_MOST]
        for item, fields in shown:
            lines += wrapped(item or "(the host)", width, Ink.ACCENT, "")
            said = wrapped(fields_text(fields)[:TEXT_MOST], width - len(INDENT), Ink.TEXT, "")
            lines += [((INDENT, Ink.TEXT), *one) for one in said]
        if len(raw.items) > len(shown):
            left = len(raw.items) - len(shown)
            lines.append(line((f"{left} more: tui-ops show facts topic={raw.topic} has all of them", Ink.DIM)))
    return lines


def _told(raw: Raw) -> str:
    if raw.about is None or raw.about.age_s is None:
        return "has not been read yet: R reads it"
    return f"{counted(len(raw.items), 'item')}, read {short(raw.about.age_s)} ago"


def _lacks(about: TopicRow) -> list[str]:
    lacks = [f"the last attempt failed: {about.failed}"] if about.failed else []
    lacks += [f"takes privilege: {one}" for one in about.needs]
    lacks += [f"could not be looked at: {one or 'all of it'}" for one in about.unread]
    return [*lacks, f"{about.cut} more were left out on the host"] if about.cut else lacks


async def open_raw(app: "DeskApp", host: str, names: Sequence[str]) -> None:
    """Show topics of a host, as they were read, over the screen."""
    from tui_ops.ui.screens.page import Page

    found = await app.from_store(lambda feed: feed.reading(lambda reader: read_raw(reader, host, names)))
    app.push_screen(Page(f"What was read of {safe(host)}", lambda width: raw_lines(found, width)))
