"""The vocabulary event contracts are written in: kinds of property, event types, reasons of refusal.

Belongs here: the shapes a declaration is made of. Not here: the declarations themselves (`event_types`), nor how they
are executed on millions of lines (`adapters.lake.routing` compiles them).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why a line was refused, in the order the rules are asked: the first that matches names the reason."""

    MALFORMED_JSON = "malformed_json"
    MISSING_ID = "missing_id"
    BAD_UUID = "bad_uuid"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    TOO_OLD = "too_old"
    BAD_SOURCE = "bad_source"
    NEGATIVE_AMOUNT = "negative_amount"
    SCORE_OUT_OF_RANGE = "score_out_of_range"
    BAD_PROPERTY = "bad_property"


class Kind(StrEnum):
    """What a property's JSON value must be."""

    UUID = "uuid"
    SEGMENT = "segment"  # a segment code, or any UUID
    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"  # a number without a fraction; 3.0 is one, as in JSON Schema
    NUMBER = "number"
    MONEY = "money"
    SCORE = "score"
    FLAG = "flag"
    INSTANT = "instant"  # ISO-8601 text, zone optional
    DOCUMENT = "document"  # any JSON value
    TEXT_OR_NUMBER = "text_or_number"


class Actor(StrEnum):
    """Who acted: only customers move `as_of` and enter customer metrics."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class Latency(StrEnum):
    """Freshness class of a type; the service levels hang on it."""

    CAMPAIGN = "campaign"
    BEHAVIOUR = "behaviour"
    STAFF_ACTION = "staff_action"
    SYSTEM = "system"


class Pii(StrEnum):
    """What a value tells about a person."""

    NONE = "none"
    PERSON = "person"  # an id that stands for one person, or for something only that person did
    INDIRECT = "indirect"  # narrows down who it is, together with other values
    FREE_TEXT = "free_text"  # typed by a person or of no declared shape: scrubbed on the way in


PERSON_IDS = frozenset(("user_id", "marketer_id", "session_id", "order_id", "cart_id", "message_id", "input_record_id"))
"""Names that lead to one person on whatever event they appear."""
_INDIRECT = frozenset(("region", "app_version", "platform", "user_segment", "promo_code", "screen_name"))


@dataclass(frozen=True)
class ServiceLevel:
    """How soon events shall be readable: 95% within the target, 99% within the acceptable time.

    After the grace period data counts as missing and is fetched again from its own source.
    """

    target: timedelta
    acceptable: timedelta
    grace: timedelta


def _level(target: int, acceptable: int, grace: int) -> ServiceLevel:
    return ServiceLevel(timedelta(seconds=target), timedelta(seconds=acceptable), timedelta(seconds=grace))


SERVICE_LEVELS = {
    Latency.CAMPAIGN: _level(60, 300, 3_600),
    Latency.BEHAVIOUR: _level(300, 1_800, 14_400),
    Latency.STAFF_ACTION: _level(10, 60, 1_800),
    Latency.SYSTEM: _level(60, 300, 3_600),
}
"""The service level of each latency class."""

REFRESH_LEVEL = _level(300, 900, 3_600)
"""How soon the metrics shall reflect what has landed."""


@dataclass(frozen=True)
class Property:
    """One declared property of an event type.

    `minimum` and `maximum` are inclusive and apply to numbers; `members` declares values inside a document;
    `free_text` marks text a person typed, which may hold personal data.
    """

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    members: tuple["Property", ...] = ()
    free_text: bool = False

    @property
    def pii(self) -> Pii:
        """What its values tell about a person."""
        if self.free_text or (self.kind is Kind.DOCUMENT and not self.members):
            return Pii.FREE_TEXT
        if self.name in PERSON_IDS:
            return Pii.PERSON
        return Pii.INDIRECT if self.name in _INDIRECT else Pii.NONE


@dataclass(frozen=True)
class EventType:
    """One known event type; `per_day` is the volume a business of full size expects, least and most.

    Words and volumes stay out of its `repr`: whoever compares contracts by it asks what is refused.
    """

    name: str
    when: str = field(repr=False)
    owner: str = field(repr=False)
    actor: Actor
    latency: Latency
    properties: tuple[Property, ...]
    per_day: tuple[int, int] = field(repr=False)
    extension: bool = False


def uuid(name: str, *, required: bool = False) -> Property:
    """A UUID in its canonical form, any case."""
    return Property(name, Kind.UUID, required)


def segment(name: str) -> Property:
    """A segment: its code or a UUID."""
    return Property(name, Kind.SEGMENT)


def text(name: str, *, free: bool = False) -> Property:
    """A string."""
    return Property(name, Kind.TEXT, free_text=free)


def choice(name: str, *choices: str, required: bool = False) -> Property:
    """One of the listed strings."""
    return Property(name, Kind.CHOICE, required, choices)


def count(name: str, *, maximum: float | None = None) -> Property:
    """A whole number of things or of time units, zero or more."""
    return Property(name, Kind.INTEGER, minimum=0, maximum=maximum)


def number(name: str, *, minimum: float | None = None, maximum: float | None = None) -> Property:
    """A finite number."""
    return Property(name, Kind.NUMBER, minimum=minimum, maximum=maximum)


def money(name: str, *, required: bool = False) -> Property:
    """USD, zero or more."""
    return Property(name, Kind.MONEY, required, minimum=0)


def score(name: str) -> Property:
    """A number from 0 to 1."""
    return Property(name, Kind.SCORE, minimum=0, maximum=1)


def flag(name: str, *, required: bool = False) -> Property:
    """True or false."""
    return Property(name, Kind.FLAG, required)


def instant(name: str) -> Property:
    """ISO-8601 text."""
    return Property(name, Kind.INSTANT)


def document(name: str, *members: Property) -> Property:
    """Any JSON value; with `members`, an object whose listed members are typed."""
    return Property(name, Kind.DOCUMENT, members=members)
