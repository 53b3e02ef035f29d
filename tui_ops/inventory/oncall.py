"""The section ``oncall``: who is on call, how people are reached, and who is called next."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from tui_ops.inventory import oncallfields as fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Entry, Mapping, Node, descend
from tui_ops.inventory.tree import Sequence as List
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import OperatorSpec
from tui_ops.model.oncall import (
    CallTarget,
    Contact,
    Hours,
    Layer,
    MailServer,
    OnCallSpec,
    Policy,
    Rotation,
    Schedule,
    Step,
    TargetKind,
    Tls,
    Use,
    Way,
)

PartT = TypeVar("PartT")

NOBODY = "nobody"
"""The policy of incidents that nobody is called for."""


def read_oncall(
    node: Node | None,
    operators: Sequence[OperatorSpec],
    services: Collection[str],
    validator: Validator,
    mistakes: Mistakes,
) -> OnCallSpec:
    """Return who is on call and how people are reached; nobody where the file does not say.

    Args:
        node: the section.
        operators: people who may be named in it.
        services: names of the services of the file.
        validator: checks its parts.
        mistakes: receives what is wrong, each with its place.
    """
    if node is None:
        return OnCallSpec()
    return _Reader(node, [one.name for one in operators], services, validator, mistakes).read()


class _Reader:
    """The section on its way to a specification."""

    def __init__(
        self,
        node: Node,
        operators: Sequence[str],
        services: Collection[str],
        validator: Validator,
        mistakes: Mistakes,
    ) -> None:
        self._node = node
        self._operators = operators
        self._services = services
        self._validator = validator
        self._mistakes = mistakes
        self._timezone = "UTC"
        self._kinds: dict[str, TargetKind] = {}

    def read(self) -> OnCallSpec:
        """Return what the section says; what is wrong is noted and left out."""
        model = self._validator.model(fields.Section, self._node)
        if model is None:
            return OnCallSpec()
        self._timezone = model.timezone
        usual = OnCallSpec().business[0]
        business = model.business_hours or (Hours(usual.days, usual.begins_min, usual.ends_min),)
        rotations = tuple(self._each("rotations", self._rotation))
        self._name_kinds()
        schedules = tuple(self._each("schedules", self._schedule))
        policies = tuple(self._each("policies", self._policy))
        contacts = tuple(self._each("contacts", self._contact))
        mail = self._mail(any(way.mail for contact in contacts for way in contact.ways))
        return OnCallSpec(
            contacts, rotations, schedules, policies, tuple(self._uses(policies)),
            tuple(self._placed(one) for one in business), self._timezone, mail,
        )  # fmt: skip

    def _each(self, section: str, read: Callable[[str, Entry], PartT | None]) -> Iterator[PartT]:
        for name, entry in self._entries(section).items():
            found = read(name, entry)
            if found is not None:
                yield found

    def _entries(self, section: str) -> dict[str, Entry]:
        node = self._node
        entry = node.entries.get(section) if isinstance(node, Mapping) else None
        return named(self._validator.section(entry.value if entry else None, section), self._mistakes)

    def _name_kinds(self) -> None:
        """Find out what each name is that a step may name; a name is that of one thing only."""
        self._kinds = dict.fromkeys(self._operators, TargetKind.PERSON)
        for section, kind in (("rotations", TargetKind.ROTATION), ("schedules", TargetKind.SCHEDULE)):
            for name, entry in self._entries(section).items():
                other = self._kinds.setdefault(name, kind)
                if other is not kind:
                    said = f"{quoted(name)} is the name of a {other} already"
                    self._mistakes.add(entry.key, said, "policies name people, rotations and schedules: use another")

    def _person(self, name: str, at: Node) -> bool:
        if name in self._operators:
            return True
        hint = self._mistakes.suggest(name, self._operators) or f"add '{name}:' below 'operators:'"
        self._mistakes.add(at, f"there is no operator {quoted(name)}", hint)
        return False

    def _people(self, names: Sequence[str], entry: Node, key: str) -> tuple[str, ...]:
        found = [name for index, name in enumerate(names) if self._person(name, descend(entry, (key, index)))]
        return tuple(found)

    def _placed(self, hours: Hours, timezone: str = "") -> Hours:
        """Return hours in the zone that holds where they name none."""
        zone = hours.timezone or timezone or self._timezone
        return Hours(hours.days, hours.begins_min, hours.ends_min, zone)

    def _rotation(self, name: str, entry: Entry) -> Rotation | None:
        model = self._validator.model(fields.RotationPart, entry.value)
        if model is None:
            return None
        people = self._people(model.people, entry.value, "people")
        if not model.people:
            self._mistakes.add(entry.key, f"the rotation {quoted(name)} has nobody", "add 'people: [NAME, …]'")
        zone = model.timezone or self._timezone
        return Rotation(name, people, model.every, model.begins(), zone, model.weekday)

    def _schedule(self, name: str, entry: Entry) -> Schedule | None:
        model = self._validator.model(fields.SchedulePart, entry.value)
        if model is None:
            return None
        timezone = model.timezone or self._timezone
        layers = [one for item in self._items(entry.value, "layers") if (one := self._layer(item, timezone))]
        if not model.layers:
            self._mistakes.add(entry.key, f"the schedule {quoted(name)} has no layer", "add 'layers:' with a list")
        return Schedule(name, model.title, tuple(layers), timezone)

    def _items(self, node: Node, key: str) -> list[Node]:
        """Return the items of a list below a key."""
        found = descend(node, (key,))
        if found is node:
            return []
        if isinstance(found, List):
            return list(found.items)
        self._mistakes.add(found, f"'{key}' is a list", "write '- …' below it, one line an entry")
        return []

    def _layer(self, node: Node, timezone: str) -> Layer | None:
        model = self._validator.model(fields.LayerPart, node, shorthand="rotation")
        if model is None:
            return None
        if bool(model.rotation) is bool(model.people):
            self._mistakes.add(node, "a layer has a rotation or people", "write 'rotation: NAME' or 'people: [NAME]'")
            return None
        rotations = [name for name, kind in self._kinds.items() if kind is TargetKind.ROTATION]
        if model.rotation and model.rotation not in rotations:
            hint = self._mistakes.suggest(model.rotation, rotations) or f"add '{model.rotation}:' below 'rotations:'"
            at = descend(node, ("rotation",))
            self._mistakes.add(at, f"there is no rotation {quoted(model.rotation)}", hint)
        people = self._people(model.people, node, "people")
        return Layer(model.rotation, people, tuple(self._placed(one, timezone) for one in model.hours))

    def _policy(self, name: str, entry: Entry) -> Policy | None:
        model = self._validator.model(fields.PolicyPart, entry.value)
        if name == NOBODY:
            self._mistakes.add(entry.key, f"{quoted(NOBODY)} stands for no policy", "give it another name")
        if model is None:
            return None
        steps = [one for item in self._items(entry.value, "steps") if (one := self._step(item))]
        if not model.steps:
            self._mistakes.add(entry.key, f"the policy {quoted(name)} has no step", "add 'steps:' with a list")
        if not steps:
            return None
        return Policy(name, tuple(steps), model.repeat, model.pause)

    def _step(self, node: Node) -> Step | None:
        model = self._validator.model(fields.StepPart, node, shorthand="call")
        if model is None:
            return None
        targets = []
        for index, name in enumerate(model.call):
            kind = self._kinds.get(name)
            if kind is None:
                at = descend(node, ("call", index))
                hint = self._mistakes.suggest(name, self._kinds) or "name an operator, a rotation or a schedule"
                self._mistakes.add(at, f"nobody and nothing is named {quoted(name)}", hint)
            else:
                targets.append(CallTarget(kind, name))
        if not model.call:
            self._mistakes.add(node, "the step calls nobody", "add 'call: [NAME]'")
        return Step(tuple(targets), model.after, model.when, model.important)

    def _uses(self, policies: Sequence[Policy]) -> Iterator[Use]:
        names = [policy.name for policy in policies]
        for node in self._items(self._node, "use"):
            model = self._validator.model(fields.UsePart, node, shorthand="policy")
            if model is None:
                continue
            if model.policy not in (*names, NOBODY):
                hint = self._mistakes.suggest(model.policy, names) or f"policies are {', '.join(names) or 'none'}"
                self._mistakes.add(descend(node, ("policy",)), f"there is no policy {quoted(model.policy)}", hint)
            for index, service in enumerate(model.service):
                if service not in self._services:
                    hint = self._mistakes.suggest(service, self._services) or f"add '{service}:' below 'services:'"
                    at = descend(node, ("service", index))
                    self._mistakes.add(at, f"there is no service {quoted(service)}", hint)
            yield Use("" if model.policy == NOBODY else model.policy, model.priority, model.service)

    def _contact(self, name: str, entry: Entry) -> Contact | None:
        self._person(name, entry.key)
        model = self._validator.model(fields.ContactPart, entry.value)
        if model is None:
            return None
        ways = []
        for way, inside in named(
            self._validator.section(descend(entry.value, ("ways",)) if model.ways is not None else None, "ways"),
            self._mistakes,
        ).items():
            found = self._way(way, inside)
            if found is not None:
                ways.append(found)
        if not model.ways:
            self._mistakes.add(entry.key, f"there is no way to reach {quoted(name)}", "add 'ways: {mail: …}'")
        return Contact(name, tuple(ways), tuple(self._placed(one, model.timezone or "") for one in model.quiet))

    def _way(self, name: str, entry: Entry) -> Way | None:
        node = entry.value
        tagged = bool(getattr(node, "tag", ""))
        if tagged or not isinstance(node, Mapping):
            # `mail: anna@example.org` and `push: !env ANNA_PUSH` say all that most ways need.
            short = self._validator.model(fields.ShortWay, Mapping(
                node.line, node.column, entries={"to": Entry(entry.key, node)}))  # fmt: skip
            return Way(name, *fields.mail_or_url(short.to)) if short is not None and short.to is not None else None
        model = self._validator.model(fields.WayPart, node)
        if model is None:
            return None
        if ("mail" in node.entries) is ("url" in node.entries):
            self._mistakes.add(entry.key, "a way is a mail address or an address for Apprise", "add 'mail:' or 'url:'")
            return None
        try:
            most, within_s = fields.limit(model.limit)
        except Wrong as wrong:
            self._mistakes.add_wrong(descend(node, ("limit",)), wrong)
            return None
        return Way(name, model.mail or "", model.url, model.important, most, within_s)

    def _mail(self, needed: bool) -> MailServer | None:
        given = self._node.entries.get("mail") if isinstance(self._node, Mapping) else None
        node = given.value if given is not None else None
        model = self._validator.model(fields.MailPart, node, shorthand="server") if node is not None else None
        if node is None and needed:
            said = "people are reached by mail, and there is no mail server"
            self._mistakes.add(self._node, said, "add 'mail: {server: localhost, from: tui-ops@example.org}'")
        if model is None:
            return None
        host, port = fields.server_and_port(model.server, model.tls)
        if node is not None and model.user and model.tls is Tls.NONE and not fields.is_here(host):
            said = f"the password of {quoted(model.user)} would go to {quoted(host)} in clear"
            self._mistakes.add(descend(node, ("user",)), said, "add 'tls: starttls' or 'tls: tls'", shows_line=False)
        return MailServer(host, port, model.tls, model.sender or f"tui-ops@{host}", model.user, model.password)
