"""Someone's files name users by their addresses: the numbers are the same, and no address is kept beyond landing."""

import json
import re
from pathlib import Path
from random import Random

import pytest
from acceptance.commands import metric_rows, swipesavvy
from acceptance.nasty_market import AS_OF, USERS, nasty_market, write_scattered
from oracle.comparison import same
from oracle.market import Market

DOMAIN = "people.example"


def spelled(random: Random, user: str) -> str:
    """One of the ways the address or number of a user is written."""
    number = int(user[1:])
    if number % 3 == 0:
        return random.choice((f"+1415555{number:04d}", f"+1 415 555 {number:04d}", f"+1 (415) 555-{number:04d}"))
    address = f"{user}.name@{DOMAIN}"
    return random.choice((address, address.upper(), address.capitalize()))


def with_addresses(market: Market) -> Market:
    """The same market with every user named by an address or a phone number, each time in any spelling."""
    random = Random(7)
    known = re.compile(rb'("user_id": )"(%s)"' % b"|".join(user.encode() for user in USERS))
    market.lines = [
        known.sub(lambda found: found[1] + json.dumps(spelled(random, found[2].decode())).encode(), line)
        for line in market.lines
    ]
    for rows in market.rows.values():
        for row in rows:
            if row.get("user_id") in USERS:
                row["user_id"] = spelled(random, row["user_id"])
    return market


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A market with plain ids, and the same one with addresses."""
    plain, named = tmp_path_factory.mktemp("plain") / "home", tmp_path_factory.mktemp("named") / "home"
    write_scattered(nasty_market(seed=5), plain / "landing", seed=2)
    write_scattered(with_addresses(nasty_market(seed=5)), named / "landing", seed=2)
    for home in (plain, named):
        swipesavvy(home, "run", "--as-of", AS_OF.isoformat())
    return plain, named


@pytest.mark.slow
@pytest.mark.parametrize("by", [(), ("campaign",), ("day",)])
def test_numbers_do_not_depend_on_how_users_are_named(homes: tuple[Path, Path], by: tuple[str, ...]) -> None:
    plain, named = (
        {json.dumps([row["metric"], row["window"], row["grain"]]): row for row in metric_rows(home, by=by)}
        for home in homes
    )
    assert plain.keys() == named.keys()
    for key, row in plain.items():
        for name in ("value", "numerator", "denominator", "ci_low", "ci_high"):
            assert same(row[name], named[key][name]), (key, name, row[name], named[key][name])


@pytest.mark.slow
def test_no_address_is_kept_beyond_landing(homes: tuple[Path, Path]) -> None:
    _, home = homes
    texts = re.compile(rb"(?i)@people|\+1 ?\(?415")
    searched = [path for path in home.rglob("*") if path.is_file() and "landing" not in path.parts]
    assert len(searched) > 50
    kept = [str(path.relative_to(home)) for path in searched if texts.search(_unpacked(path))]
    assert kept == []


def _unpacked(path: Path) -> bytes:
    """What a file says: Parquet as its rows, anything else as its bytes."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    import pyarrow.parquet

    return json.dumps(pyarrow.parquet.read_table(path).to_pylist(), default=str).encode()
