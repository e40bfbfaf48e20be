"""One valid event of every known type, the way a client would send it: for documentation and for trying things out.

Belongs here: values made from the declaration. Not here: how examples are shown.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from swipesavvy.domain.event_contract import Actor, EventType, Kind, Property
from swipesavvy.domain.events import SOURCES, STAFF_SOURCE
from swipesavvy.domain.identifiers import SYSTEM_USER

HAPPENED_AT = "2026-11-20T10:15:30.250Z"
"""When the examples happen."""
_MOBILE, _STAFF, _BACKEND = SOURCES[0], STAFF_SOURCE, SOURCES[-1]
_VALUES: dict[Kind, Any] = {
    Kind.SEGMENT: "HIGH_SPENDER",
    Kind.TEXT: "example",
    Kind.INTEGER: 3,
    Kind.NUMBER: 0.95,
    Kind.MONEY: 24.9,
    Kind.SCORE: 0.82,
    Kind.FLAG: True,
    Kind.INSTANT: "2026-11-20T10:15:00Z",
    Kind.TEXT_OR_NUMBER: "likely to return",
}
_NAMED: dict[str, Any] = {
    "user_id": "u-1042",
    "session_id": "s-77310",
    "marketer_id": "m-7",
    "destination_url": "https://shop.example/offer",
    "search_query": "running shoes",
    "screen_name": "rewards",
    "order_category": "shoes",
    "promo_code": "AUTUMN10",
    "metric_id": "roas",
    "model_name": "churn",
    "data_source": "orders",
    "primary_metric": "conversion_rate",
    "is_holdout": False,
    "split_percentage": 50,
    "items": [{"sku": "A-1", "quantity": 2}],
    "error_messages": [],
}


def example_event(declared: EventType) -> dict[str, Any]:
    """A valid event; the same on every call. Every property of the type has a value."""
    source = _source(declared)
    user = {Actor.SYSTEM: SYSTEM_USER, Actor.STAFF: "m-7"}.get(declared.actor, "u-1042")
    return {
        "event_id": _uuid(declared.name),
        "event_type": declared.name,
        "timestamp": HAPPENED_AT,
        "user_id": user,
        "session_id": None if declared.actor is Actor.SYSTEM else "s-77310",
        "source": source,
        "properties": {
            prop.name: user if prop.name == "user_id" else example_value(prop) for prop in declared.properties
        },
        "context": {"app_version": "4.2.0", "platform": "iOS"} if source == _MOBILE else {},
    }


def example_value(prop: Property) -> Any:
    """A valid value of a property."""
    if prop.name in _NAMED:
        return _NAMED[prop.name]
    if prop.kind is Kind.UUID:
        return _uuid(prop.name)
    if prop.kind is Kind.CHOICE:
        return prop.choices[0]
    if prop.kind is Kind.DOCUMENT:
        return {member.name: example_value(member) for member in prop.members} or {"note": "any JSON value"}
    return _VALUES[prop.kind]


def _source(declared: EventType) -> str:
    if declared.actor is Actor.STAFF:
        return _STAFF
    return _MOBILE if declared.owner.startswith("Mobile") else _BACKEND


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"swipesavvy:example:{name}"))
