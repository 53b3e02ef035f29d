"""Each host's sshd asked from outside once a day: what it offers to whoever has no login there."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from tui_ops.engine.outbox import Outbox
from tui_ops.engine.security.elsewhere import FURTHER_ITEM, LISTS, OFFERED, OFFERED_ITEM
from tui_ops.engine.watch import HostWatch
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import HostSpec
from tui_ops.store.errors import StoreError
from tui_ops.store.facts import FactWrite
from tui_ops.transport.ends.seen import EndError
from tui_ops.transport.ends.ssh import SshSeen
from tui_ops.transport.errors import TransportError

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whose turn it is."""

PERIOD_S = 86400.0
"""How often a host is asked: what an sshd offers changes with an update or a hand, and each asking is a line in its
log."""

SPREAD_S = 900.0
"""Over how long the first askings are spread after the start of an engine: of a thousand hosts one a second."""

AGAIN_S = 3600.0
"""When it is tried again where nothing was said."""

AT_ONCE = 4
"""Hosts that are asked at the same time: logins come first, and share the gates."""

REASON_LIMIT = 200

CHECKS = frozenset({"ssh-cipher", "ssh-mac", "ssh-kex", "ssh-hostkey", "ssh-password"})
"""The checks that go by it: who has one of them done again has the host asked."""

TITLE = "What sshd offers"

Ask = Callable[[HostSpec], Awaitable[SshSeen]]

Further = Callable[[int, int], Sequence[int] | None]
"""From a host and the port at which it was reached to the ports of its further sshds; None where they are not known. It
is called in a thread of its own."""


def _not_known(host_id: int, port: int) -> None:
    """Know of no further sshd."""


class Outside:
    """Asks hosts from outside.

    Args:
        watches: the hosts by id.
        outbox: takes what is seen, as a topic of facts: with its age, and with what differs from the time before.
        ask: asks one host.
        monotonic: seconds that only go forward.
        further: tells where further sshds of a host listen.
    """

    def __init__(
        self, watches: Mapping[int, HostWatch], outbox: Outbox, ask: Ask,
        monotonic: Callable[[], float] = time.monotonic, further: Further = _not_known,
    ) -> None:  # fmt: skip
        self._watches = watches
        self._outbox = outbox
        self._ask = ask
        self._monotonic = monotonic
        self._further = further
        self._next: dict[int, float] = {}
        """When each host is asked next, by the monotonic clock."""
        self._running: dict[int, asyncio.Task[None]] = {}
        self.asked = 0
        """How often a host was asked: each time is one try to log in, in its log."""

    def remember(self, ages_s: Mapping[int, float]) -> None:
        """Take over how long ago hosts were asked by an engine before this one.

        Args:
            ages_s: host to seconds.
        """
        now = self._monotonic()
        self._next |= {host_id: now + max(0.0, PERIOD_S - age_s) for host_id, age_s in ages_s.items()}

    def again(self, by_host: Mapping[int, Collection[str]]) -> None:
        """Ask hosts at once whose findings are to be looked at anew, if any of them goes by it.

        Args:
            by_host: host to the checks concerned.
        """
        for host_id, checks in by_host.items():
            if CHECKS.intersection(checks):
                self._next[host_id] = 0.0
                self._begin()

    async def look(self) -> None:
        """Ask the hosts whose turn it is."""
        self._begin()

    async def close(self) -> None:
        """End what is under way."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _begin(self) -> None:
        now = self._monotonic()
        due = [host_id for host_id, watch in self._watches.items() if self._is_due(host_id, watch, now)]
        for host_id in sorted(due, key=lambda one: self._next[one])[: max(0, AT_ONCE - len(self._running))]:
            task = asyncio.create_task(self._one(host_id, self._watches[host_id].spec))
            self._running[host_id] = task
            task.add_done_callback(lambda _task, host_id=host_id: self._ended(host_id))  # type: ignore[misc]

    def _ended(self, host_id: int) -> None:
        self._running.pop(host_id, None)

    def _is_due(self, host_id: int, watch: HostWatch, now: float) -> bool:
        if watch.spec.is_local or watch.spec.is_engine or host_id in self._running:
            return False
        if watch.standing.failing_since is not None or not watch.standing.since_at:
            return False
        if host_id not in self._next:
            self._next[host_id] = now + SPREAD_S * share_of(watch.spec.key)
        return self._next[host_id] <= now

    async def _one(self, host_id: int, spec: HostSpec) -> None:
        at = time.time()
        self.asked += 1
        try:
            seen = await self._ask(spec)
        except (EndError, TransportError) as error:
            self._missed(host_id, at, error.message)
            return
        except Exception:  # the boundary of one host: what it sends must not stop the others
            log.exception("asking %s from outside failed in a way that nobody foresaw", spec.name)
            self._missed(host_id, at, "it failed in a way that nobody foresaw: see the engine's log")
            return
        others = await self._others(host_id, spec, seen.port)
        self._next[host_id] = self._monotonic() + PERIOD_S
        reading = reading_of(seen, others)
        self._outbox.fact(FactWrite(host_id, OFFERED, PERIOD_S, at, reading, "", TITLE))

    async def _others(self, host_id: int, spec: HostSpec, reached: int) -> dict[int, SshSeen | None] | None:
        """Ask the further sshds of a host, one after the other.

        Returns:
            By port, None for one that does not answer; None where nobody knows whether there are any.
        """
        try:
            ports = await asyncio.to_thread(self._further, host_id, reached)
        except StoreError:
            log.warning("where further sshds of %s listen could not be looked up", spec.name, exc_info=True)
            ports = None
        if ports is None:
            return None
        found: dict[int, SshSeen | None] = {}
        for port in ports:
            self.asked += 1
            try:
                found[port] = await self._ask(replace(spec, port=port))
            except (EndError, TransportError):
                found[port] = None
            except Exception:  # the boundary of one of them: the first one was heard, and is kept
                log.exception("asking %s at port %s failed in a way that nobody foresaw", spec.name, port)
                found[port] = None
        return found

    def _missed(self, host_id: int, at: float, why: str) -> None:
        self._next[host_id] = self._monotonic() + AGAIN_S
        self._outbox.fact(FactWrite(host_id, OFFERED, PERIOD_S, at, None, clean(why, REASON_LIMIT), TITLE))


def share_of(key: str) -> float:
    """Return a part of a whole, from 0 up to 1, that is always the same for a name."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest()) / 2**32


def reading_of(seen: SshSeen, others: Mapping[int, SshSeen | None] | None = None) -> FactReading:
    """Return what was seen as facts: the first sshd, and further ones by their ports.

    Args:
        seen: of the sshd by which the host is reached.
        others: of further ones by port, None for one that did not answer; None where it is not known whether there are.
    """
    told = {f"{FURTHER_ITEM}{port}": one for port, one in (others or {}).items()}
    unread = [name for name, one in told.items() if one is None] if others is not None else [FURTHER_ITEM]
    heard = {OFFERED_ITEM: seen, **{name: one for name, one in told.items() if one is not None}}
    silent = [one.why for one in heard.values() if one.methods is None]
    return FactReading(
        OFFERED, {name: _fields(one) for name, one in heard.items()}, tuple(unread),
        ("methods",) if silent else (), tuple(dict.fromkeys(silent)),
    )  # fmt: skip


def _fields(seen: SshSeen) -> Fields:
    fields: Fields = {"banner": seen.banner, "port": seen.port, "compression": list(seen.compression)}
    fields |= {name: list(getattr(seen, name)) for name in LISTS if name != "methods"}
    return fields if seen.methods is None else {**fields, "methods": list(seen.methods)}
