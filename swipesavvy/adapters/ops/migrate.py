"""Brings the operational store to its newest shape: one process at a time, all or nothing, and never backwards."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, inspect, text

from swipesavvy.adapters.ops.engine import WRITES
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

LOG = logging.getLogger(__name__)
LOCK_SECONDS = 60
# Any fixed number: homes on one PostgreSQL server upgrade one after the other, also from several machines.
ADVISORY_LOCK = 0x53_77_69_70


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the packaged migrations, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, home: Home, schema: str | None) -> None:
    """Upgrade to the newest revision; cheap when already there.

    BadInputError if the store was written by a newer version of this program.
    """
    script = ScriptDirectory.from_config(alembic_config())
    head = script.get_current_head()
    with engine.connect() as connection:
        if _revision(connection) == head:
            return
    home.root.mkdir(parents=True, exist_ok=True)
    with (
        FileLock(home.ops_lock_file, timeout=LOCK_SECONDS),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        if schema is not None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        found = _revision(connection)
        if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
            raise BadInputError(
                f"{home.root}: the operational store has revision {found}, which this version does not know; "
                "install the version that wrote it, or a newer one"
            )
        command.upgrade(alembic_config(connection), "head")
        LOG.info("operational store upgraded from %s to %s", found or "nothing", head)


def _revision(connection: Connection) -> str | None:
    # Asked at every start: without Alembic's own reader, which logs two lines each time.
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
