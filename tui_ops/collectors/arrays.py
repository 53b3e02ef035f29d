"""The section ``arrays``: software RAID and ZFS pools, whether all of their disks are there.

The body is a list of lines, each beginning with a word that says what it is::

    arrays read
    md LINE             one line of /proc/mdstat
    pool STATE NAME     what the kernel says of a ZFS pool
    zpool LINE          one line of ``zpool list``, or what it complains of; ``exit CODE`` at its end
    zsay LINE           one line of ``zpool status -x``
"""

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.mdstat import Array, Device, read_mdstat
from tui_ops.collectors.zpool import Pools
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "arrays"

ARRAYS_LIMIT = 64
"""Arrays and pools of one host that are kept: a large file server has twenty."""

LINES_LIMIT = 1_000
"""Lines of one body: the probe writes at most 569."""

BAD_STATES = frozenset({"degraded", "failed", "inactive"})
"""Of software RAID: data is lost, or the next disk takes it along."""

_REBUILDING = "rebuilding"


def parse_arrays(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A critical status for every array that has lost a disk and every pool that is not ONLINE, a warning for
        every one that rebuilds itself; a document with one entry an array, empty for a host without any.

    Raises:
        NothingUsable: it is not a run of this section.
    """
    md: list[bytes] = []
    pools = Pools()
    is_run = False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"arrays read":
            is_run = True
        elif word == b"md":
            md.append(text)
        elif word == b"pool":
            pools.note_state(text)
        elif word == b"zpool":
            pools.note_list(text)
        elif word == b"zsay":
            pools.note_status(text)
    if not is_run:
        raise NothingUsable("the host does not tell its arrays", "ask it again with R")
    arrays = [*read_mdstat(md), *pools.arrays()][:ARRAYS_LIMIT]
    return SectionReading(
        section=SECTION,
        statuses=tuple([status for array in arrays for status in _judge(array)] + _judge_tool(pools)),
        document={"arrays": [_entry(array) for array in arrays], "text": pools.complaint},
    )


def _judge(array: Array) -> list[Status]:
    name = f"{'pool' if array.kind == 'zfs' else 'array'} {array.name}"
    text = f"{name} is {array.state}"
    if array.missing and array.kind == "md":
        text += f", {array.missing} {'disk' if array.missing == 1 else 'disks'} missing"
    if array.text:
        text += f": {array.text}"
    if array.state in BAD_STATES or (array.kind == "zfs" and array.state != "ONLINE"):
        return [Status(array.name, Severity.CRITICAL, text)]
    if array.state == _REBUILDING or array.is_doubtful:
        return [Status(array.name, Severity.WARNING, text)]
    return []


def _judge_tool(pools: Pools) -> list[Status]:
    """Return a status where the pools can't be read: no answer is not taken for health."""
    return [Status("zpool", Severity.UNKNOWN, pools.complaint)] if pools.is_silent else []


def _entry(array: Array) -> dict[str, object]:
    return {
        "name": array.name,
        "kind": array.kind,
        "level": array.level,
        "state": array.state,
        "size": array.size,
        "used": array.used,
        "devices": [_device(device) for device in array.devices],
        "missing": array.missing,
        "progress": array.progress,
        "text": array.text,
    }


def _device(device: Device) -> dict[str, object]:
    return {"name": device.name, "state": device.state}
