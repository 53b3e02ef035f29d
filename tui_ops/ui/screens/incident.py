"""The page of one incident: what happened, why, what changed, what to do; and its acts."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_ops.actions.action import Action
from tui_ops.actions.declared import HOST_RUN
from tui_ops.actions.evidence import EVIDENCE_TAKE
from tui_ops.actions.incidents import TICK
from tui_ops.actions.problems import REVIEW
from tui_ops.model.address import EVERYTHING, AddressError, parse
from tui_ops.model.incidents import incident_name
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.incidents.clocks import ack_explained, resolve_explained
from tui_ops.ui.incidents.outputs import OUTPUTS
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Ink, Line, line, plain
from tui_ops.ui.screens.help import Help
from tui_ops.ui.screens.incidentreading import IncidentReading
from tui_ops.ui.widgets.lines import desk_app

TIMELINE_KEYS = ("kind", "who", "age", "text", "incident")
"""What a filter of the timeline may name."""


class IncidentScreen(IncidentReading):
    """Everything that is known of an incident.

    Args:
        number: of the incident.
    """

    HELP_TITLE = "An incident"
    first_panel = "timeline"
    own_keys = (
        ("w", "what changed on its hosts and upstream, the nearest to the onset first"),
        ("e", "evidence: then and now, enter folds a block; e again asks the hosts anew"),
        ("D", "the services that it hurts, and what they stand on"),
        ("Z", "of the timeline where it fills the screen: all that commands wrote, or their last lines"),
        ("M", "metrics of its hosts around the onset"),
        ("V", "the review, or what the record says before it is begun; V there begins it"),
        ("enter", "of a panel: fills the screen; then opens what the cursor stands on, or checks a step off"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "panel('changed')", show=False, system=True, priority=True),
        Binding("e", "panel('evidence')", show=False, system=True, priority=True),
        Binding("D", "panel('depends')", show=False, system=True, priority=True),
        Binding("M", "panel('metrics')", show=False, system=True, priority=True),
    ]

    @property
    def nouns(self) -> tuple[str, ...]:
        """Acts on the incident first, then on its host."""
        return ("incident", "host")

    # What acts work on --------------------------------------------------------------------------------------------

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return this incident, or the host that is chosen in it."""
        if noun == "incident":
            desk_row = desk_app(self).desk.incidents.rows.get(self.number)
            row = desk_row or (self.page.row if self.page is not None else None)
            return [row] if row is not None else []
        return super().chosen(noun)

    def targets(self) -> list[HostRow]:
        """Return the host that the cursor stands on, or the incident's first."""
        fleet = desk_app(self).desk.fleet
        names = [self._host_here(), *(self.page.row.hosts if self.page is not None else ())]
        return [row for row in (fleet.named(name) for name in names if name) if row is not None][:1]

    def _host_here(self) -> str:
        """Return the name of the host that the cursor stands on in a panel; empty where it stands on none."""
        page, key = self.page, self.row_here
        if page is None or not self.is_alone:
            return ""
        if self.focused_panel == "alerts":
            return next((row.host for row in page.alerts if row.id == key), "")
        if isinstance(key, tuple) and self.focused_panel == "evidence":
            return str(key[0])
        if self.focused_panel == "changed" and isinstance(key, int) and key < len(page.changes):
            return page.changes[key].host
        return str(key[1]) if isinstance(key, tuple) and key[0] == "host" else ""

    def given(self, action: Action) -> dict[str, object]:
        """Return the incident, where an act on a host can be told for which it is."""
        takes = any(param.name == "incident" for param in action.params)
        return {"incident": self.incident} if takes and action.noun == "host" else {}

    # Reading and drawing ------------------------------------------------------------------------------------------

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        own = [Hint("w", "changes", weight=4), Hint("e", "evidence", weight=4), Hint("D", "depends", weight=2),
               Hint("M", "metrics", weight=2)]  # fmt: skip
        acts = [replace(hint, weight=5 if hint.key in "airA" else 1) for hint in self.act_hints() if hint.key != "e"]
        panels = [hint for hint in self.panel_hints() if hint.key in ("q", ", .")]
        return [*panels, *own, *acts, Hint("x", "acts", weight=9), Hint("?", "keys", weight=9)]

    # What keys do -------------------------------------------------------------------------------------------------

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; evidence and review are looked at first."""
        if key == EVIDENCE_TAKE.key:
            self.action_panel("evidence")
        elif key == REVIEW.key:
            desk_app(self).travel.open_review(self.number)
        else:
            super().action_letter(key)

    def action_help(self) -> None:
        """Show the keys of this page, and how its clocks come to what they say."""
        page, at = self.page, desk_app(self).desk.present.at
        row = desk_app(self).desk.incidents.rows.get(self.number, page.row) if page else None
        clocks = (ack_explained(row, at), resolve_explained(row, at)) if row is not None else ()
        told = tuple(("clock" if index == 0 else "", one) for said in clocks for index, one in enumerate(said))
        self.app.push_screen(Help(desk_app(self).nouns, (*self.own_keys, *told)))

    def action_panel(self, name: str) -> None:
        """Let a panel fill the screen, and back; evidence that is looked at already is taken again."""
        if name == "evidence" and self.is_alone and self.focused_panel == name:
            self.do(EVIDENCE_TAKE)
            return
        if name == "metrics":
            self.read_metrics()
        # A key that comes before the page is read is for what the page will show.
        if self.page is None or name == "metrics" or name in self.names():
            self.fill_with(name)
        else:
            desk_app(self).tell(f"{name}: nothing is known of it here")

    def open_row(self, key: Hashable) -> None:
        """Fold a block of evidence, check a step off, open an earlier incident, a problem, a known error or a host."""
        if self.focused_panel == "evidence":
            self.unfolded ^= {key}
            self.refresh_all()
        elif self.focused_panel == "runbook":
            self._tick(key)
        elif self.focused_panel == "like before" and isinstance(key, int):
            desk_app(self).travel.open_incident(key)
        elif self.focused_panel == "known error" and isinstance(key, tuple):
            desk_app(self).travel.open_page(str(key[0]), str(key[1]))
        elif self._host_here():
            desk_app(self).open_host(self._host_here())

    def _tick(self, key: Hashable) -> None:
        """Check a step off; one that is a command runs first, after its question."""
        page = self.page
        step = next((one for one in page.steps if one.number == key), None) if page is not None else None
        if page is None or step is None:
            return
        doer = desk_app(self).doer
        if step.command and step.number not in page.row.ticked:
            given = {"command": step.command, **self.given(HOST_RUN), "step": str(step.number)}
            doer.start(HOST_RUN, self._to_run_on(page), given)
        else:
            doer.start(TICK, self.chosen("incident"), {"step": str(step.number)})

    def _to_run_on(self, page: IncidentPage) -> list[HostRow]:
        """Return the host for a step: the first of the incident that a command can run on. Its question names it."""
        rows = [row for name in page.row.hosts if (row := desk_app(self).desk.fleet.named(name)) is not None]
        return [row for row in rows if HOST_RUN.rule(row)][:1] or rows[:1]

    def action_mark(self) -> None:
        """Check a step of the runbook off, whether it runs anything or not."""
        if self.is_alone and self.focused_panel == "runbook" and self.row_here is not None:
            desk_app(self).doer.start(TICK, self.chosen("incident"), {"step": str(self.row_here)})
        elif self.is_alone and self.focused_panel == "evidence":
            self.action_open()
        else:
            self._only_list()

    def action_fold(self) -> None:
        """Fold a block of evidence."""
        self.unfolded -= {self.row_here}
        self.refresh_all()

    def action_unfold(self) -> None:
        """Unfold it."""
        if self.is_alone and self.focused_panel == "evidence":
            self.unfolded |= {self.row_here}
            self.refresh_all()

    def action_fold_all(self) -> None:
        """Fold every block of evidence, or unfold all; on the timeline what commands wrote."""
        if self._narrows:
            self.unfolded ^= {OUTPUTS}
            self.refresh_all()
        elif self.is_alone and self.focused_panel == "evidence":
            keys = frozenset(self.row_keys())
            self.unfolded = frozenset() if keys <= self.unfolded else keys
            self.refresh_all()
        else:
            self._only_list()

    # The filter of the timeline -----------------------------------------------------------------------------------

    @property
    def _narrows(self) -> bool:
        return self.is_alone and self.focused_panel == "timeline"

    def prompt_keys(self, sign: str) -> Line:
        """Return what is said below the prompt."""
        if sign == "/" and self._narrows:
            return line(("words  kind=note  who=ann  age<1h   ", Ink.DIM), ("enter", Ink.ACCENT), (" keep", Ink.DIM))
        return super().prompt_keys(sign)

    def action_filter(self) -> None:
        """Narrow the timeline where it fills the screen; look for words elsewhere."""
        if self._narrows:
            self.open_prompt("/", self.narrowed.text)
        else:
            super().action_filter()

    def filter_typed(self, text: str) -> None:
        """Narrow while typing."""
        if not self._narrows:
            super().filter_typed(text)
            return
        try:
            self.narrowed = parse(text, TIMELINE_KEYS) if text.strip() else EVERYTHING
        except AddressError as error:
            desk_app(self).tell(str(error), Ink.BAD)
        self.refresh_all()

    def filter_done(self, text: str | None) -> None:
        """Keep the filter, or clear it."""
        if self._narrows:
            self.filter_typed(text or "")
        else:
            super().filter_done(text)

    def action_back(self) -> None:
        """Clear the filter first, then show the whole page, then go back."""
        if self.narrowed is not EVERYTHING:
            self.narrowed = EVERYTHING
            self.refresh_all()
        else:
            super().action_back()

    # The view -----------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """Return this incident, opened from the list."""
        return View(self.spec_name, "incidents", page=self.incident, page_noun="incident")

    def export(self) -> Export:
        """Return the timeline by column, and the page as it stands."""
        rows = [
            (row.at, incident_name(row.incident_id), str(row.kind), row.who, row.text)
            for row in (self.page.timeline if self.page else ())
        ]
        return Export(
            self.incident, ("at", "incident", "kind", "who", "text"), rows, [plain(one) for one in self.text.lines]
        )

    def copies(self) -> list[Choice]:
        """Return its name and title, then what every screen has."""
        page = self.page
        own: list[Choice] = [("n", "name", self.incident)]
        if page is not None:
            own.append(("t", "name and title", f"{self.incident} {page.row.title}"))
        return [*own, *super().copies()]
