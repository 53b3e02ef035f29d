"""Notifications in the store: one a key, limits by what really went, and what is forgotten."""

import pytest
from sqlmodel import Session, select

from tui_ops.model.incidents import Delivery, Happened, Happening
from tui_ops.model.oncall import OnCallSpec
from tui_ops.store.errors import StoreRefused
from tui_ops.store.notifications import (
    TITLE_LIMIT,
    Queue,
    acked_since,
    keep_plan,
    queue,
    sent_since,
    to_send,
    trim_notifications,
    was_told,
)
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import Incident, Notification, OnCallPlan
from tui_ops.store.timeline import add_line
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.oncall import oncall
from tui_ops.store.writer import Writer


def wanted(key: str, **changes: object) -> Queue:
    return Queue(**{"key": key, "person": "anna", "channel": "mail", "reason": "escalated", "step": 0, "round": 0,
                    "title": "t", "body": "b", **changes})  # type: ignore[arg-type]  # fmt: skip


def incident(session: Session, state: str = "triage") -> int:
    row = Incident(title="x", state=state)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


async def test_a_key_is_queued_once(writer: Writer) -> None:
    """The second time nothing is written, and the table itself would refuse it."""

    def write(session: Session) -> list[bool]:
        return [queue(session, None, wanted(key), 1.0) for key in ("a", "b", "a")]

    assert await writer.act(write) == [True, True, False]
    with pytest.raises(StoreRefused, match="UNIQUE"):
        await writer.act(lambda session: session.add(Notification(key="a", person="", channel="", reason="",
                                                                  queued_at=1.0)))  # fmt: skip


async def test_what_comes_from_outside_is_harmless_and_short(writer: Writer) -> None:
    """A title can't bring a header of its own."""
    hostile = "down\r\nBcc: eve@example.org\x1b[31m" + "x" * 500
    await writer.act(lambda session: queue(session, None, wanted("a", title=hostile), 1.0))
    (row,) = await writer.act(to_send)
    assert row.title.startswith("down␍␊Bcc: eve@example.org␛[31m")
    assert len(row.title) == TITLE_LIMIT


async def test_messages_that_went_count_once_a_batch_and_tests_never(writer: Writer) -> None:
    """Three notifications in one message are one; what failed is none."""

    def write(session: Session) -> dict[tuple[str, str], list[float]]:
        number = incident(session)
        for key, state, batch, at, of in (
            ("a", Delivery.SENT, "m1", 100.0, number), ("b", Delivery.SENT, "m1", 100.0, number),
            ("c", Delivery.MAYBE, "m2", 200.0, number), ("d", Delivery.FAILED, "", 300.0, number),
            ("e", Delivery.SENT, "e", 400.0, None), ("f", Delivery.SENT, "f", 10.0, number),
        ):  # fmt: skip
            session.add(
                Notification(incident_id=of, key=key, person="anna", channel="mail", reason="x", queued_at=1.0,
                             state=str(state), batch=batch, tried_at=at, attempts=1)
            )  # fmt: skip
        return sent_since(session, 50.0, 1e12)

    assert await writer.act(write) == {("anna", "mail"): [100.0, 200.0]}


async def test_who_was_told_and_whether_it_was_acknowledged_since(writer: Writer) -> None:
    """By what arrived, or may have; by a line after the moment."""

    def write(session: Session) -> list[bool]:
        number = incident(session)
        queue(session, number, wanted("a"), 1.0)
        queue(session, number, wanted("b"), 1.0)
        session.flush()
        first, second = to_send(session)
        before = was_told(session, number, "anna", second.id or 0)
        first.state = str(Delivery.MAYBE)
        session.add(first)
        session.flush()
        add_line(session, number, Happened(Happening.ACKNOWLEDGED, "x", "bernd"), 50.0)
        told = was_told(session, number, "anna", second.id or 0)
        return [before, told, acked_since(session, number, 49.0), acked_since(session, number, 50.0)]

    assert await writer.act(write) == [False, True, True, False]


async def test_what_is_done_and_old_is_forgotten_but_not_of_an_open_incident(writer: Writer) -> None:
    """The keys of an open one keep a second message away."""

    def write(session: Session) -> list[str]:
        numbers = {"open": incident(session), "closed": incident(session, "closed"), "test": None}
        for name, number in numbers.items():
            for age, done in (("old", 5.0), ("waiting", None), ("new", 5000.0)):
                session.add(
                    Notification(incident_id=number, key=f"{name} {age}", person="", channel="", reason="",
                                 queued_at=done or 5.0, done_at=done)
                )  # fmt: skip
        session.flush()
        assert trim_notifications(session, 100.0) == 2
        session.flush()
        return sorted(row.key for row in session.exec(select(Notification)).all())

    gone = {"closed old", "test old"}
    every = {f"{name} {age}" for name in ("open", "closed", "test") for age in ("old", "waiting", "new")}
    assert await writer.act(write) == sorted(every - gone)


async def test_the_plan_is_one_row_that_readers_find(writer: Writer, paths: StatePaths) -> None:
    """Kept twice it is there once; before the first time there is an empty one."""
    with open_reader(paths) as reader:
        assert oncall(reader, 0.0).spec == OnCallSpec()
        for zone in ("UTC", "Europe/Berlin"):
            await writer.act(lambda session, zone=zone: keep_plan(session, OnCallSpec(timezone=zone), 1.0))
        assert oncall(reader, 0.0).spec.timezone == "Europe/Berlin"
    assert len(await writer.act(lambda session: session.exec(select(OnCallPlan)).all())) == 1
