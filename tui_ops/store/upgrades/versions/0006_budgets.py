"""Error budgets of services, and which job backs up which hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "slo",
        sa.Column("service", sa.String(), primary_key=True),
        sa.Column("measured_by", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("target", "over_s", "good_s", "bad_s", "unknown_s")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("burn_5m", "burn_1h", "burn_6h", "bad_at")),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("freeze_id", sa.Integer(), sa.ForeignKey("freeze.id"), nullable=True),
    )
    op.create_table(
        "slo_day",
        sa.Column("service", sa.String(), primary_key=True),
        sa.Column("day", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("good", "bad")),
    )
    op.add_column("heartbeat", sa.Column("last_good_at", sa.Float(), nullable=True))
    op.add_column("heartbeat", sa.Column("rpo_s", sa.Float(), nullable=True))
    op.add_column("heartbeat", sa.Column("backs_up", sa.String(), nullable=False, server_default="[]"))
    op.execute("UPDATE heartbeat SET last_good_at = last_at WHERE last_ok")
