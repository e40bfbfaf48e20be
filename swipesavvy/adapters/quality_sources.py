"""What the quality models read beside the lake's own tables: the ledger, refused and duplicate lines, the contract.

Belongs here: gathering these as Parquet files for the hand-over to dbt. What they mean is decided in the models.
"""

from pathlib import Path

import pyarrow as pa

from swipesavvy.adapters.lake.files import DUPLICATES
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.adapters.lake.store import ParquetLake
from swipesavvy.adapters.ledger_table import batch_ledger_table
from swipesavvy.adapters.results import write_table
from swipesavvy.domain.event_contract import SERVICE_LEVELS
from swipesavvy.domain.events import EVENT_TYPES, properties_of
from swipesavvy.domain.home import Home

CONTRACT = pa.schema(
    [
        *((name, pa.string()) for name in ("event_type", "latency_class", "property")),
        ("is_required", pa.bool_()),
        *((name, pa.float64()) for name in ("target_seconds", "acceptable_seconds", "grace_seconds")),
    ]
)


def quality_sources(home: Home, lake: ParquetLake, build_id: str) -> dict[str, list[Path]]:
    """Write ledger and contract for one build; the files of every quality source by its name."""
    return {
        "batch_ledger": [write_table(home, "batch_ledger", build_id, batch_ledger_table(lake))],
        "contract": [write_table(home, "contract", build_id, contract_table())],
        "quarantined": lake.quarantine_files(),
        "duplicates": duplicate_files(home),
    }


def duplicate_files(home: Home) -> list[Path]:
    """Parquet files of copies that did not win, in the columns of events."""
    return [home.lake / file.path for file in Manifest(home.lake / "manifest.db").files(DUPLICATES)]


def contract_table() -> pa.Table:
    """One row per known event type and property; a type that declares none still has its row, without a property."""
    rows: list[dict[str, object]] = []
    for declared in EVENT_TYPES.values():
        promised = SERVICE_LEVELS[declared.latency]
        of_type: dict[str, object] = {
            "event_type": declared.name,
            "latency_class": declared.latency.value,
            "target_seconds": promised.target.total_seconds(),
            "acceptable_seconds": promised.acceptable.total_seconds(),
            "grace_seconds": promised.grace.total_seconds(),
        }
        rows += [
            of_type | {"property": prop.name, "is_required": prop.required} for prop in properties_of(declared)
        ] or [of_type | {"property": None, "is_required": False}]
    return pa.Table.from_pylist(rows, schema=CONTRACT)
