"""Scanners that we run on hosts: once a week where the inventory says so, and when somebody asks.

A run is one command over a channel of its own, as root by exact lines of sudo, niced and bounded on the host; what it
prints is the report, which is taken in as a file would be. A run that brought none is kept as such, so that everybody
sees why there is no report.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.actions.scans import TOOLS
from tui_ops.engine.schedule import phase_of
from tui_ops.engine.security.importing import Importing
from tui_ops.engine.watch import HostWatch
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.people import Who
from tui_ops.model.securing import DAY_S, SecuritySpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.saying import named
from tui_ops.practices.scans.imports import Report
from tui_ops.practices.scans.limits import REPORT_LIMIT
from tui_ops.probes import scan_text
from tui_ops.store.audit import append_audit
from tui_ops.store.scans import LastRun, last_runs
from tui_ops.store.tables.security import ScanImport
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

WEEK_S = 7 * DAY_S
"""How often a host is scanned: what a scanner looks at changes with installations, not by the hour."""

AGAIN_S = DAY_S
"""After a run that brought no report: whoever installs the scanner, or the line for sudo, sees it the next day."""

LOOK_S = 600.0
"""How often it is looked which hosts are due."""

FIRST_S = 900.0
"""The first look: the logins and first readings of a start come first."""

AT_ONCE = 2
"""Hosts that are scanned at the same time: it is their processors that work, and our network that fetches."""

AT_A_LOOK = 20
"""Hosts of one look; a fleet is spread over its week by that as well."""

RUN_S: Mapping[str, float] = {"lynis": 1260.0, "openscap": 2460.0}
"""Seconds that a run may take here: a minute more than the host lets it run. Lynis takes one to three minutes, OpenSCAP
up to twenty on a slow disk."""

OUTPUT_LIMIT = REPORT_LIMIT + (1 << 20)
"""Bytes of what a run prints, the report among them."""

XCCDF_END = b"</Benchmark>"

SAID_LIMIT = 64 * 1024
"""Bytes before the report: banners and rc files of a login."""


class NotRun(TuiOpsError):
    """A scanner brought no report."""


@dataclass(frozen=True, slots=True)
class Went:
    """What a run printed."""

    word: str
    """``well``, ``needs``, ``absent`` or ``badly``; empty where it said nothing."""
    rest: str
    report: bytes


def parse_run(printed: bytes, marker: str) -> Went:
    """Return what a run printed, parted from what else the login prints.

    Args:
        printed: all of it.
        marker: the line before the report.
    """
    head, found, report = printed.partition(f"\n{marker}\n".encode())
    word = rest = ""
    for row in head[-SAID_LIMIT:].split(b"\n"):
        if row.startswith(b"went "):
            word, _, rest = clean(row, 600).removeprefix("went ").partition(" ")
    if word not in ("well", "needs", "absent", "badly"):
        return Went("", "", b"")
    return Went(word, rest, _alone(report) if found else b"")


def _alone(report: bytes) -> bytes:
    """Return a report without what OpenSCAP tells of each rule, before and after it, over the same pipe."""
    start, end = report.find(b"<?xml"), report.rfind(XCCDF_END)
    return report if start < 0 or end < start else report[start : end + len(XCCDF_END)]


class Scanning:
    """Runs scanners.

    Args:
        writer: the store's writing side.
        importing: takes their reports in.
        spec: what the inventory in force says of security.
        watches: the hosts by id, as they are at present.
        owner: in whose name the weekly runs are.
        tell: tells desks that a topic has news.
        now: epoch seconds; a test brings its own.
    """

    def __init__(
        self, writer: Writer, importing: Importing, spec: Callable[[], SecuritySpec],
        watches: Callable[[], Mapping[int, HostWatch]], owner: Who, tell: Callable[..., None],
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._importing = importing
        self._spec = spec
        self._watches = watches
        self._owner = owner
        self._tell = tell
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._failed: dict[tuple[str, int], float] = {}
        """Runs of this engine that brought nothing, and when."""

    def asked(self, _session: Session, asked: Asked) -> Done:
        """Say what is run where; what came of it stands among the imports."""
        names = named([target.name for target in asked.targets])
        return Done(f"{asked.text('tool')} is run on {names}; show imports says what came of it")

    async def after(self, asked: Asked, _done: Done) -> None:
        """Begin what was asked for."""
        for target in asked.targets:
            self._begin(asked.text("tool"), target.id, asked.who)
        self._tell("audit")

    async def look(self) -> None:
        """Begin the weekly runs whose turn it is."""
        scanners = self._spec().scanners
        if not any(scanners.values()):
            return
        last = await self._writer.note(lambda session: last_runs(session, self._owner.name))
        now, begun = self._now(), 0
        for host_id, watch in self._watches().items():
            for tool in TOOLS:
                if watch.spec.name in scanners.get(tool, ()) and self._is_due(tool, watch, last, now):
                    begun += 1
                    if begun > AT_A_LOOK:
                        return
                    self._begin(tool, host_id, self._owner)

    def _is_due(self, tool: str, watch: HostWatch, last: Mapping[tuple[str, int], LastRun], now: float) -> bool:
        key = (tool, watch.host_id)
        run = last.get(key)
        failed_at = self._failed.get(key)
        if failed_at is None and run is not None and not run.brought:
            failed_at = run.at  # An engine before this one saw it.
        if failed_at is not None:
            return now - failed_at >= AGAIN_S
        # Each host has a time of the week of its own; one that was never scanned does not wait for it.
        return run is None or week_of(tool, watch.spec.name, now) > week_of(tool, watch.spec.name, run.at)

    def _begin(self, tool: str, host_id: int, who: Who) -> None:
        key = (tool, host_id)
        watch = self._watches().get(host_id)
        if watch is None or key in self._running:
            return
        task = asyncio.create_task(self._run(tool, watch, who), name=f"{tool} on {watch.spec.name}")
        self._running[key] = task
        task.add_done_callback(lambda _task: self._running.pop(key, None))

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- one run ------------------------------------------------------------------------------------------------------

    async def _run(self, tool: str, watch: HostWatch, who: Who) -> None:
        name, key = watch.spec.name, (tool, watch.host_id)
        try:
            async with self._places:
                said = await self._one(tool, watch, who)
            self._failed.pop(key, None)
        except TuiOpsError as error:
            self._failed[key] = self._now()
            said = f"{tool} on {name}: {error.message}"
            log.warning("%s; %s", said, error.hint)
            await self._note(tool, watch.host_id, who, f"{error.message}{f': {error.hint}' if error.hint else ''}")
        except Exception:  # the boundary of one run: the engine goes on
            self._failed[key] = self._now()
            log.exception("running %s on %s failed", tool, name)
            said = f"{tool} on {name}: the engine failed: see its log"
            await self._note(tool, watch.host_id, who, "the engine failed: see its log")
        at = self._now()
        await self._writer.act(
            lambda session: append_audit(session, who, "scan.run.end", f"host:{name}", {"tool": tool}, said, at)
        )
        self._tell("security", "audit")

    async def _one(self, tool: str, watch: HostWatch, who: Who) -> str:
        marker, began = secrets.token_hex(16), self._now()
        text = f"{scan_text()}\ntui_ops_scan {marker} {tool} {'yes' if watch.spec.sudo else 'no'}\n"
        link = await watch.link()
        done = await link.run(["/bin/sh"], stdin=text.encode(), timeout_s=RUN_S[tool], limit=OUTPUT_LIMIT)
        went = parse_run(done.stdout, marker)
        if done.truncated:
            raise NotRun("it printed more than any report has", "look at it on the host")
        if went.word == "needs":
            raise NotRun(
                "it needs privilege", f"add to /etc/sudoers.d: {watch.spec.user or 'LOGIN'} ALL=(root) NOPASSWD: "
                f"{went.rest}; docs/imports.md has all lines"
            )  # fmt: skip
        if went.word != "well" or not went.report:
            raise NotRun(went.rest or "the host did not say what came of it", "run it there by hand")
        imported = await self._importing.take_bytes(
            went.report, lambda sha: Report(f"{tool} on {watch.spec.name}", sha, who, self._now(), watch.spec.name,
                                            read_at=began)
        )  # fmt: skip
        return "; ".join(imported.said)

    async def _note(self, tool: str, host_id: int, who: Who, why: str) -> None:
        """Keep that a run brought no report."""
        at = self._now()
        row = ScanImport(tool=tool, host_id=host_id, at=at, by=who.name, note=clean(f"not run: {why}", 600))
        await self._writer.act(lambda session: session.add(row))


def week_of(tool: str, host: str, at: float) -> int:
    """Return the number of the week of a scanner on a host, whose weeks begin at a time of their own.

    Args:
        tool: the scanner.
        host: the host's name.
        at: epoch seconds.
    """
    return int((at - phase_of(f"{tool} {host}", WEEK_S)) // WEEK_S)
