"""Run by Alembic: migrate over the connection that `vaultra_adapters.postgres.migrate` hands in."""

from alembic import context

from vaultra_adapters.postgres.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
