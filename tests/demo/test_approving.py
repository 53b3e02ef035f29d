"""When the demo's people agree to what somebody else submits."""

from dataclasses import dataclass, replace

from tui_ops.demo.approving import READ_S, Readers
from tui_ops.model.changes import ChangeState


@dataclass(frozen=True)
class Change:
    """What is looked at of a change."""

    id: int = 12
    state: ChangeState = ChangeState.SUBMITTED
    requested_by: str = "root"
    frozen_sha: str = "a"


def test_one_agrees_when_he_has_read_it_and_the_other_where_it_takes_both() -> None:
    """Not at once, each once, and the second only as long as it still waits."""
    readers, row = Readers(), Change()
    said = [readers.due([row], mono) for mono in (100.0, 100.0 + READ_S - 1, 100.0 + READ_S, 101.0 + READ_S)]
    assert said == [[], [], [(12, "bert")], []]
    assert readers.due([replace(row, state=ChangeState.APPROVED)], 100.0 + 2 * READ_S) == []
    assert readers.due([row], 100.0 + 3 * READ_S) == [(12, "anna")]
    assert readers.due([row], 100.0 + 9 * READ_S) == []


def test_what_was_edited_is_read_anew() -> None:
    """Another digest is another change."""
    readers = Readers()
    readers.due([Change()], 0.0)
    assert readers.due([Change(frozen_sha="b")], READ_S) == []
    assert readers.due([Change(frozen_sha="b")], 2 * READ_S) == [(12, "bert")]


def test_their_own_and_drafts_wait_for_others() -> None:
    """What anna asks for, as CHG-1, waits for bert or whoever looks on, as the story has it."""
    readers, rows = Readers(), [Change(requested_by="anna"), Change(state=ChangeState.DRAFT)]
    assert readers.due(rows, 0.0) == readers.due(rows, 10 * READ_S) == []
