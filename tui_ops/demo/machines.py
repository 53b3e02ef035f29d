"""What the demo's hosts are made of: real machines with their disks, and guests; as /sys and smartctl tell it."""

import json
from dataclasses import dataclass
from random import Random

from tui_ops.demo.faults import FaultKind
from tui_ops.demo.hosts import GIB, DemoHost
from tui_ops.demo.worlds import HostWorld

SECTOR = 512
"""Bytes of a sector in /sys/block, whatever the disk has."""

GUEST_ROUNDING = 8 * GIB
"""Virtual disks are cut in round sizes, a little above what is on them."""

HOURS = (9_000, 31_000)
"""Disks have been on for one to three and a half years."""

NEW_HOURS = 11
"""A disk that was put in this night."""

WORN, WEAR = 92, (3, 21)
"""Percent of life used: of the disk that ages, and of the others."""

HEALTHY_C = (29, 36)
"""Temperatures of disks in a cool room, in °C."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A disk, as the kernel or a controller names it."""

    name: str
    model: str
    size: int
    """Bytes."""
    rotational: bool = False
    vendor: str = "ATA"
    has_smart: bool = True
    """Whether smartctl can ask it."""
    slot: int = -1
    """Its place behind a RAID controller, which hides it from the kernel; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine."""

    vendor: str
    product: str
    board: str
    bios: tuple[str, str, str]
    """Vendor, version, date."""
    chassis: int
    """The number that DMI has for its form."""
    cpu_vendor: str
    cpu: str
    cores: int
    chip: str
    """The sensor of the CPU, as the kernel names it; empty on a guest."""
    limits: tuple[int, int]
    """High and critical temperature of the CPU, in °C."""
    idle_w: float
    """What it draws while it does nothing, and how much more at full work."""
    work_w: float
    drives: tuple[Drive, ...]
    version: str = ""

    @property
    def is_guest(self) -> bool:
        """Whether it is a virtual machine."""
        return not self.chip


_BOOT = Drive("sda", "INTEL SSDSC2KB240G8", 240_057_409_536)

MACHINES: dict[str, Machine] = {
    "db": Machine(
        "Supermicro", "AS -1014S-WTRT", "H12SSW-NT", ("American Megatrends Inc.", "2.4", "04/14/2022"), 23,
        "AuthenticAMD", "AMD EPYC 7262 8-Core Processor", 8, "k10temp", (90, 100), 92.0, 118.0,
        (_BOOT, Drive("nvme0n1", "Micron_7400_MTFDKBG960TDZ", 960_197_124_096)),
    ),
    "nas": Machine(
        "Supermicro", "SYS-5019P-WTR", "X11SPW-TF", ("American Megatrends Inc.", "3.3", "02/21/2020"), 23,
        "GenuineIntel", "Intel(R) Xeon(R) Bronze 3206R CPU @ 1.90GHz", 8, "coretemp", (83, 93), 104.0, 96.0,
        (
            _BOOT,
            Drive("sdb", "MR9361-8i", 13_194_139_533_312, True, "AVAGO", has_smart=False),
            *(Drive("bus/0", "HGST HUH721008ALE600", 8_001_563_222_016, True, slot=slot) for slot in range(4)),
        ),
    ),
    "backup": Machine(
        "Supermicro", "SYS-5039C-T", "X11SCA-F", ("American Megatrends Inc.", "1.6", "11/02/2020"), 17,
        "GenuineIntel", "Intel(R) Xeon(R) E-2224 CPU @ 3.40GHz", 4, "coretemp", (82, 100), 68.0, 61.0,
        (
            _BOOT,
            *(Drive(f"sd{letter}", "ST8000NM000A-2KE101", 8_001_563_222_016, True) for letter in "bcdefg"),
        ),
    ),
}  # fmt: skip
"""The real machines, by role; every other host is a guest."""


def machine_of(host: DemoHost) -> Machine:
    """Return what a host is made of."""
    found = MACHINES.get(host.role.name)
    if found is not None:
        return found
    sizes: dict[str, int] = {}
    for mount in host.role.mounts:
        name = mount.device.removeprefix("/dev/").rstrip("0123456789")
        sizes[name] = sizes.get(name, host.role.swap if not sizes else 0) + mount.size
    drives = (
        Drive(name, "QEMU HARDDISK", -(-size // GUEST_ROUNDING) * GUEST_ROUNDING, vendor="QEMU", has_smart=False)
        for name, size in sizes.items()
    )
    return Machine(
        "QEMU", "Standard PC (Q35 + ICH9, 2009)", "", ("SeaBIOS", "1.16.2-debian-1.16.2-1", "04/01/2014"), 1,
        "AuthenticAMD", "AMD EPYC 7543P 32-Core Processor", host.role.cpus, "", (0, 0), 0.0, 0.0, tuple(drives),
        version="pc-q35-7.2",
    )  # fmt: skip


def machine_files(world: HostWorld) -> dict[str, str]:
    """Return what the machine tells of itself, by path below the root."""
    host, machine = world.host, machine_of(world.host)
    random = Random(f"{host.name}/machine")
    return {
        **_dmi(machine),
        "proc/cpuinfo": _cpuinfo(machine, host.role.cpus),
        "etc/timezone": f"{host.site.timezone}\n",
        "etc/machine-id": f"{random.getrandbits(128):032x}\n",
        **_blocks(machine),
        **_smart(world, machine, random),
    }


def _dmi(machine: Machine) -> dict[str, str]:
    """The serial number is not there: only root may read it."""
    values = {
        "sys_vendor": machine.vendor,
        "product_name": machine.product,
        "product_version": machine.version or "0123456789",
        "board_vendor": machine.vendor if machine.board else "",
        "board_name": machine.board,
        "bios_vendor": machine.bios[0],
        "bios_version": machine.bios[1],
        "bios_date": machine.bios[2],
        "chassis_type": str(machine.chassis),
    }
    return {f"sys/class/dmi/id/{name}": f"{value}\n" for name, value in values.items() if value}


def _cpuinfo(machine: Machine, threads: int) -> str:
    flags = "fpu tsc msr sse2 ht lm aes avx2" + (" hypervisor" if machine.is_guest else "")
    return "".join(
        f"processor\t: {number}\nvendor_id\t: {machine.cpu_vendor}\nmodel name\t: {machine.cpu}\n"
        f"physical id\t: 0\nsiblings\t: {threads}\ncore id\t\t: {number % machine.cores}\n"
        f"cpu cores\t: {machine.cores}\nflags\t\t: {flags}\n\n"
        for number in range(threads)
    )


def _blocks(machine: Machine) -> dict[str, str]:
    files = {}
    for drive in machine.drives:
        if drive.slot < 0:
            place = f"sys/block/{drive.name}"
            files[f"{place}/size"] = f"{drive.size // SECTOR}\n"
            files[f"{place}/removable"] = "0\n"
            files[f"{place}/queue/rotational"] = f"{int(drive.rotational)}\n"
            files[f"{place}/device/model"] = f"{drive.model}\n"
            if not drive.name.startswith("nvme"):
                files[f"{place}/device/vendor"] = f"{drive.vendor:<8}\n"
    return files


def _smart(world: HostWorld, machine: Machine, random: Random) -> dict[str, str]:
    """Return what smartctl says: the list of disks, and the health of each."""
    ages = {fault.subject for fault in world.faults if fault.kind is FaultKind.DISK_AGES}
    fresh = {fault.subject for fault in world.faults if fault.kind is FaultKind.ARRAY_REBUILDS}
    rows, files = [], {}
    for drive in machine.drives:
        if not drive.has_smart:
            continue
        hours = NEW_HOURS if drive.name in fresh else random.randint(*HOURS)
        heat, wear = random.randint(*HEALTHY_C), WORN if drive.name in ages else random.randint(*WEAR)
        serial = f"{random.getrandbits(40):010X}"
        device, kind = f"/dev/{drive.name}", "scsi"
        name = drive.name
        if drive.slot >= 0:
            kind = f"megaraid,{drive.slot}"
            name = f"0-{kind}"
        elif drive.name.startswith("nvme"):
            device, kind = device.removesuffix("n1"), "nvme"
            name = device.removeprefix("/dev/")
        rows.append(f"{device} -d {kind} # {device}, {'NVMe' if kind == 'nvme' else 'SCSI'} device\n")
        health = _nvme_health(heat, wear, hours) if kind == "nvme" else _ata_health(drive, heat, wear, hours)
        said = {
            "json_format_version": [1, 0],
            "smartctl": {"version": [7, 3], "exit_status": 0},
            "device": {"name": device, "type": "nvme" if kind == "nvme" else "sat"},
            "model_name": drive.model,
            "serial_number": serial,
            "user_capacity": {"bytes": drive.size},
            "smart_status": {"passed": True},
            "temperature": {"current": heat},
            "power_on_time": {"hours": hours},
            **health,
        }
        files[f"table/smart/{name}"] = json.dumps(said) + "\n"
    return {"table/disks": "".join(rows), **files}


def _nvme_health(heat: int, wear: int, hours: int) -> dict[str, object]:
    return {
        "nvme_smart_health_information_log": {
            "critical_warning": 0,
            "temperature": heat,
            "available_spare": 100,
            "available_spare_threshold": 10,
            "percentage_used": wear,
            "power_on_hours": hours,
            "media_errors": 0,
        }
    }


def _ata_health(drive: Drive, heat: int, wear: int, hours: int) -> dict[str, object]:
    rows = [
        (5, "Reallocated_Sector_Ct", 100, 0),
        (9, "Power_On_Hours", 100, hours),
        (194, "Temperature_Celsius", 100, heat),
    ]
    if drive.rotational:
        rows += [(197, "Current_Pending_Sector", 100, 0), (198, "Offline_Uncorrectable", 100, 0)]
    else:
        rows += [(233, "Media_Wearout_Indicator", 100 - wear, 0)]
    table = [
        {"id": number, "name": name, "value": value, "worst": value, "thresh": 0, "when_failed": "",
         "raw": {"value": raw, "string": str(raw)}}
        for number, name, value, raw in rows
    ]  # fmt: skip
    return {"rotation_rate": 7200 if drive.rotational else 0, "ata_smart_attributes": {"revision": 16, "table": table}}
