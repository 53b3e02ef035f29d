"""Findings, what checks said, acceptances, feeds, attestations."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _scan_import()
    _vex_statement()
    _acceptance()
    _finding()
    _finding_line()
    _check_verdict()
    _baseline()
    _login_source()
    _feed()
    _host_vulnerabilities()
    _attestation()
    _audit_run()
    _framework_text()
    _finding_day()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _times(*names: str, optional: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float(), nullable=optional) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _refers(name: str, table: str, optional: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=optional)


def _acceptance() -> None:
    op.create_table(
        "acceptance",
        _id(),
        *_numbers("version"),
        *_texts("kind", "check", "reason", "control", "asked_by"),
        sa.Column("asked_uid", sa.Integer(), nullable=True),
        *_times("asked_at"),
        *_texts("approved_by"),
        *_times("approved_at", optional=True),
        *_texts("rejected_by"),
        *_times("rejected_at", optional=True),
        *_texts("answer"),
        *_times("expires_at"),
        *_times("ended_at", optional=True),
        *_texts("ended_by"),
        sa.Column("solo", sa.Boolean(), nullable=False),
        sa.Column("restart_due", sa.Boolean(), nullable=False),
        *_texts("warned"),
        _refers("statement_id", "vex_statement"),
        *_numbers("revision"),
    )
    op.create_index("ix_acceptance_version", "acceptance", ["version"])


def _finding() -> None:
    op.create_table(
        "finding",
        _id(),
        *_numbers("version"),
        *_texts("check"),
        _refers("host_id", "host"),
        *_texts("object", "source", "kind", "severity", "title", "text", "advice", "state"),
        *_numbers("priority"),
        *_texts("reasons", "data", "evidence", "check_version", "owner", "ticket"),
        *_times("first_seen_at", "last_seen_at", "looked_at", "opened_at"),
        *_times("due_at", "closed_at", optional=True),
        *_numbers("returned"),
        _refers("change_id", "change"),
        _refers("acceptance_id", "acceptance"),
        *_texts("undo"),
        *_numbers("revision"),
        sa.UniqueConstraint("check", "host_id", "object", name="finding_identity"),
    )
    op.create_index("ix_finding_version", "finding", ["version"])
    op.create_index("finding_in_state", "finding", ["state", "priority"])
    op.create_index("finding_of_host", "finding", ["host_id"])


def _finding_line() -> None:
    op.create_table(
        "finding_line",
        _id(),
        _refers("finding_id", "finding", optional=False),
        *_times("at"),
        *_texts("kind", "who", "text", "data"),
        sa.Column("audit_id", sa.Integer(), nullable=True),
    )
    op.create_index("line_of_finding", "finding_line", ["finding_id", "at"])


def _check_verdict() -> None:
    op.create_table(
        "check_verdict",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("check", sa.String(), primary_key=True),
        *_texts("result", "text", "check_version"),
        *_times("read_at", optional=True),
        *_times("judged_at", "since_at"),
        *_texts("needs", "evidence"),
    )
    op.create_index("verdict_of_check", "check_verdict", ["check", "result"])


def _baseline() -> None:
    op.create_table(
        "baseline",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        *_texts("items"),
        *_times("set_at"),
        *_texts("set_by"),
        *_numbers("revision"),
    )


def _login_source() -> None:
    op.create_table(
        "login_source",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("account", sa.String(), primary_key=True),
        *_times("first_at", "last_at"),
        *_numbers("good", "failed", "failed_day"),
    )


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("name", sa.String(), primary_key=True),
        *_texts("kind"),
        *_times("dated_at", optional=True),
        *_times("imported_at"),
        *_texts("imported_by", "sha"),
        *_numbers("size", "count"),
        *_texts("note"),
    )


def _host_vulnerabilities() -> None:
    op.create_table(
        "host_vulnerabilities",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        *_texts("state", "text", "place", "feed"),
        *_times("feed_at", "read_at", optional=True),
        *_times("matched_at"),
        *_texts("digest"),
        *_numbers("fixable", "waiting", "unimportant", "kev"),
        *_texts("worst"),
        sa.Column("items", sa.LargeBinary(), nullable=False),
    )


def _scan_import() -> None:
    op.create_table(
        "scan_import",
        _id(),
        *_texts("tool", "tool_version"),
        _refers("host_id", "host"),
        *_texts("file", "sha"),
        *_times("reported_at", optional=True),
        *_times("at"),
        *_texts("by"),
        *_numbers("found"),
        *_texts("note"),
    )


def _vex_statement() -> None:
    op.create_table(
        "vex_statement",
        _id(),
        _refers("import_id", "scan_import", optional=False),
        *_texts("name", "status", "why", "products"),
        _refers("host_id", "host"),
        *_texts("source"),
        sa.Column("by_uid", sa.Integer(), nullable=True),
        *_times("at", "expires_at"),
        *_times("ended_at", optional=True),
        *_texts("ended_by"),
    )
    op.create_index("ix_vex_statement_import_id", "vex_statement", ["import_id"])
    op.create_index("ix_vex_statement_name", "vex_statement", ["name"])


def _attestation() -> None:
    op.create_table(
        "attestation",
        _id(),
        *_numbers("version"),
        *_texts("framework", "control", "scope", "owner", "text"),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        *_texts("file", "file_sha"),
        *_times("dated_at", "review_at", optional=True),
        *_texts("by"),
        *_times("at"),
        *_times("ended_at", optional=True),
        *_numbers("revision"),
    )
    op.create_index("ix_attestation_version", "attestation", ["version"])
    op.create_index("ix_attestation_framework", "attestation", ["framework"])


def _audit_run() -> None:
    op.create_table(
        "audit_run",
        _id(),
        *_texts("framework", "scope"),
        *_times("at"),
        *_texts("by"),
        *_times("score", optional=True),
        *_times("coverage"),
        *_texts("sha"),
        sa.Column("document", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_audit_run_framework", "audit_run", ["framework"])


def _framework_text() -> None:
    op.create_table(
        "framework_text", sa.Column("name", sa.String(), primary_key=True), *_texts("body", "wrong", "file")
    )


def _finding_day() -> None:
    op.create_table(
        "finding_day",
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("severity", sa.String(), primary_key=True),
        *_numbers("live", "aside", "overdue", "opened", "closed"),
    )
