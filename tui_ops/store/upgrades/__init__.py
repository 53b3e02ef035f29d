"""The upgrades of ``ops.db``: Alembic's environment and one file a schema, shipped in the wheel."""
