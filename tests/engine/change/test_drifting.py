"""Differences that nobody planned, in the engine: who was on the host meanwhile."""

import pytest

from tui_ops.collectors.evidence import Block
from tui_ops.engine.change.drifting import LOGINS_KEPT, lately, logins
from tui_ops.model.clock import iso

SINCE = 1_700_000_000.0


def acts(*lines: str) -> Block:
    """Return what a host's logs say of logins and sudo."""
    return Block("acts", lines)


def test_of_the_logs_what_lies_within_the_time() -> None:
    """A line without a time is told as well; a secret on a command line is not."""
    before = f"{iso(SINCE - 60)} sshd[1]: Accepted publickey for ann from 10.0.0.1"
    within = f"{iso(SINCE + 60)} sudo[2]: bob : COMMAND=/usr/bin/vi /etc/motd"
    secret = f"{iso(SINCE + 70)} sudo[3]: bob : COMMAND=/usr/bin/mysql --password=hunter2"
    said = logins([acts(before, within, secret, "Nov 14 22:15 su: bob became root")], SINCE)
    assert said[0] == within
    assert (len(said), "hunter2" in said[1], said[2]) == (3, False, "Nov 14 22:15 su: bob became root")


def test_without_logs_who_was_there_last() -> None:
    """Each person from each place once; what is no login is left out."""
    lines = (
        "ann      pts/1        10.0.0.1         Sat Nov 28 22:02:55 2026 - Sat Nov 28 22:03:02 2026  (00:00)",
        "ann      pts/2        10.0.0.1         Sat Nov 28 22:02:31 2026   gone - no logout",
        "bob      pts/1        fe80::1          Sat Nov 28 21:02:31 2026   still logged in",
        "reboot   system boot  6.1.0-28-amd64   Sat Nov 28 10:51:45 2026   still running",
        "",
        "wtmp begins Sat Nov 28 10:51:45 2026",
    )
    assert logins([Block("logins", lines)], SINCE) == ["ann from 10.0.0.1, lately", "bob from fe80::1, lately"]


@pytest.mark.parametrize("blocks", [[], [acts()], [Block("logins", ())]])
def test_a_host_that_tells_nothing(blocks: list[Block]) -> None:
    assert logins(blocks, SINCE) == []


def test_they_are_bounded() -> None:
    """Of many the latest."""
    many = [f"{iso(SINCE + number)} sshd: {number}" for number in range(100)]
    assert logins([acts(*many)], SINCE) == many[-LOGINS_KEPT:]
    assert len(lately([f"u{number} pts/1 10.0.0.{number} Sat" for number in range(100)])) == LOGINS_KEPT
