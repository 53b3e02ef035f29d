"""What the kernel counts of trouble, and what follows from it only beside earlier readings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import At

from tui_ops.collectors.kernel import CPUS_LIMIT, read_idle, read_netstat, read_vmstat
from tui_ops.collectors.strain import BUSIEST, FULL, LOOKS_LIMIT, OOM_RECENT, Strain, VitalsReading
from tui_ops.collectors.vitals import parse_sources
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived
from tui_ops.model.states import Severity

OOM: Key = ("kernel.oom_kills", "")
OVERFLOWS: Key = ("tcp.listen_overflows", "")


def reading(
    uptime_s: float,
    idle: tuple[int, ...] = (),
    boot: str = "a",
    gauges: dict[Key, float] | None = None,
    **counters: int,
) -> VitalsReading:
    """Counters are given as ``kernel__oom_kills``."""
    keys: dict[Key, int] = {(name.replace("__", "."), ""): value for name, value in counters.items()}
    return VitalsReading(uptime_s, boot, None, keys, dict(gauges or {}), (), idle)


def noted(*readings: VitalsReading) -> tuple[VitalsReading, dict[str, float]]:
    """Return the last of the readings and its values, after all of them were noted."""
    strain, derived = Strain(), Derived({})
    for one in readings:
        derived = Derived({})
        strain.note(one, derived)
    return readings[-1], derived.values


def judged(values: dict[str, float], stood: dict[str, float] | None = None) -> tuple[Severity, str]:
    """Return what the rules that ship say of values, after others stood before."""
    host = At(default_alerting().rules)
    if stood:
        host.vitals(**stood)
    host.vitals(**values)
    return host.rules.worst()


class TestSpread:
    def test_the_busiest_cpu_and_how_many_are_full(self) -> None:
        """Ten seconds: one CPU was idle for 8, one for half a second, one not at all."""
        last, _ = noted(reading(100, (1000, 1000, 1000)), reading(110, (1800, 1050, 1000)))
        assert last.gauges == {BUSIEST: 100.0, FULL: 2.0}

    def test_a_cpu_that_has_a_tenth_left_is_full_and_no_other(self) -> None:
        """90 % is the edge."""
        last, _ = noted(reading(100, (0, 0)), reading(110, (100, 101)))
        assert (last.gauges[BUSIEST], last.gauges[FULL]) == (90.0, 1.0)

    @pytest.mark.parametrize(
        "after",
        [reading(110, (9, 9), "b"), reading(90, (9, 9)), reading(100.2, (9, 9)), reading(110, (9,)), reading(110)],
        ids=["reboot", "clock back", "no time", "a CPU went", "not told"],
    )
    def test_without_a_common_base_there_is_no_spread(self, after: VitalsReading) -> None:
        """Neither a spike nor a zero."""
        last, _ = noted(reading(100, (5, 5)), after)
        assert BUSIEST not in last.gauges

    def test_idle_that_is_corrected_backwards_is_no_more_than_all(self) -> None:
        """The kernel does so in small steps."""
        last, _ = noted(reading(100, (500,)), reading(110, (480,)))
        assert last.gauges[BUSIEST] == 100.0


class TestOom:
    def test_kills_are_told_for_half_an_hour(self) -> None:
        """Those before the first reading are nobody's news."""
        strain, found = Strain(), []
        for uptime, kills in ((100, 7), (110, 7), (120, 9), (900, 10), (1919, 10), (1921, 10), (2701, 10)):
            derived = Derived({})
            one = reading(uptime, kernel__oom_kills=kills)
            strain.note(one, derived)
            assert one.gauges[OOM_RECENT] == derived.values["oom_kills"]
            found.append(derived.values["oom_kills"])
        assert found == [0, 0, 2, 3, 3, 1, 0]

    def test_a_reboot_forgets_them(self) -> None:
        """The counter begins anew."""
        _, values = noted(*(reading(uptime, (), boot, kernel__oom_kills=kills)
                            for uptime, boot, kills in ((100, "a", 0), (110, "a", 3), (20, "b", 1))))  # fmt: skip
        assert values["oom_kills"] == 0

    def test_one_warns(self) -> None:
        """The host asks for someone, with the number."""
        _, values = noted(reading(100, kernel__oom_kills=0), reading(110, kernel__oom_kills=1))
        assert judged(values) == (Severity.WARNING, "processes killed for want of memory in half an hour: 1")


class TestOverflows:
    def test_the_mean_of_a_minute(self) -> None:
        """A burst of 60 in one second is one a second; a minute later it is over."""
        strain, told = Strain(), []
        for second in range(0, 190, 10):
            derived = Derived({})
            strain.note(reading(1000 + second, tcp__listen_overflows=60 if second > 60 else 0), derived)
            told.append(derived.values.get("listen_overflows"))
        assert told[0] is None
        assert told[7] == pytest.approx(1.0)
        assert told[12] == pytest.approx(1.0)
        assert told[13] == 0.0

    def test_a_host_that_is_read_all_the_time_fills_no_memory(self) -> None:
        """Ten times a second, with kills and overflows in each reading."""
        strain = Strain()
        for step in range(1000):
            strain.note(reading(100 + step / 10, kernel__oom_kills=step, tcp__listen_overflows=step), Derived({}))
        assert len(strain._kills) <= LOOKS_LIMIT
        assert len(strain._overflows) <= LOOKS_LIMIT

    def test_readings_that_are_further_apart_than_a_minute(self) -> None:
        """The mean is of what lies between them."""
        _, values = noted(*(reading(uptime, tcp__listen_overflows=uptime) for uptime in (0, 300, 600)))
        assert values["listen_overflows"] == 1.0

    @pytest.mark.parametrize(("rate", "severity"), [(1.0, "ok"), (1.1, "warning"), (5.1, "critical")])
    def test_judged(self, rate: float, severity: str) -> None:
        """More than one a second warns, more than five can't wait."""
        assert judged({"listen_overflows": rate})[0].value == severity


class TestConntrack:
    @pytest.mark.parametrize(("count", "severity"), [(90, "ok"), (91, "warning"), (96, "critical"), (200, "critical")])
    def test_the_table_fills(self, count: int, severity: str) -> None:
        """Percent of the most that it may hold, never above a hundred."""
        gauges: dict[Key, float] = {("conntrack.count", ""): count, ("conntrack.max", ""): 100.0}
        _, values = noted(reading(1, gauges=gauges))
        assert values["conntrack"] == min(count, 100)
        assert judged(values)[0].value == severity

    def test_a_warning_stays_until_the_table_has_room(self) -> None:
        """Raised above 90, over below 85."""
        assert judged({"conntrack": 86.0}, stood={"conntrack": 91.0})[0] is Severity.WARNING
        assert judged({"conntrack": 86.0})[0] is Severity.OK


class TestFiles:
    def test_vmstat(self) -> None:
        """Whole names only: pswpin is not the end of another line, and what is absent is absent."""
        content = b"nr_free_pages 1\nzswpin 3\npgmajfault 7\npswpin 8\npswpout 9\nthp_swpout 1\noom_kill 2\n"
        assert {key[0]: text for key, text in read_vmstat(content)} == {
            "kernel.major_faults": b"7", "swap.pages_in": b"8", "swap.pages_out": b"9", "kernel.oom_kills": b"2",
        }  # fmt: skip

    def test_netstat_goes_by_the_names_of_its_columns(self) -> None:
        """Kernels have them in different places, and other tables below."""
        content = (
            b"TcpExt: SyncookiesSent ListenDrops TCPTimeouts ListenOverflows\nTcpExt: 1 22 3 4\n"
            b"IpExt: ListenDrops\nIpExt: 99\n"
        )
        assert {key[0]: text for key, text in read_netstat(content)} == {
            "tcp.listen_drops": b"22", "tcp.timeouts": b"3", "tcp.listen_overflows": b"4",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "content",
        [b"", b"TcpExt: ListenDrops", b"TcpExt: ListenDrops\n", b"TcpExt: ListenDrops\nIpExt: 1\n",
         b"TcpExt: " + b"x " * 9000 + b"ListenDrops\nTcpExt: 1\n", b"TcpExt: x ListenDrops\nTcpExt: 1\n"],
    )  # fmt: skip
    def test_netstat_that_is_none(self, content: bytes) -> None:
        """Half a table, another one, or an endless line: nothing."""
        assert read_netstat(content) == []

    def test_idle_is_idle_and_iowait_of_each_cpu(self) -> None:
        """Not of the sum line; and never of more CPUs than there can be."""
        content = b"cpu  1 2 3 40 5 0 0 0 0 0\ncpu0 1 1 1 20 3 0 0 0 0 0\ncpu1 0 1 2 20 2 0 0 0 0 0\nintr 5 5 5 5 5 5\n"
        assert read_idle(content) == (23, 22)
        flood = b"".join(b"\ncpu%d 1 1 1 1 1" % number for number in range(CPUS_LIMIT + 9))
        assert len(read_idle(flood)) == CPUS_LIMIT

    @given(st.binary(max_size=200))
    def test_any_bytes(self, content: bytes) -> None:
        """Whatever stands there, nothing is raised and what comes out are pieces of it."""
        for head in (b"", b"\noom_kill ", b"TcpExt: ListenDrops TCPTimeouts\nTcpExt: ", b"\ncpu0 1 1 1 "):
            read_vmstat(head + content)
            read_netstat(head + content)
            assert all(number >= 0 for number in read_idle(head + content))

    def test_huge_pages_are_told_in_bytes(self) -> None:
        """The kernel counts them in pages of a size that stands elsewhere; without it nothing is known."""
        lines = b"MemTotal: 8000 kB\nHugePages_Total:      10\nHugePages_Free:        4\n"
        told = parse_sources({b"uptime": b"5.0 1", b"meminfo": lines + b"Hugepagesize:       2048 kB\n"}, 0.0).gauges
        assert (told["hugepages.total", ""], told["hugepages.free", ""]) == (10 * 2**21, 4 * 2**21)
        assert ("hugepages.total", "") not in parse_sources({b"uptime": b"5.0 1", b"meminfo": lines}, 0.0).gauges
