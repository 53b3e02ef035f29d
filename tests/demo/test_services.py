"""Units, listening sockets and containers, as the probe reads them."""

from collections.abc import Callable

import pytest
from support.demo_host import DemoHost

from tui_ops.demo.faults import FAULTS, FaultKind

OPEN = Callable[..., DemoHost]


class TestUnits:
    def test_what_runs_has_its_unit(self, open_host: OPEN) -> None:
        """The services of the role are active, what happens now and then is only counted."""
        document = open_host("db-1.lon").read("units").document
        units = {unit["name"]: unit for unit in document["units"]}  # type: ignore[attr-defined]
        assert (document["manager"], document["state"]) == ("systemd", "running")
        assert units["postgresql@15-main.service"]["sub"] == "running"
        assert units["var-lib-postgresql.mount"]["sub"] == "mounted"
        assert document["counts"]["inactive"] > 5  # type: ignore[index]

    def test_one_host_is_degraded(self, open_host: OPEN) -> None:
        """A unit that failed is the first of the list."""
        document = open_host("web-02.par").read("units").document
        assert document["state"] == "degraded"
        assert document["units"][0]["name"] == "certbot.service"  # type: ignore[index]

    def test_the_culprit_has_its_unit(self, open_host: OPEN) -> None:
        """Who will take the memory is a service like others."""
        fault = next(fault for fault in FAULTS if fault.kind is FaultKind.MEMORY)
        names = {unit["name"] for unit in open_host(fault.host).rows("units", "units")}
        assert "report-export.service" in names


class TestSockets:
    @pytest.mark.parametrize(
        ("name", "ports"),
        [
            ("web-01.lon", {22: "sshd", 80: "nginx", 443: "nginx", 8080: "app"}),
            ("web-01.nyc", {443: "nginx", 9001: "docker-proxy"}),
            ("db-1.par", {22: "sshd", 5432: "postgres", 6432: "pgbouncer"}),
            ("nas-1.lon", {111: "rpcbind", 445: "smbd", 2049: "ganesha.nfsd"}),
            ("cache-1.lon", {6379: "redis-server"}),
        ],
    )
    def test_the_role_listens(self, open_host: OPEN, name: str, ports: dict[int, str]) -> None:
        """On its ports, by the processes that are there."""
        host = open_host(name)
        rows = host.rows("sockets", "sockets")
        found = {row["port"]: row["process"] for row in rows}
        assert {port: found.get(port) for port in ports} == ports
        pids = {one.pid: one.name for one in host.world.processes}
        assert all(pids[row["pid"]] == row["process"] for row in rows)  # type: ignore[index]

    def test_after_a_boot_they_are_others(self, open_host: OPEN) -> None:
        """The list follows the processes."""
        host = open_host("web-02.lon")
        before = host.rows("sockets", "sockets")
        host.at(5 * 60)
        after = host.rows("sockets", "sockets")
        assert [row["port"] for row in before] == [row["port"] for row in after]
        assert {row["pid"] for row in after} <= {one.pid for one in host.world.processes}
        assert before != after


class TestContainers:
    def test_billing_runs_in_containers(self, open_host: OPEN) -> None:
        """All of them are well; one has done its work."""
        document = open_host("web-01.nyc").read("containers").document
        assert document["engines"] == [{"name": "docker", "state": "ok", "text": ""}]
        states = {row["name"]: row["state"] for row in document["containers"]}  # type: ignore[attr-defined]
        assert states["billing-api"] == "running"
        assert states["billing-migrate"] == "exited"

    def test_one_container_does_not_stay_up(self, open_host: OPEN) -> None:
        """It comes first."""
        rows = open_host("ci-01.nyc").rows("containers", "containers")
        assert [row["state"] for row in rows] == ["restarting", "running", "running", "exited"]

    def test_most_hosts_have_no_docker(self, open_host: OPEN) -> None:
        """Nor do they show that of the machine below."""
        assert open_host("web-01.lon").read("containers").document == {"engines": [], "containers": []}
