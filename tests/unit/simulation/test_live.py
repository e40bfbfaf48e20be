import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.verdicts import problem_of
from swipesavvy.simulation.live import LiveMarket
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.world import World, world

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived() -> World:
    return world(MarketSpec(NOW, days=30, users=400, campaigns=6, seed=2))


def test_events_are_valid_stamped_and_distinct(lived: World) -> None:
    events = LiveMarket(lived, NOW).next_events(3_000, NOW)
    assert len({event["event_id"] for event in events}) == 3_000
    assert {datetime.fromisoformat(event["timestamp"]) for event in events} == {NOW}
    assert all(problem_of(event, NOW) is None for event in events)
    kinds = Counter(event["event_type"] for event in events)
    assert set(kinds) <= set(EVENT_TYPES)
    assert {"campaign_delivered", "campaign_viewed", "user_engaged", "user_purchased"} <= set(kinds)
    json.dumps(events)


def test_arms_continue_those_of_the_written_market(lived: World) -> None:
    written = {
        (lived.campaigns.ids[campaign], f"user_{user:06d}")
        for campaign, user in zip(lived.contacts.campaign.tolist(), lived.contacts.user.tolist(), strict=True)
    }
    arms: dict[tuple[str, str], bool] = {}
    for event in LiveMarket(lived, NOW).next_events(4_000, NOW):
        properties = event["properties"]
        pair = (properties.get("campaign_id"), event["user_id"])
        if event["event_type"] == "campaign_delivered":
            assert pair not in written
            assert pair not in arms
            arms[pair] = properties["is_holdout"]
        elif event["event_type"].startswith("campaign_"):
            assert arms[pair] is False
    assert 0.02 < sum(arms.values()) / len(arms) < 0.35


def test_two_sessions_share_no_event(lived: World) -> None:
    one, other = (
        {event["event_id"] for event in LiveMarket(lived, at).next_events(200, at)}
        for at in (NOW, NOW + timedelta(minutes=1))
    )
    assert one.isdisjoint(other)


def test_a_market_without_campaigns_goes_on(lived: World) -> None:
    quiet = world(MarketSpec(NOW, days=5, users=3, campaigns=0))
    kinds = {event["event_type"] for event in LiveMarket(quiet, NOW).next_events(200, NOW)}
    assert not any(kind.startswith("campaign_") for kind in kinds)
