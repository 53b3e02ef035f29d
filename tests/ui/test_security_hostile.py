"""What a host, a feed or a person wrote is shown on every view of security, and obeyed on none."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.desk_world import Door, World, varied
from support.security_world import weaken
from support.waiting import until

from tui_ops.store.tables.security import Acceptance, CheckVerdict, Feed, Finding, FindingLine, HostVulnerabilities
from tui_ops.store.timeline import changed
from tui_ops.store.vulnerabilities import packed
from tui_ops.ui.cells import width_of

MARKUP = "[bold red]x[/] [@click=app.quit]q[/] [link=http://evil.example]a[/]"
RAW = "\x1b[31m\x1b]0;title\x07\u202eevil\u2066\x9b2J\x00\x08\u2028"
BOTH = RAW + MARKUP + "漢" * 60
"""What leaves its cell, what is markup, and what takes two cells each."""

NEVER = ("\x1b", "\x07", "\x08", "\x00", "\x9b", "\u202e", "\u2066", "\u2028")


@pytest.fixture
async def root(tmp_path: Path) -> AsyncIterator[Path]:
    world = await World(tmp_path / "state").build(varied(30))
    await weaken(world)
    await world.writer.act(_spoil)
    door = await Door(world.root).open()
    yield world.root
    await door.close()
    await world.close()


def _spoil(session: Session) -> None:
    """Put it wherever a host, a feed or a person can put something, past every border."""
    for row in session.exec(select(Finding)).all():
        row.text = row.title = row.advice = row.ticket = row.owner = BOTH
        row.object = BOTH + str(row.id)
        row.data = json.dumps({"package": BOTH, "installed": BOTH, "fixed": BOTH, "kev": BOTH, "binaries": [BOTH]})
        row.evidence = json.dumps({"topics": {BOTH: 1.0}, "feed": BOTH, "objects": [[BOTH, BOTH]], "count": 9})
        row.reasons = json.dumps([[BOTH, 5]])
        changed(session, [row])
    for line in session.exec(select(FindingLine)).all():
        line.text = line.who = BOTH
    for acceptance in session.exec(select(Acceptance)).all():
        acceptance.reason = acceptance.control = acceptance.asked_by = acceptance.approved_by = BOTH
        changed(session, [acceptance])
    for verdict in session.exec(select(CheckVerdict)).all():
        verdict.text = BOTH
        verdict.needs = json.dumps([BOTH]) if verdict.needs != "[]" else "[]"
        verdict.evidence = json.dumps({"topics": {BOTH: 1.0}})
    for feed in session.exec(select(Feed)).all():
        feed.note = feed.imported_by = BOTH
    for host in session.exec(select(HostVulnerabilities)).all():
        host.text = host.feed = host.place = BOTH
        rows = [[BOTH, BOTH, BOTH, BOTH, True, "high", 5.0, 0.5, BOTH, True, BOTH, True, BOTH, False, [BOTH], BOTH]]
        host.items = _squeezed(rows)


def _squeezed(rows: list[list[object]]) -> bytes:
    import zlib

    assert packed([])
    return zlib.compress(json.dumps(rows).encode())


@pytest.mark.parametrize("size", [(80, 24), (140, 50)])
async def test_nothing_leaves_its_cell(root, open_desk, size) -> None:
    """On every view, beside it, on a finding's page, in the dialogs, and on the first screen."""
    async with open_desk(root, size) as desk:
        await desk.linked()
        views = ("findings", "acceptances", "verdicts", "vulnerabilities", "vulnerable", "feeds", "trend", "now")
        for where in (*views, "FND-1", "FND-8", "FND-11"):
            desk.app.commands.run(where)
            await desk.pilot.pause(0.3)
            for key in ("", "enter", "j", "enter", "F", "escape", "x", "escape"):
                if key:
                    await desk.press(key)
                    await desk.pilot.pause()
                for one in desk.lines():
                    assert not any(sign in one for sign in NEVER), (where, key, one)
                    assert width_of(one) <= size[0], (where, key, one)
            while len(desk.app.screen_stack) > 1:
                desk.app.pop_screen()
        desk.app.commands.run("findings")
        await desk.sees("␛[31m")
        await until(lambda: desk.app.is_running)
