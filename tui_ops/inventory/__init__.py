"""The file that says what to look after, ours or one of others, as checked objects of :mod:`tui_ops.model.fleet`.

Importing this package loads neither a YAML parser nor the schema: finding a file and its fleet's
name is what every start does, reading the whole of it is not.
"""

from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistake
from tui_ops.inventory.local import local_fleet
from tui_ops.inventory.locate import locate, peek_name
from tui_ops.inventory.secret import resolve_secret
from tui_ops.model.fleet import Fleet

__all__ = [
    "InventoryError",
    "Mistake",
    "load",
    "local_fleet",
    "locate",
    "peek_name",
    "resolve_secret",
    "ssh_config_of",
]


def load(path: Path, text: str | None = None) -> Fleet:
    """Read and check an inventory.

    Args:
        path: the file, whose format is told by its content; or a folder of Ansible inventories. Also what its places
            are reported under.
        text: the file's content where the caller has it already; ``path`` is not opened then.

    Returns:
        The fleet, every reference in it resolved.

    Raises:
        InventoryError: with every mistake in the file, in the order of the file.
    """
    from tui_ops.inventory.loader import load_fleet

    return load_fleet(path, text)


def ssh_config_of(fleet: Fleet) -> Path | None:
    """Return the ssh_config that a fleet is made of, where OpenSSH would not read it by itself; else None.

    Its hosts can only be reached by what the same file says of them.
    """
    from tui_ops.inventory.foreign.sshconfig import is_users_own
    from tui_ops.inventory.recognise import Kind

    if fleet.format != Kind.SSH_CONFIG or is_users_own(fleet.source):
        return None
    return Path(fleet.source)
