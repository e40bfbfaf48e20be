"""When the store is brought to its newest shape: one process at a time, all or nothing. How: `revisions`."""

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, inspect, text

from swipesavvy.adapters.ops.engine import WRITES
from swipesavvy.adapters.ops.migrations import HEAD
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.home import Home

LOCK_SECONDS = 60
# Any fixed number: homes on one PostgreSQL server upgrade one after the other, also from several machines.
ADVISORY_LOCK = 0x53_77_69_70


def upgrade(engine: Engine, home: Home, schema: str | None) -> None:
    """Upgrade to the newest revision; cheap when already there.

    BadInputError if the store was written by a newer version of this program, BusyError if another process has been
    upgrading it for a minute.
    """
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return
    home.root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home.ops_lock_file, timeout=LOCK_SECONDS):
            _upgrade_alone(engine, home, schema)
    except Timeout:
        raise BusyError(
            f"{home.root}: another process has been upgrading the operational store for {LOCK_SECONDS} seconds; "
            "wait for it, or end it"
        ) from None


def _upgrade_alone(engine: Engine, home: Home, schema: str | None) -> None:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if schema is not None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        # Imported here: Alembic costs half a second that a store already there need not pay.
        from swipesavvy.adapters.ops.revisions import upgrade_to_newest

        upgrade_to_newest(connection, revision(connection), home)


def revision(connection: Connection) -> str | None:
    """The revision a store has now, or None for an empty one."""
    # Asked at every start: without Alembic's own reader, which logs two lines each time.
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
