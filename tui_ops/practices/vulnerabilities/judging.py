"""Which feed judges a host, and whether it may."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.units import format_duration
from tui_ops.model.vulnerabilities import JUDGES, FeedFile
from tui_ops.practices.vulnerabilities.places import GENERIC, Place, place_of

AHEAD_S = 3600.0
"""How far a feed may be ahead of our clock: one that was set back by more says nothing of its age."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges a host, or why nobody does."""

    feed: FeedFile | None
    place: Place | None
    rules: str = ""
    """The release whose rules hold: that of the host, or debsecan's general one."""
    why: str = ""
    """Why nobody does; empty where somebody does."""


def judge_of(system: str, feeds: Sequence[FeedFile], age_s: float, now: float) -> Judge:
    """Return who judges a host: the most exact feed about its release that is not too old.

    Args:
        system: of the host, as os-release calls it; empty where that is not known.
        feeds: that there are.
        age_s: seconds after which a feed says nothing any more.
        now: epoch seconds.
    """
    if not system:
        return Judge(None, None, why="its system has not been read yet")
    place = place_of(system)
    if place is None:
        return Judge(None, None, why=f"no feed is known for {system}")
    about = [(feed, place.name) for feed in feeds if feed.kind in JUDGES and place.name in feed.places]
    if not about and place.name.startswith("debian/"):
        about = [(feed, GENERIC) for feed in feeds if GENERIC in feed.places]
    about.sort(key=lambda one: JUDGES.index(one[0].kind))
    for feed, rules in about:
        if -AHEAD_S <= now - feed.at <= age_s:
            return Judge(feed, place, rules)
    if about:
        youngest = max((feed for feed, _ in about), key=lambda feed: feed.at)
        if youngest.at > now:
            return Judge(None, place, why=f"the feed {youngest.name} is of a time that is still to come: see the clock")
        age = format_duration(now - youngest.at)
        return Judge(None, place, why=f"the feed {youngest.name} is {age} old: it says nothing of today")
    return Judge(None, place, why=f"there is no feed about {system}: tui-ops feeds import")
