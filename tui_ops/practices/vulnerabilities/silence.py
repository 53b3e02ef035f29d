"""What a feed can say nothing of: a finding of another feed, about which it has no rule.

Feeds know different things. OSV's Debian has advisories and little of what is not mended, the tracker has nearly all;
one of them grows old, or is forgotten, and the next one judges. That this one is silent of a vulnerability is no word
that it is gone: only a rule of it that does not hold any more says so, or the package itself, which went away or has
come to the version that mends.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.practices.vulnerabilities.versions import KEYS, Order


@dataclass(frozen=True, slots=True)
class Opened:
    """A finding of some feed that is not verified gone."""

    cve: str
    source: str
    """The source package that it is about."""
    feed: str
    """The name of the feed that saw it last; empty where that is not known."""
    fixed: str = ""
    """The version that mends it; empty where none was known."""
    binaries: tuple[str, ...] = ()


def silent_of(
    opened: Collection[Opened], feed: str, knows: Callable[[str, str, Collection[str]], bool],
    packages: Sequence[Package], order: Order,
) -> list[tuple[str, str]]:  # fmt: skip
    """Return of findings that a feed does not name those of which it can say nothing, by vulnerability and source.

    Args:
        opened: that are there and that it does not name.
        feed: the name of the feed that judges.
        knows: tells whether it has a rule about a vulnerability of a source package, or of its binary ones.
        packages: that are installed.
        order: of their versions.
    """
    return [
        (one.cve, one.source) for one in opened
        if one.feed not in ("", feed)
        and not knows(one.cve, one.source, one.binaries)
        and not _is_mended(one, packages, order)
    ]  # fmt: skip


def _is_mended(one: Opened, packages: Sequence[Package], order: Order) -> bool:
    """Return whether the package went away, or has come to the version that mends."""
    key = KEYS[order]
    there = [
        package.source_version if package.source == one.source else package.version
        for package in packages if package.source == one.source or package.name in one.binaries
    ]  # fmt: skip
    return all(bool(one.fixed) and key(version) >= key(one.fixed) for version in there)
