"""What an expression sees of one host at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.model.metrics import Key
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.window import Keep, Window

NOTHING: Mapping[str, float] = {}
NO_NUMBERS: Mapping[Key, float] = {}

KEPT_LIMIT = 1000
"""Windows of one host, and things that ``absent`` looks for there: three of each of three hundred mounts."""

STAGES: dict[HostState, int] = {
    HostState.PENDING: 0, HostState.MAINTENANCE: 0, HostState.NAME_ERROR: 1, HostState.UNREACHABLE: 2,
    HostState.JUMP_FULL: 2, HostState.DOWN: 3, HostState.KEY_UNKNOWN: 4, HostState.KEY_CHANGED: 4,
    HostState.AUTH_FAILED: 5, HostState.NOT_REPORTING: 6, HostState.STALE: 6, HostState.UP: 7,
}  # fmt: skip
"""How far an attempt at a host came. A host that is unreachable says nothing of whether it is down, and one that is
down nothing of its key: what comes later on the way than the present state is unknown, not over."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One item of a topic of facts; without fields it is the whole topic."""

    fields: Fields
    count: float | None
    """Items that the rule looks at; None where not all were read."""
    began: float
    """Since when the topic is followed, by the monotonic clock: of what was before nothing is known."""
    came: float | None = None
    """When the item came, by the same clock; None where it was there from the beginning."""
    changed: float | None = None


class Moment:
    """What is known now; the fields are set before each evaluation.

    Args:
        host: name of the host, or of the group or site for a rule over many.
    """

    __slots__ = (
        "answers", "fact", "gauges", "generous", "held", "host", "item", "label", "mono", "numbers", "raised", "reason",
        "seen", "stands", "state", "status", "text", "unsure", "up_since", "value", "values", "windows", "words",
    )  # fmt: skip

    def __init__(self, host: str) -> None:
        self.host = host
        self.values: Mapping[str, float] = NOTHING
        """Headline values; empty while no vitals are looked at."""
        self.numbers: Mapping[Key, float] = NO_NUMBERS
        """Gauges and rates of the vitals."""
        self.gauges: Mapping[Key, float] = NO_NUMBERS
        """Gauges of the sections."""
        self.held: dict[Key, float] = {}
        """Gauges of the sections that rules compare with vitals or with other sections."""
        self.fact: Fact | None = None
        """The item of a topic of facts that is looked at."""
        self.label = ""
        self.item = ""
        self.value: float | None = None
        self.stands = False
        """Whether the level that is looked at was reached before, so that ``until`` counts."""
        self.mono = 0.0
        self.windows: dict[Key, Window] = {}
        """By the text of what they keep, and the label."""
        self.seen: dict[Key, tuple[float, float]] = {}
        """When what ``absent`` looks for was there last, by the monotonic clock, and how long after the time before."""
        self.up_since: float | None = None
        self.state = HostState.PENDING
        self.reason = ""
        self.status = ""
        self.text = ""
        """Of the status that is looked at."""
        self.words: dict[str, tuple[str, float, float]] = {}
        """Worst status of the sections that rules name, when it was read, and how long it counts."""
        self.raised: frozenset[str] = frozenset()
        """Rules that have an alert on this host."""
        self.answers: list[int] = []
        """Of a rule over many hosts: how many say yes to each of its conditions; last the number of hosts."""
        self.unsure: list[int] = []
        """How many do not know."""
        self.generous = False
        """Whether those who do not know are taken to say yes."""

    def word_of(self, section: str) -> str | None:
        """Return the worst status of a section; None where it is not known any more."""
        found = self.words.get(section)
        return found[0] if found is not None and self.mono - found[1] <= found[2] else None

    def window(self, key: str, width_s: float, keep: Keep) -> Window | None:
        """Return the window of a series at the label; None where the host has brought too many.

        Args:
            key: what it keeps.
            width_s: of its buckets, in seconds.
            keep: what of their readings is kept.
        """
        at = (key, self.label)
        found = self.windows.get(at)
        if found is None:
            if len(self.windows) >= KEPT_LIMIT:
                # What has not come for a whole window says nothing any more.
                self.windows = {key: one for key, one in self.windows.items() if not one.is_over(self.mono)}
                if len(self.windows) >= KEPT_LIMIT:
                    return None
            found = self.windows[at] = Window(width_s, keep)
        return found

    def note_seen(self, key: str) -> None:
        """Note that what ``absent`` looks for is there."""
        at = (key, self.label)
        before = self.seen.get(at)
        if before is None and len(self.seen) >= KEPT_LIMIT:
            # The half that was seen last is kept: of what is not followed any more nothing is missed.
            latest = sorted(self.seen.items(), key=lambda item: item[1][0])
            self.seen = dict(latest[KEPT_LIMIT // 2 :])
        self.seen[at] = (self.mono, self.mono - before[0] if before is not None else 0.0)
