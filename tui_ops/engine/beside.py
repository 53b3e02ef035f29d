"""What the others see of a host that can't be asked: its jump hosts, and two of its neighbours."""

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tui_ops.collectors.beside import parse_beside, script
from tui_ops.collectors.errors import ProbeError
from tui_ops.engine.conversation import SHELL
from tui_ops.engine.watch import HostWatch
from tui_ops.model.clock import iso
from tui_ops.model.evidence import SEEN_FROM
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.transport.errors import TransportError
from tui_ops.transport.settings import SSH_PORT, Settings
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

NEIGHBOURS = 2
"""Neighbours that are asked: one may have a trouble of its own."""

JUMPS = 3
"""Jump hosts that are asked: no sane way has more."""

LOOK_S = 8.0
"""Seconds for one look: two pings, one connection that nobody takes, and the way there."""

ANSWER_BYTES = 8192
"""Bytes of an answer that are read: the script writes some hundred."""


@dataclass(frozen=True, slots=True)
class View:
    """What one host sees."""

    section: str
    lines: tuple[str, ...]
    why: str = ""


def beholders(spec: HostSpec, watches: Iterable[HostWatch]) -> list[tuple[HostWatch, str]]:
    """Return who shall be asked about a host, each with what it is to it.

    Args:
        spec: of the host that can't be asked.
        watches: of all hosts.
    """
    others = [watch for watch in watches if watch.spec.name != spec.name and not watch.spec.is_engine]
    jumps = [(watch, "its jump host") for watch in others if watch.spec.name in spec.via][:JUMPS]
    chosen = {watch.host_id for watch, _ in jumps}
    near = [
        (watch, "same rack" if spec.rack and watch.spec.rack == spec.rack else "same site")
        for watch in others
        if spec.site
        and watch.spec.site == spec.site
        and watch.standing.state is HostState.UP
        and not watch.spec.is_local
        and watch.host_id not in chosen
    ]
    near.sort(key=lambda one: (one[1] != "same rack", one[0].spec.name))
    return [*jumps, *near[:NEIGHBOURS]]


async def look_from_all(spec: HostSpec, watches: Iterable[HostWatch], settings: Settings | None) -> list[View]:
    """Return what the others see of a host.

    Args:
        spec: of the host.
        watches: of all hosts.
        settings: reads ssh_config, by which the host's address may be another; None takes that of the inventory.
    """
    asked = beholders(spec, watches)
    if not asked:
        return []
    address, port = await _where(spec, settings)
    return list(await asyncio.gather(*(_look(watch, kind, address, port) for watch, kind in asked)))


async def _where(spec: HostSpec, settings: Settings | None) -> tuple[str, int]:
    if settings is not None:
        try:
            route = await in_thread(lambda: settings.route(spec, ()), "ssh_config")
        except TransportError:
            log.info("%s: its address can't be told from ssh_config; that of the inventory is asked for", spec.name)
        else:
            return route.address, route.port
    return spec.address, spec.port or SSH_PORT


async def _look(watch: HostWatch, kind: str, address: str, port: int) -> View:
    """Return what one host sees, and how it stands itself."""
    section = f"{SEEN_FROM}{watch.spec.name}"
    standing = watch.standing
    reason = f": {standing.reason}" if standing.reason else ""
    since = f" since {iso(standing.since_at)}" if standing.since_at else ""
    lines = [f"{watch.spec.name} ({kind}) is {standing.state}{since}{reason}"]
    began = time.monotonic()
    try:
        asked = script(address, port)
        link = await watch.link()
        done = await link.run(SHELL, stdin=asked, timeout_s=LOOK_S, limit=ANSWER_BYTES)
        lines += parse_beside(done.stdout, f"port {port} of {address}")
    except ValueError as error:
        return View(section, tuple(lines), str(error))
    except (TransportError, ProbeError) as error:
        lines.append(f"it could not be asked: {error.message}")
    log.debug("%s was looked at from %s in %.1f s", address, watch.spec.name, time.monotonic() - began)
    return View(section, tuple(lines))
