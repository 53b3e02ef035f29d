"""What is said of feeds: of which day they are, and whether that is too long ago. Pure."""

from collections.abc import Sequence

from tui_ops.model.securing import SecuritySpec
from tui_ops.model.vulnerabilities import JUDGES, FeedKind
from tui_ops.store.views.vulnerabilities import FeedRow
from tui_ops.ui.cells import safe
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.security.words import Told

OLD_S = SecuritySpec().feed_age_s
"""From this age on a feed is coloured: the age from which it says nothing, where the inventory says no other."""


def judges(feed: FeedRow) -> bool:
    """Return whether a feed says what is vulnerable, and not only how bad that is."""
    return feed.kind in set(map(str, JUDGES))


def age_told(age_s: float) -> Told:
    """Return how old a feed is."""
    return Told(f"{short(age_s)} old", Ink.BAD) if age_s > OLD_S else Told(f"{short(age_s)} old")


def feeds_said(feeds: Sequence[FeedRow]) -> Line:
    """Return how old the feeds are that judge, and which of the others is too old: ``debsecan bookworm 2d old``."""
    if not feeds:
        return line(("no feed: nobody has looked", Ink.WARN))
    told_of = [one for one in feeds if judges(one) or one.age_s > OLD_S] or feeds
    # What is too old must not be hidden behind the rest.
    first = sorted(told_of, key=lambda one: (one.age_s <= OLD_S, not judges(one), one.name))
    parts: list[tuple[str, Ink]] = []
    for one in first[:3]:
        told = age_told(one.age_s)
        parts += [(f"{' · ' if parts else ''}{safe(one.name)} ", Ink.DIM), (told.text, told.ink)]
    more = len(first) - 3
    if not any(map(judges, feeds)):
        parts.append((" · no feed that judges", Ink.WARN))
    return line(*parts, (f" and {more} more" if more > 0 else "", Ink.DIM))


KIND_WORDS = {
    FeedKind.DEBSECAN: "what is vulnerable, of one Debian release", FeedKind.TRACKER: "what is vulnerable, of Debian",
    FeedKind.OSV: "what is vulnerable", FeedKind.KEV: "what attackers use", FeedKind.EPSS: "what they may use",
}  # fmt: skip
"""What each kind of feed says."""
