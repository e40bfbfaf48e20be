"""What sign-in and keys need from outside, chance and a slow hash; and the fingerprint of long random secrets."""

import hashlib
from typing import Protocol

TOKEN_BYTES = 32


class Chance(Protocol):
    """A source of unpredictable bytes."""

    def __call__(self, count: int, /) -> bytes:
        """Return `count` random bytes."""
        ...


class PasswordHasher(Protocol):
    """A slow, salted password hash."""

    def hash(self, password: str) -> str:
        """The text to store for a password."""
        ...

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; with None it works as long and answers False."""
        ...

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored text was made with weaker settings than today's."""
        ...


def fingerprint(secret: str) -> str:
    """SHA-256 in hex: enough for secrets of 256 random bits, never for passwords people choose."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
