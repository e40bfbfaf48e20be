"""The users of a market: who they are, how they behave, how they react to campaigns.

Belongs here: latent traits and what follows from them in expectation. Not here: what they then do (`orders`,
`engagement`, `behaviour`).
"""

from dataclasses import dataclass

import numpy as np

from swipesavvy.simulation.arrays import DAY, Flags, Floats, Ints, milliseconds
from swipesavvy.simulation.rhythm import BURSTS, REGIONS, REGULAR, SHAPES, WEEKEND, ZONE_OF_REGION, Rhythms
from swipesavvy.simulation.spec import MarketSpec

# pattern, share of users, orders a day while active, mean order value in USD, mean days until the interest ends
PATTERNS = (
    ("HIGH_SPENDER", 0.10, 0.074, 46.0, 420.0),
    ("FREQUENT_SHOPPER", 0.05, 0.310, 16.0, 420.0),
    ("WEEKEND_SHOPPER", 0.09, 0.064, 27.0, 330.0),
    ("SEASONAL_SPENDER", 0.07, 0.064, 32.0, 360.0),
    ("LOCATION_CLUSTERED", 0.10, 0.064, 25.0, 330.0),
    ("CATEGORY_FOCUSED", 0.10, 0.062, 27.0, 330.0),
    ("INACTIVE", 0.09, 0.040, 24.0, 90.0),
    ("NEW_SHOPPER", 0.40, 0.056, 25.0, 300.0),
)
NAMES = tuple(pattern[0] for pattern in PATTERNS)
INACTIVE, NEW_SHOPPER, FOCUSED, CLUSTERED = (
    NAMES.index(name) for name in ("INACTIVE", "NEW_SHOPPER", "CATEGORY_FOCUSED", "LOCATION_CLUSTERED")
)
# category, how its basket compares with a user's mean
CATEGORIES = (
    ("Groceries", 0.95),
    ("Dining", 0.85),
    ("Coffee", 0.45),
    ("Fashion", 1.30),
    ("Electronics", 1.70),
    ("Home", 1.25),
    ("Beauty", 1.00),
    ("Travel", 1.60),
)
CATEGORY_FACTORS = np.array([factor for _, factor in CATEGORIES])

BEFORE_START = 0.04  # of the later rate: signed up, looking around
AFTER_LAPSE = 0.30  # of the earlier rate: interest has ended, an order is an exception
RATE_SPREAD = 0.42  # sigma of log orders a day within a pattern; sets how predictable churn can be
_DORMANT_SHARE, _DORMANT_NEW_SHARE = 0.25, 0.90  # sign up without a need to buy yet
_DORMANT_DAYS = 120.0
_READERS, _READ_MOST, _READ_FEW = 0.20, 3.4, 0.40
_FOUNDERS = 0.50  # share of the older users who signed up in the shop's first month


@dataclass(frozen=True)
class People:
    """One entry per user in every array. Probabilities and rates are latent: they go to truth, never to landing."""

    pattern: Ints
    region: Ints
    zone: Ints
    rhythm: Ints
    signup: Ints
    start: Ints  # active from here on; between signup and start orders are rare
    lapse: Ints  # interest ends
    start_hazard: Floats  # a day
    lapse_hazard: Floats  # a day
    rate: Floats  # orders a day while active
    value: Floats  # mean order value before categories, USD
    tastes: Floats  # users x categories, rows sum to 1
    home_location: Ints
    attention: Floats  # how readily campaigns are clicked, around 1
    reading: Floats  # how readily messages are opened, around 1: a few read most, most read few
    sensitivity: Floats  # how strongly campaigns change what is bought, around 1

    @property
    def count(self) -> int:
        """Number of users."""
        return len(self.pattern)

    @property
    def mean_value(self) -> Floats:
        """Expected order value in USD, categories included."""
        return np.asarray(self.value * (self.tastes @ CATEGORY_FACTORS))

    def activity(self, user: Ints, at: Ints) -> Floats:
        """Share of the full rate at each instant."""
        before = np.where(at < self.start[user], BEFORE_START, 1.0)
        return np.where(at >= self.lapse[user], AFTER_LAPSE, before)

    def exposure(self, user: Ints, at: Ints, rhythms: Rhythms) -> Floats:
        """Active average days between signup and each instant: orders expected so far = rate x exposure."""
        rhythm = self.rhythm[user]
        signup, start, lapse = (
            rhythms.accumulated(rhythm, times[user]) for times in (self.signup, self.start, self.lapse)
        )
        now = np.maximum(rhythms.accumulated(rhythm, at), signup)
        return np.asarray(
            BEFORE_START * (np.minimum(now, start) - signup)
            + (np.clip(now, start, lapse) - start)
            + AFTER_LAPSE * (np.maximum(now, lapse) - lapse)
        )

    def segment(self, user: Ints, at: Ints) -> Ints:
        """Index of the pattern the engine would see at each instant."""
        seen = np.where(at - self.signup[user] < 30 * DAY, NEW_SHOPPER, self.pattern[user])
        return np.where(at - self.lapse[user] > 30 * DAY, INACTIVE, seen)


def people(spec: MarketSpec) -> People:
    """Draw the users of a market."""
    rng = spec.rng("people")
    count = spec.users
    shares, rates, values, lives = (np.array([pattern[n] for pattern in PATTERNS]) for n in range(1, 5))
    pattern = rng.choice(len(PATTERNS), count, p=shares / shares.sum())
    region_shares = np.array([share for _, _, share in REGIONS])
    region = rng.choice(len(REGIONS), count, p=region_shares / region_shares.sum())
    signup = _signups(rng, spec, pattern == NEW_SHOPPER)
    dormant = rng.random(count) < np.where(pattern == NEW_SHOPPER, _DORMANT_NEW_SHARE, _DORMANT_SHARE)
    start = signup + np.where(dormant, milliseconds(rng.exponential(_DORMANT_DAYS, count) * DAY), 0)
    lapse_hazard = 1 / lives[pattern]
    # At a midnight, so that a day's expected orders have no kink inside it.
    lapse = (start + milliseconds(rng.exponential(1 / lapse_hazard) * DAY)) // DAY * DAY + DAY
    spread = rng.lognormal(-(RATE_SPREAD**2) / 2, RATE_SPREAD, count)
    zone = ZONE_OF_REGION[region]
    return People(
        pattern=pattern,
        region=region,
        zone=zone,
        rhythm=zone * SHAPES + _shapes(rng, pattern),
        signup=signup,
        start=start,
        lapse=lapse,
        start_hazard=np.full(count, 1 / _DORMANT_DAYS),
        lapse_hazard=lapse_hazard,
        rate=rates[pattern] * spread,
        value=values[pattern] * rng.lognormal(-0.03125, 0.25, count),
        tastes=_tastes(rng, pattern),
        home_location=rng.integers(0, 12, count),
        attention=rng.lognormal(-0.08, 0.40, count) * np.clip(spread, 0.2, 4.0) ** 0.25,
        reading=np.where(rng.random(count) < _READERS, _READ_MOST, _READ_FEW),
        sensitivity=rng.lognormal(-0.18, 0.60, count),
    )


def _signups(rng: np.random.Generator, spec: MarketSpec, new: Flags) -> Ints:
    """Founders in the first month, the rest evenly; new shoppers ever more often while events are recorded."""
    count = len(new)
    last = spec.end - 1
    first_month = spec.origin + rng.random(count) * min(30 * DAY, last - spec.origin)
    evenly = spec.origin + rng.random(count) * (last - spec.origin)
    opening = max(spec.start - 45 * DAY, spec.origin)
    recently = opening + np.sqrt(rng.random(count)) * (last - opening)
    older = np.where(rng.random(count) < _FOUNDERS, first_month, evenly)
    return milliseconds(np.where(new, recently, older))


def _shapes(rng: np.random.Generator, pattern: Ints) -> Ints:
    shape = np.full(len(pattern), REGULAR)
    shape[pattern == NAMES.index("WEEKEND_SHOPPER")] = WEEKEND
    seasonal = pattern == NAMES.index("SEASONAL_SPENDER")
    return np.where(seasonal, rng.choice(BURSTS, len(pattern)), shape)


def _tastes(rng: np.random.Generator, pattern: Ints) -> Floats:
    tastes = rng.gamma(1.2, size=(len(pattern), len(CATEGORIES))) + 1e-9
    tastes /= tastes.sum(axis=1, keepdims=True)
    favourite = np.eye(len(CATEGORIES))[rng.integers(0, len(CATEGORIES), len(pattern))]
    focused = (pattern == FOCUSED)[:, None]
    return np.where(focused, 0.25 * tastes + 0.75 * favourite, tastes)
