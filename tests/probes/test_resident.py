"""The ticks answered by awk: every awk that a host may have, in every shell, and the way back to the shell."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe

from tui_ops.collectors.frame import ask_resident, ask_section, end_resident, tick
from tui_ops.collectors.vitals import parse_vitals, split_sources

AWKS = {"mawk": ["mawk"], "gawk": ["gawk"], "busybox": ["busybox", "awk"]}


@pytest.fixture(params=AWKS)
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A root whose awk is one of those, and whose /proc is that of this machine."""
    program, *word = AWKS[request.param]
    path = shutil.which(program)
    assert path is not None
    (tmp_path / "bin").mkdir()
    awk = tmp_path / "bin" / "awk"
    awk.write_text(f'#!/bin/sh\nexec {path} {" ".join(word)} "$@"\n')
    awk.chmod(0o755)
    (tmp_path / "proc").symlink_to("/proc")
    return tmp_path


@pytest.fixture(params=SHELLS)
def probe(request: pytest.FixtureRequest, tree: Path) -> Iterator[Probe]:
    with Probe(SHELLS[request.param], root=tree) as probe:
        yield probe


def words(content: bytes) -> list[bytes]:
    """The first word of each line: what does not move from one moment to the next."""
    return [line.split(b" ")[0].split(b":")[0] for line in content.splitlines() if not line[:1].isdigit()]


def test_awk_says_what_tail_says(probe: Probe) -> None:
    """The same files with the same lines; the values that move are compared by their names."""
    by_tail = probe.ask(tick(1))
    ready = probe.ask(ask_resident())
    assert (ready.kind, ready.number, ready.name) == ("ready", 2, "awk")
    by_awk = probe.ask(tick(2))
    assert (by_awk.kind, by_awk.number, by_awk.name) == ("tick", 2, "vitals")
    tailed, said = split_sources(by_tail.body), split_sources(by_awk.body)
    assert set(said) == set(tailed)
    assert said[b"sys/kernel/random/boot_id"].strip() == tailed[b"sys/kernel/random/boot_id"].strip()
    for path, content in tailed.items():
        # tail sets an empty line before the next file's name.
        assert words(said[path]) == words(content.removesuffix(b"\n")), path
    before, after = parse_vitals(by_tail.body, 0.0), parse_vitals(by_awk.body, 0.0)
    assert set(before.counters) == set(after.counters)
    assert set(before.gauges) == set(after.gauges)
    assert after.uptime_s >= before.uptime_s
    assert after.missing == before.missing


def test_many_ticks_and_the_way_back_to_the_shell(probe: Probe) -> None:
    """The process stays the same; a section is answered by the shell again, and awk can come back."""
    probe.ask(ask_resident())
    for number in range(1, 30):
        assert probe.ask(tick(number)).number == number
    back = probe.ask(end_resident())
    assert (back.kind, back.number, back.name) == ("ready", 3, "shell")
    assert probe.ask(ask_section("hardware", 40, 10)).kind == "section"
    assert probe.ask(ask_resident()).name == "awk"
    assert probe.ask(tick(50)).number == 50


def test_the_end_of_the_channel_ends_awk_too(probe: Probe) -> None:
    probe.ask(ask_resident())
    assert probe.process.stdin is not None
    probe.process.stdin.close()
    assert probe.process.wait(10) == 0


def test_an_awk_that_can_not_is_told_at_once(tmp_path: Path) -> None:
    """It looks like one that can and ends at its first word: the shell says that it goes on."""
    (tmp_path / "bin").mkdir()
    awk = tmp_path / "bin" / "awk"
    awk.write_text('#!/bin/sh\n[ "$2" = version ] && echo mawk 1.2\nexit 2\n')
    awk.chmod(0o755)
    (tmp_path / "proc").symlink_to("/proc")
    with Probe(root=tmp_path) as probe:
        assert probe.ask(ask_resident()).name == "shell"
        assert probe.ask(tick(7)).number == 7


def test_a_foreign_awk_is_not_asked(tmp_path: Path) -> None:
    """The one of the BSDs holds back what it is told line by line; only the three that were tried are taken."""
    original = shutil.which("original-awk")
    assert original is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "awk").symlink_to(original)
    (tmp_path / "proc").symlink_to("/proc")
    with Probe(root=tmp_path) as probe:
        assert probe.ask(ask_resident()).name == "shell"
        assert probe.ask(tick(7)).number == 7
