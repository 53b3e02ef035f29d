"""An engine that was just started looks back: the windows of the rules are filled with what is in ``samples.db``."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from tui_ops.collectors.rates import derive
from tui_ops.model.readings import Reading
from tui_ops.practices.alerting.book import HostRules
from tui_ops.practices.alerting.recalled import LookBack, Past, look_back
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.history import open_history
from tui_ops.store.views.past import past_readings

log = logging.getLogger(__name__)

FARTHEST_S = 7200.0
"""How far back single readings are there. A window that is longer is filled as far as that."""

VITALS_STEP_S, SECTIONS_STEP_S = 20.0, 120.0
"""One reading in so long is enough: of ten minutes a bucket has fifty seconds, of an hour five minutes."""

SHARE = 0.2
"""Of one core at most, since the hosts are read for the first time meanwhile. One takes eleven milliseconds, a thousand
a minute; what was read before is no older for that."""


class Recalling:
    """Fills the windows of all hosts, one host after the other.

    Args:
        paths: the state directory.
        rules: of the hosts that are watched, by their ids.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self,
        paths: StatePaths,
        rules: Callable[[], Mapping[int, HostRules]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._paths = paths
        self._rules = rules
        self._monotonic = monotonic

    async def run(self) -> None:
        """Fill them, and return. What can't be read is left out, and said in the log."""
        filled = 0
        for host_id in list(self._rules()):
            begun = time.perf_counter()
            try:
                filled += await self._fill(host_id)
            except StoreError as error:
                log.warning("the rules do not know what was before the start: %s", error)
                return
            except Exception:  # the boundary of one host: what is in the file must not stop the others
                log.exception("what host %d said before the start can't be used", host_id)
            await asyncio.sleep((time.perf_counter() - begun) * (1 / SHARE - 1))
        log.info("the rules of %d hosts know what was before the start", filled)

    async def _fill(self, host_id: int) -> bool:
        """Fill the windows of one host; return whether anything was known of it."""
        rules = self._rules().get(host_id)
        back = look_back(rules.plan) if rules is not None else LookBack(0.0, 0.0)
        if not (back.vitals_s or back.sections_s):
            return False
        found = await asyncio.to_thread(_read, self._paths, host_id, back, time.time(), self._monotonic())
        rules = self._rules().get(host_id)  # A reload may have come in between.
        if rules is not None:
            rules.recall(found)
        return bool(found)


def _read(paths: StatePaths, host_id: int, back: LookBack, now: float, mono: float) -> list[Past]:
    """Read what a host said before ``now``, epoch seconds, which is ``mono`` by the monotonic clock."""
    with open_history(paths) as reader:
        vitals_s, sections_s = min(back.vitals_s, FARTHEST_S), min(back.sections_s, FARTHEST_S)
        vitals = past_readings(reader, host_id, now - vitals_s, now, VITALS_STEP_S) if vitals_s else []
        gauges = past_readings(reader, host_id, now - sections_s, now, SECTIONS_STEP_S, True) if sections_s else []
    return [*_of_vitals(vitals, mono - now), *(Past(at + mono - now, {}, {}, one.gauges) for at, one in gauges)]


def _of_vitals(told: Sequence[tuple[float, Reading]], shift_s: float) -> Iterator[Past]:
    """Return readings with their rates: those from one to the next are the means between."""
    for (_, before), (at, reading) in pairwise(told):
        derived = derive(before, reading)
        yield Past(at + shift_s, derived.values, {**reading.gauges, **derived.rates}, {})
