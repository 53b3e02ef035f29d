"""What services are to be worth, held against the checks that say whether they are good."""

from collections.abc import Mapping as Named
from collections.abc import Sequence

from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.schema import Slo
from tui_ops.inventory.tree import Mapping, Node, descend
from tui_ops.model.budgets import SloSpec
from tui_ops.model.checks import CheckSpec
from tui_ops.model.fleet import ServiceSpec


def slo_of(model: Slo | None) -> SloSpec | None:
    """Return the aim of a service from its part of the file; None where there is none."""
    return SloSpec(model.target, model.over, tuple(dict.fromkeys(model.checks))) if model is not None else None


def check_slos(
    sections: Named[str, Node], services: Sequence[ServiceSpec], checks: Sequence[CheckSpec], mistakes: Mistakes
) -> None:
    """Note what no check can say.

    Args:
        sections: of the file, ``services`` and ``checks`` among them.
        services: with their aims.
        checks: those that there are.
        mistakes: receives what is wrong.
    """
    section, below = sections.get("services"), sections.get("checks")
    there = list(below.entries) if isinstance(below, Mapping) else []
    # A check that can't be read is told of already.
    sound = not mistakes
    for service in services:
        if service.slo is None or not isinstance(section, Mapping):
            continue
        node = section.entries[service.name].value
        for index, name in enumerate(service.slo.checks):
            if name not in there:
                hint = mistakes.suggest(name, there) or f"add '{name}:' below 'checks:'"
                mistakes.add(descend(node, ("slo", "checks", index)), f"there is no check {quoted(name)}", hint)
        measured = service.slo.checks or any(set(one.hosts) & set(service.hosts) for one in checks)
        if not measured and sound:
            said = f"nothing says whether {quoted(service.name)} is good: none of its hosts has a check"
            mistakes.add(descend(node, ("slo",), to_key=True), said, "name those that ask it: checks: [NAME]")
