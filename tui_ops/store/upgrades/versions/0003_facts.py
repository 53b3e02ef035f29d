"""Facts of hosts and their differences."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "fact",
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), primary_key=True),
        sa.Column("topic", sa.String(), primary_key=True),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("period_s", "tried_at")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("at", "changed_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("text", "needs", "unread", "unread_fields")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("count", "cut")),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "difference",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("host.id"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("topic", "item")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("at", "since_at")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("before", "after")),
    )
    op.create_index("ix_difference_at", "difference", ["at"])
    op.create_index("difference_of_host", "difference", ["host_id", "at"])
