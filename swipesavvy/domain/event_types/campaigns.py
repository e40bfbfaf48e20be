"""What happens between a campaign and a customer: delivery, view, click, conversion, abandonment."""

from swipesavvy.domain.event_contract import (
    Actor,
    EventType,
    Latency,
    Property,
    choice,
    count,
    flag,
    instant,
    money,
    score,
    segment,
    text,
    uuid,
)

CAMPAIGN_TYPES = (
    "DISCOUNT",
    "CASHBACK",
    "LOYALTY",
    "LOCATION_BASED",
    "CATEGORY_PROMOTION",
    "SPENDING_MILESTONE",
    "RE_ENGAGEMENT",
    "VIP",
)
DELIVERY_CHANNELS = ("push", "email", "sms", "in_app")
ATTRIBUTION_MODELS = ("last_touch", "first_touch", "linear", "time_decay")

# Engagement inherits these from the latest delivery; its own values win where it carries them.
_OWN_DELIVERY: tuple[Property, ...] = (
    uuid("creative_id"),
    segment("segment_id"),
    choice("delivery_channel", *DELIVERY_CHANNELS),
)
_TEST_TAG: tuple[Property, ...] = (uuid("test_id"), text("variant"))

TYPES = (
    EventType(
        "campaign_delivered",
        "A user is assigned to a campaign: sent to the treated, only recorded for holdouts",
        "Backend (campaign engine)",
        Actor.CUSTOMER,
        Latency.CAMPAIGN,
        (
            uuid("campaign_id", required=True),
            choice("campaign_type", *CAMPAIGN_TYPES),
            uuid("creative_id"),
            segment("segment_id"),
            choice("delivery_channel", *DELIVERY_CHANNELS, required=True),
            instant("scheduled_time"),
            flag("is_holdout", required=True),
            choice("allocation_method", "ai_optimized", "random", "manual"),
            text("experiment_id"),
            text("variant"),
            count("touch_no"),
            text("message_id"),
        ),
        (50_000, 100_000),
    ),
    EventType(
        "campaign_viewed",
        "A message is received, opened or its call to action touched",
        "Mobile app",
        Actor.CUSTOMER,
        Latency.CAMPAIGN,
        (
            uuid("campaign_id", required=True),
            *_OWN_DELIVERY,
            count("view_duration_seconds"),
            choice("view_type", "received", "opened", "clicked_cta", required=True),
            instant("viewed_at"),
            count("impression_position"),
            *_TEST_TAG,
        ),
        (200_000, 500_000),
    ),
    EventType(
        "campaign_clicked",
        "A link of a campaign is followed",
        "Mobile app",
        Actor.CUSTOMER,
        Latency.CAMPAIGN,
        (
            uuid("campaign_id", required=True),
            *_OWN_DELIVERY,
            choice("click_type", "cta", "headline", "image", "deep_link"),
            text("destination_url", free=True),
            count("time_to_click_seconds"),
            *_TEST_TAG,
        ),
        (20_000, 50_000),
    ),
    EventType(
        "campaign_converted",
        "An order follows an interaction with a campaign",
        "Backend (orders)",
        Actor.CUSTOMER,
        Latency.CAMPAIGN,
        (
            uuid("campaign_id", required=True),
            *_OWN_DELIVERY,
            count("conversion_delay_seconds"),
            uuid("order_id", required=True),
            money("order_value", required=True),
            choice("attribution_model", *ATTRIBUTION_MODELS),
            flag("is_incremental"),
            score("incrementality_score"),
        ),
        (5_000, 15_000),
    ),
    EventType(
        "campaign_abandoned",
        "Seven days pass without a view, or the user opts out",
        "Mobile app and backend",
        Actor.CUSTOMER,
        Latency.CAMPAIGN,
        (
            uuid("campaign_id", required=True),
            choice("reason", "expired", "unsubscribed", "opt_out", "deletion_requested"),
            count("days_to_abandon"),
        ),
        (5_000, 20_000),
    ),
)
