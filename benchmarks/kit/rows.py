"""Hosts as the dashboard holds them, without a store behind."""

import random

from kit.seeded import ROLES, SITES, spark_bytes
from tui_ops.model.clock import boot_id, now
from tui_ops.model.readings import VALUES
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.rows import HostRow, Kept
from tui_ops.ui.columns import natural


def host_rows(count: int) -> list[HostRow]:
    """Return hosts that are up, with readings and an hour behind them, in the order in which the store's thread
    gives them.
    """
    dice, present = random.Random(11), now()
    sparks = [spark_bytes(dice.expovariate(1 / 15)) for _ in range(50)]
    rows = []
    for number in range(count):
        role, site = ROLES[number % len(ROLES)], SITES[number % len(SITES)]
        name = f"{role}-{number:05}.{site}.example.net"
        values = {value: dice.uniform(0, 90) for value in VALUES}
        kept = Kept(HostState.UP, "", Severity.OK, present.at, present.mono, bool(boot_id()), values)
        rows.append(HostRow(
            number + 1, name, name, f"10.0.{number // 250}.{number % 250 + 1}", site, f"r{number % 30}", (role,), {},
            HostState.UP, "", Severity.OK, present.at - 3 * 86400, 0.0, 10.0, None, "Debian GNU/Linux 12 (bookworm)",
            "6.1.0-28-amd64", values, sparks[number % len(sparks)], int(present.at // 60), 1, number + 1,
            underlying=HostState.UP, kept=kept,
        ))  # fmt: skip
    return sorted(rows, key=lambda row: natural(row.name))
