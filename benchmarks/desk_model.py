"""How long the dashboard's lists hold up a key, on 10,000 hosts: run ``python benchmarks/desk_model.py``.

Every operation runs as the dashboard runs it, in the thread that answers keys; what it does in slices counts by its
longest slice. CPU time, so that other programs on the machine change little.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import median

from kit.rows import host_rows
from kit.table import TITLES, line

from tui_ops.model.address import EVERYTHING, parse
from tui_ops.model.clock import Stamp, now
from tui_ops.model.states import HostState
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import BY_ID, Look, draw, minute_of, place
from tui_ops.ui.facts import KEYS
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.groups import Grouping
from tui_ops.ui.start import begin_start, end_start

TIMES = 7
MUST_MS = 50
FORTIETH = 40
"""Readings come in so many parts."""

PATTERNS = ("web", "web-.*7", "name~web-.*7", "os~.*deb.*12.*x", "site=lon cpu>20 !api")
"""Filters; the fourth is as slow as a pattern may be."""

COLUMNS = ("name", "cpu", "address", "age")
VISIBLE = 45


def took(work: Callable[[], object], before: Callable[[], object] | None = None) -> list[float]:
    """Return the milliseconds of each time."""
    found = []
    for _ in range(TIMES):
        if before is not None:
            before()
        begun = time.process_time()
        work()
        found.append(1000 * (time.process_time() - begun))
    return found


def tell(what: str, found: list[float]) -> None:
    """Print a line."""
    line(what, max(found), "ms", MUST_MS, f"slowest of {len(found)}; median {median(found):.2f}")


def slices(work: Iterable[None]) -> list[float]:
    """Return the milliseconds of each slice."""
    found, begun = [], time.process_time()
    for _ in work:
        found.append(1000 * (time.process_time() - begun))
        begun = time.process_time()
    return [*found, 1000 * (time.process_time() - begun)]


def readings(fleet: FleetModel, rows: list[HostRow]) -> None:
    """Measure what comes four times a second."""
    some = rows[::FORTIETH]

    def again(**changes: object) -> list[HostRow]:
        return [replace(row, version=row.version + 1, **changes) for row in some]  # type: ignore[arg-type]

    tell("a fortieth of the hosts has new readings", took(lambda: fleet.take(again(), False)))
    states = iter([HostState.DOWN, HostState.UP] * TIMES)
    tell("a fortieth of the hosts changes its state", took(lambda: fleet.take(again(state=next(states)), False)))
    tell("five seconds pass", took(lambda: fleet.grow_older(now())))
    later = Stamp(now().at + 600, now().mono + 600)
    tell(
        "every host grows stale, and is up again", took(lambda: fleet.grow_older(later), lambda: fleet.take(rows, True))
    )
    fleet.take(rows, True)


def orders(fleet: FleetModel) -> None:
    """Measure what an operator asks of the list."""
    for column in COLUMNS:
        tell(f"sort by {column}", took(lambda column=column: fleet.sort_by(BY_ID[column])))  # type: ignore[misc]
        tell("turn it around", took(fleet.reverse))
    fleet.sort_by(None)
    for text in PATTERNS:
        fleet.query = parse(text, KEYS)
        tell(f"filter /{text}, the longest slice", slices(fleet.arranging()))
    fleet.query = EVERYTHING
    fleet.arrange()
    for grouping in (Grouping.STATE, Grouping.SITE, Grouping.GROUP):
        tell(f"group by {grouping}", took(lambda grouping=grouping: fleet.group_by(grouping)))  # type: ignore[misc]
    tell("fold all groups, unfold them", took(fleet.fold_all))
    fleet.group_by(Grouping.NONE)


def marks(fleet: FleetModel) -> None:
    """Measure marks, and what every key does after them."""
    tell("mark all", took(fleet.mark_all, fleet.clear_marks))
    tell("what an act would work on, all marked", took(fleet.targets))
    look = Look(ascii=False, minute=minute_of(now()))

    def screenful() -> None:
        fleet.go(10**9)
        placed = place(91, list(fleet.rows.values()), fleet.name_width)
        for host in fleet.lines[-VISIBLE:]:
            draw(fleet.rows[host], placed, look, host == fleet.cursor, fleet.is_marked(host))

    tell("G: lay out and draw a screenful", took(screenful))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    count = parser.parse_args().hosts
    print(f"{count:,} hosts.\n\n{TITLES}")
    begin_start()
    rows = host_rows(count)
    fleet = FleetModel()
    tell("all hosts come", took(lambda: fleet.take(rows, True)))
    end_start()
    readings(fleet, rows)
    orders(fleet)
    marks(fleet)


if __name__ == "__main__":
    main()
