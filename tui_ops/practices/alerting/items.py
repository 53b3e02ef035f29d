"""The facts of one host as rules see them: the items of each reading, and since when an item is there or as it is."""

from collections.abc import Container, Sequence
from fnmatch import fnmatchcase

from tui_ops.model.alerts import SUBJECT_LIMIT
from tui_ops.model.clean import clean
from tui_ops.model.facts import Beginnings, FactReading, Fields
from tui_ops.model.metrics import Key
from tui_ops.practices.alerting.compiled import Compiled
from tui_ops.practices.alerting.following import Following
from tui_ops.practices.alerting.found import Found
from tui_ops.practices.alerting.moment import Fact

ITEMS_LIMIT = 10_000
"""Items of one topic that one rule looks at, the first by name: more than any host has packages. A thousand take six
milliseconds, once an hour; names alone among the patterns take none."""

GONE_KEPT_S = 86400.0
"""What comes back within a day is not new: a service that was restarted listens again."""

GONE_LIMIT = 1000
"""Items of one topic that are remembered so."""

NO_FIELDS: Fields = {}


class Ledger:
    """When the items of one topic came and changed.

    Args:
        mono: of the first reading, by the monotonic clock.
    """

    __slots__ = ("_gone", "_left_out", "_marks", "_unread", "began", "came", "changed")

    def __init__(self, mono: float) -> None:
        self.began = mono
        self.came: dict[str, float] = {}
        self.changed: dict[str, float] = {}
        self._marks: dict[str, int] | None = None
        """By item: what stands for its fields."""
        self._gone: dict[str, tuple[float, int]] = {}
        self._left_out: frozenset[str] = frozenset()
        self._unread = Beginnings(("",))

    def take(self, found: FactReading, noise: frozenset[str], mono: float) -> None:
        """Hold a reading against the one before.

        Args:
            found: the reading.
            noise: fields whose change is no difference.
            mono: when it was read, by the monotonic clock.
        """
        left_out = noise | frozenset(found.unread_fields)
        marks = {name: _mark(fields, left_out) for name, fields in found.items.items()}
        unread = Beginnings(("",) if found.cut else found.unread)
        if self._marks is not None:
            self._compare(self._marks, marks, left_out == self._left_out, mono)
            for name in self._marks.keys() - marks.keys():
                if unread.has(name):
                    marks[name] = self._marks[name]
                else:
                    self._gone[name] = (mono, self._marks[name])
        self._forget(marks, mono)
        self._marks, self._left_out, self._unread = marks, left_out, unread

    def _compare(self, before: dict[str, int], marks: dict[str, int], as_before: bool, mono: float) -> None:
        for name, mark in marks.items():
            old = before.get(name)
            if old is None:
                gone = self._gone.pop(name, None)
                if gone is None and not self._unread.has(name):
                    self.came[name] = self.changed[name] = mono
                old = gone[1] if gone is not None else mark
            if old != mark and as_before:
                self.changed[name] = mono

    def _forget(self, marks: dict[str, int], mono: float) -> None:
        self._gone = {name: gone for name, gone in self._gone.items() if mono - gone[0] < GONE_KEPT_S}
        for name in list(self._gone)[: max(0, len(self._gone) - GONE_LIMIT)]:
            del self._gone[name]
        for times in (self.came, self.changed):
            for name in [name for name in times if name not in marks and name not in self._gone]:
                del times[name]


def _mark(fields: Fields, left_out: frozenset[str]) -> int:
    return hash(repr(sorted((name, repr(value)) for name, value in fields.items() if name not in left_out)))


class Items:
    """What the rules over facts know of one host between two readings.

    Args:
        following: the host's alerts on their way.
    """

    __slots__ = ("_following", "_kept", "_ledgers")

    def __init__(self, following: Following) -> None:
        self._following = following
        self._ledgers: dict[str, Ledger] = {}
        self._kept: dict[Key, Fact] = {}
        """By rule and item, of those that have an alert, or wait for one: a host that says all is as before sends
        no items."""

    def take(
        self,
        found: Found,
        topic: str,
        rules: Sequence[Compiled],
        reading: FactReading | None,
        noise: frozenset[str],
        at: float,
    ) -> None:
        """Let the rules look at a reading.

        Args:
            found: receives what comes of it.
            topic: that was read.
            rules: that look at it.
            reading: None where all is as before.
            noise: fields whose change is no difference.
            at: when it was read, epoch seconds.
        """
        mono = self._following.moment.mono
        ledger = self._ledgers.get(topic)
        if reading is None:
            for rule in rules:
                self._again(found, rule, at)
            return
        if any(rule.uses.ages for rule in rules):
            ledger = self._ledgers.setdefault(topic, Ledger(mono))
            ledger.take(reading, noise, mono)
        for rule in rules:
            self._look(found, rule, reading, ledger, at)
        self._following.moment.fact = None

    def moved(self, to: "Items", topics: Container[str], rules: Container[str]) -> None:
        """Hand over what is known to the rules of a newer inventory.

        Args:
            to: the same host's.
            topics: that they look at.
            rules: their names.
        """
        to._ledgers = {topic: ledger for topic, ledger in self._ledgers.items() if topic in topics}
        to._kept = {key: fact for key, fact in self._kept.items() if key[0] in rules}

    def _look(self, found: Found, rule: Compiled, reading: FactReading, ledger: Ledger | None, at: float) -> None:
        names = picked(rule.spec.items, reading)
        count = None if reading.unread or reading.cut else float(len(names))
        began = ledger.began if ledger is not None else 0.0
        if not rule.uses.items:
            self._one(found, rule, "", Fact(NO_FIELDS, count, began), at)
            return
        there: set[str] = set()
        for name in names[:ITEMS_LIMIT]:
            label = clean(name, SUBJECT_LIMIT)
            if label in there:
                continue
            there.add(label)
            came = ledger.came.get(name) if ledger is not None else None
            changed = ledger.changed.get(name) if ledger is not None else None
            self._one(found, rule, label, Fact(reading.items[name], count, began, came, changed), at)
        self._end(found, rule, reading, there, at)

    def _one(self, found: Found, rule: Compiled, label: str, fact: Fact, at: float) -> None:
        self._following.moment.fact = fact
        self._following.look(found, rule, label, at)
        key = (rule.spec.name, label)
        if key in self._following.tracks:
            self._kept[key] = fact
        else:
            self._kept.pop(key, None)

    def _again(self, found: Found, rule: Compiled, at: float) -> None:
        """Let a rule look again at what it follows, as it was."""
        for key in [key for key in self._following.tracks if key[0] == rule.spec.name]:
            if key in self._kept:
                self._one(found, rule, key[1], self._kept[key], at)
        self._following.moment.fact = None

    def _end(self, found: Found, rule: Compiled, reading: FactReading, there: set[str], at: float) -> None:
        """End the alerts of items that are gone: one reading says so."""
        if reading.cut:
            return
        unread = Beginnings(reading.unread)
        for name, label in list(self._following.tracks):
            if name == rule.spec.name and label not in there and not unread.has(label):
                self._following.end(found, rule, label, at)
                self._kept.pop((name, label), None)


def picked(patterns: tuple[str, ...], reading: FactReading) -> list[str]:
    """Return the names of the items that a rule looks at, in their order; a pattern after ``!`` leaves out."""
    wanted = [one for one in patterns if not one.startswith("!")]
    without = [one[1:] for one in patterns if one.startswith("!")]
    if wanted and not any(sign in one for one in wanted for sign in "*?["):
        # Names alone are looked up: a host has thousands of packages.
        names = sorted({name for name in wanted if name in reading.items})
    else:
        names = sorted(name for name in reading.items if not wanted or any(fnmatchcase(name, one) for one in wanted))
    return [name for name in names if not any(fnmatchcase(name, one) for one in without)] if without else names
