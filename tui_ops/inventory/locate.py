"""Which inventory is meant, and what its fleet is called, without reading all of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistake, ordinary, quoted
from tui_ops.inventory.source import read_source

ENVIRONMENT_VARIABLE = "TUI_OPS_INVENTORY"
"""Names the inventory where ``-i`` does not."""

SYSTEM_FILE = Path("/etc/tui-ops/inventory.yaml")
"""The inventory of a jump host, shared by all its operators."""

NAME_RULE = "lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 63"
"""The rule for a fleet's name in words."""

_FLEET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
"""The name becomes a folder's name, so it holds no separator and no leading dot."""

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+", re.ASCII)
_FALLBACK_NAME = "fleet"


def locate(explicit: str | None, environ: Mapping[str, str], ssh_config: str | None = None) -> Path | None:
    """Return the inventory to use, or None where there is none.

    Looked at in this order: ``explicit``, ``$TUI_OPS_INVENTORY``, the user's configuration folder,
    ``/etc/tui-ops``.

    Args:
        explicit: what was given by ``-i``.
        environ: the environment.
        ssh_config: what was given by ``--ssh-config``.

    Raises:
        InventoryError: where a file that was asked for does not exist.
    """
    from_environment = f"${ENVIRONMENT_VARIABLE}"
    asked = {"-i": explicit, "--ssh-config": ssh_config, from_environment: environ.get(ENVIRONMENT_VARIABLE)}
    for origin, text in asked.items():
        if text is None or (not text and origin == from_environment):
            continue
        path = _expanded(text, environ)
        if not text or not _exists(path):
            raise ordinary(path, f"there is no such file, and {origin} names it", "check the path")
        return path
    return next((path for path in (*_user_files(environ), SYSTEM_FILE) if _exists(path)), None)


def peek_name(path: Path) -> str:
    """Return the fleet's name; reading stops where it is found.

    Without a ``name`` in the file, the file's own name stands for it; of a foreign inventory called ``hosts`` or
    alike, the name of its folder.

    Raises:
        InventoryError: where the file can't be read, or the name could not be a folder's.
    """
    from tui_ops.inventory.peek import top_level_name
    from tui_ops.inventory.recognise import Kind, foreign_name, recognise

    if path.is_dir():
        return foreign_name(Kind.ANSIBLE_FOLDER, path)
    text = read_source(path).text
    kind = recognise(path, text)
    if kind is not Kind.OURS:
        return foreign_name(kind, path)
    found = top_level_name(path, text)
    if found is None:
        return name_from_file(path)
    place, name = found
    if not is_fleet_name(name):
        raise InventoryError([Mistake(place, *wrong_fleet_name(name))], text)
    return name


def is_fleet_name(text: str) -> bool:
    """Return whether ``text`` may name a fleet."""
    return _FLEET_NAME.fullmatch(text) is not None


def wrong_fleet_name(text: str) -> tuple[str, str]:
    """Return message and hint about a name that may not be a fleet's."""
    return f"{quoted(text)} can't be the fleet's name", f"use {NAME_RULE}"


def name_from_file(path: Path) -> str:
    """Return a valid fleet name made of the file's own."""
    return name_from_text(path.stem)


def name_from_text(text: str) -> str:
    """Return a valid fleet name made of ``text``."""
    name = _NOT_IN_A_NAME.sub("-", text.lower()).lstrip("._-")[:63]
    return name if is_fleet_name(name) else _FALLBACK_NAME


def _expanded(text: str, environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME")
    return Path(home, text[2:]) if text.startswith("~/") and home else Path(text)


def _exists(path: Path) -> bool:
    """Return whether something is there; what can't be looked at is reported when it is read."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def _user_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Return the inventory of the user's configuration folder, if the environment tells where that is."""
    folder = environ.get("XDG_CONFIG_HOME")
    if folder and Path(folder).is_absolute():
        yield Path(folder, "tui-ops", "inventory.yaml")
    elif environ.get("HOME"):
        yield Path(environ["HOME"], ".config", "tui-ops", "inventory.yaml")
