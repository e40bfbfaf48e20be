import secrets
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from swipesavvy.adapters.ops import OpsStore
from swipesavvy.adapters.ops.api_keys import ApiKeyRow
from swipesavvy.application.keys import Keys
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.keys import Scope

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COLLECT = frozenset({Scope.COLLECT})


@pytest.fixture
def keys(store: OpsStore) -> Keys:
    """The use cases."""
    return Keys(store, secrets.token_bytes)


def test_a_key_opens_what_it_was_made_for(keys: Keys, store: OpsStore) -> None:
    secret = keys.add_key("Shop", frozenset({Scope.READ, Scope.COLLECT}), 60, NOW)
    key = keys.authenticate(secret)
    assert key is not None
    assert (key.name, key.scopes, key.rate_per_minute) == ("shop", {Scope.READ, Scope.COLLECT}, 60)
    assert keys.authenticate(secret[:-1] + "!") is None
    assert keys.authenticate("") is None
    with store.reading() as unit:
        assert secret not in str([vars(row) for row in unit.session.scalars(select(ApiKeyRow))])


def test_a_revoked_key_is_dead_and_its_name_free(keys: Keys) -> None:
    old = keys.add_key("shop", COLLECT, 60, NOW)
    with pytest.raises(UsageError, match="shop is in force already"):
        keys.add_key("shop", COLLECT, 60, NOW)
    keys.revoke_key("shop", NOW)
    new = keys.add_key("shop", COLLECT, 90, NOW)
    assert keys.authenticate(old) is None
    assert keys.authenticate(new) is not None
    assert [key.revoked_at for key in keys.list_keys()].count(None) == 1
    assert len(keys.list_keys()) == 2


def test_what_is_not_in_force_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(UsageError, match="no key called 'shop'"):
        keys.revoke_key("shop", NOW)
