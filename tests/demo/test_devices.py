"""Links, sensors and arrays, as the probe reads them."""

from collections.abc import Callable
from typing import Any

import pytest
from support.demo_host import DemoHost

from tui_ops.demo.faults import FAULTS, Fault, FaultKind

OPEN = Callable[..., DemoHost]


def fault_of(kind: FaultKind) -> Fault:
    return next(fault for fault in FAULTS if fault.kind is kind)


def links(host: DemoHost) -> dict[str, dict[str, Any]]:
    return {str(row["name"]): row for row in host.rows("interfaces", "interfaces")}


class TestLinks:
    def test_the_main_link_has_the_hosts_address(self, open_host: OPEN) -> None:
        """In the network of its site, with the number of its place."""
        link = links(open_host("web-01.par"))["ens3"]
        assert (link["state"], link["carrier"], link["kind"]) == ("up", True, "physical")
        assert link["addresses"][0] == "10.20.0.7/24"
        assert link["addresses"][1].startswith("fe80::5054:ff:fe")

    def test_one_link_of_a_bond_is_lost(self, open_host: OPEN) -> None:
        """The bond runs at half its speed."""
        found = links(open_host(fault_of(FaultKind.LINK_LOST).host))
        assert (found["eno2"]["state"], found["eno2"]["carrier"], found["eno2"]["speed_mbit"]) == ("down", False, None)
        assert (found["bond0"]["kind"], found["bond0"]["state"], found["bond0"]["speed_mbit"]) == ("bond", "up", 10_000)
        assert links(open_host("nas-1.lon", faults=()))["bond0"]["speed_mbit"] == 20_000

    def test_one_link_is_slow(self, open_host: OPEN) -> None:
        """It has agreed on half duplex with its switch."""
        fault = fault_of(FaultKind.LINK_SLOW)
        slow, other = (links(open_host(name))["eno1"] for name in (fault.host, "backup-1.lon"))
        assert (slow["speed_mbit"], slow["duplex"]) == (100, "half")
        assert (other["speed_mbit"], other["duplex"]) == (1000, "full")

    def test_docker_brings_a_bridge(self, open_host: OPEN) -> None:
        """With the ends of its containers' links."""
        kinds = [link["kind"] for link in links(open_host("ci-01.nyc")).values()]
        assert kinds.count("bridge") == 1
        assert kinds.count("virtual") == 3


class TestSensors:
    def test_a_guest_has_none(self, open_host: OPEN) -> None:
        """As on most clouds."""
        assert open_host("web-01.lon").read("sensors").document == {"sensors": [], "supplies": []}

    @pytest.mark.parametrize("name", ["db-1.lon", "nas-1.lon", "backup-1.par"])
    def test_temperatures_follow_the_work(self, open_host: OPEN, name: str) -> None:
        """Warmer with more work, and the fans faster; far from the limits."""
        host = open_host(name)
        heats = []
        for t in range(0, 86400, 7200):
            host.at(t)
            heats.append((host.world.work, host.rows("sensors", "sensors")[0]["value"]))
        calm, busy = min(heats), max(heats)
        assert 34 <= calm[1] <= busy[1] < 70  # type: ignore[operator]
        assert busy[1] - calm[1] == pytest.approx(52 * (busy[0] - calm[0]), abs=0.6)  # type: ignore[operator]


class TestArrays:
    def test_an_array_is_rebuilt(self, open_host: OPEN) -> None:
        """It gets on with the story's clock, and is whole at the end."""
        fault = fault_of(FaultKind.ARRAY_REBUILDS)
        host = open_host(fault.host)
        seen = []
        for t in (0, 3600, fault.until_s - 60, fault.until_s + 1):
            host.at(t)
            seen += host.rows("arrays", "arrays")
        assert [one["state"] for one in seen] == ["rebuilding"] * 3 + ["active"]
        assert [one["progress"] for one in seen] == [77.4, pytest.approx(87.1, abs=0.1), pytest.approx(99.8), None]
        assert [one["missing"] for one in seen] == [1, 1, 1, 0]
        assert {one["name"] for one in seen[0]["devices"] if one["state"] == "rebuilding"} == {"sdd1"}  # type: ignore[attr-defined]
        assert seen[0]["size"] == 24 * 2**40

    def test_only_backup_servers_have_arrays(self, open_host: OPEN) -> None:
        """Whatever the machine below has."""
        assert open_host("db-1.lon").read("arrays").document == {"arrays": [], "text": ""}
        assert [one["state"] for one in open_host("backup-1.par").rows("arrays", "arrays")] == ["active"]
