"""The catalogue comes out of dbt's manifest whole or not at all."""

from pathlib import Path
from typing import Any

import pytest

from swipesavvy.adapters.catalogue import ServedTable, metric_catalogue, read_manifest, served_tables
from swipesavvy.adapters.dbt_runner import ensure_manifest
from swipesavvy.domain.errors import BadInputError

META = {
    "metric": "ctr",
    "label": "CTR",
    "definition": "d",
    "formula": "f",
    "unit": "percent",
    "direction": "higher",
    "owner": "Performance",
    "refresh_tier": "realtime",
    "visualisation": "line",
    "priority": "P0",
    "grains": ["campaign"],
    "target": 2,
}


def manifest(*metas: dict[str, Any]) -> dict[str, Any]:
    nodes = {
        f"model.x.m{i}": {"name": f"m{i}", "schema": "metrics", "config": {"meta": meta}}
        for i, meta in enumerate(metas)
    }
    return {"nodes": {**nodes, "test.x.t": {"name": "t", "config": {"meta": META}}}}


def test_metrics_are_read_with_their_numbers_as_doubles() -> None:
    (found,) = metric_catalogue(manifest({}, META))
    assert (found.metric, found.target, found.range_low, found.grains) == ("ctr", 2.0, None, ("campaign",))


def test_a_missing_field_and_a_second_declaration_are_named() -> None:
    with pytest.raises(BadInputError, match="m0: metric ctr lacks `formula`"):
        metric_catalogue(manifest({name: value for name, value in META.items() if name != "formula"}))
    with pytest.raises(BadInputError, match="m1: metric ctr is declared twice"):
        metric_catalogue(manifest(META, META))


def test_served_tables_are_those_marked() -> None:
    assert served_tables(manifest({"serve": True}, {"serve": False}, {})) == [ServedTable("metrics", "m0")]


def test_an_unreadable_manifest_says_how_to_write_it_again(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="make setup"):
        read_manifest(tmp_path / "manifest.json")


def test_the_projects_own_catalogue_holds_the_first_metrics() -> None:
    found = {entry.metric for entry in metric_catalogue(read_manifest(ensure_manifest()))}
    assert found >= {"roas", "ctr", "conversion_rate", "cac", "aov", "ltv", "open_rate", "budget_utilization"}
    assert found >= {"holdout_lift", "incrementality", "visit_lift", "revenue_per_user_lift"}
