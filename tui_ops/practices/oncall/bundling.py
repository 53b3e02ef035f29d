"""Throttle and digest: what waits for one person by one way goes together, and not too often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_ops.model.oncall import LIMIT, LIMIT_S

BUNDLE_S = 120.0
"""After a message, what comes within so long for the same person and way waits and goes as one: OnCall's two
minutes."""

BUNDLE_IMPORTANT_S = 30.0
"""The same where an important one waits: as long as the group wait, and no longer, for it is what people are woken
for."""

BUNDLE_MAX = 50
"""Notifications of one message: more are not read, and the message stays below what push services take."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notification that is to be sent."""

    id: int
    person: str
    channel: str
    not_before: float
    """Epoch seconds."""
    important: bool = False
    alone: bool = False
    """Whether somebody waits for it at a screen, a test for one: it goes at once, and by itself."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much one person is told by one way."""

    most: int = LIMIT
    within_s: float = LIMIT_S


@dataclass(frozen=True, slots=True)
class Batch:
    """Notifications that go as one message now."""

    person: str
    channel: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Throttled:
    """Notifications that wait, since this person had enough by this way."""

    person: str
    channel: str
    ids: tuple[int, ...]
    until: float
    why: str


def bundle(
    waiting: Sequence[Waiting],
    sent: Mapping[tuple[str, str], Sequence[float]],
    limits: Mapping[tuple[str, str], Limit],
    now: float,
) -> tuple[list[Batch], list[Throttled]]:
    """Return what goes now, and what has to wait for its limit. The rest waits for its time.

    Args:
        waiting: in the order in which it came.
        sent: when messages went, by person and way, in epoch seconds.
        limits: by person and way; the usual one where there is none.
        now: epoch seconds.
    """
    due = [one for one in waiting if one.not_before <= now]
    batches = [Batch(one.person, one.channel, (one.id,)) for one in due if one.alone]
    groups: dict[tuple[str, str], list[Waiting]] = {}
    for one in due:
        if not one.alone:
            groups.setdefault((one.person, one.channel), []).append(one)
    throttled: list[Throttled] = []
    for (person, channel), group in groups.items():
        limit = limits.get((person, channel), Limit())
        # The title is that of the first, so the important ones come before the others.
        ids = tuple(one.id for one in sorted(group, key=lambda one: not one.important)[:BUNDLE_MAX])
        recent = sorted(at for at in sent.get((person, channel), ()) if at > now - limit.within_s)
        if len(recent) >= limit.most:
            until = recent[len(recent) - limit.most] + limit.within_s
            why = f"{limit.most} messages went this way within {limit.within_s / 60:.0f} min, which is its limit"
            throttled.append(Throttled(person, channel, ids, until, why))
        elif not recent or max(recent) <= now - _gap(group):
            batches.append(Batch(person, channel, ids))
    return batches, throttled


def _gap(group: Sequence[Waiting]) -> float:
    return BUNDLE_IMPORTANT_S if any(one.important for one in group) else BUNDLE_S
