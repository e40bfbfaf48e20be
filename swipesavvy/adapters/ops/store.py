"""Transactions on the operational store, and how it is opened. A new noun adds one property to `Unit`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from swipesavvy.adapters.ops.alerts import AlertsTable
from swipesavvy.adapters.ops.api_keys import ApiKeysTable
from swipesavvy.adapters.ops.attempts import AttemptsTable
from swipesavvy.adapters.ops.engine import WRITES, home_schema, ops_engine
from swipesavvy.adapters.ops.migrate import upgrade
from swipesavvy.adapters.ops.people import PeopleTable
from swipesavvy.adapters.ops.sessions import SessionsTable
from swipesavvy.application.alert_findings import StoreUse
from swipesavvy.domain.errors import BadInputError, BusyError
from swipesavvy.settings import Settings


@dataclass(frozen=True)
class Unit:
    """One transaction: every noun's rows see the same state and are committed together."""

    session: Session

    @property
    def people(self) -> PeopleTable:
        """People."""
        return PeopleTable(self.session)

    @property
    def sessions(self) -> SessionsTable:
        """Signed-in browsers."""
        return SessionsTable(self.session)

    @property
    def attempts(self) -> AttemptsTable:
        """Sign-in attempts."""
        return AttemptsTable(self.session)

    @property
    def keys(self) -> ApiKeysTable:
        """API keys."""
        return ApiKeysTable(self.session)

    @property
    def alerts(self) -> AlertsTable:
        """Alerts and what is to be told about them."""
        return AlertsTable(self.session)


class OpsStore:
    """The store of one home; safe to share between threads, one per process is enough."""

    def __init__(self, engine: Engine) -> None:
        """`engine` is on a store of the newest shape (`open_ops` sees to that)."""
        self.engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._counting = Lock()
        self._use = StoreUse(0, 0)

    @property
    def use(self) -> StoreUse:
        """Transactions begun since this store was opened, and those the database let down."""
        return self._use

    @contextmanager
    def _asking(self) -> Iterator[None]:
        failed = 0
        try:
            yield
        except OperationalError:
            failed = 1
            raise
        finally:
            with self._counting:
                self._use = StoreUse(self._use.requests + 1, self._use.failures + failed)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """A consistent view; nothing is written."""
        with _plainly(), self._asking(), Session(self.engine) as session:
            yield Unit(session)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """A transaction that may write: committed at the end of the block, rolled back on any error.

        Keep it short: on SQLite it is the only writer. BusyError if another writer holds on for too long.
        """
        with _plainly(), self._asking(), Session(self._writer) as session, session.begin():
            yield Unit(session)

    def ping(self) -> str:
        """The kind of store, after asking it something."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return self.engine.dialect.name

    def close(self) -> None:
        """Give all connections back; a closed store opens new ones if used again."""
        self.engine.dispose()


@contextmanager
def _plainly() -> Iterator[None]:
    """The driver's "locked" or "cannot connect" as one line; the address in it is left out."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "unknown reason"
        raise BusyError(f"the operational store does not answer ({reason}); try again, or look at `config`") from error
    except DatabaseError as error:
        if "not a database" not in str(error.orig) and "malformed" not in str(error.orig):
            raise
        raise BadInputError(f"the operational store is damaged ({error.orig}); restore ops.db from a backup") from error


def open_ops(settings: Settings) -> OpsStore:
    """This home's store, created or upgraded to its newest shape under a lock. Close it when done."""
    home = settings.paths()
    address = settings.database_url.get_secret_value() if settings.database_url else None
    engine = ops_engine(home, address)
    try:
        with _plainly():
            upgrade(engine, home, home_schema(home) if address is not None else None)
    except BaseException:
        engine.dispose()
        raise
    return OpsStore(engine)
