"""What happened, as the definitions see it: deliveries, engagements, conversions, orders, spend, assignments.

Belongs here: the vocabulary (delivery, impression, conversion, order, net value, first assignment) up to one `as_of`.
Ratios over these facts belong in `ratios.py`, `lifts.py` and `customers.py`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from oracle.events import Event, Intake, read_folder
from oracle.tables import KEYS, Row, read_table

UNKNOWN = "unknown"
VIEWS = {"received": "impression", "opened": "open"}


@dataclass(frozen=True)
class Engagement:
    """A view, click or conversion with the creative and channel it belongs to."""

    kind: str
    at: datetime
    event_id: str
    user: str
    campaign: str
    creative: str
    channel: str | None


@dataclass(frozen=True)
class Conversion(Engagement):
    """The earliest conversion of a campaign and order; `leads` where it is the order's earliest of any campaign."""

    order_id: str
    value: float
    leads: bool


@dataclass(frozen=True)
class Order:
    """One paid order, its value net of refunds."""

    order_id: str
    user: str
    at: datetime
    value: float


@dataclass(frozen=True)
class Spend:
    """One day's cost of a campaign, perhaps of one creative."""

    campaign: str
    creative: str | None
    day: date
    cost: float


@dataclass(frozen=True)
class Assignment:
    """A user's first assignment to a campaign; `both_groups` where the user was seen in either group."""

    campaign: str
    user: str
    at: datetime
    holdout: bool
    creative: str
    both_groups: bool


@dataclass
class Facts:
    """Everything the metrics need, up to and including `as_of`."""

    as_of: datetime
    deliveries: list[Engagement] = field(default_factory=list)
    impressions: list[Engagement] = field(default_factory=list)
    opens: list[Engagement] = field(default_factory=list)
    clicks: list[Engagement] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    landings: list[tuple[str, datetime]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    spend: list[Spend] = field(default_factory=list)
    signups: dict[str, datetime] = field(default_factory=dict)
    campaigns: dict[str, Row] = field(default_factory=dict)


@dataclass
class Landed:
    """What a home's landing folder holds, whatever `as_of` is."""

    intake: Intake
    tables: dict[str, dict[tuple[Any, ...], Row]]

    def newest_instant(self) -> datetime | None:
        """Default `as_of`: the newest valid customer event or order."""
        events = [event.at for event in self.intake.events if event.actor == "customer"]
        orders = [row["ordered_at"] for row in self.tables["orders"].values() if row.get("ordered_at")]
        return max([*events, *orders], default=None)


def read_landing(landing: Path, now: datetime) -> Landed:
    """Reads a landing folder; `now` is the ingesting machine's clock."""
    return Landed(read_folder(landing / "events", now), {table: read_table(landing, table) for table in KEYS})


def facts_at(landed: Landed, as_of: datetime) -> Facts:
    """The facts as they are known at `as_of`."""
    events = [event for event in landed.intake.events if event.at <= as_of]
    facts = Facts(as_of)
    assigned = [event for event in events if event.event_type == "campaign_delivered"]
    facts.assignments = first_assignments(assigned)
    facts.deliveries = [_delivery(event) for event in assigned if not event.properties["is_holdout"]]
    engagements = engagements_of(events, facts.deliveries)
    facts.impressions = [one for one in engagements if one.kind == "impression"]
    facts.opens = [one for one in engagements if one.kind == "open"]
    facts.clicks = [one for one in engagements if one.kind == "click"]
    facts.conversions = conversions_of(events, facts.deliveries)
    facts.landings = [(event.user_id, event.at) for event in events if event.event_type == "offer_landed"]
    facts.orders = orders_of(events, landed.tables["orders"].values(), as_of)
    facts.spend = [
        Spend(row["campaign_id"], row.get("creative_id"), row["spend_date"], row.get("cost") or 0.0)
        for row in landed.tables["spend"].values()
        if row["spend_date"] <= as_of.date()
    ]
    for row in landed.tables["users"].values():
        if row.get("signup_at") is not None and row["signup_at"] <= as_of:
            facts.signups[row["user_id"]] = row["signup_at"]
    facts.campaigns = {row["campaign_id"]: row for row in landed.tables["campaigns"].values()}
    return facts


def first_assignments(assigned: Iterable[Event]) -> list[Assignment]:
    """The first assignment of each user to each campaign, and whether both groups were ever seen."""
    by_pair: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in assigned:
        by_pair[event.id_of("campaign_id") or "", event.user_id].append(event)
    found = []
    for (campaign, user), events in by_pair.items():
        first = min(events, key=lambda event: (event.at, event.event_id))
        both = len({event.properties["is_holdout"] for event in events}) == 2
        creative = first.id_of("creative_id") or UNKNOWN
        found.append(Assignment(campaign, user, first.at, first.properties["is_holdout"], creative, both))
    return found


def _delivery(event: Event) -> Engagement:
    creative = event.id_of("creative_id") or UNKNOWN
    channel = event.properties["delivery_channel"]
    campaign = event.id_of("campaign_id") or ""
    return Engagement("delivery", event.at, event.event_id, event.user_id, campaign, creative, channel)


class LatestDelivery:
    """Finds the delivery an engagement belongs to: the user's latest of that campaign at or before it."""

    def __init__(self, deliveries: Iterable[Engagement]):
        self._of_pair: dict[tuple[str, str], list[Engagement]] = defaultdict(list)
        for delivery in deliveries:
            self._of_pair[delivery.user, delivery.campaign].append(delivery)

    def engagement(self, event: Event, kind: str) -> Engagement:
        """The event as an engagement; its own properties win over those of its delivery."""
        campaign = event.id_of("campaign_id") or ""
        before = [one for one in self._of_pair[event.user_id, campaign] if one.at <= event.at]
        latest = max(before, key=lambda one: (one.at, one.event_id), default=None)
        creative = event.id_of("creative_id") or (latest.creative if latest else UNKNOWN)
        channel = event.properties.get("delivery_channel") or (latest.channel if latest else None)
        return Engagement(kind, event.at, event.event_id, event.user_id, campaign, creative, channel)


def engagements_of(events: Iterable[Event], deliveries: Iterable[Engagement]) -> list[Engagement]:
    """Impressions, opens and clicks; `clicked_cta` is none of them."""
    latest = LatestDelivery(deliveries)
    found = []
    for event in events:
        if event.event_type == "campaign_clicked":
            found.append(latest.engagement(event, "click"))
        elif event.event_type == "campaign_viewed" and event.properties["view_type"] in VIEWS:
            found.append(latest.engagement(event, VIEWS[event.properties["view_type"]]))
    return found


def conversions_of(events: Iterable[Event], deliveries: Iterable[Engagement]) -> list[Conversion]:
    """One conversion per campaign and order, the earliest; ties go to the smaller event id."""
    latest = LatestDelivery(deliveries)
    converted = [event for event in events if event.event_type == "campaign_converted"]
    converted.sort(key=lambda event: (event.at, event.event_id))
    kept: dict[tuple[str | None, str | None], Event] = {}
    leading: dict[str | None, Event] = {}
    for event in converted:
        kept.setdefault((event.id_of("campaign_id"), event.id_of("order_id")), event)
        leading.setdefault(event.id_of("order_id"), event)
    found = []
    for (_, order_id), event in kept.items():
        base = latest.engagement(event, "conversion")
        leads = leading[order_id] is event
        found.append(Conversion(**vars(base), order_id=order_id, value=event.properties["order_value"], leads=leads))
    return found


def orders_of(events: Iterable[Event], rows: Iterable[Row], as_of: datetime) -> list[Order]:
    """Paid orders: the reference row where there is one, else the backend's earliest purchase event."""
    refunded: dict[str, float] = defaultdict(float)
    purchases: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: (event.at, event.event_id)):
        order_id = event.id_of("order_id") or ""
        if event.event_type == "order_refunded":
            refunded[order_id] += event.properties["amount"]
        elif event.event_type == "user_purchased" and event.source == "backend":
            purchases.setdefault(order_id, event)
    found = []
    known = set()
    for row in rows:
        known.add(row["order_id"])
        at, user = row.get("ordered_at"), row.get("user_id")
        if row.get("status") != "refunded" and at is not None and at <= as_of and user is not None:
            found.append(Order(row["order_id"], user, at, row.get("order_value") or 0.0))
    for order_id, event in purchases.items():
        if order_id not in known:
            found.append(Order(order_id, event.user_id, event.at, event.properties["order_value"]))
    return [net for order in found if (net := _net(order, refunded[order.order_id])) is not None]


def _net(order: Order, refunds: float) -> Order | None:
    """The order less its refunds; a fully refunded order is no order, a free one is."""
    if refunds >= order.value and refunds > 0:
        return None
    return Order(order.order_id, order.user, order.at, order.value - refunds)
