"""Messages of Segment's tracking API as events of our envelope.

Belongs here: what each field becomes, and which personal data never gets in. Not here: names of types
(`segment_mapping`), HTTP, and the scrubbing and judging that every event meets afterwards, whatever door it came by.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from swipesavvy.domain.event_contract import EventType
from swipesavvy.domain.events import EVENT_TYPES, properties_of
from swipesavvy.domain.instants import parse_instant
from swipesavvy.domain.scrubbing import is_identifying, scrub_properties
from swipesavvy.domain.segment_mapping import SegmentMapping, TrackRule, plain_name

SOURCE = "backend"
CLOCK_FAULT = timedelta(minutes=1)
"""A sender's clock this far off at sending is wrong, and its timestamps are moved; less is the way through the net."""

PERSONAL_TRAITS = frozenset(
    (
        *("email", "emailaddress", "phone", "phonenumber", "mobile", "ip"),
        *("name", "firstname", "lastname", "fullname", "middlename", "nickname", "username", "avatar", "photo"),
        *("birthday", "birthdate", "dateofbirth", "dob", "age", "ssn", "taxid"),
        *("address", "street", "postalcode", "zip", "zipcode"),
    )
)
"""Traits that say who somebody is, by plain name; they are left out of identify and group at any depth."""

_PERSONAL_CONTEXT = frozenset(
    (
        *("traits", "ip", "email", "phone", "address", "latitude", "longitude", "search"),
        *("advertisingid", "idfa", "idfv", "token"),
    )
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[ -]+")
_PLATFORMS = {"ios": "iOS", "ipados": "iOS", "android": "Android"}


@dataclass(frozen=True)
class Delivery:
    """What is true of all messages of one request: when it arrived, when it was sent, and the context they share."""

    received_at: datetime
    sent_at: datetime | None = None
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Translation:
    """An event of our envelope (not judged yet), and how many pieces of personal data were left out."""

    event: dict[str, Any]
    left_out: int


@dataclass(frozen=True)
class Translator:
    """Translates messages. `new_id` makes an id for messages without one, `pseudonym` stands for identifying ids."""

    mapping: SegmentMapping
    new_id: Callable[[], str]
    pseudonym: Callable[[str], str]

    def translate(self, message: Mapping[str, Any], call: str | None, delivery: Delivery) -> Translation:
        """One message; `call` is what its address said it is, None in a batch, where it says so itself.

        What is missing stays missing, so that the judge names it.
        """
        call = call or _text(message.get("type")) or ""
        event_type, properties, left_out = self._content(message, call)
        context, more_left_out = self._context(message, delivery)
        event: dict[str, Any] = {"event_id": self._event_id(message.get("messageId"))}
        if event_type:
            event["event_type"] = event_type
        event["timestamp"] = _timestamp(message, delivery)
        user_id = _text(message.get("userId")) or _text(message.get("anonymousId"))
        if user_id:
            event["user_id"] = user_id
        event |= {"session_id": None, "source": SOURCE, "properties": properties, "context": context}
        return Translation(event, left_out + more_left_out)

    def _content(self, message: Mapping[str, Any], call: str) -> tuple[str, Any, int]:
        """Event type, properties, and the count of what was left out."""
        if call == "track":
            name = _text(message.get("event")) or ""
            rule = self.mapping.rule(name)
            return rule.event_type, self._renamed(message.get("properties"), rule), 0
        event_type = self.mapping.calls.get(call, f"segment_{call}" if call else "")
        if call in {"page", "screen"}:
            return event_type, *_viewed(message)
        if call == "alias":
            previous = _text(message.get("previousId")) or ""
            is_hidden = is_identifying(previous)
            return event_type, {"previous_id": self.pseudonym(previous) if is_hidden else previous}, int(is_hidden)
        traits, left_out = _without(message.get("traits"), PERSONAL_TRAITS)
        if call == "group":
            traits["group_id"] = _text(message.get("groupId"))
        return event_type, traits, left_out

    def _renamed(self, properties: Any, rule: TrackRule) -> Any:
        """Properties of a track call under our names; those that are already there are never replaced."""
        if properties is None:
            properties = {}
        if not isinstance(properties, Mapping):
            return properties
        found = dict(properties)
        for theirs, ours in {**_declared_spellings(found, rule.event_type), **rule.rename}.items():
            if theirs in found and found.get(ours) is None:
                found[ours] = found.pop(theirs)
        for name in rule.ids:
            text = _text(found.get(name))
            if text and not _UUID.fullmatch(text):
                found[name] = _imported_id(str(self.mapping.namespace), name.removesuffix("_id"), text)
        return {**found, **rule.constants}

    def _context(self, message: Mapping[str, Any], delivery: Delivery) -> tuple[dict[str, Any], int]:
        own = message.get("context")
        both = {**(delivery.context or {}), **(own if isinstance(own, Mapping) else {})}
        context, left_out = _without(both, _PERSONAL_CONTEXT)
        context, scrubbed = scrub_properties(context, "")
        context = {**_described(context), **context}
        anonymous = _text(message.get("anonymousId"))
        if anonymous and _text(message.get("userId")):
            context["anonymous_id"] = self.pseudonym(anonymous) if is_identifying(anonymous) else anonymous
        return context, left_out + scrubbed

    def _event_id(self, message_id: Any) -> str:
        text = _text(message_id)
        if not text:
            return self.new_id()
        return text if _UUID.fullmatch(text) else str(uuid5(NAMESPACE_URL, f"swipesavvy:segment:{text}"))


def _imported_id(namespace: str, kind: str, key: str) -> str:
    """The UUID that `import` makes of the same key, so that what comes by both ways meets."""
    escaped = key.replace("%", "%25").replace(":", "%3A")
    return str(uuid5(NAMESPACE_URL, f"swipesavvy:import:{namespace}:{kind}:{escaped}"))


def _viewed(message: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Properties of a page or screen: its own, its name and category, not the query of its address."""
    own = message.get("properties")
    found = dict(own) if isinstance(own, Mapping) else {}
    left_out = int(bool(found.pop("search", None)))
    for name in ("name", "category"):
        if message.get(name) is not None:
            found.setdefault(name, message[name])
    return found, left_out


def _timestamp(message: Mapping[str, Any], delivery: Delivery) -> Any:
    """When it happened: as the sender says, less the fault of its clock at sending; the arrival if it says nothing."""
    said = message.get("originalTimestamp") or message.get("timestamp")
    if said is None or said == "":
        return delivery.received_at.isoformat()
    sent_at = delivery.sent_at or instant(message.get("sentAt"))
    happened = instant(said)
    if sent_at is None or happened is None or abs(delivery.received_at - sent_at) < CLOCK_FAULT:
        return said
    try:
        return (happened + (delivery.received_at - sent_at)).isoformat()
    except OverflowError:
        return said


def instant(value: Any) -> datetime | None:
    """An ISO-8601 instant with zone, or None."""
    return parse_instant(value) if isinstance(value, str) else None


def _declared_spellings(properties: Mapping[str, Any], event_type: str) -> dict[str, str]:
    """Names in another spelling (`orderId`, `Order ID`) of what a known type declares."""
    declared = EVENT_TYPES.get(event_type)
    if declared is None:
        return {}
    names = _names_of(declared)
    return {
        name: ours for name in properties if (ours := _WORDS.sub("_", name).lower()) in names and ours not in properties
    }


def _names_of(declared: EventType) -> frozenset[str]:
    return frozenset(prop.name for prop in properties_of(declared))


def _described(context: Mapping[str, Any]) -> dict[str, Any]:
    """The members of our own context that Segment's tells under other names."""
    described: dict[str, Any] = {}
    version = _inside(context, "app", "version")
    if version:
        described["app_version"] = version
    system = (_inside(context, "os", "name") or _inside(context, "device", "type") or "").lower()
    if system in _PLATFORMS:
        described["platform"] = _PLATFORMS[system]
    elif _inside(context, "library", "name") == "analytics.js":
        described["platform"] = "Web"
    return described


def _inside(context: Mapping[str, Any], outer: str, inner: str) -> str | None:
    part = context.get(outer)
    return _text(part.get(inner)) if isinstance(part, Mapping) else None


def _without(value: Any, names: frozenset[str]) -> tuple[dict[str, Any], int]:
    """An object without the members so named, at any depth, and how many there were; {} for anything else."""
    if not isinstance(value, Mapping):
        return {}, int(value is not None)
    kept: dict[str, Any] = {}
    left_out = 0
    for name, item in value.items():
        if plain_name(name) in names:
            left_out += 1
            continue
        kept[name], count = _item_without(item, names)
        left_out += count
    return kept, left_out


def _item_without(item: Any, names: frozenset[str]) -> tuple[Any, int]:
    if isinstance(item, Mapping):
        return _without(item, names)
    if isinstance(item, list):
        parts = [_item_without(part, names) for part in item]
        return [part for part, _ in parts], sum(count for _, count in parts)
    return item, 0


def _text(value: Any) -> str | None:
    """A text, or a whole number as one (some senders count their users); None for anything else and for nothing."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
