"""What can be started by name: one job per refresh tier, and ingestion alone.

Every tier builds all metrics for one `as_of`: a snapshot whose metrics describe different instants would contradict
itself. A slower tier adds the work that need not happen each minute, so each tier contains the faster ones.
"""

from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.expectations import EXPECTATION_CHECKS
from dagster_project.lake_assets import LAKE_GROUP, PLAN
from dagster_project.lake_checks import thorough_lake_checks

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

TIERS = ("realtime", "hourly", "daily", "weekly", "all")
WITHOUT_EXPECTATIONS = frozenset({"realtime", "hourly"})
THOROUGH_LAKE_CHECKS = dg.AssetSelection.checks(*thorough_lake_checks)

# The plan belongs to a build, not to taking in: ingestion alone leaves the last plan as it is.
INGESTION = dg.AssetSelection.groups(LAKE_GROUP) - dg.AssetSelection.assets(PLAN)


def _tier_selection(tier: str) -> dg.AssetSelection:
    everything = dg.AssetSelection.all()
    return everything - EXPECTATION_CHECKS - THOROUGH_LAKE_CHECKS if tier in WITHOUT_EXPECTATIONS else everything


def build_job(tier: str) -> "UnresolvedAssetJobDefinition":
    """The tier after ingestion: what `swipesavvy run` starts once it knows that something is new."""
    selection: dg.AssetSelection = _tier_selection(tier) - INGESTION
    if tier not in WITHOUT_EXPECTATIONS:
        selection |= THOROUGH_LAKE_CHECKS
    return dg.define_asset_job(f"build_{tier}", selection=selection)


ingest_job = dg.define_asset_job(
    "ingest", selection=INGESTION, description="Landing files into the lake, nothing more."
)
tier_jobs = {
    tier: dg.define_asset_job(
        f"refresh_{tier}",
        selection=_tier_selection(tier),
        description=f"Take in, build, check and publish: the {tier} tier.",
    )
    for tier in TIERS
}
