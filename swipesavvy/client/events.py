"""Every event type as a typed class. Made by `swipesavvy contracts --format python`; do not edit by hand.

An object gives the two things a client sends: `event_type` and `properties()`. Money is in USD, scores are from 0 to
1, instants must be aware; what is left None is not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from swipesavvy.client.typed_event import Json, TypedEvent

CampaignType = Literal[
    "DISCOUNT",
    "CASHBACK",
    "LOYALTY",
    "LOCATION_BASED",
    "CATEGORY_PROMOTION",
    "SPENDING_MILESTONE",
    "RE_ENGAGEMENT",
    "VIP",
]
DeliveryChannel = Literal["push", "email", "sms", "in_app"]
AllocationMethod = Literal["ai_optimized", "random", "manual"]
ViewType = Literal["received", "opened", "clicked_cta"]
ClickType = Literal["cta", "headline", "image", "deep_link"]
AttributionModel = Literal["last_touch", "first_touch", "linear", "time_decay"]
Reason = Literal["expired", "unsubscribed", "opt_out", "deletion_requested"]
SegmentType = Literal[
    "INACTIVE",
    "NEW_SHOPPER",
    "HIGH_SPENDER",
    "FREQUENT_SHOPPER",
    "LOCATION_CLUSTERED",
    "WEEKEND_SHOPPER",
    "SEASONAL_SPENDER",
    "CATEGORY_FOCUSED",
    "UNSEGMENTED",
]
PaymentMethod = Literal["card", "wallet", "other"]
EngagementType = Literal["app_open", "view_rewards", "view_catalog", "search", "save_item"]
UnsubscribeType = Literal["all_campaigns", "push_only", "email_only", "frequency_cap"]
PauseReason = Literal["manual", "low_performance", "budget_exceeded", "user_feedback"]
ReallocationReason = Literal["performance", "testing", "manual", "ai_recommendation"]
UserRole = Literal[
    "cmo", "perf_lead", "lifecycle_lead", "rewards_pm", "data_science", "compliance", "engineering", "finance", "admin"
]
DashboardSection = Literal[
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
]
AnomalyType = Literal["spike", "drop", "zero_value", "duplicate", "missing_data"]
AnomalySeverity = Literal["critical", "warning", "info"]
RecommendationType = Literal[
    "pause_campaign",
    "reallocate_budget",
    "test_creative",
    "expand_segment",
    "focus_segment",
    "adjust_frequency",
    "increase_budget",
    "decrease_budget",
    "change_targeting",
    "launch_holdout",
    "improve_data_quality",
    "compliance_flag",
]
ConfidenceLevel = Literal["high", "medium", "low"]
Action = Literal["add", "remove", "clear"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignDelivered(TypedEvent):
    """A user is assigned to a campaign: sent to the treated, only recorded for holdouts."""

    event_type: ClassVar[str] = "campaign_delivered"
    campaign_id: str
    delivery_channel: DeliveryChannel
    is_holdout: bool
    campaign_type: CampaignType | None = None
    creative_id: str | None = None
    segment_id: str | None = None
    scheduled_time: datetime | None = None
    allocation_method: AllocationMethod | None = None
    experiment_id: str | None = None
    variant: str | None = None
    touch_no: int | None = None
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignViewed(TypedEvent):
    """A message is received, opened or its call to action touched."""

    event_type: ClassVar[str] = "campaign_viewed"
    campaign_id: str
    view_type: ViewType
    creative_id: str | None = None
    segment_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    view_duration_seconds: int | None = None
    viewed_at: datetime | None = None
    impression_position: int | None = None
    test_id: str | None = None
    variant: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignClicked(TypedEvent):
    """A link of a campaign is followed."""

    event_type: ClassVar[str] = "campaign_clicked"
    campaign_id: str
    creative_id: str | None = None
    segment_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    click_type: ClickType | None = None
    destination_url: str | None = None
    time_to_click_seconds: int | None = None
    test_id: str | None = None
    variant: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignConverted(TypedEvent):
    """An order follows an interaction with a campaign."""

    event_type: ClassVar[str] = "campaign_converted"
    campaign_id: str
    order_id: str
    order_value: float
    creative_id: str | None = None
    segment_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    conversion_delay_seconds: int | None = None
    attribution_model: AttributionModel | None = None
    is_incremental: bool | None = None
    incrementality_score: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignAbandoned(TypedEvent):
    """Seven days pass without a view, or the user opts out."""

    event_type: ClassVar[str] = "campaign_abandoned"
    campaign_id: str
    reason: Reason | None = None
    days_to_abandon: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserSegmented(TypedEvent):
    """The daily segmentation moves a user to another segment."""

    event_type: ClassVar[str] = "user_segmented"
    user_id: str | None = None
    segment_id: str | None = None
    segment_type: SegmentType | None = None
    segment_score: float | None = None
    previous_segment: str | None = None
    segment_change_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserPurchased(TypedEvent):
    """A purchase completes; the backend's copy is the order, a mobile copy only an acknowledgement."""

    event_type: ClassVar[str] = "user_purchased"
    order_id: str
    order_value: float
    user_id: str | None = None
    order_category: str | None = None
    order_timestamp: datetime | None = None
    payment_method: PaymentMethod | None = None
    promo_code_used: bool | None = None
    promo_code: str | None = None
    promotional_discount: float | None = None
    is_repeat_purchase: bool | None = None
    days_since_last_purchase: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEngaged(TypedEvent):
    """The app is opened, searched or browsed."""

    event_type: ClassVar[str] = "user_engaged"
    engagement_type: EngagementType | None = None
    session_id: str | None = None
    session_duration_seconds: int | None = None
    screen_name: str | None = None
    search_query: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserUnsubscribed(TypedEvent):
    """A user opts out of campaigns or of a channel."""

    event_type: ClassVar[str] = "user_unsubscribed"
    user_id: str | None = None
    unsubscribe_type: UnsubscribeType | None = None
    unsubscribe_reason: str | None = None
    previous_email_frequency: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCreated(TypedEvent):
    """A marketer designs a campaign."""

    event_type: ClassVar[str] = "campaign_created"
    campaign_id: str | None = None
    marketer_id: str | None = None
    campaign_type: CampaignType | None = None
    target_segment_id: str | None = None
    initial_budget: float | None = None
    template_used: str | None = None
    time_to_completion_minutes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignLaunched(TypedEvent):
    """A marketer makes a campaign live."""

    event_type: ClassVar[str] = "campaign_launched"
    campaign_id: str | None = None
    marketer_id: str | None = None
    actual_audience_size: int | None = None
    scheduled_delivery_time: datetime | None = None
    budget_approved: float | None = None
    ai_recommendation_applied: bool | None = None
    ai_recommendation_score: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignPaused(TypedEvent):
    """A marketer pauses a live campaign."""

    event_type: ClassVar[str] = "campaign_paused"
    campaign_id: str | None = None
    marketer_id: str | None = None
    pause_reason: PauseReason | None = None
    time_to_pause_hours: int | None = None
    pause_metrics_snapshot: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetReallocated(TypedEvent):
    """A marketer moves budget between campaigns."""

    event_type: ClassVar[str] = "budget_reallocated"
    reallocation_id: str | None = None
    marketer_id: str | None = None
    from_campaign_id: str | None = None
    to_campaign_id: str | None = None
    amount: float | None = None
    reallocation_reason: ReallocationReason | None = None
    ai_recommendation_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardAccessed(TypedEvent):
    """A marketer opens a page of the dashboard."""

    event_type: ClassVar[str] = "dashboard_accessed"
    user_id: str | None = None
    user_role: UserRole | None = None
    dashboard_section: DashboardSection | None = None
    time_spent_seconds: int | None = None
    filters_applied: Json = None
    export_requested: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CreativeVariantTested(TypedEvent):
    """A marketer starts an A/B test of two creatives."""

    event_type: ClassVar[str] = "creative_variant_tested"
    test_id: str | None = None
    campaign_id: str | None = None
    variant_a_creative_id: str | None = None
    variant_b_creative_id: str | None = None
    split_percentage: int | None = None
    test_duration_days: int | None = None
    primary_metric: str | None = None
    statistical_significance_threshold: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DataRefreshCompleted(TypedEvent):
    """A refresh of the metrics completes."""

    event_type: ClassVar[str] = "data_refresh_completed"
    refresh_id: str | None = None
    data_source: str | None = None
    records_processed: int | None = None
    refresh_duration_seconds: float | None = None
    data_lag_seconds: int | None = None
    errors_encountered: int | None = None
    error_messages: Json = None
    data_quality_metrics: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricCalculationCompleted(TypedEvent):
    """A metric has been calculated."""

    event_type: ClassVar[str] = "metric_calculation_completed"
    metric_id: str | None = None
    calculation_timestamp: datetime | None = None
    calculation_duration_ms: int | None = None
    result_value: float | None = None
    dimension_breakdown: Json = None
    data_completeness_percentage: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnomalyDetected(TypedEvent):
    """Quality monitoring sees an unusual pattern."""

    event_type: ClassVar[str] = "anomaly_detected"
    anomaly_id: str | None = None
    metric_id: str | None = None
    anomaly_type: AnomalyType | None = None
    anomaly_severity: AnomalySeverity | None = None
    expected_value: float | None = None
    actual_value: float | None = None
    percentage_deviation: float | None = None
    affected_records: int | None = None
    auto_remediation_applied: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelInferenceCompleted(TypedEvent):
    """A model answers."""

    event_type: ClassVar[str] = "model_inference_completed"
    model_name: str | None = None
    inference_timestamp: datetime | None = None
    input_record_id: str | None = None
    prediction: str | float | None = None
    confidence_score: float | None = None
    inference_duration_ms: int | None = None
    feature_importance_top_3: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserActionRecommended(TypedEvent):
    """The recommendation engine proposes one action."""

    event_type: ClassVar[str] = "user_action_recommended"
    recommendation_id: str | None = None
    recommendation_type: RecommendationType | None = None
    target_entity_id: str | None = None
    impact_projection: Mapping[str, float] | None = None
    confidence_level: ConfidenceLevel | None = None
    supporting_data: Json = None
    expiration_time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferLanded(TypedEvent):
    """A user arrives on the page an offer leads to."""

    event_type: ClassVar[str] = "offer_landed"
    campaign_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CartUpdated(TypedEvent):
    """Something enters or leaves a cart."""

    event_type: ClassVar[str] = "cart_updated"
    action: Action | None = None
    cart_id: str | None = None
    cart_value: float | None = None
    items: Json = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRefunded(TypedEvent):
    """Money of an order goes back."""

    event_type: ClassVar[str] = "order_refunded"
    order_id: str
    amount: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardEarned(TypedEvent):
    """A user earns a reward."""

    event_type: ClassVar[str] = "reward_earned"
    reward_id: str | None = None
    campaign_id: str | None = None
    reward_value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardViewed(TypedEvent):
    """A user looks at a reward."""

    event_type: ClassVar[str] = "reward_viewed"
    reward_id: str | None = None
    campaign_id: str | None = None
    reward_value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardRedeemed(TypedEvent):
    """A user spends a reward."""

    event_type: ClassVar[str] = "reward_redeemed"
    reward_id: str | None = None
    campaign_id: str | None = None
    reward_value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageSent(TypedEvent):
    """A transactional message leaves; campaigns use campaign_delivered."""

    event_type: ClassVar[str] = "message_sent"
    message_id: str | None = None
    campaign_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageBounced(TypedEvent):
    """A message cannot be delivered."""

    event_type: ClassVar[str] = "message_bounced"
    message_id: str | None = None
    campaign_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageComplained(TypedEvent):
    """A recipient marks a message as spam."""

    event_type: ClassVar[str] = "message_complained"
    message_id: str | None = None
    campaign_id: str | None = None
    delivery_channel: DeliveryChannel | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackSubmitted(TypedEvent):
    """A user rates or comments."""

    event_type: ClassVar[str] = "feedback_submitted"
    rating: float | None = None
    comment: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendationsGenerated(TypedEvent):
    """A run of the recommendation engine ends."""

    event_type: ClassVar[str] = "recommendations_generated"
    count: int | None = None
    top_recommendation: Json = None
