"""Run by Alembic: applies the upgrades on the connection that ``store.upgrade`` hands over.

The connection is inside a transaction already, so either all upgrades happen or none.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
