"""A whole market in memory: people, campaigns, what happened, its lines, its tables and its truth."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from swipesavvy.simulation import truth
from swipesavvy.simulation.campaign_events import campaign_events
from swipesavvy.simulation.faults import with_faults
from swipesavvy.simulation.order_events import order_events
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.spend import Costs, budgets, costs, platform_reports, spend_table
from swipesavvy.simulation.staff_events import staff_events, system_events
from swipesavvy.simulation.tables import (
    benchmarks_table,
    campaigns_table,
    consents_table,
    creatives_table,
    order_tables,
    users_table,
)
from swipesavvy.simulation.visit_events import visit_events
from swipesavvy.simulation.wire import Wire, stream
from swipesavvy.simulation.world import World, world

Step = Callable[[str], None]


@dataclass(frozen=True)
class Market:
    """What is written: lines (columns `line`, `received`) in order of receipt, tables by file, and the truth."""

    spec: MarketSpec
    landed: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]
    counts: dict[str, object]


STEPS = ("people and campaigns", "events", "lines", "tables", "truth")


def market(spec: MarketSpec, step: Step = lambda _: None) -> Market:
    """Simulate and spell everything; `step` hears the name of each of STEPS as it begins."""
    step(STEPS[0])
    lived = world(spec)
    spent = costs(spec, lived.campaigns, lived.contacts, lived.reactions)
    step(STEPS[1])
    events = _events(lived, spent)
    step(STEPS[2])
    faulty = with_faults(spec, events)
    step(STEPS[3])
    tables = _tables(lived, spent)
    step(STEPS[4])
    return Market(spec, faulty.landed, tables, _truth(lived), truth.counts(events, faulty.landed.height, faulty.counts))


def _events(lived: World, spent: Costs) -> pl.DataFrame:
    """The clean events, in order of time."""
    spec = lived.spec
    wire = Wire(lived.people, spec.rng("wire"))
    allocated = pl.Series(budgets(lived.campaigns, spent))
    frames = [
        *campaign_events(lived, wire),
        *order_events(lived, wire),
        *visit_events(lived, wire),
        *staff_events(spec, lived.campaigns, lived.contacts, allocated),
        *system_events(spec),
    ]
    return stream((spec.start, spec.end), frames, spec.rng("receipts"))


def _tables(lived: World, spent: Costs) -> dict[str, pl.DataFrame]:
    """Reference tables by their file under landing; one table may be spread over files of several formats."""
    spec, offers = lived.spec, lived.campaigns
    placed = order_tables(spec, lived.people, lived.orders)
    return {
        "users/simulated.csv": users_table(spec, lived.people),
        "campaigns/simulated.jsonl": campaigns_table(spec, offers, budgets(offers, spent)),
        "creatives/simulated.csv": creatives_table(offers),
        "spend/simulated.csv": spend_table(offers, spent),
        "orders/simulated-1-history.parquet": placed["history"],
        "orders/simulated-2-recent.csv": placed["recent"],
        "orders/simulated-3-returned.jsonl": placed["returned"],
        "consents/simulated.csv": consents_table(spec, lived.people, offers, lived.contacts),
        "benchmarks/simulated.csv": benchmarks_table(spec),
        "platform_reports/simulated.csv": platform_reports(spec, offers, spent),
    }


def _truth(lived: World) -> dict[str, pl.DataFrame]:
    effects = truth.effects_truth(lived)
    return {
        "users": truth.users_truth(lived.people),
        "effects": effects,
        "campaigns": truth.campaigns_truth(lived, effects),
        "churn": truth.churn_truth(lived),
        "revenue": truth.revenue_truth(lived),
    }
