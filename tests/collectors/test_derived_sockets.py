"""Listening sockets as facts: what comes and goes by itself is no difference, and nobody listens unseen."""

import pytest

from tui_ops.collectors.facts.derived import sockets
from tui_ops.collectors.sockets import BODY_LIMIT, parse_sockets
from tui_ops.model.facts import FactReading, compare


def listening(*rows: tuple[str, str, str, int]) -> FactReading:
    """Return the facts of what ss tells: kind and address, program, user."""
    lines = "".join(
        f'{proto} LISTEN 0 128 {place} 0.0.0.0:* users:(("{program}",pid=812,fd=3)) uid:{uid} ino:1 sk:1\n'
        if program
        else f"{proto} LISTEN 0 128 {place} 0.0.0.0:* uid:{uid} ino:1 sk:1\n"
        for proto, place, program, uid in rows
    )
    return sockets(parse_sockets(f"source ss\n{lines}".encode()))


SSHD = ("tcp", "0.0.0.0:22", "sshd", 1)


def test_ports_that_are_drawn_anew_are_no_difference() -> None:
    """A program that listens for others on any port is the same one after its next start."""
    before = listening(SSHD, ("tcp", "0.0.0.0:40001", "rpc.statd", 5), ("tcp", "0.0.0.0:40002", "rpc.statd", 5))
    after = listening(SSHD, ("tcp", "0.0.0.0:51777", "rpc.statd", 5))
    assert compare(before.items, after).differences == ()
    assert list(after.items) == ["tcp 0.0.0.0:22", "tcp 0.0.0.0:32768-60999 uid 5"]
    assert after.items["tcp 0.0.0.0:32768-60999 uid 5"] == {"owner": "uid 5", "process": "rpc.statd"}


@pytest.mark.parametrize("place", ["127.0.0.1:40000", "127.0.0.53:32768", "[::1]:60999", "[::ffff:127.0.0.1]:50000"])
def test_what_only_the_host_can_ask_on_such_a_port_is_noise(place: str) -> None:
    """Short-lived programs: thousands of them in an hour of tests."""
    assert listening(SSHD, ("tcp", place, "python3", 1000)).items.keys() == {"tcp 0.0.0.0:22"}


@pytest.mark.parametrize("place", ["127.0.0.1:32767", "127.0.0.1:61000", "127.0.0.1:8080"])
def test_other_ports_are_told_one_by_one(place: str) -> None:
    """Also where only the host itself can ask."""
    assert f"tcp {place}" in listening(SSHD, ("tcp", place, "python3", 1000)).items


@pytest.mark.parametrize(
    ("row", "item"),
    [
        (("tcp", "0.0.0.0:44444", "nc", 1000), "tcp 0.0.0.0:32768-60999 uid 1000"),
        (("tcp", "10.0.0.5:44444", "nc", 5), "tcp 10.0.0.5:32768-60999 uid 5"),
    ],
)
def test_somebody_new_who_listens_for_others_is_told(row: tuple[str, str, str, int], item: str) -> None:
    """Another account, or another address."""
    before = listening(SSHD, ("tcp", "0.0.0.0:40001", "rpc.statd", 5))
    after = listening(SSHD, ("tcp", "0.0.0.0:40001", "rpc.statd", 5), row)
    assert [(one.item, one.before) for one in compare(before.items, after).differences] == [(item, None)]


def test_another_program_of_the_same_account_is_told() -> None:
    """By the list of programs."""
    before = listening(("tcp", "0.0.0.0:40001", "rpc.statd", 5))
    after = listening(("tcp", "0.0.0.0:40001", "rpc.statd", 5), ("tcp", "0.0.0.0:44444", "nc", 5))
    (found,) = compare(before.items, after).differences
    assert found.after == {"process": "nc, rpc.statd"}


def test_without_privilege_the_account_is_known_and_the_program_unread() -> None:
    """The item has the same name, so that a drop-in makes no difference of it."""
    bare = listening(("tcp", "0.0.0.0:40001", "", 5))
    assert bare.items == {"tcp 0.0.0.0:32768-60999 uid 5": {"owner": "uid 5"}}
    assert (bare.unread_fields, bare.needs) == (("process",), ("programs of listening sockets",))


@pytest.mark.parametrize("many", [301, 1300])
def test_where_there_are_more_than_are_kept_none_is_taken_for_gone(many: int) -> None:
    """Somebody opens hundreds of ports: the one that was found before is not here, and may still be there."""
    rows = [("tcp", f"0.0.0.0:{port}", "x" * 15, 1000) for port in range(1024, 1024 + many)]
    assert listening(*rows).unread == ("",)
    assert listening(*rows[:300]).unread == ()


def test_what_the_section_has_cut_off_is_not_all() -> None:
    """Few sockets, each of a hundred workers."""
    workers = ",".join(f'("nginx",pid={number},fd=3)' for number in range(100_000, 100_250))
    line = f"tcp LISTEN 0 128 0.0.0.0:{{}} 0.0.0.0:* users:({workers}) uid:0 ino:1 sk:1\n"
    said = "".join(line.format(port) for port in range(80, 110)).encode()[:BODY_LIMIT]
    assert sockets(parse_sockets(b"source ss\n" + said)).unread == ("",)
    assert sockets(parse_sockets(b"source ss\n" + said[: BODY_LIMIT // 2].rpartition(b"\n")[0])).unread == ()
