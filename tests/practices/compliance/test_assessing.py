"""How far a framework is met: by cases, and by what has to hold whatever checks and people say."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.compliance import (
    Assessment,
    Attested,
    CellState,
    Control,
    ControlKind,
    ControlState,
    Framework,
    HostSays,
    Wrong,
    cell_state,
)
from tui_ops.model.security import CheckResult
from tui_ops.practices.compliance.assessing import assess

AT = 1_780_000_000.0
DAY = 86400.0
HOSTS = ("a", "b", "c", "d")
PASS, FAIL, ACCEPTED, UNKNOWN, NOT = CellState

Kinds = list[tuple[ControlKind, set[str]]]
Told = dict[str, dict[CellState, int]]


def framework(kind: ControlKind = ControlKind.AUTOMATED, *checks: str) -> Framework:
    return Framework("f", "F", "f", {"1": Control("1", "one", kind, checks or ("ssh-root",))})


def attested(**more: object) -> Attested:
    given = {"id": 1, "framework": "f", "control": "1", "scope": "", "owner": "ann", "text": "", "met": True,
             "applies": True, "file": "", "file_sha": "", "dated_at": None, "review_at": AT + DAY, "by": "ann",
             "at": AT - DAY, "ended_at": None, **more}  # fmt: skip
    return Attested(**given)  # type: ignore[arg-type]


def held(
    kind: ControlKind, tally: Mapping[CellState, int], *said: Attested, scope: str = "", hosts: tuple[str, ...] = HOSTS
) -> Assessment:
    return assess(framework(kind), {"ssh-root": tally}, said, hosts, scope, AT)


@pytest.mark.parametrize(("tally", "state", "known"), [
    ({PASS: 4}, ControlState.PASS, 1.0), ({PASS: 3, FAIL: 1}, ControlState.FAIL, 1.0),
    ({PASS: 3, UNKNOWN: 1}, ControlState.UNKNOWN, 0.75), ({PASS: 3}, ControlState.UNKNOWN, 0.75),
    ({PASS: 3, ACCEPTED: 1}, ControlState.ACCEPTED, 1.0), ({NOT: 4}, ControlState.NOT_APPLICABLE, 0.0),
    ({PASS: 1, NOT: 3}, ControlState.PASS, 1.0), ({FAIL: 1, UNKNOWN: 3}, ControlState.FAIL, 0.25),
    ({ACCEPTED: 1, UNKNOWN: 3}, ControlState.UNKNOWN, 0.25), ({}, ControlState.UNKNOWN, 0.0),
])  # fmt: skip
def test_what_checks_say_decides(tally: Mapping[CellState, int], state: ControlState, known: float) -> None:
    verdict = held(ControlKind.AUTOMATED, tally).verdicts[0]
    assert (verdict.state, verdict.known) == (state, known)


@pytest.mark.parametrize(("said", "state"), [
    ({}, ControlState.ATTESTED), ({"met": False}, ControlState.FAIL), ({"applies": False}, ControlState.NOT_APPLICABLE),
    ({"review_at": AT - 1}, ControlState.UNKNOWN), ({"review_at": None}, ControlState.UNKNOWN),
    ({"ended_at": AT - 1}, ControlState.UNKNOWN), ({"control": "2"}, ControlState.UNKNOWN),
    ({"framework": "g"}, ControlState.UNKNOWN), ({"scope": "group:web"}, ControlState.UNKNOWN),
    ({"review_at": AT - 1, "met": False}, ControlState.UNKNOWN),
])  # fmt: skip
def test_what_people_say_decides_until_it_runs_out(said: dict[str, object], state: ControlState) -> None:
    assert held(ControlKind.ATTESTED, {}, attested(**said)).verdicts[0].state is state


def test_an_attestation_that_ran_out_is_named() -> None:
    (verdict,) = held(ControlKind.ATTESTED, {}, attested(review_at=AT - 1)).verdicts
    assert verdict.why == "ATT-1 of ann ran out on 2026-05-28"


def test_nobodys_word_counts_where_machines_check_all_of_it() -> None:
    assert held(ControlKind.AUTOMATED, {FAIL: 4}, attested()).verdicts[0].state is ControlState.FAIL


@pytest.mark.parametrize(("tally", "said", "state", "known"), [
    ({PASS: 4}, True, ControlState.PASS, 1.0), ({PASS: 4}, False, ControlState.UNKNOWN, 0.5),
    ({FAIL: 4}, True, ControlState.FAIL, 1.0), ({ACCEPTED: 4}, True, ControlState.ACCEPTED, 1.0),
    ({NOT: 4}, True, ControlState.ATTESTED, 1.0), ({NOT: 4}, False, ControlState.UNKNOWN, 0.0),
    ({UNKNOWN: 4}, True, ControlState.UNKNOWN, 0.5),
])  # fmt: skip
def test_both_take_a_word_and_a_reading(
    tally: Mapping[CellState, int], said: bool, state: ControlState, known: float
) -> None:
    (verdict,) = held(ControlKind.BOTH, tally, *([attested()] if said else [])).verdicts
    assert (verdict.state, verdict.known) == (state, known)


def test_the_word_of_the_scope_itself_counts_before_that_of_everything() -> None:
    said = (attested(), attested(id=2, scope="group:web", met=False))
    assert held(ControlKind.ATTESTED, {}, *said, scope="group:web").verdicts[0].state is ControlState.FAIL
    assert held(ControlKind.ATTESTED, {}, *said).verdicts[0].state is ControlState.ATTESTED


def test_the_score_weighs_by_severity_and_counts_each_check_once() -> None:
    controls = {str(at): Control(str(at), "x", ControlKind.AUTOMATED, ("ssh-empty", "ssh-maxauth")) for at in range(3)}
    found = assess(
        Framework("f", "F", "f", controls), {"ssh-empty": {PASS: 1}, "ssh-maxauth": {FAIL: 1}}, (), ("a",), "", AT
    )
    assert found.score.after == pytest.approx(10 / 11), "critical 10, low 1"
    assert found.cells[PASS] + found.cells[FAIL] == 2


def test_an_empty_fleet_has_no_score() -> None:
    found = held(ControlKind.AUTOMATED, {}, hosts=())
    assert (found.score.after, found.score.before, found.score.coverage) == (None, None, 0.0)


@pytest.mark.parametrize(("result", "aside", "state"), [
    (CheckResult.PASS, True, PASS), (CheckResult.FAIL, False, FAIL), (CheckResult.FAIL, True, ACCEPTED),
    (CheckResult.ERROR, True, UNKNOWN), (CheckResult.STALE, False, UNKNOWN), (CheckResult.UNKNOWN, True, UNKNOWN),
    (CheckResult.NOT_APPLICABLE, False, NOT),
])  # fmt: skip
def test_only_what_fails_can_be_accepted(result: CheckResult, aside: bool, state: CellState) -> None:
    assert cell_state(result, aside) is state


# --- what has to hold, whatever is said -------------------------------------------------------------------------------

CHECKS = ("ssh-root", "ssh-empty", "ssh-maxauth", "disk-crypt", "acct-dup")
TALLIES = st.dictionaries(st.sampled_from(CHECKS), st.dictionaries(st.sampled_from(list(CellState)), st.integers(0, 5)))
SAID = st.lists(st.builds(
    attested, control=st.sampled_from(["0", "1", "2", "3"]), scope=st.sampled_from(["", "group:web"]),
    met=st.booleans(), applies=st.booleans(), review_at=st.one_of(st.none(), st.floats(AT - DAY, AT + DAY)),
    id=st.integers(1, 9),
), max_size=5)  # fmt: skip
KINDS = st.lists(
    st.tuples(st.sampled_from(list(ControlKind)), st.sets(st.sampled_from(CHECKS))), min_size=1, max_size=4
)


def made(kinds: Kinds) -> Framework:
    return Framework("f", "F", "f", {
        str(at): Control(str(at), "x", kind, tuple(sorted(checks))) for at, (kind, checks) in enumerate(kinds)
    })  # fmt: skip


@given(KINDS, TALLIES, SAID)
def test_numbers_stay_within_their_bounds(kinds: Kinds, tallies: Told,
                                          said: list[Attested]) -> None:  # fmt: skip
    found = assess(made(kinds), tallies, said, HOSTS, "", AT)
    assert 0 <= found.score.coverage <= 1
    assert sum(found.counts.values()) == len(kinds)
    if found.score.after is not None and found.score.before is not None:
        assert 0 <= found.score.before <= found.score.after <= 1


@given(KINDS, TALLIES, SAID, st.sampled_from(CHECKS))
def test_what_is_unknown_lowers_the_coverage_and_leaves_the_score(
    kinds: Kinds,
    tallies: Told,
    said: list[Attested],
    check: str,
) -> None:
    before = assess(made(kinds), tallies, said, HOSTS, "", AT)
    tally = tallies.get(check, {})
    more = {**tallies, check: {**tally, UNKNOWN: max(tally.get(UNKNOWN, 0), len(HOSTS) - sum(tally.values())) + 3}}
    after = assess(made(kinds), more, said, HOSTS, "", AT)
    assert after.score.after == before.score.after
    if before.counts[ControlState.NOT_APPLICABLE] == after.counts[ControlState.NOT_APPLICABLE]:
        assert after.score.coverage <= before.score.coverage + 1e-9


@given(KINDS, TALLIES, SAID)
def test_no_word_of_people_moves_a_score(kinds: Kinds,
                                         tallies: Told, said: list[Attested]) -> None:  # fmt: skip
    with_words, without = (assess(made(kinds), tallies, one, HOSTS, "", AT).score for one in (said, []))
    assert (with_words.after, with_words.before) == (without.after, without.before)


@given(KINDS, TALLIES, SAID)
def test_a_control_that_fails_anywhere_never_passes(kinds: Kinds,
                                                    tallies: Told,
                                                    said: list[Attested]) -> None:  # fmt: skip
    for verdict in assess(made(kinds), tallies, said, HOSTS, "", AT).verdicts:
        if verdict.control.kind is not ControlKind.ATTESTED and verdict.tally[FAIL]:
            assert verdict.state is ControlState.FAIL
        if verdict.state is ControlState.PASS:
            assert not verdict.tally[UNKNOWN] + verdict.tally[FAIL]


def on(host: str, objects: dict[str, bool], unread: tuple[str, ...] = ()) -> HostSays:
    wrong = tuple(Wrong(about, aside) for about, aside in objects.items())
    state = CellState.ACCEPTED if objects and all(objects.values()) else CellState.FAIL
    return HostSays("fs-mount", host, "", (), state, wrong, unread)


@pytest.mark.parametrize(("says", "state", "tally"), [
    ([on("a", {"/dev/shm": False})], ControlState.PASS, {PASS: 2}),
    ([on("a", {"/dev/shm": False, "/tmp": True})], ControlState.ACCEPTED, {PASS: 1, ACCEPTED: 1}),
    ([on("a", {"/dev/shm": False, "/tmp": False})], ControlState.FAIL, {PASS: 1, FAIL: 1}),
    ([on("a", {"": False})], ControlState.FAIL, {PASS: 1, FAIL: 1}),
    ([on("a", {"/dev/shm": False}, ("",))], ControlState.UNKNOWN, {PASS: 1, UNKNOWN: 1}),
    ([], ControlState.FAIL, {PASS: 1, FAIL: 1}),
])  # fmt: skip
def test_a_control_about_some_objects_is_not_failed_by_others(
    says: list[HostSays], state: ControlState, tally: dict[CellState, int]
) -> None:
    control = Control("1", "one", ControlKind.AUTOMATED, ("fs-mount",), {"fs-mount": ("/tmp",)})
    told = {"fs-mount": {PASS: 1, FAIL: 1}}
    found = assess(Framework("f", "F", "f", {"1": control}), told, (), ("a", "b"), "", AT, says=says)
    (verdict,) = found.verdicts
    assert (verdict.state, {one: many for one, many in verdict.tally.items() if many}) == (state, tally)
    assert found.cells == verdict.tally, "what the framework does not ask for is no matter of its score either"


def test_a_check_of_which_one_control_is_about_all_counts_whole_in_the_score() -> None:
    part = Control("1", "one", ControlKind.AUTOMATED, ("fs-mount",), {"fs-mount": ("/tmp",)})
    whole = Control("2", "two", ControlKind.AUTOMATED, ("fs-mount",))
    says = [on("a", {"/dev/shm": False})]
    for controls, score in (([part], 1.0), ([part, whole], 0.0)):
        framework = Framework("f", "F", "f", {one.id: one for one in controls})
        assert assess(framework, {"fs-mount": {FAIL: 1}}, (), ("a",), "", AT, says=says).score.after == score
