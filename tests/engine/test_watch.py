"""What is said of a host when its state changes."""

import pytest

from tui_ops.engine.watch import Standing, _change_text
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.performance.rules import FINE, Judgement

FAILED = Judgement(Severity.WARNING, "unit cron.service failed")


@pytest.mark.parametrize(
    ("old", "state", "found", "said"),
    [
        (Standing(), HostState.UP, FINE, "pending → up"),
        (Standing(HostState.UP), HostState.UP, FAILED, "ok → warning: unit cron.service failed"),
        (Standing(HostState.UP, "load 9", Severity.WARNING), HostState.UP, FINE, "warning → ok: no longer: load 9"),
        (Standing(HostState.DOWN, "no answer"), HostState.UP, FAILED, "down → up, warning: unit cron.service failed"),
    ],
)
def test_only_what_has_changed_is_said(old: Standing, state: HostState, found: Judgement, said: str) -> None:
    """A host that stays up is not said to come up."""
    assert _change_text(old, state, found) == said
