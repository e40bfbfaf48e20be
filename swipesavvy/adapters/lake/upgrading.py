"""Files of a lake that an older program wrote are brought to the present columns, once, before anything else.

Belongs here: mending Parquet files after a step of `manifest_schema`. Each step is one manifest transaction, so a
killed upgrade starts again.
"""

from datetime import datetime

import pyarrow.parquet as pq

from swipesavvy.adapters.lake.files import DUPLICATES, EVENT_ORDER, EVENTS, SPILL, LakeFiles, paths_sql
from swipesavvy.adapters.lake.manifest import BatchRecord
from swipesavvy.adapters.lake.manifest_schema import LACKS_AVAILABLE_AT
from swipesavvy.adapters.lake.staging import lake_connection

_ORDERS = {EVENTS: EVENT_ORDER, DUPLICATES: "event_id, landing_file, landing_line"}


def upgrade_files(files: LakeFiles, now: datetime) -> None:
    """Give old event files the column `available_at`, without a value: when they became available is not known."""
    record = BatchRecord(EVENTS, changes_content=False, facts={LACKS_AVAILABLE_AT: None})
    with lake_connection(files.root / SPILL) as connection:
        for file in files.manifest.files(EVENTS, DUPLICATES):
            if "available_at" in pq.read_schema(files.root / file.path).names:
                continue
            query = (
                f"SELECT *, NULL::TIMESTAMP AS available_at FROM read_parquet({paths_sql(files.root, [file])}) "
                f"ORDER BY {_ORDERS[file.kind]}"
            )
            record.added.extend(files.write(connection, query, file.kind, file.day, file.newest_at))
            record.removed.append(file.path)
    files.manifest.commit(record, now)
