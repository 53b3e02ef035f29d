"""Signals on their way to the store: what fails comes back, what can't be written takes nobody with it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session, select

from tui_ops.engine.alerting import Alerting
from tui_ops.engine.news import News
from tui_ops.engine.pending import WRITTEN_AT_ONCE, Pending
from tui_ops.inventory import load
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.states import Severity
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import prepare
from tui_ops.store.tables import Alert
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

T = TypeVar("T")


def signal(number: int, severity: Severity = Severity.CRITICAL) -> Signal:
    return Signal(Source.ALERTMANAGER, "R", f"s{number}", severity, f"text {number}", time.time())


@dataclass
class Store:
    """Takes signals, unless it is told otherwise."""

    parts: list[list[Signal]] = field(default_factory=list)
    fail: bool = False
    wait: asyncio.Event | None = None

    async def keep(self, signals: Sequence[Signal]) -> None:
        if self.wait is not None:
            await self.wait.wait()
        if self.fail:
            raise StoreError("the disk is full")
        self.parts.append(list(signals))

    @property
    def last(self) -> dict[str, Severity]:
        return {one.subject: one.severity for part in self.parts for one in part}


async def test_many_are_written_in_parts() -> None:
    """Two thousand alerts of one message are no one transaction: acts get their turn in between."""
    store = Store()
    await Pending(store.keep).write([signal(number) for number in range(2000)])
    assert [len(part) for part in store.parts] == [WRITTEN_AT_ONCE] * 8


async def test_what_fails_comes_back_before_what_is_newer() -> None:
    """An alert that was over while the disk was full is over afterwards, whoever flushed when."""
    store = Store(fail=True, wait=asyncio.Event())
    pending = Pending(store.keep)
    pending.put([signal(1)])
    first = asyncio.create_task(pending.flush())
    await asyncio.sleep(0)
    pending.put([signal(1, Severity.OK), signal(2)])
    second = asyncio.create_task(pending.flush())
    await asyncio.sleep(0)
    assert store.wait is not None
    store.wait.set()
    with pytest.raises(StoreError):
        await first
    store.fail = False
    await asyncio.gather(second, return_exceptions=True)
    await pending.flush()
    assert store.last == {"s1": Severity.OK, "s2": Severity.CRITICAL}


class CountingWriter(Writer):
    """Counts transactions."""

    count = 0

    async def act(self, fn: Callable[[Session], T]) -> T:
        self.count += 1
        return await super().act(fn)


async def alerting(folder: Path) -> tuple[CountingWriter, Alerting]:
    """Return alerting on a store of its own."""
    paths = prepare(folder / "state")
    upgrade(paths)
    writer = await CountingWriter.open(paths)
    assert isinstance(writer, CountingWriter)
    found = Alerting(writer, News(), {}, lambda _host, _after: None)
    await found.heed(load(Path("x"), "name: x\nhosts: {a: local}\n"), [])
    return writer, found


@pytest.mark.parametrize("poison", [{"value": 10**400}, {"started_at": float("nan")}])
async def test_one_that_can_not_be_written_takes_nobody_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, poison: dict[str, float]
) -> None:  # fmt: skip
    """A number that the store can't hold is given up and named in the log; what came with it is on disk."""
    writer, judge = await alerting(tmp_path)
    try:
        judge._pending.put([signal(0), replace(signal(1), **poison), signal(2)])
        await judge._pending.flush()
        rows = await writer.note(lambda session: sorted(session.exec(select(Alert.subject)).all()))
        assert rows == ["s0", "s2"]
        assert "R says of s1" in caplog.text
    finally:
        await writer.close()


async def test_many_acts_at_once_are_one_look_more(tmp_path: Path) -> None:
    """Fifty acts in a moment let time pass twice, not fifty times."""
    writer, judge = await alerting(tmp_path)
    try:
        before = writer.count
        for _ in range(50):
            judge.look()
            await asyncio.sleep(0)
        assert judge._looking is not None
        await judge._looking
        assert writer.count - before <= 3
    finally:
        await writer.close()
