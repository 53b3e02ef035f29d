"""Calling and sending while something is wrong with the store, or with one incident: nobody else pays for it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session
from support.calling import CallingWorld, fleet
from support.sinks import MailSink, mail_sink
from support.waiting import until

from tui_ops.model.incidents import Delivery
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables import Timeline
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

T = TypeVar("T")


class FillingWriter(Writer):
    """A writer whose disk fills up while a message is on its way."""

    full_after: int | None = None
    """Acts until then."""

    async def act(self, fn: Callable[[Session], T]) -> T:
        if self.full_after is not None:
            if self.full_after == 0:
                raise StoreError("the disk is full")
            self.full_after -= 1
        return await super().act(fn)


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    found = prepare(tmp_path / "state")
    upgrade(found)
    return found


@pytest.fixture
async def mail() -> AsyncIterator[MailSink]:
    async with mail_sink() as sink:
        yield sink


@pytest.fixture
async def world(paths: StatePaths, mail: MailSink) -> AsyncIterator[CallingWorld]:
    made = CallingWorld(await FillingWriter.open(paths), paths, fleet(mail.port))
    yield made
    made.calling.close()
    await made.notifying.close()
    await made.writer.close()


async def test_what_was_sent_while_the_disk_was_full_is_not_sent_again(world: CallingWorld, mail: MailSink) -> None:
    """The answer is remembered until it can be kept; the timeline says sent, and not maybe."""
    assert isinstance(world.writer, FillingWriter)
    number = await world.open()
    world.now += 31
    await world.calling.look()
    world.writer.full_after = 1  # the claim is kept, and nothing after it
    await world.notifying.look()
    await world.notifying.settled()
    assert len(mail.kept) == 1
    with pytest.raises(StoreError):
        await world.notifying.look()
    world.writer.full_after = None
    for _ in range(3):
        await world.passing(61)
    assert [row.state for row in await world.rows()] == [Delivery.SENT]
    assert len(mail.kept) == 1
    assert (await world.said(number))[-1] == "sent to anna by mail"


async def test_an_incident_with_a_broken_line_keeps_nobody_from_being_called(
    world: CallingWorld, mail: MailSink, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    """Its own call is not made, which the log says once; the next incident's is."""
    broken = await world.open("broken")

    def spoil(session: Session) -> None:
        session.add(Timeline(incident_id=broken, at=world.now, kind="escalated", text="x", data="{no json"))

    await world.writer.act(spoil)
    await world.open("whole")
    await world.passing(31)
    await world.passing(2)
    await until(lambda: mail.subjects)
    assert any("whole" in one for one in mail.subjects)
    assert caplog.text.count(f"about INC-{broken}") == 1
