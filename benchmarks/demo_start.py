"""How long the demo takes from its command to the first readings of all hosts that can be read.

Prints one table. The engine is the real one, started as ``tui-ops demo --no-dashboard`` starts it.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tui_ops.demo.processes import start_engine
from tui_ops.demo.run import command, start_fleet, wait_for_engine
from tui_ops.demo.story import Story
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.hosts import hosts as read_hosts

WITHIN_S = 30.0
"""A demo that takes longer is not measured but broken."""

LOOK_S = 0.01
"""How often the store is looked at: a thirtieth of what could be told apart by eye."""


def readable(count: int) -> set[str]:
    """Return the hosts that can be read at the beginning: all but those that refuse or whose key is unknown."""
    story = Story(hosts=count)
    return {host.name for host in story.hosts if story.key_known(host.name) and not story.conduct(host.name, 0).refuses}


def measure(count: int) -> dict[str, float]:
    """Return seconds since the command, by what had happened."""
    began = time.perf_counter()
    marks: dict[str, float] = {}
    with ExitStack() as ending:
        root = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="tui-ops-bench-")))
        place, server = start_fleet(root / "state", count, 1, ending)
        marks["listening"] = time.perf_counter() - began
        engine = start_engine(command(place, "engine"), place.environment(), place.engine_talk, ending)
        wait_for_engine(place, engine, server)
        marks["engine answers"] = time.perf_counter() - began
        wanted = readable(count)
        while time.perf_counter() - began < WITHIN_S and "all readings" not in marks:
            seen = set(read_so_far(place.state.root)) & wanted
            if seen:
                marks.setdefault("first reading", time.perf_counter() - began)
            if seen == wanted:
                marks["all readings"] = time.perf_counter() - began
            time.sleep(LOOK_S)
    return marks


def read_so_far(state: Path) -> list[str]:
    """Return the hosts whose values are in the store."""
    try:
        reader = open_reader(StatePaths(state))
        return [row.name for row in read_hosts(reader) if "memory" in row.values]
    except TuiOpsError:
        return []


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[24])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    columns = ("listening", "engine answers", "first reading", "all readings")
    print("seconds since the command")
    print("hosts  " + "  ".join(f"{name:>14}" for name in columns))
    for count in options.hosts:
        for _ in range(options.runs):
            marks = measure(count)
            cells = (f"{marks[name]:>14.2f}" if name in marks else f"{'–':>14}" for name in columns)
            print(f"{count:>5}  " + "  ".join(cells))


if __name__ == "__main__":
    main()
