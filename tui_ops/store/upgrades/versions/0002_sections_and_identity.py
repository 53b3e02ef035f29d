"""Numbers of slow sections beside their document; one live host a key and a name, kept by the database."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("section_latest", sa.Column("detail", sa.String(), nullable=False, server_default="{}"))
    for column in ("key", "name"):
        # Two live hosts of one key or name can't both be meant: the younger is what the inventory says now.
        op.execute(
            f"UPDATE host SET retired_at = CAST(strftime('%s', 'now') AS REAL) "  # noqa: S608
            "WHERE retired_at IS NULL AND EXISTS "
            f"(SELECT 1 FROM host AS other WHERE other.{column} = host.{column} AND other.retired_at IS NULL "
            f"AND other.id > host.id)"
        )
        op.create_index(
            f"host_live_{column}", "host", [column], unique=True, sqlite_where=sa.text("retired_at IS NULL")
        )
