"""The hosts under watch: made, changed and given up as the inventory says."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

from tui_ops.engine.firstround import FirstRound
from tui_ops.engine.observing import NOBODY, Observer
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.own import OwnLook, OwnWatch
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.watch import LIVE_S, Gates, HostWatch, Standing
from tui_ops.model.fleet import HostSpec
from tui_ops.model.sparks import Sparks
from tui_ops.store.views.rows import HostRow
from tui_ops.transport.base import Transport

log = logging.getLogger(__name__)

SECTION_WAIT_S = 3600.0
"""Slow sections and facts are read when their host answers first and then in its period; this is when to look again."""


def _way(spec: HostSpec) -> tuple[object, ...]:
    """Return what decides how a host is reached."""
    secret = (spec.password.kind, spec.password.argument) if spec.password else None
    return (spec.name, spec.key, spec.address, spec.port, spec.user, spec.via, spec.identity, secret, spec.sudo)


class Roster:
    """The watches by host id.

    Args:
        schedule: runs their polls.
        transport: the way to hosts.
        outbox: takes what they find out.
        forget: gives up what is held open to a host as a jump host, by its name.
        look: looks at the engine itself, which is a host among the others.
    """

    def __init__(
        self,
        schedule: Schedule,
        transport: Transport,
        outbox: Outbox,
        forget: Callable[[str], None],
        look: OwnLook,
    ) -> None:
        self._schedule = schedule
        self._transport = transport
        self._outbox = outbox
        self._forget = forget
        self._look = look
        self._gates = Gates()
        self._round = FirstRound(schedule.clock)
        self.watches: dict[int, HostWatch] = {}
        self.observer: Observer = NOBODY
        """Judges the readings of all."""
        self._by_name: dict[str, HostSpec] = {}

    def find(self, name: str) -> HostSpec | None:
        """Return the host of this name: how ``via`` finds its jump hosts."""
        return self._by_name.get(name)

    def apply(self, hosts: Sequence[tuple[HostSpec, int]], known: dict[int, HostRow]) -> list[HostWatch]:
        """Watch exactly these hosts from now on.

        Args:
            hosts: what the inventory says, with the identity of each in the store.
            known: by identity, what the store knew of them before, so that a start is no change of state.

        Returns:
            The watches that were given up; the caller closes them.
        """
        moved = self._moved(hosts)
        self._by_name = {spec.name: spec for spec, _ in hosts}
        given_up = [self._drop(host_id) for host_id in set(self.watches) - {host_id for _, host_id in hosts}]
        for spec, host_id in hosts:
            old = self.watches.get(host_id)
            if old is not None and self._same_way(old.spec, spec, moved):
                self._keep(old, spec, host_id)
                continue
            if old is not None:
                given_up.append(self._drop(host_id))
            self._add(spec, host_id, old, known.get(host_id))
        return given_up

    @staticmethod
    def _same_way(old: HostSpec, new: HostSpec, moved: set[str]) -> bool:
        """Whether the connection can stay: nothing on the way to the host has changed."""
        return _way(old) == _way(new) and not moved.intersection(new.via)

    def _keep(self, watch: HostWatch, spec: HostSpec, host_id: int) -> None:
        """Take over what is new of a host that is reached as before: its groups, its periods."""
        watch.spec = spec
        self._schedule.every(f"poll {host_id}", spec.period_s, watch.poll)
        self._schedule.every(f"sections {host_id}", spec.slow_period_s, watch.sections)
        self._schedule.every(f"facts {host_id}", spec.slow_period_s, watch.facts)

    def _moved(self, hosts: Sequence[tuple[HostSpec, int]]) -> set[str]:
        """Return the names whose way has changed or that are gone, with all that lies behind them."""
        new = {spec.name: spec for spec, _ in hosts}
        moved = {name for name, old in self._by_name.items() if name not in new or _way(new[name]) != _way(old)}
        grown = True
        while grown:
            behind = {name for name, spec in self._by_name.items() if moved.intersection(spec.via)} - moved
            moved |= behind
            grown = bool(behind)
        for name in moved:
            self._forget(name)
        return moved

    def _add(self, spec: HostSpec, host_id: int, old: HostWatch | None, row: HostRow | None) -> None:
        sections, facts = f"sections {host_id}", f"facts {host_id}"

        def read_more() -> None:
            self._schedule.now(sections)
            self._schedule.now(facts)

        def arrived() -> None:
            self._round.after(read_more)

        watch = (
            OwnWatch(host_id, self._transport, self._outbox, self._look)
            if spec.is_engine
            else HostWatch(spec, host_id, self._transport, self._outbox, arrived, gates=self._gates)
        )
        if old is not None:
            kept = old.standing
            watch.standing = Standing(kept.state, kept.reason, kept.severity, kept.since_at)
            watch.sparks = old.sparks
        elif row is not None and row.kept is not None:
            watch.standing = Standing(row.kept.state, row.kept.reason, row.kept.severity, row.since_at)
            watch.sparks = Sparks.decode(row.sparks, row.sparks_minute)
        watch.observer = self.observer
        self.watches[host_id] = watch
        self._schedule.every(f"poll {host_id}", spec.period_s, self._round.watch(host_id, watch.poll))
        self._schedule.every(sections, spec.slow_period_s, watch.sections, first_in_s=SECTION_WAIT_S)
        self._schedule.every(facts, spec.slow_period_s, watch.facts, first_in_s=SECTION_WAIT_S)

    def _drop(self, host_id: int) -> HostWatch:
        self._schedule.remove(f"poll {host_id}")
        self._schedule.remove(f"sections {host_id}")
        self._schedule.remove(f"facts {host_id}")
        self._schedule.remove(f"live {host_id}")
        self._round.forget(host_id)
        return self.watches.pop(host_id)

    def live(self, names: Collection[str]) -> None:
        """Read the processes of exactly these hosts every two seconds, and of the others in their period.

        Args:
            names: of hosts that someone looks at; those that are not watched are passed over.
        """
        for host_id, watch in self.watches.items():
            if watch.spec.name in names:
                self._schedule.every(f"live {host_id}", LIVE_S, watch.live)
            else:
                # A cancelled question would end the probe that it was put to.
                self._schedule.remove(f"live {host_id}", cancel=False)

    def read_now(self, host_ids: Sequence[int]) -> None:
        """Read hosts at once, whatever they wait for."""
        for host_id in host_ids:
            watch = self.watches.get(host_id)
            if watch is not None:
                watch.retry_now()
                self._schedule.now(f"poll {host_id}")
                self._schedule.now(f"sections {host_id}")
                self._schedule.now(f"facts {host_id}")

    def facts_again(self, host_id: int, topics: Collection[str]) -> None:
        """Read just these topics of facts of a host at once, where it answers."""
        watch = self.watches.get(host_id)
        if watch is not None:
            watch.facts_again(topics)
            self._schedule.now(f"sections {host_id}")
            self._schedule.now(f"facts {host_id}")

    def again(self, host_id: int, after_s: float) -> None:
        """Read a host's vitals once more, though it failed just now or its turn has not come.

        Args:
            host_id: of the host.
            after_s: seconds from now.
        """
        watch = self.watches.get(host_id)
        if watch is None:
            return

        def look() -> None:
            watch.standing.next_try = 0.0
            self._schedule.now(f"poll {host_id}")

        asyncio.get_running_loop().call_later(after_s, look)

    async def read_all_once(self, gap_s: float) -> list[HostWatch]:
        """Read every host, its slow sections, and once more after ``gap_s`` so that rates have a base.

        Returns:
            The watches whose host did not answer.
        """
        watches = list(self.watches.values())
        await asyncio.gather(*(watch.poll() for watch in watches))
        up = [watch for watch in watches if watch.standing.failing_since is None]
        await asyncio.gather(asyncio.sleep(gap_s), *(watch.sections() for watch in up))
        await asyncio.gather(*(watch.facts() for watch in up))
        await asyncio.gather(*(watch.poll() for watch in up))
        return [watch for watch in watches if watch.standing.failing_since is not None]
