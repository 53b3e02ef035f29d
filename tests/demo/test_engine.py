"""In what the demo's engine is another one than in earnest."""

import pytest

from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.demo.engine import COSTLY_WITHIN_S, RARE_WITHIN_S, hurry
from tui_ops.demo.story import Story
from tui_ops.engine import slow


def test_costly_facts_are_read_within_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Updates and certificates, and the look at all files, on every host: their turn else comes within ten minutes, and
    within hours.
    """
    monkeypatch.setattr(slow, "SELDOM_WITHIN_S", slow.SELDOM_WITHIN_S)
    monkeypatch.setattr(slow, "RARE_WITHIN_S", slow.RARE_WITHIN_S)
    hurry()
    topics, period_s = [BY_NAME["patches"], BY_NAME["certfiles"], BY_NAME["suid"]], 20.0
    for host in Story().hosts:
        turns = slow.Slow(f"{host.name} facts", topics)
        looks = (1_000.0 + look * period_s for look in range(int(RARE_WITHIN_S / period_s)))
        due = {mono: [one.name for one in turns.due(mono, period_s)] for mono in looks}
        early = [name for mono, names in due.items() if mono < 1_000.0 + COSTLY_WITHIN_S for name in names]
        assert {"patches", "certfiles"} <= set(early)
        assert sum(names.count("suid") for names in due.values()) == 1
