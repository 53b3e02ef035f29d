"""Whole files: each case beside this module is an inventory and the text that must come of it.

A file ``bad_X.yaml`` goes with the report of its mistakes, a file ``good_X.yaml`` with its fleet.
To add a case, put both files there; to see what is reported: ``tui-ops check FILE``.
"""

from pathlib import Path

import pytest
from support.fleets import rendered

from tui_ops.inventory import InventoryError, load

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_comes_of_a_file(case: Path) -> None:
    """A good file gives its fleet, a bad one every mistake with its place, in the order of the file."""
    try:
        found = rendered(load(Path(case.name), case.read_text()))
    except InventoryError as error:
        found = error.report(excerpts=True) + "\n"
    assert found == case.with_suffix(".txt").read_text()
    assert found.startswith("fleet ") == case.stem.startswith("good_")
