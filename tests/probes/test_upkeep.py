"""The sections timesync, volumes, scope and journal, and what units tells of restarts and timers, in every shell.

Every made-up command first reads its stdin to the end: one that got hold of the orders would swallow them, and the
next answer would not come.
"""

import getpass
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree
from support.waiting import until_sync

from tui_ops.collectors import frame
from tui_ops.collectors.sections import BY_NAME
from tui_ops.model.readings import SectionReading

QUICK_TIMEOUT = '#!/bin/sh\ncat >/dev/null\nshift\nexec /usr/bin/timeout 0.3 "$@"\n'
"""A timeout for tests of commands that hang, which does not wait as long as the probe says."""

Start = Callable[..., Probe]


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def start(files: dict[str, str] | None = None, **commands: str) -> Probe:
        """A host of these files, and of these commands by what each does; `_` in a name stands for a dash."""
        tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", **(files or {})}
        for name, does in commands.items():
            tree[f"bin/{name.replace('_', '-')}"] = f"#!/bin/sh\ncat >/dev/null\n{does}\n"
        return Probe(SHELLS[request.param], write_tree(tmp_path / "a [h]ost*", tree))

    return start


def look(probe: Probe, name: str, number: int = 1) -> SectionReading:
    answer = probe.ask(frame.ask_section(name, number, 20))
    assert (answer.kind, answer.name, answer.number) == ("section", name, number)
    reading = BY_NAME[name].parse(answer.body)
    assert probe.ask(frame.tick(99)).number == 99
    return reading


def rows(reading: SectionReading, name: str) -> list[dict[str, object]]:
    found = reading.document[name]
    assert isinstance(found, list)
    return found


def says(name: str) -> str:
    return f'cat "${{0%/bin/*}}/{name}"'


TRACKING = """\
Reference ID    : C0A80A02 (192.168.10.2)
Stratum         : 4
Ref time (UTC)  : Sat Nov 28 14:31:09 2026
System time     : 0.120000000 seconds fast of NTP time
Frequency       : 7.022 ppm slow
Root dispersion : 0.000401874 seconds
Leap status     : Normal
"""


class TestTimesync:
    def test_chrony(self, host: Start) -> None:
        """Asked for its state and its sources, and nobody else is."""
        chronyc = 'case $* in "-n tracking") ' + says("tracking") + ' ;; "-n sources") ' + says("sources") + " ;; esac"
        sources = "^* 192.168.10.2    3   6   377    26  +1448ns[  +11us] +/- 4391us\n"
        files = {"tracking": TRACKING, "sources": sources, "run/systemd/system/x": ""}
        with host(files, chronyc=chronyc, ntpq="echo stratum=1", timedatectl="echo NTPSynchronized=no") as probe:
            reading = look(probe, "timesync")
        assert [status.text for status in reading.statuses] == ["the clock is 120 ms ahead, says chrony"]
        assert (reading.document["program"], reading.document["source"]) == ("chrony", "192.168.10.2")
        assert [row["name"] for row in rows(reading, "sources")] == ["192.168.10.2"]

    def test_a_client_without_its_daemon_is_passed_over(self, host: Start) -> None:
        """Whoever else keeps the clock is asked, though ntpq ends well where nobody answers."""
        files = {"run/systemd/system/x": "", "run/systemd/timesync/synchronized": ""}
        timedatectl = (
            "case $1 in show) printf 'NTP=yes\\nNTPSynchronized=yes\\n' ;;"
            " show-timesync) echo ServerName=ntp.example.net ;; *) echo '  Offset: -2ms' ;; esac"
        )
        with host(
            files,
            chronyc="echo '506 Cannot talk to daemon'; exit 1",
            ntpq="echo '***Socket error; probably ntpd is not running'",
            timedatectl=timedatectl,
        ) as probe:
            document = look(probe, "timesync").document
        assert (document["program"], document["source"], document["offset"]) == ("timesyncd", "ntp.example.net", 0.002)
        assert document["synchronised"] is True
        assert isinstance(document["age"], float)
        assert document["age"] < 60

    def test_an_old_timedatectl_is_asked_in_its_own_words(self, host: Start) -> None:
        """One that does not know the properties tells them to people."""
        old = "case $1 in status) printf '  NTP enabled: yes\\nNTP synchronized: no\\n' ;; *) exit 1 ;; esac"
        with host({"run/systemd/system/x": ""}, timedatectl=old) as probe:
            reading = look(probe, "timesync")
        assert [status.text for status in reading.statuses] == ["the clock is not synchronised by systemd"]

    @pytest.mark.parametrize(("uptime", "warns"), [("1019.9 1\n", False), ("1020.1 1\n", True)])
    def test_a_host_that_has_just_booted_may_take_its_time(self, host: Start, uptime: str, warns: bool) -> None:
        """Seventeen minutes."""
        files = {"run/systemd/system/x": "", "proc/uptime": uptime}
        with host(files, timedatectl="printf 'NTP=yes\\nNTPSynchronized=no\\n'") as probe:
            assert bool(look(probe, "timesync").statuses) is warns

    def test_nothing_keeps_the_clock(self, host: Start) -> None:
        """As in a container: that is said, and no alarm; the programs of the tests' own machine do not count."""
        with host() as probe:
            reading = look(probe, "timesync")
        assert (reading.document["state"], reading.statuses) == ("none", ())

    def test_one_that_hangs(self, host: Start) -> None:
        """It is not waited for."""
        with host({"bin/timeout": QUICK_TIMEOUT}, chronyc="exec sleep 600") as probe:
            assert look(probe, "timesync").document["state"] == "failed"


@pytest.fixture(scope="module")
def chrony(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two real chronyds on the loopback: one that has the time, and one that asks it; neither touches the clock."""
    place = tmp_path_factory.mktemp("chrony")
    place.chmod(0o700)
    port = 11_000 + os.getpid() % 20_000
    common = f"cmdport 0\npidfile {place}/%s.pid\nbindcmdaddress {place}/%s.sock\n"
    server = f"port {port}\nbindaddress 127.0.0.1\nlocal stratum 3\nallow 127.0.0.1\n"
    client = f"server 127.0.0.1 port {port} iburst minpoll -2 maxpoll 0\nport 0\n"
    started = []
    for name, lines in (("server", server), ("client", client)):
        (place / f"{name}.conf").write_text(common % (name, name) + lines)
        words = ["/usr/sbin/chronyd", "-x", "-U", "-u", getpass.getuser(), "-d", "-f", str(place / f"{name}.conf")]
        started.append(subprocess.Popen(words, stderr=subprocess.DEVNULL))
    client_says = ["chronyc", "-h", str(place / "client.sock"), "tracking"]
    until_sync(lambda: b"Normal" in subprocess.run(client_says, capture_output=True, check=False).stdout, within_s=30)
    yield place
    for one in started:
        one.terminate()
        one.wait(10)


class TestRealChrony:
    def test_it_is_understood(self, host: Start, chrony: Path) -> None:
        """A clock that is compared with itself is right to a millisecond, as of now, by the one source there is."""
        chronyc = f'exec /usr/bin/chronyc -h {chrony}/client.sock "$@"'
        with host(chronyc=chronyc) as probe:
            reading = look(probe, "timesync")
        document = reading.document
        assert (document["program"], document["synchronised"], document["source"]) == ("chrony", True, "127.0.0.1")
        assert (document["stratum"], reading.statuses) == (4, ())
        assert abs(reading.gauges["time.offset", ""]) < 0.001
        assert 0 < reading.gauges["time.dispersion", ""] < 2
        assert isinstance(document["age"], float)
        assert document["age"] < 10
        (source,) = rows(reading, "sources")
        assert (source["name"], source["state"], source["stratum"]) == ("127.0.0.1", "selected", 3)

    def test_one_that_has_no_source(self, host: Start, chrony: Path) -> None:
        """The server has none but itself; its answer is of the same kind."""
        with host(chronyc=f'exec /usr/bin/chronyc -h {chrony}/server.sock "$@"') as probe:
            document = look(probe, "timesync").document
        assert (document["program"], document["stratum"], document["sources"]) == ("chrony", 3, [])


UUID = "2d64f07c-7c58-458a-af83-2f860380995f"
GROUP = "  LVM2_VG_NAME='vg0' LVM2_VG_SIZE='200B' LVM2_VG_FREE='20B' LVM2_VG_MISSING_PV_COUNT='%s' LVM2_LV_COUNT='1'\n"
POOL = "  LVM2_VG_NAME='vg0' LVM2_LV_NAME='pool' LVM2_LV_ATTR='twi-aotz--' LVM2_LV_SIZE='9B' LVM2_DATA_PERCENT='%s'\n"


class TestVolumes:
    def test_lvm_as_root(self, host: Start) -> None:
        """Groups and volumes; the words are those that a drop-in can name."""
        note = 'echo "${0##*/} $*" >>"${0%/bin/*}/calls"; '
        files = {"groups": GROUP % 0, "volumes": POOL % "84.10", "calls": ""}
        with host(files, id="echo 0", vgs=note + says("groups"), lvs=note + says("volumes")) as probe:
            reading = look(probe, "volumes")
        assert [status.text for status in reading.statuses] == ["thin pool vg0/pool: data 84 % full"]
        assert reading.gauges == {("volume.data", "vg0/pool"): 84.1}
        assert [(row["name"], row["free"]) for row in rows(reading, "groups")] == [("vg0", 20)]

    def test_lvm_takes_privilege(self, host: Start) -> None:
        """Without root and sudo nothing is run at all, and nothing is judged."""
        run = 'echo >>"${0%/bin/*}/ran"'
        with host(id="echo 1000", vgs=run, lvs=run) as probe:
            reading = look(probe, "volumes")
        assert (reading.document["lvm"], reading.statuses) == ("needs privilege", ())
        assert reading.document["text"] == "LVM tells its volumes to root alone"

    def test_through_sudo(self, host: Start) -> None:
        """An account that sudo lets run just these."""
        sudo = '[ "$1" = -n ] || exit 1; shift; [ "$1" = -l ] && exit 0; exec "$@"'
        files = {"groups": GROUP % 1, "volumes": POOL % "10.00"}
        with host(files, id="echo 1000", sudo=sudo, vgs=says("groups"), lvs=says("volumes")) as probe:
            reading = look(probe, "volumes")
        assert [status.text for status in reading.statuses] == ["volume group vg0: 1 physical volume missing"]
        assert len(rows(reading, "volumes")) == 1

    def test_lvm_that_hangs_is_asked_once(self, host: Start) -> None:
        """It is not waited for, and the volumes are not asked for."""
        files = {"bin/timeout": QUICK_TIMEOUT}
        with host(files, id="echo 0", vgs="exec sleep 600", lvs='echo >"${0%/bin/*}/ran"') as probe:
            reading = look(probe, "volumes")
        assert (reading.document["lvm"], reading.document["text"]) == ("failed", "no answer within 5 s")

    def test_btrfs(self, host: Start) -> None:
        """What it has given out, its devices, and their errors; a label may be anything."""
        place = f"sys/fs/btrfs/{UUID}"
        errors = "write_errs 0\nread_errs 3\nflush_errs 0\ncorruption_errs 4\ngeneration_errs 0\n"
        files = {
            f"{place}/label": "two words; $(id)\n",
            f"{place}/allocation/data/bytes_used": "70\n",
            f"{place}/allocation/data/total_bytes": "90\n",
            f"{place}/devinfo/1/missing": "0\n",
            f"{place}/devinfo/1/error_stats": errors,
            f"{place}/devinfo/2/missing": "1\n",
            "sys/fs/btrfs/features/x": "",
        }
        with host(files) as probe:
            reading = look(probe, "volumes")
        (only,) = rows(reading, "btrfs")
        assert (only["name"], only["devices"], only["missing"], only["errors"]) == ("two words; $(id)", 2, 1, 7)
        assert (only["used"], only["allocated"]) == (70, 90)
        assert [status.text for status in reading.statuses] == ["btrfs two words; $(id): 1 device missing"]


def group(path: str, **files: str) -> dict[str, str]:
    place = f"sys/fs/cgroup{path.rstrip('/')}"
    return {f"{place}/cgroup.procs": "", **{f"{place}/{name.replace('__', '.')}": text for name, text in files.items()}}


class TestScope:
    V2 = {"sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n"}  # noqa: RUF012 - read only

    def test_a_container_with_limits(self, host: Start) -> None:
        """The group at the top of what it sees is its own, and has the limits."""
        files = {
            **self.V2,
            "proc/self/cgroup": "0::/\n",
            ".dockerenv": "",
            **group("/", memory__max="536870912\n", memory__current="1000\n", cpu__max="150000 100000\n",
                    pids__max="100\n", pids__current="97\n", cpu__stat="usage_usec 5\nnr_periods 10\nnr_throttled 4\n",
                    memory__events="low 0\noom 3\noom_kill 2\n"),
        }  # fmt: skip
        with host(files) as probe:
            reading = look(probe, "scope")
        assert reading.document["container"] == "docker"
        assert reading.document["limits"] == {"memory": 536870912, "cpus": 1.5, "tasks": 100}
        (only,) = rows(reading, "groups")
        assert (only["throttled"], only["oom_kills"], only["memory"]) == (40.0, 2, 1000)
        assert [status.severity.value for status in reading.statuses] == ["critical"]

    def test_a_machine(self, host: Start) -> None:
        """Limits hold from above: those of our own slice count, those of another one are only shown."""
        files = {
            **self.V2,
            "proc/self/cgroup": "1:name=x:/\n0::/user.slice/user-7.slice/session-1.scope\n",
            **group("/user.slice/user-7.slice/session-1.scope", memory__max="max\n", cpu__max="max 100000\n"),
            **group("/user.slice/user-7.slice", memory__max="4096\n"),
            **group("/user.slice", memory__max="8192\n", cpu__max="200000 100000\n"),
            **group("/system.slice", memory__max="1\n", cpu__max="1000 100000\n"),
            "sys/fs/cgroup/cgroup.procs": "",
        }
        with host(files, systemd_detect_virt="echo none; exit 1") as probe:
            reading = look(probe, "scope")
        assert (reading.document["container"], reading.document["version"]) == ("", 2)
        assert reading.document["limits"] == {"memory": 4096, "cpus": 2.0, "tasks": None}
        assert [row["name"] for row in rows(reading, "groups")] == [
            "/user.slice/user-7.slice/session-1.scope", "/user.slice/user-7.slice", "/user.slice", "/", "/system.slice",
        ]  # fmt: skip

    def test_the_first_version_is_only_named(self, host: Start) -> None:
        """Its limits stand elsewhere, with other names."""
        with host({"sys/fs/cgroup/memory/tasks": ""}, systemd_detect_virt="echo lxc") as probe:
            document = look(probe, "scope").document
        assert (document["container"], document["version"], document["groups"]) == ("lxc", 1, [])

    def test_a_path_that_leads_out_is_not_followed(self, host: Start) -> None:
        """The kernel writes it so for a process that was moved out of its namespace."""
        with host({**self.V2, "proc/self/cgroup": "0::/../../etc\n"}) as probe:
            assert look(probe, "scope").document["own"] == "/"


class TestJournal:
    FILE = {"var/log/journal/3f0a/system.journal": ""}  # noqa: RUF012 - read only

    def test_errors_by_who_wrote_them(self, host: Start) -> None:
        """Counted, with the last of each; a password in it stays there."""
        said = (
            "1.5 web sshd[812]: error: kex_exchange_identification: Connection closed\n"
            "2.5 web app[7]: could not connect with password=hunter2\n 3.5 web app: again\n4.5 web app[]: last one\n"
        )
        with host({**self.FILE, "said": said}, journalctl=says("said"), date="echo 10") as probe:
            reading = look(probe, "journal")
        assert reading.gauges == {("journal.errors", ""): 0.6}
        assert [(row["name"], row["count"], row["text"]) for row in rows(reading, "writers")] == [
            ("app", 2, "last one"), ("sshd", 1, "error: kex_exchange_identification: Connection closed"),
        ]  # fmt: skip
        assert reading.statuses == ()

    @pytest.mark.parametrize("shell", SHELLS)
    def test_a_journal_that_takes_privilege(self, shell: str) -> None:
        """Whoever may not read it would get an empty one: it is not even asked."""
        # Root may read everything; nobody may not even enter a folder of the tests.
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        with tempfile.TemporaryDirectory(prefix="journal") as folder:
            place = Path(folder)
            place.chmod(0o755)
            run = f'#!/bin/sh\necho >"{place}/open/ran"\n'
            write_tree(place, {"proc/uptime": "1 1\n", **self.FILE, "bin/journalctl": run, "open/x": ""})
            (place / "open").chmod(0o777)
            (place / "var/log/journal/3f0a/system.journal").chmod(0)
            with Probe([*nobody, *SHELLS[shell]], place) as probe:
                document = look(probe, "journal").document
            assert document["state"] == "needs privilege"
            assert not (place / "open/ran").exists()

    def test_a_host_without_a_journal(self, host: Start) -> None:
        """Neither where there is no file, nor where there is no program."""
        with host(journalctl="echo x") as probe:
            assert look(probe, "journal").document["state"] == "none"

    def test_one_that_fails(self, host: Start) -> None:
        """What it says is told."""
        with host(self.FILE, journalctl="echo 'Bad message' >&2; exit 1") as probe:
            reading = look(probe, "journal")
        assert [status.text for status in reading.statuses] == ["journalctl fails: Bad message"]


SYSTEMD = {"run/systemd/system/x": ""}


class TestUnits:
    def test_restarts_between_two_looks(self, host: Start, tmp_path: Path) -> None:
        """The first look knows only how often; the second one, how often since."""
        show = 'case $* in *service*) cat "${0%/bin/*}/shown" ;; esac'
        systemctl = f"case $1 in is-system-running) echo running ;; list-units) ;; show) {show} ;; esac"
        files = {
            **SYSTEMD,
            "proc/uptime": "1000.5 1\n",
            "shown": "NRestarts=7\nId=a.service\n\nNRestarts=0\nId=b.service\n",
        }
        place = tmp_path / "a [h]ost*"
        with host(files, systemctl=systemctl) as probe:
            first = rows(look(probe, "units"), "restarted")
            (place / "shown").write_text("NRestarts=8\nId=a.service\n\nNRestarts=3\nId=b.service\n")
            (place / "proc/uptime").write_text("1300.5 1\n")
            second = look(probe, "units", 2)
            # A systemctl that fails is no systemd that never restarted anything.
            (place / "shown").write_text("")
            (place / "proc/uptime").write_text("1600.5 1\n")
            look(probe, "units", 3)
            (place / "shown").write_text("NRestarts=8\nId=a.service\n\nNRestarts=3\nId=b.service\n")
            (place / "proc/uptime").write_text("1900.5 1\n")
            last = look(probe, "units", 4)
        assert [(row["name"], row["restarts"], row["recent"]) for row in first] == [("a.service", 7, None)]
        assert [(row["name"], row["recent"], row["over_s"]) for row in rows(second, "restarted")] == [
            ("b.service", 3, 300.0), ("a.service", 1, 300.0),
        ]  # fmt: skip
        assert [status.text for status in second.statuses] == ["unit b.service was restarted 3 times of late"]
        assert last.statuses == ()

    def test_timers_are_told_in_utc(self, host: Start) -> None:
        """Whatever the host's zone is; those that are overdue are named."""
        timer = "Unit=a.service\\nNextElapseUSecRealtime=Thu 1970-01-01 00:10:00 $1\\nAccuracyUSec=1min\\nId=a.timer\\n"
        show = f'set -- "${{TZ%0}}"; printf "{timer}ActiveState=active\\nSubState=waiting\\n"'
        systemctl = f"case $*:$1 in *timer*:show) {show} ;; *:list-units) ;; *) echo running ;; esac"
        with host(SYSTEMD, systemctl=systemctl, date="echo 721") as probe:
            reading = look(probe, "units")
        (timer_row,) = rows(reading, "timers")
        assert (timer_row["name"], timer_row["late_s"], timer_row["missed"]) == ("a.timer", 121.0, True)
        assert [status.text for status in reading.statuses] == ["timer a.timer was due and did not run"]


class TestThisMachine:
    @pytest.mark.parametrize("shell", SHELLS)
    @pytest.mark.parametrize("name", ["timesync", "volumes", "scope", "journal", "units"])
    def test_every_section_is_understood(self, shell: str, name: str) -> None:
        """Whatever this machine has of it, in a moment and without a trace of a failure of ours."""
        with Probe(SHELLS[shell]) as probe:
            began = time.monotonic()
            reading = look(probe, name)
            assert time.monotonic() - began < BY_NAME[name].deadline_s
        assert reading.section == name
