"""What the desk knows: fleet, engine, session. Everything that is drawn is drawn from here."""

import getpass
import os
import socket
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tui_ops.actions.client import Hello
from tui_ops.actions.errors import ActError, Code
from tui_ops.model.clock import Stamp, now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.people import Role
from tui_ops.store.views.rows import EngineRow
from tui_ops.ui.cells import Signs, safe, signs
from tui_ops.ui.changes.model import ChangeList
from tui_ops.ui.changes.reading import Around
from tui_ops.ui.columns import Look, minute_of
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.incidents.model import IncidentModel
from tui_ops.ui.incidents.todo import Todo
from tui_ops.ui.options import UiOptions
from tui_ops.ui.security.needs import Needs

ENGINE_LATE_S = 30.0
"""An engine that has not beaten for this long is shown with its age: it beats every few seconds."""


@lru_cache(maxsize=1)
def this_machine() -> str:
    """Return the short name of the machine that the desk runs on."""
    return safe(socket.gethostname().split(".")[0])[:40]


@lru_cache(maxsize=1)
def this_user() -> str:
    """Return the account's name, as long as no engine has said whom it takes us for."""
    try:
        return safe(getpass.getuser())[:40]
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass
class Desk:
    """The state behind every screen."""

    options: UiOptions
    ascii: bool
    fleet: FleetModel = field(default_factory=FleetModel)
    incidents: IncidentModel = field(default_factory=IncidentModel)
    todo: Todo = field(default_factory=Todo)
    changes: ChangeList = field(default_factory=ChangeList)
    around: Around = field(default_factory=Around)
    """What stands around changes: who approves, windows, freezes, models, releases."""
    security: Needs = field(default_factory=Needs)
    """What of all findings needs somebody."""
    looked_at: float = 0.0
    """When this operator left the screen Now last, epoch seconds; 0 for never."""
    engine: EngineRow | None = None
    link: Hello | ActError | None = None
    """The engine's greeting, the reason why there is none, or None while it is tried for the first time."""
    problem: TuiOpsError | None = None
    """Why the store can't be read."""
    loaded: bool = False
    """Whether the store was read once."""
    paused: bool = False
    audit_breaks: int = 0
    """Places at which the audit chain does not hold, as it was verified last."""
    typed: dict[str, list[str]] = field(default_factory=dict)
    """Lines that were typed, by the sign that they were typed after."""
    present: Stamp = field(default_factory=now)
    """The moment for which everything shown was judged."""
    aged: int = 0
    """How often time was let pass: what says how long something has lasted is drawn again then."""

    @property
    def on_call(self) -> str:
        """Who is on call now; empty where the inventory names nobody."""
        return safe(", ".join(self.todo.called(self.present.at // 60 * 60)))

    def pass_time(self, present: Stamp) -> None:
        """Let it be a later moment: the engine's last beat is as much longer ago."""
        if self.engine is not None and self.engine.age_s is not None:
            self.engine.age_s += present.mono - self.present.mono
        self.present = present

    @property
    def signs(self) -> Signs:
        """The signs of this terminal."""
        return signs(self.ascii)

    @property
    def look(self) -> Look:
        """What cells need to know."""
        return Look(self.ascii, minute_of(self.present))

    @property
    def fleet_name(self) -> str:
        """The fleet's name as the store, the engine or the command line knows it."""
        if self.engine is not None and self.engine.fleet:
            return self.engine.fleet
        return self.options.fleet_name

    @property
    def role(self) -> Role | None:
        """The operator's role; None as long as no engine has said it."""
        return self.link.role if isinstance(self.link, Hello) else None

    @property
    def own_themes(self) -> Path | None:
        """The operator's own folder of themes."""
        return self.options.config / "themes" if self.options.config is not None else None

    @property
    def acts_removed(self) -> bool:
        """Whether this session can't act at all, so that acts are neither in the footer nor in the menu."""
        return self.options.read_only or self.role is Role.VIEWER

    @property
    def who(self) -> str:
        """Who sits here, and where: ``oncall@jump-1``."""
        return f"{self.me}@{this_machine()}"

    @property
    def me(self) -> str:
        """The operator's name as the engine writes it into the audit."""
        return safe(self.link.you if isinstance(self.link, Hello) and self.link.you else this_user())

    @property
    def engine_away(self) -> bool:
        """Whether no engine is there at all, as opposed to one that refuses us."""
        return isinstance(self.link, ActError) and self.link.code is Code.AWAY

    def trouble(self) -> str:
        """Return what stands between the operator and a live desk, with what to do; empty when all is well."""
        if isinstance(self.link, ActError):
            return str(self.link)
        if isinstance(self.link, Hello) and not self.link.same_version:
            return f"the engine is of version {safe(self.link.version)}, this desk of another (restart the older one)"
        if self.engine is not None and self.engine.error:
            return safe(self.engine.error)
        return ""
