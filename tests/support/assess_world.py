"""A store with hosts that are up and changes on them, which are assessed and begun as the test says."""

import json
from typing import Any

from sqlmodel import Session, col, select

from support.incident_world import BEGIN, IncidentWorld
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.changes.assessing import Assessment, assess
from tui_ops.store.tables import Change, ChangeLine, HostLatest

__all__ = ["BEGIN", "DAY", "HOUR", "PLAN", "SPEC", "ChangeWorld"]

HOUR = 3600.0
DAY = 24 * HOUR

PLAN = """\
steps:
  - command: systemctl reload nginx
rollback:
  - command: systemctl restart nginx
"""

SPEC = ChangingSpec()


class ChangeWorld(IncidentWorld):
    """A store with hosts that are up, in which changes are made as a test needs them."""

    def __init__(self) -> None:
        super().__init__()
        self.up("gw", "web-1", "web-2", "db-1")

    def up(self, *names: str, state: str = "up") -> None:
        """Let hosts be up, or in another state."""

        def write(session: Session) -> None:
            for name in names:
                row = session.get(HostLatest, self.ids[name]) or HostLatest(host_id=self.ids[name])
                row.state = state
                session.add(row)

        self.run(write)

    def change(self, *hosts: str, **more: Any) -> int:
        """Make a change and return its number."""
        said = {"title": "reload", "plan": PLAN, "hosts": json.dumps(hosts), "owner": "bob", "requested_by": "bob",
                "state": "approved", "opened_at": self.at, **more}  # fmt: skip

        def write(session: Session) -> int:
            row = Change(**said)
            session.add(row)
            session.flush()
            assert row.id is not None
            return row.id

        return self.run(write)

    def set(self, number: int, **values: object) -> None:
        """Set columns of a change."""

        def write(session: Session) -> None:
            row = session.get_one(Change, number)
            for name, value in values.items():
                setattr(row, name, value)

        self.run(write)

    def assess(self, number: int, spec: ChangingSpec = SPEC) -> Assessment:
        """Assess a change now."""
        return self.run(lambda session: assess(session, session.get_one(Change, number), self.at, spec))

    def of(self, number: int) -> Change:
        """Return a change."""
        return self.run(lambda session: session.get_one(Change, number))

    def said(self, number: int) -> list[str]:
        """Return what a change's list says."""
        query = select(ChangeLine).where(ChangeLine.change_id == number).order_by(col(ChangeLine.id))
        return self.run(lambda session: [f"{one.kind}: {one.text}" for one in session.exec(query).all()])

    def add(self, *rows: Any) -> None:
        """Write rows."""
        self.run(lambda session: session.add_all(rows))
