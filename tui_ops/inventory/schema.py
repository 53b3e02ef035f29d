"""The parts of an inventory as pydantic models: which keys there are and what each may hold.

Everything comes in as text, lists and mappings, for the file's scalars are never guessed at;
:mod:`tui_ops.inventory.fields` says what each text may be.
"""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tui_ops.inventory import fields
from tui_ops.model.filepaths import FILES_LIMIT
from tui_ops.model.fleet import SecretRef
from tui_ops.model.people import Role

HOPS_MAX = 8
"""Jump hosts on one way; three are rare."""

LABELS_MAX = 64
"""Labels that one place gives: they are kept for each host, and a range has thousands."""

GROUPS_MAX = 64
"""Groups that one entry names, kept for each host as well."""

FORMER_NAMES_MAX = 16
"""Former names of one entry."""


def as_list(value: object) -> object:
    """Return a single text as a list of one: ``groups: web`` is ``groups: [web]``."""
    return [value] if isinstance(value, str) else value


def as_mapping(value: object, key: str) -> object:
    """Return a single text as a mapping of one key: ``slo: 99.9`` is ``slo: {target: 99.9}``."""
    return {key: value} if isinstance(value, str) and value else value


Name = Annotated[str, AfterValidator(fields.name)]
Title = Annotated[str, AfterValidator(fields.title)]
TextList = Annotated[tuple[str, ...], BeforeValidator(as_list)]
NameList = Annotated[tuple[Name, ...], BeforeValidator(as_list)]
Hops = Annotated[
    tuple[Annotated[str, AfterValidator(fields.hop)], ...], Field(max_length=HOPS_MAX), BeforeValidator(as_list)
]
Labels = Annotated[
    dict[Annotated[str, AfterValidator(fields.label_name)], Annotated[str, AfterValidator(fields.label_value)]],
    Field(max_length=LABELS_MAX),
]


class Part(BaseModel):
    """Anything in the file: keys that it does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)
    """Made ready at its first use: most are only ever used within others. It saves an engine half a megabyte."""


class Document(Part):
    """The outermost mapping; each section is checked on its own."""

    name: Annotated[str, AfterValidator(fields.fleet_name)] | None = None
    sites: Any = None
    defaults: Any = None
    groups: Any = None
    hosts: Any = None
    services: Any = None
    operators: Any = None
    checks: Any = None
    history: Any = None
    engine: Any = None
    alerting: Any = None
    rules: Any = None
    oncall: Any = None
    changes: Any = None
    security: Any = None
    door: Any = None
    heartbeats: Any = None


class Site(Part):
    """A site below ``sites``."""

    title: Title = ""
    racks: TextList = ()
    """Ranges are allowed."""


class Settings(Part):
    """What ``defaults``, a group and a host can all say; the nearest to the host wins."""

    user: Annotated[str, AfterValidator(fields.user)] | None = None
    port: Annotated[int, BeforeValidator(fields.port)] | None = None
    via: Hops | None = None
    site: Name | None = None
    labels: Labels = {}
    period: Annotated[float, BeforeValidator(fields.period)] | None = None
    slow_period: Annotated[float, BeforeValidator(fields.slow_period)] | None = None
    sudo: Annotated[bool, BeforeValidator(fields.yes_or_no)] | None = None
    password: Annotated[SecretRef, BeforeValidator(fields.secret)] | None = None
    identity: Annotated[str, AfterValidator(fields.identity)] | None = None
    files: Annotated[
        tuple[Annotated[str, AfterValidator(fields.file_path)], ...],
        Field(max_length=FILES_LIMIT),
        BeforeValidator(as_list),
    ] = ()
    """What all say is added up."""


class Group(Settings):
    """A group below ``groups``."""

    rack: Name | None = None
    hosts: TextList = ()
    """Patterns of hosts that belong to it, beside those that name the group themselves."""


class Host(Settings):
    """A host, or a range of hosts, below ``hosts``."""

    id: str | None = None
    was: Annotated[TextList, Field(max_length=FORMER_NAMES_MAX)] = ()
    address: str | None = None
    rack: Name | None = None
    groups: Annotated[NameList, Field(max_length=GROUPS_MAX)] = ()


class Slo(Part):
    """What a service is to be worth, below ``slo``."""

    target: Annotated[float, BeforeValidator(fields.slo_target)]
    over: Annotated[float, BeforeValidator(fields.slo_over)] = fields.SLO_OVER_S
    checks: Annotated[NameList, Field(max_length=fields.SLO_CHECKS_MAX)] = ()


class Service(Part):
    """A service below ``services``."""

    title: Title = ""
    hosts: TextList = ()
    """Patterns of hosts that carry it."""
    depends_on: NameList = ()
    runbook: Annotated[str, AfterValidator(fields.runbook)] = ""
    slo: Annotated[Slo | None, BeforeValidator(partial(as_mapping, key="target"))] = None


class Operator(Part):
    """A person below ``operators``."""

    role: Annotated[Role, BeforeValidator(fields.role)]
    user: Annotated[str, AfterValidator(fields.unix_user)] | None = None
    """None where the account is called as the operator is."""
    title: Title = ""
    groups: Annotated[NameList, Field(max_length=GROUPS_MAX)] = ()
    """Of people, for policies: they have nothing to do with groups of hosts."""
