"""What a host keeps up by itself, as its programs tell it: the clock, timers, the journal, and volumes."""

import time
from random import Random

from tui_ops.demo.faults import FaultKind
from tui_ops.demo.services import timers_of
from tui_ops.demo.worlds import HostWorld

POLL_S = 256
"""Seconds between two questions to a time server; the files change as often."""

TIMERS = {
    "apt-daily.timer": 43_200, "apt-daily-upgrade.timer": 86_400, "fstrim.timer": 604_800, "logrotate.timer": 86_400,
    "systemd-tmpfiles-clean.timer": 86_400, "dnf-makecache.timer": 3_600, "certbot.timer": 43_200,
    "pgbackrest.timer": 86_400, "restic-prune.timer": 604_800, "raid-check.timer": 604_800, "snapshots.timer": 3_600,
}  # fmt: skip
"""Seconds between two runs."""

OVERDUE_S = 5 * 3600
"""A timer that was missed was due so long before the story began."""

ERRORS_EVERY_S, JOURNAL_S = 97, 300
"""A host of the web logs an error so often; the journal is asked for as much of the past."""

POOL_FULL, POOL_GROWTH_S = 83.0, 40 * 60.0
"""Percent of the thin pool in use when the story begins, and how long until it is ten percent more."""

_GIB = 2**30
_CHRONY = ("10.10.0.2", "10.10.0.3")


def upkeep_files(world: HostWorld) -> dict[str, str]:
    """Return what stands still while the host is up, by path below the root; a path that ends in ``/`` is a folder."""
    files = {"run/log/journal/3f0a1c9b/system.journal": ""}
    if not has_chrony(world):
        files["run/systemd/timesync/synchronized"] = ""
    if has_lvm(world):
        size, free = 400 * _GIB, 60 * _GIB
        files["table/groups"] = (
            f"  LVM2_VG_NAME='vg0' LVM2_VG_ATTR='wz--n-' LVM2_VG_SIZE='{size}B' LVM2_VG_FREE='{free}B'"
            " LVM2_VG_MISSING_PV_COUNT='0' LVM2_LV_COUNT='2'\n"
        )
    return files


def moving_upkeep(world: HostWorld, epoch: float) -> dict[str, str]:
    """Return what changes every few minutes, by path below the root.

    Args:
        world: the host at this moment.
        epoch: epoch seconds at which the story began.
    """
    now = epoch + world.booted_s + world.uptime_s
    files = {"table/timers": _timers(world, epoch, now), "table/journal": _journal(world, now)}
    if has_chrony(world):
        files["table/chrony-tracking"], files["table/chrony-sources"] = _chrony(world, now)
    else:
        files["table/timedate"], files["table/timesync"] = _timesyncd(world, now)
    if has_lvm(world):
        files["table/logical"] = _volumes(world)
    return files


def has_chrony(world: HostWorld) -> bool:
    """Return whether chrony keeps the clock, as on Rocky Linux; else systemd does."""
    return world.host.role.system.ident == "rocky"


def has_lvm(world: HostWorld) -> bool:
    """Return whether a host has a volume group: database hosts of Paris keep snapshots in one."""
    return (world.host.role.name, world.host.site.name) == ("db", "par")


def _adrift(world: HostWorld) -> bool:
    return any(fault.kind is FaultKind.CLOCK_ADRIFT for fault in world.faults)


def _asked_at(world: HostWorld, now: float) -> tuple[int, Random]:
    """Return when a time server was last asked, and what was measured then."""
    turn = int(now // POLL_S)
    return turn * POLL_S, Random(f"{world.host.name}/clock/{turn}")


def _chrony(world: HostWorld, now: float) -> tuple[str, str]:
    at, random = _asked_at(world, now)
    offset, adrift = random.uniform(4e-6, 9e-5), _adrift(world)
    where = "00000000 ()" if adrift else f"0A0A0002 ({_CHRONY[0]})"
    date = "Thu Jan 01 00:00:00 1970" if adrift else time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(at))
    tracking = (
        f"Reference ID    : {where}\nStratum         : {0 if adrift else 3}\nRef time (UTC)  : {date}\n"
        f"System time     : {offset:.9f} seconds slow of NTP time\nLast offset     : {offset / 2:+.9f} seconds\n"
        f"RMS offset      : {offset:.9f} seconds\nFrequency       : 11.{random.randrange(400, 500)} ppm fast\n"
        "Residual freq   : +0.001 ppm\nSkew            : 0.031 ppm\nRoot delay      : 0.001204312 seconds\n"
        f"Root dispersion : 0.000{random.randrange(400, 900)} seconds\nUpdate interval : 256.4 seconds\n"
        f"Leap status     : {'Not synchronised' if adrift else 'Normal'}\n"
    )
    rows = ["MS Name/IP address         Stratum Poll Reach LastRx Last sample\n", "=" * 79 + "\n"]
    for number, name in enumerate(_CHRONY):
        state, reach = ("?", 0) if adrift else ("+" if number else "*", 377)
        micro = round(offset * 1e6)
        rows.append(f"^{state} {name:<26} 2   8   {reach:>3}    71    -{micro}us[ -{micro}us] +/-  812us\n")
    return tracking, "".join(rows)


def _timesyncd(world: HostWorld, now: float) -> tuple[str, str]:
    _at, random = _asked_at(world, now)
    adrift = _adrift(world)
    timedate = (
        f"Timezone={world.host.site.timezone}\nLocalRTC=no\nCanNTP=yes\nNTP=yes\n"
        f"NTPSynchronized={'no' if adrift else 'yes'}\n"
    )
    head = (
        "SystemNTPServers=ntp1.example.net ntp2.example.net\nFallbackNTPServers=ntp.ubuntu.com\n"
        f"ServerName={'' if adrift else 'ntp1.example.net'}\nRootDistanceMaxUSec=5s\nPollIntervalUSec=4min 16s\n"
    )
    if adrift:
        return timedate, head + "Frequency=0\n"
    return timedate, head + (
        "NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2, Precision=-24, RootDelay=1.205ms, RootDispersion=640us,"
        f" Ignored=no, PacketCount=211, Jitter=1.2ms }}\nFrequency={random.randrange(-900_000, -800_000)}\n"
        f"       Server: 10.10.0.2 (ntp1.example.net)\n      Stratum: 2\n"
        f"       Offset: {random.uniform(-900, 900):+.0f}us\n"
    )


def _timers(world: HostWorld, epoch: float, now: float) -> str:
    missed = {fault.subject for fault in world.faults if fault.kind is FaultKind.TIMER_MISSED}
    blocks = []
    for name in timers_of(world):
        every = TIMERS.get(name, 86_400)
        phase = Random(f"{world.host.name}/{name}").randrange(every)
        last = (int(now) - phase) // every * every + phase
        due = last + every
        if name in missed:
            due = int(epoch) - OVERDUE_S
            last = due - every
        blocks.append(
            f"Unit={name.removesuffix('.timer')}.service\nNextElapseUSecRealtime={_date(due)}\n"
            f"NextElapseUSecMonotonic=infinity\nLastTriggerUSec={_date(last)}\nAccuracyUSec=1min\n"
            f"Id={name}\nActiveState=active\nSubState=waiting\n"
        )
    return "\n".join(blocks)


def _date(at: float) -> str:
    return time.strftime("%a %Y-%m-%d %H:%M:%S UTC", time.gmtime(at))


def _journal(world: HostWorld, now: float) -> str:
    """Return the errors of the last minutes: strangers who knock at the hosts that stand in the net."""
    if world.host.role.name not in ("web", "gw"):
        return ""
    turn, rows = int(now // ERRORS_EVERY_S), []
    for number in range(turn - JOURNAL_S // ERRORS_EVERY_S, turn + 1):
        random = Random(f"{world.host.name}/journal/{number}")
        rows.append(
            f"{number * ERRORS_EVERY_S}.{random.randrange(10**6):06d} {world.host.name} sshd[{random.randrange(9000)}]:"
            " error: kex_exchange_identification: Connection closed by remote host\n"
        )
    return "".join(rows)


def _volumes(world: HostWorld) -> str:
    fills = any(fault.kind is FaultKind.POOL_FILLS for fault in world.faults)
    passed = max(0.0, world.booted_s + world.uptime_s)
    full = POOL_FULL + 10 * min(1.0, passed / POOL_GROWTH_S) if fills else 61.4
    rows = (
        ("snapshots", "twi-aotz--", 300 * _GIB, f"{full:.1f}0", "12.40", "", ""),
        ("nightly", "Vwi-aotz--", 800 * _GIB, f"{full * 0.3:.1f}0", "", "", "snapshots"),
    )
    return "".join(
        f"  LVM2_VG_NAME='vg0' LVM2_LV_NAME='{name}' LVM2_LV_ATTR='{attributes}' LVM2_LV_SIZE='{size}B'"
        f" LVM2_DATA_PERCENT='{data}' LVM2_METADATA_PERCENT='{metadata}' LVM2_ORIGIN='{origin}' LVM2_POOL_LV='{pool}'\n"
        for name, attributes, size, data, metadata, origin, pool in rows
    )
