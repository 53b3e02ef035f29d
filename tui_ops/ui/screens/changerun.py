"""A change while it runs: hosts by steps, the output of the selected cell, the acts on the run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui_ops.actions.action import Action
from tui_ops.actions.changeruns import ANSWER
from tui_ops.actions.declared import REGISTRY
from tui_ops.model.changes import CellState, change_name
from tui_ops.ui import acts
from tui_ops.ui.changerun.letters import BEGIN_ACTS, RUN_ACTS, YES_NO, answers, given_here
from tui_ops.ui.changerun.widget import GridScroll, OutputScroll
from tui_ops.ui.changes.stopping import stop_hint
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, plain
from tui_ops.ui.screens.changerunlooking import ChangeRunLooking
from tui_ops.ui.widgets.lines import Lines, desk_app


class ChangeRun(ChangeRunLooking):
    """The grid of a run, live.

    Args:
        number: of the change.
        run_id: which of its runs; None for the one that counts.
    """

    HELP_TITLE = "A run"
    own_keys = (
        ("h l ← →", "from step to step; j and k go from host to host"),
        ("enter", "the output of the cell fills the screen, and back; there / finds words"),
        ("space", "unfolds hosts that are alike, or folds them again; Z does so with all"),
        ("z", "only hosts for which somebody has to do something"),
        (", .", "the run before and after: dry runs too"),
        ("y n", "where a step asks: it is done, it is not"),
        ("#", "stops everything that runs, of all changes; its number is typed"),
    )

    def compose_body(self) -> ComposeResult:
        """Return title, grid, output, what happened, and why it waits."""
        wall = self.wall
        yield Lines("run-head")
        with Horizontal(id="run-body"):
            with Vertical(id="run-left"):
                yield Lines("run-columns")
                yield GridScroll("run-grid").add_class("body")
            with Vertical(id="run-right"):
                yield Lines("cell-head")
                yield OutputScroll("cell-output", wall)
                yield Lines("run-lines", wall)
        yield Lines("run-held")

    # What acts work on --------------------------------------------------------------------------------------------

    @property
    def nouns(self) -> tuple[str, ...]:
        """Acts on the change."""
        return ("change",)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return this change."""
        return [self.change] if noun == "change" and self.change is not None else []

    def given(self, action: Action) -> dict[str, object]:
        """Return host and step of the cursor, for acts that ask for them."""
        row = self.model.row_here if self.model is not None else None
        return given_here(action, self.model.here, len(row.hosts)) if self.model is not None and row is not None else {}

    def hints(self) -> list[Hint]:
        """Return the keys for the footer: what the run needs first, then how to look at it."""
        if self.output_alone:
            return [Hint("q", "grid", weight=9), Hint("j k", "scroll", weight=9), Hint("/", "find", weight=5),
                    *self._acts(), Hint("x", "acts", weight=9), Hint("?", "keys", weight=9)]  # fmt: skip
        here = self.model is not None and self.model.line >= 0
        show_all = self.model is not None and self.model.trouble_only
        return [
            Hint("enter", "output", here, 8), Hint("space", "fold", here, 2),
            Hint("z", "all" if show_all else "trouble", weight=3), *self._acts(),
            Hint(". ,", "runs", len(self.runs) > 1, 0), *stop_hint(desk_app(self).desk),
            Hint("x", "acts", weight=9), Hint("?", "keys", weight=9),
        ]  # fmt: skip

    def _acts(self) -> list[Hint]:
        """Return the acts: those on the run first, of the others only what is possible."""
        asked = self.asks_here()
        mine = RUN_ACTS if self.is_the_one else BEGIN_ACTS
        runs = {action.key for action in self.lettered() if action.id in mine}
        others = {action.key for action in self.lettered() if action.id in RUN_ACTS - mine}
        found = [Hint("y", "done", weight=8), Hint("n", "not done", weight=8)] if asked else []
        for hint in self.act_hints():
            if asked and hint.key in YES_NO:
                continue
            if hint.key in runs:
                found.append(replace(hint, weight=7 if hint.possible else 0))
            elif hint.possible and hint.key not in others:
                found.append(replace(hint, weight=1))
        return found

    @property
    def is_the_one(self) -> bool:
        """Whether acts on what runs are about this run: not where it is a dry one, or an earlier one."""
        return self.head is not None and self.change is not None and self.head.id == self.change.run_id

    @property
    def later_word(self) -> str:
        """Where the run is that acts are about."""
        there = self.change is not None and self.change.run_id is not None
        return ", and . go to the one that counts" if there else "and none has touched anything yet"

    def asks_here(self) -> bool:
        """Return whether the selected cell waits for a person."""
        cell = self.model.here if self.model is not None else None
        return cell is not None and cell.state is CellState.ASKING

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; y and n answer a step that asks, n looks further where words are sought."""
        if key == "n" and self.output_alone and self.output.searched:
            self.next_match(1)
            return
        said = answers(ANSWER, key) if self.asks_here() else None
        if said is not None:
            desk_app(self).doer.start(ANSWER, self.chosen("change"), {**self.given(ANSWER), **said})
            return
        twins = [action for action in REGISTRY.on("change") if action.key == key]
        if twins:
            action = acts.of_letter(twins, self.chosen("change"), desk_app(self).desk)
            if action.id in RUN_ACTS - BEGIN_ACTS and not self.is_the_one:
                desk_app(self).tell(f"{action.label}: not on this run; {self.later_word}", Ink.WARN)
            else:
                self.do(action)
        elif any(action.key == key for action in REGISTRY):
            super().action_letter(key)
        else:
            desk_app(self).tell(f"{key}: nothing to do here")

    # The view -----------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """Return this run, opened from the list of changes."""
        return View("changes", "changes", page=change_name(self.number), page_noun="changerun")

    def export(self) -> Export:
        """Return what became of each step on each host, and the grid as it stands."""
        model = self.model
        if model is None:
            return Export(change_name(self.number), ("host",), [], [])
        rows = [
            (host, *(str(state) if state is not None else "" for state in model.states[host])) for host in model.hosts
        ]
        grid = self.grid
        shown = [plain(grid.heading()), *(plain(grid.line_at(index)[0]).rstrip() for index in range(grid.line_count()))]
        return Export(change_name(self.number), ("host", *(one.key for one in model.columns)), rows, shown)

    def copies(self) -> list[Choice]:
        """Return the host, what came of the cell and what it wrote, then what every screen has."""
        own: list[Choice] = [("n", "name", change_name(self.number))]
        if self.model is not None:
            own.append(("h", "host", self.model.host))
            if self.model.here is not None:
                own.append(("s", "what came of it", self.model.here.said))
            own.append(("o", "output", "\n".join(plain(one) for one in self.output.lines)))
        return [*own, *super().copies()]
