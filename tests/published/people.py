"""People of a test home: one of every role, all with the same lasting password."""

import secrets
from datetime import UTC, datetime

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.passwords import Argon2Hasher
from swipesavvy.application.people import People
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role
from swipesavvy.settings import Settings

PASSWORD = "seven quiet rivers"
NEWCOMER = "newcomer"


def add_people(home: Home, *roles: Role) -> dict[str, str]:
    """Adds a person named like the role for each; returns the session token of each, and the newcomer's password."""
    store = open_ops(Settings(home=home.root))
    # The real hash with the cheapest settings: dozens of people in a second.
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    people, now = People(store, hasher, secrets.token_bytes, session_hours=12), datetime.now(UTC)
    known = {}
    for role in roles:
        people.add_user(role.value, role, now)
        people.set_password(role.value, PASSWORD, now)
        known[role.value] = people.sign_in(role.value, PASSWORD, now)
    known[NEWCOMER] = people.add_user(NEWCOMER, Role.CMO, now)
    store.close()
    return known
