"""What the hosts are made of, as the probe reads it."""

from collections.abc import Callable

import pytest
from support.demo import EPOCH
from support.demo_host import DemoHost

from tui_ops.demo.faults import FAULTS, FaultKind
from tui_ops.demo.story import Story

OPEN = Callable[..., DemoHost]


class TestHardware:
    @pytest.mark.parametrize("name", ["web-01.lon", "db-1.par", "nas-1.lon", "backup-1.lon", "ci-01.nyc", "par-gw"])
    def test_it_is_what_the_vitals_say(self, open_host: OPEN, name: str) -> None:
        """CPUs, memory and time of boot agree with the other files."""
        host = open_host(name)
        document, role = host.read("hardware").document, host.world.host.role
        facts = document["facts"]
        assert isinstance(facts, dict)
        assert (document["threads"], document["memory"]) == (role.cpus, role.memory)
        assert (facts["hostname"], facts["os"], facts["init"]) == (name, role.system.pretty, "systemd")
        assert facts["boot_at"] == pytest.approx(EPOCH + host.world.booted_s, abs=1)
        assert facts["timezone"] == host.world.host.site.timezone
        assert facts["machine_id_known"] is True

    def test_databases_and_storage_are_real_machines(self, open_host: OPEN) -> None:
        """The others are guests."""
        for name, virtual in (("web-01.lon", "kvm"), ("db-1.lon", "none"), ("nas-1.lon", "none"), ("mq-1.lon", "kvm")):
            assert open_host(name).read("hardware").document["virtual"] == virtual

    @pytest.mark.parametrize("host", Story().hosts, ids=lambda host: host.name)
    def test_filesystems_fit_on_their_disks(self, open_host: OPEN, host) -> None:
        """No disk is smaller than what is mounted from it."""
        sizes = {str(disk["name"]): disk["size"] for disk in open_host(host.name).rows("hardware", "disks")}
        for mount in host.role.mounts:
            name = mount.device.removeprefix("/dev/")
            found = [size for disk, size in sizes.items() if name.startswith(disk)]
            assert name.startswith("md") or found[0] >= mount.size  # type: ignore[operator]


class TestDisks:
    def test_one_disk_is_nearly_worn(self, open_host: OPEN) -> None:
        """It is the one of the story; its neighbour is well."""
        fault = next(fault for fault in FAULTS if fault.kind is FaultKind.DISK_AGES)
        disks = {disk["device"]: disk for disk in open_host(fault.host).rows("smart", "disks")}
        assert disks["/dev/nvme0"]["wear"] == 92
        assert all(disk["passed"] for disk in disks.values())
        assert disks["/dev/sda"]["wear"] < 50  # type: ignore[operator]

    def test_disks_behind_a_controller_are_told_apart(self, open_host: OPEN) -> None:
        """The kernel sees one, smartctl four."""
        disks = open_host("nas-1.lon").rows("smart", "disks")
        assert len({disk["device"] for disk in disks}) == len(disks) == 5

    def test_the_new_disk_of_an_array_is_young(self, open_host: OPEN) -> None:
        """It was put in this night."""
        hours = {disk["device"]: disk["hours"] for disk in open_host("backup-1.lon").rows("smart", "disks")}
        assert [device for device, age in hours.items() if age < 24] == ["/dev/sdd"]  # type: ignore[operator]

    def test_a_guest_has_no_disk_to_ask(self, open_host: OPEN) -> None:
        """Nor are those of the machine below asked."""
        document = open_host("web-01.lon").read("smart").document
        assert (document["state"], document["disks"]) == ("none", [])
