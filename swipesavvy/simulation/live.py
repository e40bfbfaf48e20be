"""The market as it goes on: events of this very moment, to be sent one batch after another.

Users, campaigns and arms are those of the written market, so that what is sent continues what has landed. Belongs here:
which event comes next. Not here: sending it, or what time it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES
from swipesavvy.simulation.campaign_events import SEGMENT_IDS
from swipesavvy.simulation.campaigns import ACTIVE, CHANNELS
from swipesavvy.simulation.identifiers import in_holdout
from swipesavvy.simulation.order_events import CATEGORY_NAMES, PAYMENTS
from swipesavvy.simulation.people import NAMES
from swipesavvy.simulation.rhythm import REGIONS
from swipesavvy.simulation.visit_events import ENGAGEMENTS
from swipesavvy.simulation.wire import user_ids
from swipesavvy.simulation.world import World

Event = dict[str, Any]
Step = tuple[str, str, dict[str, Any]]  # type, source, properties

_AT_ONCE = 60  # people busy at the same time; their steps interleave
_CONTACTS = 0.45  # of stories begin with a campaign, the others with a visit
_LATER_VIEWS = 1.1  # impressions after the first, on average
_OPENED, _CLICKED, _LANDED, _BOUGHT = 0.25, 0.065, 0.93, 0.14
_CART, _ORDERED = 0.35, 0.30  # of visits, and of carts


class LiveMarket:
    """An endless supply of events in a believable mix."""

    def __init__(self, world: World, started_at: datetime) -> None:
        """`started_at` seeds the draws: two sessions never send the same event ids."""
        self._world = world
        self._rng = np.random.default_rng([world.spec.seed, round(started_at.timestamp() * 1000)])
        self._users = user_ids(world.people).to_list()
        self._weights = world.people.rate / world.people.rate.sum()
        running = np.flatnonzero(world.campaigns.status == ACTIVE)
        self._campaigns = running if len(running) else np.arange(world.campaigns.count)
        self._assigned = set(zip(world.contacts.campaign.tolist(), world.contacts.user.tolist(), strict=True))
        self._stories = [self._story() for _ in range(_AT_ONCE)]

    def next_events(self, count: int, now: datetime) -> list[Event]:
        """The next `count` events, all stamped `now`."""
        stamp = now.astimezone(UTC).isoformat(timespec="milliseconds")
        return [self._next_event(stamp) for _ in range(count)]

    def _next_event(self, stamp: str) -> Event:
        while True:
            place = int(self._rng.integers(len(self._stories)))
            user, session, steps = self._stories[place]
            step = next(steps, None)
            if step is not None:
                return self._event(user, session, step, stamp)
            self._stories[place] = self._story()

    def _event(self, user: int, session: str, step: Step, stamp: str) -> Event:
        event_type, source, properties = step
        people = self._world.people
        context = {"user_segment": NAMES[people.pattern[user]], "region": REGIONS[people.region[user]][0]}
        if source == "mobile":
            context |= {"app_version": "5.4.0", "platform": "iOS" if user % 2 else "Android"}
        return {
            "event_id": self._uuid(),
            "event_type": event_type,
            "timestamp": stamp,
            "user_id": self._users[user],
            "session_id": session if source == "mobile" else None,
            "source": source,
            "properties": properties,
            "context": context,
        }

    def _story(self) -> tuple[int, str, Iterator[Step]]:
        user = int(self._rng.choice(len(self._users), p=self._weights))
        session = f"live-{self._uuid()}"
        pair = self._new_pair(user) if len(self._campaigns) and self._happens(_CONTACTS) else None
        return user, session, self._visit(user) if pair is None else self._contact(user, pair)

    def _new_pair(self, user: int) -> int | None:
        """A campaign the user has not been assigned to, if the one drawn is; arms are written once."""
        campaign = int(self._rng.choice(self._campaigns))
        if (campaign, user) in self._assigned:
            return None
        self._assigned.add((campaign, user))
        return campaign

    def _visit(self, user: int) -> Iterator[Step]:
        for _ in range(int(self._rng.integers(1, 4))):
            kind = str(self._rng.choice(ENGAGEMENTS))
            seconds = int(self._rng.integers(5, 400))
            yield "user_engaged", "mobile", {"engagement_type": kind, "session_duration_seconds": seconds}
        if self._happens(_CART):
            value = self._basket(user)
            yield "cart_updated", "mobile", {"action": "add", "cart_id": self._uuid(), "cart_value": value}
            if self._happens(_ORDERED):
                yield self._purchase(user, self._uuid(), value)

    def _contact(self, user: int, campaign: int) -> Iterator[Step]:
        offers = self._world.campaigns
        creatives = np.flatnonzero(offers.creative_campaign == campaign)
        which = {
            "campaign_id": offers.ids[campaign],
            "creative_id": offers.creative_ids[int(self._rng.choice(creatives))],
        }
        share = float(offers.holdout_share[campaign])
        holdout = bool(in_holdout(self._world.spec.seed, campaign, np.array([user]), share)[0])
        yield (
            "campaign_delivered",
            "backend",
            {
                "campaign_id": which["campaign_id"],
                "creative_id": None if holdout else which["creative_id"],
                "campaign_type": CAMPAIGN_TYPES[offers.kind[campaign]],
                "segment_id": SEGMENT_IDS[self._world.people.pattern[user]],
                "delivery_channel": CHANNELS[offers.channel[campaign]],
                "is_holdout": holdout,
            },
        )
        if not holdout:
            yield from self._reaction(user, which)

    def _reaction(self, user: int, which: dict[str, Any]) -> Iterator[Step]:
        for _ in range(1 + int(self._rng.poisson(_LATER_VIEWS))):
            yield "campaign_viewed", "mobile", {**which, "view_type": "received", "view_duration_seconds": 1}
        if self._happens(_OPENED):
            seconds = int(self._rng.integers(2, 60))
            yield "campaign_viewed", "mobile", {**which, "view_type": "opened", "view_duration_seconds": seconds}
        if not self._happens(_CLICKED):
            return
        yield "campaign_clicked", "mobile", {**which, "click_type": "cta"}
        if self._happens(_LANDED):
            yield "offer_landed", "mobile", {"campaign_id": which["campaign_id"]}
        if self._happens(_BOUGHT):
            order, value = self._uuid(), self._basket(user)
            yield self._purchase(user, order, value)
            yield "campaign_converted", "backend", {**which, "order_id": order, "order_value": value}

    def _purchase(self, user: int, order: str, value: float) -> Step:
        category = int(self._rng.choice(len(CATEGORY_NAMES), p=self._world.people.tastes[user]))
        properties = {
            "order_id": order,
            "order_value": value,
            "order_category": CATEGORY_NAMES[category],
            "payment_method": PAYMENTS[int(self._rng.integers(2))],
        }
        return "user_purchased", "backend", properties

    def _basket(self, user: int) -> float:
        return round(float(self._world.people.mean_value[user] * self._rng.lognormal(-0.08, 0.4)), 2)

    def _happens(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)

    def _uuid(self) -> str:
        return str(UUID(bytes=self._rng.bytes(16), version=4))
