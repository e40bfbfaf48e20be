"""Events of marketers in the portal and of the platform itself. None of them may move a customer metric."""

import numpy as np
import polars as pl

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES
from swipesavvy.domain.event_types.staff import DASHBOARD_SECTIONS, VIEWER_ROLES
from swipesavvy.domain.event_types.system import RECOMMENDATION_TYPES
from swipesavvy.domain.identifiers import SYSTEM_USER
from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, Ints
from swipesavvy.simulation.campaign_events import SEGMENT_IDS
from swipesavvy.simulation.campaigns import PAUSED, Campaigns
from swipesavvy.simulation.contacts import Contacts
from swipesavvy.simulation.identifiers import uuids
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.wire import Column, picked, timestamps, without_user

MARKETERS = ("m_ana", "m_ben", "m_chloe", "m_dev", "m_elif")
_METRICS = ("roas", "ctr", "conversion_rate", "cac", "aov", "ltv", "open_rate")
_SOURCES = ("campaign_events", "user_behavior", "orders")
_VISITS_A_DAY, _REFRESHES_A_DAY = 8, 6
_ADVISED, _TESTED, _EXPORTED, _REMEDIED = 0.5, 0.4, 0.05, 0.2


def creators(spec: MarketSpec, campaigns: Campaigns) -> pl.Series:
    """Who made each campaign."""
    return picked(MARKETERS, spec.rng("creators").integers(0, len(MARKETERS), campaigns.count))


def staff_events(spec: MarketSpec, campaigns: Campaigns, contacts: Contacts, budgets: pl.Series) -> list[pl.DataFrame]:
    """Creation, launch, pause, tests, shifts of budget, and visits to the dashboard."""
    rng = spec.rng("staff events")
    who = creators(spec, campaigns)
    count = campaigns.count
    everything: dict[str, Column] = {"campaign_id": campaigns.ids, "marketer_id": who}
    created = {
        **everything,
        "campaign_type": picked(CAMPAIGN_TYPES, campaigns.kind),
        "target_segment_id": picked(SEGMENT_IDS, campaigns.target),
        "initial_budget": budgets,
        "time_to_completion_minutes": rng.integers(8, 120, count),
    }
    launched = {
        **everything,
        "actual_audience_size": np.bincount(contacts.campaign, minlength=count),
        "scheduled_delivery_time": timestamps(campaigns.launch),
        "budget_approved": budgets,
        "ai_recommendation_applied": rng.random(count) < _ADVISED,
        "ai_recommendation_score": rng.beta(4, 2, count).round(2),
    }
    return [
        without_user("campaign_created", created_at(campaigns), who, "admin_portal", created),
        without_user("campaign_launched", campaigns.launch, who, "admin_portal", launched),
        _paused(campaigns, who),
        _tests(rng, campaigns, who),
        _shifts(rng, campaigns),
        _visits(rng, spec),
    ]


def created_at(campaigns: Campaigns) -> Ints:
    """Days before the launch, the same for every reader."""
    return np.asarray(campaigns.launch - (2 + np.arange(campaigns.count) % 5) * DAY + 25 * MINUTE)


def _paused(campaigns: Campaigns, who: pl.Series) -> pl.DataFrame:
    paused = np.flatnonzero(campaigns.status == PAUSED)
    at = campaigns.stop[paused]
    properties: dict[str, Column] = {
        "campaign_id": campaigns.ids.gather(paused),
        "marketer_id": who.gather(paused),
        "pause_reason": "low_performance",
        "time_to_pause_hours": (at - campaigns.launch[paused]) // HOUR,
    }
    return without_user("campaign_paused", at, who.gather(paused), "admin_portal", properties)


def _tests(rng: np.random.Generator, campaigns: Campaigns, who: pl.Series) -> pl.DataFrame:
    tested = np.flatnonzero(rng.random(campaigns.count) < _TESTED)
    first = np.searchsorted(campaigns.creative_campaign, tested)
    properties: dict[str, Column] = {
        "test_id": uuids(rng, len(tested)),
        "campaign_id": campaigns.ids.gather(tested),
        "variant_a_creative_id": campaigns.creative_ids.gather(first),
        "variant_b_creative_id": campaigns.creative_ids.gather(first + 1),
        "split_percentage": 50,
        "test_duration_days": 14,
        "primary_metric": "click_rate",
        "statistical_significance_threshold": 0.95,
    }
    at = campaigns.launch[tested] + HOUR
    return without_user("creative_variant_tested", at, who.gather(tested), "admin_portal", properties)


def _shifts(rng: np.random.Generator, campaigns: Campaigns) -> pl.DataFrame:
    """From one campaign to the one launched after it."""
    source = np.arange(0, max(campaigns.count - 1, 0), 3)
    at = campaigns.launch[source + 1] + 2 * DAY + 3 * HOUR
    who = picked(MARKETERS, source % len(MARKETERS))
    properties: dict[str, Column] = {
        "reallocation_id": uuids(rng, len(source)),
        "marketer_id": who,
        "from_campaign_id": campaigns.ids.gather(source),
        "to_campaign_id": campaigns.ids.gather(source + 1),
        "amount": rng.choice([10.0, 20.0, 50.0], len(source)),
        "reallocation_reason": "performance",
    }
    return without_user("budget_reallocated", at, who, "admin_portal", properties)


def _visits(rng: np.random.Generator, spec: MarketSpec) -> pl.DataFrame:
    count = spec.days * _VISITS_A_DAY
    at = spec.start + rng.integers(0, spec.days, count) * DAY + rng.integers(13 * HOUR, 23 * HOUR, count)
    who = picked(MARKETERS, rng.integers(0, len(MARKETERS), count))
    properties: dict[str, Column] = {
        "user_id": who,
        "user_role": picked(VIEWER_ROLES, rng.integers(0, 4, count)),
        "dashboard_section": picked(DASHBOARD_SECTIONS, rng.integers(0, len(DASHBOARD_SECTIONS), count)),
        "time_spent_seconds": rng.integers(10, 900, count),
        "export_requested": rng.random(count) < _EXPORTED,
    }
    return without_user("dashboard_accessed", at, who, "admin_portal", properties)


def system_events(spec: MarketSpec) -> list[pl.DataFrame]:
    """What the pipeline of the simulated company reports about itself."""
    rng = spec.rng("system events")
    hourly = spec.start + np.arange(spec.days * _REFRESHES_A_DAY) * (DAY // _REFRESHES_A_DAY) + 7 * MINUTE
    nightly = spec.start + np.arange(spec.days) * DAY + 4 * HOUR
    weekly = nightly[::7] + 2 * HOUR
    return [
        _system("data_refresh_completed", hourly, _refreshes(rng, len(hourly))),
        _system("metric_calculation_completed", nightly, _calculations(rng, nightly)),
        _system("model_inference_completed", nightly + 30 * MINUTE, _inferences(rng, nightly + 30 * MINUTE)),
        _system("anomaly_detected", weekly, _anomalies(rng, len(weekly))),
        _system("user_action_recommended", weekly + MINUTE, _advice(rng, weekly)),
        _system("recommendations_generated", weekly + 2 * MINUTE, {"count": rng.integers(1, 9, len(weekly))}),
    ]


def _system(event_type: str, at: Ints, properties: dict[str, Column]) -> pl.DataFrame:
    return without_user(event_type, at, SYSTEM_USER, "backend", properties)


def _refreshes(rng: np.random.Generator, count: int) -> dict[str, Column]:
    return {
        "refresh_id": uuids(rng, count),
        "data_source": picked(_SOURCES, np.arange(count) % len(_SOURCES)),
        "records_processed": rng.integers(200, 3_000, count),
        "refresh_duration_seconds": rng.gamma(4, 3, count).round(2),
        "data_lag_seconds": rng.integers(5, 200, count),
        "errors_encountered": rng.integers(0, 4, count),
    }


def _calculations(rng: np.random.Generator, at: Ints) -> dict[str, Column]:
    count = len(at)
    return {
        "metric_id": picked(_METRICS, np.arange(count) % len(_METRICS)),
        "calculation_timestamp": timestamps(at),
        "calculation_duration_ms": rng.integers(20, 900, count),
        "result_value": rng.uniform(1, 5, count).round(3),
        "data_completeness_percentage": rng.uniform(97, 100, count).round(2),
    }


def _inferences(rng: np.random.Generator, at: Ints) -> dict[str, Column]:
    count = len(at)
    return {
        "model_name": "segment_classifier",
        "inference_timestamp": timestamps(at),
        "input_record_id": uuids(rng, count),
        "prediction": rng.random(count).round(3),
        "confidence_score": rng.uniform(0.5, 1, count).round(3),
        "inference_duration_ms": rng.integers(2, 60, count),
    }


def _anomalies(rng: np.random.Generator, count: int) -> dict[str, Column]:
    return {
        "anomaly_id": uuids(rng, count),
        "metric_id": picked(_METRICS, np.arange(count) % len(_METRICS)),
        "anomaly_type": picked(("spike", "drop"), np.arange(count) % 2),
        "anomaly_severity": "warning",
        "expected_value": 3.0,
        "actual_value": rng.uniform(1, 6, count).round(2),
        "affected_records": rng.integers(1, 400, count),
        "auto_remediation_applied": rng.random(count) < _REMEDIED,
    }


def _advice(rng: np.random.Generator, at: Ints) -> dict[str, Column]:
    count = len(at)
    return {
        "recommendation_id": uuids(rng, count),
        "recommendation_type": picked(RECOMMENDATION_TYPES, np.arange(count) % len(RECOMMENDATION_TYPES)),
        "target_entity_id": picked(SEGMENT_IDS, np.arange(count) % len(SEGMENT_IDS)),
        "confidence_level": picked(("high", "medium", "low"), np.arange(count) % 3),
        "expiration_time": timestamps(at + 7 * DAY),
    }
