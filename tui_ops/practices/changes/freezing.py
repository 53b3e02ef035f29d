"""What was approved is what runs: a change frozen to one canonical text, and the digest that approvals are bound to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from tui_ops.model.changes import ChangeKind, Start
from tui_ops.model.plans import Plan
from tui_ops.plans import from_document, to_document

FORMAT = 1
"""Of the text. Another one has another digest, so that what an older version froze is approved anew."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """Exactly what will run: on which hosts, with which values, and when."""

    change: int
    """Its number: an approval of one change is none of another with the same plan."""
    kind: ChangeKind
    plan: Plan
    """Checked and complete: no parameter is open."""
    hosts: tuple[str, ...]
    """Names, in the order in which the run goes over them before ``order`` is applied."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the plan's parameters are."""
    start: Start = Start.HAND
    starts_at: float | None = None
    """Not before this, epoch seconds; None sets no such limit."""
    ends_at: float | None = None
    """Not begun after this, epoch seconds."""
    dry_sha: str = ""
    """Digest of what a dry run found that would differ; empty where there was none."""


def freeze(frozen: Frozen) -> str:
    """Return the canonical JSON: keys sorted, no spaces, ASCII, so that equal things have equal texts."""
    document = {
        "format": FORMAT, "change": frozen.change, "kind": str(frozen.kind), "plan": to_document(frozen.plan),
        "hosts": list(frozen.hosts), "values": dict(frozen.values), "start": str(frozen.start),
        "starts_at": _number(frozen.starts_at), "ends_at": _number(frozen.ends_at), "dry_sha": frozen.dry_sha,
    }  # fmt: skip
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _number(at: float | None) -> float | None:
    return None if at is None else float(at)


def thaw(text: str) -> Frozen:
    """Return what :func:`freeze` wrote.

    Raises:
        ValueError: it is no such text, or that of another version.
    """
    said: dict[str, Any] = json.loads(text)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError("this was frozen by another version: submit the change anew")
    return Frozen(
        change=int(said["change"]), kind=ChangeKind(said["kind"]), plan=from_document(said["plan"]),
        hosts=tuple(said["hosts"]), values=dict(said["values"]), start=Start(said["start"]),
        starts_at=said["starts_at"], ends_at=said["ends_at"], dry_sha=str(said["dry_sha"]),
    )  # fmt: skip


def sha(text: str) -> str:
    """Return the digest of a frozen text: SHA-256 in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def work_sha(frozen: Frozen) -> str:
    """Return the digest of what is done and where, whenever that is: by it a dry run belongs to a plan."""
    return sha(freeze(replace(frozen, start=Start.HAND, starts_at=None, ends_at=None, dry_sha="")))
