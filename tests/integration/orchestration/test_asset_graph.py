"""The asset graph as a reviewed file: a change of keys, groups, edges, owners or checks shows as a difference.

Write it anew with `python tests/integration/orchestration/test_asset_graph.py` and read the difference.
"""

import json
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.definitions import build_definitions
from dagster_project.jobs import TIERS
from swipesavvy.domain.home import Home

SNAPSHOT = Path(__file__).with_name("asset_graph.json")


def graph_of(definitions: dg.Definitions) -> dict[str, Any]:
    """Every asset with its group, owners, upstream assets, kinds and checks."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): {
            "group": node.group_name,
            "owners": sorted(node.owners),
            "upstream": sorted(parent.to_user_string() for parent in node.parent_keys),
            "kinds": sorted(node.kinds),
            "checks": sorted(check.name for check in node.check_keys),
        }
        for key in sorted(graph.get_all_asset_keys())
        for node in [graph.get(key)]
    }


def test_the_graph_is_the_reviewed_one(definitions: dg.Definitions) -> None:
    assert graph_of(definitions) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_asset_is_described_and_owned(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert all(owner.startswith("team:") for owner in node.owners), key
        assert node.owners, key


def test_publishing_waits_for_every_model(definitions: dg.Definitions) -> None:
    graph = graph_of(definitions)
    models = {key for key, node in graph.items() if "dbt" in node["kinds"]}
    assert len(models) > 30
    assert models <= set(graph["serving/snapshot"]["upstream"])


def test_tiers_build_everything_and_the_fast_ones_skip_the_suites(definitions: dg.Definitions) -> None:
    assets, suites = {}, {}
    for tier in TIERS:
        layer = definitions.resolve_job_def(f"refresh_{tier}").asset_layer
        assets[tier] = layer.selected_asset_keys
        checks = {check for data in layer.data for check in data.assets_def.check_keys}
        suites[tier] = {check for check in checks if check.name == "meets_expectations"}
    assert len({frozenset(keys) for keys in assets.values()}) == 1
    assert not suites["realtime"] | suites["hourly"]
    assert len(suites["daily"]) == len(suites["weekly"]) == len(suites["all"]) >= 5


if __name__ == "__main__":
    found = graph_of(build_definitions(Home(Path("unused"))))
    SNAPSHOT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
