"""All rules of an inventory, made ready: each host gets those that look at it, with the numbers that it has there.

``for_host`` is called once for each host of the inventory, and ``fleet`` after that; a changed inventory gets a book of
its own, to which the old rules hand over what is under way (``moved``).
"""

from collections.abc import Iterable, Mapping, Sequence

from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.fleet import ENGINE_NAME
from tui_ops.practices.alerting.compiled import Compiled
from tui_ops.practices.alerting.fleetrules import FleetRules, Scope
from tui_ops.practices.alerting.found import Found
from tui_ops.practices.alerting.hostrules import HostRules
from tui_ops.practices.alerting.plan import Plan, Question

__all__ = ["FleetRules", "Found", "HostRules", "RuleBook"]


class RuleBook:
    """The rules of an inventory.

    Args:
        rules: all of them, checked.
    """

    def __init__(self, rules: Sequence[RuleSpec]) -> None:
        self._rules = tuple(rules)
        self._compiled: dict[tuple[int, tuple[int, ...]], Compiled] = {}
        self._plans: dict[tuple[tuple[int, tuple[int, ...]], ...], Plan] = {}
        self._questions: dict[int, tuple[Question, ...]] = {}
        self._asked = 0
        self._scopes: dict[tuple[int, str, str], int] = {}
        self._in_order: list[Scope] = []

    def for_host(
        self,
        name: str,
        site: str = "",
        groups: Iterable[str] = (),
        labels: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        services: Iterable[str] = (),
    ) -> HostRules:
        """Return the rules of one host, with nothing under way.

        Args:
            name: of the host.
            site: where it stands.
            groups: that it belongs to.
            labels: that it has.
            services: that it carries.
        """
        known, carried = dict(labels), tuple(services)
        chosen: list[tuple[int, tuple[int, ...]]] = []
        scopes: list[int] = []
        for at, rule in enumerate(self._rules):
            if not rule.scope.fits(name, known, carried):
                continue
            overrides = rule.chosen(name, known, carried)
            spec = rule.with_overrides(overrides)
            if not spec.on:
                continue
            chosen.append((at, overrides))
            if rule.over and name != ENGINE_NAME:
                # The engine has no state that could be counted.
                scopes += self._join(at, name, site, groups, carried)
        return HostRules(name, self._plan(tuple(chosen)), tuple(scopes))

    def fleet(self) -> FleetRules:
        """Return the rules over many hosts, which know the hosts that :meth:`for_host` was called for."""
        return FleetRules(self._in_order)

    def _plan(self, chosen: tuple[tuple[int, tuple[int, ...]], ...]) -> Plan:
        found = self._plans.get(chosen)
        if found is None:
            own = [self._ready(*one) for one in chosen if not self._rules[one[0]].over]
            asked = [question for at, _ in chosen if self._rules[at].over for question in self._questions_of(at)]
            found = self._plans[chosen] = Plan(own, asked)
        return found

    def _ready(self, at: int, overrides: tuple[int, ...]) -> Compiled:
        found = self._compiled.get((at, overrides))
        if found is None:
            found = self._compiled[at, overrides] = Compiled(self._rules[at].with_overrides(overrides))
        return found

    def _questions_of(self, at: int) -> tuple[Question, ...]:
        found = self._questions.get(at)
        if found is None:
            rule = self._ready(at, ())
            found = tuple(Question(self._asked + index, rule, index) for index in range(len(rule.conditions)))
            self._asked += len(found)
            self._questions[at] = found
        return found

    def _join(self, at: int, host: str, site: str, groups: Iterable[str], services: tuple[str, ...]) -> list[int]:
        """Enter a host into the groups, sites, services or the fleet that a rule counts; return their numbers."""
        kind, _, wanted = self._rules[at].over.partition(":")
        sites = (site,) if site else ()
        mine = {"group": tuple(groups), "site": sites, "service": services, "all": ("",)}[kind]
        found = []
        for name in mine:
            if kind != "all" and wanted not in ("*", name):
                continue
            number = self._scopes.get((at, kind, name))
            if number is None:
                number = self._scopes[at, kind, name] = len(self._in_order)
                questions = tuple(question.key for question in self._questions_of(at))
                self._in_order.append(Scope(self._ready(at, ()), kind, name, questions))
            self._in_order[number].hosts[host] = ()
            found.append(number)
        return found
