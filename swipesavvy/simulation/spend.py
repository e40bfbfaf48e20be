"""What campaigns cost: daily rows as billing exports have them, budgets, and what the sending tools claim."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import DAY, Floats, Ints
from swipesavvy.simulation.campaigns import CHANNELS, COMPLETED, Campaigns
from swipesavvy.simulation.contacts import Contacts
from swipesavvy.simulation.engagement import Engagement
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.wire import picked

PLATFORMS = dict(zip(CHANNELS, ("mail_service", "push_service", "app_inbox", "text_gateway"), strict=True))
_DRIFT = 0.02  # the tools count a little more than we do


@dataclass(frozen=True)
class Costs:
    """Daily costs, one row per campaign, creative and day; and the total per campaign in USD."""

    daily: pl.DataFrame  # campaign, creative, day (since 1970), impressions, clicks, cents
    total: Floats


def costs(spec: MarketSpec, campaigns: Campaigns, contacts: Contacts, reactions: Engagement) -> Costs:
    """Half of the price follows clicks, half the impressions that should have brought them."""
    rng = spec.rng("spend")
    clicked, click_at = reactions.clicks(contacts.treated)
    seen = np.flatnonzero(contacts.treated & (reactions.views > 0))
    touches = pl.concat(
        [
            _touches(contacts, clicked, click_at, clicks=np.ones(len(clicked))),
            _touches(contacts, seen, reactions.first_view[seen], impressions=reactions.views[seen]),
        ]
    )
    daily = (
        touches.filter(pl.col("day") <= (spec.end - 1) // DAY)
        .group_by("campaign", "creative", "day")
        .agg(pl.col("impressions").sum(), pl.col("clicks").sum())
        .sort("campaign", "creative", "day")
    )
    which = daily["campaign"].to_numpy()
    units = 0.5 * daily["clicks"].to_numpy() + 0.5 * daily["impressions"].to_numpy() * campaigns.ctr[which]
    noise = rng.lognormal(-0.02, 0.2, len(which))
    # Whole cents: sums of fractions depend on their order, which threads decide.
    cents = np.round(100 * campaigns.cost_per_click[which] * units * noise).astype(np.int64)
    total = np.bincount(which, weights=cents, minlength=campaigns.count) / 100
    return Costs(daily.with_columns(cents=pl.Series(cents)), total)


def _touches(contacts: Contacts, index: Ints, at: Ints, **counted: np.ndarray) -> pl.DataFrame:
    touches = {"impressions": np.zeros(len(index)), "clicks": np.zeros(len(index)), **counted}
    return pl.DataFrame(
        {
            "campaign": contacts.campaign[index],
            "creative": contacts.creative[index],
            "day": at // DAY,
            **{name: values.astype(np.int64) for name, values in touches.items()},
        }
    )


def budgets(campaigns: Campaigns, spent: Costs) -> Floats:
    """Allocations that turn out to be used as far as each campaign's `budget_use` says."""
    return np.maximum(np.round(spent.total / campaigns.budget_use, 0), 10.0)


def spend_table(campaigns: Campaigns, spent: Costs) -> pl.DataFrame:
    """Rows of the `spend` reference table; some tools bill per creative, some only per campaign."""
    which = pl.col("campaign")
    by_creative = np.flatnonzero(campaigns.cost_by_creative)
    daily = spent.daily.with_columns(
        creative=pl.when(which.is_in(by_creative.tolist())).then(pl.col("creative")).otherwise(-1)
    )
    rows = daily.group_by("campaign", "creative", "day").agg(pl.col("cents").sum())
    rows = rows.sort("campaign", "creative", "day").filter(pl.col("cents") > 0)
    campaign, creative = rows["campaign"].to_numpy(), rows["creative"].to_numpy()
    return pl.DataFrame(
        {
            "campaign_id": picked(campaigns.ids, campaign),
            "creative_id": picked(campaigns.creative_ids, creative),
            "spend_date": rows["day"].cast(pl.Int32).cast(pl.Date),
            "platform": picked(list(PLATFORMS.values()), campaigns.channel[campaign]),
            "cost": rows["cents"] / 100,
        }
    )


def platform_reports(spec: MarketSpec, campaigns: Campaigns, spent: Costs) -> pl.DataFrame:
    """What the sending tools say about completed campaigns, drifting a little from what happened."""
    rng = spec.rng("platform reports")
    completed = np.flatnonzero(campaigns.status == COMPLETED)
    rows = (
        spent.daily.filter(pl.col("campaign").is_in(completed.tolist()))
        .group_by("campaign", "day")
        .agg(pl.col("impressions", "clicks", "cents").sum())
        .sort("campaign", "day")
    )
    drift = 1 + np.abs(rng.normal(0, _DRIFT, rows.height))
    campaign = rows["campaign"].to_numpy()
    return pl.DataFrame(
        {
            "platform": picked(list(PLATFORMS.values()), campaigns.channel[campaign]),
            "campaign_id": picked(campaigns.ids, campaign),
            "report_date": rows["day"].cast(pl.Int32).cast(pl.Date),
            "impressions": np.round(rows["impressions"].to_numpy() * drift).astype(np.int64),
            "clicks": rows["clicks"],
            "cost": rows["cents"] / 100,
        }
    )
