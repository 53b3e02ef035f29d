"""Who has to approve, who may, and what counts: four eyes by identity, whatever was said by whom."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.changes import ChangeKind, Vote
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum
from tui_ops.model.people import Role
from tui_ops.practices.changes.policies import (
    EMERGENCY,
    ONE,
    SOLO,
    TWO,
    Given,
    People,
    Subject,
    Voice,
    against,
    fitting,
    may_vote,
    standing,
)

AT = 1_000_000.0
SHA = "a" * 64
SUBJECT = Subject(ChangeKind.NORMAL, 30, frozenset({"web-1"}), SHA)
ROLES = {
    "ann": Role.ADMIN, "bob": Role.OPERATOR, "cat": Role.APPROVER, "dan": Role.APPROVER, "fay": Role.APPROVER,
}  # fmt: skip
UIDS = {name: number for number, name in enumerate(ROLES, 1001)}
PEOPLE = People(ROLES, barred=frozenset({"bob"}), barred_uids=frozenset({UIDS["bob"]}))


def yes(who: str, behalf: str = "", at: float = AT - 10, sha: str = SHA, uid: int | None = None) -> Voice:
    """Return an approval."""
    return Voice(who, UIDS.get(who, 1) if uid is None else uid, Vote.APPROVE, sha, at, behalf)


def spec(*policies: ApprovalPolicy) -> ChangingSpec:
    """Return what an inventory with these policies says."""
    return ChangingSpec(policies=policies)


def enough(policy: ApprovalPolicy, *voices: Voice, people: People = PEOPLE) -> bool:
    """Return whether a policy is satisfied."""
    return standing(spec(policy), SUBJECT, voices, people, AT).satisfied


# --- which policies fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "risk", "expected"),
    [
        (ChangeKind.NORMAL, 0, ONE), (ChangeKind.NORMAL, 59, ONE), (ChangeKind.NORMAL, 60, TWO),
        (ChangeKind.NORMAL, None, TWO), (ChangeKind.EMERGENCY, 100, EMERGENCY),
    ],
)  # fmt: skip
def test_without_a_section_one_approves_and_two_where_the_risk_is_high(
    kind: ChangeKind, risk: int | None, expected: ApprovalPolicy
) -> None:
    """A risk that nobody has worked out counts as the highest; an emergency wakes one other person."""
    assert fitting(ChangingSpec(), replace(SUBJECT, kind=kind, risk=risk)) == (expected,)


def test_every_policy_that_fits_has_to_be_satisfied() -> None:
    """By kind, risk and hosts; where none of them fits, it is as without a section, and never nobody."""
    web = ApprovalPolicy("web", hosts=frozenset({"web-1"}))
    risky = ApprovalPolicy("risky", risk_from=50)
    urgent = ApprovalPolicy("urgent", kinds=(ChangeKind.EMERGENCY,))
    said = spec(web, risky, urgent)
    assert fitting(said, SUBJECT) == (web,)
    assert fitting(said, replace(SUBJECT, risk=50)) == (web, risky)
    assert fitting(said, replace(SUBJECT, kind=ChangeKind.EMERGENCY, risk=None)) == (web, risky, urgent)
    assert fitting(said, replace(SUBJECT, hosts=frozenset({"db-1"}))) == (ONE,)
    both = standing(spec(web, replace(risky, risk_from=0, people=("dan",))), SUBJECT, [yes("cat")], PEOPLE, AT)
    assert not both.satisfied
    assert both.said == "risky: 0 of 1, dan may approve"


# --- what counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voice", "why"),
    [
        (yes("bob"), "no approver"),
        (yes("eve"), "no approver"),
        (replace(yes("cat"), void=True), "void"),
        (yes("cat", sha="b" * 64), "another plan"),
        (yes("cat", sha=""), "another plan"),
        (yes("cat", behalf="dan"), "did not stand for"),
        (yes("cat", uid=UIDS["bob"]), "wrote on it"),
    ],
)  # fmt: skip
def test_what_does_not_count(voice: Voice, why: str) -> None:
    """Each with its reason, and without it the change is not approved."""
    assert why in against(SUBJECT, voice, PEOPLE)
    found = standing(ChangingSpec(), SUBJECT, [voice], PEOPLE, AT)
    assert not found.satisfied
    assert [one for one, _ in found.dropped] == [voice]


def test_an_empty_digest_is_never_approved() -> None:
    """What is not frozen has no approvals, even where both say nothing."""
    assert against(replace(SUBJECT, frozen_sha=""), yes("cat", sha=""), PEOPLE)


@pytest.mark.parametrize("vote", [Vote.REJECT, Vote.ABSTAIN])
def test_only_a_yes_is_one(vote: Vote) -> None:
    """Who abstains has looked, and that is all."""
    assert not standing(ChangingSpec(), SUBJECT, [replace(yes("cat"), vote=vote)], PEOPLE, AT).satisfied


def test_who_wrote_it_never_approves_it_whatever_he_may() -> None:
    """By name, and by the account under another name."""
    people = replace(PEOPLE, barred=frozenset({"ann"}), barred_uids=frozenset({UIDS["ann"]}))
    assert not standing(ChangingSpec(), SUBJECT, [yes("ann")], people, AT).satisfied
    renamed = replace(people, roles={**ROLES, "annabel": Role.ADMIN})
    assert "wrote on it" in against(SUBJECT, yes("annabel", uid=UIDS["ann"]), renamed)


def test_a_role_that_was_taken_takes_the_approval_with_it() -> None:
    """It is looked at when it is counted, not when it was said."""
    assert enough(ONE, yes("cat"))
    assert not enough(ONE, yes("cat"), people=replace(PEOPLE, roles={**ROLES, "cat": Role.OPERATOR}))
    gone = {name: role for name, role in ROLES.items() if name != "cat"}
    assert not enough(ONE, yes("cat"), people=replace(PEOPLE, roles=gone))


def test_an_approval_counts_as_long_as_its_policy_says() -> None:
    """The second before it still does."""
    policy = ApprovalPolicy("short", expires_s=3600.0)
    assert enough(policy, yes("cat", at=AT - 3599))
    assert not enough(policy, yes("cat", at=AT - 3600))


# --- how many ---------------------------------------------------------------------------------------------------------


def test_the_first_is_enough_where_it_says_so() -> None:
    """One of those who are named."""
    policy = ApprovalPolicy("web", people=("cat", "dan"))
    assert enough(policy, yes("dan"))
    assert not enough(policy, yes("fay"))


def test_a_number_is_of_different_people() -> None:
    """The same person twice is one."""
    policy = ApprovalPolicy("two", quorum=Quorum.COUNT, number=2)
    assert not enough(policy, yes("cat"), yes("cat"))
    assert enough(policy, yes("cat"), yes("dan"))


def test_all_are_all_but_those_who_wrote_it() -> None:
    """Whoever wrote it has said what he thinks."""
    policy = ApprovalPolicy("all", people=("cat", "dan", "fay"), quorum=Quorum.ALL)
    assert not enough(policy, yes("cat"), yes("dan"))
    assert enough(policy, yes("cat"), yes("dan"), yes("fay"))
    assert enough(policy, yes("cat"), yes("dan"), people=replace(PEOPLE, barred=frozenset({"fay"})))


@pytest.mark.parametrize(("share", "needed"), [(1, 1), (33, 1), (34, 1), (50, 2), (67, 2), (84, 3), (100, 3)])
def test_a_share_is_rounded_to_the_nearest_person(share: float, needed: int) -> None:
    """Of three people; never to nobody."""
    policy = ApprovalPolicy("share", people=("cat", "dan", "fay"), quorum=Quorum.PERCENT, number=share)
    assert standing(spec(policy), SUBJECT, [], PEOPLE, AT).needs[0].needed == needed


def test_who_must_must_whatever_the_number() -> None:
    """Enough others are not enough; where it is his own change, the others are."""
    policy = ApprovalPolicy("web", people=("cat", "dan"), mandatory=("ann",))
    found = standing(spec(policy), SUBJECT, [yes("cat")], PEOPLE, AT)
    assert not found.satisfied
    assert found.said == "web: 1 of 1, ann must"
    assert enough(policy, yes("cat"), yes("ann"))
    assert enough(policy, yes("ann")), "who must counts for the number as well"
    assert enough(policy, yes("cat"), people=replace(PEOPLE, barred=frozenset({"ann"})))


def test_where_nobody_who_may_is_left_it_is_not_approved_and_says_so() -> None:
    """A policy of one person is not satisfied by nobody when it is his own."""
    policy = ApprovalPolicy("web", people=("cat",), quorum=Quorum.ALL)
    found = standing(spec(policy), SUBJECT, [], replace(PEOPLE, barred=frozenset({"cat"})), AT)
    assert not found.satisfied
    assert found.said == "web: 0 of 1, and nobody who may is left"


def test_a_sentence_names_who_may() -> None:
    """In the order of their names, so that two desks say the same."""
    assert standing(ChangingSpec(), SUBJECT, [], PEOPLE, AT).said == (
        "one approver: 0 of 1, ann, cat, dan or fay may approve"
    )


# --- in another's place -----------------------------------------------------------------------------------------------

LENT = replace(PEOPLE, delegations=(Given("cat", "dan", AT - 100, AT + 100),))
OF_CAT = ApprovalPolicy("cat's", people=("cat",))


def test_a_delegate_counts_for_who_gave_it() -> None:
    """As long as it holds, and at the moment when he spoke."""
    assert enough(OF_CAT, yes("dan", "cat"), people=LENT)
    assert not enough(OF_CAT, yes("dan"), people=LENT)
    assert not enough(OF_CAT, yes("fay", "cat"), people=LENT)
    assert not enough(OF_CAT, yes("dan", "cat", at=AT - 101), people=LENT)
    over = replace(PEOPLE, delegations=(Given("cat", "dan", AT - 100, AT - 10),))
    assert not enough(OF_CAT, yes("dan", "cat", at=AT - 10), people=over)
    assert enough(OF_CAT, yes("dan", "cat", at=AT - 11), people=over), "what was said in time counts on"


@pytest.mark.parametrize("barred", ["cat", "dan"])
def test_nobody_stands_for_one_who_may_not_nor_does_one_who_may_not(barred: str) -> None:
    """Neither the giver's own change, nor the taker's."""
    assert not enough(ONE, yes("dan", "cat"), people=replace(LENT, barred=frozenset({barred})))


def test_nobody_stands_for_himself() -> None:
    """A delegation to oneself is none."""
    people = replace(PEOPLE, delegations=(Given("cat", "cat", AT - 100, AT + 100),))
    assert against(SUBJECT, yes("cat", "cat"), people)


def test_one_person_is_one_voice_however_many_he_stands_for() -> None:
    """Two eyes do not become four by a delegation."""
    policy = ApprovalPolicy("two", quorum=Quorum.COUNT, number=2)
    assert not enough(policy, yes("dan"), yes("dan", "cat"), people=LENT)
    assert enough(policy, yes("dan", "cat"), yes("fay"), people=LENT)


# --- a team of one ----------------------------------------------------------------------------------------------------


def test_a_team_of_one_approves_its_own_and_it_is_said() -> None:
    """Only where the inventory says so."""
    alone = replace(PEOPLE, roles={"ann": Role.ADMIN}, barred=frozenset({"ann"}), solo=True)
    found = standing(ChangingSpec(solo=True), replace(SUBJECT, risk=100), [yes("ann")], alone, AT)
    assert found.satisfied
    assert found.self_approved
    assert fitting(ChangingSpec(solo=True), SUBJECT) == (SOLO,)
    assert not standing(ChangingSpec(), SUBJECT, [yes("ann")], replace(alone, solo=False), AT).satisfied


# --- who may speak ----------------------------------------------------------------------------------------------------


def test_who_is_not_asked_does_not_vote() -> None:
    """Neither yes nor no; who said yes does not say it again."""
    policy = ApprovalPolicy("web", people=("cat",), mandatory=("ann",))
    assert may_vote(spec(policy), SUBJECT, [], PEOPLE, yes("cat"))
    assert may_vote(spec(policy), SUBJECT, [], PEOPLE, yes("ann"))
    assert may_vote(spec(policy), SUBJECT, [], PEOPLE, yes("dan")).why.startswith("dan is not asked")
    assert "already" in may_vote(spec(policy), SUBJECT, [yes("cat")], PEOPLE, yes("cat")).why
    people = replace(PEOPLE, barred=frozenset({"cat"}))
    assert "four eyes" in may_vote(spec(policy), SUBJECT, [], people, yes("cat")).why


# --- whatever happens -------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(sorted([*ROLES, "eve"]))
POLICIES = st.builds(
    ApprovalPolicy, st.just("any"), people=st.lists(NAMES, unique=True).map(tuple),
    mandatory=st.lists(NAMES, unique=True, max_size=2).map(tuple), quorum=st.sampled_from(list(Quorum)),
    number=st.floats(0, 200), expires_s=st.floats(1, 1e6),
)  # fmt: skip
VOICES = st.builds(
    Voice, NAMES, st.sampled_from(sorted(UIDS.values())), st.sampled_from(list(Vote)),
    st.sampled_from([SHA, "b" * 64, ""]), st.floats(AT - 2e6, AT), st.just("") | NAMES, st.booleans(),
)  # fmt: skip
GIVEN = st.builds(Given, NAMES, NAMES, st.floats(AT - 2e6, AT), st.floats(AT - 2e6, AT + 2e6))
CROWDS = st.builds(
    People, st.dictionaries(NAMES, st.sampled_from(list(Role))), st.frozensets(NAMES, max_size=3),
    st.frozensets(st.sampled_from(sorted(UIDS.values())), max_size=2), st.lists(GIVEN, max_size=4).map(tuple),
)  # fmt: skip


@given(st.lists(POLICIES, max_size=3), st.lists(VOICES, max_size=8), CROWDS)
def test_whatever_was_said_nothing_is_approved_without_another_person(
    policies: list[ApprovalPolicy], voices: list[Voice], people: People
) -> None:
    """Where it is satisfied, somebody who may, and whose it is not, said yes to exactly this, in time."""
    found = standing(spec(*policies), SUBJECT, voices, people, AT)
    assert found.needs
    if not found.satisfied:
        assert found.said
        return
    assert found.counting
    for voice in found.counting:
        assert people.roles[voice.who].may(Role.APPROVER)
        assert voice.who not in people.barred
        assert voice.uid not in people.barred_uids
        assert voice.behalf not in people.barred or not voice.behalf
        assert voice.frozen_sha == SHA
        assert voice.vote is Vote.APPROVE
        assert not voice.void
    for need in found.needs:
        assert need.have >= need.needed >= 1


@given(st.lists(POLICIES, max_size=3), st.lists(VOICES, max_size=8), CROWDS, VOICES)
def test_one_more_voice_never_takes_an_approval_away(
    policies: list[ApprovalPolicy], voices: list[Voice], people: People, more: Voice
) -> None:
    """What is said in favour is in favour: the numbers that are needed do not grow with those who say yes."""
    if standing(spec(*policies), SUBJECT, voices, people, AT).satisfied:
        assert standing(spec(*policies), SUBJECT, [*voices, more], people, AT).satisfied
