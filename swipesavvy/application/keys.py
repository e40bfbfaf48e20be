"""Use cases about API keys: add (the key is shown once), revoke, list, authenticate."""

import base64
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from swipesavvy.application.hashing import TOKEN_BYTES, Chance, fingerprint
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.keys import ApiKey, Scope, checked_rate
from swipesavvy.domain.people import clean_name

# A fixed beginning lets secret scanners recognise a key that slipped into a file.
KEY_PREFIX = "ssvk_"


class KeyRows(Protocol):
    """API keys inside one transaction."""

    def add(self, key: ApiKey, secret_hash: str) -> bool:
        """Store a new key; False if a key in force has the name."""
        ...

    def revoke(self, name: str, now: datetime) -> bool:
        """End the key in force of that name; False if there is none."""
        ...

    def by_secret(self, secret_hash: str) -> ApiKey | None:
        """The key of a fingerprint, revoked or not."""
        ...

    def all(self) -> list[ApiKey]:
        """Every key ever given, by name and age."""
        ...


class KeysUnit(Protocol):
    """One transaction as these use cases see it."""

    @property
    def keys(self) -> KeyRows:
        """API keys."""
        ...


class KeysStore(Protocol):
    """Opens transactions; `writing` commits when its block ends without an error."""

    def reading(self) -> AbstractContextManager[KeysUnit]:
        """A consistent view."""
        ...

    def writing(self) -> AbstractContextManager[KeysUnit]:
        """The one writer of the moment."""
        ...


class Keys:
    """The use cases. A key is a random text of 256 bits; only its fingerprint is stored."""

    def __init__(self, store: KeysStore, chance: Chance) -> None:
        """`chance` draws the keys."""
        self._store = store
        self._chance = chance

    def add_key(self, name: str, scopes: frozenset[Scope], rate_per_minute: int, now: datetime) -> str:
        """Returns the key, the only time it can be seen. UsageError if a key in force has that name."""
        key = ApiKey(self._chance(8).hex(), clean_name(name), scopes, checked_rate(rate_per_minute), now)
        secret = KEY_PREFIX + base64.urlsafe_b64encode(self._chance(TOKEN_BYTES)).rstrip(b"=").decode("ascii")
        with self._store.writing() as unit:
            if not unit.keys.add(key, fingerprint(secret)):
                raise UsageError(f"a key called {key.name} is in force already; `key revoke {key.name}` ends it")
        return secret

    def revoke_key(self, name: str, now: datetime) -> None:
        """End a key. UsageError if no key in force has that name."""
        with self._store.writing() as unit:
            if not unit.keys.revoke(clean_name(name), now):
                raise UsageError(f"no key called {name!r} is in force; `key list` shows them")

    def list_keys(self) -> list[ApiKey]:
        """Every key ever given, by name and age."""
        with self._store.reading() as unit:
            return unit.keys.all()

    def authenticate(self, secret: str) -> ApiKey | None:
        """The key in force whose secret this is, or None."""
        if not secret.startswith(KEY_PREFIX):
            return None
        with self._store.reading() as unit:
            key = unit.keys.by_secret(fingerprint(secret))
        return key if key is not None and key.revoked_at is None else None
