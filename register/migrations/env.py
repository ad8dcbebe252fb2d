"""Alembic's environment: runs on the connection that ``register.upgrade`` gives, in its transaction."""

from alembic import context

from register.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
