"""From what a host is vulnerable to, to what opens and closes findings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from tui_ops.model.facts import Field
from tui_ops.model.security import SEVERITIES, CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.model.vulnerabilities import SOURCE, FeedFile, Weighed
from tui_ops.practices.vulnerabilities.weighing import is_finding

PACKAGES_NAMED = 12
"""Binary packages of one source that a finding names."""

TITLE_LIMIT = 160
"""Characters of a title: a line of a list."""


def sweeps_of(
    host_id: int, weighed: Sequence[Weighed], at: float, feed: FeedFile, open_checks: Collection[str],
    silent: Iterable[tuple[str, str]] = (),
) -> list[Sweep]:  # fmt: skip
    """Return the sweeps of one host, one of each vulnerability that is a finding: those that are not named are gone.

    A finding that is there stays as long as the host is vulnerable, even where nobody would open it anew: that a score
    fell mends nothing. Nor does it mend anything that another feed judges now, which knows nothing of it.

    Args:
        host_id: the host.
        weighed: all that it is vulnerable to.
        at: when its packages were read, epoch seconds.
        feed: that judged it.
        open_checks: vulnerabilities of which feeds have opened findings there that are not verified gone.
        silent: vulnerabilities and source packages of which this feed can say nothing; see
            :mod:`tui_ops.practices.vulnerabilities.silence`.
    """
    unread: dict[str, list[str]] = {}
    for cve, source in silent:
        unread.setdefault(cve, []).append(source)
    by_cve: dict[str, list[Weighed]] = {}
    for one in weighed:
        by_cve.setdefault(one.found.cve, []).append(one)
    found = []
    for cve, ones in by_cve.items():
        named = ones if cve in open_checks else [one for one in ones if is_finding(one)]
        if named:
            found.append(replace(_failed(host_id, cve, named, at, feed), unread=tuple(unread.pop(cve, ()))))
    return found + [_unknown(host_id, cve, sources, at, feed) for cve, sources in unread.items()]


def _unknown(host_id: int, cve: str, sources: Sequence[str], at: float, feed: FeedFile) -> Sweep:
    """Return a sweep that closes nothing of these sources."""
    return Sweep(
        SOURCE, cve, host_id, FindingKind.VULNERABILITY, FindingSeverity.INFO, cve, CheckResult.UNKNOWN, at,
        text=f"{feed.name} says nothing of it", unread=tuple(sources),
    )  # fmt: skip


def _failed(host_id: int, cve: str, ones: Iterable[Weighed], at: float, feed: FeedFile) -> Sweep:
    listed = list(ones)
    worst = min(listed, key=lambda one: SEVERITIES.index(one.severity))
    text = worst.text or f"a vulnerability of {worst.found.source}"
    title = f"{cve}: {text}"
    return Sweep(
        SOURCE, cve, host_id, FindingKind.VULNERABILITY, worst.severity,
        title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…", CheckResult.FAIL, at,
        tuple(_seen(one) for one in listed), advice=_advice(worst),
        evidence={"feed": feed.name, "feed_at": feed.at, "topic": "packages", "read_at": at},
    )  # fmt: skip


def _seen(one: Weighed) -> Seen:
    found = one.found
    data: dict[str, Field] = {
        "package": found.source, "binaries": list(found.packages[:PACKAGES_NAMED]), "installed": found.installed,
        "fixed": found.fixed if found.here else "", "elsewhere": "" if found.here else found.fixed,
        "urgency": found.urgency, "remote": found.remote, "kev": one.kev, "ransomware": one.ransomware,
        "epss": one.epss, "cvss": one.cvss, "note": found.note, "boot": found.boot,
    }  # fmt: skip
    return Seen(found.source, text_of(one), one.severity, data={key: value for key, value in data.items() if value})


def text_of(one: Weighed) -> str:
    """Return what is there in one line: ``openssl 3.0.11-1, mended in 3.0.13-1~deb12u1``."""
    found = one.found
    if found.boot:
        mended = f"mended in {found.fixed}, which is installed: reboot"
    elif found.here:
        mended = f"mended in {found.fixed}"
    else:
        why = found.note or (f"{found.fixed} mends it elsewhere" if found.fixed else "")
        mended = f"no fix here{f': {why}' if why else ''}"
    used = "; used by attackers" if one.kev else ""
    return f"{found.source} {found.installed}, {mended}{used}"


def _advice(one: Weighed) -> str:
    found = one.found
    if found.boot:
        return f"Boot the kernel that is installed: it has {found.fixed} or later."
    if found.here:
        return f"Upgrade {found.source} to {found.fixed} or later."
    return f"There is no fix of {found.source} here yet: take away what exposes it, or accept the risk until a day."
