"""API keys: the table and its rows as the use cases see them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.writes import insert_new
from swipesavvy.domain.keys import ApiKey, Scope


class ApiKeyRow(Base):
    """One row per key ever given; a revoked one stays, and its name may be used again."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("rate_per_minute > 0", "rate_positive"),
        Index(
            "uq_api_keys_name_in_force",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(64))
    rate_per_minute: Mapped[int]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


def as_key(row: ApiKeyRow) -> ApiKey:
    """The value the rest of the product knows."""
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=frozenset(Scope(word) for word in row.scopes.split()),
        rate_per_minute=row.rate_per_minute,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


class ApiKeysTable:
    """API keys inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: ApiKey, secret_hash: str) -> bool:
        """Store a new key; False if a key in force has the name."""
        row = {
            "key_id": key.key_id,
            "name": key.name,
            "secret_hash": secret_hash,
            "scopes": " ".join(sorted(key.scopes)),
            "rate_per_minute": key.rate_per_minute,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        return insert_new(self._session, ApiKeyRow, row)

    def revoke(self, name: str, now: datetime) -> bool:
        """End the key in force of that name; False if there is none."""
        ended = self._session.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.name == name, ApiKeyRow.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(ApiKeyRow.key_id)
        )
        return ended.first() is not None

    def by_secret(self, secret_hash: str) -> ApiKey | None:
        """The key of a fingerprint, revoked or not."""
        row = self._session.scalar(select(ApiKeyRow).where(ApiKeyRow.secret_hash == secret_hash))
        return None if row is None else as_key(row)

    def all(self) -> list[ApiKey]:
        """Every key ever given, by name and age."""
        ordered = select(ApiKeyRow).order_by(ApiKeyRow.name, ApiKeyRow.created_at)
        return [as_key(row) for row in self._session.scalars(ordered)]
