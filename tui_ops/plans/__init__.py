"""Plans: the YAML of a change as typed steps, with every mistake at its place, and what exactly was approved.

Importing this package loads no YAML parser: what was frozen is read without one.
"""

from collections.abc import Mapping
from pathlib import Path

from tui_ops.model.plans import Plan
from tui_ops.plans.document import digest, from_document, to_document
from tui_ops.plans.document import text_digest as sha_of
from tui_ops.plans.errors import PlanWrong

__all__ = ["PlanWrong", "digest", "from_document", "read_plan", "read_plan_file", "sha_of", "to_document"]


def read_plan(text: str, values: Mapping[str, str] | None = None) -> Plan:
    """Read and check a plan.

    Args:
        text: YAML, see docs/plans.md.
        values: of its parameters, by name; those that it does not have are their defaults. None looks at a model: its
            parameters stay open, and what holds one is not checked yet.

    Returns:
        The plan; with ``values`` it is complete, and has no parameters.

    Raises:
        PlanWrong: with every mistake, each with line and column.
    """
    from tui_ops.plans.reading import read

    return read(text, values)


def read_plan_file(path: Path, values: Mapping[str, str] | None = None) -> Plan:
    """Read and check the plan in a file; see :func:`read_plan`.

    Raises:
        PlanWrong: with every mistake; also where there is no such file, or it is no text.
    """
    from tui_ops.inventory.errors import InventoryError
    from tui_ops.inventory.source import read_source
    from tui_ops.plans.reading import no_file, read

    if path.is_dir():
        raise no_file(str(path), "this is a folder")
    try:
        source = read_source(path)
    except InventoryError as error:
        raise PlanWrong(error) from error
    return read(source.text, values, str(path))
