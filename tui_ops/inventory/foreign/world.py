"""Hosts, groups and variables as Ansible has them, before anything of it becomes a fleet.

Only the variables that mean something here are kept: a variable file may hold whole configurations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tui_ops.inventory.checks import loops
from tui_ops.inventory.errors import InventoryError, Mistake, ordinary, quoted
from tui_ops.inventory.hosts import HOSTS_MAX
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import Place

GROUPS_MAX = 20_000
"""Groups of one inventory: two for each host of the largest fleet."""

MEMBERSHIPS_MAX = 1_000_000
"""Hosts in groups, and groups in groups, all levels counted: a hundred for each host of the largest fleet."""

OWN_PREFIX = "tui_ops_"
"""Variables that are meant for this program begin so."""

PRIORITY = "ansible_group_priority"
"""Which of several groups of one depth wins; only where it stands in the inventory itself."""

HOST = ("ansible_host", "ansible_ssh_host")
PORT = ("ansible_port", "ansible_ssh_port")
USER = ("ansible_user", "ansible_ssh_user")
IDENTITY = ("ansible_private_key_file", "ansible_ssh_private_key_file")
CONNECTION = ("ansible_connection",)
ARGUMENTS = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")
SECRETS = ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password")
"""What decides how a host is reached. Of several names for one thing the last that is set wins; the words of the
arguments follow each other in this order. Passwords are only told of; their text is never kept."""

_WANTED = frozenset((*HOST, *PORT, *USER, *IDENTITY, *CONNECTION, *ARGUMENTS, *SECRETS, PRIORITY))


def is_wanted(variable: str) -> bool:
    """Return whether a variable means something here."""
    return variable in _WANTED or variable.startswith(OWN_PREFIX)


@dataclass(frozen=True, slots=True)
class Value:
    """One variable's value."""

    text: str | None
    """As a program would print it; None where the variable is set to nothing, or to more than one value."""
    place: Place
    why_not: str = ""
    """Why it can't be used; empty where it can."""


@dataclass(slots=True)
class Owner:
    """Something that has variables: a group or a host."""

    name: str
    place: Place
    values: dict[str, Value] = field(default_factory=dict)
    """Those of the inventory itself."""
    filed: dict[str, Value] = field(default_factory=dict)
    """Those of ``group_vars`` or ``host_vars``."""


@dataclass(slots=True)
class Group(Owner):
    """A group."""

    hosts: dict[str, None] = field(default_factory=dict)
    """Its own members, without those of its children."""
    children: dict[str, Place] = field(default_factory=dict)
    depth: int = 1

    @property
    def priority(self) -> int:
        """Its rank among groups of its depth; higher wins."""
        value = self.values.get(PRIORITY)
        try:
            return int(value.text or "") if value is not None else 1
        except ValueError:
            return 1


class World:
    """Everything that an Ansible inventory says."""

    def __init__(self) -> None:
        nowhere = Place("", 1, 1)
        self.all = Group("all", nowhere, depth=0)
        self.ungrouped = Group("ungrouped", nowhere)
        self.groups: dict[str, Group] = {"all": self.all, "ungrouped": self.ungrouped}
        self.hosts: dict[str, Owner] = {}
        self._above: dict[str, tuple[str, ...]] = {}
        self._merged: dict[tuple[str, ...], dict[str, Value]] = {}
        self._memberships_left = MEMBERSHIPS_MAX

    def group(self, name: str, place: Place) -> Group:
        """Return the group of this name, made where it is new.

        Raises:
            Wrong: there are too many.
        """
        if name not in self.groups:
            if len(self.groups) >= GROUPS_MAX:
                raise Wrong(f"the inventory has more than {GROUPS_MAX:,} groups", "split it into several")
            self.groups[name] = Group(name, place)
        return self.groups[name]

    def host(self, name: str, group: Group, place: Place) -> Owner:
        """Return the host of this name, made where it is new, as a member of the group.

        Raises:
            Wrong: there are too many.
        """
        if name not in self.hosts:
            if len(self.hosts) >= HOSTS_MAX:
                raise Wrong(f"the inventory has more than {HOSTS_MAX:,} hosts", "split it into several")
            self.hosts[name] = Owner(name, place)
        if name not in group.hosts:
            group.hosts[name] = None
            self._spend(1)
        return self.hosts[name]

    def _spend(self, memberships: int) -> None:
        self._memberships_left -= memberships
        if self._memberships_left < 0:
            raise Wrong(f"its groups have more than {MEMBERSHIPS_MAX:,} members", "nest the groups less")

    def settle(self, file: str) -> None:
        """Work out who belongs where; nothing may be added afterwards.

        Args:
            file: what the inventory is called, for errors.

        Raises:
            InventoryError: a group contains itself, or it is all too much.
        """
        graph = {name: group.children for name, group in self.groups.items()}
        found = loops(graph)
        if found:
            raise InventoryError([self._loop(loop) for loop in found])
        parents: dict[str, list[str]] = {name: [] for name in self.groups}
        for name, group in self.groups.items():
            for child in group.children:
                if name != "all":
                    parents[child].append(name)
        try:
            for name in self._from_the_top(parents):
                above = dict.fromkeys(parents[name])
                for parent in parents[name]:
                    above.update(dict.fromkeys(self._above[parent]))
                self._spend(len(above))
                self._above[name] = tuple(above)
                depth = max((self.groups[parent].depth for parent in parents[name]), default=0) + 1
                self.groups[name].depth = 0 if name == "all" else depth
        except Wrong as wrong:
            raise ordinary(file, wrong.message, wrong.hint) from wrong
        self._sort_out_ungrouped()

    def _loop(self, loop: list[str]) -> Mistake:
        place = self.groups[loop[0]].children[loop[1]]
        shown = " → ".join(quoted(name) for name in loop[:8])
        return Mistake(place, f"the group {quoted(loop[0])} contains itself: {shown}", "take one of them out")

    def _from_the_top(self, parents: dict[str, list[str]]) -> Iterator[str]:
        """Return the groups so that each comes after all that contain it."""
        missing = {name: len(above) for name, above in parents.items()}
        ready = [name for name, count in missing.items() if count == 0]
        while ready:
            name = ready.pop()
            yield name
            for child in self.groups[name].children if name != "all" else ():
                missing[child] -= 1
                if missing[child] == 0:
                    ready.append(child)

    def _sort_out_ungrouped(self) -> None:
        """A host that is in no group but ``all`` is ungrouped, and no other."""
        self._groups_of: dict[str, list[str]] = {name: [] for name in self.hosts}
        for group in self.groups.values():
            for host in group.hosts if group not in (self.all, self.ungrouped) else ():
                self._groups_of[host].append(group.name)
        listed = dict.fromkeys([*self.ungrouped.hosts, *self.all.hosts])
        self.ungrouped.hosts = {host: None for host in listed if not self._groups_of[host]}

    def groups_of(self, host: str) -> tuple[str, ...]:
        """Return the groups that a host belongs to, all levels but ``all`` and ``ungrouped``, in Ansible's order.

        The order is that of precedence: by depth, then by priority, then by name; later ones win.
        """
        own = tuple(sorted(self._groups_of[host]))
        every = set(own).union(*(self._above[name] for name in own))
        return tuple(sorted(every, key=self._rank))

    def _rank(self, name: str) -> tuple[int, int, str]:
        group = self.groups[name]
        return group.depth, group.priority, name

    def values_of(self, host: str) -> dict[str, Value]:
        """Return the variables of a host, what its groups say included; later layers win over earlier ones.

        The layers: ``all`` in the inventory, other groups in the inventory, ``group_vars/all``, the other files of
        ``group_vars``, the host in the inventory, ``host_vars``.
        """
        names = self.groups_of(host) or ("ungrouped",)
        if names not in self._merged:
            groups = [self.groups[name] for name in names]
            layers: Iterable[dict[str, Value]] = (
                self.all.values, *(group.values for group in groups),
                self.all.filed, *(group.filed for group in groups),
            )  # fmt: skip
            merged = {name: value for layer in layers for name, value in layer.items()}
            merged.pop(PRIORITY, None)
            self._merged[names] = merged
        owner = self.hosts[host]
        return self._merged[names] | owner.values | owner.filed
