"""The reference tables of a market, spelled as the outside systems that export them would."""

import numpy as np
import polars as pl

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES
from swipesavvy.simulation.arrays import DAY, Floats, Ints
from swipesavvy.simulation.campaigns import CHANNELS, COMPLETED, STATUSES, Campaigns
from swipesavvy.simulation.contacts import Contacts
from swipesavvy.simulation.order_events import CATEGORY_NAMES, PAYMENTS, PROMO_CODE
from swipesavvy.simulation.orders import Orders
from swipesavvy.simulation.people import NAMES, People
from swipesavvy.simulation.rhythm import REGIONS
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.staff_events import created_at, creators
from swipesavvy.simulation.wire import picked, timestamps, user_ids

_EVENT_ONLY = 0.005  # orders the shop's export forgot: only the backend's event knows them
_ACQUISITION = ("organic", "referral", "paid_search", "social")
_LOCALES = {"GB": "en-GB", "DE": "de-DE", "FR": "fr-FR", "ES": "es-ES", "BR-SP": "pt-BR", "JP": "ja-JP"}
_CONSENT_CHANNELS = ("email", "push", "sms")
# metric, value by which an offer of any type is judged average in the trade
_BENCHMARKS = (("ctr", 2.8), ("open_rate", 24.0), ("conversion_rate", 11.0), ("roas", 3.0), ("aov", 28.0))


def users_table(spec: MarketSpec, people: People) -> pl.DataFrame:
    """One row per user."""
    rng = spec.rng("users table")
    ids = user_ids(people)
    regions = [name for name, _, _ in REGIONS]
    born = rng.integers(-5_000, 13_500, people.count)  # days from 1970: 1956 to 2006
    channel = rng.choice(len(_ACQUISITION), people.count, p=[0.45, 0.2, 0.2, 0.15])
    return pl.DataFrame(
        {
            "user_id": ids,
            "signup_at": timestamps(people.signup),
            "region": picked(regions, people.region),
            "timezone": picked([zone for _, zone, _ in REGIONS], people.region),
            "email": ids + "@example.com",
            "birth_date": pl.Series(born).cast(pl.Int32).cast(pl.Date),
            "locale": picked([_LOCALES.get(region, "en-US") for region in regions], people.region),
            "acquisition_channel": picked(_ACQUISITION, channel),
            "updated_at": timestamps(people.signup),
        }
    )


def campaigns_table(spec: MarketSpec, campaigns: Campaigns, budgets: Floats) -> pl.DataFrame:
    """One row per campaign as it stands at the market's end."""
    days = np.maximum((campaigns.stop - campaigns.launch) / DAY, 1)
    ended = campaigns.stop < spec.end
    some = pl.Series([["US-CA", "US-NY", "US-TX"] if n % 6 == 0 else None for n in range(campaigns.count)])
    return pl.DataFrame(
        {
            "campaign_id": campaigns.ids,
            "name": pl.Series(campaigns.name, dtype=pl.String),
            "kind": picked(("ai",), np.zeros(campaigns.count, dtype=np.int64)),
            "campaign_type": picked(CAMPAIGN_TYPES, campaigns.kind),
            "status": picked(STATUSES, campaigns.status),
            "budget": budgets,
            "launched_at": timestamps(campaigns.launch),
            "channel": picked(CHANNELS, campaigns.channel),
            "target_segment": picked(NAMES, campaigns.target),
            "daily_budget": np.round(budgets / days, 2),
            "holdout_share": campaigns.holdout_share,
            "created_at": timestamps(created_at(campaigns)),
            "created_by": creators(spec, campaigns),
            "ended_at": timestamps(np.where(ended & (campaigns.status == COMPLETED), campaigns.stop, -1)),
            "regions": some.cast(pl.List(pl.String)),
            "min_age": np.where(np.arange(campaigns.count) % 8 == 0, 18, 16),
            "updated_at": timestamps(np.where(ended, campaigns.stop, campaigns.launch)),
        }
    )


def creatives_table(campaigns: Campaigns) -> pl.DataFrame:
    """One row per creative."""
    launch = campaigns.launch[campaigns.creative_campaign]
    return pl.DataFrame(
        {
            "creative_id": campaigns.creative_ids,
            "campaign_id": picked(campaigns.ids, campaigns.creative_campaign),
            "headline": pl.Series([text for text, _ in campaigns.creative_headline], dtype=pl.String),
            "cta": pl.Series([cta for _, cta in campaigns.creative_headline], dtype=pl.String),
            "status": picked(("active",), np.zeros(len(launch), dtype=np.int64)),
            "created_at": timestamps(launch - DAY),
            "updated_at": timestamps(launch - DAY),
        }
    )


def order_tables(spec: MarketSpec, people: People, orders: Orders) -> dict[str, pl.DataFrame]:
    """Old orders, those of the recorded period as first exported, and later versions of the refunded ones."""
    rng = spec.rng("order tables")
    exported = (orders.at < spec.end) & (rng.random(orders.count) >= _EVENT_ONLY)
    old = np.flatnonzero(orders.at < spec.start)
    recent = np.flatnonzero(exported & (orders.at >= spec.start))
    whole = (orders.refund >= orders.value) & (orders.refund_at >= 0) & (orders.refund_at < spec.end)
    returned = recent[whole[recent]]
    return {
        "history": _orders_table(people, orders, old, orders.at, whole),
        "recent": _orders_table(people, orders, recent, orders.at, np.zeros_like(whole)),
        "returned": _orders_table(people, orders, returned, orders.refund_at, whole),
    }


def _orders_table(people: People, orders: Orders, index: Ints, updated: Ints, refunded: np.ndarray) -> pl.DataFrame:
    user = orders.user[index]
    regions = [name for name, _, _ in REGIONS]
    place = pl.Series(orders.location[index])
    location = pl.select(pl.format("{}-{}", picked(regions, people.region[user]), place)).to_series()
    promoted = orders.discount[index] > 0
    cogs = pl.Series(orders.cogs[index])
    return pl.DataFrame(
        {
            "order_id": orders.ids.gather(index),
            "user_id": user_ids(people).gather(user),
            "ordered_at": timestamps(orders.at[index]),
            "order_value": orders.value[index],
            "cogs": cogs.set(cogs.is_nan(), None),
            "category": picked(CATEGORY_NAMES, orders.category[index]),
            "location_id": location.set(place < 0, None),
            "payment_method": picked(PAYMENTS, orders.payment[index]),
            "promo_code": picked((PROMO_CODE,), np.where(promoted, 0, -1)),
            "discount": orders.discount[index],
            "reward_cost": orders.reward[index],
            "status": picked(("paid", "refunded"), refunded[index].astype(np.int64)),
            "updated_at": timestamps(updated[index]),
        }
    )


def consents_table(spec: MarketSpec, people: People, campaigns: Campaigns, contacts: Contacts) -> pl.DataFrame:
    """Everybody agrees at signup; opt-outs follow, of one channel or of all."""
    ids = user_ids(people)
    out = np.flatnonzero((contacts.opt_out >= 0) & (contacts.opt_out < spec.end))
    own = campaigns.channel[contacts.campaign[out]]
    frames = []
    for channel in _CONSENT_CHANNELS:
        covered = out[contacts.opt_out_all[out] | (own == CHANNELS.index(channel))]
        user = np.concatenate([np.arange(people.count), contacts.user[covered]])
        at = np.concatenate([people.signup, contacts.opt_out[covered]])
        leaving = (np.arange(len(user)) >= people.count).astype(np.int64)
        frames.append(
            pl.DataFrame(
                {
                    "user_id": ids.gather(user),
                    "channel": picked((channel,), np.zeros(len(user), dtype=np.int64)),
                    "recorded_at": timestamps(at),
                    "status": picked(("opted_in", "opted_out"), leaving),
                    "purpose": picked(("marketing",), np.zeros(len(user), dtype=np.int64)),
                    "method": picked(("express",), -leaving),
                    "source": picked(("signup", "app"), leaving),
                }
            )
        )
    return pl.concat(frames)


def benchmarks_table(spec: MarketSpec) -> pl.DataFrame:
    """One value per metric, campaign type and channel."""
    rng = spec.rng("benchmarks")
    as_of = f"{spec.ends_at:%Y}-01-01"
    rows = [
        (metric, kind, channel, round(value * float(rng.uniform(0.85, 1.15)), 2), "trade survey", as_of)
        for metric, value in _BENCHMARKS
        for kind in CAMPAIGN_TYPES
        for channel in CHANNELS
    ]
    return pl.DataFrame(rows, schema=["metric", "campaign_type", "channel", "value", "source", "as_of"], orient="row")
