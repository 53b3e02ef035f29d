"""Links, sensors, arrays, disks and the machine itself in every shell: trees that stand in for hosts, and this host."""

import json
import os
import shutil
import time
from collections.abc import Callable
from importlib.resources import files as package_files
from pathlib import Path
from typing import ClassVar

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.sections import BY_NAME
from tui_ops.model.readings import SectionReading

FAKE = r"""#!/bin/sh
# Takes what it finds on its input, which must be nothing; notes how it was called; says what its file says.
here=${0%/bin/*}
name=${0##*/}
cat >>"$here/stolen"
printf '%s|' "$name" "$@" >>"$here/calls"
echo >>"$here/calls"
"""

SAYS = FAKE + 'cat "$here/says/$name"\n'

SMARTCTL = (
    FAKE
    + r"""
[ "$1" != --scan ] || exec cat "$here/says/scan"
for device; do :; done
case $device in */slow) exec sleep 600 ;; esac
cat "$here/says/${device##*/}"
"""
)

ZPOOL = FAKE + 'cat "$here/says/zpool-$1"\n'


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Probe]:
    def start(files: dict[str, str | bytes] | None = None) -> Probe:
        root = write_tree(tmp_path / "a [h]ost*", {"proc/uptime": "1 1\n", "stolen": "", "calls": "", **(files or {})})
        return Probe(SHELLS[request.param], root)

    return start


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The tree's own folder: its name has everything in it that a shell could take for more than a name."""
    return tmp_path / "a [h]ost*"


def look(probe: Probe, name: str, number: int = 1, deadline_s: int = 20) -> SectionReading:
    answer = probe.ask(frame.ask_section(name, number, deadline_s))
    assert (answer.kind, answer.number, answer.name) == ("section", number, name)
    reading = BY_NAME[name].parse(answer.body)
    assert probe.ask(frame.tick(number + 1)).number == number + 1
    return reading


def entries(reading: SectionReading, name: str) -> list[dict[str, object]]:
    found = reading.document[name]
    assert isinstance(found, list)
    return found


def link(name: str, **files: str) -> dict[str, str | bytes]:
    """A link's folder; ``device`` and the like become folders."""
    place = f"sys/class/net/{name}"
    rows: dict[str, str | bytes] = {
        f"{place}/type": "1\n",
        f"{place}/operstate": "up\n",
        f"{place}/carrier": "1\n",
        f"{place}/mtu": "1500\n",
        f"{place}/address": "00:1b:21:00:00:01\n",
    }
    rows.update({f"{place}/{file}": content for file, content in files.items() if not file.startswith("has_")})
    rows.update({f"{place}/{file.removeprefix('has_')}/x": "" for file in files if file.startswith("has_")})
    return rows


class TestInterfaces:
    def test_kinds_and_their_order(self, host: Callable[..., Probe]) -> None:
        """Physical links first, then what is made of them, the ends of containers' links last."""
        files: dict[str, str | bytes] = {
            **link("bond0", has_bonding="", speed="20000\n", duplex="full\n"),
            **link("br0", has_bridge="", speed="-1\n"),
            **link("eth0", has_device="", speed="10000\n", duplex="full\n", carrier_changes="4\n"),
            **link("eth0.10"),
            **link("lo", type="772\n", operstate="unknown\n", address="00:00:00:00:00:00\n"),
            **link("tun0", type="65534\n", address="\n"),
            **link("veth1a", speed="10000\n"),
            **link("wlan0", has_device="", has_wireless="", operstate="dormant\n", carrier="0\n"),
            "sys/class/net/bonding_masters": "bond0\n",
            "proc/net/vlan/eth0.10": "eth0.10  VID: 10\n",
            "bin/ip": SAYS,
            "says/ip": "1: lo    inet 127.0.0.1/8 scope host lo\\ x\n3: eth0    inet6 fe80::1/64 scope link\n",
        }
        with host(files) as probe:
            found = entries(look(probe, "interfaces"), "interfaces")
        assert [(one["name"], one["kind"]) for one in found] == [
            ("eth0", "physical"),
            ("wlan0", "wireless"),
            ("bond0", "bond"),
            ("br0", "bridge"),
            ("eth0.10", "vlan"),
            ("lo", "loopback"),
            ("tun0", "virtual"),
            ("veth1a", "virtual"),
        ]
        eth0 = found[0]
        assert (eth0["speed_mbit"], eth0["duplex"], eth0["changes"], eth0["mtu"]) == (10000, "full", 4, 1500)
        assert (eth0["addresses"], found[5]["addresses"]) == (["fe80::1/64"], ["127.0.0.1/8"])
        assert (found[1]["carrier"], found[1]["speed_mbit"], found[3]["speed_mbit"]) == (False, None, None)

    def test_a_host_full_of_containers(self, host: Callable[..., Probe], tree: Path) -> None:
        """Its own links are there, and only so many of the others."""
        files: dict[str, str | bytes] = {"bin/ip": SAYS, "says/ip": ""}
        for at in range(150):
            files |= link(f"veth{at}")
        with host({**files, **link("wan0", has_device=""), **link("lo", type="772\n")}) as probe:
            found = entries(look(probe, "interfaces"), "interfaces")
        assert [one["name"] for one in found[:2]] == ["wan0", "lo"]
        assert len(found) == 128
        assert (tree / "calls").read_text() == "ip|-o|addr|show|\n"
        assert (tree / "stolen").read_text() == ""

    def test_a_host_without_sys(self, host: Callable[..., Probe]) -> None:
        """A sandbox that hides its links still has addresses."""
        with host({"bin/ip": SAYS, "says/ip": "2: eth0 inet 10.0.0.2/24 scope global eth0\n"}) as probe:
            (only,) = entries(look(probe, "interfaces"), "interfaces")
        assert (only["name"], only["kind"], only["addresses"]) == ("eth0", "", ["10.0.0.2/24"])


def chip(number: int, name: str, **files: str) -> dict[str, str | bytes]:
    return {f"sys/class/hwmon/hwmon{number}/{file}": f"{text}\n" for file, text in {"name": name, **files}.items()}


class TestSensors:
    ZONE: ClassVar[dict[str, str | bytes]] = {
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
        "sys/class/thermal/thermal_zone0/temp": "51000\n",
        "sys/class/thermal/thermal_zone0/trip_point_0_type": "passive\n",
        "sys/class/thermal/thermal_zone0/trip_point_0_temp": "80000\n",
        "sys/class/thermal/thermal_zone0/trip_point_1_type": "critical\n",
        "sys/class/thermal/thermal_zone0/trip_point_1_temp": "110000\n",
        "sys/class/thermal/thermal_zone1/type": "broken\n",
    }

    def test_chips_and_what_they_measure(self, host: Callable[..., Probe]) -> None:
        """Temperatures, fans and power with their limits and labels; broken inputs and thermal zones are left out."""
        files: dict[str, str | bytes] = {
            **chip(
                0, "coretemp", temp1_input="50000", temp1_label="Package id 0", temp1_max="80000", temp1_crit="99000"
            ),
            **chip(
                1, "coretemp", temp1_input="81000", temp1_label="Package id 1", temp1_max="80000", temp1_crit="99000"
            ),
            **chip(
                2, "board", fan1_input="900", fan1_label="CPU Fan", temp1_input="9000", temp1_fault="1", temp2_input=""
            ),
            **chip(3, "meter", power1_average="120500000", power1_input="1000000", power2_input="40000000"),
            "sys/class/hwmon/hwmon4/device/name": "old\n",
            "sys/class/hwmon/hwmon4/device/temp1_input": "-4500\n",
            **self.ZONE,
        }
        with host(files) as probe:
            reading = look(probe, "sensors")
        assert reading.gauges == {
            ("sensor.temperature", "coretemp/Package id 0"): 50.0,
            ("sensor.temperature", "coretemp-2/Package id 1"): 81.0,
            ("sensor.fan", "board/CPU Fan"): 900.0,
            ("sensor.power", "meter/power1"): 120.5,
            ("sensor.power", "meter/power2"): 40.0,
            ("sensor.temperature", "old/temp1"): -4.5,
        }
        assert [status.text for status in reading.statuses] == [
            "coretemp-2/Package id 1 at 81 °C, high from 80 °C",
        ]

    def test_thermal_zones_where_there_is_nothing_else(self, host: Callable[..., Probe]) -> None:
        """A board without chips still has the kernel's zones, with the point at which it switches itself off."""
        with host({**self.ZONE, **chip(0, "fan", fan1_input="700")}) as probe:
            found = entries(look(probe, "sensors"), "sensors")
        assert [(one["chip"], one["name"], one["value"], one["critical"]) for one in found] == [
            ("fan", "fan1", 700.0, None),
            ("thermal", "cpu-thermal", 51.0, 110.0),
        ]

    def test_supplies(self, host: Callable[..., Probe], tree: Path) -> None:
        """A laptop's mains and battery are told, the battery of its mouse is not."""
        place = "sys/class/power_supply"
        files: dict[str, str | bytes] = {
            f"{place}/AC/type": "Mains\n",
            f"{place}/AC/online": "0\n",
            f"{place}/BAT0/type": "Battery\n",
            f"{place}/BAT0/capacity": "57\n",
            f"{place}/BAT0/status": "Not charging\n",
            f"{place}/mouse/type": "Battery\n",
            f"{place}/mouse/scope": "Device\n",
            f"{place}/mouse/status": "Discharging\n",
        }
        with host(files) as probe:
            reading = look(probe, "sensors")
            (tree / f"{place}/BAT0/status").write_text("Discharging\n")
            later = look(probe, "sensors", 3)
        assert entries(reading, "supplies") == [
            {"name": "AC", "type": "Mains", "online": False, "percent": None, "status": ""},
            {"name": "BAT0", "type": "Battery", "online": None, "percent": 57, "status": "Not charging"},
        ]
        assert reading.statuses == ()
        assert [status.text for status in later.statuses] == ["on battery, 57 % left"]


class TestArrays:
    MDSTAT = (
        "Personalities : [raid1] \nmd0 : active raid1 sdb1[1](F) sda1[0]\n      1024 blocks super 1.2 [2/1] [U_]\n\n"
        "unused devices: <none>\n"
    )

    def test_md_and_zfs(self, host: Callable[..., Probe], tree: Path) -> None:
        """Both kinds come out of one run, and zpool is asked for exactly two things."""
        files: dict[str, str | bytes] = {
            "proc/mdstat": self.MDSTAT,
            "proc/spl/kstat/zfs/tank/state": "DEGRADED\n",
            "proc/spl/kstat/zfs/arcstats": "x\n",
            "bin/zpool": ZPOOL,
            "says/zpool-list": "tank\t1000\t400\t600\tDEGRADED\n",
            "says/zpool-status": "  pool: tank\n state: DEGRADED\nstatus: One or more devices are gone.\n",
        }
        with host(files) as probe:
            reading = look(probe, "arrays")
        assert [(one["name"], one["state"], one["size"]) for one in entries(reading, "arrays")] == [
            ("md0", "degraded", 1024 * 1024),
            ("tank", "DEGRADED", 1000),
        ]
        assert [status.text for status in reading.statuses] == [
            "array md0 is degraded, 1 disk missing",
            "pool tank is DEGRADED: One or more devices are gone",
        ]
        assert (tree / "calls").read_text().splitlines() == [
            "zpool|list|-Hp|-o|name,size,allocated,free,health|",
            "zpool|status|-x|",
        ]
        assert (tree / "stolen").read_text() == ""

    def test_zpool_is_not_asked_of_a_suspended_pool(self, host: Callable[..., Probe], tree: Path) -> None:
        """It would never return, nor could anybody end it."""
        files = {"proc/spl/kstat/zfs/tank/state": "SUSPENDED\n", "bin/zpool": ZPOOL, "says/zpool-list": ""}
        with host(files) as probe:
            reading = look(probe, "arrays")
        assert [status.text for status in reading.statuses] == ["pool tank is SUSPENDED"]
        assert (tree / "calls").read_text() == ""

    def test_a_zpool_that_hangs_is_ended_and_not_asked_again(self, host: Callable[..., Probe], tree: Path) -> None:
        """No answer to the first question is told, and the second one is not put."""
        with host({"bin/zpool": FAKE + "exec sleep 600\n"}) as probe:
            reading = look(probe, "arrays")
        assert [status.severity.value for status in reading.statuses] == ["unknown"]
        assert len((tree / "calls").read_text().splitlines()) == 1

    def test_a_host_with_neither(self, host: Callable[..., Probe]) -> None:
        """Most hosts have no array, and nothing is wrong with that."""
        with host() as probe:
            reading = look(probe, "arrays")
        assert (reading.document["arrays"], reading.statuses) == ([], ())


HEALTHY = json.dumps({"model_name": "X", "serial_number": "S3CRET", "smart_status": {"passed": True}}, indent=2)


class TestSmart:
    def test_each_disk_is_asked_once_and_politely(self, host: Callable[..., Probe], tree: Path) -> None:
        """A sleeping disk is not woken; types go along, but for the one that keeps smartctl from finding out."""
        scan = (
            "/dev/sda -d scsi # /dev/sda, SCSI device\n"
            "/dev/nvme0 -d nvme # /dev/nvme0, NVMe device\n"
            "/dev/bus/0 -d sat+megaraid,4 # /dev/bus/0 [megaraid_disk_04]\n"
            "# /dev/sdx -d scsi\n"
            "/dev/sdb;id -d scsi\n"
            "/dev/$(id) -d scsi\n"
            "/dev/* -d scsi\n"
            "/etc/passwd -d scsi\n"
            "/dev/sdc -d scsi;id\n"
            "/dev/sdd -d --set\n"
        )
        files = {"bin/smartctl": SMARTCTL, "says/scan": scan, "says/sda": HEALTHY, "says/nvme0": "", "says/0": HEALTHY}
        with host(files) as probe:
            reading = look(probe, "smart", deadline_s=60)
        asked = "smartctl|--json=c|-n|standby|-H|-A|-i|"
        assert (tree / "calls").read_text().splitlines() == [
            "smartctl|--scan|",
            f"{asked}/dev/sda|",
            f"{asked}-d|nvme|/dev/nvme0|",
            f"{asked}-d|sat+megaraid,4|/dev/bus/0|",
        ]
        assert (tree / "stolen").read_text() == ""
        assert [(one["device"], one["passed"]) for one in entries(reading, "disks")] == [
            ("/dev/sda", True),
            ("/dev/nvme0", None),
            ("/dev/bus/0 sat+megaraid,4", True),
        ]
        assert "S3CRET" not in json.dumps(reading.document)

    def test_a_disk_that_does_not_answer_costs_its_time_and_no_more(self, host: Callable[..., Probe]) -> None:
        """It is ended; when the time is nearly over no further disk is asked, and the section still comes in time."""
        files = {"bin/smartctl": SMARTCTL, "says/scan": "/dev/slow -d nvme\n/dev/sda -d scsi\n", "says/sda": HEALTHY}
        with host(files) as probe:
            started = time.monotonic()
            reading = look(probe, "smart", deadline_s=4)
            assert time.monotonic() - started < 4
        assert [(one["device"], one["text"]) for one in entries(reading, "disks")] == [
            ("/dev/slow", "no answer in time"),
            ("/dev/sda", "not asked: the time was over"),
        ]

    def test_an_answer_without_end_is_cut(self, host: Callable[..., Probe]) -> None:
        """One disk can't fill the frame of all."""
        files = {"bin/smartctl": SMARTCTL, "says/scan": "/dev/sda\n", "says/sda": '{"a":"' + "x" * 500_000}
        with host(files) as probe:
            answer = probe.ask(frame.ask_section("smart", 1, 20))
        assert len(answer.body) < 20_100


def files_of_a_machine() -> dict[str, str | bytes]:
    dmi, block = "sys/class/dmi/id", "sys/block"
    cpu = "model name\t: Some CPU\ncpu cores\t: 2\nflags\t\t: fpu hypervisor vme\n\n"
    cpus = "".join(f"processor\t: {at}\nphysical id\t: {at % 2}\n{cpu}" for at in range(8))
    files: dict[str, str | bytes] = {
        f"{dmi}/sys_vendor": "QEMU\n",
        f"{dmi}/product_name": "Standard PC (Q35 + ICH9, 2009)\n",
        f"{dmi}/product_version": "Not Specified\n",
        f"{dmi}/chassis_type": "23\n",
        "proc/cpuinfo": cpus,
        "proc/meminfo": "MemTotal:        1024 kB\nMemFree: 1 kB\n",
        "proc/stat": "cpu 1 2 3\nintr 1\nbtime 1700000000\n",
        "proc/1/comm": "systemd\n",
        "proc/sys/kernel/hostname": "box\n",
        "etc/os-release": 'NAME="Some"\nPRETTY_NAME="Some Linux 1"\n',
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        f"{block}/cciss!c0d0/size": "100\n",
        f"{block}/sda/size": "2000\n",
        f"{block}/sda/queue/rotational": "1\n",
        f"{block}/sda/removable": "0\n",
        f"{block}/sda/device/vendor": "ATA     \n",
        f"{block}/sda/device/model": "WDC WD40EFRX-68N\n",
        f"{block}/mmcblk0/size": "50\n",
        f"{block}/mmcblk0/device/name": "SD32G\n",
        f"{block}/sdz/size": "0\n",
        "bin/uname": "#!/bin/sh\necho Linux 6.1.0 x86_64\n",
        "bin/systemd-detect-virt": FAKE + "exit 1\n",
    }
    for name in ("loop0", "ram0", "zram0", "sr0", "dm-0", "md0", "nvme0c0n1", "mmcblk0boot0"):
        files[f"{block}/{name}/size"] = "100\n"
    return files


class TestHardware:
    def test_a_machine(self, host: Callable[..., Probe], tree: Path) -> None:
        """Firmware, CPUs, memory, disks and system, from files alone where systemd can't be asked."""
        (tree / "etc").mkdir(parents=True)
        (tree / "etc/localtime").symlink_to("../usr/share/zoneinfo/Europe/Berlin")
        with host(files_of_a_machine()) as probe:
            document = look(probe, "hardware").document
        assert document == {
            "vendor": "QEMU",
            "product": "Standard PC (Q35 + ICH9, 2009)",
            "version": "",
            "serial": "",
            "board": "",
            "bios": "",
            "chassis": "rack mount",
            "virtual": "kvm",
            "cpu": "Some CPU",
            "sockets": 2,
            "cores": 4,
            "threads": 8,
            "arch": "x86_64",
            "memory": 1024 * 1024,
            "disks": [
                {"name": "cciss/c0d0", "size": 51200, "model": "", "rotational": None, "removable": False},
                {"name": "mmcblk0", "size": 25600, "model": "SD32G", "rotational": None, "removable": False},
                {"name": "sda", "size": 1024000, "model": "WDC WD40EFRX-68N", "rotational": True, "removable": False},
            ],
            "facts": {
                "hostname": "box",
                "kernel": "6.1.0",
                "os": "Some Linux 1",
                "boot_at": 1700000000,
                "init": "systemd",
                "timezone": "Europe/Berlin",
                "machine_id_known": True,
            },
        }
        assert (tree / "stolen").read_text() == ""

    def test_a_board_whose_name_ends_in_a_zero_byte(self, host: Callable[..., Probe]) -> None:
        """As the device tree writes it, without a newline."""
        files: dict[str, str | bytes] = {
            "proc/device-tree/model": b"Raspberry Pi 4 Model B\0",
            "proc/cpuinfo": "processor\t: 0\nCPU part\t: 0xd08\n",
            "etc/timezone": "Europe/London\n",
            "bin/systemd-detect-virt": FAKE + "echo none\nexit 1\n",
        }
        with host(files) as probe:
            document = look(probe, "hardware").document
        assert (document["product"], document["cpu"], document["virtual"]) == (
            "Raspberry Pi 4 Model B",
            "Cortex-A72",
            "none",
        )
        facts = document["facts"]
        assert isinstance(facts, dict)
        assert (facts["timezone"], facts["machine_id_known"], facts["boot_at"]) == ("Europe/London", False, None)

    def test_a_container(self, host: Callable[..., Probe]) -> None:
        """Without systemd it is known by the mark that its engine leaves."""
        with host({".dockerenv": "", "bin/systemd-detect-virt": FAKE + "exit 127\n"}) as probe:
            assert look(probe, "hardware").document["virtual"] == "docker"


@pytest.mark.parametrize("shell", list(SHELLS))
class TestThisMachine:
    def test_its_interfaces(self, shell: str) -> None:
        """Every link that the kernel has is told, with its addresses."""
        with Probe(SHELLS[shell]) as probe:
            found = {str(one["name"]): one for one in entries(look(probe, "interfaces"), "interfaces")}
        names = [path.name for path in Path("/sys/class/net").iterdir() if path.is_dir()]
        assert len(found) == min(len(names), 128)
        assert (found["lo"]["kind"], found["lo"]["speed_mbit"]) == ("loopback", None)
        if shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
            assert "127.0.0.1/8" in str(found["lo"]["addresses"])

    def test_its_hardware(self, shell: str) -> None:
        """What it says of itself is what Python knows of it."""
        with Probe(SHELLS[shell]) as probe:
            document = look(probe, "hardware").document
        facts = document["facts"]
        assert isinstance(facts, dict)
        assert document["arch"] == os.uname().machine
        assert facts["kernel"] == os.uname().release
        assert facts["hostname"] == Path("/proc/sys/kernel/hostname").read_text().strip()
        total = Path("/proc/meminfo").read_text().split()[1]
        assert document["memory"] == int(total) * 1024

    @pytest.mark.parametrize("name", ["sensors", "arrays"])
    def test_the_others_answer_too(self, shell: str, name: str) -> None:
        """Whatever there is or is not, the section is a whole one."""
        with Probe(SHELLS[shell]) as probe:
            assert look(probe, name).section == name


@pytest.mark.parametrize("name", ["interfaces", "sensors", "arrays", "hardware"])
def test_globbing_is_off_again(name: str) -> None:
    """A section that looks for files by pattern puts the shell back as it was, before it does anything else."""
    lines = package_files("tui_ops.probes").joinpath(f"sections/{name}.sh").read_text("utf-8").split("\n")
    on = [at for at, line in enumerate(lines) if line.strip() == "set +f"]
    assert on
    assert all(lines[at + 1].strip().startswith("set -- ") and lines[at + 2].strip() == "set -f" for at in on)
