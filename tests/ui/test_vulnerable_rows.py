"""Rows of the view vulnerable: a host of which not all is known is not shown as clean."""

import pytest

from tui_ops.store.views.vulnerabilities import HostVulnerable
from tui_ops.ui.views.vulnerable import CLEAN, NOBODY_KNOWS, vulnerable_item


@pytest.mark.parametrize(
    ("state", "clean"), [("ok", True), ("partial", False), ("stale", False), ("unknown", False), ("pending", False)]
)
def test_only_a_host_that_was_judged_whole_is_clean(state: str, clean: bool) -> None:
    """Such as one whose running kernel is of no package: it needs someone, and says why."""
    count = 0 if state in ("ok", "partial", "stale") else None
    why = "its kernel is of no package"
    row = HostVulnerable("web-1", state, why, count, count, count, count, "", "", "", None, None, {})
    item = vulnerable_item(row)
    assert item.sign is (CLEAN if clean else NOBODY_KNOWS)
    assert item.in_need is not clean
    assert item.facts["why"] == why
