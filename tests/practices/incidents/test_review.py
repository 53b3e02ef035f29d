"""When a review is due, and what its draft says by itself."""

from datetime import UTC, datetime

import pytest

from tui_ops.practices.incidents.review import FACTORS_LIMIT, STORY_LINES, Line, Story, draft, due_at, hurt_s


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("priority", "asked", "due"),
    [
        (1, "2026-11-27 12:00", "2026-11-30 12:00"),  # a Friday: over the weekend all the same
        (2, "2026-11-27 12:00", "2026-12-04 12:00"),  # a Friday: the next one
        (2, "2026-11-28 12:00", "2026-12-04 12:00"),  # a Saturday
        (2, "2026-11-30 09:00", "2026-12-07 09:00"),  # a Monday
    ],
)
def test_due(priority: int, asked: str, due: str) -> None:
    """Three days for a P1, five working days for a P2."""
    assert due_at(priority, at(asked)) == at(due)


def test_the_others_owe_none() -> None:
    """A P3 has no review that is late."""
    assert due_at(3, 0.0) is due_at(5, 0.0) is None


def story(*lines: Line, **changes: object) -> Story:
    fields: dict[str, object] = {
        "name": "INC-1", "title": "db is slow", "priority": 1, "services": ("shop",), "started_at": 0.0,
        "detected_at": 30.0, "acked_at": 60.0, "mitigated_at": None, "resolved_at": 600.0, "cause": "change",
        "cause_text": "CHG-41", "helped": "rolled back", "lines": lines,
    }  # fmt: skip
    return Story(**{**fields, **changes})  # type: ignore[arg-type]


def test_it_hurt_until_it_was_mitigated() -> None:
    """Or over, or until now."""
    assert hurt_s(story(mitigated_at=120.0), 9e9) == 120
    assert hurt_s(story(), 9e9) == 600
    assert hurt_s(story(resolved_at=None), 240.0) == 240
    assert draft(story(resolved_at=None), 240.0).impact == "4 minutes: shop"
    assert draft(story(services=(), mitigated_at=5.0), 0.0).impact == "1 minute: no service that the inventory names"


def test_the_draft_judges_by_numbers_only() -> None:
    """Soon is said as good, late as bad, what lies between not at all."""
    good = draft(story(), 0.0)
    assert good.went_well == "It was detected within 30s.\nIt was acknowledged within 30s."
    assert good.went_badly == ""
    assert good.factors == ("change: CHG-41",)
    late = draft(story(detected_at=600.0, acked_at=1500.0), 0.0)
    assert late.went_badly == "It was detected only after 10m.\nIt was acknowledged only after 15m."
    assert draft(story(acked_at=None), 0.0).went_badly == "No person acknowledged it."
    between = draft(story(detected_at=100.0, acked_at=500.0), 0.0)
    assert (between.went_well, between.went_badly) == ("", "")


def test_the_draft_counts_what_went_wrong_on_the_timeline() -> None:
    """Escalations, acknowledgements that ran out, notifications that failed or had nobody."""
    found = draft(
        story(
            Line(1, "escalated", "", "second line"),
            Line(2, "escalated", "", "third line"),
            Line(3, "unacknowledged", "", "ran out"),
            Line(4, "unacknowledged", "bob", "given back"),
            Line(5, "notified", "", "mail to bob failed: refused"),
            Line(6, "notified", "", "not sent: nobody is on call"),
            Line(7, "matched", "", "KE-3 is true on db-1"),
        ),
        0.0,
    )
    assert found.went_badly.split("\n") == [
        "It was escalated 2 times.",
        "An acknowledgement ran out once.",
        "A notification failed once.",
        "Nobody was on call once.",
    ]
    assert found.factors == ("change: CHG-41", "KE-3 is true on db-1")


def test_a_flood_makes_no_long_draft() -> None:
    """The first lines are told, and how many more there are."""
    lines = [Line(float(one), "state", "", f"step {one}") for one in range(500)]
    lines += [Line(600.0, "matched", "", f"KE-{one}") for one in range(500)]
    found = draft(story(*lines), 0.0)
    assert len(found.what_happened.split("\n")) == STORY_LINES + 2
    assert f"{1000 - STORY_LINES} more such lines are on the timeline." in found.what_happened
    assert found.what_happened.endswith("What helped: rolled back")
    assert len(found.factors) == FACTORS_LIMIT
