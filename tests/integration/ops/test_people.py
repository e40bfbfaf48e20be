import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from swipesavvy.adapters.ops import OpsStore
from swipesavvy.adapters.ops.attempts import AttemptRow
from swipesavvy.adapters.ops.people import PersonRow
from swipesavvy.adapters.ops.sessions import SessionRow
from swipesavvy.adapters.passwords import Argon2Hasher
from swipesavvy.application.people import REFUSED, People
from swipesavvy.domain.errors import DeniedError, UsageError
from swipesavvy.domain.people import FREE_FAILURES, ONE_TIME_VALID
from swipesavvy.domain.roles import Role

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LASTING = "a lasting password"


@pytest.fixture
def people(store: OpsStore) -> People:
    """The use cases with a quick hash."""
    return People(
        store, Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1), secrets.token_bytes, session_hours=12
    )


@pytest.fixture
def ana(people: People) -> str:
    """Somebody with a lasting password."""
    people.add_user("ana", Role.CMO, NOW)
    people.set_password("ana", LASTING, NOW)
    return "ana"


def refused(people: People, name: str, password: str, now: datetime) -> bool:
    """Whether a sign-in fails, in the one way it may."""
    try:
        people.sign_in(name, password, now)
    except DeniedError as error:
        if str(error) != REFUSED:
            raise
        return True
    return False


def test_a_new_person_signs_in_once_known_and_must_choose_a_password(people: People) -> None:
    password = people.add_user(" Ana ", Role.CMO, NOW)
    token = people.sign_in("ANA", password, NOW)
    person = people.person_for(token, NOW)
    assert person is not None
    assert (person.name, person.role, person.must_change_password) == ("ana", Role.CMO, True)
    changed = people.change_password(token, password, LASTING, NOW)
    assert not changed.must_change_password
    assert people.person_for(token, NOW) == changed
    assert refused(people, "ana", password, NOW)
    assert not refused(people, "ana", LASTING, NOW)


def test_a_name_is_given_once(people: People, ana: str) -> None:
    with pytest.raises(UsageError, match="ana exists already"):
        people.add_user("Ana", Role.ADMIN, NOW)
    assert [person.role for person in people.list_users()] == [Role.CMO]


def test_a_one_time_password_expires(people: People) -> None:
    password = people.add_user("ana", Role.CMO, NOW)
    assert refused(people, "ana", password, NOW + ONE_TIME_VALID)
    assert not refused(people, "ana", password, NOW + ONE_TIME_VALID - timedelta(seconds=1))


def test_a_session_ends_by_itself_and_by_signing_out(people: People, ana: str) -> None:
    token = people.sign_in("ana", LASTING, NOW)
    assert people.person_for(token, NOW + timedelta(hours=11, minutes=59)) is not None
    assert people.person_for(token, NOW + timedelta(hours=12)) is None
    other = people.sign_in("ana", LASTING, NOW)
    people.sign_out(other)
    people.sign_out("never a token")
    assert people.person_for(other, NOW) is None
    assert people.person_for(token, NOW) is not None
    assert people.person_for("", NOW) is None


def test_expired_sessions_are_forgotten(people: People, store: OpsStore, ana: str) -> None:
    people.sign_in("ana", LASTING, NOW)
    people.sign_in("ana", LASTING, NOW + timedelta(days=2))
    with store.reading() as unit:
        assert len(unit.session.scalars(select(SessionRow)).all()) == 1


def test_disabling_ends_open_sessions_and_resetting_brings_back(people: People, ana: str) -> None:
    token = people.sign_in("ana", LASTING, NOW)
    people.disable_user("ana", NOW)
    people.disable_user("ana", NOW + timedelta(hours=1))
    assert people.person_for(token, NOW) is None
    assert refused(people, "ana", LASTING, NOW)
    assert people.list_users()[0].disabled_at == NOW
    password = people.reset_user("ana", NOW)
    assert people.person_for(people.sign_in("ana", password, NOW), NOW) is not None
    assert refused(people, "ana", LASTING, NOW)


@pytest.mark.parametrize("act", ["disable_user", "reset_user"])
def test_somebody_unknown_cannot_be_changed(people: People, act: str) -> None:
    with pytest.raises(UsageError, match="nobody is called 'eve'"):
        getattr(people, act)("eve", NOW)


def test_changing_a_password_ends_the_other_sessions(people: People, ana: str) -> None:
    mine, other = people.sign_in("ana", LASTING, NOW), people.sign_in("ana", LASTING, NOW)
    people.change_password(mine, LASTING, "another lasting one", NOW)
    assert people.person_for(mine, NOW) is not None
    assert people.person_for(other, NOW) is None


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        ("wrong password", "another lasting one", DeniedError),
        (LASTING, "short", UsageError),
        (LASTING, LASTING, UsageError),
    ],
)
def test_a_refused_change_changes_nothing(
    people: People, ana: str, current: str, new: str, error: type[Exception]
) -> None:
    token = people.sign_in("ana", LASTING, NOW)
    with pytest.raises(error):
        people.change_password(token, current, new, NOW)
    assert not refused(people, "ana", LASTING, NOW)


def test_a_change_needs_a_session(people: People, ana: str) -> None:
    with pytest.raises(DeniedError, match="session has ended"):
        people.change_password("never a token", LASTING, "another lasting one", NOW)


def test_after_five_failures_even_the_right_password_waits(people: People, ana: str) -> None:
    assert all(refused(people, "ana", "wrong", NOW) for _ in range(FREE_FAILURES))
    assert refused(people, "ana", LASTING, NOW + timedelta(seconds=29))
    assert not refused(people, "ana", LASTING, NOW + timedelta(seconds=30))
    assert not refused(people, "ana", LASTING, NOW + timedelta(seconds=31))


def test_an_unknown_name_answers_and_waits_like_a_known_one(people: People, store: OpsStore) -> None:
    assert all(refused(people, name, "x" * 400, NOW) for name in ("eve", "", "../../etc", "eve", "\ud800"))
    with store.reading() as unit:
        assert {row.failures for row in unit.session.scalars(select(AttemptRow))} == {2, 3}


def test_guessing_in_parallel_gains_no_free_guess(people: People, store: OpsStore, ana: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: refused(people, "ana", "wrong", NOW), range(24)))
    with store.reading() as unit:
        assert [row.failures for row in unit.session.scalars(select(AttemptRow))] == [FREE_FAILURES]


def test_many_sign_ins_at_once_all_succeed(people: People, ana: str) -> None:
    people.add_user("bob", Role.FINANCE, NOW)
    people.set_password("bob", LASTING, NOW)
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda number: people.sign_in(("ana", "bob")[number % 2], LASTING, NOW), range(5)))
    assert len(set(tokens)) == 5
    assert all(people.person_for(token, NOW) for token in tokens)


@pytest.mark.parametrize("act", ["disable_user", "reset_user"])
def test_what_changes_while_the_slow_hash_runs_still_counts(
    people: People, store: OpsStore, ana: str, act: str
) -> None:
    class Interrupted(Argon2Hasher):
        def matches(self, stored: str | None, password: str) -> bool:
            getattr(people, act)("ana", NOW)
            return super().matches(stored, password)

    quick = Interrupted(time_cost=1, memory_cost=64, parallelism=1)
    assert refused(People(store, quick, secrets.token_bytes, 12), "ana", LASTING, NOW)


def test_no_password_token_or_typed_name_is_stored(people: People, store: OpsStore, ana: str) -> None:
    token = people.sign_in("ana", LASTING, NOW)
    refused(people, "my secret typed as a name", "x", NOW)
    with store.reading() as unit:
        tables = (PersonRow, SessionRow, AttemptRow)
        dump = str([vars(row) for table in tables for row in unit.session.scalars(select(table))])
    assert "$argon2id$" in dump
    for secret in (LASTING, token, "my secret"):
        assert secret not in dump


def test_a_hash_of_older_settings_is_renewed_at_sign_in(people: People, store: OpsStore, ana: str) -> None:
    stronger = People(store, Argon2Hasher(time_cost=2, memory_cost=64, parallelism=1), secrets.token_bytes, 12)
    stronger.sign_in("ana", LASTING, NOW)
    with store.reading() as unit:
        found = unit.people.named("ana")
    assert found is not None
    assert "t=2" in found[1].password_hash
    assert not refused(stronger, "ana", LASTING, NOW)
