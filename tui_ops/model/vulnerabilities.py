"""The words of vulnerabilities: feeds, what they say of a package, what of it is on a host."""

from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.security import FindingSeverity

SOURCE = "feed"
"""The source of findings that come from feeds."""


class FeedKind(StrEnum):
    """The forms of feeds that are read."""

    DEBSECAN = "debsecan"
    TRACKER = "tracker"
    """The Debian security tracker's JSON."""
    OSV = "osv"
    KEV = "kev"
    EPSS = "epss"


JUDGES = (FeedKind.DEBSECAN, FeedKind.TRACKER, FeedKind.OSV)
"""Those that say what a version is vulnerable to, the most exact first: one of them judges a host. The others of the
list are asked for nothing then, since two that are not of the same hour contradict each other."""


class Form(StrEnum):
    """How a rule says which versions are vulnerable."""

    LISTED = "listed"
    """As debsecan has it: those below the one in unstable, unless they are among the fixed ones elsewhere."""
    RANGE = "range"
    """From one version on, below the fixed one, or up to the last one that is affected."""


@dataclass(frozen=True, slots=True)
class FeedRule:
    """One vulnerability of one package of one release of a system."""

    place: str
    """``debian/bookworm``, ``ubuntu/24.04``, ``alpine/3.20``, ``rocky/9``."""
    package: str
    """Of a source package, or of a binary one: what the feed goes by."""
    cve: str
    form: Form = Form.RANGE
    low: str = ""
    """The first version that is affected; empty: all from the beginning."""
    fixed: str = ""
    """The version that mends it; of :attr:`Form.LISTED` that in unstable. Empty where there is none."""
    last: str = ""
    """The last version that is affected, where no one is known that mends it."""
    others: tuple[str, ...] = ()
    """Of :attr:`Form.LISTED`: versions in which it is mended too. Of :attr:`Form.RANGE`: versions that are affected
    beside the range."""
    binary: bool = False
    """Of :attr:`Form.LISTED`: the package may be a binary one."""
    here: bool = False
    """The fixed version can be had in this release."""
    urgency: str = ""
    """The vendor's word: ``high``, ``medium``, ``low``, ``unimportant``, ``end-of-life`` …"""
    remote: bool | None = None
    """Whether it can be used over the network; None where the feed does not know."""
    note: str = ""
    """Why there is no fix, in the vendor's words: ``no-dsa``, ``ignored``, ``takes Ubuntu Pro``."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """What a feed says of a vulnerability wherever it is."""

    cve: str
    text: str = ""
    score: float | None = None
    """CVSS base score, 0 to 10."""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Exploited:
    """What CISA says of a vulnerability that is being used by attackers."""

    cve: str
    added: str = ""
    """The day on which it was listed."""
    due: str = ""
    """The day until which US agencies have to mend it."""
    ransomware: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely it is that a vulnerability is used within 30 days, as EPSS has it."""

    cve: str
    score: float
    """0 to 1."""
    percentile: float = 0.0


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """One vulnerability of one source package on one host."""

    cve: str
    source: str
    installed: str
    """The version that is installed: of the source package, unless the feed goes by binary ones."""
    packages: tuple[str, ...]
    """The binary packages of it that are installed."""
    fixed: str = ""
    """The earliest known version that mends it; empty where none is known."""
    here: bool = False
    """That one can be had on this host."""
    urgency: str = ""
    remote: bool | None = None
    note: str = ""
    boot: bool = False
    """A kernel that has it mended is installed, and another one runs."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A vulnerability on a host, with what is known of it elsewhere."""

    found: Vulnerable
    severity: FindingSeverity
    cvss: float | None = None
    epss: float | None = None
    kev: str = ""
    """The day until which CISA wants it mended; empty where it is not listed there, ``listed`` without a day."""
    ransomware: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed that was read."""

    name: str
    """``debsecan bookworm``, ``kev``, ``epss``, ``osv Debian``."""
    kind: FeedKind
    dated_at: float | None
    """When its publisher made it, epoch seconds, as far as that is known."""
    imported_at: float
    imported_by: str
    sha: str
    size: int
    count: int
    """What it says: rules, or vulnerabilities where it has no rules."""
    note: str = ""
    """What was not understood."""
    places: tuple[str, ...] = ()
    """The releases that its rules are about."""

    @property
    def at(self) -> float:
        """From when on it grows old, epoch seconds."""
        return self.imported_at if self.dated_at is None else min(self.dated_at, self.imported_at)
