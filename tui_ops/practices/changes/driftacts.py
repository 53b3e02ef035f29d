"""Drafts of changes that nobody asked for: made of differences, then adopted as they are or taken back."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeState, Outcome, change_name
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.plans import sha_of
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.drift import Drift, at_last, counts, merged, title_of, way_back
from tui_ops.practices.changes.states import TABLE, Event
from tui_ops.store import drift as kept
from tui_ops.store.changes import last_plan_number, services_of
from tui_ops.store.tables.changes import Change, ChangePlan
from tui_ops.store.tables.facts import FactDifference
from tui_ops.store.timeline import add_change_line, changed, to_json

QUIET_S = 86_400.0
"""Seconds in which further differences of a host join its open draft: one a host and day is what people can look at."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that was made just now."""

    change: int
    host: str
    host_id: int
    since_at: float
    """What happened lies between this and now, epoch seconds."""


def look(session: Session, after_id: int, noise: Sequence[str], at: float) -> tuple[int, list[Drafted]]:
    """Make drafts of the differences that no change explains.

    Args:
        session: of the transaction.
        after_id: the difference that was looked at last.
        noise: what the inventory declares to differ by itself.
        at: epoch seconds.

    Returns:
        The difference that was looked at last now, and the drafts that are new.
    """
    last, held = after_id, kept.known(session, at - QUIET_S)
    # One reading finds many differences between the same two moments: it is asked once for all of them.
    touched = cache(partial(kept.touched, session))
    by_host: dict[tuple[str, int], list[Drift]] = defaultdict(list)
    for row, host in kept.differences_after(session, after_id):
        assert row.id is not None
        last = row.id
        drift = _drift(row, host)
        if row.id in held or not counts(drift, noise) or touched(host, row.since_at, row.at):
            continue
        by_host[host, row.host_id].append(drift)
    drafted = []
    for (host, host_id), drifts in by_host.items():
        draft = kept.draft_of(session, host, at - QUIET_S)
        if draft is not None:
            _join(session, draft, drifts, at)
            continue
        change = _draft(session, host, drifts, at)
        drafted.append(Drafted(change, host, host_id, min(drift.since_at for drift in drifts)))
    return last, drafted


def _drift(row: FactDifference, host: str) -> Drift:
    before, now = (json.loads(text) if text is not None else None for text in (row.before, row.after))
    assert row.id is not None
    return Drift(row.id, host, row.topic, row.item, before, now, row.at, row.since_at)


def _document(drift: Drift) -> dict[str, object]:
    return {
        "id": drift.id, "topic": drift.topic, "item": drift.item, "before": drift.before, "after": drift.after,
        "at": drift.at, "since_at": drift.since_at,
    }  # fmt: skip


def _items(drifts: Sequence[Drift], more: int = 0) -> dict[str, object]:
    """Return what a draft keeps of differences, and how many it does not keep one by one, with those of before."""
    items = kept.kept_items([_document(drift) for drift in drifts])
    return {"items": items, "more": more + len(drifts) - len(items)}


def _drifts(change: Change) -> list[Drift]:
    document = json.loads(change.difference)
    host = _host(change)
    return [
        Drift(one["id"], host, one["topic"], one["item"], one["before"], one["after"], one["at"], one["since_at"])
        for one in document.get("items", ())
    ]


def _host(change: Change) -> str:
    """Return the host that differs, whatever somebody has made of the draft's targets since."""
    host: str = json.loads(change.difference).get("host") or json.loads(change.hosts)[0]
    return host


def _draft(session: Session, host: str, drifts: Sequence[Drift], at: float) -> int:
    hands = kept.hands_on(session, host, min(drift.since_at for drift in drifts), at)
    change = Change(
        title=title_of(merged(drifts)), kind="normal", state=str(ChangeState.DRAFT), unauthorised=True, opened_at=at,
        reason="found by a reading: no change ran there", targets=to_json([host]), hosts=to_json([host]),
        services=to_json(services_of(session, [host])),
        difference=to_json({
            "host": host, "ids": [drift.id for drift in drifts], **_items(merged(drifts)), "who": hands,
        }),
    )  # fmt: skip
    changed(session, [change])
    assert change.id is not None
    many = "a difference" if len(drifts) == 1 else f"{len(drifts)} differences"
    add_change_line(session, change.id, Happened(ChangeHappening.OPENED, f"{many} that no change explains"), at)
    _tell(session, change.id, drifts, at)
    for who in hands:
        add_change_line(session, change.id, Happened(ChangeHappening.NOTE, f"there meanwhile: {who}"), at)
    return change.id


def _join(session: Session, draft: Change, drifts: Sequence[Drift], at: float) -> None:
    document = json.loads(draft.difference)
    found = merged([*_drifts(draft), *drifts])
    document["ids"] += [drift.id for drift in drifts]
    document |= _items(found, int(document.get("more", 0)))
    draft.difference = to_json(document)
    draft.title = title_of(_drifts(draft), int(document["more"]))
    assert draft.id is not None
    _tell(session, draft.id, drifts, at)
    changed(session, [draft], decided=False)


def _tell(session: Session, change: int, drifts: Sequence[Drift], at: float) -> None:
    for drift in drifts[: kept.ITEMS_KEPT]:
        add_change_line(session, change, Happened(ChangeHappening.NOTE, drift.said, at=drift.at), at)


def note_logins(session: Session, change: int, lines: Sequence[str], at: float) -> None:
    """Write down who was logged in on the host of a draft, as the host tells it.

    Args:
        session: of the transaction.
        change: the draft's number.
        lines: one for each login or use of sudo.
        at: epoch seconds.
    """
    draft = session.get_one(Change, change)
    document = json.loads(draft.difference)
    document["who"] = [*document.get("who", ()), *(clean(line, 200) for line in lines)]
    draft.difference = to_json(document)
    for line in lines:
        add_change_line(session, change, Happened(ChangeHappening.NOTE, f"there meanwhile: {clean(line, 200)}"), at)
    changed(session, [draft], decided=False)


def adopt(session: Session, asked: Asked, solo: bool = False) -> Done:
    """Take differences for right as they are: each change is done already, and somebody answers for it.

    Whoever was on the host by this program meanwhile is not the one, unless the team is one person: four eyes.
    """
    reason = clean(asked.text("reason"))
    done = Done("")
    for change in _of(session, asked):
        _must_be_others(session, asked, change, solo)
        move = TABLE[ChangeState(change.state), Event.ADOPT]
        change.state, change.outcome, change.reason = str(move.to), str(Outcome.SUCCESSFUL), reason
        change.owner = change.owner or asked.who.name
        change.reviewed_by, change.closed_at = asked.who.name, asked.at
        changed(session, [change])
        assert change.id is not None
        said = Happened(ChangeHappening.STATE, f"adopted: {reason}", asked.who.name)
        done.change_lines.append((change.id, said))
    done.message = f"{', '.join(target.name for target in asked.targets)} adopted: {reason}"
    return done


def _must_be_others(session: Session, asked: Asked, change: Change, solo: bool) -> None:
    drifts = _drifts(change)
    begin, end = min(drift.since_at for drift in drifts), max(drift.at for drift in drifts)
    who = asked.who
    if not solo and kept.was_on(session, _host(change), begin, end, who.name, who.uid):
        raise Refused(
            f"{change_name(change.id or 0)}: four eyes: {who.name} was on {_host(change)} when it came to differ",
            "another approver adopts it",
        )


def revert(session: Session, asked: Asked) -> Done:
    """Write the plan that takes differences back into the draft; it is approved and run as every plan."""
    done, told = Done(""), []
    for change in _of(session, asked):
        drifts, more = _drifts(change), int(json.loads(change.difference).get("more", 0))
        plan, left = way_back(drifts)
        left += [f"{more} more differences, of which only the number is kept"] if more else []
        name = change_name(change.id or 0)
        if not at_last(drifts) and not more:
            raise Refused(f"{name}: everything is as it was again", "adopt it, or cancel it")
        if not plan:
            raise Refused(
                f"{name}: nothing of how it was is kept: {left[0] if left else 'no difference'}",
                "edit its plan by hand, or adopt it",
            )
        _write_plan(session, change, plan, asked)
        said = "a plan that takes it back is written" + (f"; not in it: {'; '.join(left[:3])}" if left else "")
        done.change_lines.append((change.id or 0, Happened(ChangeHappening.EDITED, clean(said), asked.who.name)))
        told.append(f"{name}: {clean(said, 300)}")
    done.message = f"{'; '.join(told)}: look at it, then submit it"
    return done


def _write_plan(session: Session, change: Change, plan: str, asked: Asked) -> None:
    """Put a plan into a draft; whoever had it written is one of its planners."""
    assert change.id is not None
    editors = list(dict.fromkeys([*json.loads(change.edited_by), asked.who.name]))
    change.plan, change.plan_values, change.edited_by = plan, "{}", to_json(editors)
    # It is for the host that differs and for no other.
    change.targets = change.hosts = to_json([_host(change)])
    change.requested_by = change.requested_by or asked.who.name
    change.owner = change.owner or asked.who.name
    session.add(
        ChangePlan(
            change_id=change.id, number=last_plan_number(session, change.id) + 1, at=asked.at, who=asked.who.name,
            plan=plan, targets=change.targets, sha=sha_of(plan),
        )
    )  # fmt: skip
    changed(session, [change])


def _of(session: Session, asked: Asked) -> list[Change]:
    found = [session.get_one(Change, target.id) for target in asked.targets]
    for change in found:
        if not change.unauthorised or change.state != ChangeState.DRAFT:
            raise Refused(f"{change_name(change.id or 0)} was not made of a difference, or is no draft any more")
    return found
