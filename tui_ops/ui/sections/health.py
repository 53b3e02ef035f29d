"""How arrays and disks are, judged from their documents: the same on the page of a host and in the view of storage."""

from collections.abc import Iterator

from tui_ops.model.states import Severity
from tui_ops.store.views.documents import Record

WORN_PERCENT = 90.0
"""From here on a disk has used up what its maker promises."""

_DOUBTS = ("error", "corrupt", "resilver")
"""What ``zpool status`` says of a pool that has all its disks and yet asks for a look."""

_BROKEN = frozenset({"degraded", "failed", "inactive"})


def array_severity(array: Record) -> Severity:
    """Return the judgement of an array by its state: every state of a ZFS pool but ONLINE is critical."""
    state = array.text("state")
    if array.text("kind") == "zfs":
        if state.upper() != "ONLINE":
            return Severity.CRITICAL
        return Severity.WARNING if any(word in array.text("text") for word in _DOUBTS) else Severity.OK
    if state in _BROKEN:
        return Severity.CRITICAL
    return Severity.WARNING if state == "rebuilding" else Severity.OK


def array_says(array: Record) -> str:
    """Return how an array is, in words: ``degraded, 1 missing``, ``rebuilding 43 %``."""
    state, progress, missing = array.text("state"), array.number("progress"), array.number("missing")
    told = [f"{state} {progress:.0f} %" if progress is not None and state else state]
    if missing:
        told.append(f"{missing:.0f} missing")
    failed = [one.text("name") for one in array.records("devices") if one.text("state") == "failed"]
    if failed:
        told.append(f"{', '.join(failed)} failed")
    # What is said of work under way begins with a percentage of its own.
    text = array.text("text")
    told.append(text.partition(", ")[2] if progress is not None and "%" in text else text)
    return ", ".join(filter(None, told))


def array_devices(array: Record) -> str:
    """Return the members of an array, with the state of those that are not well."""
    told = []
    for one in array.records("devices"):
        state = one.text("state")
        told.append(f"{one.text('name')} ({state})" if state not in ("ok", "") else one.text("name"))
    return " ".join(filter(None, told))


def disk_severity(disk: Record) -> Severity:
    """Return the judgement of a disk by what it says of itself."""
    passed = disk.flag("passed")
    if passed is False:
        return Severity.CRITICAL
    worn = (disk.number("wear") or 0.0) >= WORN_PERCENT
    if disk.number("pending") or disk.number("uncorrectable") or worn:
        return Severity.WARNING
    return Severity.UNKNOWN if passed is None else Severity.OK


def disk_says(disk: Record) -> str:
    """Return how a disk is, in words: ``passed``, ``8 sectors pending``, ``failing``; empty where it does not tell."""
    return ", ".join(_told(disk)) or ("passed" if disk.flag("passed") else "")


def _told(disk: Record) -> Iterator[str]:
    if disk.flag("passed") is False:
        yield "failing"
    for name, word in (("pending", "sectors pending"), ("uncorrectable", "uncorrectable"),
                       ("reallocated", "reallocated")):  # fmt: skip
        number = disk.number(name)
        if number:
            yield f"{number:.0f} {word}"
    wear = disk.number("wear")
    if wear is not None and wear >= WORN_PERCENT:
        yield f"{wear:.0f} % worn"
    if disk.text("text"):
        yield disk.text("text")
