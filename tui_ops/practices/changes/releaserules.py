"""What a change of a release waits for: a go, those before it, the same plan in the environment before. Pure.

The engine refuses by it, and the desk shows by it what stands in the way and what is proved already.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tui_ops.model.changes import Outcome, ReleaseState

WELL = frozenset({str(Outcome.SUCCESSFUL), str(Outcome.ISSUES)})
"""Outcomes after which those that come next may begin."""

GOING = (ReleaseState.GO, ReleaseState.ROLLING_OUT)
"""States in which somebody has said go."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A release, as far as its changes depend on it."""

    name: str
    state: ReleaseState
    owner: str
    decided_by: str
    environments: tuple[str, ...]
    """In the order in which it goes through them."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """A change of a release."""

    name: str
    environment: str
    place: int
    """In the order of its environment."""
    began: bool
    outcome: str
    """Empty as long as it has none."""
    plan: Hashable
    """The same for the same plan with the same values: with others it installs another version."""

    @property
    def succeeded(self) -> bool:
        """Whether it ran and succeeded. A difference that was adopted says so too, and proves nothing."""
        return self.began and self.outcome in WELL

    @property
    def is_proved(self) -> bool:
        """Whether it opens the next environment: one without a check after it has proved nothing."""
        return self.began and self.outcome == Outcome.SUCCESSFUL


def why_not(one: Bundled, others: Sequence[Bundled], release: Bundle, solo: bool) -> list[str]:
    """Return why a change of a release may not begin yet.

    Args:
        one: the change.
        others: the other changes of the release.
        release: that they are in.
        solo: whether the team is one person now, whose own go counts.
    """
    name, why = release.name, []
    if release.state not in GOING:
        why.append(f"{name} is {release.state}: nobody has said go")
    elif release.decided_by == release.owner and not solo:
        why.append(f"{name} got its go from {release.owner}, whose it is: another person says go")
    for other in others:
        before = other.environment == one.environment and other.place < one.place
        if before and not other.succeeded:
            why.append(f"{other.name} comes before it in {name} and has not succeeded")
    if release.environments and one.environment not in release.environments:
        has = ", ".join(release.environments)
        why.append(f"{one.environment or 'none'} is no environment of {name}, which has {has}")
    before_it = environment_before(one, release)
    if before_it and proof(one, others, release) is None:
        why.append(
            f"the same plan has not succeeded in {before_it}, which comes before {one.environment} in {release.name}"
        )
    return why


def environment_before(one: Bundled, release: Bundle) -> str:
    """Return the environment in which a change's plan has to succeed first; empty where there is none."""
    at = release.environments.index(one.environment) if one.environment in release.environments else 0
    return release.environments[at - 1] if at else ""


def proof(one: Bundled, others: Sequence[Bundled], release: Bundle) -> Bundled | None:
    """Return the change by which the same plan has succeeded in the environment before; None where none has."""
    before = environment_before(one, release)
    return next((other for other in others if before and other.environment == before and other.plan == one.plan
                 and other.is_proved), None)  # fmt: skip
