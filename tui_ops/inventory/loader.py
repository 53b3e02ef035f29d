"""From a file to a fleet: read, build the tree, check each part, then what the parts say of each other."""

from pathlib import Path

from tui_ops.inventory import schema
from tui_ops.inventory.alerting import read_alerting
from tui_ops.inventory.changing import read_changes
from tui_ops.inventory.checked import read_checks
from tui_ops.inventory.checks import Known, check_identities, check_layer, check_local, check_rack, check_ways
from tui_ops.inventory.doors import read_door, read_heartbeats
from tui_ops.inventory.errors import InventoryError, Mistakes
from tui_ops.inventory.foreign import ansible, sshconfig
from tui_ops.inventory.history import read_history
from tui_ops.inventory.hosts import Draft, HostReader, Layer, entries, finish
from tui_ops.inventory.locate import name_from_file
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.oncall import read_oncall
from tui_ops.inventory.own import read_engine
from tui_ops.inventory.recognise import Kind, recognise
from tui_ops.inventory.sections import named, read_operators, read_services, read_sites
from tui_ops.inventory.securing import read_security
from tui_ops.inventory.slos import check_slos
from tui_ops.inventory.tree import Mapping, Node, Scalar, descend, parse_tree
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.watched import Files
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import Fleet, HostSpec

_EXAMPLE = "a whole inventory can be two lines: 'hosts:' and below it '  web-1: 10.0.0.1'"


def load_fleet(path: Path, text: str | None = None) -> Fleet:
    """Return the fleet that ``path``, or ``text`` in its place, describes; see :func:`tui_ops.inventory.load`."""
    files = Files()
    try:
        return _load(path, text, files)
    except InventoryError as error:
        error.files = files.stamps
        raise


def _load(path: Path, text: str | None, files: Files) -> Fleet:
    if text is None and path.is_dir():
        return ansible.read_folder(path, files)
    source = files.read(path, text)
    kind = recognise(path, source.text)
    if kind is Kind.SSH_CONFIG:
        return sshconfig.read(path, source.text, files)
    if kind is not Kind.OURS:
        return ansible.read_file(path, kind, source.text, files)
    mistakes = Mistakes(str(path))
    root = parse_tree(source.text, mistakes)
    fleet = _Reading(path, mistakes).fleet(root, files)
    if mistakes:
        raise mistakes.error(source.text)
    return fleet


class _Reading:
    """One file on its way to a fleet."""

    def __init__(self, path: Path, mistakes: Mistakes) -> None:
        self._path = path
        self._mistakes = mistakes
        self._validator = Validator(mistakes, path.parent)

    def fleet(self, root: Node | None, files: Files) -> Fleet:
        """Return the fleet; where mistakes were noted it is incomplete and only good for finding more of them."""
        if root is None or (isinstance(root, Scalar) and not root.text):
            self._mistakes.add(Scalar(1, 1, ""), "the inventory is empty", _EXAMPLE)
            return Fleet("")
        document = self._validator.model(schema.Document, root)
        if document is None or not isinstance(root, Mapping):
            return Fleet("")
        sections = {key: entry.value for key, entry in root.entries.items()}
        sites = read_sites(sections.get("sites"), self._validator, self._mistakes)
        drafts = self._drafts(root)
        known = Known(sites, {draft.name: draft for draft in drafts})
        matcher = Matcher(known.drafts, self._mistakes.suggest)
        hosts = self._hosts(sections, drafts, known, matcher)
        operators = read_operators(sections.get("operators"), self._validator, self._mistakes)
        services = read_services(sections.get("services"), self._validator, matcher, self._mistakes)
        carried = {service.name for service in services}
        checks = read_checks(sections.get("checks"), self._validator, matcher, self._mistakes)
        check_slos(sections, services, checks, self._mistakes)
        return Fleet(
            name=document.name or name_from_file(self._path),
            hosts=hosts,
            sites=tuple(sites.values()),
            services=services,
            operators=operators,
            engine=read_engine(sections.get("engine"), self._validator),
            history=read_history(sections.get("history"), self._validator),
            alerting=read_alerting(sections, self._validator, matcher, self._mistakes),
            oncall=read_oncall(sections.get("oncall"), operators, carried, self._validator, self._mistakes),
            security=read_security(sections.get("security"), self._validator, matcher, self._mistakes),
            changing=read_changes(sections.get("changes"), operators, self._validator, matcher, self._mistakes),
            door=read_door(sections.get("door"), self._validator),
            heartbeats=read_heartbeats(
                sections.get("heartbeats"),
                self._validator,
                self._mistakes,
                {host.name for host in hosts},
                carried,
                matcher,
            ),
            checks=checks,
            source=str(self._path),
            digest=files.digest,
            files=files.stamps,
            places={draft.name: self._mistakes.place(draft.at) for draft in drafts},
        )

    def _drafts(self, root: Mapping) -> list[Draft]:
        reader = HostReader(self._validator, self._mistakes)
        section = root.entries.get("hosts")
        for entry in entries(section.value if section else None, self._validator, self._mistakes):
            reader.read(entry)
        if section is None or (section.value.size == 1 and not getattr(section.value, "text", "")):
            at = section.key if section else root
            self._mistakes.add(at, "the inventory has no hosts", "add 'hosts:' and below it '  web-1: 10.0.0.1'")
        return reader.drafts

    def _hosts(
        self, sections: dict[str, Node], drafts: list[Draft], known: Known, matcher: Matcher
    ) -> tuple[HostSpec, ...]:
        """Return the hosts with what the defaults and their groups say."""
        defaults = self._defaults(sections.get("defaults"))
        groups = self._groups(sections.get("groups"), known, matcher)
        for layer in (*defaults, *groups.values(), *{id(draft.own): draft.own for draft in drafts}.values()):
            check_layer(layer, known, self._mistakes)
        hosts: list[HostSpec] = []
        for draft in drafts:
            layers = [*defaults, *(groups[name] for name in draft.groups if name in groups), draft.own]
            check_rack(layers, known, self._mistakes)
            check_local(draft, self._mistakes)
            host = finish(draft, layers)
            hosts.append(host)
            for name in host.groups:
                matcher.join("group", name, host.name)
            if host.site:
                matcher.join("site", host.site, host.name)
            for label, value in host.labels:
                matcher.join("label", f"{label}={value}", host.name)
        check_identities(drafts, self._mistakes)
        check_ways(hosts, known.drafts, self._mistakes)
        return tuple(hosts)

    def _defaults(self, node: Node | None) -> list[Layer]:
        model = self._validator.model(schema.Settings, node) if node is not None else None
        return [Layer(model, node)] if model is not None and node is not None else []

    def _groups(self, node: Node | None, known: Known, matcher: Matcher) -> dict[str, Layer]:
        """Return the declared groups, and note in each draft which it belongs to, in the order of precedence."""
        groups: dict[str, Layer] = {}
        for name, entry in named(self._validator.section(node, "groups"), self._mistakes).items():
            model = self._validator.model(schema.Group, entry.value) or schema.Group()
            groups[name] = Layer(model, entry.value)
            for index, pattern in enumerate(model.hosts):
                try:
                    members = matcher.match(pattern)
                except Wrong as wrong:
                    self._mistakes.add_wrong(descend(entry.value, ("hosts", index)), wrong)
                    continue
                for host in members:
                    known.drafts[host].groups.setdefault(name)
        for draft in known.drafts.values():
            own = draft.own.model.groups if isinstance(draft.own.model, schema.Host) else ()
            # What a host says of itself is nearer to it than a pattern that it happens to fit.
            draft.groups = {name: None for name in draft.groups if name not in own} | dict.fromkeys(own)
        return groups
