"""The event contract as a whole: envelope, known types, rules of time, duplicates and actors.

Belongs here: what every event must be. The families of types are declared in `event_types`; `adapters.lake.routing`
compiles this declaration into vectorised SQL, so a rule is written once.
"""

from datetime import timedelta

from swipesavvy.domain.event_contract import Actor, EventType, Kind, Property, money, score, segment, text, uuid
from swipesavvy.domain.event_types import behaviour, campaigns, extensions, staff, system
from swipesavvy.domain.identifiers import SYSTEM_USER

ENVELOPE = (
    "event_id",
    "event_type",
    "timestamp",
    "user_id",
    "session_id",
    "source",
    "received_at",
    "properties",
    "context",
)
CONTEXT = (
    text("app_version"),
    Property("platform", Kind.TEXT, choices=("iOS", "Android", "Web")),
    segment("user_segment"),
    text("region"),
)
"""What `context` usually holds. None of it is judged: a client's description of itself refuses no event."""

IDENTIFIERS = ("campaign_id", "creative_id", "order_id")
"""Properties that must be UUIDs on every known type; a wrong one is `bad_uuid`, as a wrong `event_id` is."""

SOURCES = ("mobile", "admin_portal", "backend")
STAFF_SOURCE = "admin_portal"

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""A timestamp may lie this far after receipt; further is refused."""

LATE_AFTER = timedelta(hours=24)
"""Older than this at receipt is kept and marked late."""

TOO_OLD_AFTER = timedelta(days=30)
"""Older than this at receipt is refused; history comes in by backfill."""

DUPLICATE_WINDOW = timedelta(minutes=5)
"""Among the copies received within this time of the first, the last one wins; later copies never do."""

EVENT_TYPES: dict[str, EventType] = {
    declared.name: declared
    for declared in (*campaigns.TYPES, *behaviour.TYPES, *staff.TYPES, *system.TYPES, *extensions.TYPES)
}

# Ids, money and scores mean the same on every known type, declared there or not.
_EVERYWHERE: tuple[Property, ...] = (
    *(uuid(name) for name in IDENTIFIERS),
    money("order_value"),
    money("amount"),
    money("budget"),
    money("initial_budget"),
    money("budget_approved"),
    money("promotional_discount"),
    money("cart_value"),
    money("reward_value"),
    score("incrementality_score"),
    score("confidence_score"),
)


def properties_of(declared: EventType) -> tuple[Property, ...]:
    """Every property checked on a known type: its own, then those that mean the same on all types."""
    own = {prop.name for prop in declared.properties}
    return (*declared.properties, *(prop for prop in _EVERYWHERE if prop.name not in own))


def actor_of(event_type: str, source: str, user_id: str) -> Actor:
    """Who acted in an event, from its type, its source and its user."""
    if user_id == SYSTEM_USER:
        return Actor.SYSTEM
    declared = EVENT_TYPES.get(event_type)
    if declared is not None:
        return declared.actor
    return Actor.STAFF if source == STAFF_SOURCE else Actor.CUSTOMER
