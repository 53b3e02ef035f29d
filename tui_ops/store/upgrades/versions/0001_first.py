"""The first schema: fleet, what is known now, and the audit chain with its triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LATEST_VALUES = (
    "cpu", "user", "system", "iowait", "steal", "memory", "swap", "load1", "load5", "load15", "cpus",
    "disk", "disk_busy", "net_rx", "net_tx", "psi_cpu", "psi_io", "psi_memory", "tcp", "retransmits",
    "files", "uptime_s", "clock_offset_s",
)  # fmt: skip


def upgrade() -> None:
    _inventory()
    _decided()
    _known()
    _audit()


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str, nullable: bool = False) -> "sa.Column[float]":
    return sa.Column(name, sa.Float(), nullable=nullable)


def _inventory() -> None:
    op.create_table("site", sa.Column("name", sa.String(), primary_key=True), _text("title"), _text("racks"))
    op.create_table(
        "host",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(_text(name) for name in ("key", "name", "address")),
        sa.Column("port", sa.Integer(), nullable=True),
        *(_text(name) for name in ("user", "via", "site", "rack", "groups", "labels")),
        *(_number(name) for name in ("period_s", "slow_period_s", "first_seen_at")),
        _number("retired_at", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_host_key", "host", ["key"])
    op.create_index("ix_host_name", "host", ["name"])
    op.create_table(
        "service",
        sa.Column("name", sa.String(), primary_key=True),
        *(_text(name) for name in ("title", "hosts", "depends_on")),
    )
    op.create_table(
        "operator",
        sa.Column("name", sa.String(), primary_key=True),
        *(_text(name) for name in ("role", "user", "title")),
    )
    op.create_index("ix_operator_user", "operator", ["user"])


def _decided() -> None:
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=False),
        _number("starts_at"),
        _number("ends_at"),
        _text("reason"),
        _text("by"),
        _number("ended_at", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_maintenance_host_id", "maintenance", ["host_id"])
    op.create_table(
        "hostkey",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=False),
        *(_text(name) for name in ("kind", "fingerprint", "public_key")),
        _number("seen_at", nullable=True),
        _number("trusted_at", nullable=True),
        _text("trusted_by"),
        _number("revoked_at", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("host_id", "fingerprint"),
    )
    op.create_index("ix_hostkey_host_id", "hostkey", ["host_id"])


def _known() -> None:
    op.create_table(
        "host_latest",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(_text(name) for name in ("state", "reason", "severity")),
        *(_number(name) for name in ("since_at", "tried_at", "tried_mono")),
        *(_number(name, nullable=True) for name in ("at", "mono", "next_at")),
        *(_text(name) for name in ("boot_id", "os", "kernel")),
        _number("poll_ms", nullable=True),
        *(_number(name, nullable=True) for name in LATEST_VALUES),
        sa.Column("sparks_minute", sa.Integer(), nullable=False),
        sa.Column("sparks", sa.LargeBinary(), nullable=False),
        # Last, since it is long and the fleet table reads past nothing that it does not show.
        _text("detail"),
    )
    op.create_index("ix_host_latest_version", "host_latest", ["version"])
    op.create_table(
        "section_latest",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("section", sa.String(), primary_key=True),
        *(_number(name) for name in ("period_s", "tried_at", "tried_mono")),
        *(_number(name, nullable=True) for name in ("at", "mono")),
        *(_text(name) for name in ("severity", "text", "document")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=False),
        _number("at"),
        _text("kind"),
        _text("text"),
    )
    op.create_index("ix_event_host_id", "event", ["host_id"])
    _engine()


def _engine() -> None:
    op.create_table(
        "engine_info",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(_text(name) for name in ("fleet", "source", "digest")),
        _number("loaded_at"),
        _text("version"),
        sa.Column("pid", sa.Integer(), nullable=False),
        _text("boot_id"),
        _number("started_at"),
        _number("stopped_at", nullable=True),
        *(_number(name) for name in ("beat_at", "beat_mono", "lag_ms", "polls_per_s")),
        sa.Column("hosts", sa.Integer(), nullable=False),
        _text("error"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        _number("at"),
        _text("who"),
        sa.Column("uid", sa.Integer(), nullable=False),
        *(_text(name) for name in ("origin", "action", "target", "params", "outcome", "previous", "hash")),
    )
    op.execute(
        "CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_counts BEFORE INSERT ON audit "
        "WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit) "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are numbered without a gap'); END"
    )
