"""The devices of a host as /sys and /proc tell them: links, sensors, arrays."""

from collections.abc import Iterable
from random import Random

from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.demo.machines import Machine, machine_of
from tui_ops.demo.programs import REBUILD, runs_containers
from tui_ops.demo.worlds import HostWorld

SPEEDS = {"db": 10_000, "nas": 10_000, "backup": 1_000}
"""Mbit/s of the links of real machines, by role; a guest's link tells none."""

SITE_NETS = {"lon": "10.10.0", "par": "10.20.0", "nyc": "10.30.0"}
"""The networks that the hosts say they are in, whatever address the demo gives them here."""

BONDED = ("eno1", "eno2")
"""The links of a bond."""

LOST_CHANGES, GUEST_ENDS = 7, 3
"""How often a link that is lost had come and gone; ends of containers' links on a host with docker."""

ROOM_C, CLIMB_C = 24.0, 52.0
"""Degrees of a CPU without work, less ten, and how far it climbs at full work."""

FAN_RPM, FAN_STEP = 2_900, 60
"""Revolutions a minute in a cool machine; fans are counted in steps of this, so that they rarely change."""

ARRAY_DISKS, COMPONENT_KIB = "bcdefg", 6 * 2**30
"""The disks of a backup server's array, sdb to sdg, and what it takes of each."""


def device_files(world: HostWorld) -> dict[str, str]:
    """Return what stands still while the host is up, by path below the root; a path that ends in ``/`` is a folder."""
    machine = machine_of(world.host)
    return {**_links(world, machine), **_chips(machine)}


def moving_files(world: HostWorld) -> dict[str, str]:
    """Return what follows the work of a real machine, by path below the root."""
    files: dict[str, str] = {}
    machine = machine_of(world.host)
    if not machine.is_guest:
        heat = ROOM_C + 10 + CLIMB_C * world.work
        fans = int((FAN_RPM + 40 * max(0.0, heat - 40)) / FAN_STEP) * FAN_STEP
        files["sys/class/hwmon/hwmon0/temp1_input"] = f"{round(heat * 2) * 500}\n"
        files["sys/class/hwmon/hwmon1/fan1_input"] = f"{fans}\n"
        files["sys/class/hwmon/hwmon1/fan2_input"] = f"{fans - 3 * FAN_STEP}\n"
        files["sys/class/hwmon/hwmon2/power1_average"] = (
            f"{round(machine.idle_w + machine.work_w * world.work)}000000\n"
        )
    if world.host.role.name == "backup":
        files["proc/mdstat"] = _mdstat(world)
    return files


def _chips(machine: Machine) -> dict[str, str]:
    """Return the sensors' names and limits."""
    if machine.is_guest:
        return {}
    place, (high, critical) = "sys/class/hwmon", machine.limits
    files = {
        "hwmon0/name": machine.chip,
        "hwmon0/temp1_label": "Tctl" if machine.chip == "k10temp" else "Package id 0",
        "hwmon0/temp1_max": f"{high}000",
        "hwmon0/temp1_crit": f"{critical}000",
        "hwmon1/name": "nct6779",
        "hwmon1/fan1_label": "FAN1",
        "hwmon1/fan2_label": "FAN2",
        "hwmon2/name": "power_meter",
    }
    if any(drive.name.startswith("nvme") for drive in machine.drives):
        files |= {
            "hwmon3/name": "nvme",
            "hwmon3/temp1_label": "Composite",
            "hwmon3/temp1_input": "36850",
            "hwmon3/temp1_max": "76850",
            "hwmon3/temp1_crit": "84850",
        }
    return {f"{place}/{path}": f"{text}\n" for path, text in files.items()}


def _links(world: HostWorld, machine: Machine) -> dict[str, str]:
    """Return the interfaces, and what ip says of their addresses."""
    host, random = world.host, Random(f"{world.host.name}/links")
    main, speed = host.role.interface, SPEEDS.get(host.role.name, -1)
    mac = [0x52, 0x54, 0x00] if machine.is_guest else [0x3C, 0xEC, 0xEF]
    mac += [random.randrange(256) for _ in range(3)]
    names = BONDED if main.startswith("bond") else (main,)
    files = _link("lo", "00:00:00:00:00:00", kind=772, state="unknown", mtu=65536)
    for name in names:
        # A bond lends its address to its links.
        files |= _cable(name, _spelt(mac), speed, world.faults)
    if main not in names:
        alive = sum(files[f"sys/class/net/{name}/carrier"] == "1\n" for name in names)
        files |= _link(main, _spelt(mac), "bonding/", speed=speed * alive, duplex="full", changes=3)
    address = f"{SITE_NETS[host.site.name]}.{host.address.rpartition('.')[2]}"
    local = f"fe80::{mac[0] ^ 2:x}{mac[1]:02x}:{mac[2] << 8 | 0xFF:x}:fe{mac[3]:02x}:{mac[4]:x}{mac[5]:02x}"
    at = len(names) + 2 if main not in names else 2
    rows = [
        "1: lo    inet 127.0.0.1/8 scope host lo",
        "1: lo    inet6 ::1/128 scope host noprefixroute",
        f"{at}: {main}    inet {address}/24 brd {address.rpartition('.')[0]}.255 scope global {main}",
        f"{at}: {main}    inet6 {local}/64 scope link",
    ]
    if runs_containers(host):
        files |= _link("docker0", "02:42:7a:11:0c:01", "bridge/")
        for number in range(GUEST_ENDS):
            end = f"veth{random.getrandbits(28):07x}"
            files |= _link(end, f"be:3a:91:00:00:{number:02x}", speed=10_000, duplex="full")
        rows.append(f"{at + 1}: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0")
    files["table/addresses"] = "".join(f"{row}\\       valid_lft forever preferred_lft forever\n" for row in rows)
    return files


def _spelt(mac: list[int]) -> str:
    return ":".join(f"{part:02x}" for part in mac)


def _cable(name: str, mac: str, speed: int, faults: Iterable[Fault]) -> dict[str, str]:
    """Return the files of an interface with a cable, or what stands for one on a guest."""
    kinds = {fault.kind for fault in faults if fault.subject == name}
    if FaultKind.LINK_LOST in kinds:
        return _link(name, mac, "device/", state="down", carrier=False, changes=LOST_CHANGES)
    if FaultKind.LINK_SLOW in kinds:
        return _link(name, mac, "device/", speed=100, duplex="half", changes=4)
    return _link(name, mac, "device/", speed=speed, duplex="full" if speed > 0 else "unknown")


def _link(
    name: str, mac: str, mark: str = "", kind: int = 1, state: str = "up", carrier: bool = True, speed: int = -1,
    duplex: str = "unknown", mtu: int = 1500, changes: int = 2,
) -> dict[str, str]:  # fmt: skip
    """Return the files of one interface; ``mark`` is the folder that tells its kind."""
    place = f"sys/class/net/{name}"
    files = {
        "type": kind, "operstate": state, "carrier": int(carrier), "speed": speed, "duplex": duplex, "mtu": mtu,
        "address": mac, "carrier_changes": changes,
    }  # fmt: skip
    made = {f"{place}/{path}": f"{value}\n" for path, value in files.items()}
    return made | ({f"{place}/{mark}": ""} if mark else {})


def rebuilt(fault: Fault, t: float) -> float:
    """Return how far the rebuilding of an array has come at ``t`` seconds of the story, from 0 to 1."""
    return (REBUILD.age_s + t) / (REBUILD.age_s + fault.until_s)


def _mdstat(world: HostWorld) -> str:
    fault = next((fault for fault in world.faults if fault.kind is FaultKind.ARRAY_REBUILDS), None)
    count = len(ARRAY_DISKS)
    fresh = ARRAY_DISKS.index(fault.subject[-1]) if fault else -1
    numbers = [count if at == fresh else at for at in range(count)]
    members = " ".join(f"sd{letter}1[{numbers[at]}]" for at, letter in reversed(list(enumerate(ARRAY_DISKS))))
    marks = "".join("_" if at == fresh else "U" for at in range(count))
    lines = [
        "Personalities : [raid6] [raid5] [raid4]",
        f"md0 : active raid6 {members}",
        f"      {COMPONENT_KIB * (count - 2)} blocks super 1.2 level 6, 512k chunk, algorithm 2"
        f" [{count}/{marks.count('U')}] [{marks}]",
    ]
    if fault:
        part = rebuilt(fault, world.booted_s + world.uptime_s)
        left_min = (fault.until_s - world.booted_s - world.uptime_s) / 60
        speed = COMPONENT_KIB / (REBUILD.age_s + fault.until_s)
        bar = "=" * int(part * 20) + ">" + "." * (20 - int(part * 20))
        done = int(part * 100) * COMPONENT_KIB // 100
        lines.append(
            f"      [{bar}]  recovery = {part * 100:.1f}% ({done}/{COMPONENT_KIB})"
            f" finish={left_min:.0f}.0min speed={speed:.0f}K/sec"
        )
    lines += ["      bitmap: 3/45 pages [12KB], 65536KB chunk", "", "unused devices: <none>"]
    return "\n".join(lines) + "\n"
