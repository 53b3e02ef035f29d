"""Files: put in the place of what was there, which is kept and can come back."""

import difflib
import hashlib
import re

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import (
    RESULT_LINES,
    SAID_LIMIT,
    Kind,
    arg,
    failed,
    judge_ours,
    judge_ours_dry,
    ours,
)

OLD_LIMIT = 256 * 1024
"""Bytes of the old content that are fetched to show what would differ; of more, only the size is told."""

_THERE = re.compile(rb"there (fits|differs) (\S{1,16}) ([0-9:]{1,40}) ([0-9]{1,18})")


def content_of(step: Step) -> bytes:
    """Return what the file shall hold."""
    return str(step.args.get("content", "")).encode()


def _words(step: Step, how: str) -> tuple[str, ...]:
    path = arg(step, "path")
    name = hashlib.sha256(path.encode()).hexdigest()[:24]
    return (how, path, arg(step, "state") or "present", *(arg(step, one) for one in ("mode", "owner", "group")), name)


def compose(step: Step) -> Order:
    """Return the order that makes the file so."""
    return ours("file", step, *_words(step, "do"), content=content_of(step))


def dry(step: Step) -> Order:
    """Return the order that brings what is there."""
    return ours("file", step, *_words(step, "dry"))


def judge_dry(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return the difference between what is there and what would be."""
    if code != 0:
        return failed(code, output, step)
    path, new = arg(step, "path"), content_of(step)
    if arg(step, "state") == "kept":
        return CellEnd(CellState.OK, clean(f"would keep {path} as it is now", SAID_LIMIT), 0)
    head, _, old = output.partition(b"\n")
    absent = arg(step, "state") == "absent"
    if head == b"absent":
        return CellEnd(CellState.OK, f"{path} is not there", 0) if absent else _differs(step, b"", new, "would make")
    found = _THERE.fullmatch(head)
    if found is None:
        return CellEnd(CellState.FAILED, f"what the host says of {path} can't be read", code)
    size = int(found[4])
    if absent:
        return _differs(step, old, b"", "would remove") if size <= OLD_LIMIT else _too_large(step, size)
    terms = "" if found[1] == b"fits" else _terms(step, found[2].decode("ascii", "replace"), found[3].decode())
    if old == new and size == len(new):
        if not terms:
            return CellEnd(CellState.OK, f"{path} is as it shall be", 0)
        return CellEnd(
            CellState.CHANGED, clean(f"would change {path}: {terms}", SAID_LIMIT), 0, result=f"{path}: {terms}"
        )
    if size > OLD_LIMIT:
        return _too_large(step, size)
    return _differs(step, old, new, "would replace", terms)


def _terms(step: Step, bits: str, owner: str) -> str:
    wanted = [f"{name} {arg(step, name)}" for name in ("mode", "owner", "group") if arg(step, name)]
    return f"{', '.join(wanted)} instead of {bits} {owner}"


def _too_large(step: Step, size: int) -> CellEnd:
    path = arg(step, "path")
    said = f"{path} holds {size:,} bytes, too many to show what differs"
    return CellEnd(CellState.CHANGED, clean(said, SAID_LIMIT), 0, result=said)


def _differs(step: Step, old: bytes, new: bytes, word: str, terms: str = "") -> CellEnd:
    path = arg(step, "path")
    result = "\n".join([*([f"{path}: {terms}"] if terms else []), *difference(path, old, new)])
    return CellEnd(CellState.CHANGED, clean(f"{word} {path}", SAID_LIMIT), 0, result=result)


def difference(path: str, old: bytes, new: bytes) -> list[str]:
    """Return a unified diff as clean lines, or one line where one of the two is no text.

    Args:
        path: of the file.
        old: what it holds.
        new: what it shall hold.
    """
    try:
        before, after = (side.decode("utf-8").splitlines() for side in (old, new))
    except UnicodeDecodeError:
        before = after = []
    if b"\0" in old or b"\0" in new or (not before and not after and old != new):
        return [f"{path} is no text: {len(old):,} bytes before, {len(new):,} after"]
    lines = [clean(line) for line in difflib.unified_diff(before, after, path, path, lineterm="")]
    if old and new and old.endswith(b"\n") != new.endswith(b"\n"):
        lines.append(
            "the last line would end the file " + ("as a line" if new.endswith(b"\n") else "without a line end")
        )
    if len(lines) > RESULT_LINES:
        lines = [*lines[:RESULT_LINES], f"… and {len(lines) - RESULT_LINES} lines more"]
    if lines:
        return lines
    return [f"{path}: only its line ends differ" if old and new else f"{path} is empty"]


def compose_restore(step: Step) -> Order:
    """Return the order that puts back what this run replaced."""
    return ours("restore", step, "do")


def dry_restore(step: Step) -> Order:
    """Return the order that says what would be put back."""
    return ours("restore", step, "dry")


FILE = Kind(compose, dry, judge_ours, judge_dry)
RESTORE = Kind(compose_restore, dry_restore, judge_ours, judge_ours_dry)
