"""What the views of exposure cost with a thousand hosts: the first reading, and one after which nothing has changed.

Run ``.venv/bin/python benchmarks/exposure.py [HOSTS]``; it prints one table.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.practices.security.lookout import Lookout
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

HOSTS, SOCKETS, PACKAGES, UNITS, KEYS, CERTIFICATES = 1000, 25, 600, 250, 20, 10
"""Of an ordinary server: its listeners, packages, units, keys and certificates."""


def facts_of(number: int) -> dict[str, dict[str, Fields]]:
    """Return the facts of one host."""
    rules = ["ct state established,related accept", "tcp dport { 22, 443 } accept", "ip saddr 10.0.0.0/8 accept"]
    chain: Fields = {"kind": "chain", "type": "filter", "hook": "input", "policy": "drop", "rules": rules}
    return {
        "sockets": {f"tcp 0.0.0.0:{22 + one}": {"process": f"p{one}", "owner": "root"} for one in range(SOCKETS)},
        "firewall": {"nft inet f input": chain},
        "packages": {f"package-{one}": {"version": "1.2.3-4", "source": f"s{one}"} for one in range(PACKAGES)},
        "unitfiles": {f"unit-{one}.service": {"state": "enabled"} for one in range(UNITS)},
        "units": {f"unit-{one}.service": {"active": "active"} for one in range(UNITS)},
        "protections": {"audit": {"running": True}, "rules of audit": {"count": 40}, "clock": {"now": 1}},
        "authkeys": {
            f"a{one} SHA256:{one}-{number % 50}": {"fingerprint": f"SHA256:{one}-{number % 50}", "account": f"a{one}"}
            for one in range(KEYS)
        },
        "certfiles": {
            f"/etc/ssl/{one}.pem": {"readable": True, "subject": "CN=x", "until": "2027-01-01T00:00:00Z", "used": True}
            for one in range(CERTIFICATES)
        },
    }


async def fill(folder: Path, hosts: int) -> None:
    """Fill a store."""
    paths = prepare(folder)
    upgrade(paths)
    writer = await Writer.open(paths)
    specs = tuple(HostSpec(f"web-{number:04}", f"web-{number:04}", "10.0.0.1") for number in range(hosts))
    found = await writer.act(lambda session: sync_fleet(session, Fleet("bench", specs), time.time()))
    for number, (_, host_id) in enumerate(found.hosts):
        topics = facts_of(number)
        rows = [FactWrite(host_id, name, 3600.0, time.time(), FactReading(name, one)) for name, one in topics.items()]
        await writer.facts(rows)
    await writer.close()


def main() -> None:
    """Print the table."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else HOSTS
    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        root = Path(folder) / "state"
        asyncio.run(fill(root, hosts))
        lookout = Lookout()
        print(f"{'view':14}{'lines':>8}{'first, s':>10}{'again, s':>10}")
        with open_reader(prepare(root)) as reader:
            for name in ("exposure", "certificates", "keys", "logins", "measures"):
                read = getattr(lookout, name)
                began = time.perf_counter()
                lines = len(read(reader))
                first = time.perf_counter() - began
                began = time.perf_counter()
                read(reader)
                print(f"{name:14}{lines:>8}{first:>10.2f}{time.perf_counter() - began:>10.2f}")


if __name__ == "__main__":
    main()
