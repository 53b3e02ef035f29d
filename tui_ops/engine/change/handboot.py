"""A host that reboots: that it went down and came up again is seen from outside."""

import asyncio
from contextlib import suppress

from tui_ops.engine.change.handhost import HostHands
from tui_ops.engine.change.handtext import Found
from tui_ops.model.changes import CellState
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.orders import CellEnd, Seen
from tui_ops.model.plans import Step
from tui_ops.model.units import format_duration
from tui_ops.practices.changes.steps import judge
from tui_ops.practices.changes.steps.reboots import within_s

BOOT_POLL_S = 2.0
"""Seconds between two looks whether a host has rebooted."""


async def rebooted(host: HostHands, step: Step, found: Found) -> CellEnd:
    """Wait until the host is back, with another boot than that in which the step was begun, and return what came of it.

    Args:
        host: where.
        step: of the kind ``reboot``.
        found: of its order.
    """
    if found.seen is Seen.OVER and found.code != 0:
        return judge(step, found.code, found.output)
    loop = asyncio.get_running_loop()
    began = loop.time()
    within = within_s(step)
    while loop.time() - began < within:
        boot = ""
        with suppress(TuiOpsError, TimeoutError):
            async with asyncio.timeout_at(began + within):
                boot = (await host.fresh()).boot
        if boot and found.boot and boot != found.boot:
            waited = loop.time() - began
            said = f"it is up again after {format_duration(max(1.0, waited))}"
            return CellEnd(CellState.CHANGED, said, 0, found.output, seconds=waited)
        if boot:
            await host.until_cut(BOOT_POLL_S)
        else:
            await host.drop()
            await asyncio.sleep(BOOT_POLL_S)
    said = f"it did not come up again within {format_duration(within)}"
    return CellEnd(CellState.FAILED, said, None, found.output, seconds=loop.time() - began)
