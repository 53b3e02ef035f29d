"""The screen of a run: what keys do to look at it: from cell to cell, folding, finding, the output, other runs."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_ops.ui.changerun.widget import GridScroll
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.screens.changerunreading import ChangeRunReading
from tui_ops.ui.widgets.lines import desk_app


class ChangeRunLooking(ChangeRunReading):
    """A run, looked at by keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "fold", show=False, system=True, priority=True),
        Binding("l", "unfold", show=False, system=True, priority=True),
        Binding("N", "match_before", show=False, system=True, priority=True),
        Binding("n", "letter('n')", show=False, system=True, priority=True),
    ]
    plain_filter = True

    def go(self, lines: int) -> None:
        """Move the cursor by hosts, or scroll the output where it fills the screen."""
        if self.output_alone:
            self.output.go(lines)
        elif self.model is not None:
            self.model.down(lines)
            self.moved()

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return (self.output if self.output_alone else self.grid).size.height

    def _sideways(self, columns: int) -> None:
        if self.model is not None:
            self.model.right(columns)
            self.moved()

    def action_fold(self) -> None:
        """Go a step to the left."""
        self._sideways(-1)

    def action_unfold(self) -> None:
        """Go a step to the right."""
        self._sideways(1)

    def action_mark(self) -> None:
        """Unfold hosts that are alike, or fold them again."""
        if self.model is not None and self.model.fold_here():
            self.moved()
        else:
            desk_app(self).tell("folded are three hosts or more that are alike; this one is not")

    def action_fold_all(self) -> None:
        """Fold all that is alike, or nothing."""
        if self.model is not None:
            self.model.fold_all()
            self.moved()

    def action_trouble(self) -> None:
        """Show only hosts for which somebody has to do something, or all again."""
        if self.model is not None:
            self.model.only_trouble()
            self.moved()

    def action_open(self) -> None:
        """Let the output fill the screen, or show the grid again."""
        self.show_output(not self.output_alone)

    action_full = action_open

    def action_next_view(self) -> None:
        """Show the run after this one."""
        self.step_run(1)

    def action_previous_view(self) -> None:
        """Show the run before this one."""
        self.step_run(-1)

    def action_back(self) -> None:
        """Give up a search, the output, the filter; then go back. What runs goes on."""
        model = self.model
        if self.output_alone and self.output.searched:
            self.output.search("")
        elif self.output_alone:
            self.show_output(False)
        elif model is not None and (model.words or model.trouble_only):
            if model.trouble_only:
                model.only_trouble()
            model.narrow("")
            self.moved()
        else:
            self.app.pop_screen()

    def on_grid_scroll_resized(self) -> None:
        """Draw titles and output for the widths that they have now."""
        if self.drawable:
            self.refresh_body()

    def on_grid_scroll_clicked(self, event: GridScroll.Clicked) -> None:
        """Follow a click; two in a row open the output."""
        self.moved()
        if event.twice:
            self.show_output(True)

    def _only_list(self) -> None:
        desk_app(self).tell("that works on a list: q goes back")

    action_mark_range = action_mark_all = action_clear_marks = _only_list
    action_sort = action_reverse = action_group = action_columns = _only_list

    # Finding ------------------------------------------------------------------------------------------------------

    def prompt_keys(self, sign: str) -> Line:
        """Return what is said below the prompt."""
        if sign != "/":
            return super().prompt_keys(sign)
        words = "words to find   " if self.output_alone else "words of hosts' names   "
        return line((words, Ink.DIM), ("esc", Ink.ACCENT), (" gives up", Ink.DIM))

    def action_filter(self) -> None:
        """Type words: of an output to find them, of the grid to narrow it to hosts."""
        told = self.output.searched if self.output_alone else " ".join(self.model.words if self.model else ())
        self.open_prompt("/", told)

    def filter_typed(self, text: str) -> None:
        """Find or narrow while typing."""
        if self.output_alone:
            self.output.search(text)
        elif self.model is not None:
            self.model.narrow(text)
            self.moved()

    def filter_done(self, text: str | None) -> None:
        """Keep the words, or give them up."""
        self.filter_typed(text or "")

    def next_match(self, by: int) -> None:
        """Go to another match in the output."""
        self.output.step_match(by)
        self.output.follows = False

    def action_match_before(self) -> None:
        """Go to the match before."""
        if self.output_alone and self.output.searched:
            self.next_match(-1)
        else:
            desk_app(self).tell("nothing is looked for: enter shows the output, / types words there")

    # The output, and other runs -----------------------------------------------------------------------------------

    def show_output(self, alone: bool) -> None:
        """Let the output fill the screen, or show the grid again."""
        self.output_alone = alone
        self.set_class(alone, "-output")
        self.output.wall = ("", Ink.FAINT) if alone else self.wall
        self.call_after_refresh(self.refresh_all)
        self.read_output()

    def step_run(self, by: int) -> None:
        """Show another run of the change: a later one, or an earlier one."""
        ordered = sorted(run.id for run in self.runs)
        here = self.head.id if self.head is not None else None
        if here not in ordered or not 0 <= ordered.index(here) + by < len(ordered):
            desk_app(self).tell("there is no run after this one" if by > 0 else "there is no run before this one")
            return
        self.run_id = ordered[ordered.index(here) + by]
        self.read()
