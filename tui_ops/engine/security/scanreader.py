"""A process of its own that reads a report of another scanner.

What is in the file is foreign: here it has bounded memory and time, no way to open anything else, and takes the engine
nothing but what it says in the end. Run as ``python -m tui_ops.engine.security.scanreader FILE``; it answers with one
line of JSON.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from tui_ops.practices.scans.limits import REPORT_LIMIT, ScanBroken
from tui_ops.practices.scans.plain import to_plain
from tui_ops.practices.scans.recognise import read_scans

MEMORY_LIMIT = 1 << 30
"""Bytes of address space: JSON of 64 MiB takes half of it as Python's objects, where it is as real reports are."""

CPU_LIMIT_S = 60
"""Seconds of the processor: the largest real reports take five."""

NICE = 10
"""The engine and the hosts' readings come first."""

TOO_MUCH = ["it takes more memory or time than any report", "check where it is from"]


def bound() -> None:
    """Bound what this process may take; it writes no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


def answer(file: Path) -> dict[str, Any]:
    """Read a report and return what is said of it."""
    try:
        with file.open("rb") as stream:
            data = stream.read(REPORT_LIMIT + 1)
        return {"scans": [to_plain(scan) for scan in read_scans(data)]}
    except ScanBroken as error:
        return {"wrong": [error.message, error.hint]}
    except (MemoryError, RecursionError):
        return {"wrong": TOO_MUCH}
    except OSError as error:
        return {"wrong": [f"it can't be read: {error.strerror or error}", "send it again"]}


def main() -> int:
    """Run the process."""
    bound()
    try:
        said = json.dumps(answer(Path(sys.argv[1])), allow_nan=False)
    except MemoryError:
        said = json.dumps({"wrong": TOO_MUCH})
    print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
