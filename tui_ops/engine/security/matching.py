"""Hosts held against feeds: anew when their packages or the feeds have changed, aside, some hosts at a time."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.engine.security.matchbook import MatchBook
from tui_ops.model.clean import clean
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import Sweep
from tui_ops.model.vulnerabilities import JUDGES, SOURCE, FeedFile, Weighed
from tui_ops.practices.scans.remembering import set_aside_later
from tui_ops.practices.scans.sweeping import known_data
from tui_ops.practices.security.findings import Taken, Whole, take_sweeps
from tui_ops.practices.vulnerabilities.judging import Judge, judge_of
from tui_ops.practices.vulnerabilities.kernels import CONTAINERS, is_kernel_source, unjudged_kernel
from tui_ops.practices.vulnerabilities.offered import updates_of
from tui_ops.practices.vulnerabilities.packages import Package, installed
from tui_ops.practices.vulnerabilities.silence import Opened
from tui_ops.practices.vulnerabilities.sweeping import sweeps_of
from tui_ops.store.errors import StoreError
from tui_ops.store.feeds import is_usable
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.matching import Candidate, candidates, items_of_topic, opened_by_feeds
from tui_ops.store.views.vulnerabilities import PATCHES, STALE_PERIODS
from tui_ops.store.vulnerabilities import Judged, open_checks, write_judged
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""How often it is looked whether anything has changed: one query of a row for each host. Packages are read once an
hour, so nobody waits for less."""

RENEW_S = 86400.0
"""A host is judged anew once a day though nothing has changed: its findings say when they were last seen."""

AT_ONCE = 5
"""Hosts of one chunk: some fifty milliseconds of work aside, and one transaction. Between two of them everybody else
has a turn at the one writer."""

VERSION = "1"
"""Of the matching; see :class:`tui_ops.model.security.Sweep`."""

SYSTEMS_KEPT = 5_000
"""Hosts whose system, kernel and waiting updates are remembered."""


@dataclass(frozen=True, slots=True)
class System:
    """What runs on a host."""

    name: str
    """As os-release calls it; empty where that is not known."""
    kernel: str
    """As ``uname -r`` has it; empty where that is not known."""
    contained: bool
    """Whether it is a container: its kernel is the machine's."""


@dataclass(frozen=True, slots=True)
class Due:
    """A host to be judged, by whom, and the digest of all that counts."""

    candidate: Candidate
    system: System
    updates: Mapping[str, str]
    judge: Judge
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a host is vulnerable to."""

    due: Due
    found: Sequence[Weighed]
    silent: Sequence[tuple[str, str]] = ()
    """Findings of which nothing can be said: of another feed, or of a kernel that nobody can judge. Vulnerabilities and
    source packages."""
    kernel: str = ""
    """Why nobody can say what the running kernel is vulnerable to; empty where somebody can."""


class Matching:
    """Judges hosts by feeds.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        spec: what the inventory in force says of security.
        tell: tells desks which topics have news.
        on_taken: are told what became of findings.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, spec: Callable[[], SecuritySpec], tell: Callable[[str], None],
        on_taken: list[Callable[[Taken], None]] | None = None,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._spec = spec
        self._tell = tell
        self._systems: dict[str, System] = {}
        self._updates: dict[str, dict[str, str]] = {}
        self._on_taken = on_taken if on_taken is not None else []

    async def look(self) -> None:
        """Judge the hosts of which anything has changed."""
        spec, at = self._spec(), time.time()
        try:
            book, due = await asyncio.to_thread(self._due, spec, at)
        except StoreError as error:
            log.error("hosts were not held against feeds: %s", error)
            return
        try:
            for start in range(0, len(due), AT_ONCE):
                verdicts = await asyncio.to_thread(self._judge, book, due[start : start + AT_ONCE])
                await self._keep(verdicts, spec)
        except StoreError as error:
            log.error("hosts were not held against feeds: %s", error)
        finally:
            if book is not None:
                book.close()
        if due:
            self._tell("security")

    # --- aside, in a thread -------------------------------------------------------------------------------------------

    def _due(self, spec: SecuritySpec, at: float) -> tuple[MatchBook | None, list[Due]]:
        """Return the feeds, and the hosts that are to be judged by them."""
        with open_reader(self._paths) as reader:
            hosts = candidates(reader)
            book = MatchBook(self._paths.feeds_db) if hosts and is_usable(self._paths.feeds_db) else None
            feeds: Sequence[FeedFile] = book.feeds if book is not None else ()
            others = sorted(feed.sha for feed in feeds if feed.kind not in JUDGES)
            due = [self._as_due(reader, one, feeds, others, spec, at) for one in hosts if not _is_stale(one, at)]
        return book, [one for one in due if _is_due(one, at)]

    def _as_due(
        self, reader: Reader, candidate: Candidate, feeds: Sequence[FeedFile], others: Sequence[str],
        spec: SecuritySpec, at: float,
    ) -> Due:  # fmt: skip
        system = self._system(reader, candidate)
        judge = judge_of(system.name, feeds, spec.feed_age_s, at)
        by = [judge.feed.name, judge.feed.sha, judge.rules, *others] if judge.feed is not None else [judge.why]
        updates = self._waiting(reader, candidate)
        runs = [system.name, system.kernel, system.contained]
        said = [VERSION, candidate.packages_digest, candidate.whole, runs, by, sorted(updates.items())]
        return Due(candidate, system, updates, judge, hashlib.sha256(json.dumps(said).encode()).hexdigest())

    def _system(self, reader: Reader, candidate: Candidate) -> System:
        if candidate.hardware_digest not in self._systems:
            if len(self._systems) >= SYSTEMS_KEPT:
                self._systems.clear()
            items = items_of_topic(reader, candidate.host_id, "hardware")
            fields, virtual = items.get("system", {}), items.get("machine", {}).get("virtual")
            self._systems[candidate.hardware_digest] = System(
                str(fields.get("os") or ""), str(fields.get("kernel") or ""), str(virtual) in CONTAINERS
            )
        return self._systems[candidate.hardware_digest]

    def _waiting(self, reader: Reader, candidate: Candidate) -> dict[str, str]:
        """Return the updates that a host's archives have for it. The topic is another one with each clock in it."""
        if candidate.patches_digest not in self._updates:
            if len(self._updates) >= SYSTEMS_KEPT:
                self._updates.clear()
            items = items_of_topic(reader, candidate.host_id, PATCHES)
            self._updates[candidate.patches_digest] = updates_of(items)
        return self._updates[candidate.patches_digest]

    def _judge(self, book: MatchBook | None, due: Sequence[Due]) -> list[Verdict]:
        with open_reader(self._paths) as reader:
            return [_verdict(reader, book, one) for one in due]

    # --- writing ------------------------------------------------------------------------------------------------------

    async def _keep(self, verdicts: Sequence[Verdict], spec: SecuritySpec) -> None:
        def written(session: Session) -> Taken:
            at = time.time()
            known = open_checks(session, {one.due.candidate.host_id for one in verdicts})
            sweeps: list[Sweep] = []
            whole: list[Whole] = []
            for one in verdicts:
                candidate, feed = one.due.candidate, one.due.judge.feed
                write_judged(session, _judged(one), at)
                if feed is None:
                    continue
                opened = known[candidate.host_id]
                sweeps += sweeps_of(candidate.host_id, one.found, candidate.read_at, feed, opened, one.silent)
                if candidate.whole:
                    whole.append(Whole(SOURCE, candidate.host_id, candidate.read_at, version=VERSION))
            return set_aside_later(session, take_sweeps(session, sweeps, at, spec, whole=whole), at)

        taken = await self._writer.act(written)
        for listener in self._on_taken:
            listener(taken)


def _verdict(reader: Reader, book: MatchBook | None, due: Due) -> Verdict:
    judge, host_id = due.judge, due.candidate.host_id
    if book is None or judge.feed is None:
        return Verdict(due, ())
    packages = installed(items_of_topic(reader, host_id, "packages"))
    found = book.judge(judge, packages, due.system.kernel, due.updates)
    unjudged = _unjudged(due, packages)
    silent: set[tuple[str, str]] = set()
    if unnamed := _unnamed(reader, host_id, found):
        silent.update(book.silent_of(judge, unnamed, packages))
        if unjudged and judge.place is not None:
            order = judge.place.order
            silent.update((one.cve, one.source) for one in unnamed if is_kernel_source(one.source, order))
    return Verdict(due, found, sorted(silent), unjudged)


def _unjudged(due: Due, packages: Sequence[Package]) -> str:
    """Return why nobody can say what the running kernel is vulnerable to: then no finding of a kernel is gone."""
    if due.system.contained or due.judge.place is None:
        return ""
    return unjudged_kernel(packages, due.system.kernel, due.judge.place.order)


def _unnamed(reader: Reader, host_id: int, found: Sequence[Weighed]) -> list[Opened]:
    """Return the findings of feeds on a host that a feed does not name."""
    named = {(one.found.cve, one.found.source) for one in found}
    unnamed = []
    for cve, source, data, evidence in opened_by_feeds(reader, host_id, named):
        kept = known_data(data)
        binaries, fixed = kept.get("binaries"), kept.get("fixed") or kept.get("elsewhere") or ""
        unnamed.append(Opened(
            cve, source, str(known_data(evidence).get("feed", "")), str(fixed),
            tuple(map(str, binaries)) if isinstance(binaries, list) else (),
        ))  # fmt: skip
    return unnamed


def _is_stale(candidate: Candidate, at: float) -> bool:
    return at - candidate.read_at > STALE_PERIODS * candidate.period_s


def _is_due(due: Due, at: float) -> bool:
    candidate = due.candidate
    return due.digest != candidate.judged_digest or candidate.awaited or at - candidate.matched_at > RENEW_S


def _judged(verdict: Verdict) -> Judged:
    due = verdict.due
    candidate, judge = due.candidate, due.judge
    partly = [] if candidate.whole else ["not all of its packages could be read"]
    if verdict.kernel:
        partly.append(verdict.kernel)
    state = "unknown" if judge.feed is None else "partial" if partly else "ok"
    text = judge.why or "; ".join(partly)
    return Judged(
        candidate.host_id, state, clean(text, 200), judge.place.name if judge.place is not None else "",
        judge.feed.name if judge.feed is not None else "", judge.feed.at if judge.feed is not None else None,
        candidate.read_at, due.digest, verdict.found,
    )  # fmt: skip
