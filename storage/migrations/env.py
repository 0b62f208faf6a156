"""Alembic's entry: the connection, and the transaction it is in, come from `storage.schema`."""

from alembic import context

from storage.schema import comparison

context.configure(connection=context.config.attributes["connection"], **comparison())
context.run_migrations()
