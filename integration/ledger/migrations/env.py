"""Runs the migrations on the connection that ``schema.migrate`` opened and locked; there is no other way in."""

from alembic import context

from integration.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite, too, undoes a migration that was interrupted, since we begin the transaction ourselves.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
