"""Which hosts a check is about, as its declaration says it, and what it says of others."""

import pytest
from support.checkcases import NOW, cases_of

from tui_ops.model.facts import Fields
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Check, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import CHECKS

EVERY = "every host"
WITH = "hosts with "
OWN = ("a kernel of their own", "disks of their own", "a clock of their own")
"""What a container has not."""

CONTAINER: dict[str, dict[str, Fields]] = {"hardware": {"machine": {"virtual": "lxc"}}}
IDS = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def says(check: Check, facts: dict[str, dict[str, Fields]]) -> CheckResult:
    """Return what a check says of a host of which everything was read, and of which nothing but these is there."""
    reads = {topic: Read(topic, facts.get(topic, {}), NOW) for topic in check.topics}
    return run_check(check, Scene("h", reads, NOW, dict(check.parameters))).result


def is_of_own(check: Check) -> bool:
    return check.applies.removeprefix(WITH).startswith(OWN)


@IDS
def test_what_a_check_is_about_is_not_there_on_an_empty_host(check: Check) -> None:
    """One that is about hosts with something is not applicable there; one that is about every host never says so."""
    said = says(check, {})
    if check.applies.startswith(WITH) and not is_of_own(check):
        assert said is CheckResult.NOT_APPLICABLE
    if check.applies == EVERY or is_of_own(check):
        assert said is not CheckResult.NOT_APPLICABLE


@IDS
def test_what_is_of_the_machine_is_not_asked_of_a_container(check: Check) -> None:
    said = says(check, CONTAINER)
    assert said is CheckResult.NOT_APPLICABLE or not is_of_own(check)
    assert said is not CheckResult.NOT_APPLICABLE or check.applies != EVERY


@IDS
def test_a_check_with_a_fixture_of_hosts_that_it_is_not_about_says_of_which_it_is(check: Check) -> None:
    assert check.applies
    if any(case.kind == "not_applicable" for case in cases_of(check.id)):
        assert check.applies != EVERY


def test_parameters_that_its_words_name_are_its_own() -> None:
    """Such as the roles that are left out."""
    known = {name for check in CHECKS for name in check.parameters}
    for check in CHECKS:
        named = {word for word in check.applies.replace(",", " ").split() if word in known or "_" in word}
        assert named <= set(check.parameters), check.id
