"""The YAML file that says what to look after, as checked objects of :mod:`tui_ops.model.fleet`.

Importing this package loads neither a YAML parser nor the schema: finding a file and its fleet's
name is what every start does, reading the whole of it is not.
"""

from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistake
from tui_ops.inventory.local import local_fleet
from tui_ops.inventory.locate import locate, peek_name
from tui_ops.inventory.secret import resolve_secret
from tui_ops.model.fleet import Fleet

__all__ = ["InventoryError", "Mistake", "load", "local_fleet", "locate", "peek_name", "resolve_secret"]


def load(path: Path, text: str | None = None) -> Fleet:
    """Read and check an inventory.

    Args:
        path: the file; also what its places are reported under.
        text: the file's content where the caller has it already; ``path`` is not opened then.

    Returns:
        The fleet, every reference in it resolved.

    Raises:
        InventoryError: with every mistake in the file, in the order of the file.
    """
    from tui_ops.inventory.loader import load_fleet

    return load_fleet(path, text)
