"""Lines and tables of small markets: what must hold for every market, whatever its size."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swipesavvy.domain.events import EVENT_TYPES, LATE_AFTER
from swipesavvy.simulation.market import STEPS, Market, market
from swipesavvy.simulation.spec import Faults, MarketSpec

END = datetime(2026, 6, 30, tzinfo=UTC)
NONE = Faults(0, 0, 0, 0)


def _events(made: Market) -> pl.DataFrame:
    """The lines of a market without faults, parsed."""
    rows = []
    for line in made.landed["line"]:
        event = json.loads(line)
        properties = event["properties"]
        rows.append(
            {
                "id": event["event_id"],
                "type": event["event_type"],
                "at": datetime.fromisoformat(event["timestamp"]),
                "received": datetime.fromisoformat(event["received_at"]),
                "user": event["user_id"],
                "source": event["source"],
                "campaign": properties.get("campaign_id"),
                "view": properties.get("view_type"),
                "holdout": properties.get("is_holdout"),
                "order": properties.get("order_id"),
                "value": properties.get("order_value"),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


@pytest.fixture(scope="module")
def clean() -> Market:
    return market(MarketSpec(END, days=40, users=500, campaigns=6, seed=5, faults=NONE))


@pytest.fixture(scope="module")
def events(clean: Market) -> pl.DataFrame:
    return _events(clean)


def test_without_faults_every_line_is_one_event(clean: Market, events: pl.DataFrame) -> None:
    assert clean.counts["landed"] == clean.counts["clean"] == events.height
    assert events["id"].n_unique() == events.height
    kinds = clean.counts["events_by_type"]
    assert isinstance(kinds, dict)
    assert sum(kinds.values()) == events.height
    assert set(EVENT_TYPES) - set(kinds) <= {"campaign_paused", "message_complained"}


def test_lines_arrive_in_order_and_inside_the_market(clean: Market, events: pl.DataFrame) -> None:
    assert events["received"].is_sorted()
    assert events["received"].max() < END
    assert events["at"].max() < END
    assert events["at"].min() >= END - timedelta(days=40)
    assert (events["received"] >= events["at"]).all()


def test_no_event_before_signup(clean: Market, events: pl.DataFrame) -> None:
    users = clean.tables["users/simulated.csv"].select(
        "user_id", signup=pl.col("signup_at").str.to_datetime(time_zone="UTC")
    )
    joined = events.join(users, left_on="user", right_on="user_id")
    assert joined.height > 0.8 * events.height
    assert (joined["at"] >= joined["signup"]).all()


def test_control_users_see_nothing_of_their_campaign(events: pl.DataFrame) -> None:
    arms = events.filter(type="campaign_delivered").select("user", "campaign", "holdout")
    assert arms.select("user", "campaign").is_unique().all()
    controls = arms.filter("holdout")
    assert controls.height > 0
    about = ("campaign_viewed", "campaign_clicked", "campaign_converted")
    touched = events.filter(pl.col("type").is_in(about))
    assert touched.join(controls, on=["user", "campaign"], how="semi").height == 0
    assert touched.join(arms, on=["user", "campaign"], how="anti").height == 0


def test_received_comes_before_opened_and_clicked(events: pl.DataFrame) -> None:
    views = events.filter(type="campaign_viewed")
    first = views.filter(view="received").group_by("user", "campaign").agg(seen=pl.col("at").min())
    later = pl.concat([views.filter(pl.col("view") != "received"), events.filter(type="campaign_clicked")])
    joined = later.join(first, on=["user", "campaign"], how="left")
    assert joined["seen"].null_count() == 0
    assert (joined["at"] >= joined["seen"]).all()
    opens = views.filter(view="opened").select("user", "campaign")
    assert opens.is_unique().all()


def test_orders_of_the_table_and_of_the_backend_agree(clean: Market, events: pl.DataFrame) -> None:
    table = clean.tables["orders/simulated-2-recent.csv"]
    bought = events.filter(type="user_purchased", source="backend")
    joined = table.join(bought, left_on="order_id", right_on="order")
    assert joined.height == table.height
    assert bought.height - table.height < 0.03 * bought.height
    assert (joined["order_value"] == joined["value"]).all()
    assert (joined["user_id"] == joined["user"]).all()
    assert (joined["ordered_at"].str.to_datetime(time_zone="UTC") == joined["at"]).all()
    history = clean.tables["orders/simulated-1-history.parquet"]
    assert history["ordered_at"].max() < table["ordered_at"].min()
    assert set(clean.tables["orders/simulated-3-returned.jsonl"]["order_id"]) < set(table["order_id"])


def test_spend_is_of_known_campaigns_and_days(clean: Market) -> None:
    spend, offers = clean.tables["spend/simulated.csv"], clean.tables["campaigns/simulated.jsonl"]
    assert set(spend["campaign_id"]) <= set(offers["campaign_id"])
    assert spend.select("campaign_id", "creative_id", "spend_date", "platform").is_unique().all()
    assert spend["spend_date"].max() < END.date()
    assert spend["creative_id"].null_count() not in {0, spend.height}
    assert (spend["cost"] > 0).all()


def test_faults_add_lines_and_lose_none(small: Market) -> None:
    counts = small.counts
    assert counts["landed"] == counts["clean"] + counts["duplicates"] + counts["quarantined"]
    clean = int(str(counts["clean"]))
    assert counts["late"] == round(0.015 * clean)
    assert counts["skewed"] == round(0.003 * clean)
    assert counts["quarantined"] == round(0.002 * clean)
    assert 0.8 * 0.004 * clean < int(str(counts["duplicates"])) <= round(0.004 * clean)
    reasons = counts["quarantined_by_reason"]
    assert isinstance(reasons, dict)
    assert len(reasons) == 10
    assert max(reasons.values()) - min(reasons.values()) <= 1


def test_late_and_skewed_lines_are_as_many_as_counted(small: Market) -> None:
    late = skewed = 0
    seen = set()
    for line in small.landed["line"]:
        try:
            event = json.loads(line)
            at, received = (datetime.fromisoformat(event[key]) for key in ("timestamp", "received_at"))
            ids = event["event_id"], event["user_id"]
        except (ValueError, KeyError):
            continue
        if at.tzinfo is None or ids[0] in seen or len(ids[0]) < 36:
            continue
        seen.add(ids[0])
        late += LATE_AFTER < received - at < timedelta(days=30)
        skewed += timedelta(0) < at - received < timedelta(minutes=5)
    counts = small.counts
    assert late == counts["late"]
    drafts = counts["duplicates_by_kind"]
    assert isinstance(drafts, dict)
    # Drafts arrive before the event itself, some of them before its own time.
    assert int(str(counts["skewed"])) <= skewed <= int(str(counts["skewed"])) + drafts.get("draft", 0)


def test_steps_are_told(small: Market) -> None:
    told: list[str] = []
    market(MarketSpec(END, days=1, users=1, campaigns=0), told.append)
    assert tuple(told) == STEPS


@given(
    days=st.integers(1, 30),
    users=st.integers(1, 60),
    campaigns=st.integers(0, 10),
    seed=st.integers(0, 2**31),
    hours=st.integers(1, 24),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_market_can_be_made_and_twice_the_same(
    days: int, users: int, campaigns: int, seed: int, hours: int
) -> None:
    faults = Faults(0.2, 0.2, 0.2, 0.2)
    ends_at = END - timedelta(days=1) + timedelta(hours=hours)
    spec = MarketSpec(ends_at, days=days, users=users, campaigns=campaigns, seed=seed, faults=faults)
    one, same = market(spec), market(spec)
    assert one.landed.equals(same.landed)
    assert all(one.tables[name].equals(same.tables[name]) for name in one.tables)
    assert all(one.truth[name].equals(same.truth[name]) for name in one.truth)
    assert one.counts["landed"] == one.landed.height
    assert one.landed["received"].is_sorted()
    assert one.landed.height == 0 or one.landed["received"].max() < spec.end
