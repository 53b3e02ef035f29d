"""What two looks at a host's processes say together."""

import pytest

from tui_ops.collectors.commands import parse_commands, without_secrets
from tui_ops.collectors.processes import (
    TOP,
    ZOMBIES_WARNING,
    Process,
    ProcessList,
    chosen_pids,
    derive_top,
    parse_processes,
    read_processes,
)
from tui_ops.model.readings import SectionReading
from tui_ops.model.states import Severity


def process(pid: int, cpu_s: float = 0.0, rss: int = 0, start_s: float = 1.0, **other: object) -> Process:
    values: dict[str, object] = {"ppid": 1, "state": "S", "threads": 1, "name": f"p{pid}"} | other
    return Process(pid=pid, cpu_s=cpu_s, rss=rss, start_s=start_s, **values)  # type: ignore[arg-type]


def top(reading: SectionReading) -> list[dict[str, object]]:
    rows = reading.document["top"]
    assert isinstance(rows, list)
    return rows


def use(before: ProcessList | None, now: ProcessList) -> dict[object, object]:
    return {row["pid"]: row["cpu"] for row in top(derive_top(before, now, {}))}


class TestCpu:
    BEFORE = ProcessList(100.0, (process(1, 10.0), process(2, 5.0), process(3, 7.0, start_s=50.0)))

    def test_it_is_what_was_used_between_the_looks(self) -> None:
        """Percent of one core, by the host's own clock."""
        now = ProcessList(104.0, (process(1, 11.0), process(2, 13.0), process(3, 7.0, start_s=50.0)))
        assert use(self.BEFORE, now) == {2: 200.0, 1: 25.0, 3: 0.0}
        assert derive_top(self.BEFORE, now, {}).document["over_s"] == 4.0

    def test_a_process_younger_than_the_last_look_counts_whole(self) -> None:
        """All that it used, it used since then."""
        assert use(self.BEFORE, ProcessList(104.0, (process(9, 2.0, start_s=101.0),))) == {9: 50.0}

    def test_a_pid_that_is_another_process_now_is_not_compared(self) -> None:
        """A pid comes again; its start tells."""
        assert use(self.BEFORE, ProcessList(104.0, (process(1, 1.0, start_s=103.0),))) == {1: 25.0}

    def test_an_old_process_that_was_not_seen_before_has_none(self) -> None:
        """Beyond the limit of the last look, or hidden from it: its time since then is not known."""
        assert use(self.BEFORE, ProcessList(104.0, (process(8, 90.0, start_s=3.0),))) == {8: None}

    def test_without_a_look_before_there_is_none(self) -> None:
        """Nor at the same moment, nor after a reboot."""
        for before in (None, ProcessList(104.0, self.BEFORE.processes), ProcessList(9e6, self.BEFORE.processes)):
            reading = derive_top(before, ProcessList(104.0, (process(1, 11.0),)), {})
            assert top(reading)[0]["cpu"] is None
            assert reading.document["over_s"] is None

    def test_a_clock_that_went_back_is_no_negative_use(self) -> None:
        """Less time than before is none."""
        assert use(self.BEFORE, ProcessList(104.0, (process(1, 9.0),))) == {1: 0.0}


class TestChoice:
    def test_those_with_most_cpu_and_those_with_most_memory(self) -> None:
        """Each by its own measure, each once, by CPU and then by memory."""
        before = ProcessList(0.5, ())
        busy = [process(at, cpu_s=at) for at in range(1, 101)]
        large = [process(at, rss=at) for at in range(101, 201)]
        both = process(500, cpu_s=500.0, rss=500)
        now = ProcessList(10.5, (*busy, *large, both))
        chosen = chosen_pids(before, now)
        assert len(chosen) == 2 * TOP - 1
        assert chosen[0] == 500
        assert chosen[1:TOP] == tuple(range(100, 76, -1))
        assert chosen[TOP:] == tuple(range(200, 176, -1))
        assert [row["pid"] for row in top(derive_top(before, now, {}))] == list(chosen)

    def test_a_first_look_goes_by_what_they_used_so_far(self) -> None:
        """Better than any order."""
        busy = [process(at, cpu_s=at) for at in range(1, 101)]
        assert set(chosen_pids(None, ProcessList(10.0, tuple(busy)))) == {*range(1, 26), *range(76, 101)}


class TestRows:
    def test_owner_and_command(self) -> None:
        """As they were told; in brackets the name of what has no command line; nothing where it was not asked."""
        now = ProcessList(10.0, (process(1, rss=3), process(2, rss=2, name="kswapd0"), process(3, rss=1)))
        rows = top(derive_top(None, now, {1: ("app", "/bin/app -x"), 2: ("root", "")}))
        assert [(row["user"], row["command"]) for row in rows] == [
            ("app", "/bin/app -x"),
            ("root", "[kswapd0]"),
            ("", ""),
        ]

    def test_one_row_whole(self) -> None:
        """Bytes and seconds, of ticks and pages of this host."""
        body = b"hz 250\npage 65536\nuptime 20.00\np 7 1 D 500 2 3 1000 two words\n"
        assert top(parse_processes(body)) == [
            {
                "pid": 7,
                "ppid": 1,
                "user": "",
                "state": "D",
                "cpu": None,
                "rss": 131072,
                "threads": 3,
                "seconds": 2.0,
                "age_s": 16.0,
                "name": "two words",
                "command": "",
            }
        ]

    def test_those_beyond_the_limit_are_counted(self) -> None:
        """Their number is known, and no more."""
        now = read_processes(b"uptime 5\np 1 0 S 0 0 1 0 init\nmore 900\n")
        assert derive_top(None, now, {}).document["count"] == 901


class TestZombies:
    def test_many_are_a_warning_with_the_parent_that_has_most(self) -> None:
        """The parent is what has to be mended."""
        dead = [process(at, state="Z", ppid=70 if at % 3 else 71) for at in range(100, 100 + ZOMBIES_WARNING)]
        now = ProcessList(10.0, (*dead, process(70, name="runner"), process(71)))
        (status,) = derive_top(None, now, {}).statuses
        assert (status.severity, status.text) == (Severity.WARNING, "20 zombie processes, parent runner 70")
        assert derive_top(None, now, {}).gauges["procs.zombies", ""] == 20.0

    def test_a_few_are_not(self) -> None:
        """They come and go everywhere."""
        dead = [process(at, state="Z") for at in range(100, 100 + ZOMBIES_WARNING - 1)]
        assert derive_top(None, ProcessList(10.0, tuple(dead)), {}).statuses == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mysqldump --password=hunter2 shop", "mysqldump --password=*** shop"),
        ("app --api-key abc --port 80", "app --api-key *** --port 80"),
        ("env PGPASSWORD=x psql", "env PGPASSWORD=*** psql"),
        ("curl https://bob:pw@example.org/x", "curl https://bob:***@example.org/x"),
        (
            "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
            "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
        ),
        ("passwd --help", "passwd --help"),
        ("mysql --pass hunter2 shop", "mysql --pass *** shop"),
        ("app -db-pass hunter2", "app -db-pass ***"),
        ("openssl rsa -passin pass:hunter2", "openssl rsa -passin pass:***"),
        ("echo all tests pass now", "echo all tests pass now"),
        ("keytool -keypass hunter2 -list", "keytool -keypass *** -list"),
        ("sh bypass north", "sh bypass north"),
        ("/usr/bin/tokenizer /data", "/usr/bin/tokenizer /data"),
    ],
)
def test_secrets_of_a_command_line_are_left_out(said: str, kept: str) -> None:
    """What a process was told in secret does not go into the store, and so not onto screens."""
    assert without_secrets(said) == kept
    owner = "owner dr-xr-xr-x 9 root root 0 Jan 1 00:00 /proc/7"
    body = f"{owner}\nlines\n==> /proc/7/cmdline <==\n{said}\n\n==> /dev/null <==\n"
    assert parse_commands(body.encode(), [7])[7][1] == kept, "and what is kept of a process has none"
