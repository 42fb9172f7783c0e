"""How Alembic runs the migrations: on the connection it is handed, inside that connection's transaction.

A new migration is a new file in `versions/`, named and written like the one before it.
"""

from alembic import context

from openlumbar.records.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
