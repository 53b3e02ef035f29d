"""What comes before an act: on what it would work, whether it may, and what has to be asked first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any, Protocol

from tui_ops.actions.action import Action, Danger, Param, ParamKind, Stream
from tui_ops.actions.client import Hello
from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.errors import ActError
from tui_ops.model.clean import clean
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.store.views.rows import KeyRow
from tui_ops.ui.cells import safe
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import Ink, Line, line

NAMED_MOST = 8
"""Targets that a dialog names one by one; of more it says how many."""

LOOKED_AT = 100
"""Targets at which the footer looks."""

DIALOG_CELLS = 72
"""Cells of a line in a dialog on the narrowest terminal that is supported well."""

PLACEHOLDER_CELLS = 34
"""Cells in which a field says what may stand in it."""

TEXT_MOST = 4000
"""Characters of a parameter, every one of them made visible: more than one may have."""

NO_TARGET = "fleet"
"""The noun of acts that work on no target."""

UNDO_S = 10.0
"""How long an undo is offered."""


class Target(Protocol):
    """What an act works on: a host, an incident, an alert, as the desk shows it."""

    @property
    def name(self) -> str:
        """As people say it: ``web-1``, ``INC-12``."""

    @property
    def revision(self) -> int:
        """Grows with every change of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An act about to be asked for."""

    action: Action
    rows: tuple[Any, ...]
    """On which it can work."""
    left_out: tuple[tuple[str, str], ...]
    """Targets on which it can't, with why."""
    verdict: Verdict
    given: Mapping[str, object] = field(default_factory=dict)
    """Parameters that were named beforehand."""

    @property
    def names(self) -> tuple[str, ...]:
        """The targets' names."""
        return tuple(row.name for row in self.rows)

    @property
    def expect(self) -> dict[str, int]:
        """The revisions that the operator looked at."""
        return {row.name: row.revision for row in self.rows}


def plan(action: Action, targets: Sequence[Target], desk: Desk, given: Mapping[str, object] | None = None) -> Plan:
    """Return what an act would do now on these targets, or why it can't be done."""
    refused = _refused(action, desk)
    if refused is not None:
        return Plan(action, (), (), refused)
    if action.noun == NO_TARGET:
        return Plan(action, (), (), YES, given or {})
    judged = [(row, _on_target(action, row, desk)) for row in targets]
    able = tuple(row for row, verdict in judged if verdict)
    left_out = tuple((row.name, verdict.why) for row, verdict in judged if not verdict)
    if not targets:
        return Plan(action, (), (), no(f"no {action.noun} is chosen"))
    if not able:
        return Plan(action, (), left_out, no(left_out[0][1]))
    if action.alone and len(able) > 1:
        return Plan(action, (), (), no(f"works on one {action.noun} at a time: \\ takes the marks away"))
    return Plan(action, able, left_out, YES, given or {})


def seems_possible(action: Action, targets: Sequence[Target], desk: Desk) -> bool:
    """Return whether a key of the footer is to be bright: whether :func:`plan` would find something to do.

    Of many targets only the first are looked at, since this is asked for every act at every key; where none of those
    will do and there are more, pressing the key tells.
    """
    if _refused(action, desk) is not None:
        return False
    if action.noun == NO_TARGET:
        return True
    if action.alone and len(targets) > 1:
        return bool(plan(action, targets[:LOOKED_AT], desk).verdict)
    able = any(_on_target(action, row, desk) for row in targets[:LOOKED_AT])
    return able or len(targets) > LOOKED_AT


def of_letter(twins: Sequence[Action], targets: Sequence[Target], desk: Desk) -> Action:
    """Return which of the acts that share a letter is meant: the first that is possible, else the first."""
    return next((action for action in twins if seems_possible(action, targets, desk)), twins[0])


def _on_target(action: Action, row: Any, desk: Desk) -> Verdict:
    needed = action.role_on(row)
    if desk.role is not None and not desk.role.may(needed):
        return no(f"needs the role {needed}: it runs there as the engine's own account")
    return action.rule(row)


def _refused(action: Action, desk: Desk) -> Verdict | None:
    if desk.options.read_only:
        return no("this session is read-only")
    if isinstance(desk.link, ActError):
        return no(desk.link.message)
    if not isinstance(desk.link, Hello):
        return no("the engine is being reached")
    if not desk.link.role.may(action.role):
        return no(f"needs the role {action.role}; you are {desk.link.role}")
    return None


def offered(desk: Desk, noun: str = "host") -> list[Action]:
    """Return the acts of a noun that this session could ever do, for footer and menu."""
    if desk.acts_removed:
        return []
    role = desk.role
    return [action for action in REGISTRY.on(noun) if role is None or role.may(action.role)]


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks before an act."""

    title: str
    facts: tuple[Line, ...]
    fields: tuple[Param, ...]
    word: str = ""
    """What must be typed; empty where pressing the button is enough."""
    grave: bool = False
    """Whether *Cancel* has the focus."""
    given: dict[str, object] = field(default_factory=dict)
    """Parameters that are settled by what the dialog shows."""
    button: str = ""
    ready: bool = False
    """Whether its button has the focus: what it asks about was looked at just before."""


def question(asked: Plan, keys: Sequence[KeyRow] = ()) -> Question | None:
    """Return what must be asked before an act, or None where it can be done at once.

    Args:
        asked: the act with its targets.
        keys: the host keys of the targets, for an act that is about keys.
    """
    action = asked.action
    prints = next((param for param in action.params if param.kind is ParamKind.FINGERPRINTS), None)
    if prints is not None:
        return _about_keys(asked, prints, keys)
    fields = _fields(asked)
    many = len(asked.rows) > 1
    if not fields and action.danger < Danger.GRAVE and not (many and action.danger > Danger.NONE):
        return None
    grave = action.danger >= Danger.GRAVE
    return Question(
        f"{action.label} {_count(asked.names, action.noun)}", (*target_lines(asked), *_choices(fields)), fields,
        word=str(len(asked.rows)) if grave and many else "", grave=grave, given=dict(asked.given),
        button=action.label,
    )  # fmt: skip


def _choices(fields: Sequence[Param]) -> Iterable[Line]:
    """Return what can be chosen from, where the field itself has no room to name it all."""
    for param in fields:
        if len(", ".join(param.choices)) > PLACEHOLDER_CELLS:
            said = f"{param.label}: {', '.join(param.choices)}"
            yield from (line((one, Ink.DIM)) for one in wrap(said, DIALOG_CELLS))


def _fields(asked: Plan) -> tuple[Param, ...]:
    """Return what is asked for: what must be said first, then what may be said.

    A document that may be left out is no matter for one line: screens open an editor for it.
    Where nothing must be said, a single thing that may be is not asked for: such an act is done at once. Several are,
    or there would be no way to say them; but not before a stream, which shows at once what it is good for.
    """
    open_ = [param for param in asked.action.params if param.name not in asked.given
             and (param.required or param.kind is not ParamKind.DOCUMENT)]  # fmt: skip
    needed = [param for param in open_ if param.required]
    may = [param for param in open_ if not param.required]
    asks = bool(needed) or (len(may) > 1 and asked.action.stream is None)
    return (*needed, *may) if asks else ()


def _count(names: Sequence[str], noun: str) -> str:
    return "" if not names else f"on {safe(names[0])}" if len(names) == 1 else f"on {len(names)} {noun}s"


def target_lines(asked: Plan) -> Iterable[Line]:
    """Return which hosts are meant, and which are left out and why."""
    for name, value in asked.given.items():
        yield from _exactly(f"{name}: {value}")
    if asked.action.stream is Stream.RUN:
        yield from (line(one) for one in wrap(", ".join(map(safe, asked.names)), DIALOG_CELLS, break_on_hyphens=False))
    elif len(asked.rows) > 1:
        named = ", ".join(safe(name) for name in asked.names[:NAMED_MOST])
        more = len(asked.names) - NAMED_MOST
        yield line(named, (f" and {more} more" if more > 0 else "", Ink.DIM))
    if asked.action.noun == "change" and asked.action.danger >= Danger.GRAVE:
        for row in asked.rows:
            yield from _what_runs(row)
    for name, why in asked.left_out[:3]:
        yield line((f"left out: {safe(name)}: {why}", Ink.WARN))
    if len(asked.left_out) > 3:
        yield line((f"left out: {len(asked.left_out) - 3} more", Ink.WARN))
    if not asked.action.params:
        yield line((asked.action.help, Ink.DIM))


def _what_runs(change: Any) -> Iterable[Line]:
    """Return what a change is, and on which hosts it works: a number alone says neither."""
    yield from (line((one, Ink.TEXT)) for one in wrap(f"{change.name}  {safe(change.title)}", DIALOG_CELLS))
    hosts = [safe(host) for host in change.hosts]
    more = f" and {len(hosts) - NAMED_MOST} more" if len(hosts) > NAMED_MOST else ""
    said = f"{len(hosts)} host{'s' if len(hosts) != 1 else ''}: {', '.join(hosts[:NAMED_MOST])}{more}"
    yield from (line((one, Ink.ACCENT)) for one in wrap(said, DIALOG_CELLS, break_on_hyphens=False))


def _exactly(text: str) -> Iterable[Line]:
    """Return a text whole, every blank of it, in as many lines as it needs: what is agreed to is never cut."""
    shown = clean(text, TEXT_MOST)
    return [line((shown[start : start + DIALOG_CELLS], Ink.ACCENT)) for start in range(0, len(shown), DIALOG_CELLS)]


def _about_keys(asked: Plan, prints: Param, keys: Sequence[KeyRow]) -> Question:
    """Name host, key type, fingerprints offered and known; pass exactly what was shown."""
    facts: list[Line] = []
    shown: dict[str, list[str]] = {}
    replaces = False
    for row in asked.rows:
        mine = [key for key in keys if key.host == row.name and key.revoked_at is None]
        offers = [key for key in mine if key.trusted_at is None and key.seen_at is not None]
        known = [key for key in mine if key.trusted_at is not None]
        facts.append(line((safe(row.name), Ink.TITLE), (f"  {safe(row.address)}", Ink.DIM)))
        for key in offers:
            facts += [line(("  offers ", Ink.WARN), safe(key.kind)), line(f"  {safe(key.fingerprint)}")]
            shown.setdefault(row.name, []).append(key.fingerprint)
        for key in known:
            known_as = ("  gives up ", Ink.BAD) if offers else ("  trusts ", Ink.DIM)
            facts += [line(known_as, safe(key.kind)), line(f"  {safe(key.fingerprint)}")]
            replaces = replaces or bool(offers)
        if not offers:
            facts.append(line(("  offers no key that waits: nothing is trusted", Ink.DIM)))
    facts.append(line(("on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", Ink.ACCENT)))
    names = [row.name for row in asked.rows if row.name in shown]
    word = "" if len(names) <= 1 and not replaces else names[0] if len(names) == 1 else str(len(names))
    given: dict[str, object] = {prints.name: shown}
    if replaces:
        given["replace"] = "yes"
    title = f"trust the {'new ' if replaces else ''}key {_count(names, 'host')}"
    return Question(title, tuple(facts), (), word, True, given, "trust" if names else "")
