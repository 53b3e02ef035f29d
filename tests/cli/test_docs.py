"""The pages that are made from the code say what the code says."""

from pathlib import Path

import pytest

from tui_ops.actions.declared import REGISTRY
from tui_ops.cli.docs import pages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["actions.md", "cli.md", "changes.md", "checks.md", "security-findings.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    """After a change of an act or an option: make docs."""
    path = ROOT / "docs" / name
    assert path.read_text(encoding="utf-8") == pages(ROOT)[path]


def test_the_ids_of_checks_for_the_inventory_are_those_that_are_declared() -> None:
    """After a check was added: make docs."""
    path = ROOT / "tui_ops" / "model" / "checkids.py"
    assert path.read_text(encoding="utf-8") == pages(ROOT)[path]


def test_every_act_is_described() -> None:
    """Each has a heading of its own, its role, and what it asks for."""
    text = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
    for action in REGISTRY:
        assert f"## {action.id}\n" in text
        assert all(f"`{param.name}=`" in text for param in action.params)


def test_links_between_the_pages_lead_somewhere() -> None:
    """Every relative link of README and docs names a file that is there."""
    import re

    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
