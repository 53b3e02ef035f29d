"""Attesting controls, withdrawing that, and keeping what a framework comes to.

A proof stays where it is: what is kept is what its file is called, the digest of its content, and its date. Whoever
audits asks for the file, and sees by the digest that it is the one.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session

from tui_ops.model.clock import iso
from tui_ops.model.compliance import ControlKind, Framework, attestation_name, audit_name, is_scope
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.compliance.reading import pick
from tui_ops.practices.compliance.snapshot import Ready, made
from tui_ops.practices.saying import text_of
from tui_ops.store.compliance import attestations_of, plain
from tui_ops.store.tables.security import Attestation, AuditRun
from tui_ops.store.timeline import changed
from tui_ops.store.views.compliance import scope_hosts

LONGEST_S = 366 * 86400.0
"""An attestation is looked at again within a year, as PCI-DSS and ISO 27001 have it for most of theirs."""

_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the acts are done."""

    frameworks: Mapping[str, Framework]
    """That are shown, by name."""
    ready: Mapping[tuple[str, str], Ready] = field(default_factory=dict)
    """Snapshots that were made ready beside the writer, by framework and scope; what is not there is made at once."""


ComplianceAct = Callable[[Session, Asked, Terms], Done]


def _framework(asked: Asked, terms: Terms) -> Framework:
    word = text_of(asked, "framework", 60)
    found = pick(terms.frameworks, word)
    if found is None:
        known = ", ".join(sorted(terms.frameworks)) or "none: the inventory shows no framework"
        raise Refused(f"there is no framework {word!r}", f"there are: {known}")
    return found


def _scope(session: Session, asked: Asked) -> str:
    scope = text_of(asked, "scope", 100)
    if not is_scope(scope):
        raise Refused(f"{scope!r} is no scope", "group:NAME, site:NAME or host:NAME; nothing for everything")
    if not scope_hosts(plain(session), scope):
        raise Refused(f"no host is in {scope or 'the inventory'}", "tui-ops show hosts names groups and sites")
    return scope


def attest(session: Session, asked: Asked, terms: Terms) -> Done:
    """Write down somebody's word that a control is met, in the place of the one before in the same scope.

    Raises:
        Refused: there is no such control or scope, machines alone check it, or a day or digest is none.
    """
    framework, scope = _framework(asked, terms), _scope(session, asked)
    number = text_of(asked, "control", 60)
    control = framework.controls.get(number)
    if control is None:
        raise Refused(
            f"{framework.name} has no control {number!r}", f"tui-ops show controls framework={framework.name}"
        )
    if control.kind is ControlKind.AUTOMATED:
        hint = "accept the risk of its findings, or except hosts in the inventory"
        raise Refused(f"{framework.short} {number} is checked on the hosts, all of it: nobody's word counts", hint)
    sha = text_of(asked, "sha256", 80).lower()
    if sha and not _SHA.fullmatch(sha):
        raise Refused(
            f"{sha!r} is no SHA-256", "as sha256sum prints it: 64 digits; tui-ops attest reads the file itself"
        )
    said = asked.text("says") or "met"
    row = Attestation(
        framework=framework.name, control=number, scope=scope, owner=text_of(asked, "owner", 100) or asked.who.name,
        text=text_of(asked, "text"), met=said != "not met", applies=said != "not applicable",
        file=text_of(asked, "file", 200), file_sha=sha, dated_at=_dated(asked), review_at=_review(asked),
        by=asked.who.name, at=asked.at,
    )  # fmt: skip
    before = attestations_of(session, framework.name, number, scope)
    for old in before:
        old.ended_at = asked.at
    changed(session, [*before, row])
    assert row.id is not None
    assert row.review_at is not None
    of = f" for {scope}" if scope else ""
    instead = f", in the place of {', '.join(attestation_name(old.id) for old in before if old.id)}" if before else ""
    name = attestation_name(row.id)
    return Done(
        f"{name}: {framework.short} {number} is {said}{of}, to be looked at by {iso(row.review_at)[:10]}{instead}"
    )


def withdraw(session: Session, asked: Asked, _terms: Terms) -> Done:
    """End attestations: what they stood for is not known any more."""
    rows = [session.get_one(Attestation, target.id) for target in asked.targets]
    for row in rows:
        row.ended_at = asked.at
    changed(session, rows)
    names = ", ".join(target.name for target in asked.targets[:3])
    return Done(f"{names}: withdrawn; what they stood for is unknown now")


def keep(session: Session, asked: Asked, terms: Terms) -> Done:
    """Keep what a framework comes to now, with everything that it rests on."""
    framework, scope = _framework(asked, terms), _scope(session, asked)
    found = terms.ready.get((framework.name, scope)) or made(plain(session), framework, scope, asked.at)
    row = AuditRun(
        framework=framework.name, scope=scope, at=found.at, by=asked.who.name, score=found.score,
        coverage=found.coverage, sha=found.sha, document=found.body,
    )  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    score = f"{found.score:.0%}" if found.score is not None else "no score"
    of = f" for {scope}" if scope else ""
    # The digest stands in the chain of the audit: whoever changes the document later would have to change that, too.
    return Done(
        f"{audit_name(row.id)}: {framework.name}{of} is kept, {score}, {found.coverage:.0%} of it known,"
        f" SHA-256 {found.sha}"
    )


# --- days -------------------------------------------------------------------------------------------------------------


def _dated(asked: Asked) -> float | None:
    given = text_of(asked, "dated", 40)
    if not given:
        return None
    at = _day(given)
    if at > asked.at + 86400.0:
        raise Refused(f"{given!r} is still to come: no proof can be of then", "the day on which it was made")
    return at


def _review(asked: Asked) -> float:
    given = text_of(asked, "until", 40)
    if given and "for" in asked.params:
        raise Refused("for= and until= both say when it is looked at again", "give one of them")
    if not given and "for" not in asked.params:
        raise Refused("it is not said when it is looked at again", "for=180d or until=2027-03-31")
    until = _day(given) if given else asked.at + asked.seconds("for")
    if not asked.at < until <= asked.at + LONGEST_S:
        raise Refused("it has to be looked at again within a year from now", "for=180d or until=2027-03-31")
    return until


def _day(given: str) -> float:
    """Return a day as epoch seconds.

    Raises:
        Refused: it is none.
    """
    try:
        day = datetime.fromisoformat(given)
        at = (day if day.tzinfo else day.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise Refused(f"{given!r} is no day", "write it as 2027-03-31, in UTC") from error
    if not math.isfinite(at):
        raise Refused(f"{given!r} is no day", "write it as 2027-03-31, in UTC")
    return at


COMPLIANCE_ACTS: Mapping[str, ComplianceAct] = {
    "compliance.attest": attest,
    "attestation.withdraw": withdraw,
    "compliance.keep": keep,
}
"""Every act of ``actions/compliance.py``."""
