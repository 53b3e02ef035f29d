"""Everything that the engine does about compliance: frameworks in force, the acts, attestations that run out.

An attestation that ran out is a finding of the fleet: it stands in the one list that people work through, with a day by
which it is due, and it is gone as soon as somebody has attested the control anew.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlmodel import Session

from tui_ops.actions.compliance import KEEP
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.engine.schedule import Schedule
from tui_ops.inventory.errors import InventoryError
from tui_ops.inventory.source import read_source
from tui_ops.inventory.watched import stamps
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.compliance import Attested, Framework, is_scope
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.compliance.acts import COMPLIANCE_ACTS, ComplianceAct, Terms, keep
from tui_ops.practices.compliance.frameworks import FrameworkWrong, named, read_framework, shipped
from tui_ops.practices.compliance.reading import frameworks_of, pick
from tui_ops.practices.compliance.snapshot import Ready, made
from tui_ops.store.compliance import write_frameworks
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.compliance import FrameworkRow, attestations, frameworks_shown
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 600.0
"""How often it is looked whether an attestation ran out: they end by the day."""

FOLLOW_S = 2.0
"""How often it is looked whether a framework of one's own was changed, as often as at the inventory; it is read when
two looks see the same."""

FILES_MAX = 50
"""Frameworks of one's own: nobody is audited by more."""

MISTAKES_TOLD = 5
"""Mistakes of one file that are told at once: the rest stands in what the next reading says."""

CHECK = "attestation"
"""Of the findings about attestations that ran out."""

SOURCE = "attestations"


class Complying:
    """Puts together what is about compliance.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        say: takes a sweep.
    """

    def __init__(self, writer: Writer, paths: StatePaths, news: News, say: Callable[[Sweep], None]) -> None:
        self._writer = writer
        self._paths = paths
        self._news = news
        self._say = say
        self._frameworks: dict[str, Framework] = {}
        self._rows: list[FrameworkRow] | None = None
        """Those of the inventory, as they were read last; None before the first time."""
        self._told: tuple[Seen, ...] | None = None
        self._ready: dict[tuple[str, str], Ready] = {}
        self._security = SecuritySpec()
        self._known: dict[str, str] = {}
        """The folder of one's own frameworks and its files, as they were before they were read …"""
        self._seen: dict[str, str] = {}
        """… and at the last look."""

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on compliance are carried out, by their ids."""
        return {
            name: Doing(partial(self._do, act), self._after, prepare=self._prepare if name == KEEP.id else None)
            for name, act in COMPLIANCE_ACTS.items()
        }

    async def heed(self, fleet: Fleet, _hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Read the frameworks that the inventory shows, and write them down for readers."""
        self._security = fleet.security
        await self._read()

    async def follow(self) -> None:
        """Read one's own frameworks anew where their files have changed, and the change has come to rest."""
        now = await asyncio.to_thread(files_in, self._security.frameworks_folder)
        if now != self._known and now == self._seen:
            await self._read()
        self._seen = now

    async def _read(self) -> None:
        self._known = await asyncio.to_thread(files_in, self._security.frameworks_folder)
        if self._rows is None:
            self._rows = await asyncio.to_thread(self._kept)
        rows = await asyncio.to_thread(rows_of, self._security, self._rows)
        for row in rows:
            if row.wrong and row not in self._rows:
                how = "stands as it was before" if row.body else "is not shown"
                log.warning("the framework %s %s: %s", row.name, how, row.wrong)
        self._rows, self._frameworks = rows, frameworks_of(rows)
        await self._writer.act(lambda session: write_frameworks(session, rows))
        self._news.tell("security")

    def _kept(self) -> list[FrameworkRow]:
        """Return the frameworks as an engine before this one left them: one whose file broke since stands as it was."""
        try:
            with open_reader(self._paths) as reader:
                return reader.read(frameworks_shown)
        except StoreError as error:
            log.error("frameworks of before were not looked at: %s", error)
            return []

    def begin(self, schedule: Schedule) -> None:
        """Begin what comes round."""
        schedule.every("attestations", LOOK_S, self.look)
        schedule.every("frameworks", FOLLOW_S, self.follow)

    async def look(self) -> None:
        """Say which attestations ran out, where others did than before."""
        at = time.time()
        try:
            seen = over_of(await asyncio.to_thread(self._attestations), at)
        except StoreError as error:
            log.error("attestations were not looked at: %s", error)
            return
        if seen == self._told:
            return
        self._told = seen
        self._say(sweep_of(seen, at))

    def _attestations(self) -> list[Attested]:
        with open_reader(self._paths) as reader:
            return reader.read(attestations)

    async def _prepare(self, params: Mapping[str, object]) -> None:
        """Make a snapshot ready in a thread of its own: of a thousand hosts it takes seconds, and others write then.

        What can't be made ready is refused by the act itself, in its own words.
        """
        framework, scope = pick(self._frameworks, str(params.get("framework", ""))), str(params.get("scope", ""))
        if framework is not None and is_scope(scope):
            made_ready = await asyncio.to_thread(self._make, framework, scope)
            self._ready[framework.name, scope] = made_ready

    def _make(self, framework: Framework, scope: str) -> Ready:
        with open_reader(self._paths) as reader:
            return reader.read(lambda connection: made(connection, framework, scope, time.time()))

    def _do(self, act: ComplianceAct, session: Session, asked: Asked) -> Done:
        done = act(session, asked, Terms(self._frameworks, self._ready))
        if act is keep:
            self._ready.clear()
        return done

    async def _after(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("security", "audit")
        await self.look()


def over_of(found: Sequence[Attested], at: float) -> tuple[Seen, ...]:
    """Return the attestations that ran out by epoch second ``at``, as what is seen of the fleet."""
    return tuple(
        Seen(
            f"{one.framework} {one.control} {one.scope}".strip(),
            clean(f"{one.name} of {one.owner} on {one.framework} {one.control} ran out on {_day(one)}", 300),
        )
        for one in found if not one.holds(at)
    )  # fmt: skip


def _day(one: Attested) -> str:
    return iso(one.review_at)[:10] if one.review_at is not None else "an unreadable day"


def sweep_of(seen: tuple[Seen, ...], at: float) -> Sweep:
    """Return what is said of the fleet: which attestations ran out; those that are not named any more are gone."""
    many = "s" if len(seen) != 1 else ""
    return Sweep(
        SOURCE, CHECK, None, FindingKind.ACCESS, FindingSeverity.MEDIUM, "Attestations are looked at again in time",
        CheckResult.FAIL if seen else CheckResult.PASS, at, seen,
        f"{len(seen)} attestation{many} ran out" if seen else "no attestation ran out",
        advice="Look at its proof again and attest the control anew, or withdraw the attestation.",
    )  # fmt: skip


# --- frameworks of the inventory --------------------------------------------------------------------------------------


def files_in(folder: str) -> dict[str, str]:
    """Return the folder of one's own frameworks and its files, each with a stamp that changes when it does.

    Args:
        folder: as the inventory names it; empty: there is none.
    """
    return stamps([folder, *map(str, _paths(Path(folder))[:FILES_MAX])]) if folder else {}


def rows_of(spec: SecuritySpec, before: Sequence[FrameworkRow] = ()) -> list[FrameworkRow]:
    """Return the frameworks that an inventory shows, its own read from their folder.

    Args:
        spec: its section ``security``.
        before: as they were: one whose file can't be used now stands as it was.
    """
    own = _own(Path(spec.frameworks_folder), before) if spec.frameworks_folder else []
    rows = {row.name: row for row in (*own, *(FrameworkRow(name, "", "") for name in shipped()))}
    if not spec.frameworks:
        return list(rows.values())
    known = {**shipped(), **frameworks_of(own)}
    wanted = {word: named(known, word) for word in spec.frameworks}
    shown = {found.name for found in wanted.values() if found is not None}
    for word, found in wanted.items():
        if found is None:
            rows.setdefault(word, FrameworkRow(word, "", "there is no such framework"))
    # Of one that is not asked for nothing is shown but what is wrong with its file.
    return [
        row if row.name in shown else replace(row, body="") for row in rows.values() if row.name in shown or row.wrong
    ]


def _paths(folder: Path, strict: bool = False) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.suffix in (".yaml", ".yml"))
    except OSError:
        if strict:
            raise
        return []


def _own(folder: Path, before: Sequence[FrameworkRow]) -> list[FrameworkRow]:
    try:
        paths = _paths(folder, strict=True)
    except OSError as error:
        wrong = clean(f"{folder} can't be read: {error.strerror}", 300)
        return [FrameworkRow(clean(folder.name, 60), "", wrong), *(row for row in before if row.body)]
    held = {row.file: row for row in before if row.body}
    found: dict[str, FrameworkRow] = {}
    for path in paths[:FILES_MAX]:
        row = _read(path)
        if not row.wrong and (row.name in found or row.name in shipped()):
            row = _wrong(path, f"{path}:1:1: there is a framework {row.name} already: give it another name")
        old = held.get(str(path)) if row.wrong else None
        if old is not None and old.name not in found:
            row = replace(old, wrong=row.wrong)
        found[row.name] = row
    if len(paths) > FILES_MAX:
        left = f"{len(paths) - FILES_MAX} more files are not read: {FILES_MAX} are the most"
        found["…"] = FrameworkRow("…", "", left)
    return list(found.values())


def _read(path: Path) -> FrameworkRow:
    try:
        text = read_source(path).text
        made = read_framework(text, str(path), shipped(), own=True)
    except (FrameworkWrong, InventoryError) as error:
        return _wrong(path, "; ".join(map(str, error.mistakes[:MISTAKES_TOLD])))
    return FrameworkRow(made.name, text, "", str(path))


def _wrong(path: Path, why: str) -> FrameworkRow:
    return FrameworkRow(clean(path.name, 60), "", clean(why, 1000), str(path))
