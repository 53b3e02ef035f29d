"""The Ansible inventories of the tests: where each lies, and its answer as it is compared."""

import json
from pathlib import Path
from typing import Any

from tui_ops.inventory.foreign.ansible import read_world
from tui_ops.inventory.foreign.world import PRIORITY, SECRETS, is_wanted
from tui_ops.inventory.watched import Files

FOLDER = Path(__file__).parents[1] / "inventory" / "foreign" / "cases"

Answer = dict[str, dict[str, Any]]
"""Groups with their hosts and children, and hosts with the variables that mean something here, as text."""


def cases() -> list[Path]:
    """Return the folder of every case; it holds the inventory, ``answer.json`` and ``fleet.txt``."""
    return sorted(path for path in FOLDER.iterdir() if path.is_dir())


def source(case: Path) -> Path:
    """Return the inventory of a case: the folder ``inventory``, or the one file ``hosts`` with whatever ending."""
    folder = case / "inventory"
    return folder if folder.is_dir() else next(case.glob("hosts*"))


def theirs(text: str) -> Answer:
    """Return what ``ansible-inventory --list`` printed as it is compared."""
    said = json.loads(text)
    hosts = said.pop("_meta")["hostvars"]
    groups = {
        name: {"hosts": sorted(group.get("hosts", ())), "children": sorted(group.get("children", ()))}
        for name, group in said.items()
        # Groups without hosts and children are left away there.
        if group.get("hosts") or group.get("children")
    }
    return {"groups": groups, "hosts": {host: kept for host in hosts if (kept := _kept(hosts[host]))}}


def _kept(variables: dict[str, Any]) -> dict[str, str]:
    # A text that must never be a template is wrapped there.
    plain = {
        name: value.get("__ansible_unsafe", value) if isinstance(value, dict) else value
        for name, value in variables.items()
    }
    return {
        name: str(value)
        for name, value in plain.items()
        if is_wanted(name) and name not in (*SECRETS, PRIORITY) and isinstance(value, str | int | float)
    }


def ours(case: Path) -> Answer:
    """Return what is read here in the same shape."""
    world = read_world(source(case), Files())
    children = {name: set(group.children) for name, group in world.groups.items()}
    below = set().union(*(inner for name, inner in children.items() if name != "all"))
    children["all"] = set(world.groups) - below - {"all"}
    members = {name: list(group.hosts) for name, group in world.groups.items() if name != "all"}
    groups = {
        name: {"hosts": sorted(members.get(name, ())), "children": sorted(children[name])}
        for name in world.groups
        if members.get(name) or children[name]
    }
    hosts = {
        host: {name: value.text for name, value in world.values_of(host).items() if value.text is not None}
        for host in world.hosts
    }
    return {"groups": groups, "hosts": {host: values for host, values in hosts.items() if values}}
