"""The feeds in use, and the rules of them that hosts have asked for: read once, however many hosts have a package."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tui_ops.model.vulnerabilities import FeedFile, FeedRule, Weighed
from tui_ops.practices.vulnerabilities.judging import Judge
from tui_ops.practices.vulnerabilities.kernels import unsigned_source
from tui_ops.practices.vulnerabilities.matching import Matcher
from tui_ops.practices.vulnerabilities.offered import offered
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.silence import Opened, silent_of
from tui_ops.practices.vulnerabilities.versions import Order
from tui_ops.practices.vulnerabilities.weighing import weigh
from tui_ops.store.feeds import FeedBook

UNSTABLE = "debian/sid"
"""Whose rules hold for backports."""


class MatchBook:
    """Judges hosts by the feeds of one file, until that is replaced.

    Args:
        path: of ``feeds.db``, which is there.
    """

    def __init__(self, path: Path) -> None:
        self._book = FeedBook(path)
        self.feeds: Sequence[FeedFile] = self._book.feeds()
        self._about: dict[tuple[str, str], _About] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def judge(
        self, judge: Judge, packages: Sequence[Package], kernel: str, updates: Mapping[str, str]
    ) -> list[Weighed]:  # fmt: skip
        """Return what a host is vulnerable to.

        Args:
            judge: a feed and a release; there is one.
            packages: that are installed.
            kernel: that runs, as ``uname -r`` has it.
            updates: by package, the version that the host's own archives have for it.
        """
        assert judge.place is not None
        matcher = self._rules_of(judge).matcher({name for one in packages for name in (one.name, one.source)})
        found = offered(matcher.host(packages, kernel), updates, packages, judge.place.order)
        return weigh(found, self._book.advisory, self._book.exploited, self._book.likelihood)

    def silent_of(self, judge: Judge, opened: Collection[Opened], packages: Sequence[Package]) -> list[tuple[str, str]]:
        """Return of findings that are not named those of which the feed can say nothing, by vulnerability and source.

        Args:
            judge: a feed and a release; there is one.
            opened: the findings.
            packages: that are installed.
        """
        assert judge.feed is not None
        assert judge.place is not None
        return silent_of(opened, judge.feed.name, self._rules_of(judge).knows, packages, judge.place.order)

    def _rules_of(self, judge: Judge) -> "_About":
        assert judge.feed is not None
        assert judge.place is not None
        key = (judge.feed.name, judge.rules)
        if key not in self._about:
            unstable = UNSTABLE in judge.feed.places and judge.rules != UNSTABLE
            self._about[key] = _About(self._book, judge.feed.name, judge.rules, judge.place.order, unstable)
        return self._about[key]


class _About:
    """The rules of one release of one feed."""

    def __init__(self, book: FeedBook, feed: str, place: str, order: Order, unstable: bool) -> None:
        self._book = book
        self._feed = feed
        self._place = place
        self._with_unstable = unstable
        self._asked: set[str] = set()
        self._rules: dict[str, list[FeedRule]] = {}
        self._unstable: dict[str, list[FeedRule]] = {}
        self._matcher = Matcher(self._rules, order, self._unstable)

    def knows(self, cve: str, source: str, binaries: Collection[str]) -> bool:
        """Return whether there is a rule about a vulnerability of a source package, or of its binary ones."""
        names = (source, *binaries)
        self.matcher(names)
        return any(rule.cve == cve for name in names for rule in self._rules.get(name, ()))

    def matcher(self, names: Collection[str]) -> Matcher:
        """Return what matches packages of these names; the rules that are missing are read."""
        # The sources that sign a kernel are not those that feeds speak of.
        missing = {*names, *map(unsigned_source, names)} - self._asked
        if missing:
            self._rules |= self._book.rules(self._feed, self._place, missing)
            if self._with_unstable:
                self._unstable |= self._book.rules(self._feed, UNSTABLE, missing)
            self._asked |= missing
        return self._matcher
