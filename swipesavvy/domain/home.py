"""Where everything of one installation lives. Names only: nothing here touches the disk."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

EMITTED_PREFIX = "emitted-"
"""How files of landing/events begin that builds wrote: new lines in them are no reason for another build."""

REFERENCE_TABLES = (
    "users",
    "campaigns",
    "creatives",
    "spend",
    "orders",
    "consents",
    "benchmarks",
    "platform_reports",
)


@dataclass(frozen=True)
class Home:
    """The folder layout other programs rely on; two homes never share anything."""

    root: Path

    @property
    def landing(self) -> Path:
        """Files as they arrived; append-only."""
        return self.root / "landing"

    @property
    def landing_events(self) -> Path:
        """Events, one JSON object a line."""
        return self.landing / "events"

    def emitted_file(self, day: date) -> Path:
        """Events that builds themselves emitted about one UTC day."""
        return self.landing_events / f"{EMITTED_PREFIX}{day.isoformat()}.jsonl"

    @property
    def truth(self) -> Path:
        """What the simulator knows; no part of the pipeline may read it."""
        return self.root / "truth"

    @property
    def lake(self) -> Path:
        """Validated, typed Parquet, its manifest, and the quarantine."""
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        """What dbt builds, behind one lock; a cache that can be deleted."""
        return self.root / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        """The DuckDB file only dbt writes."""
        return self.warehouse / "warehouse.duckdb"

    @property
    def sources_file(self) -> Path:
        """Hand-over to dbt: the files of each source, the results, and `as_of`."""
        return self.warehouse / "sources.json"

    @property
    def results(self) -> Path:
        """Tables that Python assets write for dbt's final phase."""
        return self.root / "results"

    @property
    def serving(self) -> Path:
        """Published snapshots, `<build_id>.duckdb`, and the pointer `CURRENT`."""
        return self.root / "serving"

    @property
    def current_pointer(self) -> Path:
        """One line naming the snapshot to open."""
        return self.serving / "CURRENT"

    @property
    def ops_file(self) -> Path:
        """The operational store when it is SQLite."""
        return self.root / "ops.db"

    @property
    def ops_lock_file(self) -> Path:
        """Held while the operational store is brought to its newest shape."""
        return self.root / "ops.lock"

    @property
    def ops_schema_file(self) -> Path:
        """One line naming this home's schema where the operational store is PostgreSQL."""
        return self.root / "ops.schema"

    @property
    def keys(self) -> Path:
        """Secrets of this home, mode 0700."""
        return self.root / "keys"

    @property
    def dagster(self) -> Path:
        """`DAGSTER_HOME` of this installation."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def docs(self) -> Path:
        """Data Docs and reports."""
        return self.root / "docs"

    def landing_table(self, table: str) -> Path:
        """Folder of one reference table's files."""
        return self.landing / table
