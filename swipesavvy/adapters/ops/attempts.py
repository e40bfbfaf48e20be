"""Counted sign-in attempts: the table and its rows as the use cases see them."""

from datetime import datetime

from sqlalchemy import String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.writes import delete_free, insert_or_lock
from swipesavvy.domain.people import Attempts


class AttemptRow(Base):
    """One row per name somebody tried, by its fingerprint, whether such a person exists or not."""

    __tablename__ = "sign_in_attempts"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime | None] = mapped_column(index=True)


class AttemptsTable:
    """Attempts inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, name_hash: str) -> Attempts:
        """The count so far, locked until the transaction ends."""
        row = insert_or_lock(self._session, AttemptRow, {"name_hash": name_hash, "failures": 0, "last_at": None})
        return Attempts(row.failures, row.last_at)

    def put(self, name_hash: str, attempts: Attempts) -> None:
        """Store a count."""
        self._session.execute(
            update(AttemptRow)
            .where(AttemptRow.name_hash == name_hash)
            .values(failures=attempts.failures, last_at=attempts.last_at)
        )

    def clear(self, name_hash: str) -> None:
        """Forget the count after a success."""
        self._session.execute(delete(AttemptRow).where(AttemptRow.name_hash == name_hash))

    def drop_before(self, instant: datetime) -> None:
        """Forget counts not touched since an instant."""
        delete_free(self._session, AttemptRow, AttemptRow.last_at < instant)
