"""A host without /proc: what every system gives, in every shell, and what is said of the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.frame import ask_section, tick
from tui_ops.collectors.hello import parse_hello
from tui_ops.collectors.sections import BY_NAME
from tui_ops.collectors.vitals import parse_vitals

PROGRAMS = {
    "uname": 'case "$*" in -srm) echo FreeBSD 14.1-RELEASE amd64 ;; *) echo beastie ;; esac',
    "uptime": "echo ' 3:06PM  up 42 days, 17:54, 2 users, load averages: 0.35, 0.40, 0.52'",
    "date": "echo 1749999998",
    "sysctl": "echo '{ sec = 1746307537, usec = 123456 } Sat May  3 21:25:37 2025'",
    "ps": "printf 'Is\\nR+\\nZ\\nSs\\n'",
    "df": (
        "[ \"$*\" = '-kP -l' ] || exit 1\n"
        "echo 'Filesystem 1024-blocks Used Avail Capacity Mounted on'\n"
        "echo 'zroot/ROOT/default 98765432 12345678 86419754 13% /'\n"
        "echo 'devfs 1 1 0 100% /dev'"
    ),
}


@pytest.fixture(params=SHELLS)
def probe(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Probe]:
    (tmp_path / "bin").mkdir()
    for name, text in PROGRAMS.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    with Probe(SHELLS[request.param], root=tmp_path) as probe:
        yield probe


def test_uptime_load_processes_and_clock(probe: Probe) -> None:
    hello = parse_hello(probe.ready.body)
    assert (hello.system, hello.os, hello.sources) == ("FreeBSD", "FreeBSD 14.1-RELEASE", ())
    reading = parse_vitals(probe.ask(tick(1)).body, 1_750_000_000.0)
    assert reading.uptime_s == 1749999998 - 1746307537
    assert reading.gauges[("load.5", "")] == 0.4
    assert (reading.gauges[("procs.total", "")], reading.gauges[("procs.zombies", "")]) == (4.0, 1.0)
    assert reading.gauges[("system.clock_offset", "")] == -2.0
    assert "memory" in reading.missing


def test_filesystems_by_df(probe: Probe) -> None:
    found = BY_NAME["filesystems"].parse(probe.ask(ask_section("filesystems", 2, 10)).body)
    assert found.gauges[("fs.used", "/")] == 12345678 * 1024
    assert [key for key in found.gauges if key[1] == "/dev"] == []


@pytest.mark.parametrize("name", ["processes"])
def test_what_only_linux_tells_is_no_reading(probe: Probe, name: str) -> None:
    """It is told as missing, with why; never as an empty list that looks as if all were well."""
    body = probe.ask(ask_section(name, 3, 10)).body
    with pytest.raises(NothingUsable):
        BY_NAME[name].parse(body)
