"""Who has to approve a change, who may, and whether what was said is enough: four eyes by identity."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from tui_ops.model.changes import ChangeKind, Vote
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES, Verdict, no

HIGH_RISK = 60
"""From this risk on two have to approve where the inventory says nothing: of 100, what the assessment calls high."""

NAMES_SHOWN = 4
"""Names in a sentence of who may approve; the count says how many more."""

EMERGENCY = ApprovalPolicy("emergency", kinds=(ChangeKind.EMERGENCY,))
"""Where the inventory says nothing: somebody has to wake one other person, and not two."""

ONE = ApprovalPolicy("one approver")
TWO = ApprovalPolicy("two approvers", quorum=Quorum.COUNT, number=2, risk_from=HIGH_RISK)
SOLO = ApprovalPolicy("solo")
"""Of a team of one: he says yes himself, and it is written down."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be approved."""

    kind: ChangeKind
    risk: int | None
    """0 to 100; None where it was not assessed, which counts as the highest."""
    hosts: frozenset[str]
    frozen_sha: str


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person said of it."""

    who: str
    uid: int
    vote: Vote
    frozen_sha: str
    at: float
    """Epoch seconds."""
    behalf: str = ""
    """Whose delegate spoke; empty where he spoke for himself."""
    void: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation: ``taker`` approves in ``giver``'s place for a time."""

    giver: str
    taker: str
    begins_at: float
    ends_at: float
    """Epoch seconds; it holds no longer from then on."""

    def holds(self, at: float) -> bool:
        """Return whether it is in force at epoch second ``at``."""
        return self.begins_at <= at < self.ends_at and self.giver != self.taker


@dataclass(frozen=True, slots=True)
class People:
    """Who is there, and who may not approve this one."""

    roles: Mapping[str, Role]
    """Name to role, by the inventory in force."""
    barred: frozenset[str] = frozenset()
    """Who asked for it, looks after it, or wrote on it."""
    barred_uids: frozenset[int] = frozenset()
    """The accounts under which that was done: a new name of the same account is the same person."""
    delegations: tuple[Given, ...] = ()
    solo: bool = False

    def may_approve(self, name: str) -> bool:
        """Return whether somebody's role may approve at all."""
        role = self.roles.get(name)
        return role is not None and role.may(Role.APPROVER)

    def wrote(self, name: str, uid: int | None = None) -> bool:
        """Return whether it is somebody's own; in a team of one that does not count."""
        return not self.solo and (name in self.barred or (uid is not None and uid in self.barred_uids))

    def delegated(self, giver: str, taker: str, at: float) -> bool:
        """Return whether ``taker`` spoke for ``giver`` at epoch second ``at``."""
        return any(one.giver == giver and one.taker == taker and one.holds(at) for one in self.delegations)


@dataclass(frozen=True, slots=True)
class Need:
    """One policy of a change, and how far it is satisfied."""

    policy: str
    needed: int
    have: int
    may: tuple[str, ...]
    """Who could still say yes, in the order of the names."""
    mandatory: tuple[str, ...] = ()
    """Of whom each still has to."""

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.have >= self.needed and not self.mandatory

    @property
    def said(self) -> str:
        """In words: ``one approver: 0 of 1, ann or cat may approve``."""
        text = f"{self.policy}: {self.have} of {self.needed}"
        if self.mandatory:
            text += f", {_names(self.mandatory, 'and')} must"
        if self.have >= self.needed:
            return text
        return text + (f", {_names(self.may, 'or')} may approve" if self.may else ", and nobody who may is left")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the approvals of a change are."""

    needs: tuple[Need, ...]
    counting: tuple[Voice, ...] = ()
    """Approvals that count, whichever policy they are for."""
    dropped: tuple[tuple[Voice, str], ...] = field(default=())
    """Approvals that do not, each with the reason."""
    self_approved: bool = False

    @property
    def satisfied(self) -> bool:
        """Whether whoever has to has approved."""
        return bool(self.needs) and all(need.met for need in self.needs)

    @property
    def said(self) -> str:
        """What is missing, in words; empty where nothing is."""
        return "; ".join(need.said for need in self.needs if not need.met)


def _names(names: Sequence[str], word: str) -> str:
    shown = list(names[:NAMES_SHOWN])
    if len(names) > NAMES_SHOWN:
        shown.append(f"{len(names) - NAMES_SHOWN} more")
    *first, last = shown
    return f"{', '.join(first)} {word} {last}" if first else last


def fitting(spec: ChangingSpec, subject: Subject) -> tuple[ApprovalPolicy, ...]:
    """Return the policies that a change has to satisfy: at least one, whatever the inventory says."""
    if spec.solo:
        return (SOLO,)
    found = tuple(one for one in spec.policies if fits(one, subject))
    if found:
        return found
    if subject.kind is ChangeKind.EMERGENCY:
        return (EMERGENCY,)
    return (TWO if _risk(subject) >= HIGH_RISK else ONE,)


def fits(policy: ApprovalPolicy, subject: Subject) -> bool:
    """Return whether a policy is for such a change."""
    return (
        (not policy.kinds or subject.kind in policy.kinds)
        and _risk(subject) >= policy.risk_from
        and (not policy.hosts or bool(policy.hosts & subject.hosts))
    )


def _risk(subject: Subject) -> int:
    return 100 if subject.risk is None else subject.risk


def standing(
    spec: ChangingSpec, subject: Subject, voices: Iterable[Voice], people: People, at: float
) -> Standing:  # fmt: skip
    """Return whether enough have approved, and who still has to.

    Args:
        spec: what the inventory says of changes.
        subject: the change as it is frozen.
        voices: everything that was said of it.
        people: who is there.
        at: now, epoch seconds.
    """
    counting: list[Voice] = []
    dropped: list[tuple[Voice, str]] = []
    for voice in voices:
        if voice.vote is not Vote.APPROVE:
            continue
        why = against(subject, voice, people)
        if why:
            dropped.append((voice, why))
        else:
            counting.append(voice)
    needs = tuple(_need(policy, counting, people, at) for policy in fitting(spec, subject))
    own = any(voice.who in people.barred or voice.uid in people.barred_uids for voice in counting)
    return Standing(needs, tuple(counting), tuple(dropped), own)


def satisfied(spec: ChangingSpec, subject: Subject, voices: Iterable[Voice], people: People, at: float) -> bool:
    """Return whether enough have approved exactly this. See :func:`standing`."""
    return standing(spec, subject, voices, people, at).satisfied


def against(subject: Subject, voice: Voice, people: People) -> str:
    """Return why an approval does not count; empty where it does. How long it counts is a matter of each policy."""
    if voice.void:
        return "it is void"
    if not voice.frozen_sha or voice.frozen_sha != subject.frozen_sha:
        return "it was for another plan"
    if not people.may_approve(voice.who):
        return f"{voice.who} is no approver any more"
    if people.wrote(voice.who, voice.uid):
        return f"{voice.who} asked for it, looks after it or wrote on it"
    if not voice.behalf:
        return ""
    if people.wrote(voice.behalf):
        return f"it was for {voice.behalf}, who asked for it, looks after it or wrote on it"
    if not people.may_approve(voice.behalf):
        return f"it was for {voice.behalf}, who is no approver any more"
    if not people.delegated(voice.behalf, voice.who, voice.at):
        return f"{voice.who} did not stand for {voice.behalf} then"
    return ""


def _need(policy: ApprovalPolicy, counting: Collection[Voice], people: People, at: float) -> Need:
    listed = set(policy.people) | set(policy.mandatory) if policy.people else set(people.roles)
    able = {name for name in listed if people.may_approve(name) and not people.wrote(name)}
    valid = [voice for voice in counting if voice.at + policy.expires_s > at and _person(voice) in listed]
    covered = {_person(voice) for voice in valid}
    must = [one for one in policy.mandatory if not people.wrote(one) and one not in covered]
    left = able - covered
    if policy.quorum is Quorum.ALL:
        needed, have = max(1, len(able | covered)), len(covered)
    else:
        # One person is one voice, however many he stands for.
        needed, have = _number(policy, len(able | covered)), len({voice.who for voice in valid})
    return Need(policy.name, needed, have, tuple(sorted(left)), tuple(must))


def _person(voice: Voice) -> str:
    return voice.behalf or voice.who


def _number(policy: ApprovalPolicy, people: int) -> int:
    if policy.quorum is Quorum.COUNT:
        return max(1, int(policy.number))
    if policy.quorum is Quorum.PERCENT:
        share = min(100.0, max(0.0, policy.number))
        return max(1, floor(share * people / 100 + 0.5))
    return 1


def may_vote(
    spec: ChangingSpec, subject: Subject, voices: Iterable[Voice], people: People, voice: Voice
) -> Verdict:  # fmt: skip
    """Return whether somebody may say what he wants to say.

    Args:
        spec: what the inventory says of changes.
        subject: the change as it is frozen.
        voices: what was said before.
        people: who is there.
        voice: what he wants to say.
    """
    why = against(subject, voice, people)
    if why:
        return no(f"four eyes: {why}" if "asked for it" in why else why)
    policies = fitting(spec, subject)
    lasts_s = min(policy.expires_s for policy in policies)
    before = [one for one in voices if not against(subject, one, people) and one.at + lasts_s > voice.at]
    if voice.vote is Vote.APPROVE and any(_same(one, voice) for one in before):
        return no(f"{voice.who} approved it already")
    if not any(_asks(policy, _person(voice)) for policy in policies):
        asked = sorted({name for policy in policies for name in (*policy.people, *policy.mandatory)})
        return no(f"{_person(voice)} is not asked: its policies name {_names(asked, 'and')}")
    return YES


def _same(one: Voice, other: Voice) -> bool:
    return (one.vote, one.who, one.behalf) == (other.vote, other.who, other.behalf)


def _asks(policy: ApprovalPolicy, person: str) -> bool:
    return not policy.people or person in policy.people or person in policy.mandatory
