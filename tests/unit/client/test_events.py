"""Every typed constructor gives an event that the door accepts, and nothing that it would refuse by its type."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from swipesavvy.application.constructors import class_name
from swipesavvy.client import events
from swipesavvy.client.typed_event import TypedEvent
from swipesavvy.domain.contract_examples import example_event
from swipesavvy.domain.event_contract import Kind
from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.verdicts import problem_of

NOW = datetime(2026, 11, 20, 10, 16, tzinfo=UTC)


def made(name: str, *, only_required: bool = False) -> TypedEvent:
    declared = EVENT_TYPES[name]
    example: dict[str, Any] = example_event(declared)["properties"]
    kinds = {prop.name: prop.kind for prop in declared.properties}
    given = {key: datetime.fromisoformat(v) if kinds[key] is Kind.INSTANT else v for key, v in example.items()}
    if only_required:
        given = {prop.name: given[prop.name] for prop in declared.properties if prop.required}
    return getattr(events, class_name(name))(**given)


@pytest.mark.parametrize("only_required", [False, True])
@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_constructor_gives_a_valid_event(name: str, only_required: bool) -> None:
    event = made(name, only_required=only_required)
    assert event.event_type == name
    whole = example_event(EVENT_TYPES[name]) | {"properties": event.properties()}
    assert problem_of(whole, NOW) is None


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_property_is_a_field(name: str) -> None:
    assert {field.name for field in fields(made(name))} == {prop.name for prop in EVENT_TYPES[name].properties}


def test_what_is_left_out_is_not_sent() -> None:
    assert made("order_refunded").properties().keys() == {"order_id", "amount"}
    assert events.UserEngaged(engagement_type="search").properties() == {"engagement_type": "search"}


def test_a_required_property_cannot_be_forgotten() -> None:
    with pytest.raises(TypeError, match="order_id"):
        events.OrderRefunded(amount=3.0)  # type: ignore[call-arg]


def test_an_instant_without_a_zone_is_refused() -> None:
    event = events.CampaignDelivered(
        campaign_id="6f9619ff-8b86-4011-b42d-00c04fc964ff", delivery_channel="push", is_holdout=False,
        scheduled_time=datetime(2026, 11, 20),  # noqa: DTZ001 - the mistake in question
    )  # fmt: skip
    with pytest.raises(ValueError, match="no zone"):
        event.properties()
