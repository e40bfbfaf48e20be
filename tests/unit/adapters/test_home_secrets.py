from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swipesavvy.adapters.home_secrets import USER_IDS, home_secret
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home


def test_a_secret_is_made_once_and_private(home: Home) -> None:
    secret = home_secret(home, USER_IDS)
    assert len(secret) == 32
    assert home_secret(home, USER_IDS) == secret
    assert home_secret(home, "another") != secret
    assert home.keys.stat().st_mode & 0o777 == 0o700
    assert (home.keys / USER_IDS).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in home.keys.iterdir()) == ["another", USER_IDS]


def test_two_homes_share_nothing(tmp_path: Path) -> None:
    assert home_secret(Home(tmp_path / "a"), USER_IDS) != home_secret(Home(tmp_path / "b"), USER_IDS)


def test_makers_in_a_race_agree(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: home_secret(home, USER_IDS), range(32)))
    assert len(found) == 1


def test_a_damaged_secret_is_named_and_never_replaced(home: Home) -> None:
    home.keys.mkdir()
    (home.keys / USER_IDS).write_bytes(b"short")
    with pytest.raises(BadInputError, match=r"user_ids: holds 5 bytes instead of 32"):
        home_secret(home, USER_IDS)
    assert (home.keys / USER_IDS).read_bytes() == b"short"
