"""What a host is vulnerable to: its packages held against the rules of one feed. Pure.

The semantics of debsecan's rules are its own to the letter, so that both say the same: rules are looked for by the
source package, and by the binary one only where the feed knows nothing of the source. Only backports are another
matter: ``1.2-1~bpo12+1`` is made of 1.2-1 of unstable and has mended what that has, though it sorts before it; and what
the stable release has mended in a lower version says nothing of it. So it is judged as the version of unstable.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui_ops.model.vulnerabilities import FeedRule, Form, Vulnerable
from tui_ops.practices.vulnerabilities.kernels import mended_by, running_only
from tui_ops.practices.vulnerabilities.packages import Package, with_epoch
from tui_ops.practices.vulnerabilities.versions import KEYS, Order

Rules = Mapping[str, Sequence[FeedRule]]
"""By the name of the package that they are about."""

_BACKPORT = re.compile(r"~bpo\d+\+\d+.*", re.ASCII)
"""What a backport adds to the version that it is made of."""

BACKPORT = "from backports"
"""The note of what is not mended by the release's own updates."""


@dataclass(slots=True)
class Matcher:
    """Holds packages against the rules of one release of one feed. What was found out of a version is remembered: the
    hosts of a fleet have few different ones.

    Args:
        rules: of the release, at least those of the packages that are asked for.
        order: of the versions.
        unstable: the rules of Debian's unstable, for backports; empty where the feed has none.
    """

    rules: Rules
    order: Order
    unstable: Rules = field(default_factory=dict)
    _known: dict[Package, tuple[Vulnerable, ...]] = field(default_factory=dict)

    def host(self, packages: Sequence[Package], kernel: str = "", kernels: bool = True) -> list[Vulnerable]:
        """Return what a host is vulnerable to, by vulnerability and source package.

        Args:
            packages: that are installed.
            kernel: that runs, as ``uname -r`` has it; empty where that is not known.
            kernels: whether only the running one counts; without it everything counts, as in debsecan.
        """
        sorted_out = running_only(packages, kernel, self.order) if kernels else None
        found: dict[tuple[str, str], Vulnerable] = {}
        for package in sorted_out.packages if sorted_out is not None else packages:
            for one in self.package(package):
                key = (one.cve, one.source)
                found[key] = _joined(found[key], one, self.order) if key in found else one
        if sorted_out is not None and sorted_out.others:
            images = frozenset(other.source for other in sorted_out.others)
            for key, one in found.items():
                if one.source in images and mended_by(sorted_out.others, one.fixed, self.order):
                    found[key] = replace(one, boot=True)
        return [found[key] for key in sorted(found)]

    def package(self, package: Package) -> tuple[Vulnerable, ...]:
        """Return what one package is vulnerable to."""
        known = self._known.get(package)
        if known is None:
            known = self._known[package] = tuple(self._found(package))
        return known

    def _found(self, package: Package) -> Iterable[Vulnerable]:
        ported = self.order is Order.DPKG and _BACKPORT.search(package.source_version) is not None
        by_cve: dict[str, Vulnerable] = {}
        for rule in self._about(package, ported):
            if rule.form is Form.LISTED and rule.binary and rule.package == package.name:
                rule = replace(rule, others=())  # Of a binary package debsecan heeds none.
            version = self._version(rule, package)
            if version is None or not self._holds(rule, version, ported):
                continue
            fixed = mended_in(rule, version, self.order)
            one = Vulnerable(
                rule.cve, package.source, version, (package.name,), fixed,
                bool(fixed) and rule.here and not ported, rule.urgency, rule.remote,
                BACKPORT if ported else rule.note,
            )  # fmt: skip
            # Where two rules of a feed are about it, what mends both mends it.
            by_cve[rule.cve] = _joined(by_cve[rule.cve], one, self.order) if rule.cve in by_cve else one
        return by_cve.values()

    def _holds(self, rule: FeedRule, version: str, ported: bool) -> bool:
        """Return whether a version is vulnerable: a backport by what it was made of, unless a list names it."""
        if not ported:
            return vulnerable(rule, version, self.order)
        if rule.form is Form.LISTED and not vulnerable(rule, version, self.order):
            return False
        return vulnerable(rule, _BACKPORT.sub("", version), self.order)

    def _about(self, package: Package, ported: bool) -> Sequence[FeedRule]:
        """Return the rules that may be about a package."""
        if self.order is not Order.RPM:
            rules = self.unstable if ported and package.source in self.unstable else self.rules
            return rules.get(package.source) or rules.get(package.name) or ()
        # Feeds of rpm go by binary packages or by sources, each as its vendor likes it.
        own = self.rules.get(package.name, ())
        return own if package.source == package.name else [*own, *self.rules.get(package.source, ())]

    def _version(self, rule: FeedRule, package: Package) -> str | None:
        """Return the version of the package that a rule is about; None where it is about another package."""
        if rule.form is Form.LISTED:
            if rule.binary and rule.package == package.name:
                return package.version
            return package.source_version if rule.package == package.source else None
        if self.order is Order.RPM:
            return package.version if rule.package == package.name else with_epoch(package)
        return package.source_version if rule.package == package.source else package.version


def vulnerable(rule: FeedRule, version: str, order: Order) -> bool:
    """Return whether a version is vulnerable by a rule."""
    key = KEYS[order]
    at = key(version)
    if rule.form is Form.LISTED:
        if rule.fixed and at >= key(rule.fixed):
            return False
        return not any(at == key(one) for one in rule.others)
    if any(at == key(one) for one in rule.others):
        return True
    if rule.others and not (rule.low or rule.fixed or rule.last):
        return False  # It lists what is affected, and has no range.
    if rule.low and at < key(rule.low):
        return False
    if rule.fixed:
        return bool(at < key(rule.fixed))
    return not rule.last or bool(at <= key(rule.last))


def mended_in(rule: FeedRule, version: str, order: Order) -> str:
    """Return the earliest known version above one that is vulnerable which mends it; empty where there is none."""
    key = KEYS[order]
    if rule.form is Form.RANGE:
        return rule.fixed
    at = key(version)
    later = [one for one in (*rule.others, *((rule.fixed,) if rule.fixed else ())) if key(one) > at]
    return min(later, key=key, default="")


def _joined(one: Vulnerable, other: Vulnerable, order: Order) -> Vulnerable:
    """Return two finds of one vulnerability of one source as one."""
    key = KEYS[order]
    both = one.fixed and other.fixed
    return replace(
        one,
        installed=min(one.installed, other.installed, key=key),
        packages=tuple(sorted({*one.packages, *other.packages})),
        fixed=max(one.fixed, other.fixed, key=key) if both else "",
        here=one.here and other.here,
        note=one.note or other.note,
        boot=one.boot and other.boot,
    )
