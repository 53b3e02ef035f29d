"""The ``hosts`` section: ranges become hosts, and each host gets what its groups and the defaults say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tui_ops.inventory import fields, ranges, schema
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence, descend
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import DEFAULT_PERIOD_S, DEFAULT_SLOW_PERIOD_S, LOCAL_ADDRESS, HostSpec, SecretRef

HOSTS_MAX = 10_000
"""Hosts of one file, ranges expanded: ten times the fleet that one jump host carries."""


@dataclass(slots=True)
class Layer:
    """One place that says something about a host: the defaults, a group, or the host's own entry."""

    model: schema.Settings
    node: Node


@dataclass(slots=True)
class Draft:
    """A host of which the name is known and the rest is still spread over the file."""

    name: str
    at: Scalar
    own: Layer
    key: str
    address: str
    was: tuple[str, ...] = ()
    groups: dict[str, None] = field(default_factory=dict)
    """The groups it belongs to, in the order in which they take precedence, the strongest last."""


def entries(node: Node | None, validator: Validator, mistakes: Mistakes) -> Iterator[Entry]:
    """Return the entries of ``hosts``, which is a mapping or a list of names."""
    if not isinstance(node, Sequence):
        yield from validator.section(node, "hosts")
        return
    for item in node.items:
        if isinstance(item, Scalar) and item.text and not item.tag:
            yield Entry(item, Scalar(item.line, item.column, ""))
        elif isinstance(item, Mapping) and len(item.entries) == 1:
            yield from item.entries.values()
        else:
            mistakes.add(item, "an item of 'hosts' is a name", "write '- web-1' or '- web-1: 10.0.0.1'")


class HostReader:
    """Turns the section's entries into drafts with names and identities that are there once."""

    def __init__(self, validator: Validator, mistakes: Mistakes) -> None:
        self._validator = validator
        self._mistakes = mistakes
        self._names: dict[str, Scalar] = {}
        self._left = HOSTS_MAX
        self.drafts: list[Draft] = []

    def read(self, entry: Entry) -> None:
        """Add the hosts of one entry."""
        model = self._validator.model(schema.Host, entry.value, shorthand="address") or schema.Host()
        try:
            number = ranges.count(entry.key.text)
            if number > self._left:
                raise Wrong(f"with this the file holds more than {HOSTS_MAX:,} hosts", "split it into several files")
            names = ranges.expand(entry.key.text)
        except Wrong as wrong:
            self._mistakes.add_wrong(entry.key, wrong)
            return
        self._left -= number
        own = Layer(model, entry.value)
        addresses = self._spread(model.address, "address", own, names, fields.address) or names
        ids = self._spread(model.id, "id", own, names, fields.host_name) or names
        former = [
            self._spread(text, "was", own, names, fields.host_name, index) or [""] * number
            for index, text in enumerate(model.was)
        ]
        for at, name in enumerate(names):
            if self._is_new(name, entry.key):
                was = tuple(row[at] for row in former if row[at])
                self.drafts.append(Draft(name, entry.key, own, ids[at], addresses[at], was))

    def _is_new(self, name: str, at: Scalar) -> bool:
        """Return whether ``name`` may be a host's and is not yet one's."""
        try:
            fields.host_name(name)
        except Wrong as wrong:
            self._mistakes.add_wrong(at, wrong)
            return False
        first = self._names.setdefault(name, at)
        if first is not at or name == "":
            said = f"the host {quoted(name)} is here twice, first at line {first.line}, column {first.column}"
            self._mistakes.add(at, said, "give each host its own name")
            return False
        return True

    def _spread(
        self, text: str | None, key: str, own: Layer, names: list[str], check: Callable[[str], str], index: int = 0
    ) -> list[str] | None:
        """Return one value a host out of a value with ranges; None where there is none or it is wrong."""
        if text is None:
            return None
        try:
            if check is fields.address:
                fields.refuse_bracketed(text)
            number = ranges.count(text) if ranges.has_range(text) else 1
            if number != len(names):
                hint = f"write '{key}' with a range of the same length as the name's"
                raise Wrong(f"{quoted(text)} stands for {number:,} and the name for {len(names):,}", hint)
            return [check(value) for value in (ranges.expand(text) if ranges.has_range(text) else [text])]
        except Wrong as wrong:
            self._mistakes.add_wrong(descend(own.node, (key, index)), wrong)
            return None


def pick(layers: list[Layer], name: str) -> tuple[Any, Layer] | tuple[None, None]:
    """Return what the last layer that says something about ``name`` says, and that layer."""
    for layer in reversed(layers):
        value = getattr(layer.model, name, None)
        if value is not None:
            return value, layer
    return None, None


def finish(draft: Draft, layers: list[Layer]) -> HostSpec:
    """Return the host with everything its layers say.

    Args:
        draft: the host.
        layers: from the defaults over its groups to its own entry; later ones win.
    """
    local = draft.address == LOCAL_ADDRESS
    labels: dict[str, str] = {}
    for layer in layers:
        labels.update(layer.model.labels)
    password: SecretRef | None = pick(layers, "password")[0]
    return HostSpec(
        name=draft.name,
        key=draft.key,
        address=draft.address,
        port=None if local else pick(layers, "port")[0],
        user=None if local else pick(layers, "user")[0],
        via=() if local else hops(draft, layers),
        site=pick(layers, "site")[0] or "",
        rack=pick(layers, "rack")[0] or "",
        groups=tuple(sorted(draft.groups)),
        labels=tuple(sorted(labels.items())),
        period_s=pick(layers, "period")[0] or DEFAULT_PERIOD_S,
        slow_period_s=pick(layers, "slow_period")[0] or DEFAULT_SLOW_PERIOD_S,
        was=draft.was,
        password=None if local else password,
        identity=None if local else pick(layers, "identity")[0],
        sudo=pick(layers, "sudo")[0] is not False,
        files=tuple(sorted({path for layer in layers for path in layer.model.files})),
    )


def hops(draft: Draft, layers: list[Layer]) -> tuple[str, ...]:
    """Return the jump hosts in order.

    A jump host that is named in a group's or the defaults' ``via`` takes the way up to itself.
    """
    via, layer = pick(layers, "via")
    found: tuple[str, ...] = via or ()
    if layer is not draft.own and draft.name in found:
        return found[: found.index(draft.name)]
    return found
