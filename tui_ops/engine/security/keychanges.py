"""A host key that is not the one that is trusted is a finding: until somebody has looked, there is no connection."""

from collections.abc import Callable, Mapping

from tui_ops.engine.observing import Observer
from tui_ops.model.facts import FactReading
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.model.states import HostState

CHECK = "host-key-changed"

SOURCE = "engine"

TITLE = "The host shows the key that is trusted"

ADVICE = "Compare the fingerprint on the host's own console; if it is right, trust it with host.trust and replace=yes."


class KeyChanges:
    """Stands before whoever judges readings, and tells of hosts whose key changed.

    Args:
        other: is told of everything.
        say: takes what is seen.
    """

    def __init__(self, other: Observer, say: Callable[[Sweep], None]) -> None:
        self._other = other
        self._say = say
        self._changed: set[int] = set()

    def remember(self, host_ids: set[int]) -> None:
        """Take over the hosts whose key had changed before the engine began."""
        self._changed |= host_ids

    def vitals(self, host_id: int, at: float, reading: Reading, derived: Derived, disks: Mapping[Key, float]) -> None:
        """Hand it on."""
        self._other.vitals(host_id, at, reading, derived, disks)

    def section(self, host_id: int, at: float, found: SectionReading) -> None:
        """Hand it on."""
        self._other.section(host_id, at, found)

    def facts(
        self, host_id: int, at: float, topic: str, found: FactReading | None, noise: frozenset[str]
    ) -> None:  # fmt: skip
        """Hand it on."""
        self._other.facts(host_id, at, topic, found, noise)

    def state(self, host_id: int, at: float, state: HostState, reason: str) -> None:
        """Hand it on; tell where a key has changed, and where it is the right one again."""
        self._other.state(host_id, at, state, reason)
        if state is HostState.KEY_CHANGED:
            self._changed.add(host_id)
            self._say(_sweep(host_id, at, CheckResult.FAIL, reason or "the host shows another key"))
        elif state is HostState.UP and host_id in self._changed:
            self._changed.discard(host_id)
            self._say(_sweep(host_id, at, CheckResult.PASS, "it shows the key that is trusted"))


def _sweep(host_id: int, at: float, result: CheckResult, text: str) -> Sweep:
    seen = (Seen("", text, data={"exposed": True}),) if result is CheckResult.FAIL else ()
    return Sweep(
        SOURCE, CHECK, host_id, FindingKind.ACCESS, FindingSeverity.CRITICAL, TITLE, result, at, seen, text,
        advice=ADVICE,
    )  # fmt: skip
