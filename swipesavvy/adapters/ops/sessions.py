"""Signed-in browsers: the table and its rows as the use cases see them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.people import PersonRow, as_person
from swipesavvy.adapters.ops.writes import delete_free
from swipesavvy.application.people import SignIn
from swipesavvy.domain.people import Person


class SessionRow(Base):
    """One row per signed-in browser; it is deleted when it ends."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.person_id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionsTable:
    """Sessions inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, session: SignIn) -> None:
        """Store a new session."""
        self._session.add(
            SessionRow(
                token_hash=session.token_hash,
                person_id=session.person_id,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        )
        self._session.flush()

    def person(self, token_hash: str, now: datetime) -> Person | None:
        """The person of a session that has not ended by `now`; None for a disabled one."""
        row = self._session.scalar(
            select(PersonRow)
            .join(SessionRow, SessionRow.person_id == PersonRow.person_id)
            .where(SessionRow.token_hash == token_hash, SessionRow.expires_at > now, PersonRow.disabled_at.is_(None))
        )
        return None if row is None else as_person(row)

    def end(self, token_hash: str) -> None:
        """End one session; nothing happens if there is none."""
        self._session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    def end_all(self, person_id: str, keep: str | None = None) -> None:
        """End every session of a person but the one whose fingerprint is `keep`."""
        ended = delete(SessionRow).where(SessionRow.person_id == person_id)
        self._session.execute(ended if keep is None else ended.where(SessionRow.token_hash != keep))

    def drop_expired(self, now: datetime) -> None:
        """Forget sessions that ended before `now`."""
        delete_free(self._session, SessionRow, SessionRow.expires_at <= now)
