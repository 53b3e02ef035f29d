"""What checks say of one host under the inventory in force, and what of it is new. Pure."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from tui_ops.model.clean import clean
from tui_ops.model.facts import Field
from tui_ops.model.securing import Excepted, SecuritySpec
from tui_ops.model.security import CheckResult, FindingState, Sweep
from tui_ops.practices.security.checks.base import Check, Judgement, Read, Scene, run_check
from tui_ops.practices.security.places import listens_to_others
from tui_ops.practices.security.priority import Place, place_of
from tui_ops.store.verdicts import VerdictWrite
from tui_ops.store.views.judged import Judged, VerdictRow

log = logging.getLogger(__name__)

SOURCE = "check"
"""Of the sweeps of host checks."""

CYCLE_S = 3600.0
"""How old the time of a verdict of which nothing else is new may become before it is written: what is read each minute
would be written each minute, for a thousand hosts."""

OBJECTS_SHOWN = 20
"""Objects that the evidence of a verdict names; its findings name all."""

TEXT_LIMIT = 300

_TOPICS = {"outside.ssh": "offered"}
"""What checks are shown that is a topic of its own, read without a login: the name by which they ask for it."""

LinesOf = Callable[[Sequence[str], Mapping[str, object]], list[str]]
"""From topics, and what a host says of what root would read, to the lines of its drop-in that would make them known."""


@dataclass(slots=True)
class Said:
    """What is new of one host."""

    host_id: int
    name: str
    verdicts: list[VerdictWrite] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    """Verdicts of checks that there are no more."""
    sweeps: list[Sweep] = field(default_factory=list)
    place: Place = field(default_factory=Place)


class _Noting(Mapping[str, object]):
    """What comes from elsewhere, noting what of it a check has looked at.

    Args:
        known: all of it, by name.
    """

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known
        self.looked: set[str] = set()

    def __getitem__(self, name: str) -> object:
        found = self._known[name]
        self.looked.add(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def topics(self) -> dict[str, float]:
        """Return the topics among what was looked at, each with when it was read, epoch seconds."""
        told = {topic: self._known.get(name) for name, topic in _TOPICS.items() if name in self.looked}
        times = {topic: one.get("at") for topic, one in told.items() if isinstance(one, Mapping)}
        return {topic: float(at) for topic, at in times.items() if isinstance(at, int | float)}


def scene_of(host: Judged, now: float, known: Mapping[str, object]) -> Scene:
    """Return what checks are shown of a host, with the parameters of none yet.

    Args:
        host: as it is kept.
        now: epoch seconds.
        known: what comes from elsewhere than its facts.
    """
    reads = {
        topic: Read(topic, one.items, one.at, one.period_s, one.unread, one.unread_fields, one.needs, one.cut)
        for topic, one in host.topics.items()
    }
    roles = [*host.groups, *(word for word in host.labels.get("role", "").replace(",", " ").split() if word)]
    own = {f"baseline.{kind}": items for kind, items in host.baselines.items()}
    return Scene(host.name, reads, now, {}, host.groups, host.labels, {"role": roles, **own, **known})


def meant_for(spec: SecuritySpec, host: str) -> dict[str, object]:
    """Return what the inventory says is meant to be on a host, by the names under which checks ask for it."""
    found: dict[str, object] = {
        "admins": {group: list(names) for group, names in spec.admins.items()},
        "key_owners": dict(spec.key_owners),
    }
    if host in spec.listeners:
        found["listeners"] = list(spec.listeners[host])
    return found


def judge_host(
    host: Judged, checks: Iterable[Check], spec: SecuritySpec, services: tuple[str, ...], now: float,
    lines: LinesOf, known: Mapping[str, object] | None = None, asked: bool = False,
) -> Said:  # fmt: skip
    """Let checks judge a host, and return what is new.

    Args:
        host: as it is kept.
        checks: that there are.
        spec: what the inventory says of security.
        services: that hang on the host.
        now: epoch seconds.
        lines: tells which lines of root would make something known.
        known: what comes from elsewhere than its facts.
        asked: whether somebody waits for it: then a later reading is new, though it says the same.
    """
    sockets = host.topics.get("sockets")
    listens = listens_to_others(sockets.items) if sockets is not None else None
    said = Said(host.host_id, host.name, place=place_of(host.labels, services, listens))
    scene = scene_of(host, now, {**meant_for(spec, host.name), **(known or {})})
    names: set[str] = set()
    for check in checks:
        names.add(check.id)
        known_here = _Noting(scene.known)
        judgement = _judge(check, replace(scene, known=known_here), spec)
        _take(said, check, judgement, host, now, lines, known_here.topics(), 0.0 if asked else CYCLE_S)
    said.gone = [(host.host_id, check) for check in host.verdicts if check not in names]
    return said


def _judge(check: Check, scene: Scene, spec: SecuritySpec) -> Judgement:
    if check.id in spec.off:
        return Judgement(CheckResult.NOT_APPLICABLE, "the inventory turns this check off")
    mine = [one for one in spec.excepted if scene.host in one.hosts and fnmatchcase(check.id, one.check)]
    without = next((one for one in mine if not one.parameters), None)
    if without is not None:
        reason = without.reason or "no reason is given"
        return Judgement(CheckResult.NOT_APPLICABLE, f"the inventory excepts this host: {reason}")
    parameters = parameters_of(check, spec, mine)
    try:
        return run_check(check, replace(scene, parameters=parameters))
    except Exception as error:  # the boundary of one check: what it did not foresee is no verdict on the host
        log.exception("the check %s failed on %s in a way that nobody foresaw", check.id, scene.host)
        return Judgement(CheckResult.ERROR, clean(f"the check failed: {type(error).__name__}: {error}", TEXT_LIMIT))


def parameters_of(check: Check, spec: SecuritySpec, excepted: Sequence[Excepted] = ()) -> dict[str, Field]:
    """Return the numbers of a check that are in force: the profile's, then the inventory's, then the host's own."""
    found: dict[str, Field] = {**check.parameters, **(check.pci if spec.profile == "pci" else {})}
    for more in (spec.parameters, *(one.parameters for one in excepted)):
        found |= {name: value for name, value in more.items() if name in found}
    return found


def _take(
    said: Said, check: Check, judgement: Judgement, host: Judged, now: float, lines: LinesOf,
    elsewhere: Mapping[str, float], cycle_s: float,
) -> None:  # fmt: skip
    before = host.verdicts.get(check.id)
    evidence = _evidence(check, judgement, host, elsewhere)
    needs = json.dumps(lines(judgement.needs, host.rights) if judgement.needs else [], separators=(",", ":"))
    write = VerdictWrite(
        host.host_id, check.id, str(judgement.result), clean(judgement.text, TEXT_LIMIT), check.version,
        judgement.read_at, now, before.since_at if before and before.result == judgement.result else now, needs,
        json.dumps(evidence, separators=(",", ":"), ensure_ascii=False),
    )  # fmt: skip
    fresh = before is None or _differs(before, write) or _is_over(before, judgement.read_at, cycle_s)
    if fresh:
        said.verdicts.append(write)
    states = host.open.get(check.id, set())
    awaited = FindingState.CLAIMED in states or (judgement.result is not CheckResult.FAIL and bool(states))
    says = judgement.result in (CheckResult.PASS, CheckResult.FAIL, CheckResult.NOT_APPLICABLE)
    if judgement.result is CheckResult.UNKNOWN and judgement.unread:
        says = bool(states)  # What it did look at is well.
    if says and (fresh or awaited):
        said.sweeps.append(
            Sweep(
                SOURCE, check.id, host.host_id, check.kind, check.severity, check.title, judgement.result,
                judgement.read_at if judgement.read_at is not None else now, judgement.seen, judgement.text,
                check.version, judgement.unread, check.remedy.advice, evidence,
            )
        )  # fmt: skip


def _evidence(
    check: Check, judgement: Judgement, host: Judged, elsewhere: Mapping[str, float]
) -> dict[str, object]:  # fmt: skip
    objects = [[seen.object, seen.text] for seen in judgement.seen]
    told = json.dumps(
        [[seen.object, seen.text, seen.severity, dict(seen.data)] for seen in judgement.seen]
        + [list(judgement.unread), judgement.in_use],
        default=str,
    )
    return {
        "topics": {topic: host.topics[topic].at for topic in check.topics if topic in host.topics} | dict(elsewhere),
        "said": clean(judgement.text, TEXT_LIMIT),
        "objects": [[clean(about, 200), clean(text, 200)] for about, text in objects[:OBJECTS_SHOWN]],
        "count": len(objects),
        "unread": [clean(one, 200) for one in judgement.unread] if len(judgement.unread) <= OBJECTS_SHOWN else [""],
        **({"in_use": list(judgement.in_use)} if judgement.in_use is not None else {}),
        "sha": hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16],
    }


def _differs(before: VerdictRow, now: VerdictWrite) -> bool:
    if (before.result, before.text, before.version, before.needs) != (
        now.result,
        now.text,
        now.check_version,
        now.needs,
    ):
        return True
    return _sha(before.evidence) != _sha(now.evidence)


def _sha(evidence: str) -> object:
    try:
        found = json.loads(evidence)
    except ValueError:
        return None
    return found.get("sha") if isinstance(found, dict) else None


def _is_over(before: VerdictRow, read_at: float | None, cycle_s: float) -> bool:
    if read_at is None or before.read_at is None:
        return read_at is not None
    return read_at > before.read_at and read_at - before.read_at >= cycle_s
