"""A host whose answers are made to hold up whoever reads them: the topics that come after are read all the same."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from support.fact_box import FactBox

from tui_ops.collectors.facts.topics import FILES, Topic
from tui_ops.engine import facts
from tui_ops.engine.facts import ASKED, FactReader
from tui_ops.engine.slow import SELDOM_PERIODS
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import HostSpec
from tui_ops.transport.gates import Gate

SPEC = HostSpec("db-1", "db-1", "192.0.2.1")
NAMES = [topic.name for topic in ASKED if topic.name != FILES and topic.periods < SELDOM_PERIODS]


@dataclass
class Host:
    """Answers every topic as the test says, and keeps what it was asked with."""

    answer: str
    spec: HostSpec = SPEC
    asked: list[tuple[str, list[int]]] = field(default_factory=list)

    async def section(
        self, name: str, deadline_s: int, words: Sequence[int] = (), paths: Sequence[str] = (), nicely: bool = False
    ) -> bytes | None:  # fmt: skip
        if any(word > 9_999_999_999 for word in words):
            raise ValueError("the probe would not take it")
        self.asked.append((name, list(words)))
        return f"run {name}\n{self.answer}".encode()


def reader(host: Host, box: FactBox) -> FactReader:
    return FactReader("db-1", 1, host, box, Gate(1, 60.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("stamp", ["9999999999", "9223372036854775807", "-1", "1e9", "99999999999999999999999"])
async def test_a_stamp_that_can_t_be_one_is_not_taken_back(stamp: str) -> None:
    """The next reading asks without it; one that the probe would refuse would end all readings of the host."""
    host, box = Host(f"stamp {stamp}\ndpkg bash\tamd64\t5.2\tii \tbash\t5.2\nwhole dpkg\nwhole archive\n"), FactBox()
    read = reader(host, box)
    for _ in range(2):
        read.all_due()
        await read.read()
    assert [words for name, words in host.asked if name == "packages"] == [[], []]
    assert {name for name, _ in host.asked} >= set(NAMES)


async def test_a_good_stamp_is_taken_back() -> None:
    """And then all may be as before."""
    host, box = Host("stamp 4294967295\ndpkg bash\tamd64\t5.2\tii \tbash\t5.2\nwhole dpkg\nwhole archive\n"), FactBox()
    read = reader(host, box)
    await read.read()
    host.answer = "stamp 4294967295\nsame\n"
    read.all_due()
    await read.read()
    assert [words for name, words in host.asked if name == "packages"] == [[], [4294967295]]
    packages = [row for row in box.rows if row.topic == "packages"]
    assert [row.found is None for row in packages] == [False, True]
    assert not any(row.why for row in packages)


@pytest.mark.parametrize("answer", ["stamp 7\nsame\n", "stamp 7\ndpkg a\nsame\n"])
async def test_nothing_is_as_before_where_nothing_was(answer: str) -> None:
    """A host that was not asked with a stamp can't say that all is as it was then: that would be no reading, told
    as a fresh one.
    """
    box = FactBox()
    await reader(Host(answer), box).read()
    packages = next(row for row in box.rows if row.topic == "packages")
    assert packages.found is None
    assert "as before" in packages.why


async def test_what_nobody_foresaw_stops_one_topic_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told and tried again later, and the topics after it are read."""

    def parse(body: bytes) -> object:
        raise ZeroDivisionError

    broken = Topic("broken", "Broken", 60.0, 5, parse)  # type: ignore[arg-type]
    monkeypatch.setattr(facts, "ASKED", (broken, *ASKED))
    host, box = Host(""), FactBox()
    await reader(host, box).read()
    assert {name for name, _ in host.asked} >= {"broken", *NAMES}
    assert next(row for row in box.rows if row.topic == "broken").why == "its answer could not be read"
    assert "ZeroDivisionError" in caplog.text


async def test_a_long_answer_is_read_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes a second to read holds up nobody: the vitals of other hosts do not wait for it."""

    def parse(body: bytes) -> FactReading:
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            pass
        return FactReading("heavy", {})

    monkeypatch.setattr(facts, "ASKED", (Topic("heavy", "Heavy", 60.0, 5, parse),))
    host, box = Host("x" * 200_000), FactBox()
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            worst = max(worst, time.monotonic() - began)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    await reader(host, box).read()
    # One more turn, in which a watch that was held up notes how long.
    await asyncio.sleep(0.02)
    watching.cancel()
    assert [row.found is None for row in box.rows] == [False]
    assert worst < 0.5
