"""The check of what differs on a host and no change explains.

The drafts of such differences tell what came about, and the host's facts whether it is still so: a difference that
somebody took back by hand, or that a change has moved on since, is over, whatever became of its draft.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_ops.model.clean import clean
from tui_ops.model.differing import difference_said
from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.base import STALE_AFTER, Check, Judgement, NotReadable, Read, Remedy, Scene
from tui_ops.practices.security.checks.plain import known_mapping, names, number, settled, word

TOPICS = (
    "packages", "repositories", "unitfiles", "accounts", "authkeys", "sudoers", "sshdconf", "sysctl", "schedules",
    "firewall", "authpolicy", "modes",
)  # fmt: skip
FILES = "files"
"""Those in which somebody decides what is there: of differences in others no draft is made. Files are beside them:
they are read only where the inventory names some, and those that it names no more grow old without harm."""

CHECK = "drift-open"

WAITS = "draft"
OVER: Mapping[str, str] = {"cancelled": "was cancelled", "ended": "has ended", "closed": "was closed"}
"""States in which a change takes nothing back any more."""

SAID_LIMIT = 220
"""Characters of what differs; the draft stands behind it."""


@dataclass(frozen=True, slots=True)
class _Differs:
    """One difference of a draft."""

    topic: str
    item: str
    before: Fields | None
    after: Fields | None

    @property
    def said(self) -> str:
        """One line: what differs, from what to what."""
        return difference_said(self.topic, self.item, self.before, self.after)


def _drifted(scene: Scene) -> Judgement:
    told = known_mapping(scene, "drift")
    reads = {topic: scene.reads[topic] for topic in (*TOPICS, FILES) if _is_fresh(scene.reads.get(topic), scene.now)}
    if told is None:
        raise NotReadable("nothing is known of differences on this host")
    if not reads:
        raise NotReadable("its facts have not been read yet")
    seen: dict[str, Seen] = {}
    for draft in _mappings(told.get("drafts")):
        for one in _of_draft(draft, reads):
            seen.setdefault(one.object, one)  # The newest draft that tells of it comes first.
    unread = [f"{topic} {start}" for topic, read in reads.items() for start in (*read.unread, *_beyond(read))]
    if told.get("cut"):
        unread.append("")
    hidden = [topic for topic, read in reads.items() if read.unread or read.cut]
    return settled(
        "nothing differs that no change explains", f"{len(seen)} things differ, and no change explains it",
        list(seen.values()), unread, f"not all was looked at of {names(hidden) or 'older drafts'}", hidden,
    )  # fmt: skip


def _is_fresh(read: Read | None, now: float) -> bool:
    return read is not None and now - read.at <= STALE_AFTER * read.period_s


def _of_draft(draft: Mapping[str, object], reads: Mapping[str, Read]) -> Iterator[Seen]:
    """Give what of a draft is still so."""
    change, state, more = word(draft, "change"), word(draft, "state"), number(draft, "more") or 0
    data: Mapping[str, Field] = {"draft": change}
    left = 0
    for told in _mappings(draft.get("items")):
        one = _Differs(word(told, "topic"), word(told, "item"), _fields(told, "before"), _fields(told, "after"))
        if _is_so(one, reads.get(one.topic)):
            left += 1
            yield Seen(
                f"{one.topic} {one.item}", f"{clean(one.said, SAID_LIMIT)}; {_standing(change, state)}", data=data
            )
    if more and (left or state not in OVER):
        yield Seen(f"{change} more", f"{more} more differences; {_standing(change, state)}", data=data)


def _standing(change: str, state: str) -> str:
    if state == WAITS:
        return f"no change explains it: {change}"
    return f"{change} {OVER[state]}, and it is still so" if state in OVER else f"{change} is {state}"


def _is_so(one: _Differs, read: Read | None) -> bool:
    """Return whether a thing is still as the difference left it; what was not looked at is taken to be so."""
    if one.before == one.after:
        return False  # It came and went.
    if read is None:
        return True
    now = read.items.get(one.item)
    if now is None or one.after is None:
        return (now is None) == (one.after is None) or not read.knows(one.item)
    return all(now.get(name) == value or _is_hidden(name, now, read) for name, value in one.after.items())


def _is_hidden(name: str, now: Fields, read: Read) -> bool:
    return name not in now and name in read.unread_fields


def _beyond(read: Read) -> tuple[str, ...]:
    return ("",) if read.cut else ()


def _mappings(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return []
    return [one for one in value if isinstance(one, Mapping)]


def _fields(told: Mapping[str, object], name: str) -> Fields | None:
    value = told.get(name)
    return value if isinstance(value, dict) else None


CHECKS_OF_DRIFT: tuple[Check, ...] = (
    Check(
        CHECK, "what differs on a host, a change explains", TOPICS, _drifted, FindingSeverity.MEDIUM,
        FindingKind.DRIFT,
        remedy=Remedy(
            "Find out who it was, then adopt its draft among the changes, or take it back there.",
            by_hand="whether it was meant, only people know: change.adopt or change.revert, on the change it names",
        ),
        root=True,
    ),
)  # fmt: skip
"""Beyond the reference's table, and under no control."""
