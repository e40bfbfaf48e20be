"""The campaigns of a market: what they offer, to whom, when, and what they truly cause.

Belongs here: one row per campaign and per creative. Not here: who is assigned (`contacts`), what happens next
(`engagement`), what it costs (`spend`).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES
from swipesavvy.simulation.arrays import DAY, HOUR, Flags, Floats, Ints
from swipesavvy.simulation.identifiers import uuids
from swipesavvy.simulation.people import NAMES
from swipesavvy.simulation.spec import MarketSpec

CHANNELS = ("email", "push", "in_app", "sms")
_CHANNEL_SHARES = (0.42, 0.34, 0.14, 0.10)
ACTIVE, PAUSED, COMPLETED = range(3)
STATUSES = ("active", "paused", "completed")

# type -> segment it is for, discount on the order, reward per converted order in USD, names
OFFERS: dict[str, tuple[str, float, float, tuple[str, ...]]] = {
    "DISCOUNT": ("NEW_SHOPPER", 0.10, 0.0, ("First Order 10% Off", "Welcome Week", "Try Us Tuesday", "Fresh Start")),
    "CASHBACK": ("WEEKEND_SHOPPER", 0.0, 1.50, ("Weekend Cashback", "5% Back Saturday", "Double Cashback Days")),
    "LOYALTY": ("FREQUENT_SHOPPER", 0.0, 1.00, ("Tenth Coffee Free", "Points Booster", "Regulars' Reward")),
    "LOCATION_BASED": ("LOCATION_CLUSTERED", 0.05, 0.0, ("Around the Corner", "Neighbourhood Deals", "Near You Now")),
    "CATEGORY_PROMOTION": ("CATEGORY_FOCUSED", 0.08, 0.0, ("Fashion Fridays", "Home Refresh", "Beauty Picks")),
    "SPENDING_MILESTONE": ("SEASONAL_SPENDER", 0.0, 2.00, ("Spend 100 Get 10", "Summer Spending Spree", "Gold Mile")),
    "RE_ENGAGEMENT": ("INACTIVE", 0.12, 0.0, ("We Miss You", "Come Back Bonus", "Still Thinking?")),
    "VIP": ("HIGH_SPENDER", 0.05, 1.00, ("VIP Early Access", "Private Sale", "Concierge Picks")),
}
OTHER_CREATIVES = (
    ("Today only, for you", "Shop now"),
    ("Your basket has a new price", "See the offer"),
    ("A little thank-you inside", "Claim it"),
    ("Do not miss this one", "Have a look"),
)
_NULL_SHARE, _HARMFUL_SHARE = 0.125, 0.085
_PAUSED_SHARE = 0.10
_BILLED_BY_CREATIVE = 0.6


@dataclass(frozen=True)
class Campaigns:
    """One entry per campaign, in order of launch; creatives point back by index."""

    ids: pl.Series
    kind: Ints  # index into CAMPAIGN_TYPES
    name: tuple[str, ...]
    channel: Ints
    target: Ints  # index into people.NAMES
    launch: Ints
    stop: Ints  # sends end (planned end or pause)
    status: Ints
    holdout_share: Floats
    open_rate: Floats
    ctr: Floats  # clicks per impression
    frequency: Floats  # impressions per user who receives anything
    strength: Floats  # of the true effect; 0 for campaigns that change nothing
    suppression: Floats  # share of orders a harmful campaign drives away in the 7 days after contact
    cost_per_click: Floats
    budget_use: Floats
    cost_by_creative: Flags
    creative_ids: pl.Series
    creative_campaign: Ints
    creative_headline: tuple[tuple[str, str], ...]
    creative_appeal: Floats

    @property
    def count(self) -> int:
        """Number of campaigns."""
        return len(self.kind)

    @property
    def discount(self) -> Floats:
        """Discount share per campaign."""
        return np.array([OFFERS[CAMPAIGN_TYPES[kind]][1] for kind in self.kind], dtype=np.float64)

    @property
    def reward(self) -> Floats:
        """Reward per converted order in USD per campaign."""
        return np.array([OFFERS[CAMPAIGN_TYPES[kind]][2] for kind in self.kind], dtype=np.float64)


def campaigns(spec: MarketSpec) -> Campaigns:
    """Draw the campaigns of a market."""
    rng = spec.rng("campaigns")
    count = spec.campaigns
    kind = (np.arange(count) % len(CAMPAIGN_TYPES))[rng.permutation(count)]
    launch, planned = _runs(rng, spec)
    paused = (rng.random(count) < _PAUSED_SHARE) & (planned - launch > 4 * DAY)
    stop = np.where(paused, launch + (planned - launch) // 2, planned)
    status = np.where(planned >= spec.end, ACTIVE, COMPLETED)
    strength, suppression = _effects(rng, count)
    creatives = rng.integers(2, 5, count)
    of_creative = np.repeat(np.arange(count), creatives)
    return Campaigns(
        ids=uuids(rng, count),
        kind=kind,
        name=_names(kind),
        channel=rng.choice(len(CHANNELS), count, p=_CHANNEL_SHARES),
        target=np.array([NAMES.index(OFFERS[CAMPAIGN_TYPES[k]][0]) for k in kind], dtype=np.int64),
        launch=launch,
        stop=stop,
        status=np.where(paused & (stop < spec.end), PAUSED, status),
        holdout_share=rng.choice([0.10, 0.15, 0.20], count, p=[0.8, 0.1, 0.1]),
        open_rate=rng.uniform(0.18, 0.31, count),
        ctr=rng.uniform(0.026, 0.040, count),
        frequency=rng.uniform(1.8, 2.5, count),
        strength=strength,
        suppression=suppression,
        cost_per_click=rng.uniform(0.75, 1.15, count),
        budget_use=rng.uniform(0.79, 1.02, count),
        cost_by_creative=rng.random(count) < _BILLED_BY_CREATIVE,
        creative_ids=uuids(rng, len(of_creative)),
        creative_campaign=of_creative,
        creative_headline=_headlines(kind, creatives),
        creative_appeal=rng.lognormal(-0.02, 0.20, len(of_creative)),
    )


def _runs(rng: np.random.Generator, spec: MarketSpec) -> tuple[Ints, Ints]:
    """Launches spread over the period, each at an hour of the working day; runs of 20 to 55 days."""
    share = (np.arange(spec.campaigns) + rng.random(spec.campaigns)) / max(spec.campaigns, 1)
    day = np.floor(share * max(spec.days - 14, 1)).astype(np.int64)
    launch = np.minimum(spec.start + day * DAY + rng.integers(8, 17, spec.campaigns) * HOUR, spec.end - HOUR)
    return launch, launch + rng.integers(20, 56, spec.campaigns) * DAY


def _effects(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Strength and suppression: most campaigns help, some change nothing, a few drive orders away."""
    rank = rng.permutation(count)
    null = rank < round(_NULL_SHARE * count)
    harmful = (rank >= count - round(_HARMFUL_SHARE * count)) & ~null
    strength = np.where(null | harmful, 0.0, rng.lognormal(-0.02, 0.20, count))
    return strength, np.where(harmful, rng.uniform(0.10, 0.25, count), 0.0)


def _names(kind: Ints) -> tuple[str, ...]:
    names, seen = [], dict.fromkeys(range(len(CAMPAIGN_TYPES)), 0)
    for k in kind.tolist():
        choices = OFFERS[CAMPAIGN_TYPES[k]][3]
        series, index = divmod(seen[k], len(choices))
        seen[k] += 1
        names.append(choices[index] + (f" {series + 1}" if series else ""))
    return tuple(names)


def _headlines(kind: Ints, creatives: Ints) -> tuple[tuple[str, str], ...]:
    """The plain offer first, then variations on it."""
    headlines = []
    for name, count in zip(_names(kind), creatives.tolist(), strict=True):
        headlines.append((name, "Get the offer"))
        headlines += [(f"{name}: {text.lower()}", cta) for text, cta in OTHER_CREATIVES[: count - 1]]
    return tuple(headlines)
