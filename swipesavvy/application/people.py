"""Use cases about people: add, disable, sign in and out, choose a password. The store and the hash are ports."""

import base64
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from swipesavvy.application.hashing import TOKEN_BYTES, Chance, PasswordHasher, fingerprint
from swipesavvy.domain.errors import DeniedError, UsageError
from swipesavvy.domain.people import (
    FAILURES_FORGOTTEN_AFTER,
    ONE_TIME_VALID,
    PASSWORD_LENGTH,
    Attempts,
    Person,
    after_attempt,
    clean_name,
    clean_password,
    locked_until,
    one_time_password,
    password_problem,
)
from swipesavvy.domain.roles import Role

# The same words for a wrong name, a wrong password, a disabled person, an expired one-time password and a
# name that has to wait: an attacker learns nothing, an honest person learns what to try.
REFUSED = "sign-in failed: check name and password; after several failures wait some minutes, or ask an administrator"
ENDED = "your session has ended; sign in again"


@dataclass(frozen=True)
class Credentials:
    """How a person proves to be that person; `expires_at` is set for one-time passwords only."""

    password_hash: str
    must_change: bool
    expires_at: datetime | None = None


@dataclass(frozen=True)
class SignIn:
    """One signed-in browser; the token itself is nowhere, only its fingerprint."""

    token_hash: str
    person_id: str
    created_at: datetime
    expires_at: datetime


class PeopleRows(Protocol):
    """People inside one transaction."""

    def add(self, person: Person, credentials: Credentials) -> bool:
        """Store a new person; False if the name is taken."""
        ...

    def named(self, name: str) -> tuple[Person, Credentials] | None:
        """The person of that name, locked until the transaction ends where it writes."""
        ...

    def all(self) -> list[Person]:
        """Everybody, by name."""
        ...

    def set_credentials(self, person_id: str, credentials: Credentials) -> None:
        """Replace how a person proves to be that person."""
        ...

    def set_disabled(self, person_id: str, at: datetime | None) -> None:
        """Disable from an instant on, or bring back with None."""
        ...


class SessionRows(Protocol):
    """Signed-in browsers inside one transaction."""

    def add(self, session: SignIn) -> None:
        """Store a new session."""
        ...

    def person(self, token_hash: str, now: datetime) -> Person | None:
        """The person of a session that has not ended by `now`; None for a disabled one."""
        ...

    def end(self, token_hash: str) -> None:
        """End one session; nothing happens if there is none."""
        ...

    def end_all(self, person_id: str, keep: str | None = None) -> None:
        """End every session of a person but the one whose fingerprint is `keep`."""
        ...

    def drop_expired(self, now: datetime) -> None:
        """Forget sessions that ended before `now`."""
        ...


class AttemptRows(Protocol):
    """Counted sign-in attempts inside one transaction, by fingerprint of the name typed."""

    def of(self, name_hash: str) -> Attempts:
        """The count so far, locked until the transaction ends."""
        ...

    def put(self, name_hash: str, attempts: Attempts) -> None:
        """Store a count."""
        ...

    def clear(self, name_hash: str) -> None:
        """Forget the count after a success."""
        ...

    def drop_before(self, instant: datetime) -> None:
        """Forget counts not touched since an instant."""
        ...


class PeopleUnit(Protocol):
    """One transaction as these use cases see it."""

    @property
    def people(self) -> PeopleRows:
        """People."""
        ...

    @property
    def sessions(self) -> SessionRows:
        """Sessions."""
        ...

    @property
    def attempts(self) -> AttemptRows:
        """Sign-in attempts."""
        ...


class PeopleStore(Protocol):
    """Opens transactions; `writing` commits when its block ends without an error."""

    def reading(self) -> AbstractContextManager[PeopleUnit]:
        """A consistent view."""
        ...

    def writing(self) -> AbstractContextManager[PeopleUnit]:
        """The one writer of the moment."""
        ...


@dataclass(frozen=True)
class _Proof:
    """A password that was right a moment ago."""

    person: Person
    credentials: Credentials
    name_hash: str
    stronger_hash: str | None


class People:
    """The use cases. `now` is always an aware instant given by the caller; passwords and tokens are never logged."""

    def __init__(self, store: PeopleStore, hasher: PasswordHasher, chance: Chance, session_hours: int) -> None:
        """`session_hours`: how long a sign-in lasts."""
        self._store = store
        self._hasher = hasher
        self._chance = chance
        self._session_length = timedelta(hours=session_hours)

    def add_user(self, name: str, role: Role, now: datetime) -> str:
        """Add a person; returns the one-time password. UsageError if the name is taken or is no name."""
        person = Person(self._chance(16).hex(), clean_name(name), role, must_change_password=True, created_at=now)
        password, credentials = self._one_time(now)
        with self._store.writing() as unit:
            if not unit.people.add(person, credentials):
                raise UsageError(f"{person.name} exists already; `user reset {person.name}` gives a new password")
        return password

    def reset_user(self, name: str, now: datetime) -> str:
        """A new one-time password for somebody known, disabled or not; their sessions end."""
        password, credentials = self._one_time(now)
        with self._store.writing() as unit:
            unit.attempts.clear(fingerprint(clean_name(name)))
            person, _ = _known(unit, name)
            unit.people.set_credentials(person.person_id, credentials)
            unit.people.set_disabled(person.person_id, None)
            unit.sessions.end_all(person.person_id)
        return password

    def set_password(self, name: str, password: str, now: datetime) -> None:
        """Give a known person a lasting password that need not be changed (demonstrations, provisioning)."""
        spelled = _checked(password, clean_name(name))
        stored = self._hasher.hash(spelled)
        with self._store.writing() as unit:
            person, _ = _known(unit, name)
            unit.people.set_credentials(person.person_id, Credentials(stored, must_change=False))
            unit.sessions.end_all(person.person_id)
            unit.sessions.drop_expired(now)

    def disable_user(self, name: str, now: datetime) -> None:
        """End somebody's access at once, open sessions included. UsageError if nobody has the name."""
        with self._store.writing() as unit:
            person, _ = _known(unit, name)
            if not person.is_disabled:
                unit.people.set_disabled(person.person_id, now)
            unit.sessions.end_all(person.person_id)

    def list_users(self) -> list[Person]:
        """Everybody, by name."""
        with self._store.reading() as unit:
            return unit.people.all()

    def sign_in(self, name: str, password: str, now: datetime) -> str:
        """Returns a session token; DeniedError with the same words whatever was wrong."""
        proof = self._proof(name, password, now)
        token = base64.urlsafe_b64encode(self._chance(TOKEN_BYTES)).rstrip(b"=").decode("ascii")
        session = SignIn(fingerprint(token), proof.person.person_id, now, now + self._session_length)
        with self._store.writing() as unit:
            _confirm(unit, proof)
            if proof.stronger_hash is not None:
                unit.people.set_credentials(
                    proof.person.person_id, replace(proof.credentials, password_hash=proof.stronger_hash)
                )
            unit.sessions.drop_expired(now)
            unit.sessions.add(session)
        return token

    def sign_out(self, token: str) -> None:
        """End one session; an unknown token is no error."""
        with self._store.writing() as unit:
            unit.sessions.end(fingerprint(token))

    def person_for(self, token: str, now: datetime) -> Person | None:
        """Who holds this token now: None after expiry, sign-out, disabling or a changed password elsewhere."""
        if not token:
            return None
        with self._store.reading() as unit:
            return unit.sessions.person(fingerprint(token), now)

    def change_password(self, token: str, current: str, new: str, now: datetime) -> Person:
        """The signed-in person chooses a password; every other session of theirs ends.

        DeniedError if the token is not valid or `current` is wrong (counted like a sign-in), UsageError with the
        reason if the new password is refused.
        """
        holder = self.person_for(token, now)
        if holder is None:
            raise DeniedError(ENDED)
        spelled = _checked(new, holder.name)
        if spelled == clean_password(current):
            raise UsageError("the new password is the old one; choose another")
        proof = self._proof(holder.name, current, now)
        stored = self._hasher.hash(spelled)
        with self._store.writing() as unit:
            _confirm(unit, proof)
            if unit.sessions.person(fingerprint(token), now) is None:
                raise DeniedError(ENDED)
            unit.people.set_credentials(holder.person_id, Credentials(stored, must_change=False))
            unit.sessions.end_all(holder.person_id, keep=fingerprint(token))
        return replace(holder, must_change_password=False)

    def _one_time(self, now: datetime) -> tuple[str, Credentials]:
        password = one_time_password(self._chance(20))
        return password, Credentials(self._hasher.hash(password), must_change=True, expires_at=now + ONE_TIME_VALID)

    def _proof(self, name: str, password: str, now: datetime) -> _Proof:
        """Check a password outside any transaction; the attempt counts before, so that parallel guesses count too."""
        try:
            spelled_name = clean_name(name)
        except UsageError:
            spelled_name = ""
        # What people type as a name is sometimes their password: only its fingerprint is kept.
        name_hash = fingerprint(spelled_name)
        with self._store.writing() as unit:
            unit.attempts.drop_before(now - FAILURES_FORGOTTEN_AFTER)
            attempts = unit.attempts.of(name_hash)
            wait = locked_until(attempts)
            is_waiting = wait is not None and now < wait
            if not is_waiting:
                unit.attempts.put(name_hash, after_attempt(attempts, now))
            found = unit.people.named(spelled_name)
        spelled = clean_password(password[: PASSWORD_LENGTH[1] + 1])
        is_right = self._hasher.matches(found[1].password_hash if found else None, spelled)
        if found is None or is_waiting or not is_right or not _may_enter(*found, now):
            raise DeniedError(REFUSED)
        person, credentials = found
        is_outdated = self._hasher.is_outdated(credentials.password_hash)
        return _Proof(person, credentials, name_hash, self._hasher.hash(spelled) if is_outdated else None)


def _confirm(unit: PeopleUnit, proof: _Proof) -> None:
    """Inside the writing transaction: nothing changed while the slow hash ran; the name's failures are forgotten.

    Attempts come before people in every transaction: where rows are locked, one order means no deadlock.
    """
    unit.attempts.clear(proof.name_hash)
    found = unit.people.named(proof.person.name)
    if found is None or found[0].is_disabled or found[1] != proof.credentials:
        raise DeniedError(REFUSED)


def _may_enter(person: Person, credentials: Credentials, now: datetime) -> bool:
    is_expired = credentials.expires_at is not None and now >= credentials.expires_at
    return not person.is_disabled and not is_expired


def _known(unit: PeopleUnit, name: str) -> tuple[Person, Credentials]:
    found = unit.people.named(clean_name(name))
    if found is None:
        raise UsageError(f"nobody is called {name!r}; `user list` shows who there is")
    return found


def _checked(password: str, name: str) -> str:
    spelled = clean_password(password)
    problem = password_problem(spelled, name)
    if problem:
        raise UsageError(problem)
    return spelled
