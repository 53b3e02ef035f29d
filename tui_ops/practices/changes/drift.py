"""Changes that nobody asked for: which differences are some, and the plan that takes one back."""

import fnmatch
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import yaml

from tui_ops.model.clean import clean
from tui_ops.model.differing import difference_said
from tui_ops.model.facts import Fields
from tui_ops.plans import read_plan
from tui_ops.plans.errors import PlanWrong
from tui_ops.plans.substitution import names_host

DECIDED = frozenset({
    "packages", "repositories", "unitfiles", "accounts", "authkeys", "sudoers", "sshdconf", "sysctl", "schedules",
    "firewall", "files", "authpolicy", "modes",
})  # fmt: skip
"""Topics in which somebody decides what is there. Services that run, sockets, mounts, interfaces, routes and hardware
also move by themselves: a link goes down, a service is restarted by systemd, and alerts speak of that. So do updates
that wait, logins, certificates that are renewed, files that programs leave to nobody, and what guards a host: of those
the checks of security speak."""

SHOWN = 3
"""Differences that a title or a line names."""

TITLE_LIMIT = 160


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference of a host, as the store keeps it."""

    id: int
    host: str
    topic: str
    item: str
    before: Fields | None
    after: Fields | None
    at: float
    """When it was first seen, epoch seconds."""
    since_at: float
    """The reading before: it happened between the two."""

    @property
    def said(self) -> str:
        """One line: what differs, from what to what."""
        return difference_said(self.topic, self.item, self.before, self.after)


def counts(drift: Drift, noise: Sequence[str]) -> bool:
    """Return whether a difference is one that somebody has to have decided.

    Args:
        drift: the difference.
        noise: patterns of the inventory, each ``topic`` or ``topic:item``, with ``*`` and ``?``.
    """
    if drift.topic not in DECIDED:
        return False
    for pattern in noise:
        topic, _, item = pattern.partition(":")
        if fnmatch.fnmatchcase(drift.topic, topic) and fnmatch.fnmatchcase(drift.item, item or "*"):
            return False
    return True


def title_of(drifts: Sequence[Drift], more: int = 0) -> str:
    """Return the title of the change that is made of differences of one host.

    Args:
        drifts: one for each item.
        more: how many there are beside them.
    """
    items = ", ".join(drift.item for drift in drifts[:SHOWN])
    rest = max(0, len(drifts) - SHOWN) + more
    more_said = f" and {rest} more" if rest else ""
    return clean(f"not planned: {items}{more_said} on {drifts[0].host}", TITLE_LIMIT)


def content_of(before: Fields | None) -> str | None:
    """Return a file's content as it was, if just that is kept.

    What is kept of a file hides what looks like a secret and has harmless characters only; its digest tells whether it
    is still what was there.
    """
    lines, digest = (before or {}).get("text"), (before or {}).get("sha256")
    if not isinstance(lines, list) or not isinstance(digest, str):
        return None
    for end in ("\n", ""):
        content = "\n".join(lines) + end
        if hashlib.sha256(content.encode()).hexdigest() == digest:
            return content
    return None


def way_back(drifts: Sequence[Drift]) -> tuple[str, list[str]]:
    """Return the plan that takes differences back, and what it can't take back, in words.

    Args:
        drifts: of one host.

    Returns:
        YAML, empty where nothing of them can be taken back.
    """
    steps: list[dict[str, object]] = []
    post: list[dict[str, object]] = []
    left: list[str] = []
    for drift in at_last(drifts):
        made = _step_back(drift)
        if made is None or not _is_usable(drift, *made):
            left.append(drift.said)
            continue
        steps.append(made[0])
        if made[1]:
            post.append(made[1])
    if not steps:
        return "", left
    plan: dict[str, object] = {"batches": ["100%"], "steps": steps}
    if post:
        plan["post"] = post
    return yaml.safe_dump(plan, sort_keys=False, allow_unicode=True, width=110), left


def merged(drifts: Sequence[Drift]) -> list[Drift]:
    """Return one difference for each item: from what it was before the first to what it is after the last.

    Args:
        drifts: of one host, the oldest first.
    """
    found: dict[tuple[str, str], Drift] = {}
    for drift in drifts:
        first = found.get((drift.topic, drift.item))
        found[drift.topic, drift.item] = drift if first is None else _joined(first, drift)
    return list(found.values())


def at_last(drifts: Sequence[Drift]) -> list[Drift]:
    """Return what of differences is left: an item that came and went, or is as it was again, needs no way back."""
    return [drift for drift in merged(drifts) if drift.before != drift.after]


def _joined(first: Drift, then: Drift) -> Drift:
    """Return two differences of one item as one. Each tells only the fields that differ, and all where it is new or
    gone.
    """
    if first.before is None and then.after is None:
        return replace(then, before=None, after=None, since_at=first.since_at)
    # What it was: of a field that only the later one tells, that one's word is the first there is.
    before = None if first.before is None else {**(then.before or {}), **first.before}
    after = None if then.after is None else {**(first.after or {}), **then.after}
    if before is not None and after is not None:
        for name in [name for name in before if name in after and before[name] == after[name]]:
            del before[name], after[name]
    return replace(then, before=before, after=after, since_at=first.since_at)


def _is_usable(drift: Drift, step: dict[str, object], check: dict[str, object]) -> bool:
    """Return whether a plan can hold a step: a host may call a thing by a name that no plan takes."""
    if names_host(drift.item):
        return False
    try:
        read_plan(yaml.safe_dump({"steps": [step], "post": [check] if check else []}, allow_unicode=True), {})
    except PlanWrong:
        return False
    return True


def _step_back(drift: Drift) -> tuple[dict[str, object], dict[str, object]] | None:
    """Return the step that takes one difference back, and the check that it did; None where there is no such step."""
    if drift.topic == "files":
        return _file_back(drift)
    if drift.topic == "modes":
        return _mode_back(drift)
    state = (drift.before or {}).get("state")
    verbs = {"enabled": "enable", "disabled": "disable", "masked": "mask"}
    if drift.topic == "unitfiles" and drift.after is not None and isinstance(state, str) and state in verbs:
        return {"unit": {"name": drift.item, "do": verbs[state]}, "become": True}, {}
    version = (drift.before or {}).get("version")
    if drift.topic == "packages" and drift.before is None:
        return {"package": {"name": drift.item, "do": "remove"}, "become": True}, {}
    if drift.topic == "packages" and isinstance(version, str):
        step = {"package": {"name": drift.item, "do": "install", "version": version}, "become": True}
        return step, {"check": {"package": drift.item, "version": version}}
    return None


def _mode_back(drift: Drift) -> tuple[dict[str, object], dict[str, object]] | None:
    """Return the step that gives a file its mode back; who owns it is not taken back by a guess at names."""
    before, after = drift.before, drift.after
    if before is None or after is None or before.keys() | after.keys() != {"mode"}:
        return None
    if not isinstance(before["mode"], str) or not drift.item.startswith("/"):
        return None
    return {"command": ["chmod", "--", before["mode"], drift.item], "become": True}, {}


def _file_back(drift: Drift) -> tuple[dict[str, object], dict[str, object]] | None:
    before, after = drift.before or {}, drift.after or {}
    if before.get("exists") is False:
        return {"file": {"path": drift.item, "state": "absent"}, "become": True}, {}
    content = content_of(before)
    if content is not None:
        told: dict[str, object] = {"path": drift.item, "content": content}
        told |= {name: before[name] for name in ("mode", "owner", "group") if isinstance(before.get(name), str)}
        return {"file": told, "become": True}, {"check": {"file": drift.item, "sha256": before["sha256"]}}
    if "sha256" not in before and "sha256" not in after and isinstance(before.get("mode"), str):
        if not drift.item.startswith("/"):
            return None
        return {"command": ["chmod", "--", str(before["mode"]), drift.item], "become": True}, {}
    return None
