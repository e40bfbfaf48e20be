import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.adapters.segment_mappings import load_segment_mapping
from swipesavvy.domain.home import Home
from swipesavvy.domain.segment_messages import Delivery, Translator

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = "0b5a4c9e-5f0e-4c5e-9d3f-1a2b3c4d5e6f"


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Translator:
    mapping = load_segment_mapping(Home(tmp_path_factory.mktemp("home")))
    return Translator(mapping, lambda: ID, lambda user_id: f"h_{len(user_id)}")


def event(translator: Translator, call: str | None = None, delivery: Delivery | None = None, **message: Any) -> Any:
    return translator.translate(message, call, delivery or Delivery(NOW)).event


def test_a_track_call_becomes_an_event_of_ours(translator: Translator) -> None:
    assert event(
        translator,
        type="track",
        messageId=ID.upper(),
        event="Order Completed",
        userId="ann",
        anonymousId="device-1",
        timestamp="2026-03-01T11:59:58.123Z",
        properties={"orderId": ID, "total": 27.5, "coupon": "X", "currency": "USD"},
        context={"app": {"version": "5.4"}, "os": {"name": "Android"}, "library": {"name": "l"}},
        writeKey="secret",
        integrations={"All": True},
    ) == {
        "event_id": ID.upper(),
        "event_type": "user_purchased",
        "timestamp": "2026-03-01T11:59:58.123Z",
        "user_id": "ann",
        "session_id": None,
        "source": "backend",
        "properties": {"order_id": ID, "order_value": 27.5, "promo_code": "X", "currency": "USD"},
        "context": {
            "app_version": "5.4",
            "platform": "Android",
            "app": {"version": "5.4"},
            "os": {"name": "Android"},
            "library": {"name": "l"},
            "anonymous_id": "device-1",
        },
    }


def test_ids_and_users_follow_the_contract(translator: Translator) -> None:
    found = event(translator, "track", messageId="node-next-17-x", event="x", anonymousId="device-1")
    assert found["event_id"] == str(uuid5(NAMESPACE_URL, "swipesavvy:segment:node-next-17-x"))
    assert found["user_id"] == "device-1"
    assert found["timestamp"] == NOW.isoformat()
    assert event(translator, "track", event="x", userId=17)["user_id"] == "17"
    bare = event(translator)
    assert "user_id" not in bare
    assert "event_type" not in bare
    assert bare["event_id"] == ID


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("Order Completed", "user_purchased"),
        ("order_completed", "user_purchased"),
        ("User Engaged", "user_engaged"),
        ("campaignClicked", "campaign_clicked"),
        ("Signed Up for Something", "Signed Up for Something"),
    ],
)
def test_names_meet_whatever_their_spelling(translator: Translator, name: str, event_type: str) -> None:
    assert event(translator, "track", event=name)["event_type"] == event_type


def test_the_first_of_several_names_counts_and_ours_is_never_replaced(translator: Translator) -> None:
    both = event(translator, "track", event="Order Completed", properties={"revenue": 1, "total": 2, "order_id": "A-1"})
    assert both["properties"]["order_value"] == 2
    assert both["properties"]["revenue"] == 1
    assert both["properties"]["order_id"] == str(uuid5(NAMESPACE_URL, "swipesavvy:import:segment:order:A-1"))
    ours = event(translator, "track", event="Order Completed", properties={"order_value": 3, "total": 2})
    assert ours["properties"] == {"order_value": 3, "total": 2}
    added = event(translator, "track", event="Product Added", properties={"cartId": "c", "action": "?"})
    assert added["properties"] == {"cart_id": "c", "action": "add"}


def test_who_somebody_is_never_gets_in(translator: Translator) -> None:
    traits = {
        "email": "ann@example.com",
        "firstName": "Ann",
        "last_name": "Lee",
        "Date of Birth": "1990-01-01",
        "address": {"city": "Ulm"},
        "plan": "pro",
        "company": {"name": "Lee Ltd", "seats": 3},
        "contacts": [{"phone": "1", "role": "boss"}],
    }
    told = translator.translate(
        {"userId": "ann", "traits": traits, "context": {"traits": traits, "ip": "1.2.3.4", "locale": "de"}},
        "identify",
        Delivery(NOW),
    )
    assert told.event["event_type"] == "segment_identify"
    assert told.event["properties"] == {"plan": "pro", "company": {"seats": 3}, "contacts": [{"role": "boss"}]}
    assert told.event["context"] == {"locale": "de"}
    assert told.left_out == 9
    assert translator.translate({"traits": "Ann"}, "identify", Delivery(NOW)).event["properties"] == {}


def test_pages_screens_groups_and_aliases(translator: Translator) -> None:
    page = event(translator, "page", name="Home", category="Shop", properties={"path": "/", "search": "?mail=a@b.co"})
    assert (page["event_type"], page["properties"]) == (
        "segment_page",
        {"path": "/", "name": "Home", "category": "Shop"},
    )
    assert event(translator, "screen", name="Home")["properties"] == {"name": "Home"}
    group = event(translator, "group", groupId="g1", traits={"seats": 3, "phone": "1"})
    assert (group["event_type"], group["properties"]) == ("segment_group", {"seats": 3, "group_id": "g1"})
    assert event(translator, "alias", previousId="a@b.co")["properties"] == {"previous_id": "h_6"}
    assert event(translator, "alias", previousId="device-1")["properties"] == {"previous_id": "device-1"}
    context = {"page": {"url": "https://x.example/a?mail=1", "search": "?mail=1"}}
    assert event(translator, "page", context=context)["context"] == {"page": {"url": "https://x.example/a"}}


@pytest.mark.parametrize(
    ("behind", "expected"),
    [(0, "2026-03-01T11:00:00Z"), (59, "2026-03-01T11:00:00Z"), (3600, "2026-03-01T12:00:00+00:00")],
)
def test_only_a_clock_that_is_wrong_moves_timestamps(translator: Translator, behind: int, expected: str) -> None:
    delivery = Delivery(NOW, NOW - timedelta(seconds=behind), {"locale": "de"})
    found = event(translator, "track", delivery, event="x", timestamp="2026-03-01T11:00:00Z")
    assert found["timestamp"] == expected
    assert found["context"] == {"locale": "de"}
    alone = event(
        translator, "track", sentAt=(NOW - timedelta(seconds=behind)).isoformat(), timestamp="2026-03-01T11:00:00Z"
    )
    assert alone["timestamp"] == expected


def test_what_cannot_be_moved_stays_for_the_judge(translator: Translator) -> None:
    delivery = Delivery(NOW, NOW - timedelta(days=9))
    for said in ("yesterday", "2026-03-01T11:00:00", 17, "9999-12-31T23:59:59Z"):
        assert event(translator, "track", delivery, event="x", timestamp=said)["timestamp"] == said


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)
FIELDS = ("type", "event", "messageId", "userId", "anonymousId", "properties", "traits", "context", "timestamp", "name")


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING), st.sampled_from([None, "track", "page", "alias", "group"]))
def test_no_message_is_too_odd(translator: Translator, message: dict[str, Any], call: str | None) -> None:
    found = translator.translate(message, call, Delivery(NOW, NOW - timedelta(hours=1))).event
    json.dumps(found, allow_nan=False)
    assert found["source"] == "backend"
    assert isinstance(found["event_id"], str)
