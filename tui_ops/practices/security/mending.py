"""From findings to the change that mends them: what is mended by the same plan goes into one change."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from tui_ops.model.changes import ChangeState, Outcome, change_name
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened, number_in
from tui_ops.model.people import Role
from tui_ops.model.security import FindingHappening, FindingKind, FindingSeverity, FindingState, Seen
from tui_ops.plans import read_plan
from tui_ops.plans.errors import PlanWrong
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import writing
from tui_ops.practices.changes.linking import LINKS_MAX
from tui_ops.practices.saying import named
from tui_ops.practices.security.remedies import Mend, NoPlan, hole, mend
from tui_ops.practices.security.states import TABLE, Event
from tui_ops.practices.security.upgrading import TAKEN_BACK_HOSTS, Hole, Release, plan_of
from tui_ops.practices.security.work import Terms, findings_of, move, name_of, tell
from tui_ops.store.findings import host_names, incidents_for, packages_of, releases_of
from tui_ops.store.findingtimes import awaiting_changes
from tui_ops.store.tables.security import Finding
from tui_ops.store.timeline import add_finding_line, changed, to_json
from tui_ops.store.undoing import Changes

CHANGES_SAID = 3
"""Changes in the sentence of one act."""

WELL = frozenset({Outcome.SUCCESSFUL, Outcome.ISSUES})
"""Outcomes of a change after which a host may be mended; the next reading says whether it is."""

OVER = frozenset({ChangeState.ENDED, ChangeState.CLOSED, ChangeState.CANCELLED})


def fix(session: Session, asked: Asked, terms: Terms) -> Done:
    """Make changes of the plans that mend findings, one for each plan with its values, on all hosts concerned.

    Vulnerabilities that better versions mend go into one change for each release: there they are the same versions.
    What no plan mends is left out and named.

    Raises:
        Refused: there is no plan for any of them.
    """
    done, findings = Done(""), findings_of(session, asked)
    hosts = host_names(session, {one.host_id for one in findings if one.host_id is not None})
    groups: dict[Mend, list[Finding]] = {}
    holes: list[tuple[Finding, Hole]] = []
    left: list[tuple[Finding, Refused]] = []
    for finding in findings:
        try:
            what = _what(finding, hosts)
        except Refused as refused:
            left.append((finding, refused))
            continue
        if isinstance(what, Hole):
            holes.append((finding, what))
        else:
            groups.setdefault(what, []).append(finding)
    if left and len(left) == len(findings):
        raise _none_of(left)
    for release, own in _releases(session, holes):
        groups[Mend(plan_of(release))] = own
    made = [_change(session, done, asked, terms, what, own, hosts) for what, own in groups.items()]
    submit = "look at it, then submit it" if len(made) == 1 else "look at them, then submit them"
    done.message = f"{'; '.join(made[:CHANGES_SAID])}: {submit}{_left_out(session, done, asked, left)}"
    return done


def _what(finding: Finding, hosts: Mapping[int, str]) -> Mend | Hole:
    """Return what mends a finding.

    Raises:
        Refused: nothing that a machine may carry out, or its host is gone.
    """
    host = hosts.get(finding.host_id or 0)
    if host is None:
        raise Refused(f"{name_of(finding)}: its host is not in the inventory any more", "nothing was changed")
    better = hole(host, finding.check, FindingKind(finding.kind), json.loads(finding.data))
    return better if better is not None else mend_of(finding)


def _none_of(left: Sequence[tuple[Finding, Refused]]) -> Refused:
    """Return the refusal where no finding can be mended by a change: of one its own, of many that of the first."""
    _, first = left[0]
    if len(left) == 1:
        return first
    return Refused(
        clean(f"none of these {len(left)} findings can be mended by a plan. {first.message}", 400), first.hint
    )


def _left_out(session: Session, done: Done, asked: Asked, left: Sequence[tuple[Finding, Refused]]) -> str:
    """Write on the lists of what is in no change why; return the end of the sentence that says so, empty for none."""
    if not left:
        return ""
    for finding, refused in left:
        why = clean(refused.message.removeprefix(f"{name_of(finding)}: "), 200)
        # Nothing is changed of it, and an undo of all of them must not reach for the act before.
        tell(done, asked, finding, FindingHappening.LINK, f"left out of a change: {why}", Changes(session))
    (_, first), others = left[0], [name_of(finding) for finding, _ in left[1:]]
    also = f"; {named(others)} too" if others else ""
    return clean(f". Left out: {first.message} ({first.hint}){also}", 600)


def mend_of(finding: Finding) -> Mend:
    """Return what mends a finding on its own.

    Raises:
        Refused: nobody has written a plan for it, or none that a machine may carry out.
    """
    seen = Seen(
        finding.object, finding.text, FindingSeverity(finding.severity), finding.title, json.loads(finding.data)
    )  # fmt: skip
    try:
        return mend(finding.check, FindingKind(finding.kind), seen, finding.advice)
    except NoPlan as error:
        raise Refused(clean(f"{name_of(finding)}: {error.message}", 300), error.hint) from error


def _releases(session: Session, holes: list[tuple[Finding, Hole]]) -> Iterator[tuple[Release, list[Finding]]]:
    """Sort what is to be mended by release, and by how much one plan can name."""
    ids = {finding.host_id for finding, _ in holes if finding.host_id is not None}
    places, items = releases_of(session, ids), packages_of(session, ids) if len(ids) <= TAKEN_BACK_HOSTS else {}
    found: dict[str, list[tuple[Release, list[Finding]]]] = {}
    for finding, better in sorted(holes, key=lambda pair: pair[1].package):
        place = places.get(finding.host_id or 0, "")
        chunks = found.setdefault(place, [])
        if not chunks or not chunks[-1][0].has_room(better):
            chunks.append((Release(place), []))
        release, own = chunks[-1]
        release.holes.append(better)
        own.append(finding)
        if finding.host_id in items:
            release.items[better.host] = items[finding.host_id]
    for chunks in found.values():
        yield from chunks


def _change(
    session: Session, done: Done, asked: Asked, terms: Terms, what: Mend, own: list[Finding], hosts: Mapping[int, str]
) -> str:
    """Make one change; return what is said of it."""
    names = list(dict.fromkeys(hosts[one.host_id] for one in own if one.host_id is not None))
    values = {name: value for name, value in what.values if value}
    try:
        # As a model: what a person has to add may still be missing of a draft.
        read_plan(what.plan)
    except PlanWrong as wrong:
        said = clean(wrong.report(), 400)
        raise Refused(f"{name_of(own[0])}: the plan that mends it can't be used: {said}", own[0].advice) from wrong
    many = f"{len(names)} hosts" if len(names) > 1 else names[0]
    findings = [name_of(one) for one in own]
    # What they called people for is no reason against the change that mends them.
    links = [*incidents_for(session, {one.check for one in own}), *findings]
    given: dict[str, object] = {
        "title": clean(f"{own[0].title or own[0].check}: {many}", 120),
        "reason": clean(f"mends {named(findings)}: {own[0].text}", 300),
        "plan": what.plan, "values": to_json(values), "targets": " ".join(names),
        "links": " ".join(links[:LINKS_MAX]),
    }  # fmt: skip
    made = writing.create(session, replace(asked, targets=(), params=given), terms.changing)
    name = next(iter(made.outcomes))
    done.outcomes |= made.outcomes
    for into, lines in (
        (done.change_lines, made.change_lines), (done.lines, made.lines), (done.problem_lines, made.problem_lines),
    ):  # fmt: skip
        into += lines
    for finding in own:
        changes = Changes(session)
        move(changes, finding, Event.FIX, asked, change_id=number_in(name, "CHG"))
        tell(done, asked, finding, FindingHappening.LINK, f"in progress: {name} is to mend it", changes, Role.OPERATOR)
    return clean(made.message, 300)


# --- the engine -------------------------------------------------------------------------------------------------------


def changes_over(session: Session, at: float) -> list[int]:
    """Take note of changes that are over: what they were to mend is said to be mended, or has to be taken on again.

    Args:
        session: of the transaction.
        at: now, epoch seconds.

    Returns:
        The numbers of the findings that are said to be mended: their hosts are to be read anew.
    """
    claimed: list[int] = []
    told: list[Finding] = []
    for finding, change in awaiting_changes(session):
        if ChangeState(change.state) not in OVER or finding.id is None or change.id is None:
            continue
        well = change.state != ChangeState.CANCELLED and change.outcome in WELL
        event = Event.CHANGED if well else Event.LEFT
        finding.state = str(TABLE[FindingState(finding.state), event].to)
        name, outcome = change_name(change.id), change.outcome or change.state
        if well:
            # What was read before it ended says nothing of what it did.
            finding.looked_at = max(finding.looked_at, change.ended_at or at)
            claimed.append(finding.id)
        else:
            finding.change_id = None
        text = f"{finding.state}: {name} ended {outcome}" + ("; it is read anew" if well else "")
        add_finding_line(session, finding.id, Happened(FindingHappening.STATE, text), at)
        told.append(finding)
    changed(session, told, decided=False)
    return claimed
