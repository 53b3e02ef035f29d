"""Rates and headline values: resets and reboots give no sample, never a spike."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.rates import Base, derive
from tui_ops.model.metrics import METRICS, Key, Kind
from tui_ops.model.readings import VALUES, Reading

PERCENTS = {
    "cpu", "user", "system", "iowait", "steal", "memory", "swap", "disk_busy", "psi_cpu", "psi_io", "psi_memory",
    "retransmits", "files",
}  # fmt: skip


def reading(uptime_s: float, boot_id: str = "a", gauges: dict[Key, float] | None = None, **counters: int) -> Reading:
    """Counters are given as ``disk__busy_ms__sda``."""
    keys: dict[Key, int] = {}
    for name, value in counters.items():
        area, metric, *label = name.split("__")
        keys[f"{area}.{metric}", label[0] if label else ""] = value
    return Reading(uptime_s, boot_id, None, keys, gauges or {})


CPU = {"cpu__user": 100, "cpu__nice": 10, "cpu__system": 50, "cpu__idle": 1000, "cpu__iowait": 20, "cpu__steal": 5}


class TestRates:
    def test_counters_become_rates_by_the_hosts_own_clock(self) -> None:
        """Ten seconds of the host's uptime, whatever ours says."""
        derived = derive(reading(100, net__rx_bytes__eth0=1000), reading(110, net__rx_bytes__eth0=6000))
        assert derived.rates == {("net.rx_bytes", "eth0"): 500.0}

    def test_the_first_reading_has_no_rates_but_has_values(self) -> None:
        """Memory and load need no base."""
        gauges: dict[Key, float] = {("load.1", ""): 0.5, ("memory.total", ""): 200.0, ("memory.available", ""): 50.0}
        derived = derive(None, reading(10, gauges=gauges, net__rx_bytes__eth0=5))
        assert derived.rates == {}
        assert derived.values == {"uptime_s": 10, "load1": 0.5, "memory": 75.0}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (reading(100, "a", net__rx_bytes__eth0=1), reading(110, "b", net__rx_bytes__eth0=9)),
            (reading(100, net__rx_bytes__eth0=1), reading(5, net__rx_bytes__eth0=9)),
            (reading(100, net__rx_bytes__eth0=1), reading(100, net__rx_bytes__eth0=9)),
            (reading(100, net__rx_bytes__eth0=9), reading(110, net__rx_bytes__eth0=1)),
            (reading(100), reading(110, net__rx_bytes__eth0=1)),
            (reading(100, net__rx_bytes__eth0=1), reading(110)),
            (reading(100, net__rx_bytes__eth0=2**32 - 1), reading(110, net__rx_bytes__eth0=10)),
        ],
        ids=["reboot", "clock back", "no time", "reset", "new", "gone", "wrapped"],
    )
    def test_without_a_common_base_there_is_no_sample(self, before: Reading, after: Reading) -> None:
        """Another boot, a clock that stepped back, a reset, a wrap, a device that came or went."""
        derived = derive(before, after)
        assert derived.rates == {}
        assert "net_rx" not in derived.values

    def test_one_counter_that_was_reset_costs_only_itself(self) -> None:
        """The other interface's rate is still told."""
        before = reading(0, net__rx_bytes__eth0=500, net__rx_bytes__eth1=10)
        after = reading(10, net__rx_bytes__eth0=0, net__rx_bytes__eth1=110)
        assert derive(before, after).rates == {("net.rx_bytes", "eth1"): 10.0}


class TestCpu:
    def test_shares_of_all_time_that_passed(self) -> None:
        """Percent of all CPUs together, so that a host with many is comparable to one with few."""
        after = reading(10, cpu__user=150, cpu__nice=20, cpu__system=70, cpu__idle=1100, cpu__iowait=30, cpu__steal=15)
        values = derive(reading(0, **CPU), after).values
        assert (values["user"], values["system"], values["iowait"], values["steal"], values["cpu"]) == (
            30.0, 10.0, 5.0, 5.0, 45.0,
        )  # fmt: skip

    def test_idle_that_steps_back_a_little_counts_as_none(self) -> None:
        """The kernel corrects idle and iowait; three seconds of it are no reset."""
        after = reading(10, **{**CPU, "cpu__idle": 990, "cpu__user": 200})
        derived = derive(reading(0, **CPU), after)
        assert derived.rates["cpu.idle", ""] == 0.0
        assert derived.values["cpu"] == 100.0

    def test_a_larger_step_back_is_a_reset(self) -> None:
        """When CPUs are taken away their time goes with them: no sample at all, since shares need the whole."""
        derived = derive(reading(0, **CPU), reading(10, **{**CPU, "cpu__idle": 700, "cpu__user": 200}))
        assert derived.rates == {}
        assert "cpu" not in derived.values

    def test_no_time_at_all(self) -> None:
        """A clock that runs while no tick was counted says nothing of the CPU."""
        assert "cpu" not in derive(reading(0, **CPU), reading(1, **CPU)).values


class TestHeadlines:
    def test_the_busiest_disk_and_all_interfaces(self) -> None:
        """Disk time is the largest share of one device; network is the sum."""
        before = reading(0, disk__busy_ms__sda=0, disk__busy_ms__sdb=0, net__rx_bytes__a=0, net__rx_bytes__b=0)
        after = reading(10, disk__busy_ms__sda=1000, disk__busy_ms__sdb=9000, net__rx_bytes__a=10, net__rx_bytes__b=20)
        values = derive(before, after).values
        assert (values["disk_busy"], values["net_rx"]) == (90.0, 3.0)

    def test_pressure_is_a_share_of_time(self) -> None:
        """Microseconds waited, of the time that passed, in percent."""
        before, after = reading(0), reading(10)
        before.counters["psi.io.some", ""] = 0
        after.counters["psi.io.some", ""] = 2_500_000
        assert derive(before, after).values["psi_io"] == 25.0

    def test_retransmits_of_segments_sent(self) -> None:
        """In percent; zero where nothing was sent."""
        before = reading(0, tcp__retransmits=0, tcp__segments_out=0)
        assert derive(before, reading(10, tcp__retransmits=5, tcp__segments_out=100)).values["retransmits"] == 5.0
        assert derive(before, reading(10, tcp__retransmits=0, tcp__segments_out=0)).values["retransmits"] == 0.0

    def test_memory_of_a_kernel_that_does_not_tell_what_is_available(self) -> None:
        """Estimated from free, buffers and cache, so that the cache does not look like use."""
        gauges: dict[Key, float] = {("memory.total", ""): 100.0, ("memory.free", ""): 10.0}
        assert "memory" not in derive(None, reading(1, gauges=gauges)).values
        gauges |= {("memory.buffers", ""): 5.0, ("memory.cached", ""): 45.0}
        assert derive(None, reading(1, gauges=gauges)).values["memory"] == 40.0

    def test_a_host_without_swap_has_no_swap_value(self) -> None:
        """Absent is not zero."""
        gauges: dict[Key, float] = {("swap.total", ""): 0.0, ("swap.free", ""): 0.0}
        assert "swap" not in derive(None, reading(1, gauges=gauges)).values


COUNTERS = st.dictionaries(
    st.tuples(
        st.sampled_from([metric.name for metric in METRICS.values() if metric.kind is Kind.COUNTER]),
        st.sampled_from(["", "sda", "eth0"]),
    ),
    st.integers(0, 2**63 - 1),
    max_size=30,
)
GAUGES = st.dictionaries(
    st.tuples(st.sampled_from([metric.name for metric in METRICS.values() if metric.kind is Kind.GAUGE]), st.just("")),
    st.floats(0, 1e19),
    max_size=30,
)
READINGS = st.builds(
    Reading, st.floats(0, 1e9), st.sampled_from(["a", "b"]), st.none(), counters=COUNTERS, gauges=GAUGES
)


@given(READINGS, READINGS)
def test_no_pair_of_readings_gives_nonsense(before: Reading, after: Reading) -> None:
    """Never negative, never infinite, percentages within a hundred, only names that the field table knows."""
    derived = derive(before, replace(after, boot_id=before.boot_id))
    for rate in derived.rates.values():
        assert rate >= 0
        assert math.isfinite(rate)
    for name, value in derived.values.items():
        assert name in VALUES
        assert math.isfinite(value)
        assert value >= 0
        assert name not in PERCENTS or value <= 100.0000001


COUNTERS = st.dictionaries(
    st.tuples(
        st.sampled_from(["cpu.user", "cpu.idle", "net.rx_bytes", "disk.busy_ms", "psi.io.some"]),
        st.sampled_from(["", "eth0", "sda"]),
    ),
    st.integers(-(2**70), 2**70) | st.integers(0, 10**6),
)


class TestBase:
    @given(COUNTERS, COUNTERS, st.sampled_from("ab"))
    def test_what_is_kept_gives_the_same_rates(
        self, first: dict[Key, int], second: dict[Key, int], boot_id: str
    ) -> None:
        """As the whole reading would, of whatever counters; what 64 bits don't hold is no counter of a kernel."""
        before, after = Reading(10.0, "a", None, first), Reading(20.0, boot_id, None, second)
        held = {key: value for key, value in first.items() if abs(value) < 2**63}
        assert derive(Base(before).reading(), after) == derive(replace(before, counters=held), after)

    def test_names_are_kept_once_for_all_hosts_of_a_kind(self) -> None:
        """Also where two hosts made them apart, and from one reading to the next."""
        one, two = (Base(reading(10, net__rx_bytes__eth0=value)) for value in (1, 2))
        assert one._keys is two._keys
        assert Base(reading(20, net__rx_bytes__eth0=3), one)._keys is one._keys
        more = Base(reading(20, net__rx_bytes__eth0=3, net__rx_bytes__eth1=4), one)
        assert more.reading().counters == {("net.rx_bytes", "eth0"): 3, ("net.rx_bytes", "eth1"): 4}

    def test_gauges_are_not_kept(self) -> None:
        """Nothing is derived from those of the last reading."""
        assert Base(reading(10, gauges={("load.1", ""): 3.0})).reading().gauges == {}
