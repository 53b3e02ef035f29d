"""The probe in every shell that a host may have."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree
from support.waiting import until_sync

from tui_ops.collectors import frame
from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.collectors.hello import parse_hello
from tui_ops.collectors.vitals import parse_vitals, split_sources


@pytest.fixture(params=list(SHELLS))
def shell(request: pytest.FixtureRequest) -> list[str]:
    return SHELLS[request.param]


@pytest.fixture
def probe(shell: list[str]) -> Iterator[Probe]:
    with Probe(shell) as probe:
        yield probe


def run_script(shell: list[str], script: bytes, **options: object) -> bytes:
    return subprocess.run(shell, input=script, capture_output=True, timeout=10, **options).stdout  # type: ignore[call-overload]


class TestConversation:
    def test_ready_comes_first_and_says_who_the_host_is(self, probe: Probe) -> None:
        """Before the first order the probe introduces its host, with the version of the protocol."""
        assert (probe.ready.kind, probe.ready.number, probe.ready.name) == ("ready", 1, "hello")
        hello = parse_hello(probe.ready.body)
        assert hello.kernel == Path("/proc/sys/kernel/osrelease").read_text().strip()
        assert hello.hostname == Path("/proc/sys/kernel/hostname").read_text().strip()
        assert hello.os
        assert hello.has_timeout
        assert "stat" in hello.sources

    def test_each_tick_is_answered_by_one_frame_of_vitals(self, probe: Probe) -> None:
        """Frames carry the number of their tick, and a reading comes out of each."""
        for number in (1, 2, 4_000_000_000):
            answer = probe.ask(frame.tick(number))
            assert (answer.kind, answer.number, answer.name) == ("tick", number, "vitals")
            reading = parse_vitals(answer.body, time.time())
            assert reading.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            assert reading.counters["cpu.user", ""] > 0
        assert probe.reader.dropped == 0

    def test_many_ticks_at_once_are_answered_in_order(self, probe: Probe) -> None:
        """Orders that queue up in the pipe are not lost and not mixed."""
        probe.send(b"".join(frame.tick(number) for number in range(1, 21)))
        assert [probe.take().number for _ in range(20)] == list(range(1, 21))

    def test_what_was_read_is_whole(self, probe: Probe) -> None:
        """Every source that the hello names comes with every tick."""
        sources = split_sources(probe.ask(frame.tick(1)).body)
        assert sorted(path.decode() for path in sources) == sorted(parse_hello(probe.ready.body).sources)

    def test_the_filesystems_of_this_machine(self, probe: Probe) -> None:
        """The section answers on the same channel as soon as df has, long before its five seconds of patience."""
        probe.send(frame.ask_section("filesystems", 7, 10))
        answer = probe.take(within_s=4)
        assert (answer.kind, answer.number, answer.name) == ("section", 7, "filesystems")
        assert parse_filesystems(answer.body).gauges["fs.size", "/"] > 0
        assert probe.ask(frame.tick(8)).number == 8

    @pytest.mark.parametrize(
        ("order", "number", "reason"),
        [
            (b"dance\n", 0, "unknown-word"),
            (b"$(touch /nowhere) `id`\n", 0, "unknown-word"),
            (b"tick\n", 0, "bad-order"),
            (b"tick -1\n", 0, "bad-order"),
            (b"tick 08\n", 0, "bad-order"),
            (b"tick 1;id\n", 0, "bad-order"),
            (b"tick 99999999999\n", 0, "bad-order"),
            (b"section filesystems x 5\n", 0, "bad-order"),
            (b"section filesystems 5\n", 0, "bad-order"),
            (b"section ../../etc 3 5\n", 3, "unknown-section"),
        ],
    )
    def test_an_order_that_it_does_not_know(self, probe: Probe, order: bytes, number: int, reason: str) -> None:
        """It says what is wrong with an order, evaluates nothing of it, and goes on."""
        answer = probe.ask(order)
        assert (answer.kind, answer.number, answer.name) == ("error", number, reason)
        assert probe.ask(frame.tick(2)).kind == "tick"

    def test_an_empty_line_is_no_order(self, probe: Probe) -> None:
        """A stray newline is passed over."""
        assert probe.ask(b"\n" + frame.tick(3)).number == 3

    def test_noise_before_the_script_is_dropped(self, shell: list[str]) -> None:
        """A banner or an rc file's output, even one without a last newline, costs nothing but a count."""
        with Probe(shell, before=b"echo Welcome, admin; printf 'tick begin 1'\n") as probe:
            assert probe.ask(frame.tick(1)).number == 1
            assert probe.reader.dropped == len(b"Welcome, admin\ntick begin 1")


class TestEnds:
    def test_the_end_of_its_input_ends_it(self, probe: Probe) -> None:
        """When the channel closes, nothing stays behind."""
        probe.ask(frame.tick(1))
        probe.ask(frame.ask_section("filesystems", 2, 10))
        assert probe.close() == 0
        until_sync(lambda: not probe.has_processes(), what="no process of the probe is left")

    def test_quit_ends_it_and_nothing_after_it_is_run(self, probe: Probe, tmp_path: Path) -> None:
        """What follows the last order never becomes a command of the shell."""
        trace = tmp_path / "trace"
        probe.send(frame.leave() + f"touch {trace}\n".encode())
        assert probe.process.wait(10) == 0
        assert not trace.exists()

    def test_half_an_order_is_not_carried_out(self, probe: Probe) -> None:
        """A line that was cut off by the end of the channel does nothing."""
        probe.send(b"tick 1")
        assert probe.close() == 0
        assert probe.process.stdout is not None
        assert probe.process.stdout.read() == b""

    def test_half_a_script_does_nothing(self, shell: list[str]) -> None:
        """Cut anywhere, the script writes nothing: it is one function, called on its last line."""
        script = frame.script("0123456789abcdef" * 2)
        cuts = [*range(1, len(script) - 60, len(script) // 8), *range(len(script) - 52, len(script) - 3, 6)]
        for cut in [*cuts, len(script) - 2]:
            assert run_script(shell, script[:cut]) == b"", f"cut at {cut} of {len(script)}"

    def test_it_says_nothing_on_stderr(self, probe: Probe) -> None:
        """A noisy stderr would fill the channel's window."""
        probe.ask(frame.tick(1))
        probe.ask(b"tick x\n")
        probe.close()
        assert probe.process.stderr is not None
        assert probe.process.stderr.read() == b""


class TestTree:
    """The tree below TUI_OPS_ROOT stands in for a host."""

    def test_its_files_are_read_and_no_others(self, shell: list[str], tmp_path: Path) -> None:
        """Sources that the tree lacks are not taken from the machine itself; a blank in its name does no harm."""
        root = write_tree(
            tmp_path / "a host",
            {
                "proc/uptime": "12.50 20.00\n",
                "proc/loadavg": "0.10 0.20 0.30 1/2 3\n",
                "proc/sys/kernel/hostname": "web-01\n",
                "etc/os-release": 'NAME=x\nPRETTY_NAME="Small Linux 3"\n',
            },
        )
        with Probe(shell, root) as probe:
            hello = parse_hello(probe.ready.body)
            assert (hello.hostname, hello.os, hello.sources) == ("web-01", "Small Linux 3", ("uptime", "loadavg"))
            reading = parse_vitals(probe.ask(frame.tick(1)).body, 0.0)
            assert (reading.uptime_s, reading.gauges["load.5", ""]) == (12.5, 0.2)
            assert "cpu" in reading.missing

    def test_a_single_source_is_named_too(self, shell: list[str], tmp_path: Path) -> None:
        """tail names its files only where there are two; a host with one source is still understood."""
        root = write_tree(tmp_path, {"proc/uptime": "7.00 1.00\n"})
        with Probe(shell, root) as probe:
            assert parse_vitals(probe.ask(frame.tick(1)).body, 0.0).uptime_s == 7.0

    def test_a_source_that_goes_away_makes_no_noise(self, shell: list[str], tmp_path: Path) -> None:
        """A file that was there at the start and is gone now is just missing."""
        root = write_tree(tmp_path, {"proc/uptime": "7.00 1.00\n", "proc/loadavg": "1.00 1.00 1.00 1/1 1\n"})
        with Probe(shell, root) as probe:
            (root / "proc/loadavg").unlink()
            assert parse_vitals(probe.ask(frame.tick(1)).body, 0.0).missing.count("load") == 1
            probe.close()
            assert probe.process.stderr is not None
            assert probe.process.stderr.read() == b""

    def test_children_read_nothing_of_the_orders(self, shell: list[str], tmp_path: Path) -> None:
        """A command that reads its stdin finds it empty, and its locale is C."""
        tail = '#!/bin/sh\ncat\necho "$LC_ALL $*"\n'
        root = write_tree(tmp_path, {"proc/uptime": "1 1\n", "proc/stat": "", "bin/tail": tail})
        with Probe(shell, root) as probe:
            probe.send(frame.tick(1) + frame.tick(2))
            assert probe.take().body.decode() == f"C -n +1 {root}/proc/uptime {root}/proc/stat\n"
            assert probe.take().number == 2

    def test_a_child_that_is_killed_costs_one_frame(self, shell: list[str], tmp_path: Path) -> None:
        """The frame ends without content, and the next tick is answered."""
        tail = f'#!/bin/sh\n[ -e {tmp_path}/pid ] && echo fine && exit\necho "$$" >{tmp_path}/pid\nexec sleep 600\n'
        root = write_tree(tmp_path, {"proc/uptime": "1 1\n", "bin/tail": tail})
        with Probe(shell, root) as probe:
            probe.send(frame.tick(1))
            pid = until_sync(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
            subprocess.run(["kill", "-9", str(pid)], check=True)
            assert (probe.take().body, probe.ask(frame.tick(2)).body) == (b"", b"fine\n")

    def test_nothing_is_written_to_the_host(self, shell: list[str], tmp_path: Path) -> None:
        """After ticks and sections the tree and the working directory are as before."""
        root = write_tree(tmp_path, {"proc/uptime": "1 1\n", "proc/self/mountinfo": ""})
        before = sorted(tmp_path.rglob("*"))
        with Probe([*shell], root) as probe:
            probe.ask(frame.tick(1))
            probe.ask(frame.ask_section("filesystems", 2, 5))
            probe.close()
        assert sorted(tmp_path.rglob("*")) == before


class TestSections:
    def test_a_command_gets_no_more_time_than_its_section_has(self, shell: list[str], tmp_path: Path) -> None:
        """Where vitals wait for the same channel, a section of 20 s is told to be done in 2."""
        tree = write_tree(
            tmp_path,
            {
                "run/systemd/system/x": "",
                "bin/systemctl": "#!/bin/sh\n",
                "bin/timeout": '#!/bin/sh\necho "$*" >>"${0%/bin/timeout}/asked"\nshift\nexec "$@"\n',
            },
        )
        with Probe(shell, root=tree) as probe:
            probe.ask(frame.ask_section("units", 1, 2))
            probe.ask(frame.ask_section("units", 2, 60))
        bounds = [int(line.split()[0]) for line in (tree / "asked").read_text().splitlines() if "systemctl" in line]
        assert [bound <= 2 for bound in bounds] == [True] * 5 + [False] * 3
        assert min(bounds) >= 1
