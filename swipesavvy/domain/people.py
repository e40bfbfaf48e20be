"""Who may sign in: names, passwords, one-time passwords and the lock-out rule. Hashing and storage live outside."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.roles import Role

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
PASSWORD_LENGTH = (12, 128)
FEWEST_DIFFERENT_CHARACTERS = 5
ONE_TIME_VALID = timedelta(hours=72)

# No letter that is read or typed as another: a one-time password travels by voice and paper.
ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ONE_TIME_GROUPS = (4, 5)

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FAILURES_FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Person:
    """Somebody known to this home; `must_change_password` allows nothing but choosing a password."""

    person_id: str
    name: str
    role: Role
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether this person can no longer sign in."""
        return self.disabled_at is not None


@dataclass(frozen=True)
class Attempts:
    """Sign-ins of one name that did not (yet) succeed, counted since the last success."""

    failures: int = 0
    last_at: datetime | None = None


def clean_name(text: str) -> str:
    """The one spelling under which a person is stored and found; UsageError if it is no name."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{text!r} is no name for a person: use 1 to 64 letters a-z, digits and . _ @ -, a letter or digit first"
        )
    return name


def clean_password(text: str) -> str:
    """The form in which a password is hashed, so that two keyboards typing the same letters agree."""
    return unicodedata.normalize("NFKC", text)


def password_problem(password: str, name: str) -> str | None:
    """Why a chosen password is refused, or None. Length and variety count; no rule asks for special characters."""
    shortest, longest = PASSWORD_LENGTH
    if len(password) < shortest:
        return f"the password has {len(password)} characters; use {shortest} or more"
    if len(password) > longest:
        return f"the password has {len(password)} characters; use {longest} at most"
    if not password.isprintable():
        return "the password contains a control character; use letters, digits, signs and spaces"
    if len(set(password.casefold())) < FEWEST_DIFFERENT_CHARACTERS:
        return f"the password repeats itself; use {FEWEST_DIFFERENT_CHARACTERS} different characters or more"
    if password.casefold() == name.casefold():
        return "the password is the name; choose another"
    return None


def one_time_password(draw: bytes) -> str:
    """Spell random bytes as a password somebody can read out: four groups of five characters.

    Needs 20 bytes or more and uses the first 20; 31 letters over 256 values leave about 98 bits.
    """
    groups, size = ONE_TIME_GROUPS
    if len(draw) < groups * size:
        raise ValueError(f"{groups * size} random bytes needed, {len(draw)} given")
    letters = [ONE_TIME_ALPHABET[byte % len(ONE_TIME_ALPHABET)] for byte in draw[: groups * size]]
    return "-".join("".join(letters[start : start + size]) for start in range(0, groups * size, size))


def locked_until(attempts: Attempts) -> datetime | None:
    """Until when a name must wait before its password is looked at again; None if it need not wait.

    The first five failures are free, each further one doubles the wait from 30 seconds up to 15 minutes.
    """
    if attempts.last_at is None or attempts.failures < FREE_FAILURES:
        return None
    wait: timedelta = min(FIRST_WAIT * (1 << min(attempts.failures - FREE_FAILURES, 16)), LONGEST_WAIT)
    return attempts.last_at + wait


def after_attempt(attempts: Attempts, now: datetime) -> Attempts:
    """The count once one more attempt has begun; failures a day old are forgotten."""
    forgotten = attempts.last_at is None or now - attempts.last_at >= FAILURES_FORGOTTEN_AFTER
    return Attempts(1 if forgotten else attempts.failures + 1, now)
