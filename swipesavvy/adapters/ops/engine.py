"""Connections of the operational store: SQLite by default, PostgreSQL by address; transactions that never deadlock.

SQLite: WAL, full sync, foreign keys on, and `BEGIN IMMEDIATE` for everything that writes: a transaction that reads
first and writes later fails at once, whatever the busy timeout, when another writer came between.
PostgreSQL: one schema per home, so that two homes on one server never share anything.
"""

import os
import re
import secrets
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home

WRITES = "swipesavvy_writes"
BUSY_SECONDS = 15
POSTGRES_DRIVER = "postgresql+psycopg"
SCHEMA_NAME = re.compile(r"home_[0-9a-f]{16}")


def ops_engine(home: Home, database_url: str | None) -> Engine:
    """An engine on this home's operational store; nothing is created in it yet.

    BadInputError if the address is not one of PostgreSQL.
    """
    if database_url is None:
        return _sqlite_engine(home.ops_file)
    return _postgres_engine(_postgres_url(database_url), home_schema(home))


def home_schema(home: Home) -> str:
    """The PostgreSQL schema of this home: drawn once, kept in the home, so that it survives a move or a restore."""
    file = home.ops_schema_file
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
        draft.write_text(f"home_{secrets.token_hex(8)}\n", encoding="ascii")
        try:
            # A link never replaces: of two processes that start together one wins and both read the same name.
            file.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    name = file.read_text(encoding="utf-8").strip()
    if not SCHEMA_NAME.fullmatch(name):
        raise BadInputError(f"{file}: {name[:40]!r} is no schema name (home_ and 16 hex digits); restore the file")
    return name


def _sqlite_engine(file: Path) -> Engine:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Created here, readable for the owner only: SQLite gives its -wal and -shm files the same mode.
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    assert isinstance(connection, SqliteConnection)  # noqa: S101 - tells the type checker which driver this is
    # The driver must not open transactions by itself: `_begin_sqlite` says how they begin.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _postgres_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    # The address may hold a password: it is never repeated in a message.
    if url is None or url.get_backend_name() not in {"postgresql", "postgres"}:
        raise BadInputError(
            "SWIPESAVVY_DATABASE_URL is no address of PostgreSQL; use postgresql://user:password@host:5432/database, "
            "or unset it for SQLite in the home"
        )
    return url.set(drivername=POSTGRES_DRIVER)


def _postgres_engine(url: URL, schema: str) -> Engine:
    options = f"-csearch_path={schema} -ctimezone=UTC -clock_timeout={BUSY_SECONDS}s"
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options, "connect_timeout": 10})
