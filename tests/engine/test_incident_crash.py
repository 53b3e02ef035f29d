"""The engine is killed at random moments while alerts come, operators act and people are called: what it answered is
there afterwards, no alert has a second row, and nobody is told anything more than once but where that is said.
"""

import json
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from support.incident_attack import AttackedWorld, Operator, Sender
from support.waiting import until_sync

from tui_ops.model.alerts import LIVE
from tui_ops.model.incidents import Happening

ROUNDS, TORTURE_ROUNDS = 3, 30
OPERATORS = 2


def check_files(world: AttackedWorld) -> None:
    """Both files are whole, and the chain of the audit holds."""
    for path in (world.engine.state.ops_db, world.engine.state.samples_db):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    verified = world.engine.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def check_acts(world: AttackedWorld, answered: dict[int, tuple[str, str]]) -> None:
    """Every answered act is in the audit, and every act on incidents is on the timelines: both, or none."""
    entries = {number: (action, target) for number, action, target in world.rows(
        "SELECT id, action, target FROM audit"
    )}  # fmt: skip
    assert {number: entries.get(number) for number in answered} == answered
    on_timelines = {number for (number,) in world.rows("SELECT DISTINCT audit_id FROM timeline") if number is not None}
    of_incidents = {number for number, (action, _target) in entries.items() if action.startswith("incident.")}
    assert (
        on_timelines
        == of_incidents
        | {number for number, (action, _target) in entries.items() if action == "evidence.take"} & on_timelines
    )


def check_alerts(world: AttackedWorld) -> None:
    """Each identity has one row that stands as it was said last, and each that fires has an open story."""
    rows = world.rows(
        "SELECT json_extract(labels, '$.number'), state, incident_id FROM alert WHERE source = ?", "alertmanager"
    )
    found = {str(number): (state, incident) for number, state, incident in rows}
    assert len(found) == len(rows), "a second row for the same trouble"
    for number, told in world.told.items():
        if told.doubt:
            continue
        state, incident = found.get(number, ("", None))
        assert (state in LIVE) is told.firing, f"{number} was said to be {told} and is {state}"
        assert bool(state) >= told.ever
        assert state not in ("firing", "acknowledged") or incident is not None
    opened = world.rows(
        "SELECT id FROM incident WHERE id NOT IN (SELECT incident_id FROM timeline WHERE kind IN (?, ?))",
        str(Happening.OPENED), str(Happening.SPLIT),
    )  # fmt: skip
    assert opened == [], "an incident without a beginning"
    merged = dict(world.rows("SELECT id, merged_into FROM incident WHERE merged_into IS NOT NULL"))
    for number in merged:
        seen = {number}
        while number in merged:
            number = merged[number]
            assert number not in seen, "incidents that are merged into each other"
            seen.add(number)


def check_calls(world: AttackedWorld) -> None:
    """Every call is on disk with what it asks for, and nobody got anything that was not on disk before."""
    lines = world.rows("SELECT data FROM timeline WHERE kind IN (?, ?)", "escalated", "notified")
    called = [key for (data,) in lines for key in json.loads(data).get("call", {}).get("keys", ())]
    kept = {key: (state, batch, error) for key, state, batch, error in world.rows(
        "SELECT key, state, batch, error FROM notification WHERE incident_id IS NOT NULL"
    )}  # fmt: skip
    assert sorted(called) == sorted(kept), "a call without its notification, one without its call, or one twice"
    batches = {batch for _state, batch, _error in kept.values() if batch}
    delivered = Counter(world.sink.keys)
    assert set(delivered) <= batches, "somebody was told what is not on disk"
    maybe = {json.loads(data)["key"] for (data,) in lines if json.loads(data).get("result") == "maybe sent"}
    told_maybe = {kept[key][1] for key in maybe if key in kept}
    for key, count in delivered.items():
        assert count <= 2, f"{key} went {count} times"
        assert count == 1 or key in told_maybe, f"{key} went twice, and nothing says so"
    for key, (state, batch, _error) in kept.items():
        assert state != "sent" or delivered[batch], f"{key} was kept as sent and did not arrive"


def under_way(world: AttackedWorld) -> list[tuple[object, ...]]:
    """Return the notifications that left and have no answer yet."""
    return world.rows(
        "SELECT id, key, state FROM notification WHERE (state = 'queued' AND batch != '')"
        " OR (state = 'maybe sent' AND done_at IS NULL)"
    )


def crash_rounds(folder: Path, rounds: int, seed: int) -> None:
    """Start, beset, kill, look; then one more start, in which what was cut off is settled."""
    chance = random.Random(seed)
    world = AttackedWorld(folder)
    answered: dict[int, tuple[str, str]] = {}
    refused: Counter[str] = Counter()
    try:
        for number in range(rounds):
            world.engine.start()
            operators = [Operator(world, seed + 10 * number + one) for one in range(OPERATORS)]
            attackers = [*operators, Sender(world, seed + 10 * number + 9)]
            for one in attackers:
                one.start()
            time.sleep(chance.uniform(1.0, 5.0))  # the random moment itself, not a wait for something
            world.engine.kill()
            for one in attackers:
                one.over.set()
                one.join(30)
                assert one.surprise is None, one.surprise
                assert not one.is_alive()
            for one in operators:
                answered |= one.answered
                refused.update(one.refused)
            check_files(world)
            check_acts(world, answered)
            check_alerts(world)
            check_calls(world)
        assert answered, f"no act was answered in {rounds} rounds of seed {seed}"
        world.engine.start()
        until_sync(
            lambda: not under_way(world),
            60,
            lambda: f"what was cut off is settled: {under_way(world)}\n{world.engine.said[-3000:]}",
        )
        assert world.engine.stop() == 0
        check_files(world)
        check_acts(world, answered)
        check_alerts(world)
        check_calls(world)
        assert world.sink.keys, "nobody was told anything"
        assert "Traceback" not in world.engine.said, world.engine.said
    finally:
        world.close()
    print(f"seed {seed}: {len(answered)} acts, {dict(refused)} refused, {len(world.sink.keys)} messages")


@pytest.mark.timeout(240)
def test_kill_while_alerts_come_and_people_act(tmp_path: Path) -> None:
    """Three kills with a fixed seed."""
    crash_rounds(tmp_path, ROUNDS, seed=2)


@pytest.mark.torture
def test_many_kills_of_a_beset_engine(tmp_path: Path) -> None:
    """Thirty kills with a seed of their own; the seed is in what a failure shows."""
    crash_rounds(tmp_path, TORTURE_ROUNDS, seed=int(time.time()))
