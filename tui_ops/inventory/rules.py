"""The section ``rules``: the shipped rules, what a file says otherwise of them, and its own."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.rulekeys import OVERRIDES_MAX, Levels, Override, Rule, Where
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Mapping, Node, Scalar, Sequence, descend, parse_tree
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model import alertrules
from tui_ops.model.alertrules import EVERY_HOST, RuleSpec, Scoped
from tui_ops.model.ruleast import Call, Text, walk
from tui_ops.model.ruleast import Node as Tree
from tui_ops.model.rulecheck import Kind, Scope, check, check_labels, check_section, check_topic
from tui_ops.model.ruletemplate import parse_template
from tui_ops.model.ruletext import RuleError, parse

RULES_MAX = 500
"""Rules of one file: each is looked at with every reading of every host."""

DEFAULTS = Path(__file__).parents[1] / "rules" / "default.yaml"
"""The shipped rules."""

NEAR_LIMIT = 20
"""Characters of an expression that are shown where its mistake is."""

_NONE = ("no", "off", "")
"""What takes a level away."""

_FIELDS = {
    "on": "on", "for": "for_s", "keep": "keep_s", "attempts": "attempts", "retry": "retry_s", "flapping": "flap",
    "runbook": "runbook", "title": "title", "unit": "unit", "source": "source",
}  # fmt: skip
"""Keys that go into a rule as they are."""

_FOR_MANY = ("on", "hosts", "where", "services")
"""What an exception of a rule over many hosts can say: which hosts are not counted."""


def read_rules(
    node: Node | None, services: Iterable[str], validator: Validator, matcher: Matcher, mistakes: Mistakes
) -> tuple[RuleSpec, ...]:
    """Return all rules in force, the shipped ones first, in the order of the files.

    Args:
        node: the section; None where there is none.
        services: names of the services of the file.
        validator: of the file.
        matcher: finds its hosts.
        mistakes: receives what is wrong.
    """
    shipped = default_rules()
    if node is None:
        return shipped
    found = {rule.name: rule for rule in shipped}
    entries = named(validator.section(node, "rules"), mistakes)
    if len(entries) > RULES_MAX:
        mistakes.add(node, f"there are more than {RULES_MAX} rules here", "write one rule for many hosts, by 'hosts'")
        return shipped
    readers: list[_Reader] = []
    for name, entry in entries.items():
        reader = _Reader(name, entry.key, entry.value, validator, matcher, mistakes, frozenset(services))
        spec = reader.read(_shipped().get(name))
        if spec is not None:
            found[name] = spec
            readers.append(reader)
    for reader in readers:
        reader.check_names(found[reader.name], found)
    return tuple(found.values())


@cache
def default_rules() -> tuple[RuleSpec, ...]:
    """Return the shipped rules: what holds where an inventory says nothing of them."""
    mistakes = Mistakes(str(DEFAULTS))
    validator = Validator(mistakes, DEFAULTS.parent)
    matcher = Matcher((), mistakes.suggest)
    found = []
    for name, model in _shipped().items():
        at = Scalar(1, 1, name)
        found.append(_Reader(name, at, at, validator, matcher, mistakes, frozenset()).spec(model))
    if mistakes:
        raise mistakes.error()
    return tuple(replace(spec, place="") for spec in found if spec is not None)


@cache
def _shipped() -> dict[str, Levels]:
    """Return what the shipped file says."""
    mistakes = Mistakes(str(DEFAULTS))
    text = DEFAULTS.read_text("utf-8")
    root = parse_tree(text, mistakes)
    validator = Validator(mistakes, DEFAULTS.parent)
    entries = named(validator.section(root, "rules"), mistakes)
    found = {name: validator.model(Rule, entry.value) for name, entry in entries.items()}
    if mistakes:
        raise mistakes.error(text)
    return {name: model for name, model in found.items() if model is not None}


class _Reader:
    """One entry on its way to a rule."""

    def __init__(
        self,
        name: str,
        key: Scalar,
        node: Node,
        validator: Validator,
        matcher: Matcher,
        mistakes: Mistakes,
        services: frozenset[str],
    ) -> None:
        self.name = name
        self._key = key
        self._node = node
        self._validator = validator
        self._matcher = matcher
        self._mistakes = mistakes
        self._services = services

    def read(self, shipped: Levels | None) -> RuleSpec | None:
        """Return the rule; None where nothing can be made of it.

        Args:
            shipped: the shipped rule of this name, of which only what the entry says is changed.
        """
        if isinstance(self._node, Scalar) and not self._node.text:
            self._mistakes.add(self._key, f"the rule {quoted(self.name)} says nothing", "write what it looks at, or no")
            return None
        model: Levels | None = self._validator.model(Rule, self._node, shorthand="on")
        if model is None or ("over" not in model.model_fields_set and "over" in _keys(self._node)):
            return None
        if shipped is not None:
            said = {key: getattr(model, key) for key in model.model_fields_set}
            model = shipped.model_copy(update=said)
        return self.spec(model)

    def spec(self, model: Levels) -> RuleSpec | None:
        """Return the rule that a model says; what is wrong is noted."""
        assert isinstance(model, Rule)
        over, status, fact = model.over, model.status, model.fact
        if (over and status) or (fact and (over or status)):
            said = "a rule passes on statuses or counts hosts, not both"
            said = "a rule looks at facts, passes on statuses or counts hosts: one of them" if fact else said
            self._note("fact" if fact else "over", said, "make two rules of it")
            return None
        scope = Scope.FLEET if over else Scope.STATUS if status else Scope.FACT if fact else Scope.HOST
        self._check_over(over)
        if status:
            self._check_status(status)
        if fact:
            self._check_fact(fact)
        levels = self._levels(model, scope, self._node)
        if not status and levels["warn"] is None and levels["crit"] is None:
            if model.warn in (None, *_NONE) and model.crit in (None, *_NONE):
                hint = self._mistakes.suggest(self.name, _shipped()) if model.value is None else ""
                hint = hint or "add 'warn: CONDITION' or 'crit: CONDITION', or 'status: SECTION'"
                self._mistakes.add(self._key, f"the rule {quoted(self.name)} raises nothing", hint)
            return None
        plain = {field: getattr(model, key) for key, field in _FIELDS.items()}
        return RuleSpec(
            name=self.name,
            status=status,
            fact=fact,
            over=over,
            items=model.items,
            labels=tuple(sorted(model.labels.items())),
            text=self._text(model, scope, model.value, self._node),
            scope=self._scoped(model, self._node),
            overrides=self._overrides(model, scope),
            place=str(self._mistakes.place(self._key)),
            value=levels["value"],
            warn=levels["warn"],
            crit=levels["crit"],
            **plain,
        )

    def check_names(self, spec: RuleSpec, known: dict[str, RuleSpec]) -> None:
        """Note where ``firing`` names a rule that is not there."""
        for key, tree in (("value", spec.value), ("warn", spec.warn), ("crit", spec.crit)):
            for node in walk(tree) if tree is not None else ():
                if isinstance(node, Call) and node.name == "firing" and isinstance(node.given[0], Text):
                    rule = node.given[0].text
                    if rule not in known:
                        error = RuleError(f"there is no rule {quoted(rule)}", node.given[0].at)
                        error.hint = self._mistakes.suggest(rule, known) or "docs/rules.md lists the shipped ones"
                        self._wrong(self._node, key, error)

    def _levels(self, model: Levels, scope: Scope, node: Node, base: Levels | None = None) -> dict[str, Tree | None]:
        """Return value, warn and crit as trees.

        Args:
            model: that says them.
            scope: of the rule.
            node: where they stand.
            base: the rule, where the model is an exception of it.
        """
        said = model.value if model.value is not None or base is None else base.value
        found = {"value": self._parsed(node, "value", said, scope, Kind.NUMBER, has_value=False)}
        has_value = said is not None and said not in _NONE
        for key in ("warn", "crit"):
            text: str | None = getattr(model, key)
            if base is not None and key not in model.model_fields_set:
                continue
            found[key] = self._parsed(node, key, text, scope, Kind.TRUTH, has_value)
            self._check_labels(node, key, found["value"], found[key])
        return found

    def _check_labels(self, node: Node, key: str, *trees: Tree | None) -> None:
        try:
            check_labels(0, *trees)
        except RuleError as error:
            self._wrong(node, key, error)

    def _parsed(
        self, node: Node, key: str, text: str | None, scope: Scope, wanted: Kind, has_value: bool
    ) -> Tree | None:
        if text is None or text in _NONE:
            return None
        try:
            tree = parse(text)
            check(tree, scope, wanted, has_value)
        except RuleError as error:
            self._wrong(node, key, error)
            return None
        return tree

    def _text(self, model: Levels, scope: Scope, value: str | None, node: Node) -> str:
        unit = getattr(model, "unit", "")
        try:
            parse_template(model.text, scope, unit, value is not None and value not in _NONE)
        except RuleError as error:
            self._wrong(node, "text", error)
            return ""
        return model.text

    def _wrong(self, node: Node, key: str, error: RuleError) -> None:
        """Note a mistake in an expression at its own column."""
        at = descend(node, (key,))
        message = error.message
        if isinstance(at, Scalar) and isinstance(node, Mapping) and key in node.entries:
            if not at.plain and at.text[error.at :]:
                # A text that is folded over several lines has no columns of its own in the file.
                message += f", at {quoted(at.text[error.at : error.at + NEAR_LIMIT])}"
            at = Scalar(at.line, at.column + error.at + (0 if at.plain else 1), "")
        self._mistakes.add(at, message, error.hint)

    def _note(self, key: str, message: str, hint: str) -> None:
        self._mistakes.add(descend(self._node, (key,)), message, hint)

    def _check_over(self, over: str) -> None:
        kind, _, name = over.partition(":")
        if kind == "service" and name != "*":
            if name not in self._services:
                hint = self._mistakes.suggest(name, self._services) or "services are declared below 'services:'"
                self._note("over", f"there is no service {quoted(name)}", hint)
        elif over and over != "all" and name != "*":
            try:
                self._matcher.match(over)
            except Wrong as wrong:
                self._note("over", wrong.message, wrong.hint)

    def _check_status(self, status: str) -> None:
        try:
            check_section(status, patterns=True)
        except RuleError as error:
            self._note("status", error.message, error.hint)

    def _check_fact(self, topic: str) -> None:
        try:
            check_topic(topic)
        except RuleError as error:
            self._note("fact", error.message, error.hint)

    def _scoped(self, model: Where, node: Node) -> Scoped:
        found: list[str] = []
        for index, pattern in enumerate(model.hosts):
            try:
                found += self._matcher.match(pattern)
            except Wrong as wrong:
                self._mistakes.add_wrong(descend(node, ("hosts", index)), wrong)
        for index, service in enumerate(model.services):
            if service not in self._services:
                hint = self._mistakes.suggest(service, self._services) or f"add '{service}:' below 'services:'"
                self._mistakes.add(descend(node, ("services", index)), f"there is no service {quoted(service)}", hint)
        if not (model.hosts or model.where or model.services):
            return EVERY_HOST
        hosts = frozenset(found) if model.hosts else None
        return Scoped(hosts, tuple(sorted(model.where.items())), frozenset(model.services))

    def _overrides(self, model: Levels, scope: Scope) -> tuple[alertrules.Override, ...]:
        assert isinstance(model, Rule)
        node = descend(self._node, ("override",))
        if model.override is None or not isinstance(self._node, Mapping):
            return ()
        items = node.items if isinstance(node, Sequence) else [node]
        if len(items) > OVERRIDES_MAX:
            self._note("override", f"there are more than {OVERRIDES_MAX} exceptions here", "make groups of their hosts")
            return ()
        found = [self._override(model, scope, item) for item in items]
        return tuple(one for one in found if one is not None)

    def _override(self, rule: Levels, scope: Scope, node: Node) -> alertrules.Override | None:
        said = self._validator.model(Override, node)
        if said is None:
            return None
        if not (said.hosts or said.where or said.services):
            self._mistakes.add(node, "the exception is for no host", "add 'hosts: [PATTERN]', 'where:' or 'services:'")
            return None
        if said.value in _NONE:
            at = descend(node, ("value",))
            self._mistakes.add(at, "an exception can't take the value away", "write another one, or 'warn: no'")
        for key in said.model_fields_set:
            if scope is Scope.FLEET and key not in _FOR_MANY:
                at = descend(node, (key,), to_key=True)
                self._mistakes.add(at, f"{quoted(key)} can't differ within what is counted together", "write 'on: no'")
        changes: dict[str, object] = {
            field: getattr(said, key) for key, field in _FIELDS.items() if key in said.model_fields_set
        }
        levels = self._levels(said, scope, node, rule)
        changes |= {key: tree for key, tree in levels.items() if key in said.model_fields_set}
        if "text" in said.model_fields_set:
            changes["text"] = self._text(said, scope, said.value or rule.value, node)
        return alertrules.Override(self._scoped(said, node), tuple(sorted(changes.items())))


def _keys(node: Node) -> Iterable[str]:
    return node.entries if isinstance(node, Mapping) else ()
