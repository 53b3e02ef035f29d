"""Evidence of hosts as data files, and of bytes of any kind: bounded, harmless text, or the one error."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.collectors.beside import LINE_LIMIT as BESIDE_LIMIT
from tui_ops.collectors.beside import parse_beside
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.evidence import (
    BLOCK_LINES,
    BLOCKS,
    EMPTY,
    LINE_LIMIT,
    Block,
    failed_units,
    parse_evidence,
    processes_block,
)
from tui_ops.collectors.processes import derive_top, read_processes
from tui_ops.collectors.sections import BY_NAME
from tui_ops.model.clean import clean

DATA = Path(__file__).parent / "data"
FIRST = b"run evidence\n"
CASES = [pytest.param(path, id=path.parent.name) for path in sorted(DATA.glob("*/evidence.txt"))]
BODIES = [FIRST + part for path in sorted(DATA.glob("*/evidence.txt")) for part in path.read_bytes().split(FIRST)[1:]]
WORDS = [word for words in BLOCKS.values() for word in words]
WORDS += ["whole", "broken", "none", "privilege", "late", "now", "up", "zone"]


@pytest.mark.parametrize("path", CASES)
def test_cases(path: Path) -> None:
    """What the three parts of a host say becomes exactly these blocks."""
    found = parse_evidence([FIRST + part for part in path.read_bytes().split(FIRST)[1:]])
    told = [{"name": one.name, "lines": list(one.lines), "why": one.why, "cut": one.cut} for one in found]
    assert told == json.loads(path.with_suffix(".json").read_text())


def test_it_does_not_come_round() -> None:
    """It is asked for when there is a reason."""
    assert "evidence" not in BY_NAME


def check(blocks: list[Block]) -> None:
    assert [block.name for block in blocks] == [name for name in BLOCKS if name in {one.name for one in blocks}]
    for block in blocks:
        assert len(block.lines) <= 3 * BLOCK_LINES + 2
        assert bool(block.lines) is not bool(block.why)
        for line in block.lines:
            assert clean(line, LINE_LIMIT + 30) == line
    failed = failed_units(blocks)
    assert len(failed) <= BLOCK_LINES


@st.composite
def any_bodies(draw: st.DrawFn) -> list[bytes]:
    """Real bodies with a stretch replaced, or lines of any words."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            body = draw(st.sampled_from(BODIES))
            start = draw(st.integers(0, len(body)))
            stop = draw(st.integers(start, min(len(body), start + 400)))
            found.append(body[:start] + draw(st.binary(max_size=40)) + body[stop:])
        else:
            rest = st.one_of(
                st.binary(max_size=60),
                st.sampled_from([b"1e999", b"-1", b"[ 999999999999.1] x", b"999999999999.1 h x", b"+9999", b"9" * 30]),
                st.sampled_from(
                    [b"2026-13-45 99:99:99 x", b"0001-01-01 00:00:00 x", b"9999-12-31 23:59:59 x", b"1 a b"]
                ),
            )
            rows = draw(st.lists(st.tuples(st.sampled_from(WORDS), rest), max_size=12))
            found.append(FIRST + b"\n".join(word.encode() + b" " + text for word, text in rows))
    return found


@given(any_bodies())
def test_any_bytes(bodies: list[bytes]) -> None:
    """A few blocks of short lines, or the one error."""
    try:
        check(parse_evidence(bodies))
    except NothingUsable:
        return


def test_nothing_at_all_is_told_as_such() -> None:
    for bodies in ([], [b""], [b"run packages\n"], [b"\xff" * 100]):
        with pytest.raises(NothingUsable) as caught:
            parse_evidence(bodies)
        assert caught.value.hint


def test_a_part_that_did_not_come_is_missed() -> None:
    """The others are there, and it is said of it that it failed."""
    found = {block.name: block for block in parse_evidence([FIRST + b"load /proc/loadavg:1 2 3\nwhole load"])}
    assert found["load"].lines == ("loadavg: 1 2 3",)
    assert found["journal"].why
    assert "acts" not in found


def test_a_block_that_was_read_and_is_empty_says_so() -> None:
    """A kernel that has logged nothing is no failure; what nobody would miss is left out."""
    found = {block.name: block for block in parse_evidence([FIRST + b"whole dmesg\nwhole acts"])}
    assert found["dmesg"] == Block("dmesg", (), EMPTY)
    assert "acts" not in found


def test_processes_as_text() -> None:
    """Every row is one line, whatever a process calls itself."""
    before = read_processes(b"hz 100\npage 4096\nuptime 100.0\np 7 1 R 100 10 3 5 a\nb\n")
    after = read_processes(b"hz 100\npage 4096\nuptime 101.0\np 7 1 R 150 10 3 5 a\nb\n")
    block = processes_block(derive_top(before, after, {7: ("root", "/bin/a --x\x1b[2J")}).document)
    assert block.lines[0] == "1 processes, CPU over 1.0 s"
    assert block.lines[2].split() == ["7", "root", "R", "50.0", "40.0", "KiB", "3", "/bin/a", "--x␛[2J"]


@given(st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(b"run beside\nping ".__add__)))
def test_beside_of_any_bytes(body: bytes) -> None:
    """Short and harmless."""
    try:
        found = parse_beside(body, "port 22 of web-1")
    except NothingUsable:
        return
    assert len(found) <= 20
    for line in found:
        assert clean(line, BESIDE_LIMIT + 60) == line


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ping 2 packets transmitted, 2 received, 0% packet loss", "ping: answers (2 of 2)"),
        ("ping 2 packets transmitted, 0 packets received, 100% packet loss", "ping: no answer (0 of 2)"),
        ("ping ", "ping: no answer"),
        ("tcp 0 Connection to 10.0.0.1 22 port [tcp/ssh] succeeded!", "it: takes connections"),
        ("tcp 1 nc: connect to 10.0.0.1 port 22 (tcp) failed: Connection refused", "it: refuses connections"),
        ("tcp 1 bash: connect: No route to host", "it: can't be reached: no route to host"),
        ("tcp 1 nc: connect to 10.0.0.1 port 22 (tcp) timed out: Operation now in progress", "it: no answer in time"),
        ("tcp 124 ", "it: no answer in time"),
        ("tcp 2 usage: nc", "it: could not be tried"),
        ("none tcp", "tcp: there is no program for it here"),
        ("neighbour 10.0.0.1 dev eth0 FAILED", "neighbour: 10.0.0.1 dev eth0 FAILED"),
    ],
)
def test_what_another_host_sees(said: str, meant: str) -> None:
    assert parse_beside(f"banner\nrun beside\n{said}\nwhole beside\n".encode(), "it") == (meant,)
