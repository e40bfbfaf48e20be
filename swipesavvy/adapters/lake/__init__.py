"""The lake: landing files become validated, typed, deduplicated Parquet, listed by a manifest.

Belongs here: everything that reads `landing/` or writes `lake/`. What a valid line is, is declared in `domain.events`
and `domain.reference_tables`; this package executes the declarations. Nothing after the lake is written from here.

`store` is the door; `event_batches` and `table_batches` take files in; `manifest` says what counts.
"""

from swipesavvy.adapters.lake.store import ParquetLake, open_lake

__all__ = ["ParquetLake", "open_lake"]
