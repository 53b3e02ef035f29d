"""The rows of ``tui-ops show`` about vulnerabilities and feeds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.cli.shownfacts import wanted
from tui_ops.model.address import Query

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

FEED_COLUMNS = ("feed", "kind", "dated", "age_s", "says", "note", "imported", "by", "size", "sha")
"""``age_s`` is since its publisher made it; since it came in where that is not known."""

FEED_TEXT = ("feed", "dated", "age_s", "says", "note")

VULNERABLE_COLUMNS = (
    "host", "state", "fixable", "waiting", "kev", "worst", "security_updates", "reboot", "restart", "feed",
    "feed_age_s", "age_s", "unimportant", "place", "why",
)  # fmt: skip
"""``fixable`` has a fix here, ``waiting`` is known and has none; ``security_updates``, ``reboot`` and ``restart`` are
what the host says itself, without any feed."""

VULNERABLE_TEXT = (
    "host", "state", "fixable", "waiting", "kev", "worst", "security_updates", "reboot", "restart", "feed", "age_s",
    "why",
)  # fmt: skip

VULNERABILITY_COLUMNS = (
    "host", "cve", "severity", "package", "installed", "fixed", "here", "kev", "epss", "cvss", "says", "note",
    "urgency", "remote", "ransomware", "reboot", "binaries",
)  # fmt: skip
VULNERABILITY_TEXT = ("host", "cve", "severity", "package", "installed", "fixed", "here", "kev", "epss", "note")

CVE_COLUMNS = ("cve", "severity", "hosts", "fixable", "packages", "kev", "epss", "cvss", "says", "ransomware")
CVE_TEXT = ("cve", "severity", "hosts", "fixable", "packages", "kev", "epss", "says")


def feed_records(reader: "Reader") -> Iterator[Record]:
    """Give the feeds, by name."""
    from tui_ops.store.views.vulnerabilities import feeds as read

    for row in read(reader):
        yield {
            "feed": row.name,
            "kind": row.kind,
            "dated": moment(row.dated_at),
            "age_s": number(row.age_s, 0),
            "says": row.count,
            "note": row.note or None,
            "imported": moment(row.imported_at),
            "by": row.imported_by,
            "size": row.size,
            "sha": row.sha,
        }


def feeds(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the feeds, by name."""
    return feed_records(reader)


def vulnerable(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the hosts, with how much of each is vulnerable."""
    from tui_ops.store.views.vulnerabilities import hosts, patch_words

    for row in hosts(reader, wanted(query, "host")):
        own = patch_words(row.patches)
        yield {
            "host": row.host,
            "state": row.state,
            "fixable": row.fixable,
            "waiting": row.waiting,
            "kev": row.kev,
            "worst": row.worst or None,
            "security_updates": own.updates,
            "reboot": own.reboot,
            "restart": own.restart,
            "feed": row.feed or None,
            "feed_age_s": number(row.feed_age_s, 0),
            "age_s": number(row.age_s, 1),
            "unimportant": row.unimportant,
            "place": row.place or None,
            "why": row.text or None,
        }


def vulnerabilities(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give what hosts are vulnerable to, by host, the worst first."""
    from tui_ops.store.views.vulnerabilities import vulnerabilities as read

    for row in read(reader, wanted(query, "host")):
        yield {
            "host": row.host,
            "cve": row.cve,
            "severity": row.severity,
            "package": row.package,
            "installed": row.installed,
            "fixed": row.fixed or None,
            "here": row.here,
            "kev": row.kev or None,
            "epss": number(row.epss, 5),
            "cvss": number(row.cvss, 1),
            "says": row.text or None,
            "note": row.note or None,
            "urgency": row.urgency or None,
            "remote": row.remote,
            "ransomware": row.ransomware,
            "reboot": row.boot,
            "binaries": list(row.binaries),
        }


def cves(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the vulnerabilities over all hosts, the worst first."""
    from tui_ops.store.views.vulnerabilities import cves as read

    for row in read(reader, wanted(query, "host")):
        yield {
            "cve": row.cve,
            "severity": row.severity,
            "hosts": row.hosts,
            "fixable": row.fixable,
            "packages": list(row.packages),
            "kev": row.kev or None,
            "epss": number(row.epss, 5),
            "cvss": number(row.cvss, 1),
            "says": row.text or None,
            "ransomware": row.ransomware,
        }
