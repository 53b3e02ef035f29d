"""A process of its own that makes a new ``feeds.db`` of the present one and a file that came in.

What is in the file is foreign: here it has bounded memory, time and disk, and takes the engine nothing but what it says
in the end. Run as ``python -m tui_ops.engine.security.compiler FILE NEW PRESENT``, with an order on its input; it
answers with one line of JSON.
"""

import hashlib
import json
import os
import resource
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.vulnerabilities import JUDGES, FeedFile, FeedKind
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken
from tui_ops.practices.vulnerabilities.reading.recognise import HEAD, name_of, read_feed, recognise
from tui_ops.practices.vulnerabilities.reading.words import Told, is_package
from tui_ops.store.feeds import NewFeeds

MEMORY_LIMIT = 1 << 30
"""Bytes of address space: three times what the largest feed takes."""

CPU_LIMIT_S = 1800
"""Seconds of the processor: ten times what the largest feed takes."""

DISK_LIMIT = 8 << 30
"""Bytes of one file that it writes."""

NICE = 10
"""The engine and the hosts' readings come first."""

NOTE_LIMIT = 400
"""Characters of what was not understood."""

SHRUNK = 0.5
"""A feed that says less than this part of what it said before is not taken for what hosts are judged by, since all that
is missing would count as mended; of another kind it is taken, and told."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to make of a file."""

    by: str
    at: float
    """Now, epoch seconds."""
    kind: str = ""
    """Empty: told by its content."""
    suite: str = ""
    dated_at: float | None = None
    """When its publisher made it, where the file does not say."""


def take(file: Path, new: Path, present: Path, order: Order) -> FeedFile:
    """Make a new file of the present one and of a feed.

    Args:
        file: the feed.
        new: is made.
        present: need not be there.
        order: what is known of the feed.

    Returns:
        The feed as it stands in the new file.

    Raises:
        FeedBroken: it can't be used; what was made of it is good for nothing.
    """
    told = Told()
    making = NewFeeds(new, present)
    try:
        with file.open("rb") as stream:
            kind = FeedKind(order.kind) if order.kind else recognise(stream.read(HEAD))
            if kind is FeedKind.DEBSECAN and not is_package(order.suite):
                raise FeedBroken("a file of debsecan does not say which release it is about", "add --suite bookworm")
            stream.seek(0)
            sha = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            stream.seek(0)
            number, count, places = making.add(read_feed(kind, stream, told, order.suite))
        if not count:
            why = f": {told.left.note}" if told.left.note else ""
            raise FeedBroken(f"it says nothing of any package or vulnerability{why}", "check where it is from")
        name, dated_at = name_of(kind, told), _dated(kind, told, order)
        _must_not_hide(name, kind, count, dated_at, told, making)
        note = _note(told, count, making.count_of(name))
        making.forget(name)
        feed = FeedFile(
            name, kind, dated_at, order.at, order.by, sha, size, count, note, places
        )  # fmt: skip
        making.name(number, feed)
        making.finish()
    finally:
        making.close()
    return feed


def _must_not_hide(
    name: str, kind: FeedKind, count: int, dated_at: float | None, told: Told, making: NewFeeds
) -> None:  # fmt: skip
    """Refuse a feed in whose place what hosts are vulnerable to would seem to be mended.

    Raises:
        FeedBroken: it is older than the one in use, says far less, or was understood in its smaller part.
    """
    first = f"if it is right: tui-ops feeds forget {shlex.quote(name)} --yes, then import it"
    before_at, before = making.dated_of(name), making.count_of(name)
    if dated_at is not None and before_at is not None and dated_at < before_at:
        raise FeedBroken(
            f"it is of {iso(dated_at)[:16]}, older than the {name} in use, of {iso(before_at)[:16]}", first
        )
    if kind in JUDGES and count < SHRUNK * before:
        raise FeedBroken(f"it says {count} where {name} said {before} before: what it leaves out is not mended", first)
    if kind in (FeedKind.DEBSECAN, FeedKind.TRACKER) and told.left.count > count:
        raise FeedBroken(f"most of it is not understood: {told.left.note}", "check where it is from")


def _note(told: Told, count: int, before: int) -> str:
    shrunk = f"it says {count} where it said {before} before" if count < SHRUNK * before else ""
    return clean("; ".join(one for one in (shrunk, told.left.note) if one), NOTE_LIMIT)


def _dated(kind: FeedKind, told: Told, order: Order) -> float | None:
    """Return when a feed was made. A record of OSV says when it changed, and the archive may be younger than all."""
    known = told.dated_at if told.dated_at is not None else order.dated_at
    if kind is FeedKind.OSV and told.dated_at is not None and order.dated_at is not None:
        known = max(told.dated_at, order.dated_at)
    return None if known is None else min(known, order.at)


def forget(name: str, new: Path, present: Path) -> bool:
    """Make a new file of the present one without a feed; return whether it was there."""
    making = NewFeeds(new, present)
    try:
        found = making.forget(name)
        making.finish()
    finally:
        making.close()
    return found


def bound() -> None:
    """Bound what this process may take."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK_LIMIT, DISK_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


def answer(arguments: Sequence[str], order: dict[str, Any]) -> dict[str, Any]:
    """Do what is ordered and return what is said of it."""
    file, new, present = map(Path, arguments)
    try:
        if "forget" in order:
            return {"forgot": forget(str(order["forget"]), new, present)}
        return {"feed": asdict(take(file, new, present, Order(**order)))}
    except FeedBroken as error:
        return {"wrong": [error.message, error.hint]}
    except MemoryError:
        return {"wrong": ["it takes more memory than any feed", "check where it is from"]}
    except OSError as error:
        return {"wrong": [f"it can't be kept: {error.strerror or error}", "free space on the filesystem of the state"]}


def main() -> int:
    """Run the process."""
    os.umask(0o077)
    bound()
    print(json.dumps(answer(sys.argv[1:4], json.load(sys.stdin))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
