"""People: the table and its rows as the use cases see them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.writes import insert_new
from swipesavvy.application.people import Credentials
from swipesavvy.domain.people import Person
from swipesavvy.domain.roles import Role


class PersonRow(Base):
    """One row per person who ever could sign in; nobody is deleted, so that old decisions keep their author."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("name = lower(name)", "name_lower"),)

    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(32))
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool]
    password_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


def as_person(row: PersonRow) -> Person:
    """The value the rest of the product knows."""
    return Person(
        person_id=row.person_id,
        name=row.name,
        role=Role(row.role),
        must_change_password=row.must_change_password,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


class PeopleTable:
    """People inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, person: Person, credentials: Credentials) -> bool:
        """Store a new person; False if the name is taken."""
        row = {
            "person_id": person.person_id,
            "name": person.name,
            "role": person.role.value,
            "password_hash": credentials.password_hash,
            "must_change_password": credentials.must_change,
            "password_expires_at": credentials.expires_at,
            "created_at": person.created_at,
            "disabled_at": person.disabled_at,
        }
        return insert_new(self._session, PersonRow, row)

    def named(self, name: str) -> tuple[Person, Credentials] | None:
        """The person of that name, locked until the transaction ends."""
        row = self._session.scalar(select(PersonRow).where(PersonRow.name == name).with_for_update())
        if row is None:
            return None
        return as_person(row), Credentials(row.password_hash, row.must_change_password, row.password_expires_at)

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return [as_person(row) for row in self._session.scalars(select(PersonRow).order_by(PersonRow.name))]

    def set_credentials(self, person_id: str, credentials: Credentials) -> None:
        """Replace how a person proves to be that person."""
        self._session.execute(
            update(PersonRow)
            .where(PersonRow.person_id == person_id)
            .values(
                password_hash=credentials.password_hash,
                must_change_password=credentials.must_change,
                password_expires_at=credentials.expires_at,
            )
        )

    def set_disabled(self, person_id: str, at: datetime | None) -> None:
        """Disable from an instant on, or bring back with None."""
        self._session.execute(update(PersonRow).where(PersonRow.person_id == person_id).values(disabled_at=at))
