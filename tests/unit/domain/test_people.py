from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.people import (
    FAILURES_FORGOTTEN_AFTER,
    FREE_FAILURES,
    LONGEST_WAIT,
    NAME,
    ONE_TIME_ALPHABET,
    Attempts,
    after_attempt,
    clean_name,
    clean_password,
    locked_until,
    one_time_password,
    password_problem,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Ana", "ana"), ("  bob.b-1 ", "bob.b-1"), ("x@shop.example", "x@shop.example"), ("ａｎａ", "ana")],
)
def test_a_name_has_one_spelling(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", " ", "../x", "-a", "a b", "a" * 65, "a\nb", "ana\x00", "Ünal"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="no name for a person"):
        clean_name(typed)


@given(st.text(max_size=80))
def test_cleaning_a_name_twice_changes_nothing(typed: str) -> None:
    try:
        name = clean_name(typed)
    except UsageError:
        return
    assert NAME.fullmatch(name)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "5 characters"),
        ("a" * 129, "128 at most"),
        ("aaaaaaaaaaaaaa", "repeats itself"),
        ("abABabABabABab", "repeats itself"),
        ("long enough\x07 bell", "control character"),
        ("Ana.Long-Name", "is the name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, says: str) -> None:
    assert says in (password_problem(password, "ana.long-name") or "")


@pytest.mark.parametrize("password", ["correct horse battery", "пароль-длинный", "12 characters"])
def test_a_long_password_needs_no_special_signs(password: str) -> None:
    assert password_problem(password, "ana") is None


def test_two_ways_to_type_a_letter_are_one_password() -> None:
    assert clean_password("cafe\u0301 au lait noir") == clean_password("café au lait noir")


@given(st.binary(min_size=20, max_size=40))
def test_a_one_time_password_passes_the_form_people_can_read_out(draw: bytes) -> None:
    password = one_time_password(draw)
    assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]
    assert set(password) <= set(ONE_TIME_ALPHABET) | {"-"}
    assert one_time_password(draw) == password


def test_a_one_time_password_needs_enough_chance() -> None:
    with pytest.raises(ValueError, match="20 random bytes"):
        one_time_password(b"x" * 19)


def test_the_first_failures_cost_nothing() -> None:
    assert locked_until(Attempts()) is None
    assert locked_until(Attempts(FREE_FAILURES - 1, NOW)) is None


def test_further_failures_double_the_wait() -> None:
    waits = [(locked_until(Attempts(FREE_FAILURES + more, NOW)) or NOW) - NOW for more in range(7)]
    assert [wait.total_seconds() for wait in waits] == [30, 60, 120, 240, 480, 900, 900]


@given(st.integers(min_value=FREE_FAILURES, max_value=10**6))
def test_nobody_waits_longer_than_the_longest_wait(failures: int) -> None:
    until = locked_until(Attempts(failures, NOW))
    assert until is not None
    assert timedelta(0) < until - NOW <= LONGEST_WAIT


@given(st.integers(min_value=0, max_value=100), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_failures_add_up_until_a_day_has_passed(failures: int, gap: timedelta) -> None:
    after = after_attempt(Attempts(failures, NOW - gap), NOW)
    assert after == Attempts(1 if gap >= FAILURES_FORGOTTEN_AFTER else failures + 1, NOW)
