"""Who runs on a host, and what each takes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.demo_host import DemoHost

from tui_ops.collectors.processes import derive_top
from tui_ops.demo.faults import FAULTS, Fault, FaultKind
from tui_ops.demo.story import Story
from tui_ops.demo.worlds import HostWorld, Process

STORY = Story(1)
MIB = 2**20
OPEN = Callable[..., DemoHost]


def fault_of(kind: FaultKind) -> Fault:
    return next(fault for fault in FAULTS if fault.kind is kind)


def named(world: HostWorld, name: str) -> list[Process]:
    return [one for one in world.processes if one.name == name]


class TestEverybody:
    @pytest.mark.parametrize("host", STORY.hosts, ids=lambda host: host.name)
    def test_they_fit_their_host(self, host) -> None:
        """Fifteen to forty-five with ids of their own, begun after boot, whose parents are there too."""
        world = STORY.world(host.name, 0)
        pids = [one.pid for one in world.processes]
        assert 15 <= len(pids) <= 45
        assert pids == sorted(set(pids))
        assert {one.parent for one in world.processes} <= {0, *pids}
        assert all(0 <= one.start / 100 <= world.uptime_s for one in world.processes)
        assert sum(one.rss for one in world.processes) < world.memory.total - world.memory.available

    @given(place=st.integers(0, 23), t=st.floats(0, 5000), step=st.floats(0, 600))
    @settings(max_examples=150, deadline=None)
    def test_their_time_is_the_hosts(self, place: int, t: float, step: float) -> None:
        """No process goes back, and all together take no more than the host's CPUs were busy."""
        name = STORY.hosts[place].name
        before, after = STORY.world(name, t), STORY.world(name, t + step)
        if before.boot_id != after.boot_id:
            return
        earlier = {(one.pid, one.start): one for one in before.processes}
        taken = 0
        for one in after.processes:
            base = earlier.get((one.pid, one.start))
            assert base is None or (one.user >= base.user and one.system >= base.system)
            taken += one.user + one.system - (base.user + base.system if base else 0)
        cpus = [world.cpu.user + world.cpu.nice + world.cpu.system for world in (before, after)]
        # Ticks are cut one by one, and a program that is restarted brings the time of its own start along.
        assert taken <= cpus[1] - cpus[0] + 2 * len(after.processes) + 600

    def test_few_of_them_change(self) -> None:
        """What stands still is the same object at every look, so that it is not written again."""
        for host in STORY.hosts:
            before, after = (STORY.world(host.name, t) for t in (20, 30))
            same = {id(one) for one in before.processes}
            assert sum(id(one) not in same for one in after.processes) <= 10

    def test_a_boot_begins_with_new_ones(self) -> None:
        """After a crash everybody is young."""
        fault = fault_of(FaultKind.VANISHES)
        before, after = (STORY.world(fault.host, t) for t in (fault.begin_s - 1, fault.until_s + 1))
        assert all(one.start / 100 <= after.uptime_s for one in after.processes)
        assert sum(one.user for one in after.processes) < sum(one.user for one in before.processes)


class TestCulprits:
    def test_a_dump_keeps_the_disk_busy_while_it_stalls(self) -> None:
        """It comes with the fault, waits for the disk, and goes with it."""
        fault = fault_of(FaultKind.IO_STALL)
        worlds = [STORY.world(fault.host, t) for t in (fault.begin_s - 1, fault.begin_s + 60, fault.until_s + 1)]
        assert [len(named(world, "pg_dump")) for world in worlds] == [0, 1, 0]
        assert named(worlds[1], "pg_dump")[0].state == "D"

    def test_a_report_takes_memory_and_is_restarted(self) -> None:
        """One process grows by gigabytes; after the fault another one is small again."""
        fault = fault_of(FaultKind.MEMORY)
        times = (0.0, fault.begin_s + fault.rise_s + 5, fault.until_s + 60)
        before, during, after = (named(STORY.world(fault.host, t), "java")[0] for t in times)
        assert before.rss == after.rss < 400 * MIB < 3000 * MIB < during.rss
        assert before.pid == during.pid != after.pid


class TestFiles:
    def test_the_probe_reads_them_as_they_are(self, open_host: OPEN) -> None:
        """Names, states, threads, memory and CPU time arrive through /proc/PID/stat."""
        host = open_host("ci-01.nyc", t=100)
        found = {one.pid: one for one in host.processes().processes}
        assert found.keys() == {one.pid for one in host.world.processes}
        for one in host.world.processes:
            read = found[one.pid]
            assert (read.ppid, read.state, read.name, read.threads) == (one.parent, one.state, one.name, one.threads)
            assert read.rss == one.rss // 4096 * 4096
            assert read.cpu_s == pytest.approx((one.user + one.system) / 100)

    def test_owners_and_commands_are_told(self, open_host: OPEN) -> None:
        """By the tree's own ls, which knows whose they are pretended to be."""
        host = open_host("web-01.lon")
        asked = {one.pid: one for one in host.world.processes}
        assert host.commands(*asked) == {pid: (one.owner, one.command) for pid, one in asked.items()}

    def test_the_hot_one_is_at_the_top(self, open_host: OPEN) -> None:
        """While the disk stalls, two looks show who uses most of a CPU; when it is over, its folder is gone."""
        fault = fault_of(FaultKind.IO_STALL)
        host = open_host(fault.host, t=fault.begin_s + 30)
        before = host.processes()
        host.at(fault.begin_s + 32)
        top = derive_top(before, host.processes(), {}).document["top"]
        assert isinstance(top, list)
        assert (top[0]["name"], top[0]["state"]) == ("pg_dump", "D")
        assert top[0]["cpu"] == pytest.approx(90, abs=2)
        host.at(fault.until_s + 1)
        assert "pg_dump" not in {one.name for one in host.processes().processes}
        assert top[0]["pid"] not in host.commands(1, top[0]["pid"])
