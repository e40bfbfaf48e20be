"""Events around orders: carts, purchases, conversions, refunds, rewards, receipts, feedback."""

import numpy as np
import polars as pl

from swipesavvy.domain.event_types.campaigns import ATTRIBUTION_MODELS
from swipesavvy.simulation.arrays import DAY, HOUR, SECOND, Ints, milliseconds
from swipesavvy.simulation.orders import Orders, cart_before
from swipesavvy.simulation.people import CATEGORIES
from swipesavvy.simulation.wire import Column, Wire, picked, timestamps
from swipesavvy.simulation.world import World

PROMO_CODE = "OFFER"
PAYMENTS = ("card", "wallet", "other")
CATEGORY_NAMES = tuple(name for name, _ in CATEGORIES)
_MOBILE_COPIES = 0.12  # the app reports the purchase too; the backend's event is the order
_CARTS = 0.55
_REWARDED, _REWARD_SEEN, _REWARD_USED = 0.18, 0.45, 0.35
_RECEIPTS, _FEEDBACK = 0.06, 0.012
_COMMENTS = ("Fast and easy", "Arrived late", "Great offer", "Wrong size, easy return", "")


def order_events(world: World, wire: Wire) -> list[pl.DataFrame]:
    """One frame per event type, of the orders placed while events are recorded."""
    spec, orders = world.spec, world.orders
    rng = spec.rng("order events")
    index = np.flatnonzero((orders.at >= spec.start) & (orders.at < spec.end))
    copied = index[rng.random(len(index)) < _MOBILE_COPIES]
    return [
        _carts(rng, wire, world, index),
        _purchases(wire, orders, index, "backend"),
        _purchases(wire, orders, copied, "mobile"),
        *_conversions(rng, wire, world, index),
        _refunds(wire, orders, index),
        *_rewards(rng, wire, world, index),
        *_aftermath(rng, wire, orders, index),
    ]


def _carts(rng: np.random.Generator, wire: Wire, world: World, index: Ints) -> pl.DataFrame:
    people, orders = world.people, world.orders
    chosen = index[rng.random(len(index)) < _CARTS]
    at = cart_before(rng, orders.at[chosen])
    after_signup = at >= people.signup[orders.user[chosen]]
    chosen, at = chosen[after_signup], at[after_signup]
    return wire.mobile(
        "cart_updated",
        orders.user[chosen],
        at,
        {
            "action": "add",
            "cart_id": pl.select(pl.format("cart-{}", pl.Series(chosen))).to_series(),
            "cart_value": orders.value[chosen],
            "items": rng.integers(1, 6, len(chosen)),
        },
    )


def _purchases(wire: Wire, orders: Orders, index: Ints, source: str) -> pl.DataFrame:
    properties: dict[str, Column] = {
        "order_id": orders.ids.gather(index),
        "order_value": orders.value[index],
        "order_category": picked(CATEGORY_NAMES, orders.category[index]),
        "order_timestamp": timestamps(orders.at[index]),
        "payment_method": picked(PAYMENTS, orders.payment[index]),
        "promo_code_used": orders.discount[index] > 0,
        "promo_code": picked((PROMO_CODE,), np.where(orders.discount[index] > 0, 0, -1)),
        "promotional_discount": orders.discount[index],
        "is_repeat_purchase": ~orders.first[index],
        "days_since_last_purchase": pl.Series(orders.days_since_last[index]).set(
            pl.Series(orders.days_since_last[index] < 0), None
        ),
    }
    if source == "backend":
        return wire.backend("user_purchased", orders.user[index], orders.at[index], properties)
    return wire.mobile("user_purchased", orders.user[index], orders.at[index] + 2 * SECOND, properties)


def _conversions(rng: np.random.Generator, wire: Wire, world: World, index: Ints) -> list[pl.DataFrame]:
    """Of the campaign clicked last, and of an earlier one that claims the order too."""
    campaigns, contacts, orders = world.campaigns, world.contacts, world.orders
    frames = []
    for claims, delay, model in ((orders.credit, 3 * SECOND, 0), (orders.assist, 4 * SECOND, 2)):
        chosen = index[claims[index] >= 0]
        contact = claims[chosen]
        score = rng.beta(2, 2.5, len(chosen)).round(3)
        properties: dict[str, Column] = {
            "campaign_id": picked(campaigns.ids, contacts.campaign[contact]),
            "creative_id": picked(campaigns.creative_ids, contacts.creative[contact]),
            "conversion_delay_seconds": (orders.at[chosen] - world.reactions.click_at[contact]) // SECOND,
            "order_id": orders.ids.gather(chosen),
            "order_value": orders.value[chosen],
            "attribution_model": ATTRIBUTION_MODELS[model],
            "is_incremental": score > 0.5,  # noqa: PLR2004 - a coin's worth of confidence
            "incrementality_score": score,
        }
        frames.append(wire.backend("campaign_converted", orders.user[chosen], orders.at[chosen] + delay, properties))
    return frames


def _refunds(wire: Wire, orders: Orders, index: Ints) -> pl.DataFrame:
    chosen = index[orders.refund_at[index] >= 0]
    return wire.backend(
        "order_refunded",
        orders.user[chosen],
        orders.refund_at[chosen],
        {"order_id": orders.ids.gather(chosen), "amount": orders.refund[chosen]},
    )


def _rewards(rng: np.random.Generator, wire: Wire, world: World, index: Ints) -> list[pl.DataFrame]:
    """Earned with the order, looked at within days, redeemed within weeks."""
    orders = world.orders
    earned = index[rng.random(len(index)) < _REWARDED]
    campaign = np.full(len(earned), -1)
    credited = orders.credit[earned] >= 0
    campaign[credited] = world.contacts.campaign[orders.credit[earned[credited]]]
    worth = rng.choice([1.0, 2.0, 5.0], len(earned), p=[0.6, 0.3, 0.1])
    seen = rng.random(len(earned)) < _REWARD_SEEN
    used = rng.random(len(earned)) < _REWARD_USED
    seen_at = orders.at[earned] + milliseconds(rng.uniform(0.2, 60, len(earned)) * HOUR)
    used_at = seen_at + milliseconds(rng.uniform(0.1, 20, len(earned)) * DAY)

    def properties(of: Ints) -> dict[str, Column]:
        return {
            "reward_id": pl.select(pl.format("reward-{}", pl.Series(earned[of]))).to_series(),
            "campaign_id": picked(world.campaigns.ids, campaign[of]),
            "reward_value": pl.Series(worth[of]),
        }

    everything, looked, spent = np.arange(len(earned)), np.flatnonzero(seen), np.flatnonzero(used)
    user = orders.user[earned]
    return [
        wire.backend("reward_earned", user, orders.at[earned] + 5 * SECOND, properties(everything)),
        wire.mobile("reward_viewed", user[looked], seen_at[looked], properties(looked)),
        wire.mobile("reward_redeemed", user[spent], used_at[spent], properties(spent)),
    ]


def _aftermath(rng: np.random.Generator, wire: Wire, orders: Orders, index: Ints) -> list[pl.DataFrame]:
    receipt = index[rng.random(len(index)) < _RECEIPTS]
    rated = index[rng.random(len(index)) < _FEEDBACK]
    receipts: dict[str, Column] = {
        "message_id": pl.select(pl.format("receipt-{}", pl.Series(receipt))).to_series(),
        "delivery_channel": "email",
    }
    feedback: dict[str, Column] = {
        "rating": rng.choice([1, 2, 3, 4, 5], len(rated), p=[0.05, 0.07, 0.15, 0.33, 0.40]),
        "comment": picked(_COMMENTS, rng.integers(0, len(_COMMENTS), len(rated))),
    }
    when = orders.at[rated] + milliseconds(rng.uniform(1, 96, len(rated)) * HOUR)
    return [
        wire.backend("message_sent", orders.user[receipt], orders.at[receipt] + 8 * SECOND, receipts),
        wire.mobile("feedback_submitted", orders.user[rated], when, feedback),
    ]
