"""What the simulator knows and the pipeline may not: true effects, churn probabilities, expected revenue.

Effects are known by potential outcomes: for every assignment both lives are drawn, with the message and without it, and
the difference is averaged over everybody assigned. The contact policy keeps outcome windows apart, so the other
campaigns are the same in both lives.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import DAY, Flags, Floats, Ints
from swipesavvy.simulation.campaigns import Campaigns
from swipesavvy.simulation.contacts import OUTCOME_WINDOW, Contacts
from swipesavvy.simulation.engagement import Engagement
from swipesavvy.simulation.organic import HORIZON, Plans
from swipesavvy.simulation.people import AFTER_LAPSE, BEFORE_START, NAMES, People
from swipesavvy.simulation.rhythm import Rhythms
from swipesavvy.simulation.wire import picked, timestamps, user_ids
from swipesavvy.simulation.world import World


def users_truth(people: People) -> pl.DataFrame:
    """Latent traits per user."""
    return pl.DataFrame(
        {
            "user_id": user_ids(people),
            "pattern": picked(NAMES, people.pattern),
            "orders_per_day": people.rate,
            "mean_order_value": people.mean_value,
            "active_from": timestamps(people.start),
            "interest_ends_at": timestamps(people.lapse),
            "attention": people.attention,
            "reading": people.reading,
            "sensitivity": people.sensitivity,
        }
    )


def effects_truth(world: World) -> pl.DataFrame:
    """One row per assignment: both outcomes within 7 days, in whole and as far as they lie before the end.

    `chance_control` and `chance_treated` are the probabilities of an order, knowing the user but not the draws.
    """
    spec, people, campaigns, contacts = world.spec, world.people, world.campaigns, world.contacts
    reactions, plans = world.reactions, world.plans
    chance_control, chance_treated = _chances(people, campaigns, contacts, reactions, world.rhythms)
    whole = _outcomes(contacts, reactions, plans, None)
    seen = _outcomes(contacts, reactions, plans, spec.end)
    return pl.DataFrame(
        {
            "campaign_id": picked(campaigns.ids, contacts.campaign),
            "user_id": user_ids(people).gather(contacts.user),
            "assigned_at": timestamps(contacts.at),
            "is_holdout": contacts.holdout,
            "buys_untreated": whole[0],
            "buys_treated": whole[1],
            "buys_untreated_by_end": seen[0],
            "buys_treated_by_end": seen[1],
            "chance_control": chance_control,
            "chance_treated": chance_treated,
            "effect": chance_treated - chance_control,
        }
    )


def _chances(
    people: People, campaigns: Campaigns, contacts: Contacts, reactions: Engagement, rhythms: Rhythms
) -> tuple[Floats, Floats]:
    after = people.exposure(contacts.user, contacts.at + OUTCOME_WINDOW, rhythms)
    expected = people.rate[contacts.user] * (after - people.exposure(contacts.user, contacts.at, rhythms))
    kept = 1 - campaigns.suppression[contacts.campaign]
    return -np.expm1(-expected), 1 - np.exp(-expected * kept) * (1 - reactions.extra_chance_before)


def _outcomes(contacts: Contacts, reactions: Engagement, plans: Plans, end: int | None) -> tuple[Flags, Flags]:
    """Whether each assigned user orders within the window, untreated and treated; orders from `end` on do not count."""
    counted = plans.window >= 0
    extra = reactions.extra
    if end is not None:
        counted = counted & (plans.at < end)
        extra = extra & (reactions.extra_at < end)
    untreated = np.bincount(plans.window[counted], minlength=contacts.count) > 0
    kept = counted & ~plans.driven_away
    treated = (np.bincount(plans.window[kept], minlength=contacts.count) > 0) | extra
    return untreated, treated


def campaigns_truth(world: World, effects: pl.DataFrame) -> pl.DataFrame:
    """Per campaign the effect on buyers per assigned user: in both lives of its population, and in expectation."""
    campaigns, which = world.campaigns, world.contacts.campaign
    assigned = np.bincount(which, minlength=campaigns.count)

    def share(of: str) -> Floats:
        total = np.bincount(which, weights=effects[of].cast(pl.Float64).to_numpy(), minlength=campaigns.count)
        return np.asarray(total / np.maximum(assigned, 1))

    return pl.DataFrame(
        {
            "campaign_id": campaigns.ids,
            "strength": campaigns.strength,
            "suppression": campaigns.suppression,
            "assigned": assigned,
            "holdouts": np.bincount(which[world.contacts.holdout], minlength=campaigns.count),
            "buyers_untreated": share("buys_untreated"),
            "effect": share("buys_treated") - share("buys_untreated"),
            "effect_by_end": share("buys_treated_by_end") - share("buys_untreated_by_end"),
            "expected_effect": share("effect"),
        }
    )


def churn_truth(world: World) -> pl.DataFrame:
    """Per user, at the end and 30 days earlier: the chance of no order in the next 30 days, and whether there is none.

    The chance knows the user's rates and present state (looking around, active, interest ended) and the contacts
    planned, but not when the state will change.
    """
    spec, people, orders = world.spec, world.people, world.orders
    frames = []
    for now in (spec.end - HORIZON, spec.end):
        known = np.flatnonzero(people.signup < now)
        quiet = np.ones(people.count, dtype=bool)
        quiet[orders.user[(orders.at >= now) & (orders.at < now + HORIZON)]] = False
        customer = np.zeros(people.count, dtype=bool)
        customer[orders.user[orders.at < now]] = True
        chance = _chance_of_silence(people, world.rhythms, known, now) * _untouched(world, now)[known]
        frames.append(
            pl.DataFrame(
                {
                    "as_of": timestamps(np.full(len(known), now)),
                    "user_id": user_ids(people).gather(known),
                    "is_customer": customer[known],
                    "chance": chance,
                    "churned": quiet[known],
                }
            )
        )
    return pl.concat(frames)


def _untouched(world: World, now: int) -> Floats:
    """Chance that no contact of the next 30 days causes an order."""
    contacts = world.contacts
    soon = contacts.treated & (contacts.at >= now) & (contacts.at < now + HORIZON)
    logs = np.log1p(-world.reactions.extra_chance_before[soon])
    return np.asarray(np.exp(np.bincount(contacts.user[soon], weights=logs, minlength=world.people.count)))


def _chance_of_silence(people: People, rhythms: Rhythms, user: Ints, now: int) -> Floats:
    """Over every day on which the present state may change: chance of that day x chance of no order on that path."""
    days = HORIZON // DAY
    rhythm, rate = people.rhythm[user], people.rate[user]
    edges = [rhythms.accumulated(rhythm, np.full(len(user), now + day * DAY)) for day in range(days + 1)]
    mass = rate * (np.stack(edges) - edges[0])  # expected orders at full rate, by day
    lapsed, waiting = people.lapse[user] <= now, people.start[user] > now
    before = np.where(lapsed, AFTER_LAPSE, np.where(waiting, BEFORE_START, 1.0))
    after = np.where(waiting, 1.0, AFTER_LAPSE)
    hazard = np.where(lapsed, 0.0, np.where(waiting, people.start_hazard[user], people.lapse_hazard[user]))
    silent = np.exp(-hazard * days) * np.exp(-before * mass[-1])
    for day in range(days):
        middle = (mass[day] + mass[day + 1]) / 2
        changes = np.exp(-hazard * day) - np.exp(-hazard * (day + 1))
        silent = silent + changes * np.exp(-before * middle - after * (mass[-1] - middle))
    return np.asarray(silent)


def revenue_truth(world: World) -> pl.DataFrame:
    """Per day of events: expected and realised gross order value.

    The expectation knows everybody's traits and states and how far each message got, but not who then orders what.
    """
    spec, people, orders = world.spec, world.people, world.orders
    days = (spec.end - 1) // DAY - spec.start // DAY + 1
    edges = np.minimum(spec.start + np.arange(days + 1) * DAY, spec.end)
    everybody = np.arange(people.count)
    daily_value = people.rate * people.mean_value
    reached = np.array(
        [
            (daily_value * people.exposure(everybody, np.full(people.count, edge), world.rhythms)).sum()
            for edge in edges.tolist()
        ]
    )
    expected = np.diff(reached) + _caused(world, days) - _driven_away(world, edges)
    inside = (orders.at >= spec.start) & (orders.at < spec.end)
    day = (orders.at[inside] - spec.start) // DAY
    return pl.DataFrame(
        {
            "day": pl.Series(spec.start // DAY + np.arange(days)).cast(pl.Int32).cast(pl.Date),
            "expected_revenue": expected,
            "revenue": np.bincount(day, weights=orders.value[inside], minlength=days),
            "orders": np.bincount(day, minlength=days),
        }
    )


def _caused(world: World, days: int) -> Floats:
    spec, people, contacts, reactions = world.spec, world.people, world.contacts, world.reactions
    live = contacts.treated & (reactions.extra_at < spec.end) & (reactions.extra_chance > 0)
    day = (reactions.extra_at[live] - spec.start) // DAY
    value = reactions.extra_chance[live] * people.mean_value[contacts.user[live]]
    return np.asarray(np.bincount(day, weights=value, minlength=days), dtype=np.float64)


def _driven_away(world: World, edges: Ints) -> Floats:
    people, contacts, rhythms = world.people, world.contacts, world.rhythms
    share = world.campaigns.suppression[contacts.campaign]
    harmed = np.flatnonzero(contacts.treated & (share > 0))
    user, at = contacts.user[harmed], contacts.at[harmed]
    weight = share[harmed] * people.rate[user] * people.mean_value[user]
    lost = np.zeros(len(edges) - 1)
    first = (at - world.spec.start) // DAY
    for offset in range(OUTCOME_WINDOW // DAY + 1):
        day = first + offset
        inside = day < len(lost)
        who, when, value = user[inside], at[inside], weight[inside]
        low = np.clip(edges[day[inside]], when, when + OUTCOME_WINDOW)
        high = np.clip(edges[day[inside] + 1], when, when + OUTCOME_WINDOW)
        exposure = people.exposure(who, high, rhythms) - people.exposure(who, low, rhythms)
        lost += np.bincount(day[inside], weights=value * exposure, minlength=len(lost))
    return lost


def counts(events: pl.DataFrame, landed: int, faults: Mapping[str, int]) -> dict[str, object]:
    """What a ledger must say: landed = clean + duplicates + quarantined."""
    kinds = events["event_type"].value_counts().sort("event_type")
    prefix = "duplicate:"
    duplicates = {name.removeprefix(prefix): count for name, count in faults.items() if name.startswith(prefix)}
    other = {"late", "skewed"}
    quarantined = {n: c for n, c in faults.items() if n not in other and not n.startswith(prefix)}
    return {
        "landed": landed,
        "clean": events.height,
        "duplicates": sum(duplicates.values()),
        "duplicates_by_kind": duplicates,
        "quarantined": sum(quarantined.values()),
        "quarantined_by_reason": quarantined,
        "late": faults.get("late", 0),
        "skewed": faults.get("skewed", 0),
        "events_by_type": dict(zip(kinds["event_type"].to_list(), kinds["count"].to_list(), strict=True)),
    }
