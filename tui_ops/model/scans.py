"""Reports of other scanners: what one says of a host, before it becomes findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen

SOURCE = "import:"
"""What the source of imported findings begins with; the tool follows."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a report says of one check."""

    check: str
    """With its tool: ``lynis:SSH-7408``."""
    kind: FindingKind
    severity: FindingSeverity
    title: str
    result: CheckResult
    seen: tuple[Seen, ...] = ()
    text: str = ""
    advice: str = ""
    exact: bool = True
    """Whether it names all objects of its check: those that it does not name are gone."""


class VexStatus(StrEnum):
    """What a statement of OpenVEX says of a product."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


@dataclass(frozen=True, slots=True)
class Product:
    """What a statement is about: a package, or a host or image with a package in it."""

    name: str
    """Of the package; empty: all of what it stands in."""
    version: str = ""
    """Empty: every one."""
    within: str = ""
    """The host or image that it stands in; empty: everywhere."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of OpenVEX."""

    names: tuple[str, ...]
    """The vulnerability, by all its names."""
    status: VexStatus
    products: tuple[Product, ...]
    why: str = ""
    """Its justification, and what else it says."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one report says of one host."""

    tool: str
    """A word: the source of its findings is ``import:TOOL``."""
    form: str
    """What kind of file it is, for people."""
    version: str = ""
    """Of the tool."""
    names: tuple[str, ...] = ()
    """How the report calls the host: names, addresses."""
    at: float | None = None
    """When the host was looked at, epoch seconds; None where the report does not say."""
    items: tuple[Item, ...] = ()
    complete: bool = True
    """False: the run was cut off, or looked with less rights than it wants; it opens findings and closes none."""
    whole: bool = False
    """Whether what it does not name is not there."""
    part: str = ""
    """The part of the host that it is about, such as an image; empty: the host itself."""
    packages: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """By target of the scan, all packages that it saw, each with its versions: what is there no more, or in another
    version, is gone."""
    statements: tuple[Statement, ...] = ()
    """Of OpenVEX; such a document has no items."""
    note: str = ""
    """What was not understood, and what else is to be said."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A report that was taken in, or a run that brought none, as it is shown."""

    id: int
    tool: str
    version: str
    host: str
    """Empty: it is about no single host."""
    file: str
    sha: str
    reported_at: float | None
    at: float
    by: str
    found: int
    note: str
