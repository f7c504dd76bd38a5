"""What Alembic runs for each upgrade, by this name: the versions, on the connection that it was handed."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
