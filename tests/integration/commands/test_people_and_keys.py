import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import keys_of, people_of
from swipesavvy.cli import app
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings


def call(home: Home, *arguments: str) -> Result:
    """One command on this home; what it raises comes out here, as it would reach `main`."""
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)], catch_exceptions=False)


def test_a_person_added_here_can_sign_in_with_the_printed_password(home: Home) -> None:
    added = call(home, "user", "add", "Ana", "--role", "compliance")
    assert added.exit_code == 0
    assert "to be changed at the first sign-in" in added.stderr
    settings = Settings(home=home.root)
    store = open_ops(settings)
    people, now = people_of(store, settings), datetime.now(UTC)
    person = people.person_for(people.sign_in("ana", added.stdout.strip(), now), now)
    store.close()
    assert person is not None
    assert person.must_change_password


def test_people_are_listed_disabled_and_reset(home: Home) -> None:
    call(home, "user", "add", "ana", "--role", "cmo")
    assert call(home, "user", "disable", "ana").exit_code == 0
    (row,) = json.loads(call(home, "user", "list", "--format", "json").stdout)
    assert (row["name"], row["role"], row["state"]) == ("ana", "cmo", "disabled")
    assert len(call(home, "user", "reset", "ana").stdout.strip()) == 23
    assert "has a one-time password" in call(home, "user", "list").stdout


def test_empty_lists_say_what_to_do(home: Home) -> None:
    assert "user add NAME" in call(home, "user", "list").stderr
    assert "key add NAME" in call(home, "key", "list").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "../x", "--role", "cmo"),
        ("user", "add", "ana", "--role", "boss"),
        ("user", "disable", "nobody"),
        ("key", "add", "shop", "--scope", "root"),
        ("key", "add", "shop", "--scope", "read", "--rate", "0"),
        ("key", "revoke", "shop"),
    ],
)
def test_a_wrong_request_is_one_line(home: Home, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        call(home, *arguments)
    assert "\n" not in str(refused.value)


def test_a_key_is_printed_once_and_listed_without_its_secret(home: Home) -> None:
    secret = call(home, "key", "add", "shop", "--scope", "collect", "--scope", "read", "--rate", "600").stdout.strip()
    store = open_ops(Settings(home=home.root))
    key = keys_of(store).authenticate(secret)
    store.close()
    assert key is not None
    assert key.rate_per_minute == 600
    listed = call(home, "key", "list").stdout
    assert "collect,read" in listed
    assert "in force" in listed
    assert call(home, "key", "revoke", "shop").exit_code == 0
    (row,) = json.loads(call(home, "key", "list", "--format", "json").stdout)
    assert row["revoked_at"] is not None
    assert "revoked" in call(home, "key", "list").stdout
    assert secret not in listed + json.dumps(row)
    assert not any(secret in path.read_text(errors="replace") for path in Path(home.root).iterdir())
