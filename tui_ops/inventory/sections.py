"""The smaller sections: sites, services and operators."""

from collections.abc import Iterable

from tui_ops.inventory import fields, ranges, schema
from tui_ops.inventory.checks import loops
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.slos import slo_of
from tui_ops.inventory.tree import Entry, Node, descend
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import OperatorSpec, ServiceSpec, SiteSpec

RACKS_MAX = 20_000
"""Racks of one file, ranges expanded: a large hall has some hundred."""


def named(entries: Iterable[Entry], mistakes: Mistakes) -> dict[str, Entry]:
    """Return the entries whose name may be one."""
    good: dict[str, Entry] = {}
    for entry in entries:
        try:
            good[fields.name(entry.key.text)] = entry
        except Wrong as wrong:
            mistakes.add_wrong(entry.key, wrong)
    return good


def read_sites(node: Node | None, validator: Validator, mistakes: Mistakes) -> dict[str, SiteSpec]:
    """Return the sites by name."""
    sites: dict[str, SiteSpec] = {}
    left = RACKS_MAX
    for name, entry in named(validator.section(node, "sites"), mistakes).items():
        model = validator.model(schema.Site, entry.value, shorthand="title") or schema.Site()
        racks: dict[str, None] = {}
        for index, text in enumerate(model.racks):
            try:
                left -= ranges.count(text)
                if left < 0:
                    raise Wrong(
                        f"with this the file holds more than {RACKS_MAX:,} racks", "split it into several files"
                    )
                racks.update(dict.fromkeys(map(fields.name, ranges.expand(text))))
            except Wrong as wrong:
                mistakes.add_wrong(descend(entry.value, ("racks", index)), wrong)
        sites[name] = SiteSpec(name, model.title, tuple(racks))
    return sites


def read_services(
    node: Node | None, validator: Validator, matcher: Matcher, mistakes: Mistakes
) -> tuple[ServiceSpec, ...]:
    """Return the services, their hosts by name."""
    entries = named(validator.section(node, "services"), mistakes)
    services: dict[str, ServiceSpec] = {}
    for name, entry in entries.items():
        model = validator.model(schema.Service, entry.value) or schema.Service()
        found: list[str] = []
        for index, pattern in enumerate(model.hosts):
            try:
                found += matcher.match(pattern)
            except Wrong as wrong:
                mistakes.add_wrong(descend(entry.value, ("hosts", index)), wrong)
        for index, other in enumerate(model.depends_on):
            if other not in entries:
                at = descend(entry.value, ("depends_on", index))
                hint = mistakes.suggest(other, entries) or f"add '{other}:' below 'services:'"
                mistakes.add(at, f"there is no service {quoted(other)}", hint)
        needs = tuple(dict.fromkeys(model.depends_on))
        services[name] = ServiceSpec(name, model.title, matcher.ordered(found), needs, model.runbook, slo_of(model.slo))
    for loop in loops({name: service.depends_on for name, service in services.items()}):
        at = descend(entries[loop[0]].value, ("depends_on",))
        said = f"the service {quoted(loop[0])} depends on itself: {' → '.join(loop[:8])}"
        mistakes.add(at, said, "take one of them out of 'depends_on'")
    return tuple(services.values())


def read_operators(node: Node | None, validator: Validator, mistakes: Mistakes) -> tuple[OperatorSpec, ...]:
    """Return the operators; an account belongs to one of them only."""
    operators: list[OperatorSpec] = []
    accounts: dict[str, Entry] = {}
    for name, entry in named(validator.section(node, "operators"), mistakes).items():
        model = validator.model(schema.Operator, entry.value, shorthand="role")
        if model is None:
            continue
        account = model.user or name
        first = accounts.setdefault(account, entry)
        if first is not entry:
            at = descend(entry.value, ("user",)) if model.user else entry.key
            said = f"the account {quoted(account)} is that of {quoted(first.key.text)} already, line {first.key.line}"
            mistakes.add(at, said, "the account tells who acts, so each operator has one of his own")
        operators.append(OperatorSpec(name, model.role, account, model.title, tuple(dict.fromkeys(model.groups))))
    return tuple(operators)
