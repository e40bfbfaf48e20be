"""Campaign ratios of one window at one grain: returns, rates, costs.

Belongs here: roas, ctr, conversion_rate, cac, cpc, impressions, aov, open_rate. Each function takes the facts, a
window and the grain (a tuple of `campaign_id` and `creative_id`, empty for the total) and gives numerator and
denominator per group. Day series are these functions with a one-day window.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from oracle.facts import UNKNOWN, Conversion, Engagement, Facts, Order
from oracle.windows import Window

Grain = tuple[str, ...]
Group = tuple[str, ...]
Ratios = dict[Group, tuple[float, float | None]]
Thing = TypeVar("Thing", bound=Engagement)
MAIL_AND_PUSH = frozenset({"email", "push"})


def group_of(one: Engagement, grain: Grain) -> Group:
    """The group an engagement belongs to at a grain."""
    parts = {"campaign_id": one.campaign, "creative_id": one.creative}
    return tuple(parts[name] for name in grain)


def joined(numerators: dict[Group, float], denominators: dict[Group, float]) -> Ratios:
    """Groups seen on either side; what is missing on one side is 0."""
    groups = numerators.keys() | denominators.keys()
    return {group: (numerators.get(group, 0), denominators.get(group, 0)) for group in groups}


def counts(things: Iterable[Engagement], grain: Grain) -> dict[Group, float]:
    """How many things each group has."""
    found: dict[Group, float] = defaultdict(int)
    for one in things:
        found[group_of(one, grain)] += 1
    return dict(found)


def in_window(things: Iterable[Thing], window: Window) -> list[Thing]:
    """The things that happened in the window."""
    return [one for one in things if window.holds(one.at)]


def spend(facts: Facts, window: Window, grain: Grain) -> dict[Group, float]:
    """Spend of a window. Below campaign, what no creative is named for is shared by share of impressions."""
    rows = [row for row in facts.spend if window.holds_day(row.day)]
    parts: dict[Group, list[float]] = defaultdict(list)
    if "creative_id" not in grain:
        for row in rows:
            parts[(row.campaign,) if grain else ()].append(row.cost)
        return {group: math.fsum(costs) for group, costs in parts.items()}
    shared: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.creative is None:
            shared[row.campaign].append(row.cost)
        else:
            parts[_below(row.campaign, row.creative, grain)].append(row.cost)
    for campaign, costs in shared.items():
        seen = [one for one in in_window(facts.impressions, window) if one.campaign == campaign]
        if not seen:
            parts[_below(campaign, UNKNOWN, grain)].append(math.fsum(costs))
        for (creative,), number in counts(seen, ("creative_id",)).items():
            parts[_below(campaign, creative, grain)].append(math.fsum(costs) * number / len(seen))
    return {group: math.fsum(costs) for group, costs in parts.items()}


def _below(campaign: str, creative: str, grain: Grain) -> Group:
    return (campaign, creative) if "campaign_id" in grain else (creative,)


def counted_conversions(facts: Facts, window: Window, grain: Grain) -> list[Conversion]:
    """Conversions of the window. Above campaign an order that several campaigns claim counts once, by its first."""
    found = in_window(facts.conversions, window)
    return found if grain else [one for one in found if one.leads]


def revenue(conversions: Iterable[Conversion], grain: Grain) -> dict[Group, float]:
    """What the conversions reported, gross."""
    parts: dict[Group, list[float]] = defaultdict(list)
    for one in conversions:
        parts[group_of(one, grain)].append(one.value)
    return {group: math.fsum(values) for group, values in parts.items()}


def roas(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Reported order value of conversions over spend."""
    return joined(revenue(counted_conversions(facts, window, grain), grain), spend(facts, window, grain))


def aov(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Reported order value of conversions over distinct orders converted."""
    conversions = counted_conversions(facts, window, grain)
    orders: dict[Group, set[str]] = defaultdict(set)
    for one in conversions:
        orders[group_of(one, grain)].add(one.order_id)
    return joined(revenue(conversions, grain), {group: len(ids) for group, ids in orders.items()})


def ctr(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Clicks over impressions; events, not users."""
    clicks, seen = in_window(facts.clicks, window), in_window(facts.impressions, window)
    return joined(counts(clicks, grain), counts(seen, grain))


def cpc(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Spend over clicks."""
    return joined(spend(facts, window, grain), counts(in_window(facts.clicks, window), grain))


def impressions(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Impressions: a count, without denominator."""
    return {group: (number, None) for group, number in counts(in_window(facts.impressions, window), grain).items()}


def conversion_rate(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Users who converted in a campaign at or after their first click of it, over users who clicked."""
    first_click: dict[tuple[Group, str, str], Engagement] = {}
    for click in sorted(in_window(facts.clicks, window), key=lambda one: one.at):
        first_click.setdefault((group_of(click, grain), click.user, click.campaign), click)
    conversions: dict[tuple[str, str], list[Conversion]] = defaultdict(list)
    for one in in_window(facts.conversions, window):
        conversions[one.user, one.campaign].append(one)
    clicked: dict[Group, set[str]] = defaultdict(set)
    converted: dict[Group, set[str]] = defaultdict(set)
    for (group, user, campaign), click in first_click.items():
        clicked[group].add(user)
        if any(one.at >= click.at for one in conversions[user, campaign]):
            converted[group].add(user)
    return joined(
        {group: len(users) for group, users in converted.items()},
        {group: len(users) for group, users in clicked.items()},
    )


def open_rate(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Users with an open over users with a delivery, both by e-mail or push."""
    return joined(
        _distinct_users([one for one in in_window(facts.opens, window) if one.channel in MAIL_AND_PUSH], grain),
        _distinct_users([one for one in in_window(facts.deliveries, window) if one.channel in MAIL_AND_PUSH], grain),
    )


def _distinct_users(things: Iterable[Engagement], grain: Grain) -> dict[Group, float]:
    users: dict[Group, set[str]] = defaultdict(set)
    for one in things:
        users[group_of(one, grain)].add(one.user)
    return {group: len(found) for group, found in users.items()}


def first_orders(facts: Facts) -> dict[str, Order]:
    """Each user's first order ever, by time and then by order id."""
    found: dict[str, Order] = {}
    for order in sorted(facts.orders, key=lambda order: (order.at, order.order_id)):
        found.setdefault(order.user, order)
    return found


def cac(facts: Facts, window: Window, grain: Grain) -> Ratios:
    """Spend over users whose first order ever lies in the window and was converted by the campaign at any time."""
    new: dict[Group, set[str]] = defaultdict(set)
    claims: dict[str, set[str]] = defaultdict(set)
    for one in facts.conversions:
        claims[one.order_id].add(one.campaign)
    for user, order in first_orders(facts).items():
        for campaign in claims[order.order_id] if window.holds(order.at) else ():
            new[(campaign,) if grain else ()].add(user)
    return joined(spend(facts, window, grain), {group: len(users) for group, users in new.items()})
