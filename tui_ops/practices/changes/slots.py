"""The next time at which nothing stands against a change. Pure."""

import math

from tui_ops.model.assessing import Around
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.changes.affected import above, below
from tui_ops.practices.changes.calendar import open_for_all
from tui_ops.practices.changes.conflicts import Wish, busy, frozen_spans
from tui_ops.practices.changes.spans import Span, merged, without

HORIZON_S = 90 * 86400.0
"""How far ahead it is looked for: a quarter, after which nobody's calendar holds."""

STEP_S = 15 * 60.0
"""Slots begin at quarters of an hour, as people say times; where that leaves too little, at the opening."""


def next_slot(
    wish: Wish, around: Around, spec: ChangingSpec, after: float, horizon_s: float = HORIZON_S
) -> Span | None:
    """Return the first time, as long as a change wants, in which its hosts may be changed and nobody else is at it.

    It lies in a window of each host that has one, in no freeze, and beside every other change whose time is known, of
    the same hosts, of services that are needed or need them, or of the same people.

    Args:
        wish: what the change wants; its length counts.
        around: what is known around it.
        spec: what the inventory says.
        after: not before this moment, epoch seconds.
        horizon_s: how far ahead, seconds.

    Returns:
        From and to, epoch seconds; None where there is none within the horizon.
    """
    length = wish.ends_at - wish.begins_at
    taken = [span for one in around.changes if _in_the_way(wish, one.hosts, one.people, around) and one.id != wish.id
             for span in (busy(one, around.at),) if span is not None]  # fmt: skip
    frozen = frozen_spans(wish.hosts, around)
    allowed = open_for_all(wish.hosts, spec, after, after + horizon_s, frozen)
    for begin, end in without(allowed, merged(taken)):
        first = max(begin, after)
        rounded = math.ceil(first / STEP_S) * STEP_S
        for start in (rounded, first):
            if start + length <= end:
                return start, start + length
    return None


def _in_the_way(wish: Wish, hosts: frozenset[str], people: frozenset[str], around: Around) -> bool:
    mine = frozenset(wish.hosts)
    if hosts & mine or people & wish.people:
        return True
    services = {one.name: one for one in around.services}
    own = [one.name for one in services.values() if mine & frozenset(one.hosts)]
    near = {*above(own, services), *below(own, services)}
    return any(hosts & frozenset(services[name].hosts) for name in near if name in services)
