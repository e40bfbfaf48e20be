"""Argon2id password hashes behind the use cases' port. Nothing else hashes passwords."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

# Each hash takes 64 MiB: without a limit a burst of sign-ins would take gigabytes.
AT_ONCE = 4


class Argon2Hasher:
    """RFC 9106's low-memory profile (argon2id, 64 MiB, three passes); other settings only for quick tests."""

    def __init__(
        self,
        time_cost: int = RFC_9106_LOW_MEMORY.time_cost,
        memory_cost: int = RFC_9106_LOW_MEMORY.memory_cost,
        parallelism: int = RFC_9106_LOW_MEMORY.parallelism,
    ) -> None:
        """`memory_cost` in KiB."""
        self._argon2 = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)
        self._gate = BoundedSemaphore(AT_ONCE)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """The text to store for a password, with its own random salt."""
        with self._gate:
            return self._argon2.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; with None the same work is done and the answer is False."""
        if stored is None and self._nobody is None:
            self._nobody = self.hash("the password of nobody")
        with self._gate:
            try:
                self._argon2.verify(stored or self._nobody or "", password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored text was made with other settings than this hasher's."""
        return self._argon2.check_needs_rehash(stored)
