"""What a run of the section says beyond its data files."""

import pytest

from tui_ops.collectors.filesystems import fullest, parse_filesystems

HEAD = b"table mountinfo\nmountinfo 21 1 8:1 / / rw - ext4 /dev/sda1 rw\nlocal /\n"


def test_the_fullest_filesystem_as_df_counts() -> None:
    """Of what an ordinary user can reach: the share reserved for root does not count as free."""
    assert fullest({("fs.used", "/"): 40.0, ("fs.available", "/"): 60.0, ("fs.size", "/"): 105.0}) == 40.0
    assert fullest({("fs.used", "/"): 1.0, ("fs.available", "/"): 9.0, ("fs.used", "/b"): 5.0}) == 100.0
    assert fullest({}) is None


def test_local_disks_that_hang_have_one_status() -> None:
    """The single look at all local filesystems that does not return is one alarm, and names no wrong disk."""
    reading = parse_filesystems(HEAD + b"hanging k 99 70\nhanging i 98 70\n")
    assert [status.subject for status in reading.statuses] == ["local filesystems"]
    assert "process 99" in reading.statuses[0].text
    assert "1m" in reading.statuses[0].text


@pytest.mark.parametrize(
    "row", [b"/dev/sda1 10 4 6 40% /", b"/dev/sda1 with blanks 1 2 3 10 4 6 40% /", b"x 10 4 6 - /"]
)
def test_rows_of_df(row: bytes) -> None:
    """Devices with blanks, even with numbers in them, do not shift the columns."""
    assert parse_filesystems(HEAD + b"k - " + row + b"\n").gauges["fs.used", "/"] == 4 * 1024


def test_a_filesystem_that_df_does_not_mention() -> None:
    """No row and no complaint is not taken for an empty disk."""
    reading = parse_filesystems(HEAD)
    assert reading.gauges == {}
    assert [(status.subject, status.severity.value) for status in reading.statuses] == [("/", "unknown")]
