"""The section ``changes``: who approves which changes, and when hosts may be changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tui_ops.inventory import changingfields as fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Entry, Mapping, Node, descend
from tui_ops.inventory.tree import Sequence as List
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum, Recurring, Window
from tui_ops.model.fleet import OperatorSpec
from tui_ops.model.people import Role

PartT = TypeVar("PartT")

WINDOWS_MAX = 500
"""Windows and freezes of one file."""

GROUP = "group:"
"""Before the name of a group of operators, among a policy's people."""


def read_changes(
    node: Node | None, operators: Sequence[OperatorSpec], validator: Validator, matcher: Matcher, mistakes: Mistakes
) -> ChangingSpec:
    """Return how changes are authorised and when they may run; as it is without the section where there is none.

    Args:
        node: the section.
        operators: people who may be named in it.
        validator: checks its parts.
        matcher: finds the hosts that patterns stand for.
        mistakes: receives what is wrong, each with its place.
    """
    if node is None:
        return ChangingSpec()
    return _Reader(node, operators, validator, matcher, mistakes).read()


class _Reader:
    """The section on its way to a specification."""

    def __init__(
        self, node: Node, operators: Sequence[OperatorSpec], validator: Validator, matcher: Matcher, mistakes: Mistakes
    ) -> None:
        self._node = node
        self._roles = {one.name: one.role for one in operators}
        self._groups: dict[str, list[str]] = {}
        for one in operators:
            for group in one.groups:
                self._groups.setdefault(group, []).append(one.name)
        self._validator = validator
        self._matcher = matcher
        self._mistakes = mistakes
        self._timezone = "UTC"

    def read(self) -> ChangingSpec:
        """Return what the section says; what is wrong is noted and left out."""
        model = self._validator.model(fields.Section, self._node)
        if model is None:
            return ChangingSpec()
        self._timezone = model.timezone
        usual = ChangingSpec()
        business = model.business_hours
        policies = self._each("policies", self._policy)
        if model.team and policies:
            at = descend(self._node, ("policies",), to_key=True)
            said = "a team of one has no policies: nobody else could satisfy them"
            self._mistakes.add(at, said, f"take them out, or write 'team: {fields.SEVERAL}'")
        windows = self._each("windows", lambda name, entry: self._window(name, entry, freeze=False))
        freezes = self._each("freezes", lambda name, entry: self._window(name, entry, freeze=True))
        if len(windows) + len(freezes) > WINDOWS_MAX:
            self._mistakes.add(self._node, f"there are more than {WINDOWS_MAX} windows and freezes", "use groups")
        return ChangingSpec(
            solo=model.team, policies=tuple(policies), windows=(*windows, *freezes), holidays=model.holidays,
            business_days=business.days if business else usual.business_days,
            business_from_min=business.begins_min if business else usual.business_from_min,
            business_to_min=(business.ends_min or 24 * 60) if business else usual.business_to_min,
            timezone=model.timezone, noise=model.noise,
        )  # fmt: skip

    def _each(self, section: str, read: Callable[[str, Entry], PartT | None]) -> list[PartT]:
        node = self._node
        entry = node.entries.get(section) if isinstance(node, Mapping) else None
        entries = named(self._validator.section(entry.value if entry else None, section), self._mistakes)
        return [found for name, one in entries.items() if (found := read(name, one)) is not None]

    # --- who approves -------------------------------------------------------------------------------------------------

    def _policy(self, name: str, entry: Entry) -> ApprovalPolicy | None:
        model = self._validator.model(fields.PolicyPart, entry.value)
        if model is None:
            return None
        people = self._people(model.people, entry.value, "people")
        mandatory = self._people(model.mandatory, entry.value, "mandatory")
        quorum, number = model.need
        counting = set(people) | set(mandatory)
        if quorum is Quorum.COUNT and people and number > len(counting):
            said = f"{quoted(name)} needs {int(number)} approvals, and names {len(counting)} who may give one"
            self._mistakes.add(descend(entry.value, ("need",)), said, "name more people, or need fewer")
        hosts = frozenset(self._hosts(model.hosts, entry.value))
        return ApprovalPolicy(name, people, mandatory, quorum, number, model.kinds, model.risk, hosts, model.expires)

    def _people(self, names: Sequence[str], entry: Node, key: str) -> tuple[str, ...]:
        found: list[str] = []
        for index, name in enumerate(names):
            at = descend(entry, (key, index))
            if name.startswith(GROUP):
                found += self._of_group(name.removeprefix(GROUP), at)
                continue
            role = self._roles.get(name)
            if role is None:
                hint = self._mistakes.suggest(name, self._roles) or f"add '{name}:' below 'operators:'"
                self._mistakes.add(at, f"there is no operator {quoted(name)}", hint)
            elif not role.may(Role.APPROVER):
                said = f"{quoted(name)} is {role}, and may not approve"
                self._mistakes.add(at, said, f"give the role {Role.APPROVER} below 'operators:'")
            else:
                found.append(name)
        return tuple(dict.fromkeys(found))

    def _of_group(self, name: str, at: Node) -> list[str]:
        """Return those of a group of operators whose role may approve; a mistake is noted where there are none."""
        members = self._groups.get(name)
        if members is None:
            hint = self._mistakes.suggest(name, self._groups) or "an operator joins by 'groups: [NAME]'"
            self._mistakes.add(at, f"no operator belongs to the group {quoted(name)}", hint)
            return []
        able = [one for one in members if self._roles[one].may(Role.APPROVER)]
        if not able:
            said = f"nobody of the group {quoted(name)} may approve"
            self._mistakes.add(at, said, f"give one of them the role {Role.APPROVER} below 'operators:'")
        return able

    def _hosts(self, patterns: Sequence[str], entry: Node) -> list[str]:
        found: list[str] = []
        for index, pattern in enumerate(patterns):
            try:
                found += self._matcher.match(pattern)
            except Wrong as wrong:
                self._mistakes.add_wrong(descend(entry, ("hosts", index)), wrong)
        return found

    # --- when hosts may be changed ------------------------------------------------------------------------------------

    def _window(self, name: str, entry: Entry, freeze: bool) -> Window | None:
        model = self._validator.model(fields.WindowPart, entry.value, shorthand="times")
        if model is None:
            return None
        timezone = model.timezone or self._timezone
        times = [one for node in self._time_nodes(entry.value) if (one := self._time(node, timezone)) is not None]
        if not times and model.times is None and not model.holidays:
            what = "freeze" if freeze else "window"
            self._mistakes.add(entry.key, f"the {what} {quoted(name)} has no times", "add 'times:'")
        if len(times) > fields.TIMES_MAX:
            self._mistakes.add(entry.key, f"{quoted(name)} has more than {fields.TIMES_MAX} times", "make it two")
        hosts = frozenset(self._hosts(model.hosts, entry.value))
        return Window(name, tuple(times), hosts, freeze, model.reason, model.holidays)

    def _time_nodes(self, node: Node) -> list[Node]:
        """Return each time of a window, whichever way it is written: a text alone, a list, a mapping."""
        found: Node = node
        if isinstance(node, Mapping):
            entry = node.entries.get("times")
            if entry is None:
                return []
            found = entry.value
        return list(found.items) if isinstance(found, List) else [found]

    def _time(self, node: Node, timezone: str) -> Recurring | None:
        if isinstance(node, Mapping):
            model = self._validator.model(fields.TimePart, node)
            if model is None:
                return None
            return replace(
                fields.of_hours(model.hours), month_days=model.month_days, months=model.months,
                timezone=model.timezone or timezone,
            )  # fmt: skip
        # A text is checked by itself, so that its mistake is told where it stands.
        try:
            return replace(fields.recurring(getattr(node, "text", None)), timezone=timezone)
        except Wrong as wrong:
            self._mistakes.add_wrong(node, wrong)
            return None
