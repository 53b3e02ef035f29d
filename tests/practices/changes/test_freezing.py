"""What is frozen: equal things have equal texts, and whatever differs has another digest."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.approval_world import OTHER_PLAN, PLAN

from tui_ops.model.changes import ChangeKind, Start
from tui_ops.plans import read_plan
from tui_ops.practices.changes.freezing import Frozen, freeze, sha, thaw, work_sha

FROZEN = Frozen(
    7, ChangeKind.NORMAL, read_plan(PLAN), ("web-1", "web-2"), {"b": "2", "a": "1"}, Start.TIME, 1_700_000_000, None,
    "d" * 64,
)  # fmt: skip


def test_it_comes_back_as_it_was() -> None:
    """Thawed, it is what was frozen, and frozen again it is the same text."""
    text = freeze(FROZEN)
    again = thaw(text)
    assert freeze(again) == text
    assert (again.change, again.kind, again.hosts, again.start) == (7, ChangeKind.NORMAL, FROZEN.hosts, Start.TIME)
    assert (again.starts_at, again.ends_at, again.dry_sha, dict(again.values)) == (1_700_000_000.0, None, "d" * 64,
                                                                                  {"a": "1", "b": "2"})  # fmt: skip
    assert [step.name for step in again.plan.all_steps()] == [step.name for step in FROZEN.plan.all_steps()]


def test_the_order_in_which_values_were_said_is_nothing() -> None:
    """Keys are sorted, whole seconds are seconds."""
    other = replace(FROZEN, values={"a": "1", "b": "2"}, starts_at=1_700_000_000.0)
    assert freeze(other) == freeze(FROZEN)


@pytest.mark.parametrize(
    "other",
    [
        {"change": 8}, {"kind": ChangeKind.EMERGENCY}, {"plan": read_plan(OTHER_PLAN)}, {"hosts": ("web-1",)},
        {"hosts": ("web-2", "web-1")}, {"values": {"a": "1"}}, {"start": Start.HAND}, {"starts_at": 1_700_000_001.0},
        {"ends_at": 1_800_000_000.0}, {"dry_sha": ""},
    ],
    ids=lambda other: "-".join(other),
)  # fmt: skip
def test_whatever_differs_has_another_digest(other: dict[str, object]) -> None:
    """An approval is of all of it: plan, hosts and their order, values, time, dry run, and which change it is."""
    assert sha(freeze(replace(FROZEN, **other))) != sha(freeze(FROZEN))  # type: ignore[arg-type]


def test_a_dry_run_belongs_to_what_is_done_and_not_to_when() -> None:
    """It counts on when the time is another, and not when the plan is."""
    later = replace(FROZEN, start=Start.HAND, starts_at=None, ends_at=5.0, dry_sha="")
    assert work_sha(later) == work_sha(FROZEN)
    assert work_sha(replace(FROZEN, hosts=("web-1",))) != work_sha(FROZEN)


@pytest.mark.parametrize("text", ["[]", "{}", '{"format":99}', "1"])
def test_what_another_version_froze_is_told(text: str) -> None:
    """It is submitted anew, and never guessed at."""
    with pytest.raises(ValueError, match="another version"):
        thaw(text)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=5), st.lists(st.text(max_size=20)))
def test_any_text_is_frozen_as_it_is(values: dict[str, str], hosts: list[str]) -> None:
    """Quotes, controls, and letters of any script come back byte for byte, and the text itself is plain ASCII."""
    text = freeze(replace(FROZEN, values=values, hosts=tuple(hosts)))
    assert text.isascii()
    assert (dict(thaw(text).values), list(thaw(text).hosts)) == (values, hosts)
