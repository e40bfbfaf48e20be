"""How assets look on their pages: a small inline plot, the age of the data. Numbers come from the assets."""

import base64
from collections.abc import Sequence
from datetime import datetime

import dagster as dg

WIDTH, HEIGHT = 240, 48
HISTORY = 30


def sparkline(values: Sequence[float], label: str) -> dg.MarkdownMetadataValue:
    """A bar a value, oldest left, as an image inside the text: nothing is fetched to show it."""
    top = max(values, default=0) or 1
    step = WIDTH / max(len(values), 1)
    bars = "".join(
        f'<rect x="{i * step:.1f}" y="{HEIGHT - HEIGHT * max(v, 0) / top:.1f}" width="{max(step - 1, 0.5):.1f}" '
        f'height="{HEIGHT * max(v, 0) / top:.1f}"/>'
        for i, v in enumerate(values)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" fill="#4f6bed">{bars}</svg>'
    image = base64.b64encode(svg.encode()).decode()
    span = f"{min(values):,.0f} to {max(values):,.0f}" if values else "no values yet"
    return dg.MetadataValue.md(f"![{label}](data:image/svg+xml;base64,{image})\n\n{label}: {span}")


def lag_minutes(data_as_of: datetime | None, now: datetime) -> dict[str, dg.MetadataValue]:
    """Minutes between the newest thing that happened and now; nothing before the first event."""
    if data_as_of is None:
        return {}
    return {
        "lag_minutes": dg.MetadataValue.float(round((now - data_as_of).total_seconds() / 60, 2)),
        "data_as_of": dg.MetadataValue.timestamp(data_as_of),
    }


def row_history(instance: dg.DagsterInstance, key: dg.AssetKey, rows: int) -> list[float]:
    """Row counts of the asset's last materialisations, this one last."""
    records = instance.fetch_materializations(key, limit=HISTORY - 1).records
    counts = []
    for record in records:
        entry = record.asset_materialization
        value = entry.metadata.get("dagster/row_count") if entry is not None else None
        if isinstance(value, dg.IntMetadataValue) and value.value is not None:
            counts.append(float(value.value))
    return [*reversed(counts), float(rows)]


def table_metadata(context: dg.AssetExecutionContext, key: dg.AssetKey, rows: int) -> dict[str, dg.MetadataValue]:
    """Row count and how it developed, the same for every table-like asset."""
    history = row_history(context.instance, key, rows)
    return {"dagster/row_count": dg.MetadataValue.int(rows), "rows_by_run": sparkline(history, "Rows by run")}
