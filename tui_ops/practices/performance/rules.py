"""How a host stands beside its state. What a reading means is said by the rules in force, in
:mod:`tui_ops.practices.alerting`: a row, an alert and a panel have one truth.
"""

from dataclasses import dataclass

from tui_ops.model.states import Severity

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Judgement:
    """The worst of a host's readings."""

    severity: Severity
    reason: str


FINE = Judgement(Severity.OK, "")
