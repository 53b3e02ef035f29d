"""The audit: who did what, when, on what, and whether the chain of the entries is whole."""

import asyncio
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from tui_ops.model.address import EVERYTHING, AddressError, parse
from tui_ops.model.clock import iso, now
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.ui import auditing
from tui_ops.ui.auditing import AuditModel, ChainCheck, ChainState
from tui_ops.ui.cells import safe
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.facts import AUDIT_KEYS
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ground, Ink, Line, joined, line, plain, spread
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.widgets.lines import BLANK, Drawn, Lines, LineScroll, desk_app
from tui_ops.ui.work import in_background

READ_AFTER = frozenset({"audit", "fleet"})
"""News after which there may be new entries."""

VERIFY_GAP_S = 60.0
"""The chain is walked again for new entries at most this often: it reads all of them."""

_COLUMNS = ("id", "at", "who", "uid", "origin", "action", "target", "params", "outcome", "hash")


class AuditList(LineScroll):
    """The entries."""

    @dataclass
    class Clicked(Message):
        """An entry was clicked on."""

        twice: bool

    def __init__(self, model: AuditModel) -> None:
        super().__init__("audit-list")
        self.model = model
        self.broken: frozenset[int] = frozenset()
        self.notes: list[Line] = []
        """Said where there are no entries."""

    def line_count(self) -> int:
        """Return entries and notes."""
        return len(self.model.shown) + len(self.notes)

    def line_at(self, index: int) -> Drawn:
        """Return an entry's line, or a note."""
        shown = self.model.shown
        if index >= len(shown):
            note = index - len(shown)
            return (self.notes[note], Ground.PLAIN) if note < len(self.notes) else BLANK
        row = shown[index]
        here = row.id == self.model.cursor
        marks = desk_app(self).desk.signs
        drawn = auditing.entry_line(row, self.size.width, here, row.id in self.broken, marks)
        return drawn, Ground.CURSOR if here else Ground.PLAIN

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; two clicks in a row open."""
        index = self.top + event.y
        if index < len(self.model.shown):
            self.model.go(index)
            self.post_message(self.Clicked(event.chain == 2))


class Audit(DeskScreen):
    """The list of audit entries, newest first."""

    spec_name = "audit"
    HELP_TITLE = "Audit"

    def __init__(self) -> None:
        super().__init__()
        self.model = AuditModel()
        self.chain: ChainState | None = None
        self._check: ChainCheck | None = None
        self._read = False
        self._problem: TuiOpsError | None = None
        self._unverified: TuiOpsError | None = None
        """Why the chain could not be verified."""
        self._told = ""
        """What is wrong with the filter that is being typed."""

    def compose_body(self) -> ComposeResult:
        """Return title, heading and list."""
        yield Lines("audit-title")
        yield Lines("audit-heading")
        yield AuditList(self.model).add_class("body")

    @property
    def entries(self) -> AuditList:
        """The entries' widget."""
        return self.query_one(AuditList)

    def on_mount(self) -> None:
        """Draw, read, verify."""
        super().on_mount()
        self.focus_body()

    def on_screen_resume(self) -> None:
        """Read what came while another screen was in front."""
        super().on_screen_resume()
        self.read()

    def on_unmount(self) -> None:
        """Give up verifying: nobody waits for it any more."""
        if self._check is not None:
            self._check.stopped.set()

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        here = self.model.here is not None
        return [Hint("enter", "open", here, 9), Hint("/", "filter", weight=9), Hint("@", "mine", weight=2),
                Hint("E", "save", weight=1), Hint("c", "copy", weight=1), Hint("x", "acts", weight=3),
                Hint(":", "go to", weight=0), Hint("?", "keys", weight=9)]  # fmt: skip

    def view(self) -> View:
        """Return where this screen is."""
        return View("audit", "audit", self.model.query.text)

    def known_values(self, key: str) -> list[str]:
        """Return the names that entries have for a key."""
        return sorted({str(getattr(row, key)) for row in self.model.rows}) if key in ("who", "action", "origin") else []

    # Reading ------------------------------------------------------------------------------------------------------

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_all()
        if topics & READ_AFTER or not self._read:
            self.read()

    def read(self) -> None:
        """Read the entries that came since the last look."""
        in_background(self, self._load, "audit")

    async def _load(self) -> None:
        app = desk_app(self)
        newest = self.model.newest
        try:
            fresh = await app.from_store(lambda feed: feed.audit(newest, auditing.ENTRIES_MOST))
            self._problem, self._read = None, True
        except TuiOpsError as error:
            self._problem, fresh = error, []
        if fresh and newest == self.model.newest:
            self.model.take(fresh, app.desk.present)
        if self.drawable:
            self.moved()
        self._verify(bool(fresh))

    def _verify(self, fresh: bool) -> None:
        """Walk the chain in a thread of its own: the first time, and again when entries have come."""
        if self._check is not None or self._problem is not None:
            return
        if self.chain is not None and not (fresh and now().mono - self.chain.at.mono >= VERIFY_GAP_S):
            return
        self._check = ChainCheck(StatePaths(desk_app(self).desk.options.state))
        in_background(self, partial(self._walk, self._check), "chain")

    async def _walk(self, check: ChainCheck) -> None:
        try:
            self.chain = await asyncio.to_thread(check.run, now()) or self.chain
            self._unverified = None
        except TuiOpsError as error:
            self._unverified = error
        finally:
            self._check = None
        desk_app(self).desk.audit_breaks = len(self.chain.breaks) if self.chain is not None else 0
        self.refresh_all()

    # Drawing ------------------------------------------------------------------------------------------------------

    def refresh_body(self) -> None:
        """Draw title and list."""
        entries = self.entries
        entries.broken = frozenset(one.id for one in self.chain.breaks) if self.chain is not None else frozenset()
        entries.notes = self._notes()
        entries.compare()
        self.part("audit-title").show([self._title_line()])
        self.part("audit-heading").show([auditing.heading(self.size.width)])

    def _title_line(self) -> Line:
        desk, model = desk_app(self).desk, self.model
        many = f"{len(model.shown):,} of {len(model.rows):,}" if model.query.terms else f"{len(model.rows):,}"
        parts = [line(("entries ", Ink.TITLE), many), line(("newest first", Ink.DIM))]
        if model.query.text:
            parts.append(line(("/", Ink.DIM), (model.query.text, Ink.ACCENT)))
        if self._told:
            parts.append(line((self._told, Ink.BAD)))
        if self._unverified is not None:
            chain = line((f"chain: not verified: {self._unverified.message}", Ink.WARN))
        else:
            chain = auditing.chain_line(self.chain, desk.present, desk.signs)
        return spread(joined(parts, "   "), chain, self.size.width)

    def _notes(self) -> list[Line]:
        model = self.model
        said: list[Line] = []
        if self._problem is not None:
            said = [line((self._problem.message, Ink.WARN)), line((self._problem.hint, Ink.DIM))]
        elif not self._read:
            said = [line(("reading the store", Ink.DIM))]
        elif not model.rows:
            said = [line(("nobody has done anything yet: every act is written here", Ink.TEXT))]
        elif not model.shown:
            said = [line(("no entry fits the filter", Ink.TEXT)), line(("esc clears it", Ink.DIM))]
        if len(model.rows) >= auditing.ENTRIES_MOST:
            said.append(line((f"the newest {auditing.ENTRIES_MOST:,}; all: tui-ops show audit limit=N", Ink.DIM)))
        return [(("   ", Ink.TEXT), *one) for one in said]

    def moved(self) -> None:
        """Draw after cursor, filter or entries have changed."""
        self.entries.compare()
        self.entries.reveal(self.model.line)
        self.refresh_all()

    def on_audit_list_clicked(self, event: AuditList.Clicked) -> None:
        """Follow a click; two in a row open."""
        self.moved()
        if event.twice:
            self.action_open()

    # What keys do -------------------------------------------------------------------------------------------------

    def go(self, lines: int) -> None:
        """Move the cursor by lines."""
        self.model.go(self.model.line + lines)
        self.moved()

    @property
    def page_lines(self) -> int:
        """How many entries are seen at once."""
        return self.entries.size.height

    def action_open(self) -> None:
        """Show an entry whole."""
        from tui_ops.ui.screens.page import Page

        row = self.model.here
        if row is not None:
            breaks = [one for one in self.chain.breaks if one.id == row.id] if self.chain is not None else []
            self.app.push_screen(Page(f"Entry {row.id}", partial(auditing.entry_page, row, breaks)))

    def action_back(self) -> None:
        """Clear the filter first; then go back to the first screen."""
        if self.model.query is not EVERYTHING:
            self.filter_done(None)
        else:
            desk_app(self).go_screen(desk_app(self).DEFAULT_MODE)

    def action_filter(self) -> None:
        """Type a filter."""
        self.open_prompt("/", self.model.query.text)

    def filter_typed(self, text: str) -> None:
        """Narrow the list while typing."""
        try:
            self.model.query = parse(text, AUDIT_KEYS) if text.strip() else EVERYTHING
            self._told = ""
        except AddressError as error:
            self._told = str(error)
        self.model.arrange(desk_app(self).desk.present)
        self.moved()

    def filter_done(self, text: str | None) -> None:
        """Keep the filter, or clear it."""
        self.filter_typed(text or "")
        if self._told:
            desk_app(self).tell(self._told, Ink.BAD)
            self._told = ""
            self.refresh_all()

    # Copying and saving -------------------------------------------------------------------------------------------

    def export(self) -> Export:
        """Return the entries that the filter lets through."""
        rows = [tuple(iso(row.at) if name == "at" else getattr(row, name) for name in _COLUMNS)
                for row in self.model.shown]  # fmt: skip
        lines = [plain(auditing.heading(self.size.width)), *(plain(self.entries.line_at(index)[0])
                 for index in range(len(self.model.shown)))]  # fmt: skip
        return Export("audit", _COLUMNS, rows, lines)

    def copies(self) -> list[Choice]:
        """Return the entry's target and the entry whole, then what every screen has."""
        row = self.model.here
        if row is None:
            return super().copies()
        whole = "\n".join(plain(one) for one in auditing.entry_page(row, (), 400))
        return [("t", "target", safe(row.target)), ("e", "the entry", whole), *super().copies()]
