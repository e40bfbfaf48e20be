"""What the lake writes for the contract's own examples agrees with what dbt reads, and with the checks on its files.

dbt's sources are held against the lake and the declarations, never the other way.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import yaml

from swipesavvy.adapters.code_version import DBT_PROJECT
from swipesavvy.adapters.frame_checks import breaches, event_breaches, event_file_schema
from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.adapters.lake.table_rules import sql_type
from swipesavvy.adapters.ledger_table import BATCH_SCHEMA
from swipesavvy.adapters.quality_sources import CONTRACT
from swipesavvy.domain.contract_examples import HAPPENED_AT, example_event
from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.home import Home
from swipesavvy.domain.reference_tables import TABLES

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
LATER = (NOW + timedelta(minutes=15)).replace(tzinfo=None)
SQL_TYPES = {"VARCHAR": "string", "TIMESTAMP": "timestamp", "DATE": "date", "DOUBLE": "double", "BIGINT": "bigint"}
ARROW_TYPES = {
    pa.string(): "string", pa.timestamp("us"): "timestamp", pa.int64(): "bigint", pa.bool_(): "boolean",
    pa.float64(): "double", pa.date32(): "date",
}  # fmt: skip
Columns = dict[str, str]


def read_sources() -> dict[str, Columns]:
    text = (DBT_PROJECT / "models" / "staging" / "sources.yml").read_text(encoding="utf-8")
    (lake,) = [source for source in yaml.safe_load(text)["sources"] if source["name"] == "lake"]
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]} for table in lake["tables"]
    }


@dataclass(frozen=True)
class Taken:
    events: list[Path]
    quarantine: list[Path]
    counts: Any


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """A lake that took in every example, and one of them broken."""
    home = Home(tmp_path_factory.mktemp("examples"))
    folder = home.landing / "events"
    folder.mkdir(parents=True)
    events = [example_event(declared) | {"received_at": HAPPENED_AT} for declared in EVENT_TYPES.values()]
    broken = events[0] | {"event_id": "no uuid"}
    (folder / "examples.jsonl").write_text("".join(json.dumps(event) + "\n" for event in [*events, broken]))
    lake = ParquetLake(home)
    lake.ingest_events(NOW)
    return Taken(lake.files()["events"], lake.quarantine_files(), lake.ledger()[0])


def written(files: list[Path]) -> Columns:
    return {field.name: ARROW_TYPES.get(field.type, str(field.type)) for field in pa.parquet.read_schema(files[0])}


def test_every_example_is_clean(taken: Taken) -> None:
    assert taken.counts.clean == len(EVENT_TYPES)
    assert sum(taken.counts.quarantined.values()) == 1


@pytest.mark.parametrize("table", sorted(set(read_sources()) - {"build"}))
def test_what_dbt_reads_is_what_the_lake_writes(table: str, taken: Taken) -> None:
    asked = read_sources()[table]
    if table in TABLES:
        offered = {column.name: SQL_TYPES[sql_type(column)] for column in TABLES[table].columns}
    elif table in (made := {"batch_ledger": BATCH_SCHEMA, "contract": CONTRACT}):
        offered = {field.name: ARROW_TYPES[field.type] for field in made[table]}
    else:
        offered = written(taken.quarantine if table == "quarantined" else taken.events)
    assert {name: offered.get(name, "not written") for name in asked} == asked


def test_the_files_keep_the_contract(taken: Taken) -> None:
    assert event_breaches(taken.events) == []


Damage = Callable[[pl.DataFrame], pl.DataFrame]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda frame: frame.with_columns(source=pl.lit("fax")), "events.source"),
        (lambda frame: pl.concat([frame, frame.head(1)]), "events.event_id"),
        (lambda frame: frame.with_columns(event_id=pl.lit("x")), "events.event_id"),
        (lambda frame: frame.with_columns(user_id=pl.lit(None, pl.String)), "events.user_id"),
        (lambda frame: frame.with_columns(order_value=pl.lit(-0.01)), "order_value is no debt"),
        (lambda frame: frame.with_columns(is_late=pl.lit(value=True)), "marked late where it is"),
        (lambda frame: frame.with_columns(event_date=pl.lit(NOW.date() - timedelta(days=1))), "day of event_at"),
        (lambda frame: frame.with_columns(event_at=pl.lit(LATER)), "not from the future"),
        (lambda frame: frame.with_columns(amount=pl.lit("12")), "events.amount"),
        (lambda frame: frame.drop("landing_file"), "column landing_file is missing"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_told(taken: Taken, tmp_path: Path, damage: Damage, told: str) -> None:
    path = tmp_path / "damaged.parquet"
    damage(pl.read_parquet(taken.events[0])).write_parquet(path)
    found = event_breaches([path])
    assert any(told in line for line in found), found
    assert len(found) <= 3


def test_wrong_values_are_found_although_lazy_frames_hide_them(taken: Taken) -> None:
    frame = pl.read_parquet(taken.events[0]).with_columns(source=pl.lit("fax"))
    assert breaches(event_file_schema(), frame)
    event_file_schema().validate(frame.lazy())
