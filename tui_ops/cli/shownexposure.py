"""The rows of ``tui-ops show`` about what is in reach of others, and what protects it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.model.address import Query
from tui_ops.model.clock import now

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

EXPOSURE_COLUMNS = (
    "host", "socket", "protocol", "address", "port", "process", "package", "owner", "reach", "sources", "named",
    "new", "finding", "age_s",
)  # fmt: skip
"""``reach`` says who may ask; ``named`` whether a rule of the packet filter is about the port; ``new`` whether it
differs from what is meant to listen there."""

EXPOSURE_TEXT = ("host", "socket", "process", "package", "reach", "named", "new", "finding")

CERTIFICATE_COLUMNS = (
    "host", "place", "kind", "days", "until", "subject", "issuer", "names", "used", "faults", "age_s",
)  # fmt: skip
"""``kind`` is file or endpoint; ``used`` whether settings of a service name it."""

CERTIFICATE_TEXT = ("host", "place", "days", "until", "subject", "faults")

KEY_COLUMNS = (
    "key", "person", "type", "bits", "hosts", "accounts", "comments", "weak", "root", "on", "where", "seen", "used",
    "used_where", "authority",
)  # fmt: skip
"""``hosts`` counts them, ``on`` names them; ``where`` is each host with its account and the options before the key;
``used`` is the last login by it of the last day. By certificates of an ``authority`` others log in, under the account
``*`` as whomever they name."""

KEY_TEXT = ("key", "person", "type", "bits", "hosts", "accounts", "comments", "weak", "root", "used")

LOGIN_COLUMNS = (
    "host", "source", "account", "good", "failed", "failed_day", "first", "last", "guesses", "got_in", "finding",
)  # fmt: skip
"""Without an account it is what an address tried; ``got_in`` says that it guessed until somebody came in."""

LOGIN_TEXT = ("host", "source", "account", "good", "failed_day", "last", "guesses", "got_in", "finding")

MEASURE_COLUMNS = (
    "host", "firewall", "antivirus", "banning", "audit", "integrity", "access", "disks", "time", "logging", "why",
    "default", "age_s",
)  # fmt: skip
"""Each ``ok``, ``warn``, ``off``, ``unknown`` or ``not needed``, with what it is; ``default`` is what becomes of what
no rule is about."""

MEASURE_TEXT = MEASURE_COLUMNS[:10]


def exposure(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give what listens on hosts for others, by host and port."""
    from tui_ops.practices.security.lookout import Lookout

    at = now().at
    for row in Lookout().exposure(reader):
        one = row.listener
        yield {
            "host": row.host,
            "socket": one.name,
            "protocol": one.protocol,
            "address": one.address,
            "port": one.port,
            "process": one.process or None,
            "package": one.package or None,
            "owner": one.owner or None,
            "reach": one.reached.text(),
            "sources": list(one.reached.sources),
            "named": one.reached.named,
            "new": row.is_new,
            "finding": row.finding or None,
            "age_s": number(max(0.0, at - row.at), 0),
        }


def certificates(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the certificates of hosts, what ends first first."""
    from tui_ops.practices.security.lookout import Lookout

    at = now().at
    for row in sorted(Lookout().certificates(reader), key=lambda one: one.shown.until or 0.0):
        days = row.shown.days(at)
        yield {
            "host": row.host,
            "place": row.shown.place,
            "kind": row.shown.kind,
            "days": number(days, 1),
            "until": moment(row.shown.until),
            "subject": row.shown.subject,
            "issuer": row.shown.issuer,
            "names": list(row.shown.names),
            "used": row.shown.used,
            "faults": list(row.shown.faults),
            "age_s": number(max(0.0, at - row.at), 0),
        }


def authkeys(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the keys that let people in, the one with the most hosts first."""
    from tui_ops.practices.security.lookout import Lookout

    for row in Lookout().keys(reader):
        yield {
            "key": row.fingerprint,
            "person": row.person or None,
            "type": row.type,
            "bits": row.bits,
            "hosts": len(row.hosts),
            "accounts": sorted(row.accounts),
            "comments": sorted(row.comments),
            "weak": row.is_weak,
            "root": row.reaches_root,
            "on": sorted(row.hosts),
            "where": [f"{account}@{host} {options}".rstrip() for host, account, options in sorted(row.places)],
            "seen": moment(row.seen_at),
            "used": moment(row.used_at),
            "used_where": row.used_where or None,
            "authority": row.is_authority,
        }


def logins(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give from where people came in or tried to, what happened last first."""
    from tui_ops.practices.security.lookout import Lookout

    for one in Lookout().logins(reader):
        row = one.row
        yield {
            "host": row.host,
            "source": row.source,
            "account": row.account or None,
            "good": row.good,
            "failed": row.failed,
            "failed_day": row.failed_day,
            "first": moment(row.first_at),
            "last": moment(row.last_at),
            "guesses": one.guesses,
            "got_in": one.is_critical,
            "finding": one.finding or None,
        }


def measures(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give what protects hosts, by host."""
    from tui_ops.practices.security.lookout import Lookout

    at = now().at
    for row in Lookout().measures(reader):
        told: Record = {"host": row.host}
        for name, one in row.measures.items():
            told[name] = f"{one.standing.value} {one.word}".rstrip()
        told["why"] = [f"{name}: {text}" for name, one in row.measures.items() for text in one.texts]
        told["default"] = row.filter.default_four if row.filter is not None else None
        told["age_s"] = number(None if row.at is None else max(0.0, at - row.at), 0)
        yield told
