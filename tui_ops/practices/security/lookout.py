"""What the views of exposure show, read from the store: made anew for a host only where its facts are other ones."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Read, Scene
from tui_ops.practices.security.checks.plain import word
from tui_ops.practices.security.exposure import (
    LISTENER_TOPICS,
    KeyUse,
    Listener,
    Shown,
    Topic,
    certificates,
    key_graph,
    listeners,
    moment_of,
)
from tui_ops.practices.security.logins import ALONE, SourceRow, is_guessing, name_of
from tui_ops.practices.security.measures import (
    CHECKS_OF_MEASURES,
    MEASURES,
    TOPICS,
    Filtering,
    Measured,
    filtering,
    measured,
)
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.exposed import (
    LoginRow,
    PerHost,
    TopicNow,
    TopicRead,
    end_certificates,
    logins,
    topic_items,
    topic_stamps,
    watched,
)
from tui_ops.store.views.findings import findings
from tui_ops.store.views.verdicts import results_of

OWNERS = "keyowners"
"""The topic in which the engine keeps whose keys are, as the inventory says."""

DAY_PERIOD_S = 86400.0


@dataclass(frozen=True, slots=True)
class ListenerRow:
    """A listener of a host, and what was found of it."""

    host_id: int
    host: str
    listener: Listener
    at: float
    """When it was read, epoch seconds."""
    period_s: float
    finding: str
    """``FND-40``, the first of those that are live; empty without one."""
    is_new: bool
    """Whether it differs from what is meant to listen there."""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate of a host."""

    host_id: int
    host: str
    shown: Shown
    at: float
    period_s: float


@dataclass(frozen=True, slots=True)
class SourceShown:
    """A source of logins, or of tries."""

    row: LoginRow
    guesses: bool
    """Whether it guesses now, by the rule ``brute force``."""
    finding: str
    """What of it needs somebody: ``FND-40``; empty where nothing does."""
    is_critical: bool
    """Whether it guessed until it got in, and nobody has said that this was meant."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """What protects one host."""

    host_id: int
    host: str
    at: float | None
    """When the oldest of what it goes by was read; None where nothing was."""
    period_s: float
    measures: Mapping[str, Measured]
    filter: Filtering | None


class Lookout:
    """Reads what the views of exposure show, and remembers what it is made of."""

    def __init__(self) -> None:
        self._listeners = PerHost(LISTENER_TOPICS, lambda topics: listeners(_plain(topics)))
        self._certificates = PerHost(("certfiles",), lambda topics: certificates(topics["certfiles"].items))
        self._scenes = PerHost(TOPICS, _tell)

    def exposure(self, reader: Reader) -> list[ListenerRow]:
        """Return what listens on the hosts for others, by host and port."""
        new = _named(reader, "net-listen")
        found = {**_named(reader, "fw-open"), **new}
        return [
            ListenerRow(
                stamp.host_id, stamp.host, one, stamp.at, stamp.period_s, found.get((stamp.host_id, one.name), ""),
                (stamp.host_id, one.name) in new,
            )
            for topics, made in self._listeners.read(reader)
            if (stamp := _of(topics, "sockets")) is not None
            for one in made
        ]  # fmt: skip

    def certificates(self, reader: Reader) -> list[CertificateRow]:
        """Return the certificates of the hosts, in files and as services show them, by host."""
        found = [
            CertificateRow(topics[0].host_id, topics[0].host, one, topics[0].at, topics[0].period_s)
            for topics, made in self._certificates.read(reader)
            for one in made
        ]
        for end in end_certificates(reader):
            until = moment_of(end.until)
            shown = Shown(
                end.target or end.check, "endpoint", end.subject, end.issuer, until, end.names, True, end.faults
            )
            found.append(CertificateRow(end.host_id, end.host, shown, end.at, end.period_s))
        return found

    def keys(self, reader: Reader) -> list[KeyUse]:
        """Return the keys that let people in, the one with the most hosts first."""
        by_host: dict[int, dict[str, TopicNow]] = {}
        for stamp in topic_stamps(reader, ("authkeys", "logins", OWNERS)):
            by_host.setdefault(stamp.host_id, {})[stamp.topic] = stamp
        owners: dict[str, str] = {}
        found = []
        for host_id, topics in by_host.items():
            if OWNERS in topics:
                owners |= {key: word(fields, "person") for key, fields in topic_items(reader, host_id, OWNERS).items()}
            if "authkeys" in topics:
                stamp = topics["authkeys"]
                came = topic_items(reader, host_id, "logins") if "logins" in topics else {}
                found.append((stamp.host, stamp.at, topic_items(reader, host_id, "authkeys"), came))
        return key_graph(found, owners)

    def logins(self, reader: Reader) -> list[SourceShown]:
        """Return from where people came in or tried to, what happened last first."""
        new, guessed = _named(reader, "login-source"), _named(reader, "login-guessed")
        found = []
        for row in logins(reader):
            plain = SourceRow(row.source, row.account, row.first_at, row.last_at, row.good, row.failed, row.failed_day)
            name = (row.host_id, name_of(plain))
            alone = row.account == ALONE
            said = guessed.get(name, "") if alone else new.get(name, "") if row.good else ""
            found.append(SourceShown(row, alone and is_guessing(plain), said, alone and name in guessed))
        return found

    def measures(self, reader: Reader) -> list[MeasureRow]:
        """Return what protects the hosts, by host; of those, too, of which nothing is known yet."""
        told = {topics[0].host_id: (topics, made) for topics, made in self._scenes.read(reader)}
        said = results_of(reader, CHECKS_OF_MEASURES)
        found = []
        for host_id, host in sorted(watched(reader).items(), key=lambda one: one[1]):
            topics, made = told.get(host_id, ([], _Told({}, None)))
            results = said.get(host_id, {})
            measures = {one.id: _joined(one.id, made, results) for one in MEASURES}
            own = _of(topics, "protections")
            found.append(
                MeasureRow(
                    host_id, host, own.at if own is not None else None,
                    own.period_s if own is not None else DAY_PERIOD_S, measures, made.filter,
                )
            )  # fmt: skip
        return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What facts say of the measures of a host."""

    words: Mapping[str, str | None]
    """Measure to what it is; empty where there is none, None where that is not known."""
    filter: Filtering | None


def _tell(topics: Mapping[str, TopicRead]) -> _Told:
    at = time.time()
    reads = {
        name: Read(
            name, one.items, one.now.at, one.now.period_s, one.now.unread, one.now.unread_fields, one.now.needs,
            one.now.cut,
        )
        for name, one in topics.items()
    }  # fmt: skip
    scene = Scene("", reads, at)
    return _Told({one.id: one.word(scene) for one in MEASURES}, filtering(scene))


def _joined(measure: str, told: _Told, said: Mapping[str, tuple[CheckResult, str]]) -> Measured:
    kind = next(one for one in MEASURES if one.id == measure)
    return measured(kind, told.words.get(measure), said)


def _plain(topics: Mapping[str, TopicRead]) -> dict[str, Topic]:
    return {name: Topic(one.items, one.now.unread) for name, one in topics.items()}


def _of(topics: list[TopicNow], name: str) -> TopicNow | None:
    return next((one for one in topics if one.topic == name), None)


def _named(reader: Reader, check: str) -> dict[tuple[int, str], str]:
    """Return the live findings of a check by host and object."""
    return {
        (row.host_id, row.object): row.name for row in findings(reader, check=check) if row.host_id is not None
    }  # fmt: skip
