"""``samples.db``: every poll one packed row, counters as they were read and gauges beside them.

The names of the numbers are in a *layout*, which many rows share; a row is two runs of eight-byte numbers. Counters
are kept raw (they compress far better than rates, and a rate can be worked out again from them), with the host's
own uptime and a number for its boot, so that no rate reaches across a reboot. Rows of different layouts at the same
moment live side by side: a slow section writes its gauges as a row of its own. What becomes of rows that are two
hours old is in :mod:`tui_ops.store.history`.
"""

import hashlib
import json
import sqlite3
import sys
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading

K = TypeVar("K")

LAYOUTS_KNOWN = 4096
"""Layouts remembered between batches: several for each of a thousand hosts."""

LAYOUT_SEEN_MS = 3_600_000
"""How often a layout's last use is written down: retention is counted in days."""

NO_BOOT = 0
"""Stands in rows of gauges alone, for which nobody asked the host's uptime."""

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

Keys = tuple[tuple[Key, ...], tuple[Key, ...]]
"""Names of the counters and of the gauges, in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class SampleWrite:
    """One poll to keep."""

    at: float
    """Epoch seconds of the reading."""
    host_id: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Packed:
    """The numbers of a reading as bytes, little-endian, eight bytes each."""

    keys: Keys
    counters: bytes
    gauges: bytes


def pack(reading: Reading) -> Packed:
    """Turn a reading into bytes. A counter that does not fit 64 bits is left out."""
    counters = reading.counters
    try:
        whole = array("q", counters.values())
    except OverflowError:
        counters = {key: value for key, value in counters.items() if INT64_MIN <= value <= INT64_MAX}
        whole = array("q", counters.values())
    parts = array("d", reading.gauges.values())
    if sys.byteorder == "big":
        whole.byteswap()
        parts.byteswap()
    return Packed((tuple(counters), tuple(reading.gauges)), whole.tobytes(), parts.tobytes())


def unpack(packed: Packed) -> tuple[dict[Key, int], dict[Key, float]]:
    """Turn bytes back into counters and gauges."""
    whole, parts = array("q"), array("d")
    whole.frombytes(packed.counters)
    parts.frombytes(packed.gauges)
    if sys.byteorder == "big":
        whole.byteswap()
        parts.byteswap()
    return dict(zip(packed.keys[0], whole, strict=True)), dict(zip(packed.keys[1], parts, strict=True))


class SampleStore:
    """Writes packed rows, and remembers which layouts and boots the file knows."""

    def __init__(self) -> None:
        self._layouts: OrderedDict[Keys, tuple[int, int]] = OrderedDict()
        self._boots: OrderedDict[tuple[int, str], tuple[int, int]] = OrderedDict()

    def forget(self) -> None:
        """Forget what the file knows: a transaction that may have added to it was rolled back."""
        self._layouts.clear()
        self._boots.clear()

    def write(self, connection: sqlite3.Connection, batch: Sequence[SampleWrite]) -> None:
        """Write a batch inside the transaction of ``connection``. Of two rows of a host at one
        millisecond with the same series the second wins.
        """
        rows = []
        for sample in batch:
            uptime_ms = sample.reading.uptime_s * 1000
            if not 0 <= uptime_ms <= INT64_MAX:
                # Nothing that a host says may keep the rows of the others from being written.
                continue
            at_ms = round(sample.at * 1000)
            packed = pack(sample.reading)
            rows.append(
                (
                    sample.host_id,
                    at_ms,
                    self._layout(connection, packed.keys, at_ms),
                    self._boot(connection, sample.host_id, sample.reading.boot_id, at_ms),
                    round(uptime_ms),
                    packed.counters,
                    packed.gauges,
                )
            )
        connection.executemany("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _layout(self, connection: sqlite3.Connection, keys: Keys, at_ms: int) -> int:
        known = self._layouts.get(keys)
        if known is None or at_ms - known[1] > LAYOUT_SEEN_MS:
            text = json.dumps(keys, separators=(",", ":"))
            row = connection.execute(
                "INSERT INTO layout (digest, keys, last_ms) VALUES (?, ?, ?)"
                " ON CONFLICT (digest) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms) RETURNING id",
                (hashlib.sha256(text.encode()).hexdigest(), text, at_ms),
            ).fetchone()
            known = _remember(self._layouts, keys, (row[0], at_ms))
        return known[0]

    def _boot(self, connection: sqlite3.Connection, host_id: int, boot_id: str, at_ms: int) -> int:
        if not boot_id:
            return NO_BOOT
        known = self._boots.get((host_id, boot_id))
        if known is None or at_ms - known[1] > LAYOUT_SEEN_MS:
            row = connection.execute(
                "INSERT INTO boot (host_id, boot_id, last_ms) VALUES (?, ?, ?)"
                " ON CONFLICT (host_id, boot_id) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms) RETURNING id",
                (host_id, boot_id, at_ms),
            ).fetchone()
            known = _remember(self._boots, (host_id, boot_id), (row[0], at_ms))
        return known[0]

    def sweep(self, connection: sqlite3.Connection, before_ms: int) -> None:
        """Remove layouts and boots that were last used before ``before_ms`` (epoch ms), by rows that are gone."""
        for table in ("layout", "boot"):
            connection.execute(f"DELETE FROM {table} WHERE last_ms < ?", (before_ms - 2 * LAYOUT_SEEN_MS,))  # noqa: S608
        self.forget()


def _remember(known: "OrderedDict[K, tuple[int, int]]", key: K, value: tuple[int, int]) -> tuple[int, int]:
    known[key] = value
    known.move_to_end(key)
    if len(known) > LAYOUTS_KNOWN:
        known.popitem(last=False)
    return value
