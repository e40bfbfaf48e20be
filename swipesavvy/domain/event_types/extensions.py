"""Types the product adds to the original taxonomy: landings, carts, refunds, rewards, message feedback, runs."""

from swipesavvy.domain.event_contract import (
    Actor,
    EventType,
    Latency,
    Property,
    choice,
    count,
    document,
    money,
    number,
    text,
    uuid,
)
from swipesavvy.domain.event_types.campaigns import DELIVERY_CHANNELS

_BACKEND = "Backend"
_MOBILE = "Mobile app"


# Volumes are our own estimates: shares of the clicks, purchases and deliveries that the other types expect.
def _added(
    name: str,
    when: str,
    owner: str,
    per_day: tuple[int, int],
    *properties: Property,
    actor: Actor = Actor.CUSTOMER,
) -> EventType:
    latency = Latency.SYSTEM if actor is Actor.SYSTEM else Latency.BEHAVIOUR
    return EventType(name, when, owner, actor, latency, properties, per_day, extension=True)


def _reward(name: str, when: str, per_day: tuple[int, int]) -> EventType:
    return _added(name, when, _BACKEND, per_day, text("reward_id"), uuid("campaign_id"), money("reward_value"))


def _message(name: str, when: str, per_day: tuple[int, int]) -> EventType:
    return _added(
        name,
        when,
        _BACKEND,
        per_day,
        text("message_id"),
        uuid("campaign_id"),
        choice("delivery_channel", *DELIVERY_CHANNELS),
        text("reason", free=True),
    )


TYPES = (
    _added(
        "offer_landed",
        "A user arrives on the page an offer leads to",
        _MOBILE,
        (15_000, 45_000),
        uuid("campaign_id"),
    ),
    _added(
        "cart_updated",
        "Something enters or leaves a cart",
        _MOBILE,
        (20_000, 80_000),
        choice("action", "add", "remove", "clear"),
        text("cart_id"),
        money("cart_value"),
        document("items"),
    ),
    _added(
        "order_refunded",
        "Money of an order goes back",
        _BACKEND,
        (100, 1_000),
        uuid("order_id", required=True),
        money("amount", required=True),
    ),
    _reward("reward_earned", "A user earns a reward", (2_000, 10_000)),
    _reward("reward_viewed", "A user looks at a reward", (10_000, 50_000)),
    _reward("reward_redeemed", "A user spends a reward", (500, 5_000)),
    _message("message_sent", "A transactional message leaves; campaigns use campaign_delivered", (5_000, 25_000)),
    _message("message_bounced", "A message cannot be delivered", (100, 2_000)),
    _message("message_complained", "A recipient marks a message as spam", (1, 100)),
    _added(
        "feedback_submitted",
        "A user rates or comments",
        _MOBILE,
        (100, 1_000),
        number("rating"),
        text("comment", free=True),
    ),
    _added(
        "recommendations_generated",
        "A run of the recommendation engine ends",
        "Backend (recommendations)",
        (1, 24),
        count("count"),
        document("top_recommendation"),
        actor=Actor.SYSTEM,
    ),
)
