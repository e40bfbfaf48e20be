"""What dbt's manifest declares for readers: the metric catalogue and which tables are served."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.metrics import MetricDefinition

OPTIONAL = {"target", "range_low", "range_high", "fixed_window"}


@dataclass(frozen=True)
class ServedTable:
    """A relation of the warehouse that every snapshot carries under its own name."""

    schema: str
    name: str


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest dbt wrote.

    Raises:
        BadInputError: the file is missing or is not JSON.
    """
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path}: cannot read dbt's manifest ({error}); run `make setup` to write it again"
        raise BadInputError(message) from None
    return manifest


def models(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The model nodes, by unique id."""
    for unique_id, node in sorted(manifest["nodes"].items()):
        if unique_id.startswith("model."):
            yield node


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    # dbt copies `meta` of a model's YAML into its config; both spellings end up there.
    meta: Mapping[str, Any] = node.get("config", {}).get("meta") or node.get("meta") or {}
    return meta


def served_tables(manifest: Mapping[str, Any]) -> list[ServedTable]:
    """Models marked `meta: {serve: true}`, in a fixed order."""
    return [
        ServedTable(schema=node["schema"], name=node.get("alias") or node["name"])
        for node in models(manifest)
        if _meta(node).get("serve")
    ]


def metric_catalogue(manifest: Mapping[str, Any]) -> list[MetricDefinition]:
    """Every metric dbt's YAML declares, ordered by its id.

    Raises:
        BadInputError: a metric lacks a field or is declared twice; the text names model and field.
    """
    found: dict[str, MetricDefinition] = {}
    for node in models(manifest):
        meta = _meta(node)
        for declared in (meta, *meta.get("side_metrics", [])):
            if "metric" not in declared:
                continue
            definition = _definition(node["name"], declared)
            if definition.metric in found:
                message = f"{node['name']}: metric {definition.metric} is declared twice; keep one"
                raise BadInputError(message)
            found[definition.metric] = definition
    return [found[metric] for metric in sorted(found)]


def _definition(model: str, declared: Mapping[str, Any]) -> MetricDefinition:
    values: dict[str, Any] = {}
    for field in fields(MetricDefinition):
        if field.name not in declared and field.name not in OPTIONAL:
            message = f"{model}: metric {declared['metric']} lacks `{field.name}` in its meta; add it to the YAML"
            raise BadInputError(message)
        values[field.name] = declared.get(field.name)
    for name in ("target", "range_low", "range_high"):
        values[name] = None if values[name] is None else float(values[name])
    values["grains"] = tuple(values["grains"] or ())
    return MetricDefinition(**values)
