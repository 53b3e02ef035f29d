"""What people and hosts wrote into changes is shown on every screen of theirs, and obeyed on none."""

import json
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.change_world import plan_changes
from support.desk_world import Door, World, varied
from support.incidents import bad_night, seed
from support.waiting import until
from textual.widgets import Input

from tui_ops.model.plans import Plan
from tui_ops.plans import read_plan, to_document
from tui_ops.store.tables.changes import (
    Approval,
    Change,
    ChangeCell,
    ChangeLine,
    ChangeModel,
    ChangeRun,
    Freeze,
    Release,
)
from tui_ops.store.timeline import changed, to_json
from tui_ops.ui.cells import width_of
from tui_ops.ui.changes.steplist import StepList
from tui_ops.ui.screens.stepform import StepForm
from tui_ops.ui.screens.steps import Steps

MARKUP = "[bold red]x[/] [@click=app.quit]q[/] <script>alert(1)</script> |=cmd|'/c calc'!A0 [a](http://evil.example)"
"""What a person may type: every act takes it."""

RAW = "\x1b[31m\x1b]0;title\x07\u202eevil\u2066\x9b2J\x00\x08\u2028[blink]"
"""What stands in a draft's plan, which is kept as it was written, and in what a host wrote."""

WIDE = "漢" * 120
"""What takes two cells each, and more of them than any column has."""

NEVER = ("\x1b", "\x07", "\x08", "\x00", "\x9b", "\u202e", "\u2066", "\u2028")

PLAN = f"# {RAW} {MARKUP}\nsteps:\n  - command: [echo, x]\n    name: {json.dumps(MARKUP)}\n"


@pytest.fixture
async def root(tmp_path: Path) -> AsyncIterator[Path]:
    world = await World(tmp_path / "state").build(varied(12))
    await seed(world, bad_night())
    await plan_changes(world)
    await world.writer.act(_spoil)
    door = await Door(world.root).open()
    yield world.root
    await door.close()
    await world.close()


def _spoil(session: Session) -> None:
    """Put it wherever a person or a host can put something."""
    for change in session.exec(select(Change)).all():
        change.title = change.reason = change.environment = change.review = MARKUP[:60] + str(change.id)
        change.stopped = change.stopped and MARKUP
        change.conflicts = json.dumps([["freeze", MARKUP, True, []]])
        change.risk_factors = json.dumps([["hosts touched", MARKUP, 5]])
        change.difference = to_json({"ids": [1], "who": [MARKUP], "items": [{
            "id": 1, "topic": "files", "item": MARKUP, "before": {"text": [RAW]}, "after": {"text": [MARKUP]},
            "at": 1.0, "since_at": 0.5,
        }]})  # fmt: skip
        change.plan = PLAN
        changed(session, [change])
    for row in (*session.exec(select(ChangeLine)).all(), *session.exec(select(ChangeRun)).all()):
        setattr(row, "text" if isinstance(row, ChangeLine) else "held", MARKUP)
    for cell in session.exec(select(ChangeCell)).all():
        cell.said = MARKUP
        cell.result, cell.output = RAW + MARKUP, zlib.compress((RAW + MARKUP + "\n").encode() * 30)
        cell.version += 1
    for vote in session.exec(select(Approval)).all():
        vote.reason = vote.void_why = MARKUP
    for freeze in session.exec(select(Freeze)).all():
        freeze.title = freeze.reason = MARKUP + WIDE
        freeze.matcher = to_json([f"label:{MARKUP[:40]}={WIDE}", "group:web"])
    for model in session.exec(select(ChangeModel)).all():
        model.title, model.plan = MARKUP, PLAN
    for release in session.exec(select(Release)).all():
        release.name, release.notes = MARKUP + WIDE, f"{MARKUP}\n\n# {MARKUP}"
        release.service, release.owner, release.decided_by = MARKUP, MARKUP, MARKUP
        release.versions, release.environments = to_json({MARKUP: WIDE}), to_json([MARKUP[:40], WIDE])
        changed(session, [release])


PAGES = (
    *("calendar", "release REL-1"), *("changes", "freezes", "changemodels", "releases"),
    *(f"change CHG-{number}" for number in (1, 2, 3, 5, 6)), *(f"changerun CHG-{number}" for number in (1, 2, 6)),
)  # fmt: skip
"""Each of which shows some of it."""


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_screen_shows_it_and_obeys_none(root: Path, open_desk, size) -> None:
    """No sign of control reaches the terminal, no markup is taken for ours, no line grows too wide."""
    for page in PAGES if size[0] == 80 else PAGES[::3]:
        async with open_desk(root, size) as desk:
            await desk.linked()
            await desk.press("colon", *page, "enter")
            await desk.sees("[bold")
            for _ in range(4):
                lines = desk.lines()
                assert {width_of(line) for line in lines} == {size[0]}, page
                assert not [sign for sign in NEVER if sign in desk.text], page
                await desk.press("pagedown")
                await desk.pilot.pause()
            assert desk.app.is_running, page


def test_a_plan_with_markup_is_one() -> None:
    """What people may write of it, so that the test above is about something."""
    clean = "\n".join(PLAN.splitlines()[-3:])
    plan = read_plan(clean, {})
    assert isinstance(plan, Plan)
    assert json.dumps(to_document(plan)).count("bold red")


ESCAPED = """\
steps:
  - command: [echo, "\\e[31m\\e]0;title\\a\\u202eevil\\x9b2J", b]
    name: NAMED
  - file:
      path: /etc/motd
      content: "one\\n\\e[2Jtwo\\u2066\\n"
      mode: "0644"
  - manual: NAMED
""".replace("NAMED", json.dumps(MARKUP + WIDE[:20]))
"""Signs that no file of YAML may hold as they are, and that its quotes let in."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_form_shows_it_and_keeps_it(root: Path, open_desk, tmp_path: Path, size) -> None:
    """What can't be shown can't be typed over by mistake either: the field only shows that it is there, and what is
    written for the step has it byte for byte.
    """
    steps = StepList(ESCAPED, {})
    kept: list[str] = []

    async def send(text: str) -> bool:
        kept.append(text)
        return True

    async with open_desk(root, size, config=tmp_path / "config") as desk:
        await desk.linked()
        await desk.app.push_screen(Steps(MARKUP, steps, lambda _: None, send))
        await desk.sees("[bold red]")
        for at in range(3):
            await desk.press("j", "enter")
            await until(lambda: isinstance(desk.app.screen, StepForm))
            await desk.sees("Another kind")
            await desk.pilot.pause()
            assert {width_of(line) for line in desk.lines()} == {size[0]}, at
            assert not [sign for sign in NEVER if sign in desk.text], at
            form = desk.app.screen
            disabled = [one.id for one in form.query("Input, TextArea") if one.disabled]
            assert disabled == [["arg-words"], ["arg-content"], []][at]
            form.query_one("#step-retries", Input).value = "3"
            await desk.pilot.pause()
            form.query_one("#go").press()
            await until(lambda: isinstance(desk.app.screen, Steps))
        assert not [sign for sign in NEVER if sign in desk.text]
        assert {width_of(line) for line in desk.lines()} == {size[0]}
    before, after = read_plan(ESCAPED, {}).steps, read_plan(steps.text, {}).steps
    assert [one.args for one in after] == [one.args for one in before]
    assert [one.retries for one in after] == [3, 3, 3]


async def test_what_is_pasted_into_a_form_is_seen(root: Path, open_desk, tmp_path: Path) -> None:
    """Signs of control do not get into a field."""
    async with open_desk(root, (80, 24), config=tmp_path / "config") as desk:
        await desk.linked()
        await desk.app.push_screen(Steps("CHG-5", StepList("steps:\n  - command: a\n", {}), lambda _: None, None))
        await desk.press("j", "enter")
        await until(lambda: isinstance(desk.app.screen, StepForm))
        form = desk.app.screen
        form.query_one("#arg-words", Input).value = f"echo {RAW}"
        await until(lambda: "\x1b" not in form.query_one("#arg-words", Input).value)
        assert not [sign for sign in NEVER if sign in form.filled.texts["arg", "words"]]
        assert not [sign for sign in NEVER if sign in desk.text]


async def test_a_plan_that_no_form_can_read_is_left_to_the_editor(root: Path, open_desk, tmp_path: Path) -> None:
    """Its text holds signs that no YAML may."""
    async with open_desk(root, (80, 24), config=tmp_path / "config") as desk:
        await desk.linked()
        await desk.press("colon", *"CHG-5", "enter")
        await desk.sees("[bold")
        await desk.press("plus")
        await desk.sees("steps can't be told apart")
        assert not [sign for sign in NEVER if sign in desk.text]
