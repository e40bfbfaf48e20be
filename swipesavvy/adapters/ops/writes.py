"""The one statement SQLAlchemy spells differently for each engine: insert unless there already."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from swipesavvy.adapters.ops.base import Base


def insert_new(session: Session, table: type[Base], row: dict[str, Any]) -> bool:
    """Insert a row unless a unique key forbids it; whether it was inserted. Never raises a conflict."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = table.__mapper__.primary_key[0]
    statement = insert(table).values(row).on_conflict_do_nothing().returning(key)
    return session.execute(statement).first() is not None
