"""Randomised holdouts: holdout_lift, incrementality, visit_lift and revenue_per_user_lift, with their intervals.

Belongs here: groups of first assignments, outcomes within seven days, strata and their roll-up.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from oracle import intervals
from oracle.facts import Assignment, Facts
from oracle.ratios import Grain, Group
from oracle.windows import Window

OUTCOME = timedelta(days=7)
DEFAULT_HOLDOUT_SHARE = 0.10
SMALL_GROUP = 100


@dataclass
class Arm:
    """One group's users: their orders' net value, whether they bought, whether they landed."""

    values: list[float] = field(default_factory=list)
    buyers: int = 0
    visitors: int = 0

    @property
    def size(self) -> int:
        return len(self.values)

    def sample(self) -> intervals.Sample:
        """Net order value per assigned user."""
        return intervals.Sample(self.size, math.fsum(self.values), math.fsum(value**2 for value in self.values))


@dataclass
class Stratum:
    """The two groups of one campaign, or of one creative against the campaign's whole control group."""

    treated: Arm = field(default_factory=Arm)
    control: Arm = field(default_factory=Arm)
    contaminated: int = 0
    holdout_share: float = DEFAULT_HOLDOUT_SHARE

    @property
    def has_both(self) -> bool:
        return self.treated.size > 0 and self.control.size > 0


@dataclass(frozen=True)
class Lift:
    """One row: the value with what stands beside it. What cannot be said is None."""

    value: float | None
    numerator: float | None
    denominator: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    srm_p_value: float | None = None
    n_treated: int = 0
    n_control: int = 0
    contaminated: int = 0


class Outcomes:
    """What each user did, to be cut to the seven days after an assignment."""

    def __init__(self, facts: Facts):
        self._orders = defaultdict(list)
        self._landings = defaultdict(list)
        for order in facts.orders:
            self._orders[order.user].append(order)
        for user, at in facts.landings:
            self._landings[user].append(at)

    def enter(self, arm: Arm, one: Assignment) -> None:
        """Adds an assigned user to an arm; users assigned less than seven days ago count too."""
        orders = [order.value for order in self._orders[one.user] if one.at <= order.at < one.at + OUTCOME]
        landed = any(one.at <= at < one.at + OUTCOME for at in self._landings[one.user])
        arm.values.append(math.fsum(orders))
        arm.buyers += bool(orders)
        arm.visitors += landed


def strata(facts: Facts, window: Window) -> dict[str, Stratum]:
    """Per campaign, the users whose first assignment lies in the window."""
    return {campaign: parts[None] for campaign, parts in _parts(facts, window).items()}


def creative_strata(facts: Facts, window: Window) -> dict[tuple[str, str], Stratum]:
    """Per campaign and creative; control and contamination are the whole campaign's."""
    found = {}
    for campaign, parts in _parts(facts, window).items():
        for creative, stratum in parts.items():
            if creative is not None:
                stratum.control, stratum.contaminated = parts[None].control, parts[None].contaminated
                found[campaign, creative] = stratum
    return found


def _parts(facts: Facts, window: Window) -> dict[str, dict[str | None, Stratum]]:
    outcomes = Outcomes(facts)
    found: dict[str, dict[str | None, Stratum]] = defaultdict(lambda: defaultdict(Stratum))
    for one in facts.assignments:
        if not window.holds(one.at):
            continue
        whole = found[one.campaign][None]
        share = facts.campaigns.get(one.campaign, {}).get("holdout_share")
        whole.holdout_share = DEFAULT_HOLDOUT_SHARE if share is None else share
        if one.both_groups:
            whole.contaminated += 1
        elif one.holdout:
            outcomes.enter(whole.control, one)
        else:
            outcomes.enter(whole.treated, one)
            outcomes.enter(found[one.campaign][one.creative].treated, one)
    return found


def absolute(stratum: Stratum, hits: Callable[[Arm], int]) -> Lift:
    """Percentage points between the groups, of users who did something."""
    treated, control = stratum.treated, stratum.control
    sizes = _sizes(stratum)
    if not stratum.has_both:
        return Lift(None, None, None, **sizes)
    t, c = hits(treated), hits(control)
    low, high = intervals.newcombe(t, treated.size, c, control.size)
    excess = t - c * treated.size / control.size
    p = intervals.pooled_p(t, treated.size, c, control.size)
    value = 100 * (t / treated.size - c / control.size)
    return Lift(value, excess, treated.size, 100 * low, 100 * high, p, **sizes)


def holdout_lift(stratum: Stratum) -> Lift:
    """Percentage points of buyers between the groups."""
    return absolute(stratum, lambda arm: arm.buyers)


def visit_lift(stratum: Stratum) -> Lift:
    """Percentage points of users with a landing between the groups."""
    return absolute(stratum, lambda arm: arm.visitors)


def incrementality(stratum: Stratum) -> Lift:
    """Share of treated buyers who would not have bought anyway, in percent; the p-value is that of the lift."""
    points = holdout_lift(stratum)
    treated = stratum.treated
    if points.value is None or treated.buyers == 0:
        return replace(points, value=None, numerator=None, denominator=None, ci_low=None, ci_high=None)
    scale = treated.size / treated.buyers
    return replace(
        points,
        value=points.value * scale,
        denominator=treated.buyers,
        ci_low=points.ci_low * scale,
        ci_high=points.ci_high * scale,
    )


def revenue_per_user_lift(stratum: Stratum) -> Lift:
    """Difference in mean net order value per assigned user."""
    if not stratum.has_both:
        return Lift(None, None, None, **_sizes(stratum))
    one, other = stratum.treated.sample(), stratum.control.sample()
    low, high, p = intervals.welch(one, other) or (None, None, None)
    excess = one.total - other.total * one.size / other.size
    return Lift(one.mean - other.mean, excess, one.size, low, high, p, **_sizes(stratum))


def _sizes(stratum: Stratum) -> dict[str, float | None]:
    treated, control = stratum.treated.size, stratum.control.size
    srm = intervals.sample_ratio_p(treated, control, stratum.holdout_share)
    return {
        "srm_p_value": srm,
        "n_treated": treated,
        "n_control": control,
        "contaminated": stratum.contaminated,
    }


def roll_up(parts: list[Stratum], *, of_buyers: bool) -> Lift:
    """Above campaign: sums over the strata that have both groups. `of_buyers` for incrementality, else per treated."""
    both = [part for part in parts if part.has_both]
    excess = math.fsum(p.treated.buyers - p.control.buyers * p.treated.size / p.control.size for p in both)
    denominator = sum(part.treated.buyers if of_buyers else part.treated.size for part in both)
    sizes = {"n_treated": sum(p.treated.size for p in both), "n_control": sum(p.control.size for p in both)}
    error = math.sqrt(math.fsum(part.treated.size**2 * _variance(part) for part in both))
    p = intervals.two_sided(excess / error) if error > 0 else None
    if not denominator:
        return Lift(None, None, None, p_value=p, **sizes)
    low, high = excess - intervals.ROLL_UP_Z * error, excess + intervals.ROLL_UP_Z * error
    scale = 100 / denominator
    return Lift(scale * excess, excess, denominator, scale * low, scale * high, p, **sizes)


def _variance(part: Stratum) -> float:
    treated, control = part.treated.buyers / part.treated.size, part.control.buyers / part.control.size
    return treated * (1 - treated) / part.treated.size + control * (1 - control) / part.control.size


def at_grain(facts: Facts, window: Window, grain: Grain, *, of_buyers: bool) -> dict[Group, Lift]:
    """holdout_lift, or incrementality where `of_buyers`, for every group of a grain."""
    single = incrementality if of_buyers else holdout_lift
    if grain == ("campaign_id",):
        return {(campaign,): single(part) for campaign, part in strata(facts, window).items()}
    if grain == ("campaign_id", "creative_id"):
        return {pair: single(part) for pair, part in creative_strata(facts, window).items()}
    if not grain:
        return {(): roll_up(list(strata(facts, window).values()), of_buyers=of_buyers)}
    of_creative: dict[str, list[Stratum]] = defaultdict(list)
    for (_, creative), part in creative_strata(facts, window).items():
        of_creative[creative].append(part)
    return {(creative,): _across_campaigns(parts, of_buyers=of_buyers) for creative, parts in of_creative.items()}


def _across_campaigns(parts: list[Stratum], *, of_buyers: bool) -> Lift:
    """A creative of one campaign is compared as within that campaign; one that several share is a sum over them."""
    both = [part for part in parts if part.has_both]
    if len(both) == 1:
        return incrementality(both[0]) if of_buyers else holdout_lift(both[0])
    return roll_up(both, of_buyers=of_buyers)
