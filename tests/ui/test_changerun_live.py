"""A change that really runs, watched on the desk and proved by its report: a real engine, real sshd hosts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.change_live import LiveChanges
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.reports.changed import read_changed
from tui_ops.reports.changereport import change_document
from tui_ops.reports.sections import markdown
from tui_ops.store.views.connect import open_reader
from tui_ops.ui.screens.changerun import ChangeRun


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveChanges]:
    world = LiveChanges(tmp_path, 5)
    try:
        yield world
    finally:
        world.close()


def plan(at: Path) -> str:
    wait = 'echo "line one"; while ! [ -e "$1/go" ]; do sleep 0.1; done; echo "line two"'
    return f"""
steps:
  - file: {{path: {at}/app.conf, content: "new\\n"}}
  - command: [sh, -c, '{wait}', sh, '{at}']
post:
  - check: {{file: {at}/healthy, exists: yes}}
rollback:
  - restore: files
batches: [1, 100%]
"""


@pytest.mark.timeout(180)
async def test_watched_from_the_first_step_to_the_proof(live: LiveChanges, open_desk) -> None:
    """The output comes while it is written; a failure holds the run; B takes it back; the report has it all."""
    names = list(live.servers)
    for name in names:
        (live.own(name) / "app.conf").write_text("old\n")
        if name != "web-04":
            (live.own(name) / "healthy").write_text("")
    await asyncio.to_thread(live.engine.start)
    change = await asyncio.to_thread(live.approved, plan(live.at))
    async with open_desk(live.engine.state.root) as desk:
        await desk.linked()
        await asyncio.to_thread(live.engine.act, "change.start", change)
        await desk.press("colon", *f"changerun {change}", "enter")
        await until(lambda: isinstance(desk.app.screen, ChangeRun) and desk.app.screen.model is not None)
        screen: ChangeRun = desk.app.screen
        await until(lambda: (cell := screen.model.cell("web-01", "steps-2")) is not None and cell.begun_at, 30)
        screen.model.go_to("web-01", "steps-2")
        screen.moved()
        await desk.sees("web-01 · command · runs", "line one", "batch 1 of 2", "1 running", without="line two")
        for name in names:
            (live.own(name) / "go").write_text("")
        await desk.sees("line two")
        await until(lambda: screen.change is not None and screen.change.state == "paused", 60)
        await desk.sees("held:", "1 failed", "web-04", "4 of 5 done", "✖")
        screen.model.go_to("web-04", "post-1")
        screen.moved()
        await desk.sees("web-04 · post · failed", "B roll back all")
        await desk.press("B")
        await desk.sees("roll back all on CHG-1")
        await desk.press("shift+tab", *"not healthy", "enter")
        await until(lambda: screen.change is not None and screen.change.state == "ended", 60)
        await desk.sees("rolled back", "back", "took")
        assert {live.own(name).joinpath("app.conf").read_text() for name in names} == {"old\n"}
    with open_reader(live.engine.state) as reader:
        found = read_changed(reader, 1, now().at)
    assert found is not None
    assert found.holds
    assert [run.sha == run.head.frozen_sha for run in found.real] == [True]
    text = markdown(change_document(found))
    for said in ("exactly what was frozen", "4 of 5 hosts passed every check; 1 did not: web-04", "rolled back",
                 "| web-04 | post-1 |", "| web-01 | rollback-1 |"):  # fmt: skip
        assert said in text, said
    digests = {cell.output_sha for cell in found.real[0].cells if cell.step == "steps-2"}
    assert len(digests) == 1, "every host wrote the same two lines"
