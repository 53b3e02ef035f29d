"""Whole files: each case beside this module is an inventory and the text that must come of it.

A file ``bad_X.yaml`` goes with the report of its mistakes, a file ``good_X.yaml`` with its fleet.
To add a case, put both files there; to see what is reported: ``tui-ops check FILE``.
"""

from dataclasses import fields
from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load
from tui_ops.model.fleet import Fleet

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def rendered(fleet: Fleet) -> str:
    """Return a fleet as lines, one a part, naming only what is not as it would be anyway."""
    lines = [f"fleet {fleet.name}"]
    for kind, parts in (
        ("site", fleet.sites),
        ("host", fleet.hosts),
        ("service", fleet.services),
        ("operator", fleet.operators),
    ):
        for part in parts:
            said = [
                f"{each.name}={getattr(part, each.name)!r}"
                for each in fields(part)
                if each.name != "name" and getattr(part, each.name) != each.default
            ]
            lines.append(" ".join([kind, part.name, *said]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_comes_of_a_file(case: Path) -> None:
    """A good file gives its fleet, a bad one every mistake with its place, in the order of the file."""
    try:
        found = rendered(load(Path(case.name), case.read_text()))
    except InventoryError as error:
        found = error.report(excerpts=True) + "\n"
    assert found == case.with_suffix(".txt").read_text()
    assert found.startswith("fleet ") == case.stem.startswith("good_")
