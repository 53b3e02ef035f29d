"""The evidence report of a change: whole, honest about what was tampered with, and harmless whatever was written."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from sqlmodel import Session
from support.desk_world import World, varied
from support.incidents import Trouble, seed
from support.running import WEB, Running, begin_run, third_batch, written

from tui_ops.cli.main import main
from tui_ops.model.clock import now
from tui_ops.reports.changed import Changed, read_changed
from tui_ops.reports.changereport import change_document, change_json
from tui_ops.reports.sections import Block, Document, Facts, Section, markdown, page
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.changes import Approval, Change, ChangeLine, ChangeLink, ChangeRun
from tui_ops.store.views.connect import open_reader

EVIL = (
    '<script>alert(1)</script> <img src=x onerror="go()"> ![i](http://evil/i.png) [l](http://evil) `c` **b** | cell'
    " <!-- c --> &amp; http://evil.example ' \" \x1b[31m \u202e"
)
"""Everything that Markdown or HTML could take for its own."""

EVIL_PLAN = "```\n<script>alert(2)</script>\n````\n![x](http://evil)\n"

TAGS = frozenset({
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "dl", "dt", "dd", "table", "thead", "tbody",
    "tr", "th", "td", "pre",
})  # fmt: skip


@dataclass
class Story:
    """A store with a change that ran."""

    world: World
    run: Running

    def read(self) -> Changed:
        with open_reader(StatePaths(self.world.root)) as reader:
            found = read_changed(reader, self.run.number, now().at)
        assert found is not None
        return found

    async def write(self, *rows: Any) -> None:
        def put(session: Session) -> None:
            for row in rows:
                session.add(row)

        await self.world.writer.act(put)


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    world = await World(tmp_path / "state").build(varied(3))
    run = await third_batch(world)
    made = Story(world, run)
    sha = made.read().change.frozen_sha
    await made.write(
        Approval(change_id=1, at=run.at - 900, who="cat", uid=7, vote="approve", reason="looks right", frozen_sha=sha,
                 audit_id=12),
        Approval(change_id=1, at=run.at - 950, who="dan", uid=8, vote="approve", frozen_sha="0" * 64,
                 void_at=run.at - 940, void_why="ann edited the plan"),
    )  # fmt: skip
    yield made
    await world.close()


def both(found: Changed) -> list[str]:
    document = change_document(found)
    return [markdown(document), page(document)]


class TestWhole:
    """Everything that proves the change is in it."""

    async def test_what_was_approved(self, story: Story) -> None:
        """The digest whole, that it was worked out anew, and which votes count."""
        found = story.read()
        assert found.holds is True
        for text in both(found):
            assert hashlib.sha256(found.written.frozen.encode()).hexdigest() in text
            assert "it is the digest of what the store keeps" in text
            assert "looks right" in text
            assert "audit 12" in text
            assert "void since" in text
            assert "ann edited the plan" in text

    async def test_what_ran(self, story: Story) -> None:
        """Each step of each host with exit status, time and digest; what was never begun is not told as if it was."""
        found = story.read()
        digest = found.real[0].cells[-1].output_sha[:12]
        row = next(
            line for line in markdown(change_document(found)).split("\n") if line.startswith("| web-12 | post-1")
        )
        assert [cell.strip() for cell in row.split("|")][4:6] == ["failed", "1"]
        assert "4.0 s" in row
        assert digest in row
        assert len(digest) == 12
        for text in both(found):
            assert "exactly what was frozen" in text
            assert "10 of 24 hosts passed every check; 2 did not: web-11, web-12; 12 were never checked" in text
            assert "web-13, web-14" in text
        assert not [line for line in markdown(change_document(found)).split("\n") if line.startswith("| web-13 |")]

    async def test_what_checks_wrote(self, story: Story) -> None:
        """The outputs of checks before and after stand there, escape sequences made visible."""
        for text in both(story.read()):
            assert "503 Service Unavailable  (3 of 3)" in text
            assert "␛[31mred" in text
            assert "\x1b" not in text

    async def test_the_dry_run(self, story: Story) -> None:
        """The one that was approved along with the plan, by what would have differed."""
        dry = await begin_run(
            story.world, run={"kind": "dry run", "state": "done", "sha": "d" * 64, "ended_at": now().at}, number=1
        )
        await dry.cells(WEB[:2], {"steps-1": "changed"}, result="nginx 1.26.2 to 1.26.3")
        for text in both(story.read()):
            assert "not part of what was approved" in text
        await story.run.change(dry_run_id=dry.run_id)
        for text in both(story.read()):
            assert "d" * 64 in text
            assert "approved along with the plan" in text
            assert "nginx 1.26.2 to 1.26.3" in text

    async def test_incidents_that_it_caused(self, story: Story) -> None:
        """By name and title; other links beside them."""
        (number,) = await seed(story.world, [Trouble("shop answers 503", 2, ("db-1.lon",))])
        await story.write(
            ChangeLink(change_id=1, kind="caused", other=f"INC-{number}", at=1.0),
            ChangeLink(change_id=1, kind="problem", other="PRB-3", at=1.0),
        )
        for text in both(story.read()):
            assert "shop answers 503" in text
            assert "problem: PRB-3" in text

    async def test_every_line(self, story: Story) -> None:
        """What happened, with who and the audit entry."""
        await story.write(ChangeLine(change_id=1, at=now().at, kind="note", who="bob", text="we watch", audit_id=44))
        for text in both(story.read()):
            assert "we watch" in text
            assert "audit 44" in text

    async def test_a_draft(self, story: Story) -> None:
        """Says of everything that it was not."""
        await story.write(Change(title="later", id=7))
        with open_reader(StatePaths(story.world.root)) as reader:
            found = read_changed(reader, 7, now().at)
            assert read_changed(reader, 8, now().at) is None
        assert found is not None
        text = markdown(change_document(found))
        for said in ("never submitted", "Nobody has said anything", "never assessed", "never tried dry"):
            assert said in text

    async def test_json_has_all(self, story: Story) -> None:
        """For programs: cells with whole digests, the frozen document, approvals."""
        found = json.loads(change_json(story.read()))
        cells = found["runs"][0]["cells"]
        assert len(cells) == 48
        assert len(next(cell for cell in cells if cell["output_sha"])["output_sha"]) == 64
        assert found["digest_holds"] is True
        assert found["frozen"]["plan"]["steps"][0]["kind"] == "package"
        assert [one["who"] for one in found["approvals"]] == ["cat", "dan"]


class TestHonest:
    """What was tampered with is told."""

    async def test_another_plan_behind_the_same_digest(self, story: Story) -> None:
        """The frozen text no longer has the digest that was approved."""
        frozen = story.read().written.frozen
        await story.run.change(frozen=frozen.replace("1.26.3", "6.6.6"))
        for text in both(story.read()):
            assert "WHAT THE STORE KEEPS HAS ANOTHER DIGEST" in text
        assert json.loads(change_json(story.read()))["digest_holds"] is False

    async def test_something_else_ran(self, story: Story) -> None:
        """The run's own text is looked at as well."""

        def other(session: Session) -> None:
            run = session.get_one(ChangeRun, story.run.run_id)
            run.frozen = run.frozen.replace("1.26.3", "6.6.6")
            session.add(run)

        await story.world.writer.act(other)
        for text in both(story.read()):
            assert "SOMETHING ELSE" in text


class Tags(HTMLParser):
    """Gathers tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


class TestHarmless:
    """Whatever was written is shown, and never obeyed."""

    async def test_in_every_place(self, story: Story) -> None:
        """Titles, reasons, outputs, what hosts said: no tag, no link, no image of theirs."""
        await story.run.change(title=EVIL, reason=EVIL, stopped=EVIL, review=EVIL, plan=EVIL_PLAN, window=EVIL)
        await story.run.cells(["web-01"], {"pre-1": "ok", "post-1": "failed"}, said=EVIL, result=EVIL, by=EVIL,
                              **written(EVIL.encode() + b"\n```\n````\n<b>x</b>\n"))  # fmt: skip
        await story.write(
            Approval(change_id=1, at=1.0, who=EVIL, uid=1, vote="reject", reason=EVIL, frozen_sha=EVIL),
            ChangeLine(change_id=1, at=1.0, kind="note", who=EVIL, text=EVIL),
        )
        text, html = both(story.read())
        tags = Tags()
        tags.feed(html)
        assert tags.tags <= TAGS
        assert tags.names <= {"lang", "charset", "http-equiv", "content", "name", "class"}
        rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
        seen = Tags()
        seen.feed(rendered)
        assert not seen.tags & {"script", "img", "a"}, seen.tags
        assert "\x1b" not in text + html
        assert "\u202e" not in text + html

    def test_a_fence_is_never_closed_from_inside(self) -> None:
        """However many signs a plan has in a row."""
        for text in ("```", "````\n`````", "a\n``````` x\n<script>"):
            document = Document("t", "u", Facts([]), [Section("s", [Block("b", text)])])
            tokens = MarkdownIt().parse(markdown(document))
            (fence,) = [token for token in tokens if token.type == "fence"]
            assert fence.content.rstrip("\n") == text


class TestTheCommand:
    """``tui-ops change report``."""

    @pytest.mark.parametrize(("form", "begins"), [("md", "# CHG-1"), ("html", "<!doctype html>"), ("json", "{")])
    async def test_each_form(self, story: Story, capsys: pytest.CaptureFixture[str], form: str, begins: str) -> None:
        """On standard output, and nothing else there."""
        assert main(["--state-dir", str(story.world.root), "change", "report", "CHG-1", "--format", form]) == 0
        assert capsys.readouterr().out.startswith(begins)

    @pytest.mark.parametrize("name", ["CHG-99", "INC-1", "7x"])
    async def test_one_that_is_not_there(self, story: Story, capsys: pytest.CaptureFixture[str], name: str) -> None:
        """It says so, and which there are."""
        assert main(["--state-dir", str(story.world.root), "change", "report", name]) != 0
        said = capsys.readouterr()
        assert "there is no change" in said.err
        assert said.out == ""
