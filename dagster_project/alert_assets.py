"""The step after publishing: what the rules find in a build becomes alerts. One of an asked-for instant is mute.

Limits are declared in `swipesavvy.domain.alert_rules`; sending belongs to the notifier's channels.
"""

from datetime import UTC, datetime

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.publish_assets import SNAPSHOT
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.alerting import observe_build
from swipesavvy.adapters.sources_file import read_plan
from swipesavvy.settings import Settings

ALERTS = dg.AssetKey(["ops", "alerts"])
CALCULATING = ("dbt_base", "results__lift_intervals", "dbt_final")


@dg.asset(
    key=ALERTS,
    deps=[SNAPSHOT],
    group_name="serving",
    owners=["team:data-engineering"],
    kinds={"python"},
    pool=POOL,
    description="Alerts about the published build, brought up to date and told through the configured channels.",
)
def alerts(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """Evaluate the rules of a build. Whatever goes wrong here, the build is published already and stays so."""
    plan, now = read_plan(installation.home), installation.now()
    if not plan.emits:
        return dg.MaterializeResult(metadata={"told": 0, "mute": True})
    progress.info("looking for alerts")
    settings = Settings(home=installation.home.root)
    delivery = observe_build(settings, plan.build_id, _calculation_seconds(context), now)
    if delivery is None:
        return dg.MaterializeResult(metadata={"told": 0, "problem": "the log says why"})
    told = next(iter(delivery.sent.values()), [])
    if told:
        progress.warning("%d alerts are news; `swipesavvy alerts list` shows those that are open", len(told))
    lines = [f"- {notice.severity} {notice.rule} ({notice.subject}), {notice.news}" for notice in told]
    return dg.MaterializeResult(
        metadata={
            "told": len(told),
            "news": dg.MetadataValue.md("\n".join(lines) or "nothing new"),
            "channels": dict.fromkeys(delivery.sent, "sent") | delivery.failed,
            "seconds_after_publishing": _seconds_since_publishing(context, now),
        }
    )


def _calculation_seconds(context: dg.AssetExecutionContext) -> float | None:
    """What dbt and the statistics took in this run; nothing where they ran in another one."""
    steps = [step for step in context.instance.get_run_step_stats(context.run.run_id) if step.step_key in CALCULATING]
    spans = [step.end_time - step.start_time for step in steps if step.start_time and step.end_time]
    return sum(spans) if spans else None


def _seconds_since_publishing(context: dg.AssetExecutionContext, now: datetime) -> float:
    event = context.instance.get_latest_materialization_event(SNAPSHOT)
    published = datetime.fromtimestamp(event.timestamp, UTC) if event is not None else now
    return round((now - published).total_seconds(), 3)
