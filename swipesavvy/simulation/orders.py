"""Orders as they happen: planned ones that were not driven away, those campaigns cause, and refunds.

Belongs here: one row per order and what a shop knows about it. Not here: events about orders (`order_events`).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, Flags, Floats, Ints, milliseconds
from swipesavvy.simulation.campaigns import Campaigns
from swipesavvy.simulation.contacts import Contacts
from swipesavvy.simulation.engagement import Engagement
from swipesavvy.simulation.identifiers import uuids
from swipesavvy.simulation.organic import Plans
from swipesavvy.simulation.people import CATEGORIES, CATEGORY_FACTORS, CLUSTERED, People
from swipesavvy.simulation.spec import MarketSpec

CLICK_CREDIT = 24 * HOUR  # an order within this time after a click counts as the campaign's conversion
ASSIST_CREDIT = 14 * DAY  # an earlier campaign clicked within this time may claim the same order
_ASSISTS = 0.8
_VALUE_SPREAD = 0.40
_REFUNDED, _REFUNDED_FULLY = 0.035, 0.6
_COGS_UNKNOWN = 0.02
_ONLINE, _ONLINE_CLUSTERED = 0.30, 0.10
_LOCATIONS = 12


@dataclass(frozen=True)
class Orders:
    """One entry per order that happens, sorted by time; `cause` and `click` are assignment indices or -1."""

    ids: pl.Series
    user: Ints
    at: Ints
    cause: Ints  # assignment that caused it
    credit: Ints  # assignment whose click it converts
    assist: Ints  # an earlier assignment that claims it too
    value: Floats
    cogs: Floats  # NaN where the shop does not know
    category: Ints
    location: Ints  # number within the region; -1 for online
    payment: Ints
    discount: Floats
    reward: Floats
    refund: Floats
    refund_at: Ints
    first: Flags  # the user's first order ever
    days_since_last: Ints  # -1 for the first

    @property
    def count(self) -> int:
        """Number of orders."""
        return len(self.user)


def orders(
    spec: MarketSpec,
    people: People,
    campaigns: Campaigns,
    *,
    contacts: Contacts,
    reactions: Engagement,
    plans: Plans,
) -> Orders:
    """The orders that happen: organic ones not driven away, and those caused in the treated arm."""
    rng = spec.rng("orders")
    lost = np.zeros(len(plans.user), dtype=bool)
    inside = plans.window >= 0
    lost[inside] = plans.driven_away[inside] & contacts.treated[plans.window[inside]]
    caused = np.flatnonzero(reactions.extra & contacts.treated)
    user = np.concatenate([plans.user[~lost], contacts.user[caused]])
    at = np.concatenate([plans.at[~lost], reactions.extra_at[caused]])
    cause = np.concatenate([np.full(int((~lost).sum()), -1), caused])
    order = np.lexsort((user, at))
    user, at, cause = user[order], at[order], cause[order]
    credit, assist = _credits(rng, contacts, reactions, user, at)
    return _detailed(rng, people, campaigns, contacts, (user, at, cause, credit, assist))


def _credits(
    rng: np.random.Generator, contacts: Contacts, reactions: Engagement, user: Ints, at: Ints
) -> tuple[Ints, Ints]:
    """The assignment whose click an order converts, and an earlier one that claims it too."""
    none = np.full(len(user), -1)
    if not contacts.count:
        return none, none
    clicked = np.where(contacts.treated, reactions.click_at, -1)
    window = contacts.last_before(user, at)

    def age(index: Ints) -> Ints:
        """Milliseconds since the click of an assignment of the same user; negative if there is none."""
        known = np.maximum(index, 0)
        mine = (index >= 0) & (contacts.user[known] == user) & (clicked[known] >= 0)
        return np.where(mine, at - clicked[known], -1)

    own = age(window)
    credit = np.where((own >= 0) & (own <= CLICK_CREDIT), window, -1)
    before = age(window - 1)
    claims = (credit >= 0) & (before >= 0) & (before <= ASSIST_CREDIT) & (rng.random(len(user)) < _ASSISTS)
    return credit, np.where(claims, window - 1, -1)


def _detailed(
    rng: np.random.Generator,
    people: People,
    campaigns: Campaigns,
    contacts: Contacts,
    placed: tuple[Ints, Ints, Ints, Ints, Ints],
) -> Orders:
    user, at, cause, credit, assist = placed
    count = len(user)
    tastes = np.cumsum(people.tastes, axis=1)[user]
    category = np.minimum((rng.random(count)[:, None] > tastes).sum(axis=1), len(CATEGORIES) - 1)
    noise = rng.lognormal(-(_VALUE_SPREAD**2) / 2, _VALUE_SPREAD, count)
    value = np.maximum(np.round(people.value[user] * CATEGORY_FACTORS[category] * noise, 2), 1.0)
    promoted = np.flatnonzero(credit >= 0)
    offer = contacts.campaign[credit[promoted]]
    discount, reward = np.zeros(count), np.zeros(count)
    discount[promoted] = np.round(value[promoted] * campaigns.discount[offer], 2)
    reward[promoted] = campaigns.reward[offer]
    refunded = rng.random(count) < _REFUNDED
    part = np.where(rng.random(count) < _REFUNDED_FULLY, 1.0, rng.uniform(0.1, 0.7, count))
    first, days_since_last = _sequence(user, at)
    return Orders(
        ids=uuids(rng, count),
        user=user,
        at=at,
        cause=cause,
        credit=credit,
        assist=assist,
        value=value,
        cogs=np.where(rng.random(count) < _COGS_UNKNOWN, np.nan, np.round(value * rng.uniform(0.52, 0.70, count), 2)),
        category=category,
        location=_locations(rng, people, user),
        payment=rng.choice(3, count, p=[0.62, 0.33, 0.05]),
        discount=discount,
        reward=reward,
        refund=np.where(refunded, np.round(value * part, 2), 0.0),
        refund_at=np.where(refunded, at + milliseconds(rng.uniform(2 * HOUR, 14 * DAY, count)), -1),
        first=first,
        days_since_last=days_since_last,
    )


def _locations(rng: np.random.Generator, people: People, user: Ints) -> Ints:
    """Two places for those who keep to them, six around home for everybody else, none for online orders."""
    clustered = people.pattern[user] == CLUSTERED
    step = np.floor(rng.random(len(user)) * np.where(clustered, 2, 6)).astype(np.int64)
    online = rng.random(len(user)) < np.where(clustered, _ONLINE_CLUSTERED, _ONLINE)
    return np.where(online, -1, (people.home_location[user] + step) % _LOCATIONS)


def _sequence(user: Ints, at: Ints) -> tuple[Flags, Ints]:
    """For orders sorted by time: whether each is its user's first, and whole days since the one before."""
    order = np.lexsort((at, user))
    first_sorted = np.ones(len(user), dtype=bool)
    first_sorted[1:] = user[order][1:] != user[order][:-1]
    gaps = np.diff(at[order], prepend=0)
    first, days = np.empty(len(user), dtype=bool), np.empty(len(user), dtype=np.int64)
    first[order] = first_sorted
    days[order] = np.where(first_sorted, -1, gaps // DAY)
    return first, days


def cart_before(rng: np.random.Generator, at: Ints) -> Ints:
    """When something went into the cart of an order placed at `at`."""
    return at - milliseconds(rng.uniform(1, 20, len(at)) * MINUTE)
