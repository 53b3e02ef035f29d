"""Doing what is asked: who, which act, on what, whether it is possible now, the act and its audit entry."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.actions.action import Action
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.actions.registry import Registry
from tui_ops.model.people import Who
from tui_ops.practices.asked import Asked, Done, ReasonNeeded, Refused, Target
from tui_ops.store.audit import append_audit
from tui_ops.store.errors import StoreError
from tui_ops.store.records import HostRecord, add_event, hosts_in_force
from tui_ops.store.timeline import add_change_line, add_finding_line, add_line, add_problem_line
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

NAMES_SHOWN = 3
"""Targets named in a refusal; the count says how many more."""

Act = Callable[[Session, Asked], Done]
"""Writes, in the session it is given."""

After = Callable[[Asked, Done], Awaitable[None]]
"""What the engine does once the act is kept."""


Finder = Callable[[Session, Sequence[str]], Sequence[Target]]
"""Finds what is named, each once, in the order of the names; raises :class:`Refused` for a name of nothing."""


@dataclass(frozen=True, slots=True)
class Doing:
    """How the engine carries an act out."""

    act: Act
    after: After | None = None
    before: Callable[[], Awaitable[None]] | None = None
    """What takes long and reads only, done before the store's one writer is asked; what it raises refuses the act."""
    prepare: Callable[[Mapping[str, object]], Awaitable[None]] | None = None
    """The same for an act whose parameters say what has to be read; it is given them, checked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An act that is on disk."""

    done: Done
    audit: int
    action: Action
    asked: Asked


class Acting:
    """Carries out acts.

    Args:
        registry: the declarations.
        doings: act id to how it is carried out.
        writer: the store's writing side.
        finders: noun to how its targets are found; hosts are found here, and other nouns take no targets.
    """

    def __init__(
        self, registry: Registry, doings: Mapping[str, Doing], writer: Writer,
        finders: Mapping[str, Finder] | None = None,
    ) -> None:  # fmt: skip
        missing = {action.id for action in registry} - set(doings)
        if missing:
            raise ValueError(f"acts that nobody carries out: {', '.join(sorted(missing))}")
        self._registry = registry
        self._doings = doings
        self._writer = writer
        self._finders = {"host": _hosts, **(finders or {})}

    async def perform(self, who: Who, request: Request, read_only: bool, stream: bool = False) -> Kept:
        """Do what is asked, and return once it is on disk.

        Args:
            who: who asks, by the kernel.
            request: what.
            read_only: whether the session gave up acting.
            stream: whether it comes over a connection that can carry a stream.

        Raises:
            ActError: why it was not done; nothing of it was kept then.
        """
        action = self._allowed(who, request, read_only)
        if stream is not (action.stream is not None):
            how = "a stream: it is opened" if action.stream else "no stream: it is asked for"
            raise ActError(Code.BAD_PARAMETER, f"{action.id} is {how}", "tui-ops do does it as it has to be done")
        try:
            params = action.read_params(request.params)
        except ValueError as error:
            raise ActError(Code.BAD_PARAMETER, str(error)) from error
        doing = self._doings[action.id]
        try:
            if doing.before is not None:
                await doing.before()
            if doing.prepare is not None:
                await doing.prepare(params)
            finder = self._finders.get(action.noun)
            asked, kept = await self._writer.act(
                lambda session: _do(session, action, doing.act, who, request, params, finder)
            )
        except Refused as error:
            code = Code.REASON if isinstance(error, ReasonNeeded) else Code.REFUSED
            raise ActError(code, error.message, error.hint) from error
        except StoreError as error:
            log.error("%s by %s was not kept: %s", action.id, who.name, error)
            raise ActError(Code.FAILED, f"{action.label} was not done: {error.message}", error.hint) from error
        log.info("%s by %s: %s", action.id, who.name, kept.done.message)
        if doing.after is not None:
            await doing.after(asked, kept.done)
        return kept

    def _allowed(self, who: Who, request: Request, read_only: bool) -> Action:
        action = self._registry.get(request.action)
        if action is None:
            known = ", ".join(one.id for one in self._registry)
            raise ActError(Code.UNKNOWN_ACTION, f"there is no act {request.action!r:.100}", f"acts: {known}")
        if read_only:
            raise ActError(Code.FORBIDDEN, f"{action.label}: this session is read-only", "start without --read-only")
        if not who.role.may(action.role):
            raise ActError(
                Code.FORBIDDEN,
                f"{action.label} takes the role {action.role}; {who.name} is {who.role}",
                "roles are given in the inventory, under operators",
            )
        return action


def _do(
    session: Session, action: Action, act: Act, who: Who, request: Request, params: dict[str, object],
    finder: Finder | None,
) -> tuple[Asked, Kept]:  # fmt: skip
    at = time.time()
    targets = _targets(session, action, request, finder)
    _check_own_machine(who, action, targets)
    asked = Asked(who, at, tuple(targets), params)
    done = act(session, asked)
    for host_id, kind, text in done.events:
        add_event(session, host_id, at, kind, text)
    named = " ".join(f"{action.noun}:{target.name}" for target in targets) or action.noun
    entry = append_audit(session, who, action.id, named, params, done.message, at)
    for number, happened in done.lines:
        add_line(session, number, happened, at, entry.id)
    for number, happened in done.problem_lines:
        add_problem_line(session, number, happened, at, entry.id)
    for number, happened in done.change_lines:
        add_change_line(session, number, happened, at, entry.id)
    for number, happened in done.finding_lines:
        add_finding_line(session, number, happened, at, entry.id)
    for row in done.audited:
        row.audit_id = entry.id
    return asked, Kept(done, entry.id, action, asked)


def _hosts(session: Session, names: Sequence[str]) -> Sequence[HostRecord]:
    return resolve(hosts_in_force(session, time.time()), names)


def _targets(session: Session, action: Action, request: Request, finder: Finder | None) -> list[Target]:
    if finder is None:
        if request.targets:
            raise ActError(Code.BAD_PARAMETER, f"{action.id} takes no targets")
        return []
    if not request.targets:
        such = "a host, group:NAME or site:NAME" if action.noun == "host" else f"the name of {_a(action.noun)}"
        raise ActError(Code.BAD_PARAMETER, f"{action.id} needs a target: {such}")
    found = list(finder(session, request.targets))
    _check_revisions(found, request.expect)
    if action.alone and len(found) > 1:
        raise ActError(Code.BAD_PARAMETER, f"{action.id} works on one {action.noun} at a time, {len(found)} are named")
    refused = [(host, verdict.why) for host in found if not (verdict := action.rule(host))]
    if refused:
        names = ", ".join(f"{host.name} ({why})" for host, why in refused[:NAMES_SHOWN])
        more = f" and {len(refused) - NAMES_SHOWN} more" if len(refused) > NAMES_SHOWN else ""
        raise ActError(Code.REFUSED, f"{action.label} is not possible on {names}{more}", "nothing was changed")
    return found


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _check_own_machine(who: Who, action: Action, targets: Sequence[Target]) -> None:
    for target in targets:
        if not isinstance(target, HostRecord):
            continue
        needed = action.role_on(target)
        if not who.role.may(needed):
            raise ActError(
                Code.FORBIDDEN,
                f"{action.label} on {target.name} takes the role {needed}: it runs there as the engine's own account",
                "leave it out, or ask an admin",
            )


def _check_revisions(hosts: Sequence[Target], expect: Mapping[str, int]) -> None:
    strange = set(expect) - {host.name for host in hosts}
    if strange:
        raise ActError(Code.BAD_PARAMETER, f"expect names {min(strange)!r:.100}, which is not acted on")
    moved = [host.name for host in hosts if expect.get(host.name, host.revision) != host.revision]
    if moved:
        raise ActError(
            Code.CONFLICT,
            f"{', '.join(moved[:NAMES_SHOWN])} was changed by someone else meanwhile",
            "look at it again, then act",
        )


def resolve(hosts: Sequence[HostRecord], targets: Sequence[str]) -> list[HostRecord]:
    """Return the hosts that are meant, each once, in the order of the targets.

    Args:
        hosts: every host of the inventory.
        targets: host names, ``group:NAME`` and ``site:NAME``; ``host:NAME`` is a name too.

    Raises:
        ActError: a target that names nothing.
    """
    by_name = {host.name: host for host in hosts}
    found: dict[int, HostRecord] = {}
    for target in targets:
        kind, _, name = target.partition(":")
        if kind == "group":
            meant = [host for host in hosts if name in host.groups]
        elif kind == "site":
            meant = [host for host in hosts if host.site == name]
        else:
            host = by_name.get(target) or by_name.get(target.removeprefix("host:"))
            meant = [host] if host else []
        if not meant:
            raise ActError(Code.NOT_FOUND, f"nothing is named {target!r:.100}", "tui-ops show hosts names them")
        found |= {host.id: host for host in meant}
    return list(found.values())
