"""Alembic runs this module: it migrates on the connection and inside the transaction `migrate.upgrade` has opened."""

from alembic import context

from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.store import Unit  # noqa: F401 - brings every table into the metadata

connection = context.config.attributes["connection"]
# Batch mode: SQLite cannot alter a table in place. Transactional DDL holds on both engines here, because the
# transaction is ours and begins explicitly: a killed upgrade leaves nothing behind.
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
