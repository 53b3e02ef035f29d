"""What the sections of a host said last, as far as rules compare it with the vitals or with other sections."""

from collections.abc import Mapping

from tui_ops.model.metrics import Key
from tui_ops.practices.alerting.moment import Moment

HELD_LIMIT = 1000
"""Numbers of one section that are kept for a later look: three of each filesystem."""

SECTION_KEPT_S = 900.0
"""What a section said counts for so long, or for three of its turns where that is longer; then it is not known."""

SECTION_KEPT_TURNS = 3


def kept_s(gap_s: float) -> float:
    """Return how long what a section said counts, in seconds.

    Args:
        gap_s: between its last two runs; 0 after the first.
    """
    return max(SECTION_KEPT_S, SECTION_KEPT_TURNS * gap_s)


class Held:
    """The numbers of sections that are kept for a later look.

    Args:
        moment: whose ``held`` they are.
    """

    __slots__ = ("_moment", "_runs")

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._runs: dict[str, tuple[float, float, tuple[Key, ...]]] = {}
        """By section: when it was read, for how long it counts, and which numbers it brought."""

    def take(self, section: str, gauges: Mapping[Key, float], wanted: frozenset[str]) -> None:
        """Keep what a run has brought, in place of what the one before did.

        Args:
            section: its name.
            gauges: its numbers.
            wanted: metrics that are kept.
        """
        if not wanted:
            return
        before = self._drop(section)
        gap_s = self._moment.mono - before if before is not None else 0.0
        keys = tuple(sorted(key for key in gauges if key[0] in wanted)[:HELD_LIMIT])
        self._moment.held.update((key, gauges[key]) for key in keys)
        self._runs[section] = (self._moment.mono, kept_s(gap_s), keys)

    def age(self) -> None:
        """Forget the numbers of sections that do not come any more: what is stale is not known."""
        for section in [name for name, (at, keep_s, _) in self._runs.items() if self._moment.mono - at > keep_s]:
            self._drop(section)

    def moved(self, to: "Held", wanted: frozenset[str]) -> None:
        """Hand the numbers to the rules of a newer inventory, as far as those want them."""
        for section, (at, keep_s, keys) in self._runs.items():
            kept = tuple(key for key in keys if key[0] in wanted)
            to._moment.held.update((key, self._moment.held[key]) for key in kept if key in self._moment.held)
            to._runs[section] = (at, keep_s, kept)

    def _drop(self, section: str) -> float | None:
        """Forget the numbers of a section; return when it was read, by the monotonic clock."""
        at, _keep_s, keys = self._runs.pop(section, (None, 0.0, ()))
        for key in keys:
            self._moment.held.pop(key, None)
        return at
