"""``group_vars`` and ``host_vars`` beside an Ansible inventory."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tui_ops.inventory.errors import Mistakes
from tui_ops.inventory.foreign.ansible_yaml import read_variables
from tui_ops.inventory.foreign.notes import Notes
from tui_ops.inventory.foreign.scalars import VAULT_HEADER
from tui_ops.inventory.foreign.world import Owner, World
from tui_ops.inventory.watched import Files
from tui_ops.model.fleet import Place

ENDINGS = ("", ".yml", ".yaml", ".json")
"""What a file of variables may end in; of several for one group or host the first that is there counts."""

FOLDERS_DEEP = 8
"""Folders within folders of variables; two are rare."""


class VariableFiles:
    """Reads the files of variables in one folder.

    Args:
        base: the inventory's folder.
        files: reads and remembers them.
        notes: receives what is left out.
    """

    def __init__(self, base: Path, files: Files, notes: Notes) -> None:
        self._base = base
        self._files = files
        self._notes = notes

    def read(self, world: World) -> None:
        """Give every group and host what its files say.

        Raises:
            InventoryError: a file can't be read, or is no mapping.
        """
        self._give("group_vars", world.groups.values())
        self._give("host_vars", world.hosts.values())

    def _give(self, kind: str, owners: Iterable[Owner]) -> None:
        folder = self._base / kind
        there = set(self._files.names(folder))
        for owner in owners if there else ():
            name = next((owner.name + ending for ending in ENDINGS if owner.name + ending in there), None)
            if name is not None:
                for path in self._within(folder / name, 1):
                    self._read(path, owner)

    def _within(self, path: Path, depth: int) -> Iterator[Path]:
        """Return the file, or the files of the folder, in their order."""
        if not path.is_dir():
            yield path
            return
        for name in self._files.names(path):
            inner = path / name
            if inner.suffix in ENDINGS and (inner.is_file() or (not inner.suffix and inner.is_dir())):
                if depth < FOLDERS_DEEP:
                    yield from self._within(inner, depth + 1)
                else:
                    self._notes.add(Place(str(inner), 1, 1), f"folders below {FOLDERS_DEEP} others are left out")

    def _read(self, path: Path, owner: Owner) -> None:
        text = self._files.read(path).text
        if text.startswith(VAULT_HEADER):
            said = "the file is encrypted by ansible-vault and left out"
            self._notes.add(Place(str(path), 1, 1), said, "keep what says how a host is reached in a plain file")
            return
        mistakes = Mistakes(str(path))
        found = read_variables(text, mistakes)
        if mistakes:
            raise mistakes.error()
        owner.filed.update(found)
