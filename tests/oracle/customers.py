"""Metrics without a window of their own: ltv, ltv_mature and budget_utilization."""

import math
from datetime import timedelta

from oracle.facts import Facts
from oracle.ratios import Ratios

FIRST_YEAR = timedelta(days=365)
RUNNING = frozenset({"active", "completed"})


def ltv(facts: Facts, *, mature_only: bool = False) -> Ratios:
    """Revenue of the first 365 days since signup over users with any order; perhaps only those whose year is over."""
    users = {order.user for order in facts.orders if order.user in facts.signups}
    if mature_only:
        users = {user for user in users if facts.signups[user] + FIRST_YEAR <= facts.as_of}
    revenue = math.fsum(
        order.value
        for order in facts.orders
        if order.user in users and facts.signups[order.user] <= order.at < facts.signups[order.user] + FIRST_YEAR
    )
    return {(): (revenue, len(users))}


def budget_utilization(facts: Facts, *, by_campaign: bool) -> Ratios:
    """Spend to `as_of` over budget, of campaigns active or completed; without a budget a campaign is in no total."""
    found: Ratios = {}
    for campaign, row in facts.campaigns.items():
        if row.get("status") in RUNNING:
            spent = math.fsum(one.cost for one in facts.spend if one.campaign == campaign)
            found[(campaign,)] = (spent, row.get("budget") or 0)
    if by_campaign:
        return found
    funded = [pair for pair in found.values() if pair[1]]
    return {(): (math.fsum(spent for spent, _ in funded), math.fsum(budget or 0 for _, budget in funded))}
