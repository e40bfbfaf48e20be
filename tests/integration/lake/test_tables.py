import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from landed import NOW, append, land, rows, uid

from swipesavvy.adapters.lake import open_lake, table_rules
from swipesavvy.application.ingestion import SourceReport
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import REFERENCE_TABLES, Home
from swipesavvy.domain.reference_tables import TABLES, ColumnKind


def take_in(home: Home, table: str) -> SourceReport:
    return open_lake(home).ingest_table(table, NOW)


def held(home: Home, table: str, columns: str) -> list[tuple[Any, ...]]:
    return rows(open_lake(home).files()[table], columns)


def totals(home: Home, table: str) -> tuple[int, int, int, int]:
    found = [row for row in open_lake(home).ledger() if row.source == table]
    assert all(row.balances for row in found)
    return (
        sum(row.landed for row in found),
        sum(row.clean for row in found),
        sum(row.duplicate for row in found),
        sum(sum(row.quarantined.values()) for row in found),
    )


VALUES = {
    ColumnKind.TEXT: "text",
    ColumnKind.UUID: uid(1).upper(),
    ColumnKind.USER: "u1",
    ColumnKind.MONEY: "12.50",
    ColumnKind.NUMBER: "-1e2",
    ColumnKind.SHARE: "0.1",
    ColumnKind.COUNT: "18",
    ColumnKind.INSTANT: "2026-11-01T10:00:00+02:00",
    ColumnKind.DAY: "2026-11-01",
    ColumnKind.LIST: '["DE", "US-CA"]',
}


@pytest.mark.parametrize("name", REFERENCE_TABLES)
def test_a_full_row_and_a_row_of_keys_of_every_table(home: Home, name: str) -> None:
    table = TABLES[name]
    full = {c.name: c.choices[0] if c.choices else VALUES[c.kind] for c in table.columns}
    keys = {
        c.name: (VALUES | {ColumnKind.UUID: uid(2), ColumnKind.TEXT: "k", ColumnKind.USER: "u2"})[c.kind]
        for c in table.columns
        if c.required
    }
    land(home, "a.jsonl", [json.dumps(full), json.dumps(keys)], source=name)
    report = take_in(home, name)
    assert (report.landed, report.clean, dict(report.quarantined)) == (2, 2, {})
    columns = [c.name for c in table.columns]
    found = pl.read_parquet(open_lake(home).files()[name][0])
    assert found.columns == [*columns, "landing_file", "landing_line", "extra"]
    assert table_rules.breaches(table, found) == []


def test_a_user_named_by_an_address_becomes_a_pseudonym_in_every_spelling(home: Home) -> None:
    lines = ["user_id,region,favourite", "Ann@Shop.example,DE,ann@shop.example", " ann@shop.example,US-CA,", "u7,FR,x"]
    land(home, "a.csv", lines, "users")
    land(home, "b.csv", ["user_id,signup_at", "bo@shop.example,soon"], "users")
    take_in(home, "users")
    found = pl.read_parquet(open_lake(home).files()["users"][0]).sort("landing_line")
    ann, other = found["user_id"]
    assert re.fullmatch("h_[0-9a-f]{32}", ann)
    assert other == "u7"
    assert found["extra"].to_list() == [None, '{"favourite": "x"}']
    (kept,) = (pl.read_parquet(path) for path in (home.lake / "quarantine").rglob("*.parquet"))
    assert "bo@" not in str(kept.rows())
    assert json.loads(kept["raw"][0])["signup_at"] == "soon"


def test_the_newest_version_of_a_row_wins(home: Home) -> None:
    order, other = uid(1), uid(2)
    land(
        home,
        "b.csv",
        ["order_id,order_value,updated_at", f"{order},1,2026-01-02", f"{order.upper()},2,", f"{other},7,"],
        "orders",
    )
    land(home, "a.csv", ["order_id,order_value,updated_at", f"{order},3,2026-01-02", f"{other},8,"], "orders")
    report = take_in(home, "orders")
    assert held(home, "orders", "order_id, order_value") == [(order, 1.0), (other, 7.0)]
    assert (report.landed, report.clean, report.duplicate) == (5, 2, 3)
    land(home, "0.csv", ["order_id,order_value,updated_at", f"{order},9,2026-01-03", f"{other},9,"], "orders")
    take_in(home, "orders")
    assert held(home, "orders", "order_id, order_value") == [(order, 9.0), (other, 7.0)]
    assert totals(home, "orders") == (7, 2, 5, 0)


def test_empty_key_parts_equal_each_other(home: Home) -> None:
    lines = ["campaign_id,creative_id,spend_date,platform,cost", *(f"{uid(1)},,2026-01-01,,{cost}" for cost in (1, 2))]
    land(home, "a.csv", [*lines, f"{uid(1)},,2026-01-01,google,3"], "spend")
    take_in(home, "spend")
    assert held(home, "spend", "spend_date, platform, cost") == [
        (date(2026, 1, 1), "google", 3.0),
        (date(2026, 1, 1), None, 2.0),
    ]


def test_bad_rows_are_named_and_their_neighbours_kept(home: Home) -> None:
    header = "campaign_id,name,campaign_type,budget,launched_at,holdout_share,min_age"
    bad = {
        "missing_id": ",a,DISCOUNT,1,,,",
        "bad_uuid": "xyz,a,DISCOUNT,1,,,",
        "bad_timestamp": f"{uid(1)},a,DISCOUNT,1,soon,,",
        "negative_amount": f"{uid(1)},a,DISCOUNT,-1,,2,",
        "bad_property": f"{uid(1)},a,FREE,1,,,",
        "malformed_row": f"{uid(1)},a",
    }
    more = [f"{uid(1)},a,,many,,,", f"{uid(1)},a,,NaN,,,", f"{uid(1)},a,,1,,1.1,", f"{uid(1)},a,,1,,,17.5"]
    good = [f'{uid(2)},"two\nlines",VIP,1e3,2026-01-01 10:00:00,0.1,18', f"{uid(3)},,,,,,"]
    path = land(home, "a.csv", [header, *bad.values(), *more, *good], "campaigns")
    path.write_bytes(path.read_bytes() + f"{uid(4)},a\xe9,,,,,\n".encode("latin-1") + b'x"y",",,,\n')
    report = take_in(home, "campaigns")
    expected = dict.fromkeys(bad, 1) | {"bad_property": 5, "malformed_row": report.quarantined["malformed_row"]}
    assert dict(report.quarantined) == expected
    assert held(home, "campaigns", "name, budget, launched_at, landing_line") == [
        ("two\nlines", 1000.0, datetime(2026, 1, 1, 10, tzinfo=UTC).replace(tzinfo=None), 12),
        (None, None, None, 14),
    ]
    assert report.landed == report.clean + sum(report.quarantined.values()) == 14


def test_the_three_formats_and_compression_mean_the_same(home: Home) -> None:
    frame = pl.DataFrame(
        {
            "order_id": [uid(1)],
            "ordered_at": [datetime(2026, 1, 1, 10, 30, 0, 5, tzinfo=UTC)],
            "order_value": [0.1],
            "tags": [["a", "b"]],
        }
    )
    folder = home.landing / "orders"
    folder.mkdir(parents=True)
    frame.write_parquet(folder / "a.parquet")
    take_in(home, "orders")
    found = held(home, "orders", "order_id, ordered_at, order_value, extra")
    assert found[0][:3] == (uid(1), datetime(2026, 1, 1, 10, 30, 0, 5, tzinfo=UTC).replace(tzinfo=None), 0.1)
    assert json.loads(json.loads(found[0][3])["tags"]) == ["a", "b"]
    text = '{"order_id": "%s", "ordered_at": "2026-01-01T10:30:00.000005Z", "order_value": 0.1}'
    land(home, "b.jsonl.gz", [text % uid(1)], "orders")
    land(home, "c.csv.gz", ["order_id,ordered_at,order_value", f"{uid(1)},2026-01-01 10:30:00.000005,0.1"], "orders")
    report = take_in(home, "orders")
    assert (report.landed, report.clean, report.duplicate) == (2, 0, 2)
    assert held(home, "orders", "order_id, ordered_at, order_value")[0] == found[0][:3]
    assert open_lake(home).data_as_of() == datetime(2026, 1, 1, 10, 30, 0, 5, tzinfo=UTC)


def test_direct_identifiers_never_enter_the_lake(home: Home) -> None:
    lines = ["user_id,email,phone,birth_date,shoe_size", "u1,a@b.example,123,1990-01-01,43", ",c@d.example,,,"]
    land(home, "a.csv", lines, "users")
    take_in(home, "users")
    everything = b"".join(path.read_bytes() for path in home.lake.rglob("*") if path.is_file())
    texts = repr([rows([path]) for path in home.lake.rglob("*.parquet")])
    assert "shoe_size" in texts
    assert not any(secret in texts for secret in ("example", "1990", "123"))
    assert b"example" not in everything


def test_unreadable_files_cost_one_line_each(home: Home) -> None:
    land(home, "good.csv", ["user_id", "u1"], "users")
    land(home, "empty.csv", [], "users")
    land(home, "no_key.csv", ["name", "x"], "users")
    land(home, "twice.csv", ["user_id,region,region", "u2,a,b"], "users")
    (home.landing / "users" / "broken.parquet").write_bytes(b"PAR1 nothing")
    whole = land(home, "cut.csv.gz", ["user_id", *(f"x{n}" for n in range(500))], "users")
    whole.write_bytes(whole.read_bytes()[:300])
    report = take_in(home, "users")
    assert held(home, "users", "user_id") == [("u1",)]
    assert [problem.split("/")[2].split(":")[0].split(" ")[0] for problem in report.problems] == [
        "broken.parquet",
        "cut.csv.gz",
        "no_key.csv",
        "twice.csv",
    ]
    assert all("\n" not in problem and "nothing was taken from it" in problem for problem in report.problems)


def test_only_changes_are_taken_in_again(home: Home) -> None:
    path = land(home, "a.csv", ["user_id,region", "u1,DE"], "users")
    land(home, "b.csv", ["user_id,region", "u1,FR", "u2,FR"], "users")
    take_in(home, "users")
    version = open_lake(home).version()
    path.touch()
    take_in(home, "users")
    assert open_lake(home).version() == version
    append(path, "u3,DE\n")
    assert take_in(home, "users").landed == 1
    assert held(home, "users", "user_id, region") == [("u1", "FR"), ("u2", "FR"), ("u3", "DE")]
    assert totals(home, "users") == (4, 3, 1, 0)


def test_a_replaced_file_lets_the_rows_it_hid_return(home: Home) -> None:
    land(home, "a.csv", ["user_id,region", "u1,DE", ",bad"], "users")
    path = land(home, "b.csv", ["user_id,region", "u1,FR", ",bad"], "users")
    take_in(home, "users")
    assert held(home, "users", "user_id, region") == [("u1", "FR")]
    path.write_text("user_id,region\nu2,IT\n")
    take_in(home, "users")
    assert held(home, "users", "user_id, region") == [("u1", "DE"), ("u2", "IT")]
    assert totals(home, "users") == (3, 2, 0, 1)


def test_a_torn_json_row_waits(home: Home) -> None:
    path = land(home, "a.jsonl", ['{"user_id": "u1"}'], "users")
    append(path, '{"user_id": "u2"')
    report = take_in(home, "users")
    assert (report.landed, report.pending) == (1, ["users/a.jsonl:2"])
    append(path, "}\n")
    assert take_in(home, "users").landed == 1
    assert held(home, "users", "user_id") == [("u1",), ("u2",)]


def test_a_schema_breach_is_found() -> None:
    table = TABLES["orders"]
    frame = pl.DataFrame(
        {
            c.name: pl.Series([None], dtype=pl.Float64 if c.kind is ColumnKind.MONEY else pl.String)
            for c in table.columns
        }
    )
    assert any("orders.order_id" in line for line in table_rules.breaches(table, frame))


def test_an_unknown_table_is_a_usage_error(home: Home) -> None:
    with pytest.raises(UsageError, match="no reference table wishes"):
        take_in(home, "wishes")


def test_missing_folders_are_empty_tables(home: Home, tmp_path: Path) -> None:
    assert take_in(home, "users").landed == 0
    assert open_lake(home).files()["users"] == []
