"""Findings, what checks said, acceptances, feeds, attestations."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Finding(SQLModel, table=True):
    """One weakness of a host, from first sight to verified gone. It is never deleted while its host is known."""

    __table_args__ = (
        UniqueConstraint("check", "host_id", "object", name="finding_identity"),
        Index("finding_in_state", "state", "priority"),
        Index("finding_of_host", "host_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    check: str
    host_id: int | None = Field(default=None, foreign_key="host.id")
    """None: it is about the fleet itself."""
    object: str = ""
    source: str = "check"
    kind: str
    severity: str
    title: str
    text: str = ""
    """What was there when it was last seen."""
    advice: str = ""
    state: str = "open"
    priority: int = 0
    """0 to 100; the reasons stand beside it."""
    reasons: str = "[]"
    """JSON list of ``[what, points]``."""
    data: str = "{}"
    """JSON object: package, versions, scores, ports."""
    evidence: str = "{}"
    """JSON object: what was read when it was last seen."""
    check_version: str = "1"
    owner: str = ""
    ticket: str = ""
    first_seen_at: float = 0.0
    """Kept for ever, whatever happens to it."""
    last_seen_at: float = 0.0
    looked_at: float = 0.0
    """When a reading last could have seen it."""
    opened_at: float = 0.0
    """When it was opened this time."""
    due_at: float | None = None
    closed_at: float | None = None
    returned: int = 0
    """How often it came back."""
    change_id: int | None = Field(default=None, foreign_key="change.id")
    acceptance_id: int | None = Field(default=None, foreign_key="acceptance.id")
    undo: str = ""
    """JSON: how the last act on it is taken back, and who did it; empty where nothing is."""
    revision: int = 1


class FindingLine(SQLModel, table=True):
    """One thing that happened to a finding."""

    __tablename__ = "finding_line"
    __table_args__ = (Index("line_of_finding", "finding_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    at: float
    kind: str
    who: str = ""
    text: str
    data: str = "{}"
    audit_id: int | None = None


class Acceptance(SQLModel, table=True):
    """A risk that is carried, or a finding that is none, until a day."""

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    kind: str = "accept"
    """``accept`` or ``false positive``."""
    check: str
    reason: str
    control: str = ""
    """What makes up for it meanwhile."""
    asked_by: str
    asked_uid: int | None = None
    """The account that asked: four eyes go by it, too."""
    asked_at: float
    approved_by: str = ""
    approved_at: float | None = None
    rejected_by: str = ""
    rejected_at: float | None = None
    answer: str = ""
    """What the approver said."""
    expires_at: float
    ended_at: float | None = None
    """When it ran out or was taken back."""
    ended_by: str = ""
    """Empty: it ran out."""
    solo: bool = False
    """Whether the one who asked also approved, as ``team: solo`` allows."""
    restart_due: bool = False
    """Whether its findings get a new due day when it ends; else they are as overdue as they would be without it."""
    warned: str = "[]"
    """JSON list of what was warned of: ``14`` and ``3``, days before its end; ``left bob``, who answered for it."""
    statement_id: int | None = Field(default=None, foreign_key="vex_statement.id")
    """Of OpenVEX, by which its findings are set aside; None: people did it."""
    revision: int = 1


class CheckVerdict(SQLModel, table=True):
    """What a check says of a host now."""

    __tablename__ = "check_verdict"
    __table_args__ = (Index("verdict_of_check", "check", "result"),)

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    check: str = Field(primary_key=True)
    result: str
    text: str = ""
    check_version: str = "1"
    read_at: float | None = None
    """When the oldest of what it judges was read; None where nothing was."""
    judged_at: float = 0.0
    since_at: float = 0.0
    """Since when the result is this one."""
    needs: str = "[]"
    """JSON list: lines of root that would make it known."""
    evidence: str = "{}"


class Baseline(SQLModel, table=True):
    """What is meant to be on a host: listeners, keys, programs with the rights of their owner."""

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    kind: str = Field(primary_key=True)
    """``listeners``, ``keys``, ``suid``."""
    items: str = "[]"
    """JSON list of names."""
    set_at: float = 0.0
    set_by: str = ""
    """Empty: the first reading of it."""
    revision: int = 1


class LoginSource(SQLModel, table=True):
    """From where somebody logged in, or tried to."""

    __tablename__ = "login_source"

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    source: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    first_at: float = 0.0
    last_at: float = 0.0
    good: int = 0
    failed: int = 0
    failed_day: int = 0
    """Of the last 24 hours."""


class Feed(SQLModel, table=True):
    """What is known of vulnerabilities, as a file brought it. The entries themselves lie beside the database."""

    name: str = Field(primary_key=True)
    """``debsecan bookworm``, ``kev``, ``epss``, ``osv Debian``."""
    kind: str
    dated_at: float | None = None
    """When its publisher made it, as far as it says."""
    imported_at: float = 0.0
    imported_by: str = ""
    sha: str = ""
    size: int = 0
    count: int = 0
    note: str = ""
    """What was not understood."""


class HostVulnerabilities(SQLModel, table=True):
    """What a host is vulnerable to by the feeds, all of it: what can be mended here, and what is only known."""

    __tablename__ = "host_vulnerabilities"

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    state: str = "ok"
    """``ok``; ``partial`` where not all packages could be read; ``unknown`` where no feed says anything."""
    text: str = ""
    """Why it is not ok, or what else is to be said."""
    place: str = ""
    """The release that it was judged as: ``debian/bookworm``."""
    feed: str = ""
    """That judged it."""
    feed_at: float | None = None
    """From when on that one grows old."""
    read_at: float | None = None
    """When the packages were read that were judged."""
    matched_at: float = 0.0
    digest: str = ""
    """Of what was judged, and by what: the same is not judged again."""
    fixable: int = 0
    """Vulnerabilities with a fix here, one for each source package."""
    waiting: int = 0
    """Known ones without a fix here."""
    unimportant: int = 0
    """Those that the vendor calls so, fixed here or not; they are counted nowhere else."""
    kev: int = 0
    """Those that are used by attackers, of all."""
    worst: str = ""
    """The worst severity of those with a fix here; empty where there are none."""
    items: bytes = b""
    """JSON, deflated: a list of rows, as ``store/vulnerabilities.py`` packs them."""


class ScanImport(SQLModel, table=True):
    """A report of another scanner that was taken in."""

    __tablename__ = "scan_import"

    id: int | None = Field(default=None, primary_key=True)
    tool: str
    tool_version: str = ""
    host_id: int | None = Field(default=None, foreign_key="host.id")
    file: str = ""
    sha: str = ""
    reported_at: float | None = None
    at: float = 0.0
    by: str = ""
    found: int = 0
    note: str = ""
    """What was not understood."""


class VexStatement(SQLModel, table=True):
    """What a document of OpenVEX says of one vulnerability, kept for findings that come later: a row for each name."""

    __tablename__ = "vex_statement"

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="scan_import.id", index=True)
    """The file, who brought it in, and when."""
    name: str = Field(index=True)
    """Of the vulnerability, in capitals."""
    status: str
    why: str = ""
    products: str = "[]"
    """JSON list of ``[package, version, within]``."""
    host_id: int | None = Field(default=None, foreign_key="host.id")
    """The host that it was said to be for; None: all."""
    source: str = ""
    """Who says so."""
    by_uid: int | None = None
    """The account of the approver who brought it in."""
    at: float
    expires_at: float
    ended_at: float | None = None
    """When somebody took it back."""
    ended_by: str = ""


class Attestation(SQLModel, table=True):
    """Somebody's word, with its proof, that a control is met which no machine can check."""

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    framework: str = Field(index=True)
    control: str
    scope: str = ""
    """A group or site; empty: everything."""
    owner: str
    text: str = ""
    met: bool = True
    applies: bool = True
    """False: it is about nothing that there is here."""
    file: str = ""
    file_sha: str = ""
    dated_at: float | None = None
    """Of the proof."""
    review_at: float | None = None
    """Until when it counts."""
    by: str = ""
    at: float = 0.0
    ended_at: float | None = None
    revision: int = 1


class AuditRun(SQLModel, table=True):
    """What a framework came to at one moment, kept as it was."""

    __tablename__ = "audit_run"

    id: int | None = Field(default=None, primary_key=True)
    framework: str = Field(index=True)
    scope: str = ""
    at: float = 0.0
    by: str = ""
    score: float | None = None
    coverage: float = 0.0
    sha: str = ""
    """Of the document."""
    document: bytes = b""
    """JSON, deflated: each control with its verdicts, readings, times and versions."""


class FrameworkText(SQLModel, table=True):
    """A framework that the inventory in force shows; readers open no folder that an inventory names."""

    __tablename__ = "framework_text"

    name: str = Field(primary_key=True)
    """Its own, or that of its file where it can't be read."""
    body: str = ""
    """YAML, as it lies in the folder of the inventory; empty for one that ships."""
    wrong: str = ""
    """Why its file can't be used; empty where it can. With a body beside it, that of before stands."""
    file: str = ""
    """The path of the file; empty for one that ships."""


class FindingDay(SQLModel, table=True):
    """How many findings there were at the end of a day: what trends are drawn from."""

    __tablename__ = "finding_day"

    day: str = Field(primary_key=True)
    """``2026-11-29``, UTC."""
    severity: str = Field(primary_key=True)
    live: int = 0
    aside: int = 0
    overdue: int = 0
    opened: int = 0
    closed: int = 0
