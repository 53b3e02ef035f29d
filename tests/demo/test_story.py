"""One seed, one story."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.demo.errors import DemoError
from tui_ops.demo.faults import FAULTS, Fault, FaultKind
from tui_ops.demo.hosts import make_hosts
from tui_ops.demo.story import Story
from tui_ops.demo.worlds import HostWorld

STORIES = {seed: Story(seed) for seed in (1, 2, 3)}
PLACES = st.integers(0, 23)
TIMES = st.floats(0, 90000)


def counters(world: HostWorld) -> list[int]:
    """Everything that may only grow within one boot."""
    found = [getattr(world.cpu, one.name) for one in fields(world.cpu)] + [world.switches, world.forks]
    for disk in world.disks:
        found += [disk.reads, disk.read_bytes, disk.read_ms, disk.writes, disk.write_bytes, disk.write_ms, disk.busy_ms]
    for one in world.interfaces:
        found += [one.rx_bytes, one.rx_packets, one.tx_bytes, one.tx_packets]
    found += [world.tcp.segments_in, world.tcp.segments_out, world.tcp.retransmits]
    return found + [pressure.total_us for pressure in world.pressure.values()]


class TestTelling:
    @given(seed=st.integers(), place=PLACES, t=TIMES)
    @settings(max_examples=30, deadline=None)
    def test_the_same_seed_tells_the_same_story(self, seed: int, place: int, t: float) -> None:
        """Two tellers agree on everything, whatever they were asked before."""
        one, other = Story(seed), Story(seed)
        name = one.hosts[place].name
        other.world(name, 5.0)
        assert one.world(name, t) == other.world(name, t)

    def test_another_seed_tells_another_story(self) -> None:
        """Uptime, load and boot id are drawn from the seed."""
        one, other = (STORIES[seed].world("web-01.lon", 60.0) for seed in (1, 2))
        assert one.boot_id != other.boot_id
        assert one.cpu != other.cpu

    @given(seed=st.sampled_from([1, 2, 3]), place=PLACES, t=TIMES, step=st.floats(0, 600))
    @settings(max_examples=300, deadline=None)
    def test_counters_never_go_back(self, seed: int, place: int, t: float, step: float) -> None:
        """Within one boot every counter grows or stands, however close two looks are."""
        story = STORIES[seed]
        name = story.hosts[place].name
        before, after = story.world(name, t), story.world(name, t + step)
        if before.boot_id == after.boot_id:
            assert all(one <= other for one, other in zip(counters(before), counters(after), strict=True))

    @given(seed=st.sampled_from([1, 2, 3]), place=PLACES, t=TIMES)
    @settings(max_examples=200, deadline=None)
    def test_numbers_make_sense(self, seed: int, place: int, t: float) -> None:
        """CPU time adds up to uptime, memory and filesystems hold no more than they can, and some CPU is idle."""
        story = STORIES[seed]
        world = story.world(story.hosts[place].name, t)
        ticks = sum(getattr(world.cpu, one.name) for one in fields(world.cpu))
        assert ticks == pytest.approx(world.uptime_s * 100 * world.host.role.cpus, rel=1e-6, abs=10)
        assert min(counters(world)) >= 0
        assert 0 < world.memory.free <= world.memory.available < world.memory.total
        assert 0 <= world.memory.swap_free <= world.memory.swap_total
        assert all(one.used >= 0 and one.available >= 0 and one.inodes_used < one.inodes for one in world.filesystems)

    @given(place=PLACES, t=TIMES)
    @settings(max_examples=200, deadline=None)
    def test_no_cpu_is_busier_than_busy(self, place: int, t: float) -> None:
        """What is left of CPU time stays positive at every moment, with a fault on top of the day's peak."""
        story = STORIES[1]
        name = story.hosts[place].name
        before, after = story.world(name, t), story.world(name, t + 10)
        if before.boot_id == after.boot_id:
            assert after.cpu.idle - before.cpu.idle > 0


class TestFleet:
    def test_a_larger_fleet_only_adds_hosts(self) -> None:
        """The host at a place is the same whatever comes after it."""
        assert make_hosts(200)[:24] == make_hosts(24)

    def test_names_and_addresses_are_unique(self) -> None:
        """Also where the plan repeats itself."""
        hosts = make_hosts(200)
        assert len({host.name for host in hosts}) == len({host.address for host in hosts}) == 200

    @pytest.mark.parametrize("count", range(1, 40))
    def test_a_gateway_comes_before_its_site(self, count: int) -> None:
        """However small the fleet is, no host is behind a jump host that is not in it."""
        hosts = make_hosts(count)
        assert {host.via for host in hosts} - {""} <= {host.name for host in hosts}

    def test_a_fleet_has_limits(self) -> None:
        """None and too many are refused with what would be right."""
        for count in (0, 201):
            with pytest.raises(DemoError, match="1 to 200"):
                Story(1, count)

    def test_every_fault_has_its_host(self) -> None:
        """No fault of the list waits for a host that the default fleet does not have."""
        assert {fault.host for fault in FAULTS} <= {host.name for host in Story().hosts}


def fault_of(kind: FaultKind) -> Fault:
    return next(fault for fault in FAULTS if fault.kind is kind)


class TestFaults:
    def test_a_disk_fills_to_a_warning_and_then_to_the_brim(self) -> None:
        """It is fine at first, warns after a quarter of an hour, can't wait after twenty minutes, and is tidied up."""
        fault = fault_of(FaultKind.DISK_FILLS)

        def full(minute: float) -> tuple[float, int]:
            world = STORIES[1].world(fault.host, minute * 60)
            one = next(one for one in world.filesystems if one.path == fault.mount)
            return 100 * one.used / (one.used + one.available), one.available

        assert full(0)[0] < 75
        assert full(10)[0] < 90
        assert full(15)[0] > 90
        assert full(15)[1] < 10 * 2**30
        assert full(21)[0] > 98
        assert full(21)[1] < 5 * 2**30
        assert full(36)[0] < 75

    def test_a_greedy_process_takes_memory_until_it_is_restarted(self) -> None:
        """Above 90 % while it lasts, with swap in use."""
        fault = fault_of(FaultKind.MEMORY)
        worlds = [STORIES[1].world(fault.host, t) for t in (0, fault.begin_s + fault.rise_s + 5, fault.until_s + 60)]
        used = [1 - world.memory.available / world.memory.total for world in worlds]
        assert used[0] < 0.6
        assert used[1] > 0.9
        assert used[2] < 0.6
        assert worlds[1].memory.swap_free < worlds[1].memory.swap_total / 2

    def test_a_slow_disk_shows_in_iowait_and_pressure(self) -> None:
        """More than 40 % of CPU time waits, and tasks stand blocked."""
        fault = fault_of(FaultKind.IO_STALL)
        before, after = (STORIES[1].world(fault.host, fault.begin_s + 60 + t) for t in (0, 10))
        waited = (after.cpu.iowait - before.cpu.iowait) / (10 * 100 * after.host.role.cpus)
        assert 0.4 < waited < 0.8
        assert after.blocked > 2
        assert after.pressure["io some"].averages[0] > 20

    def test_a_host_that_vanished_comes_back_with_a_new_boot(self) -> None:
        """Another boot id, a short uptime, counters from the beginning."""
        fault = fault_of(FaultKind.VANISHES)
        story = STORIES[1]
        before, after = story.world(fault.host, fault.begin_s - 1), story.world(fault.host, fault.until_s + 1)
        assert before.boot_id != after.boot_id
        assert after.uptime_s < 60 < before.uptime_s
        assert after.cpu.idle < before.cpu.idle

    def test_conduct_follows_the_clock(self) -> None:
        """Gone, hanging and refusing each begin and end when the list says."""
        story = STORIES[1]
        for kind, word in (
            (FaultKind.VANISHES, "gone"),
            (FaultKind.HANGS, "hangs"),
            (FaultKind.LOGIN_REFUSED, "refuses"),
        ):
            fault = fault_of(kind)
            times = (fault.begin_s, fault.until_s - 0.01, fault.until_s)
            assert [getattr(story.conduct(fault.host, t), word) for t in times] == [True, True, False]

    def test_one_key_is_unknown(self) -> None:
        """Exactly the one of the list."""
        story = STORIES[1]
        assert [host.name for host in story.hosts if not story.key_known(host.name)] == ["ci-02.nyc"]
