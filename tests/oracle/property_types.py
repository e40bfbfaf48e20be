"""What each known event type says about its properties, transcribed by hand from the tracking plan.

Belongs here: names, types, enum values, which are required. Checking a value against them belongs in `events.py`.
This is a second transcription on purpose: it shares nothing with the product's own declaration.
"""


def _enum(words: str) -> frozenset[str]:
    return frozenset(words.split())


CAMPAIGN_TYPES = _enum(
    "DISCOUNT CASHBACK LOYALTY LOCATION_BASED CATEGORY_PROMOTION SPENDING_MILESTONE RE_ENGAGEMENT VIP"
)
SEGMENTS = _enum(
    "INACTIVE NEW_SHOPPER HIGH_SPENDER FREQUENT_SHOPPER LOCATION_CLUSTERED WEEKEND_SHOPPER SEASONAL_SPENDER"
    " CATEGORY_FOCUSED UNSEGMENTED"
)
CHANNELS = frozenset({"push", "email", "sms", "in_app"})
SOURCES = frozenset({"mobile", "admin_portal", "backend"})

MONEY = _enum("order_value amount budget initial_budget budget_approved promotional_discount cart_value reward_value")
SCORES = frozenset({"incrementality_score", "segment_score", "ai_recommendation_score", "confidence_score"})
UUID_KEYS = frozenset({"campaign_id", "creative_id", "order_id"})

# A type is a word ("uuid", "text", "count", "number", "flag", "time", "json", "segment") or a set of allowed words.
# "count" is an integer that cannot be below zero. Money and scores are numbers whose bounds have reasons of their own.
PropertyType = str | frozenset[str]

PROPERTIES: dict[str, dict[str, PropertyType]] = {
    "campaign_delivered": {
        "campaign_type": CAMPAIGN_TYPES,
        "segment_id": "segment",
        "delivery_channel": CHANNELS,
        "scheduled_time": "time",
        "is_holdout": "flag",
        "allocation_method": _enum("ai_optimized random manual"),
    },
    "campaign_viewed": {
        "view_duration_seconds": "count",
        "view_type": _enum("received opened clicked_cta"),
        "viewed_at": "time",
    },
    "campaign_clicked": {
        "click_type": _enum("cta headline image deep_link"),
        "destination_url": "text",
        "time_to_click_seconds": "count",
    },
    "campaign_converted": {
        "conversion_delay_seconds": "count",
        "order_value": "number",
        "attribution_model": _enum("last_touch first_touch linear time_decay"),
        "is_incremental": "flag",
        "incrementality_score": "number",
    },
    "campaign_abandoned": {
        "reason": _enum("expired unsubscribed opt_out deletion_requested"),
        "days_to_abandon": "count",
    },
    "user_segmented": {
        "segment_id": "segment",
        "segment_type": SEGMENTS,
        "segment_score": "number",
        "segment_change_reason": "text",
    },
    "user_purchased": {
        "order_value": "number",
        "order_category": "text",
        "order_timestamp": "time",
        "payment_method": _enum("card wallet other"),
        "promo_code_used": "flag",
        "promotional_discount": "number",
        "is_repeat_purchase": "flag",
        "days_since_last_purchase": "count",
    },
    "user_engaged": {
        "engagement_type": _enum("app_open view_rewards view_catalog search save_item"),
        "session_duration_seconds": "count",
        "screen_name": "text",
        "search_query": "text",
    },
    "user_unsubscribed": {
        "unsubscribe_type": _enum("all_campaigns push_only email_only frequency_cap"),
        "unsubscribe_reason": "text",
        "previous_email_frequency": "count",
    },
    "campaign_created": {
        "marketer_id": "text",
        "campaign_type": CAMPAIGN_TYPES,
        "initial_budget": "number",
        "template_used": "text",
        "time_to_completion_minutes": "count",
    },
    "campaign_launched": {
        "marketer_id": "text",
        "actual_audience_size": "count",
        "scheduled_delivery_time": "time",
        "budget_approved": "number",
        "ai_recommendation_applied": "flag",
        "ai_recommendation_score": "number",
    },
    "campaign_paused": {
        "marketer_id": "text",
        "pause_reason": _enum("manual low_performance budget_exceeded user_feedback"),
        "time_to_pause_hours": "count",
        "pause_metrics_snapshot": "json",
    },
    "budget_reallocated": {
        "reallocation_id": "uuid",
        "marketer_id": "text",
        "from_campaign_id": "uuid",
        "to_campaign_id": "uuid",
        "amount": "number",
        "reallocation_reason": _enum("performance testing manual ai_recommendation"),
        "ai_recommendation_id": "uuid",
    },
    "dashboard_accessed": {
        "user_role": "text",
        "dashboard_section": "text",
        "time_spent_seconds": "count",
        "filters_applied": "json",
        "export_requested": "flag",
    },
    "creative_variant_tested": {
        "test_id": "uuid",
        "variant_a_creative_id": "uuid",
        "variant_b_creative_id": "uuid",
        "split_percentage": "count",
        "test_duration_days": "count",
        "primary_metric": "text",
        "statistical_significance_threshold": "number",
    },
    "data_refresh_completed": {
        "refresh_id": "uuid",
        "data_source": "text",
        "records_processed": "count",
        "refresh_duration_seconds": "number",
        "errors_encountered": "count",
        "error_messages": "json",
    },
    "metric_calculation_completed": {
        "metric_id": "text",
        "calculation_timestamp": "time",
        "calculation_duration_ms": "count",
        "result_value": "number",
        "dimension_breakdown": "json",
        "data_completeness_percentage": "number",
    },
    "anomaly_detected": {
        "anomaly_id": "uuid",
        "metric_id": "text",
        "anomaly_type": _enum("spike drop zero_value duplicate missing_data"),
        "anomaly_severity": _enum("critical warning info"),
        "expected_value": "number",
        "actual_value": "number",
        "percentage_deviation": "number",
        "affected_records": "count",
        "auto_remediation_applied": "flag",
    },
    "model_inference_completed": {
        "model_name": "text",
        "inference_timestamp": "time",
        "input_record_id": "uuid",
        "confidence_score": "number",
        "inference_duration_ms": "count",
        "feature_importance_top_3": "json",
    },
    "user_action_recommended": {
        "recommendation_id": "uuid",
        "target_entity_id": "uuid",
        "impact_projection": "json",
        "confidence_level": _enum("high medium low"),
        "supporting_data": "json",
        "expiration_time": "time",
    },
    "offer_landed": {},
    "cart_updated": {"action": _enum("add remove clear"), "cart_value": "number"},
    "order_refunded": {"amount": "number"},
    "reward_earned": {"reward_value": "number"},
    "reward_viewed": {"reward_value": "number"},
    "reward_redeemed": {"reward_value": "number"},
    "message_bounced": {},
    "message_complained": {},
    "feedback_submitted": {},
    "recommendations_generated": {},
    "message_sent": {},
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "campaign_delivered": ("campaign_id", "is_holdout", "delivery_channel"),
    "campaign_viewed": ("campaign_id", "view_type"),
    "campaign_clicked": ("campaign_id",),
    "campaign_converted": ("campaign_id", "order_id", "order_value"),
    "campaign_abandoned": ("campaign_id",),
    "user_purchased": ("order_id", "order_value"),
    "order_refunded": ("order_id", "amount"),
}

# Whose doing an event is. Only customers' events move `as_of`.
STAFF_TYPES = _enum(
    "campaign_created campaign_launched campaign_paused budget_reallocated dashboard_accessed creative_variant_tested"
)
SYSTEM_TYPES = _enum(
    "data_refresh_completed metric_calculation_completed anomaly_detected model_inference_completed"
    " user_action_recommended recommendations_generated user_segmented"
)
