"""Everything that is made from the contract's declarations, as files: name below the folder -> text.

Belongs here: which files there are. Their content is written by `contract_schemas`, `tracking_plan`, `constructors`.
"""

import json
from collections.abc import Callable, Mapping

from swipesavvy.application.constructors import constructors_source
from swipesavvy.application.tracking_plan import tracking_plan_markdown
from swipesavvy.domain.contract_schemas import Schema, envelope_schema, event_schema, row_schema
from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.reference_tables import TABLES


def schemas() -> dict[str, Schema]:
    """Every schema by its place: `envelope`, `events/<type>`, `tables/<table>`."""
    return {
        "envelope": envelope_schema(),
        **{f"events/{name}": event_schema(declared) for name, declared in EVENT_TYPES.items()},
        **{f"tables/{name}": row_schema(table) for name, table in TABLES.items()},
    }


def schema_files() -> dict[str, str]:
    """The JSON Schemas."""
    return {f"{name}.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas().items()}


FORMATS: Mapping[str, Callable[[], dict[str, str]]] = {
    "json-schema": schema_files,
    "markdown": lambda: {"tracking-plan.md": tracking_plan_markdown()},
    "python": lambda: {"events.py": constructors_source()},
}
"""The files of each format."""
HOMES = {"json-schema": "docs/contracts", "markdown": "docs", "python": "swipesavvy/client"}
"""Where the checkout keeps them."""
