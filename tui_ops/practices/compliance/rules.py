"""What can be done with an attestation as it stands, and if not, why not."""

from typing import Protocol

from tui_ops.model.verdict import YES, Verdict, no


class AttestationLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def ended_at(self) -> float | None:
        """When it was withdrawn or replaced; epoch seconds."""


def may_withdraw(attestation: AttestationLike) -> Verdict:
    """One that was neither withdrawn nor replaced; one that ran out may be, too."""
    return YES if attestation.ended_at is None else no("it was withdrawn or replaced already")
