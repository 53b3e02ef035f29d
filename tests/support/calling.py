"""A store with incidents, and the two halves of notification on it, by a clock of the test."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from tui_ops.engine.calling import Calling
from tui_ops.engine.news import News
from tui_ops.engine.notifying import Notifying
from tui_ops.inventory import load
from tui_ops.model.fleet import Fleet
from tui_ops.model.incidents import Happened, Happening
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import Alert, Incident, Notification, Timeline
from tui_ops.store.timeline import add_line, changed
from tui_ops.store.writer import Writer

BEGIN = 1_795_616_280.0
"""Wednesday, 25 November 2026, 14:18 UTC."""

INVENTORY = """\
name: test
hosts: {{a: {{address: local}}}}
operators: {{anna: operator, bernd: operator, carl: operator}}
oncall:
  mail: {{server: "127.0.0.1:{mail}", from: desk@example.org}}
  contacts:
    anna: {{ways: {{mail: anna@example.org}}{anna}}}
    bernd: {{ways: {{push: "json://:hunter2@127.0.0.1:{http}/bernd"}}}}
  schedules:
    empty: {{layers: [{{people: [carl], hours: "00:00-00:01"}}]}}
  policies:
    standard:
      steps: {steps}
"""


def fleet(mail: int = 1, http: int = 1, steps: str = "[anna, {call: bernd, after: 15m}]", anna: str = "") -> Fleet:
    """The fleet of these tests; ports of the sinks, and what differs."""
    return load(Path("test.yaml"), INVENTORY.format(mail=mail, http=http, steps=steps, anna=anna))


@dataclass
class CallingWorld:
    """Calls and sends by its own clock."""

    writer: Writer
    paths: StatePaths
    fleet: Fleet
    now: float = BEGIN
    woken: int = 0
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """What a restart leaves: the store and the inventory."""
        self.calling = Calling(self.writer, self.paths, self.news, self._wake, lambda: self.now)
        self.notifying = Notifying(self.writer, self.paths, self.news, lambda: self.now)
        self.heed(self.fleet)

    def heed(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.calling.heed(fleet)
        self.notifying.heed(fleet)

    def _wake(self) -> None:
        self.woken += 1

    async def open(self, title: str = "shop-db degraded", alerts: int = 1, **changes: Any) -> int:
        """Open an incident with alerts, as the engine does; returns its number."""

        def write(session: Session) -> int:
            row = Incident(title=title, opened_at=self.now, started_at=self.now, **{"priority": 3, **changes})
            session.add(row)
            session.flush()
            assert row.id is not None
            for number in range(alerts):
                session.add(
                    Alert(source="rule", rule=f"r{row.id}", subject=f"db-{number}", text="is down", incident_id=row.id,
                          version=1)
                )  # fmt: skip
            changed(session, [row])
            add_line(session, row.id, Happened(Happening.OPENED, "opened"), self.now)
            return row.id

        return await self.writer.act(write)

    async def write(self, number: int, line: Happened | None = None, alerts: str = "", **changes: Any) -> None:
        """Change an incident, its alerts' state and its timeline, as an act does."""

        def write(session: Session) -> None:
            row = session.get_one(Incident, number)
            for name, value in changes.items():
                setattr(row, name, value)
            changed(session, [row])
            if alerts:
                found = session.exec(select(Alert).where(Alert.incident_id == number)).all()
                for alert in found:
                    alert.state = alerts
                changed(session, found)
            if line is not None:
                add_line(session, number, line, self.now)

        await self.writer.act(write)

    async def passing(self, seconds: float = 0.0) -> None:
        """Let time pass, call what is due and wait until what leaves has its answer."""
        self.now += seconds
        await self.calling.look()
        await self.notifying.look()
        await self.notifying.settled()

    async def said(self, number: int) -> list[str]:
        """The texts of a timeline but its opening."""

        def read(session: Session) -> list[str]:
            query = select(Timeline).where(Timeline.incident_id == number).order_by(Timeline.id)  # type: ignore[arg-type]
            return [row.text for row in session.exec(query).all()][1:]

        return await self.writer.act(read)

    async def rows(self) -> list[Notification]:
        return await self.writer.act(lambda session: list(session.exec(select(Notification)).all()))
