"""The file that says how long the audit chain is, kept apart from the database that it guards.

It is written before an act is committed (with what the chain will be) and after (with what it is), in place and
in one piece shorter than a disk sector: a crash leaves one or the other, and a full disk does not matter.
"""

import os
import re
from pathlib import Path

from tui_ops.model.chain import Head
from tui_ops.store.errors import StoreCorrupt, at_border

_RECORD = re.compile(rb"(\d{20}) ([0-9a-f]{64})\n(\d{20}) ([0-9a-f]{64})\n")


def read_head(path: Path) -> Head | None:
    """Return what the file says; None where there is none.

    Raises:
        StoreCorrupt: it is not such a file.
        StoreError: it can't be read.
    """
    with at_border(path):
        try:
            found = _RECORD.fullmatch(path.read_bytes()[:1024])
        except FileNotFoundError:
            return None
    if found is None:
        raise StoreCorrupt(f"{path} is damaged", "see whether someone wrote to it; tui-ops audit verify")
    return Head(int(found[1]), found[2].decode(), int(found[3]), found[4].decode())


def write_head(path: Path, head: Head, durable: bool) -> None:
    """Write the file in place.

    Args:
        path: the file; made when it is not there.
        head: what to write.
        durable: whether it is on disk when this returns.

    Raises:
        StoreError: it can't be written.
    """
    record = f"{head.count:020d} {head.hash}\n{head.next_count:020d} {head.next_hash}\n".encode()
    with at_border(path):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        try:
            os.pwrite(opened, record, 0)
            if durable:
                os.fsync(opened)
        finally:
            os.close(opened)
