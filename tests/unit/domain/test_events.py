import pytest

from swipesavvy.domain.event_contract import Actor, Kind
from swipesavvy.domain.event_types import campaigns
from swipesavvy.domain.events import EVENT_TYPES, IDENTIFIERS, actor_of, properties_of

SEED_TYPES = [
    "campaign_delivered",
    "campaign_viewed",
    "campaign_clicked",
    "campaign_converted",
    "campaign_abandoned",
    "user_segmented",
    "user_purchased",
    "user_engaged",
    "user_unsubscribed",
    "campaign_created",
    "campaign_launched",
    "campaign_paused",
    "budget_reallocated",
    "dashboard_accessed",
    "creative_variant_tested",
    "data_refresh_completed",
    "metric_calculation_completed",
    "anomaly_detected",
    "model_inference_completed",
    "user_action_recommended",
]
EXTENSIONS = [
    "offer_landed",
    "cart_updated",
    "order_refunded",
    "reward_earned",
    "reward_viewed",
    "reward_redeemed",
    "message_bounced",
    "message_complained",
    "feedback_submitted",
    "recommendations_generated",
    "message_sent",
]
REQUIRED = {
    **{declared.name: {"campaign_id"} for declared in campaigns.TYPES},
    "campaign_delivered": {"campaign_id", "is_holdout", "delivery_channel"},
    "campaign_viewed": {"campaign_id", "view_type"},
    "campaign_converted": {"campaign_id", "order_id", "order_value"},
    "user_purchased": {"order_id", "order_value"},
    "order_refunded": {"order_id", "amount"},
}


def test_the_taxonomy_is_complete() -> None:
    assert [name for name, declared in EVENT_TYPES.items() if not declared.extension] == SEED_TYPES
    assert {name for name, declared in EVENT_TYPES.items() if declared.extension} == set(EXTENSIONS)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_declaration_is_consistent(name: str) -> None:
    declared = EVENT_TYPES[name]
    names = [prop.name for prop in properties_of(declared)]
    assert len(names) == len(set(names))
    assert set(IDENTIFIERS) <= set(names)
    assert declared.when
    assert declared.owner
    assert {prop.name for prop in declared.properties if prop.required} == REQUIRED.get(name, set())
    for prop in declared.properties:
        assert bool(prop.choices) == (prop.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    ("event_type", "source", "user", "actor"),
    [
        ("campaign_viewed", "mobile", "u1", Actor.CUSTOMER),
        ("campaign_viewed", "mobile", "system", Actor.SYSTEM),
        ("campaign_created", "admin_portal", "m1", Actor.STAFF),
        ("campaign_created", "backend", "m1", Actor.STAFF),
        ("anomaly_detected", "backend", "u1", Actor.SYSTEM),
        ("user_segmented", "backend", "u1", Actor.SYSTEM),
        ("recommendations_generated", "backend", "u1", Actor.SYSTEM),
        ("something_new", "admin_portal", "m1", Actor.STAFF),
        ("something_new", "backend", "u1", Actor.CUSTOMER),
    ],
)
def test_who_acted(event_type: str, source: str, user: str, actor: Actor) -> None:
    assert actor_of(event_type, source, user) is actor
