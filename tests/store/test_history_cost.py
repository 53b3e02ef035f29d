"""What upkeep and reading of one host look at: their own series, however many names the file knows of others."""

import sqlite3
from collections.abc import Callable

import pytest
from support.history_world import World, end_of

from tui_ops.model.rates import CPU_KEYS
from tui_ops.model.readings import Reading
from tui_ops.store.history.chunks import load_chunks
from tui_ops.store.history.condensing import prepare_condensed
from tui_ops.store.history.names import names_of, numbers_of
from tui_ops.store.history.rolling import prepare_move
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import series

BEGIN = 1_700_006_400.0
COUNT = 300
OTHERS = 50_000
"""Names of other hosts' containers and mounts. Read whole they take hundreds of thousands of steps of SQLite."""

STEP = 100
"""Instructions of SQLite's machine between two calls of the progress handler."""


def polls() -> list[SampleWrite]:
    """Some minutes of a host: all CPU modes and a load."""
    return [
        SampleWrite(
            BEGIN + 10 * n, 1,
            Reading(1000 + 10.0 * n, "b", None, {key: n * 10 * (at + 1) for at, key in enumerate(CPU_KEYS)},
                    {("load.1", ""): float(n)}),
        )
        for n in range(COUNT)
    ]  # fmt: skip


@pytest.fixture(params=[0, OTHERS])
def world(request: pytest.FixtureRequest) -> World:
    """A file with the chunks of one host, and with the names of no others, or of many."""
    world = World()
    world.connection.executemany(
        "INSERT INTO series (metric, label, counter, last_ms) VALUES ('fs.used', ?, 0, 0)",
        [(f"/{number}",) for number in range(request.param)],
    )
    world.write(polls())
    world.roll_up()
    return world


def steps_of(connection: sqlite3.Connection, work: Callable[[], object]) -> int:
    """Return how many instructions SQLite took, to :data:`STEP`."""
    calls = 0

    def called() -> int:
        nonlocal calls
        calls += 1
        return 0

    connection.set_progress_handler(called, STEP)
    try:
        work()
    finally:
        connection.set_progress_handler(None, 0)
    return calls * STEP


WORKS: dict[str, Callable[[World], object]] = {
    "minutes and hours": lambda world: prepare_condensed(world.connection, 1, end_of(BEGIN)),
    "rows that came late": lambda world: prepare_move(world.connection, 1, round(BEGIN * 1000)),
    "a series": lambda world: series(world, 1, "cpu.user", "", BEGIN, BEGIN + 3600),  # type: ignore[arg-type]
    "all of a window": lambda world: load_chunks(world.connection, 1, 0, end_of(BEGIN), None),
}


@pytest.mark.parametrize("what", WORKS)
def test_names_of_others_cost_nothing(world: World, what: str) -> None:
    """Some thousand steps with fifty thousand other names as with none: two hundred thousand would take a second."""
    assert 0 < steps_of(world.connection, lambda: WORKS[what](world)) <= 3000


def test_all_parts_of_a_day_come_with_one_question(world: World) -> None:
    """Not one a chunk, nor one a series."""
    asked: list[str] = []
    world.connection.set_trace_callback(asked.append)
    found = load_chunks(world.connection, 1, 0, end_of(BEGIN), [(*key, True) for key in CPU_KEYS])
    world.connection.set_trace_callback(None)
    assert len(found) == len(CPU_KEYS)
    assert sum(" part" in one for one in asked) == 1


def test_names_and_numbers_are_each_others_way_back(world: World) -> None:
    """More than are asked for in one statement; what is not known is left out."""
    world.connection.executemany(
        "INSERT INTO series (metric, label, counter, last_ms) VALUES ('x', ?, 1, 0)", [(str(n),) for n in range(1200)]
    )
    keys = [("x", str(number), True) for number in range(1200)]
    numbers = numbers_of(world.connection, [*keys, ("x", "0", False), ("y", "0", True)])
    assert list(numbers) == keys
    assert names_of(world.connection, [*numbers.values(), 10**9]) == {number: key for key, number in numbers.items()}
    assert names_of(world.connection, []) == {}


def test_a_part_whose_name_is_gone_is_left_out(world: World) -> None:
    """As a series that nobody can ask for; the others are read."""
    world.connection.execute("DELETE FROM series WHERE metric = 'load.1'")
    found = load_chunks(world.connection, 1, 0, end_of(BEGIN), None)
    assert set(found) == {(*key, True) for key in CPU_KEYS}
