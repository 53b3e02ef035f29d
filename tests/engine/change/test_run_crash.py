"""The engine is killed at every boundary of a step, and in the middle of steps, again and again: no step is ever begun
twice, and nothing is called a success that was not proved on its host.
"""

import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from support.change_live import LiveChanges
from support.waiting import until_sync

ROUNDS, TORTURE_ROUNDS = 1, 25
HOSTS = 3

SCRIPT = 'echo "$2" >> "$1/begun"; sleep 0.15; echo "$2-over" >> "$1/begun"'

OVER = ("successful", "with issues", "rolled back", "failed")


def plan(at: Path) -> str:
    """Every step writes down on its host that it began, and that it came to its end."""

    def step(name: str) -> str:
        return f"  - command: {json.dumps(['sh', '-c', SCRIPT, 'sh', str(at), name])}\n"

    return (
        f"steps:\n{step('steps-1')}{step('steps-2')}"
        f"post:\n  - check: {{file: {at}/begun, contains: steps-2-over}}\n"
        f"rollback:\n{step('rollback-1')}batches: [1, 2]\n"
    )


def moved(live: LiveChanges) -> int:
    """Return how far the run is: grows with every step that is sent, and with every one that is over."""
    return sum({"waiting": 0, "sent": 1, "running": 1}.get(state, 2) for state, _ in live.cells().values())


def killed_once(live: LiveChanges, chance: random.Random) -> None:
    """Kill the engine at a boundary, as soon as the store tells of one, or at any moment."""
    before = moved(live)
    if chance.random() < 0.6:
        steps = chance.randint(1, 3)
        until_sync(lambda: moved(live) >= before + steps or live.change()["outcome"] in OVER, 30)
    else:
        time.sleep(chance.uniform(0.0, 0.5))  # the random moment itself, not a wait for something
    live.engine.kill()


def go_on(live: LiveChanges, chance: random.Random, back: bool) -> str:
    """After a start: what was under way is named, nothing goes on by itself, then somebody lets it go on."""
    found = live.change()
    if found["outcome"] in OVER and found["state"] == "ended":
        return "ended"
    assert found["state"] in ("interrupted", "paused"), found
    counts = [live.begun(host) for host in live.servers]
    if found["state"] == "interrupted":
        assert "under way: " in found["stopped"], found
    if chance.random() < 0.4:
        live.engine.act("change.verify", "CHG-1")
        until_sync(lambda: any(text.startswith("looked up: ") for text in live.lines()), 30)
        for host, count in zip(live.servers, counts, strict=True):
            new = live.begun(host)[len(count) :]
            assert all(word.endswith("-over") for word in new), f"looking up began {new} on {host}"
    if back and any("steps-1" in count for count in counts):
        live.engine.act("change.roll_back", "CHG-1", reason="enough")
    else:
        live.engine.act("change.resume" if found["state"] == "interrupted" else "change.continue", "CHG-1")
    return "goes on"


def check(live: LiveChanges, outcome: str) -> None:
    """Each step was begun once at most; a success was proved; what was taken back was taken back once."""
    for host in live.servers:
        counts = Counter(live.begun(host))
        assert all(count == 1 for count in counts.values()), (host, counts, live.lines())
        if outcome == "successful":
            assert live.begun(host) == ["steps-1", "steps-1-over", "steps-2", "steps-2-over"]
    cells = live.cells()
    if outcome == "successful":
        assert {state for state, _ in cells.values()} <= {"ok", "changed"}
    assert all(attempt <= 1 for _, attempt in cells.values())


def crash_rounds(folder: Path, rounds: int, seed: int, most: int = 6) -> Counter[str]:
    """Run changes to their ends, each through so many kills at most; return how they ended."""
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for number in range(rounds):
        own = folder / str(number)
        own.mkdir()
        live = LiveChanges(own, HOSTS)
        try:
            live.engine.start()
            live.approved(plan(live.at))
            live.engine.act("change.start", "CHG-1")
            back = number % 3 == 2
            kills = 0
            while True:
                if kills < most:
                    killed_once(live, chance)
                    kills += 1
                    live.engine.start()
                elif live.until("ended", "paused", "interrupted")["state"] == "ended":
                    break
                if go_on(live, chance, back and kills > 2) == "ended":
                    break
            outcome = str(live.change()["outcome"])
            outcomes[outcome] += 1
            check(live, outcome)
            assert live.engine.run("audit", "verify").returncode == 0
        except BaseException as error:
            error.add_note(f"seed {seed}, round {number}: {live.lines()}\n{live.engine.said[-3000:]}")
            raise
        finally:
            live.close()
    return outcomes


@pytest.mark.timeout(240)
def test_killed_at_boundaries_and_in_steps(tmp_path: Path) -> None:
    """A round with a fixed seed, in which the engine is killed four times."""
    assert crash_rounds(tmp_path, ROUNDS, seed=6, most=4)["successful"] == ROUNDS


@pytest.mark.torture
def test_many_kills_of_changes(tmp_path: Path) -> None:
    """Rounds with a seed of their own, some of which are taken back; the seed is in the failure's message."""
    print(crash_rounds(tmp_path, TORTURE_ROUNDS, seed=int(time.time())))
