"""What marketers do in the admin portal."""

from swipesavvy.domain.event_contract import (
    Actor,
    EventType,
    Latency,
    Property,
    choice,
    count,
    document,
    flag,
    instant,
    money,
    number,
    score,
    segment,
    text,
    uuid,
)
from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES

VIEWER_ROLES = (
    "cmo",
    "perf_lead",
    "lifecycle_lead",
    "rewards_pm",
    "data_science",
    "compliance",
    "engineering",
    "finance",
    "admin",
)
DASHBOARD_SECTIONS = (
    "kpi",
    "campaigns",
    "segments",
    "funnel",
    "heatmap",
    "roi",
    "health",
    "action_center",
    "compliance",
    "creative",
    "campaign_detail",
)
_OWNER = "Admin portal"


def _action(name: str, when: str, per_day: tuple[int, int], *properties: Property) -> EventType:
    return EventType(name, when, _OWNER, Actor.STAFF, Latency.STAFF_ACTION, properties, per_day)


TYPES = (
    _action(
        "campaign_created",
        "A marketer designs a campaign",
        (20, 100),
        uuid("campaign_id"),
        text("marketer_id"),
        choice("campaign_type", *CAMPAIGN_TYPES),
        segment("target_segment_id"),
        money("initial_budget"),
        text("template_used"),
        count("time_to_completion_minutes"),
    ),
    _action(
        "campaign_launched",
        "A marketer makes a campaign live",
        (20, 50),
        uuid("campaign_id"),
        text("marketer_id"),
        count("actual_audience_size"),
        instant("scheduled_delivery_time"),
        money("budget_approved"),
        flag("ai_recommendation_applied"),
        score("ai_recommendation_score"),
    ),
    _action(
        "campaign_paused",
        "A marketer pauses a live campaign",
        (5, 20),
        uuid("campaign_id"),
        text("marketer_id"),
        choice("pause_reason", "manual", "low_performance", "budget_exceeded", "user_feedback"),
        count("time_to_pause_hours"),
        document("pause_metrics_snapshot"),
    ),
    _action(
        "budget_reallocated",
        "A marketer moves budget between campaigns",
        (10, 30),
        uuid("reallocation_id"),
        text("marketer_id"),
        uuid("from_campaign_id"),
        uuid("to_campaign_id"),
        money("amount"),
        choice("reallocation_reason", "performance", "testing", "manual", "ai_recommendation"),
        uuid("ai_recommendation_id"),
    ),
    _action(
        "dashboard_accessed",
        "A marketer opens a page of the dashboard",
        (100, 500),
        text("user_id"),
        choice("user_role", *VIEWER_ROLES),
        choice("dashboard_section", *DASHBOARD_SECTIONS),
        count("time_spent_seconds"),
        document("filters_applied"),
        flag("export_requested"),
    ),
    _action(
        "creative_variant_tested",
        "A marketer starts an A/B test of two creatives",
        (5, 20),
        uuid("test_id"),
        uuid("campaign_id"),
        uuid("variant_a_creative_id"),
        uuid("variant_b_creative_id"),
        count("split_percentage", maximum=100),
        count("test_duration_days"),
        text("primary_metric"),
        number("statistical_significance_threshold", minimum=0, maximum=1),
    ),
)
