"""How dbt's nodes appear in Dagster: groups from folders, owners from the metric catalogue."""

import re
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from dagster_project.lake_assets import OWNERS


class HouseTranslator(DagsterDbtTranslator):
    """Keys are `<schema>/<model>` and `<source>/<table>`; a folder of the dbt project is a group."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """One asset per model. The plan is the source `lake/build`, so staging waits for it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "source":
            return spec
        return spec.replace_attributes(group_name=node["fqn"][1], owners=_owners(node))


def _owners(node: Mapping[str, Any]) -> list[str]:
    owner = node.get("config", {}).get("meta", {}).get("owner")
    return [f"team:{re.sub('[^a-z0-9]+', '-', owner.lower())}"] if owner else OWNERS
