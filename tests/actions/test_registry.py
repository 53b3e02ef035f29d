"""The registry of acts and its letters."""

import dataclasses

import pytest

from tui_ops.actions.action import Action
from tui_ops.actions.declared import HOST_MAINTENANCE, HOST_READ, REGISTRY
from tui_ops.actions.registry import RESERVED, Registry
from tui_ops.model.people import Role


@pytest.mark.parametrize("key", sorted(set(RESERVED) - {"R"}))
def test_no_act_takes_a_letter_of_the_grammar(key: str) -> None:
    """Every reserved key is refused."""
    with pytest.raises(ValueError, match="means"):
        Registry([dataclasses.replace(HOST_MAINTENANCE, key=key)])


def test_read_now_owns_its_letter() -> None:
    """R is reserved for one act and taken by no other."""
    Registry([HOST_READ])
    with pytest.raises(ValueError, match=r"host\.read"):
        Registry([dataclasses.replace(HOST_MAINTENANCE, key="R")])


def test_two_acts_on_one_noun_share_no_letter() -> None:
    """The same letter twice is a mistake found at start, not by an operator."""
    other = dataclasses.replace(HOST_MAINTENANCE, id="host.other")
    with pytest.raises(ValueError, match="share the letter"):
        Registry([HOST_MAINTENANCE, other])


@pytest.mark.parametrize("action", list(REGISTRY), ids=lambda action: action.id)
def test_every_act_is_complete(action: Action) -> None:
    """An act says what it does, and its undo exists."""
    assert action.help.endswith(".")
    assert action.label
    assert not action.undo or REGISTRY.get(action.undo)
    assert action.noun in {
        "host",
        "incident",
        "alert",
        "problem",
        "knownerror",
        "item",
        "change",
        "changemodel",
        "freeze",
        "release",
        "finding",
        "attestation",
        "fleet",
    }


def test_parameters_are_typed_and_complete() -> None:
    """Durations become seconds; what is missing or unknown is named with what would be right."""
    assert HOST_MAINTENANCE.read_params({"for": "90m", "reason": "disk"}) == {"for": 5400.0, "reason": "disk"}
    with pytest.raises(ValueError, match="needs reason"):
        HOST_MAINTENANCE.read_params({"for": "90m"})
    with pytest.raises(ValueError, match="it takes: for, reason"):
        HOST_MAINTENANCE.read_params({"until": "noon", "reason": "x"})
    with pytest.raises(ValueError, match="not a duration"):
        HOST_MAINTENANCE.read_params({"for": "soon", "reason": "x"})
    with pytest.raises(ValueError, match="reason is missing"):
        HOST_MAINTENANCE.read_params({"reason": "  "})
    with pytest.raises(ValueError, match="366d"):
        HOST_MAINTENANCE.read_params({"for": "inf", "reason": "x"} | {"for": 1e12})


def test_roles_cover_the_ones_before() -> None:
    """An admin may what an approver may, and so on down."""
    assert Role.ADMIN.may(Role.VIEWER)
    assert Role.APPROVER.may(Role.OPERATOR)
    assert not Role.OPERATOR.may(Role.APPROVER)
