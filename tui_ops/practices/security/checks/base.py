"""What a check is, what it is shown, and what it says.

A check reads nothing itself: it is shown the topics of facts that it names, as they are known, and judges them. So a
topic is read once, however many checks look at it, and a check can be tried anywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.facts import Beginnings, Field, Fields
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen

# Judging ends early by one of these; the runner makes a result of each.
#
#   CheckEnds
#   ├── NotReadable     unknown: what it needs could not be read
#   ├── NotJudgeable    error: it was read, and makes no sense
#   └── NotForThis      not applicable


class CheckEnds(TuiOpsError):
    """A judge ends without pass or fail; the message says why."""


class NotReadable(CheckEnds):
    """What the check needs could not be read.

    Args:
        message: what, in words for people.
        topics: whose lines of root would make it known; empty where privilege is not what is missing.
        unread: beginnings of objects that could not be looked at, where the others were, and are well; empty: none was.
    """

    def __init__(self, message: str, topics: tuple[str, ...] = (), unread: tuple[str, ...] = ()) -> None:
        super().__init__(message, "")
        self.topics = topics
        self.unread = unread


class NotJudgeable(CheckEnds):
    """What was read is nothing that this check understands."""


class NotForThis(CheckEnds):
    """The host has nothing that this check is about."""


@dataclass(frozen=True, slots=True)
class Read:
    """One topic of a host, as it is known."""

    topic: str
    items: Mapping[str, Fields]
    at: float
    """When it was read, epoch seconds."""
    period_s: float = 3600.0
    unread: tuple[str, ...] = ()
    """Beginnings of names of items that could not be looked at."""
    unread_fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What takes privilege, in words."""
    cut: int = 0

    def knows(self, name: str) -> bool:
        """Return whether an item was looked at: one that is not there then is really not there."""
        return name in self.items or not Beginnings(self.unread).has(name)

    def why(self, name: str = "") -> str:
        """Return why something was not read, in words: privilege only where the host said that this is what it takes.

        Args:
            name: of what; empty: some of the topic.
        """
        if self.needs:
            return f"takes privilege: {', '.join(self.needs)}"
        what = f"{name.strip()} was not read whole" if name else "it was not read whole"
        return f"{self.topic}: {what}; R reads it again"

    def looked(self, name: str) -> None:
        """Go on only if an item was looked at.

        Raises:
            NotReadable: it was not.
        """
        if not self.knows(name):
            raise NotReadable(self.why(name), (self.topic,))

    def whole(self) -> None:
        """Go on only if all of the topic was looked at.

        Raises:
            NotReadable: some of it was not.
        """
        if self.cut:
            raise NotReadable(f"{self.topic}: {self.cut} items are beyond the limit of what is read")
        if self.unread:
            raise NotReadable(self.why(), (self.topic,))

    def field(self, item: str, name: str) -> Field:
        """Return a field of an item; None where the item or the field is not there.

        Raises:
            NotReadable: the item or the field was not looked at.
        """
        self.looked(item)
        fields = self.items.get(item)
        if fields is None:
            return None
        if name not in fields and name in self.unread_fields:
            raise NotReadable(self.why(name), (self.topic,))
        return fields.get(name)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a check is shown of one host."""

    host: str
    reads: Mapping[str, Read]
    """By topic; one that was never read, or failed ever since, is not there."""
    now: float
    """Epoch seconds."""
    parameters: Mapping[str, Field] = field(default_factory=dict)
    """Numbers of the profile in force, with what the inventory says for this host."""
    groups: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, object] = field(default_factory=dict)
    """What comes from elsewhere than the host's facts, by name: ``baseline.listeners``, ``outside.ssh``,
    ``backup`` … as plain data."""

    def read(self, topic: str) -> Read:
        """Return a topic.

        Raises:
            NotReadable: it has not been read.
        """
        found = self.reads.get(topic)
        if found is None:
            raise NotReadable(f"its facts of {topic} have not been read yet")
        return found

    def number(self, name: str) -> float:
        """Return a parameter that is a number.

        Raises:
            NotJudgeable: it is none.
        """
        found = self.parameters.get(name)
        if not isinstance(found, int | float):
            raise NotJudgeable(f"its parameter {name} is no number: see 'security:' in the inventory")
        return float(found)

    def words(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of words."""
        found = self.parameters.get(name) or []
        return tuple(found) if isinstance(found, list) else (str(found),)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check says of a host."""

    result: CheckResult
    text: str
    """One line: what is well, what is wrong in all, or why it can't be said."""
    seen: tuple[Seen, ...] = ()
    """What is wrong, each a finding; at least one where it fails."""
    unread: tuple[str, ...] = ()
    """Beginnings of objects that could not be looked at, though the rest was. Where it is unknown: the rest is well."""
    needs: tuple[str, ...] = ()
    """Topics whose lines of root would make it known."""
    read_at: float | None = None
    """When the oldest of what it looked at was read."""
    in_use: tuple[str, ...] | None = None
    """What the host uses of those that the check knows, such as ``nftables``; None where that is not known or not
    asked: controls that are about another one do not apply there."""


Judge: TypeAlias = Callable[[Scene], Judgement]


def passed(text: str) -> Judgement:
    """Return that all is well, and what."""
    return Judgement(CheckResult.PASS, text)


def failed(text: str, *seen: Seen, unread: tuple[str, ...] = ()) -> Judgement:
    """Return that something is wrong. Without ``seen`` the finding has no object: there can be only one on a host."""
    return Judgement(CheckResult.FAIL, text, seen or (Seen("", text),), unread)


@dataclass(frozen=True, slots=True)
class Controls:
    """Where standards ask for it, by their ids; never their text."""

    cis: tuple[str, ...] = ()
    """Of the benchmarks for Debian 12 (1.1.0) and Ubuntu 24.04 (1.0.0), which share them."""
    pci: tuple[str, ...] = ()
    """PCI-DSS 4.0.1."""
    nist: tuple[str, ...] = ()
    """SP 800-53."""
    iso: tuple[str, ...] = ()
    """ISO/IEC 27001:2022, Annex A."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one thing that was seen is mended."""

    plan: str = ""
    """As of :class:`Remedy`."""
    values: Callable[[Seen], Mapping[str, str]] | None = None
    by_hand: str = ""
    """Why no machine does it, where there is no plan: words that go on from "no machine mends it:"."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """How it is mended."""

    advice: str
    """One sentence for people."""
    plan: str = ""
    """Steps of a change in YAML, as a model: what differs from finding to finding is a parameter. Empty where a machine
    must not do it by itself."""
    values: Callable[[Seen], Mapping[str, str]] | None = None
    """From what was seen to the parameters of the plan."""
    by_hand: str = ""
    """Why no machine does it, where there is no plan, and for what the judge has marked as by hand."""
    choose: Callable[[Seen], Way | None] | None = None
    """The way of some of what is seen, where it is another one; None: the plan above."""

    def way(self, seen: Seen) -> Way:
        """Return how one thing that was seen is mended; it has no plan where a person has to do it."""
        chosen = self.choose(seen) if self.choose is not None else None
        if chosen is not None:
            return chosen
        return Way(by_hand=self.by_hand) if seen.data.get("by_hand") or not self.plan else Way(self.plan, self.values)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a host."""

    id: str
    title: str
    """What has to be so, in our own words."""
    topics: tuple[str, ...]
    """Topics of facts that it looks at."""
    judge: Judge
    severity: FindingSeverity
    kind: FindingKind = FindingKind.CONFIGURATION
    controls: Controls = Controls()
    remedy: Remedy = Remedy("")
    parameters: Mapping[str, Field] = field(default_factory=dict)
    """Its numbers as CIS has them."""
    pci: Mapping[str, Field] = field(default_factory=dict)
    """Where PCI-DSS has others."""
    root: bool = False
    """Whether it says less, or nothing, without lines of root."""
    weight: int = 0
    """In scores; 0: that of its severity."""
    version: str = "1"
    """Grows when it judges otherwise: what an earlier one opened, only this one or a later one closes."""
    applies: str = "every host"
    """Which hosts it is about, in words; of others it says that it is not applicable."""
    in_use: Callable[[Scene], tuple[str, ...]] | None = None
    """Tells what the host uses of several that do the same; it may end as a judge does."""


STALE_AFTER = 3.0
"""Periods of a topic after which a reading says nothing any more: one lost and one late still count."""


AHEAD_S = 60.0
"""How far a reading may be ahead of our clock. Where that was set back by more, nobody knows how old the reading is."""


def run_check(check: Check, scene: Scene) -> Judgement:
    """Let a check judge a host.

    Args:
        check: to be run.
        scene: what is known of the host, with the parameters that hold for it.

    Returns:
        What it says, unknown and not applicable among it; it never raises for what a host holds.
    """
    reads = [scene.reads[topic] for topic in check.topics if topic in scene.reads]
    read_at = min((read.at for read in reads), default=None)
    old = [read for read in reads if scene.now - read.at > STALE_AFTER * read.period_s]
    if any(read.at - scene.now > AHEAD_S for read in reads):
        return Judgement(
            CheckResult.STALE, "it was read at a time that is still to come: see the clock", read_at=read_at
        )
    if old:
        return Judgement(CheckResult.STALE, f"{old[0].topic} was read too long ago", read_at=read_at)
    return replace(_judged(check, scene), read_at=read_at, in_use=_in_use(check, scene))


def _judged(check: Check, scene: Scene) -> Judgement:
    try:
        return check.judge(scene)
    except NotReadable as error:
        return Judgement(CheckResult.UNKNOWN, error.message, unread=error.unread, needs=error.topics)
    except NotForThis as error:
        return Judgement(CheckResult.NOT_APPLICABLE, error.message)
    except NotJudgeable as error:
        return Judgement(CheckResult.ERROR, error.message)


def _in_use(check: Check, scene: Scene) -> tuple[str, ...] | None:
    try:
        return check.in_use(scene) if check.in_use is not None else None
    except CheckEnds:
        return None
