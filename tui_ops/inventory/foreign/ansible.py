"""An Ansible inventory, a file or a folder of them, as a fleet."""

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path

from tui_ops.inventory import fields
from tui_ops.inventory.checks import loops
from tui_ops.inventory.errors import InventoryError, Mistake, Mistakes, ordinary, quoted
from tui_ops.inventory.foreign.ansible_host import HostMaker, Making
from tui_ops.inventory.foreign.ansible_ini import read_ini
from tui_ops.inventory.foreign.ansible_vars import VariableFiles
from tui_ops.inventory.foreign.ansible_yaml import read_yaml
from tui_ops.inventory.foreign.notes import Notes
from tui_ops.inventory.foreign.scalars import VAULT_HEADER
from tui_ops.inventory.foreign.world import World
from tui_ops.inventory.recognise import Kind, foreign_name, recognise
from tui_ops.inventory.watched import Files
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet, HostSpec, SiteSpec

FOLDERS_DEEP = 8
"""Folders within a folder of inventories; two are rare."""

SSH_PORT = 22

_PASSED_OVER = re.compile(
    r"^\.|^(?:group_vars|host_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg"
    r"|\.retry)$"
)
"""Names in a folder of inventories that are none, for Ansible as well."""


def read_file(path: Path, kind: Kind, text: str, files: Files) -> Fleet:
    """Return the fleet of one inventory file.

    Args:
        path: the file.
        kind: INI or YAML.
        text: its content.
        files: reads what lies beside it.

    Raises:
        InventoryError: with every mistake of the first file that has one.
    """
    reading = _Reading(files)
    reading.file(path, kind, text)
    return reading.fleet(path, kind, path.parent)


def read_folder(path: Path, files: Files) -> Fleet:
    """Return the fleet of a folder with inventory files, as Ansible takes one.

    Args:
        path: the folder.
        files: reads what is in it.

    Raises:
        InventoryError: with every mistake of the first file that has one.
    """
    reading = _Reading(files)
    reading.folder(path, 1)
    return reading.fleet(path, Kind.ANSIBLE_FOLDER, path)


def read_world(path: Path, files: Files) -> World:
    """Return hosts, groups and variables of a file or folder before they become a fleet.

    Args:
        path: the file or folder.
        files: reads it and what lies beside it.

    Raises:
        InventoryError: with every mistake of the first file that has one.
    """
    reading = _Reading(files)
    if path.is_dir():
        reading.folder(path, 1)
        return reading.settled(path, path)
    text = files.read(path).text
    reading.file(path, recognise(path, text), text)
    return reading.settled(path, path.parent)


class _Reading:
    """One inventory on its way to a fleet."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._world = World()
        self._notes = Notes()

    def folder(self, path: Path, depth: int) -> None:
        """Read every inventory in a folder."""
        for name in self._files.names(path):
            inner = path / name
            if _PASSED_OVER.search(name):
                continue
            if inner.is_dir():
                if depth >= FOLDERS_DEEP:
                    raise ordinary(inner, f"folders lie more than {FOLDERS_DEEP} deep", "name the inner one itself")
                self.folder(inner, depth + 1)
                continue
            text = self._files.read(inner).text
            kind = recognise(inner, text)
            self.file(inner, Kind.ANSIBLE_INI if kind is Kind.SSH_CONFIG else kind, text)

    def file(self, path: Path, kind: Kind, text: str) -> None:
        """Read one inventory file."""
        if text.startswith(VAULT_HEADER):
            raise ordinary(path, "the file is encrypted by ansible-vault", "keep the inventory itself in a plain file")
        mistakes = Mistakes(str(path))
        if kind is Kind.ANSIBLE_INI:
            read_ini(text, self._world, mistakes)
        else:
            read_yaml(text, self._world, mistakes, self._notes)
        if mistakes:
            raise mistakes.error(text if kind is Kind.ANSIBLE_INI else "")

    def settled(self, path: Path, base: Path) -> World:
        """Return what was read, with the files of variables below ``base``."""
        self._world.settle(str(path))
        VariableFiles(base, self._files, self._notes).read(self._world)
        return self._world

    def fleet(self, path: Path, kind: Kind, base: Path) -> Fleet:
        """Return the fleet of what was read."""
        world = self.settled(path, base)
        making = Making(base.absolute(), self._notes)
        made = [
            HostMaker(owner, world.values_of(name), making).spec(self._groups(name))
            for name, owner in world.hosts.items()
        ]
        hosts = _connected([host for host in made if host is not None], world, making)
        if making.mistakes:
            raise InventoryError({str(mistake): mistake for mistake in making.mistakes}.values())
        notes = self._notes.all()
        if not hosts:
            raise self._notes.nothing_left(path, "the inventory has no host that can be watched", "add a host")
        return Fleet(
            name=foreign_name(kind, path),
            hosts=hosts,
            sites=_sites(hosts),
            source=str(path),
            digest=self._files.digest,
            places={host.name: world.hosts[host.name].place for host in hosts},
            format=str(kind),
            notes=notes,
            files=self._files.stamps,
        )

    def _groups(self, host: str) -> tuple[str, ...]:
        """Return the groups of a host that can be groups here, in the order of their names."""
        good: list[str] = []
        for name in self._world.groups_of(host):
            try:
                good.append(fields.name(name))
            except Wrong as wrong:
                self._notes.add(self._world.groups[name].place, f"the group {quoted(name)} is left out", wrong.hint)
        return tuple(sorted(good))


def _sites(hosts: Iterable[HostSpec]) -> tuple[SiteSpec, ...]:
    racks: dict[str, dict[str, None]] = {}
    for host in hosts:
        if host.site:
            racks.setdefault(host.site, {}).update(dict.fromkeys([host.rack] if host.rack else []))
    return tuple(SiteSpec(name, racks=tuple(sorted(racks[name]))) for name in sorted(racks))


def _connected(hosts: list[HostSpec], world: World, making: Making) -> tuple[HostSpec, ...]:
    """Return the hosts with the names of the inventory for those jump hosts that stand in it."""
    by_name = {host.name: host for host in hosts}
    by_address: dict[str, HostSpec] = {}
    for host in hosts:
        by_address.setdefault(host.address, host)
    found = []
    for host in hosts:
        via = tuple(_known_hop(hop, by_name, by_address) for hop in host.via)
        if host.name in via:
            # It got the arguments of a group that it is the jump host of: it takes the way up to itself.
            via = via[: via.index(host.name)]
        found.append(dataclasses.replace(host, via=tuple(hop for hop in via if hop not in _locals(making))))
    for loop in loops({host.name: host.via for host in found}):
        said = f"the way to {quoted(loop[0])} goes through itself: {clean(' → '.join(loop[:8]))}"
        making.mistakes.append(Mistake(world.hosts[loop[0]].place, said, "change the arguments for ssh of one of them"))
    return tuple(found)


def _locals(making: Making) -> tuple[str, ...]:
    """Return the hosts from which every way begins."""
    return (making.local,) if making.local else ()


def _known_hop(hop: str, by_name: dict[str, HostSpec], by_address: dict[str, HostSpec]) -> str:
    """Return the name of the host that a jump host is; a jump host of its own stays as it is written."""
    if hop in by_name:
        return hop
    try:
        user, address, port = fields.hop_parts(hop)
    except Wrong:
        return hop
    host = by_name.get(address) or by_address.get(address)
    if host is None or host.is_local:
        return hop
    same_user = user is None or user == host.user
    same_port = (port or SSH_PORT) == (host.port or SSH_PORT)
    return host.name if same_user and same_port else hop
