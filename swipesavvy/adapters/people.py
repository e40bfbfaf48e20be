"""Puts the use cases about people and keys together with the store, the hash and chance. No rule lives here."""

import secrets

from swipesavvy.adapters.ops import OpsStore
from swipesavvy.adapters.passwords import Argon2Hasher
from swipesavvy.application.keys import Keys
from swipesavvy.application.people import People
from swipesavvy.settings import Settings


def people_of(store: OpsStore, settings: Settings) -> People:
    """Use cases about people on an open store."""
    return People(store, Argon2Hasher(), secrets.token_bytes, settings.session_hours)


def keys_of(store: OpsStore) -> Keys:
    """Use cases about API keys on an open store."""
    return Keys(store, secrets.token_bytes)
