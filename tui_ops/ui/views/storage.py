"""The view of storage: filesystems by the time until they are full, arrays, disks with what they say of themselves."""

from collections.abc import Iterator, Sequence

from tui_ops.model.address import Value
from tui_ops.model.sparks import spark_series
from tui_ops.model.states import Severity
from tui_ops.model.trend import time_to_full_s
from tui_ops.model.units import format_bytes, format_duration
from tui_ops.store.views.parts import FilesystemRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import percent
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import Ink
from tui_ops.ui.panels import URGENCY
from tui_ops.ui.sections import health
from tui_ops.ui.views.items import Item, age_fact, number_fact, of_host, text_fact
from tui_ops.ui.views.parts import PartsPane

SOON_S = 86400.0
"""What is full within a day needs someone today."""

FULLEST_WITHIN = 1.0
"""Percent between a filesystem and its host's fullest: the hour that is kept is that of the fullest."""

LATER = len(URGENCY)
"""Where in the order stands what needs nobody, unknown or well."""

_PLACE = {"fs": 0, "md": 1, "zfs": 1}
"""Where kinds stand that need nobody; of those that do, what holds filesystems comes before them."""


class StoragePane(PartsPane):
    """Filesystems, arrays, disks: broken ones first, then what will be full first."""

    name = "storage"
    one = "filesystem, array or disk"
    well = "nothing needs action: every filesystem has room, every array and disk is whole"
    nothing = "no filesystem was read yet"
    triage = "state, time to full, use"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), text_fact("what", "WHAT", 8, 32, ink=Ink.TEXT),
        text_fact("kind", "KIND", 4, priority=4), number_fact("used", "USED", 5, percent, warn=90),
        number_fact("full_in", "FULL IN", 7, format_duration, 3, soon=SOON_S),
        number_fact("free", "FREE", 8, format_bytes, 1), number_fact("size", "SIZE", 9, format_bytes, 6),
        number_fact("inodes", "INODES", 6, percent, 7, warn=90), text_fact("says", "SAYS", 13, 44, 2, ink=None),
        age_fact(5), text_fact("type", "TYPE", 5, 8, 9), text_fact("device", "DEVICE", 8, 40, 10),
        text_fact("site", "SITE", 5, 12, 8),
    )  # fmt: skip
    also = ("mount",)

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return filesystems, arrays and disks."""
        return list(self.built(feed.filesystems(), desk))

    def built(self, found: Sequence[FilesystemRow], desk: Desk) -> Iterator[Item]:
        """Give the items: what hangs or is broken, what is full, and then by the room that is left."""
        for one in found:
            row = desk.fleet.rows.get(one.host_id)
            if row is not None:
                severity, facts = _filesystem(row, one, desk) if one.kind == "fs" else _device(one)
                part = one.name if one.kind == "fs" else f"{one.kind} {one.name}"
                yield of_host(
                    row, part, severity, {"what": one.name, "kind": one.kind, **facts}, one.age_s, one.period_s,
                    _order(one.kind, severity, facts),
                )  # fmt: skip


def _order(kind: str, severity: Severity, facts: dict[str, Value]) -> tuple[object, ...]:
    """Return where it stands; whole hours and percents, so that rows stand still while nothing much changes."""
    in_need, place = severity in (Severity.CRITICAL, Severity.WARNING), _PLACE.get(kind, 2)
    left, used = facts.get("full_in"), facts.get("used")
    hours = left // 3600 if isinstance(left, float) else 0.0
    return (
        URGENCY[severity] if in_need else LATER,
        -place if in_need else place,
        left is None,
        hours,
        -round(used) if isinstance(used, float) else 0,
    )


def _filesystem(row: HostRow, one: FilesystemRow, desk: Desk) -> tuple[Severity, dict[str, Value]]:
    entry = one.entry
    severity, says = _judged(one)
    left = _full_in(row, entry.number("percent"), desk)
    if left is not None and left <= SOON_S and severity is Severity.OK:
        severity = Severity.WARNING
    facts: dict[str, Value] = {
        "mount": one.name, "used": entry.number("percent"), "free": entry.number("available"),
        "size": entry.number("size"), "says": says, "type": entry.text("type"), "device": entry.text("device"),
    }  # fmt: skip
    # What has no end in sight, and what has no inodes, has no such fact: a dash a line would say nothing.
    more = {"full_in": left, "inodes": entry.number("inodes_percent")}
    return severity, {**facts, **{name: value for name, value in more.items() if value is not None}}


def _judged(one: FilesystemRow) -> tuple[Severity, str]:
    """Return how a filesystem is, by the alerts of the rules in force, and what is to say of it."""
    entry = one.entry
    state, text = entry.text("state") or "ok", entry.text("text")
    if state != "ok":
        known = {"hanging": Severity.CRITICAL, "failed": Severity.WARNING}
        return known.get(state, Severity.UNKNOWN), text or state
    return one.alert, text


def _full_in(row: HostRow, used: float | None, desk: Desk) -> float | None:
    """Return in how many seconds it is full. Only the fullest of each host has an hour to tell it by."""
    fullest = row.values.get("disk")
    if used is None or fullest is None or not row.sparks or abs(fullest - used) > FULLEST_WITHIN:
        return None
    series = spark_series(row.sparks, row.sparks_minute, "disk", max(desk.look.minute, row.sparks_minute))
    return time_to_full_s(series, used)


def _device(one: FilesystemRow) -> tuple[Severity, dict[str, Value]]:
    """Return how an array or a disk is; what has no meaning for it is no fact of it."""
    entry = one.entry
    if one.kind == "disk":
        severity, says = health.disk_severity(entry), health.disk_says(entry) or "does not tell of its health"
        return severity, {"says": "" if severity is Severity.OK else says, "device": entry.text("model")}
    severity, says = health.array_severity(entry), health.array_says(entry)
    facts: dict[str, Value] = {"says": "" if severity is Severity.OK else says, "type": entry.text("level"),
                               "device": health.array_devices(entry)}  # fmt: skip
    size, used = entry.number("size"), entry.number("used")
    if size is not None:
        facts["size"] = size
        if used is not None and size > 0:
            facts |= {"used": min(100.0, used / size * 100), "free": max(0.0, size - used)}
    return severity, facts
