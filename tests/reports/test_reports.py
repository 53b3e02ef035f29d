"""Reviews and hand-overs against kept pages, and with texts that want to be more than text."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sqlmodel import Session
from support.problem_world import BEGIN, BOB, DAY, ProblemWorld

from tui_ops.model.clean import clean
from tui_ops.reports.escaping import ht, md, md_lines
from tui_ops.reports.handover import handover_markdown, read_shift
from tui_ops.reports.review import review_html, review_markdown
from tui_ops.reports.reviewed import Reviewed, read_review
from tui_ops.store.tables import (
    ActionItem,
    Alert,
    FactDifference,
    Incident,
    Maintenance,
    Problem,
    Review,
    Silence,
    Timeline,
)
from tui_ops.store.views.handover import running_out

GOLDEN = Path(__file__).parent / "golden"

EVIL = (
    '<script>alert(1)</script> <img src=x onerror="go()"> ![i](http://evil/i.png) [l](http://evil) `c` **b** | cell'
    " <!-- c --> &amp; http://evil.example www.evil.example a@evil.example ' \" \x1b[31m \u202e"
)
"""Everything that Markdown or HTML could take for its own."""


@pytest.fixture
def world() -> Iterator[ProblemWorld]:
    with ProblemWorld() as world:
        yield world


def night(world: ProblemWorld, text: str = "swap is full") -> int:
    """One incident from its opening to a review that was begun; return its number."""
    world.happen(3, item="/var")
    number = world.open_one("db-1", "memory")
    name = f"INC-{number}"
    world.at += 1000
    world.act("incident.acknowledge", name, who=BOB)
    world.act("incident.note", name, who=BOB, text=text)
    world.act("incident.problem", name, title=text)
    world.act("problem.workaround", f"PRB-{world.problems()[-1].id}", text=text)
    world.at += 500
    world.act("incident.mitigate", name, text=text)
    world.at += 500
    world.act("incident.resolve", name, cause="capacity", helped=text, text=text)
    world.act("incident.review", name, owner="bob")
    world.act("incident.review_write", name, section="lucky", text=text)
    world.act("incident.review_write", name, section="factors", text=text)
    world.act("incident.item", name, text=text, owner="ann", for_="5d")
    world.act("incident.item", name, text="done already", kind="process")
    world.act("item.do", "TODO-2")
    return number


def found(world: ProblemWorld, number: int) -> Reviewed:
    with world.reader() as reader:
        page = read_review(reader, number, world.at + 6 * DAY)
    assert page is not None
    return page


def compare(name: str, text: str) -> None:
    """Hold a page against the kept one. To renew it after a change that is meant: delete the file and run again."""
    path = GOLDEN / name
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was written anew: look at it")
    assert text == path.read_text(encoding="utf-8")


def seed(world: ProblemWorld) -> None:
    """Write an incident with everything that a review prints, and one that goes on, whatever acts would say of them."""
    at = BEGIN
    lines = [
        (at, "opened", "", "opened: db-1 is slow", {"alert": 1, "undo": [1]}, None),
        (at + 1000, "acknowledged", "bob", "acknowledged", {"until": at + 2800}, 1),
        (at + 1010, "command", "bob", "systemctl restart pg", {"host": "db-1", "exit": 0}, 2),
        (at + 1020, "notified", "", "mail to ann failed: refused", {"tries": ["a", "b"]}, None),
        (at + 1500, "state", "ann", "investigating → mitigated", {"from": "investigating"}, 3),
        (at + 1600, "field", "ann", "review begun", {"review": True}, 4),
    ]

    def write(session: Session) -> None:
        session.add(Problem(title="swap is too small", state="fix in progress", owner="ann", workaround="restart pg"))
        session.flush()
        session.add(
            Incident(
                title="db-1 is slow", state="resolved", priority=1, services='["shop-db", "shop"]', rule="memory",
                started_at=at - 20, opened_at=at, acked_at=at + 1000, mitigated_at=at + 1500, resolved_at=at + 2000,
                resolved_by="ann", cause="capacity", cause_text="swap is full", helped="pg was restarted", major=True,
                roles='{"commander":"ann"}', problem_id=1,
            )
        )  # fmt: skip
        session.add(
            Incident(
                title="web-2 does not answer", state="investigating", priority=2, owner="bob", acked_by="bob",
                ack_until=at + 7200, on_hold="vendor", hold_reason="a ticket is open", services='["shop"]',
                started_at=at + 3000, opened_at=at + 3010,
            )
        )  # fmt: skip
        session.flush()
        for when, kind, who, text, data, audit in lines:
            row = Timeline(incident_id=1, at=when, kind=kind, who=who, text=text, data=json.dumps(data), audit_id=audit)
            session.add(row)
        session.add(
            Review(
                incident_id=1, owner="ann", what_happened="The first thing.\nThe second thing.",
                impact="25 minutes: shop-db, shop", went_well="It was detected within 20s.", lucky="It was noon.",
                factors='["capacity: swap is full"]', due_at=at + 2000 + 3 * DAY,
            )
        )  # fmt: skip
        items = (("more swap", "prevent", at + DAY, None), ("tell the team", "process", at + DAY, at + 3500))
        for text, kind, due, done in items:
            session.add(ActionItem(incident_id=1, kind=kind, text=text, owner="bob", due_at=due, done_at=done))

    world.run(write)
    world.at = at + 3600


def test_a_review_as_markdown_and_html(world: ProblemWorld) -> None:
    """Head, story, factors, action items with the late one marked, timeline with data and audit entries."""
    seed(world)
    page = found(world, 1)
    compare("review.md", review_markdown(page))
    compare("review.html", review_html(page))


def test_an_incident_without_a_review(world: ProblemWorld) -> None:
    """What the record says is printed all the same."""
    seed(world)
    page = found(world, 2)
    assert page.review is None
    compare("without.md", review_markdown(page))
    assert "Nothing is written here." in review_html(page)
    with world.reader() as reader:
        assert read_review(reader, 99, 0.0) is None


def shift(world: ProblemWorld) -> str:
    with world.reader() as reader:
        return handover_markdown(
            read_shift(reader, "shop", world.at, BEGIN, lambda: ["office: ann, then bob from 08:00"])
        )


def test_a_hand_over(world: ProblemWorld) -> None:
    """Open incidents, who is on call, what runs out, what happened, problems, who did what."""
    seed(world)
    world.audit_host("web-2", BOB)
    world.audit_host("web-1", BOB)
    fact = FactDifference(
        host_id=1, topic="packages", item="bash", at=BEGIN + 5, since_at=BEGIN, before=None, after="{}"
    )
    world.run(lambda session: session.add(fact))
    compare("handover.md", shift(world))


def test_a_quiet_shift_says_so(world: ProblemWorld) -> None:
    """Nothing is told as nothing, not left out."""
    compare("quiet.md", shift(world))


class _Tags(HTMLParser):
    """Gathers what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_hostile_texts_stay_texts(world: ProblemWorld) -> None:
    """In HTML no tag, attribute or address comes from them; in Markdown no link, image, code or table cell."""
    number = night(world, EVIL)
    page = found(world, number)
    tags = _Tags()
    tags.feed(review_html(page))
    assert tags.tags <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "dl", "dt", "dd", "ul", "li", "table",
        "thead", "tbody", "tr", "th", "td", "span",
    }  # fmt: skip
    assert {name for _, name in tags.attributes} <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert clean(EVIL) in tags.text
    for text in (review_markdown(page), shift(world)):
        tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
        inline = [one for token in tokens for one in (token.children or [])]
        assert {
            token.type for token in tokens if token.type.startswith(("html", "code", "fence", "blockquote"))
        } == set()
        assert {one.type for one in inline} <= {
            "text", "strong_open", "strong_close", "softbreak", "hardbreak", "text_special", "code_inline",
        }  # fmt: skip
        codes = [one.content for one in inline if one.type == "code_inline"]
        assert all(code.startswith("tui-ops ") for code in codes)
        cells = [token for token in tokens if token.type in {"th_open", "td_open"}]
        assert len(cells) % 4 == 0
        assert "http://" not in text
        assert "www.evil" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text


@given(st.text(max_size=200))
@example("---")
@example("=== ")
@example("1. a")
@example("+ a")
@example("    code")
@example("# a")
@example("> q")
@example("a\\")
@example("&lt;")
@example("~~a~~")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """A renderer gives back the cleaned text and nothing else, wherever it stands on a line."""
    for around in ("{}", "- {}", "| a | {} |"):
        line = around.format(md(text))
        source = f"| h | h |\n|---|---|\n{line}\n" if "|" in around else f"{line}\n"
        tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(source)
        inline = [token for token in tokens if token.type == "inline"]
        shown = "".join(one.content for one in (inline[-1].children or [])) if inline else ""
        assert shown.strip() == clean(text, 1000).strip() or not clean(text).strip()
        kinds = {token.type for token in tokens}
        assert kinds.isdisjoint({"heading_open", "hr", "code_block", "fence", "html_block", "blockquote_open"})


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_lines_are_one_paragraph(lines: list[str]) -> None:
    """No line of a section becomes a heading or a rule by what stands below it."""
    tokens = MarkdownIt("commonmark").parse(md_lines("\n".join(lines)) + "\n")
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


@given(st.text(max_size=200))
def test_any_text_is_one_text_in_html(text: str) -> None:
    """In an element and in an attribute."""
    tags = _Tags()
    tags.feed(f'<td title="{ht(text)}">{ht(text)}</td>')
    assert (tags.tags, tags.attributes) == ({"td"}, {("td", "title")})
    assert "".join(tags.text) == clean(text, 1000)


def test_everything_that_runs_out_is_told(world: ProblemWorld) -> None:
    """Each kind within the time, the soonest first; what ends later, or has ended, is not."""
    at = world.at

    def write(session: Session) -> None:
        for late in (0, 100_000):
            session.add_all([
                Incident(title="a", state="triage", acked_by="bob", ack_until=at + 1 + late, opened_at=at),
                Incident(title="b", state="triage", snoozed_until=at + 2 + late, opened_at=at),
                Maintenance(host_id=2, starts_at=at, ends_at=at + 3 + late, reason="disk", by="ann"),
                Silence(matchers="[]", starts_at=at, ends_at=at + 4 + late, reason="noise"),
                Alert(source="rule", rule="r", subject=f"s{late}", state="shelved", shelved_until=at + 5 + late),
                Problem(title="p", state="risk accepted", risk_until=at + 6 + late),
                ActionItem(text="t", owner="ann", due_at=at + 7 + late),
            ])  # fmt: skip
        session.flush()
        session.add_all([
            Review(incident_id=1, owner="ann", due_at=at - 5),
            Review(incident_id=2, owner="ann", state="closed", due_at=at - 5),
            ActionItem(text="t", owner="ann", due_at=at + 7, done_at=at),
            ActionItem(text="t", owner="ann", due_at=at + 7, dropped=True),
            Incident(title="c", state="closed", acked_by="bob", ack_until=at + 1, opened_at=at),
            Maintenance(host_id=2, starts_at=at, ends_at=at + 3, reason="disk", by="ann", ended_at=at),
            Silence(matchers="[]", starts_at=at, ends_at=at + 4, ended_at=at),
        ])  # fmt: skip

    world.run(write)
    with world.reader() as reader:
        rows = running_out(reader, at, at + 3600)
    assert [(row.at - at, row.what, row.name) for row in rows] == [
        (-5, "review", "INC-1"), (1, "acknowledgement", "INC-1"), (2, "snooze", "INC-2"), (3, "maintenance", "web-1"),
        (4, "silence", "silence 1"), (5, "shelved alert", "s0"), (6, "accepted risk", "PRB-1"),
        (7, "action item", "TODO-1"),
    ]  # fmt: skip
