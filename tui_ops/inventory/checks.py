"""References between the parts of an inventory: each leads somewhere, and none leads back to where it began."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.inventory import fields, schema
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.hosts import Draft, Layer, pick
from tui_ops.inventory.tree import Scalar, descend
from tui_ops.model.fleet import ENGINE_NAME, LOCAL_ADDRESS, HostSpec, SiteSpec

LOOPS_MAX = 50
"""Loops that are told of one section; mending the first ones usually mends the others."""


@dataclass(frozen=True, slots=True)
class Known:
    """What can be referred to."""

    sites: dict[str, SiteSpec]
    drafts: dict[str, Draft]


def check_layer(layer: Layer, known: Known, mistakes: Mistakes) -> None:
    """Check that the site and the jump hosts that a layer names are there."""
    site = layer.model.site
    if site is not None and site not in known.sites:
        hint = mistakes.suggest(site, known.sites) or f"add '{site}:' below 'sites:'"
        mistakes.add(descend(layer.node, ("site",)), f"there is no site {quoted(site)}", hint)
    for index, hop in enumerate(layer.model.via or ()):
        at = descend(layer.node, ("via", index))
        draft = known.drafts.get(hop)
        if draft is not None and draft.address == LOCAL_ADDRESS:
            mistakes.add(at, f"{quoted(hop)} is this machine itself, from where every way begins", "leave it out")
        elif draft is None and not fields.is_literal_hop(hop):
            hint = mistakes.suggest(hop, known.drafts) or "name a host of this file, or write user@address:port"
            mistakes.add(at, f"there is no host {quoted(hop)} to go through", hint)


def check_rack(layers: list[Layer], known: Known, mistakes: Mistakes) -> None:
    """Check that a host's rack stands in its site."""
    rack, layer = pick(layers, "rack")
    if rack is None or layer is None:
        return
    site = known.sites.get(pick(layers, "site")[0] or "")
    at = descend(layer.node, ("rack",))
    if pick(layers, "site")[1] is None:
        mistakes.add(at, f"the rack {quoted(rack)} is given without a site", "add 'site: NAME'")
    elif site is not None and rack not in site.racks:
        hint = mistakes.suggest(rack, site.racks) or f"add it to the racks of '{site.name}' below 'sites:'"
        mistakes.add(at, f"the site {quoted(site.name)} has no rack {quoted(rack)}", hint)


def check_identities(drafts: Iterable[Draft], mistakes: Mistakes) -> None:
    """Check that no two hosts share an identity, present or former, and that one at most is this machine."""
    keys: dict[str, Draft] = {}
    former: dict[str, Draft] = {}
    local: Draft | None = None
    drafts = list(drafts)
    for draft in drafts:
        if ENGINE_NAME in (draft.name, draft.key):
            said = f"{quoted(ENGINE_NAME)} is the engine itself, which reports on its own work under that name"
            mistakes.add(draft.at, said, "give this host another name and id")
        first = keys.setdefault(draft.key, draft)
        if first is not draft:
            at = descend(draft.own.node, ("id",)) if draft.key != draft.name else draft.at
            said = f"{quoted(draft.name)} has the id {quoted(draft.key)} of {quoted(first.name)}, line {first.at.line}"
            mistakes.add(at, said, "give each host its own id: its history hangs on it")
        if draft.address == LOCAL_ADDRESS:
            if local is not None:
                said = f"{quoted(draft.name)} is this machine, and so is {quoted(local.name)}, line {local.at.line}"
                mistakes.add(draft.at, said, "keep one of them")
            local = draft
    names = {draft.name for draft in drafts}
    for draft in drafts:
        for index, name in enumerate(draft.was):
            at = descend(draft.own.node, ("was", index))
            first = former.setdefault(name, draft)
            if first is not draft:
                mistakes.add(
                    at, f"{quoted(first.name)} was {quoted(name)} too, line {first.at.line}", "keep one of them"
                )
            elif name in names or name in keys:
                mistakes.add(at, f"{quoted(name)} is still a host of this file", "'was' takes names that are gone")


def check_local(draft: Draft, mistakes: Mistakes) -> None:
    """Check that nothing is said about a way to the machine the engine runs on."""
    if draft.address != LOCAL_ADDRESS or not isinstance(draft.own.model, schema.Host):
        return
    for key in ("user", "port", "via", "password", "identity"):
        if getattr(draft.own.model, key):
            at = descend(draft.own.node, (key,), to_key=True)
            mistakes.add(at, f"'{key}' means nothing for this machine, which is read directly", "leave it out")


def check_ways(hosts: Iterable[HostSpec], drafts: Mapping[str, Draft], mistakes: Mistakes) -> None:
    """Check that no host is reached through itself."""
    graph = {host.name: host.via for host in hosts}
    for loop in loops(graph):
        draft = drafts[loop[0]]
        at: Scalar = draft.at
        shown = " → ".join(loop[:8])
        mistakes.add(at, f"the way to {quoted(loop[0])} goes through itself: {shown}", "change a 'via' of them")


def loops(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return loops of a graph, each as a path from a node to itself; none only where there is none."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in graph:
        if start in done or len(found) >= LOOPS_MAX:
            continue
        path: dict[str, int] = {start: 0}
        stack = [(start, iter(graph[start]))]
        while stack:
            node, following = stack[-1]
            for other in following:
                if other in path:
                    if len(found) < LOOPS_MAX:
                        found.append([*list(path)[path[other] :], other])
                elif other in graph and other not in done:
                    path[other] = len(path)
                    stack.append((other, iter(graph[other])))
                    break
            else:
                stack.pop()
                del path[node]
                done.add(node)
    return found
