"""The first round: every host's vitals come before any host's slow sections, so that a fleet is seen at once."""

from collections.abc import Awaitable, Callable

ROUND_S = 20.0
"""What the others are waited for: as long as one host may take to be found silent."""


class FirstRound:
    """Holds back what follows the first readings until every host was tried once, or the round has lasted too long.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._untried: set[int] = set()
        self._held: list[Callable[[], object]] = []
        self._until = 0.0

    def watch(self, host_id: int, poll: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Let a host take part; return its poll, which tells when it was tried.

        Args:
            host_id: its identity.
            poll: reads its vitals, or finds out why not.
        """
        if not self._untried:
            self._until = self._clock() + ROUND_S
        self._untried.add(host_id)

        async def tried() -> None:
            try:
                await poll()
            finally:
                self.forget(host_id)

        return tried

    def forget(self, host_id: int) -> None:
        """Wait for this host no longer: it was tried, or is not watched any more."""
        if host_id in self._untried:
            self._untried.discard(host_id)
        if self._held and self._is_over():
            held, self._held = self._held, []
            for act in held:
                act()

    def after(self, act: Callable[[], object]) -> None:
        """Do something now, or when the round is over."""
        if self._is_over():
            act()
        else:
            self._held.append(act)

    def _is_over(self) -> bool:
        if self._untried and self._clock() >= self._until:
            self._untried.clear()
        return not self._untried
