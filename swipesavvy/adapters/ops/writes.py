"""The statements SQLAlchemy spells differently for each engine, and deleting without waiting for anybody."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from swipesavvy.adapters.ops.base import Base

Row = TypeVar("Row", bound=Base)


def insert_new(session: Session, table: type[Base], row: dict[str, Any]) -> bool:
    """Insert a row unless a unique key forbids it; whether it was inserted. Never raises a conflict."""
    key = table.__mapper__.primary_key[0]
    statement = _insert(session)(table).values(row).on_conflict_do_nothing().returning(key)
    return session.execute(statement).first() is not None


def insert_or_lock(session: Session, table: type[Row], row: dict[str, Any]) -> Row:
    """The row of this primary key, inserted if absent, locked until the transaction ends either way."""
    key = table.__mapper__.primary_key[0]
    statement = _insert(session)(table).values(row)
    locked = statement.on_conflict_do_update(index_elements=[key], set_={key.name: statement.excluded[key.name]})
    found: Row = session.scalars(locked.returning(table), execution_options={"populate_existing": True}).one()
    return found


def delete_free(session: Session, table: type[Base], condition: ColumnElement[bool]) -> None:
    """Delete matching rows nobody holds; the rest goes next time, so that two cleaners never wait for each other."""
    key = table.__mapper__.primary_key[0]
    free = select(key).where(condition).with_for_update(skip_locked=True)
    session.execute(delete(table).where(key.in_(free)), execution_options={"synchronize_session": False})


def _insert(session: Session) -> Any:
    # Two unrelated classes that happen to have the same methods.
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
