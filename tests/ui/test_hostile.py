"""Texts from hosts, files and people are drawn as text and stay in their cell."""

import re
from pathlib import Path

import pytest
from support import host_documents
from support.desk_world import Case, Door, World
from support.waiting import until

from tui_ops.model.states import HostState, Severity
from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.screens.host import Host

HOSTILE = [
    "\x1b[2J\x1b[31mred\x1b]52;c;ZXZpbA==\x07",
    "[bold red]markup[/] [link=http://evil]x[/link] [@click=app.exit]bye[/]",
    "\u202egnp.exe \u2066x\u2069 a\u0301\u0301\u0301\u0301 zero\u200bwidth\ufeff",
    "漢字テスト漢字テスト漢字テスト漢字テスト" * 5,
    "line\nbreak\r\tand\x00nul" + "x" * 3000,
    "👨‍👩‍👧‍👦 🏳️‍🌈 ﷽ \ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_keeps_its_width(text: str):
    """Whatever comes, a cell of ten is ten cells wide and holds no control character."""
    for width in (0, 1, 2, 10, 57):
        shown = fit(text, width)
        assert width_of(shown) == width
        assert safe(shown) == shown
        assert not any(ord(char) < 32 or ord(char) == 127 for char in shown)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_hostile_host_changes_nothing_outside_its_cell(tmp_path: Path, open_desk, text: str, size):
    """The same fleet with a plain and with a hostile neighbour: every other row is the same, on every panel."""
    seen = []
    text = text.replace("\ud800", "")
    for told in ("plain", text):
        world = await World(tmp_path / f"state{len(seen)}").build(hosts(told))
        door = await Door(world.root).open()
        async with open_desk(world.root, size) as desk:
            await desk.linked()
            await desk.pilot.pause()
            width = desk.list.table.size.width
            rows = [line for line in desk.lines() if "bystander" in line[:width]]
            seen.append([re.sub("[▁-█·]+", "hour", row[:width]) for row in rows])
            assert all(width_of(line) == size[0] for line in desk.lines())
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, Host))
            await desk.sees("Vitals", "Top")
            assert all(width_of(line) == size[0] for line in desk.lines())
            assert "\x1b" not in desk.text
            await desk.press("G", "q", "x", "escape", "slash", *"zz", "escape")
            assert desk.app.is_running
        await door.close()
        await world.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) == 3


def hosts(text: str) -> list[Case]:
    entry = {"mount": text, "percent": 99.0, "size": 2**30, "available": 2**20, "state": "ok"}
    hanging = {"mount": "/net", "percent": "full", "size": None, "state": text}
    evil = Case(
        "evil", HostState.UP, text, Severity.CRITICAL, os=text, kernel=text, site="lon", event=text,
        document={"filesystems": [entry, hanging, "not an object", 7]}, sections=said_everywhere(text),
    )  # fmt: skip
    return [evil, *(Case(f"bystander-{n}", age_s=1.0) for n in range(3))]


def said_everywhere(text: str) -> dict[str, dict[str, object]]:
    """Return the documents of every section with this in place of each of their texts."""

    def said(value: object) -> object:
        if isinstance(value, dict):
            return {key: said(one) if key not in ("manager", "kind") else one for key, one in value.items()}
        if isinstance(value, list):
            return [said(one) for one in value]
        return text if isinstance(value, str) else value

    return {name: said(document) for name, document in host_documents.ALL.items()}  # type: ignore[misc]
