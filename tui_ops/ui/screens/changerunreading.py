"""The screen of a run: reading it as it goes on, following the selected cell, drawing what moved."""

from functools import partial

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.changerows import ChangeLineRow, ChangeRow
from tui_ops.store.views.changeruns import RunAround, RunHead
from tui_ops.ui.cells import safe
from tui_ops.ui.changerun.drawing import pane_width
from tui_ops.ui.changerun.grid import GridModel
from tui_ops.ui.changerun.head import Stand, batch_word, held_lines, title_lines
from tui_ops.ui.changerun.output import CellKey, CellOutput, body_lines, head_lines
from tui_ops.ui.changerun.progress import Progress, progress, time_left_s, together
from tui_ops.ui.changerun.reading import Known, RunNews
from tui_ops.ui.changerun.signs import LIVE
from tui_ops.ui.changerun.widget import GridScroll, OutputScroll
from tui_ops.ui.paint import EMPTY, Ink, Line, Span, line
from tui_ops.ui.panels import moment
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.screens.beside import DETAIL_DELAY_S, DETAIL_FROM, EVENTS_FROM_HEIGHT, EVENTS_FROM_WIDTH
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

RUN_TOPICS = frozenset({"changes", "incidents", "fleet"})
"""News after which the run is read again: cells, and alerts on its hosts."""

FIRST_S = 0.08
"""How long painting is held for the first look: the run is read and laid out within it."""

OUTPUT_LEAST = 40
"""Cells of the output beside the grid: a line of a tool's error."""

GRID_SHARE = 0.6
"""The most of the width that the grid takes beside the output."""


class ChangeRunReading(DeskScreen):
    """A run as far as it is known.

    Args:
        number: of the change.
        run_id: which of its runs; None for the one that counts.
    """

    spec_name = "changes"

    def __init__(self, number: int, run_id: int | None = None) -> None:
        super().__init__()
        self.number, self.run_id = number, run_id
        self.change: ChangeRow | None = None
        self.runs: tuple[RunHead, ...] = ()
        self.head: RunHead | None = None
        self.model: GridModel | None = None
        self.around = RunAround()
        self.lines: tuple[ChangeLineRow, ...] = ()
        self.output_alone = False
        """Whether the output fills the screen."""
        self._loaded: int | None = None
        self._was_read = False
        self._written: CellOutput | None = None
        self._written_for: tuple[CellKey, int] | None = None
        self._shown_for: tuple[object, ...] = ()
        self._stand: Stand | None = None

    @property
    def wall(self) -> Span:
        """The border between grid and output."""
        return (f"{desk_app(self).desk.signs.wall} ", Ink.FAINT)

    @property
    def grid(self) -> GridScroll:
        """The grid."""
        return self.query_one("#run-grid", GridScroll)

    @property
    def output(self) -> OutputScroll:
        """What the selected cell wrote."""
        return self.query_one("#cell-output", OutputScroll)

    def on_mount(self) -> None:
        """Draw and read."""
        super().on_mount()
        self.focus_body()
        # What is read decides how wide and how tall the parts are: painted is what stands.
        desk_app(self).delay_update(FIRST_S)
        self.read()

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size, with the panels that it has room for."""
        beside = {"-detail"} if width >= DETAIL_FROM else set()
        third = {"-events"} if width >= EVENTS_FROM_WIDTH and height >= EVENTS_FROM_HEIGHT else set()
        return super().size_classes(width, height) | beside | third

    # Reading ------------------------------------------------------------------------------------------------------

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_all()
        if topics & RUN_TOPICS:
            self.read()

    def on_screen_resume(self) -> None:
        """Read what happened while another screen was in front."""
        super().on_screen_resume()
        if self._was_read:
            self.read()

    def read(self) -> None:
        """Read what moved."""
        in_background(self, self._load, "run", exclusive=True)

    async def _load(self) -> None:
        app, model = desk_app(self), self.model
        same = model is not None and self._loaded is not None
        known = Known(
            self.run_id, self._loaded, model.version if model is not None else 0, self.has_class("-events"),
            model.hosts if model is not None and same else (),
            model.plan.expected_alerts if model is not None and same else (),
        )  # fmt: skip
        try:
            news = await app.from_store(lambda feed: feed.run(self.number, known))
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
            return
        self._was_read = True
        if news is not None:
            self.take(news)
        if self.drawable:
            self.refresh_all()
            self.read_output()

    def take(self, news: RunNews) -> None:
        """Take in what was read."""
        self.change, self.runs, self.head, self.around = news.change, news.runs, news.head, news.around
        self.lines = news.lines or self.lines
        if news.head is None:
            return
        fresh = news.fixed is not None
        if news.fixed is not None:
            self.model = GridModel(news.plan, news.fixed.batches, news.head.dry)
            self._loaded, self._written, self._written_for = news.head.id, None, None
        model = self.model
        if model is None:
            return
        model.take(news.cells)
        if fresh:
            first = model.first_to_look_at()
            if first is not None:
                model.go_to(*first)
        fars = [progress(model, batch) for batch in model.batches]
        self._stand = self._stands(model, news.head, together(fars))
        if self.drawable:
            self.grid.words = {number: batch_word(number, far, news.head) for number, far in enumerate(fars)}

    def _stands(self, model: GridModel, head: RunHead, far: Progress) -> Stand:
        change = self.change
        at = desk_app(self).desk.present.at
        return Stand(
            head, change.title if change is not None else "", change.outcome if change is not None else "",
            change.stopped if change is not None else "", far, len(model.batches),
            time_left_s(model, head.batch, at), self.around,
        )  # fmt: skip

    # The output of the selected cell ------------------------------------------------------------------------------

    def read_output(self) -> None:
        """Read what the selected cell wrote, when the cursor rests; nothing where that is known."""
        cell = self.model.here if self.model is not None else None
        wanted = ((cell.host, cell.step), cell.version) if cell is not None else None
        if wanted != self._written_for and (self.has_class("-detail") or self.output_alone):
            in_background(self, partial(self._read_output, wanted), "output", exclusive=True)

    async def _read_output(self, wanted: tuple[CellKey, int] | None) -> None:
        app, run = desk_app(self), self._loaded
        await app.pause_for(DETAIL_DELAY_S)
        if wanted is not None and run is not None:
            (host, step), _ = wanted
            try:
                text = await app.from_store(lambda feed: feed.run_output(run, host, step))
            except TuiOpsError as error:
                app.tell(str(error), Ink.WARN)
                return
            cell = self.model.cell(host, step) if self.model is not None else None
            self._written = CellOutput((host, step), text, cell.output_bytes if cell is not None else len(text))
        self._written_for = wanted
        if self.drawable:
            self.draw_output()

    # Drawing ------------------------------------------------------------------------------------------------------

    def refresh_body(self) -> None:
        """Draw what moved."""
        width, model, stand = self.size.width, self.model, self._stand
        signs = desk_app(self).desk.signs
        self._show("run-head", title_lines(stand, width, signs) if stand is not None else [self._nothing()])
        self._show("run-held", held_lines(stand, width) if stand is not None else [])
        self._fit_panes()
        grid = self.grid
        grid.was_read = self._was_read
        if model is not None:
            grid.show(model)
        grid.update()
        self.part("run-columns").show([grid.heading()])
        self.draw_output()
        self._draw_lines()

    def moved(self) -> None:
        """Draw after the cursor, the filter or the folding changed; the output follows when the cursor rests."""
        if self.drawable:
            self.grid.update()
            self.part("run-columns").show([self.grid.heading()])
            self.refresh_footer()
            self.read_output()

    def _nothing(self) -> Line:
        if self.change is None:
            said = "reading the store" if not self._was_read else f"there is no CHG-{self.number}: q goes back"
        else:
            said = f"{self.change.name} {safe(self.change.title)}: it never ran, nor was it tried dry: d does that"
        return line((said, Ink.DIM))

    def _show(self, part: str, lines: list[Line]) -> None:
        """Show lines in a part that is as tall as they are."""
        widget = self.part(part)
        if not widget.styles.height or widget.styles.height.value != len(lines):
            widget.styles.height = len(lines)
        widget.show(lines)

    def _fit_panes(self) -> None:
        """Give the grid as much of the width as its columns need."""
        left = self.query_one("#run-left")
        width = "100%"
        if self.has_class("-detail") and self.model is not None:
            most = max(1, min(int(self.size.width * GRID_SHARE), self.size.width - OUTPUT_LEAST))
            width = str(pane_width(self.model, most))
        if left.styles.width is None or str(left.styles.width) != width:
            left.styles.width = width if width.endswith("%") else int(width)

    def draw_output(self) -> None:
        """Draw what the selected cell wrote, unless it stands there already."""
        output, model = self.output, self.model
        if model is None or not (self.has_class("-detail") or self.output_alone):
            return
        desk = desk_app(self).desk
        cell, row = model.here, model.row_here
        written = self._written if self._written is not None and self._written.key == (model.host, model.step) else None
        live = cell is not None and cell.state in LIVE
        key = (
            model.host, model.step, cell, written,
            output.inner_width, len(row.hosts) if row is not None else 1, desk.aged if live else 0,
        )  # fmt: skip
        if key == self._shown_for or not output.size.width:
            return
        if key[:2] != self._shown_for[:2]:
            output.follows = live
            output.move(-output.top)
        self._shown_for = key
        column = next((one for one in model.columns if one.key == model.step), None)
        alike = len(row.hosts) if row is not None else 1
        width = output.inner_width
        said = head_lines(model.host, column, cell, alike, model.dry, desk.look, desk.present, width)
        self._show("cell-head", [(output.wall, *one) if output.wall[0] else one for one in said])
        output.show(body_lines(written, cell, width, desk.look))
        output.follow()

    def _draw_lines(self) -> None:
        """Draw what happened to the change, the last lines, where there is a third panel."""
        panel = self.part("run-lines")
        if not self.has_class("-events") or self.output_alone or not panel.size.width:
            return
        present, room = desk_app(self).desk.present, panel.size.height
        lines: list[Line] = [line(("What happened", Ink.DIM))]
        for one in self.lines[-max(0, room - 1) :]:
            who = ((f"{safe(one.who)}  ", Ink.DIM),) if one.who else ()
            lines.append(line((f"{moment(one.at, present)}  ", Ink.DIM), *who, safe(one.text)))
        panel.show([*lines, *[EMPTY] * (room - len(lines))])
