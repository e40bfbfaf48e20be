"""What campaigns do to people: receipts, opens, clicks, and the extra orders they truly cause.

Everything is drawn for both arms; control users simply live none of it. That is what makes potential outcomes known.
"""

from dataclasses import dataclass

import numpy as np

from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, SECOND, Flags, Floats, Ints, milliseconds
from swipesavvy.simulation.campaigns import CHANNELS, Campaigns
from swipesavvy.simulation.contacts import Contacts
from swipesavvy.simulation.organic import Plans
from swipesavvy.simulation.people import People
from swipesavvy.simulation.spec import MarketSpec

RECEIVED = 0.96  # of what is sent
OPENED_BEFORE_CLICK = 0.60  # the other clicks go straight from the notification
SECOND_CLICK = 0.12
LANDED = 0.93  # of clicks
# Chance of an extra order at strength 1 and sensitivity 1, by how far the user came.
AFTER_CLICK, AFTER_OPEN, AFTER_VIEW = 0.034, 0.034, 0.019
_NOT_YET_BUYING = (8.0, 1.4, 0.8)  # times those, for people who signed up without buying: offers are made for them
_INTENT, _INTENT_TIME = 1.8, 30 * HOUR  # those about to order anyway look closer: why clicks alone overstate effects
_FIT, _NO_FIT = 1.25, 0.85  # a campaign works better on the segment it is made for
_MOST_LIKELY = 0.85
# Mean hours until a message is seen, by channel: e-mails wait, text messages do not.
_WAITS = dict(zip(CHANNELS, (2.5, 0.6, 5.0, 0.2), strict=True))


@dataclass(frozen=True)
class Engagement:
    """One entry per assignment (see `contacts`); instants are -1 where the step is not taken."""

    views: Ints  # impressions, at least 1 where received
    first_view: Ints
    open_at: Ints
    click_at: Ints
    second_click_at: Ints
    landed_at: Ints
    extra_chance: Floats  # of an extra order, knowing how far the user came
    extra_chance_before: Floats  # the same before anything is sent
    extra_at: Ints  # when an extra order would be placed
    extra: Flags  # whether treatment causes one

    def clicks(self, live: Flags) -> tuple[Ints, Ints]:
        """Assignment index and instant of every click of the assignments in `live`."""
        first = np.flatnonzero(live & (self.click_at >= 0))
        second = np.flatnonzero(live & (self.second_click_at >= 0))
        return np.concatenate([first, second]), np.concatenate([self.click_at[first], self.second_click_at[second]])


def engagement(
    spec: MarketSpec, people: People, campaigns: Campaigns, *, contacts: Contacts, plans: Plans
) -> Engagement:
    """Draw how each assigned user would react if the message were sent."""
    rng = spec.rng("engagement")
    count, which = contacts.count, contacts.campaign
    intent = np.where(plans.ahead(contacts.user, contacts.at, _INTENT_TIME), _INTENT, 1.0)
    chances, chances_without_intent = _chances(people, campaigns, contacts, intent)
    received = rng.random(count) < RECEIVED
    clicked = received & (rng.random(count) < chances.click)
    opened = received & (rng.random(count) < np.where(clicked, OPENED_BEFORE_CLICK, chances.open_only))
    views = np.where(received, 1 + rng.poisson(campaigns.frequency[which] - 1), 0)

    first_view, open_at, click_at = _steps(rng, campaigns.channel[which], contacts.at, opened)
    second = clicked & (rng.random(count) < SECOND_CLICK)
    second_at = click_at + milliseconds(rng.uniform(1, 20, count) * HOUR)
    landed = clicked & (rng.random(count) < LANDED)
    after_click, after_open, after_view = _extra_chances(people, campaigns, contacts)
    chance = np.where(clicked, after_click, np.where(opened, after_open, after_view)) * received
    touch = np.where(clicked, click_at, np.where(opened, open_at, first_view))
    return Engagement(
        views=views,
        first_view=np.where(received, first_view, -1),
        open_at=np.where(opened, open_at, -1),
        click_at=np.where(clicked, click_at, -1),
        second_click_at=np.where(second, second_at, -1),
        landed_at=np.where(landed, click_at + milliseconds(rng.uniform(0.4, 4, count) * SECOND), -1),
        extra_chance=chance,
        extra_chance_before=RECEIVED * chances_without_intent.of_order(after_click, after_open, after_view),
        extra_at=touch + _decision_time(rng, clicked, opened),
        extra=rng.random(count) < chance,
    )


@dataclass(frozen=True)
class _Chances:
    """Of a click, and of an open without one, among those who receive the message."""

    click: Floats
    open_only: Floats

    def of_order(self, after_click: Floats, after_open: Floats, after_view: Floats) -> Floats:
        """The chance of an extra order before it is known how far the user comes."""
        otherwise = self.open_only * after_open + (1 - self.open_only) * after_view
        return np.asarray(self.click * after_click + (1 - self.click) * otherwise)


def _chances(people: People, campaigns: Campaigns, contacts: Contacts, intent: Floats) -> tuple[_Chances, _Chances]:
    """Chances as they are, and as they would be without intent; each campaign meets its own rates on average.

    An extra order changes the outcome only of a user with no order of their own, hence without intent: the second
    pair is the one true effects are made of.
    """
    which = contacts.campaign
    appeal = campaigns.creative_appeal[contacts.creative] * people.attention[contacts.user]
    reading = people.reading[contacts.user]
    level = campaigns.ctr[which] * campaigns.frequency[which] / (1 + SECOND_CLICK)
    level = level / group_means(appeal * intent, which, campaigns.count)
    opening = campaigns.open_rate[which] / RECEIVED * reading / group_means(reading, which, campaigns.count)

    def with_click(click: Floats) -> _Chances:
        click = np.clip(click, 0, 0.6)
        opened = np.clip(opening, OPENED_BEFORE_CLICK * click, 0.9)
        return _Chances(click, (opened - OPENED_BEFORE_CLICK * click) / (1 - click))

    return with_click(level * appeal * intent), with_click(level * appeal)


def _steps(rng: np.random.Generator, channel: Ints, at: Ints, opened: Flags) -> tuple[Ints, Ints, Ints]:
    """First view within a day, open within another, click within two: an extra order still falls inside 7 days."""
    count = len(at)
    wait = np.array([_WAITS[name] for name in CHANNELS])[channel]
    first_view = at + 2 * SECOND + milliseconds(np.minimum(rng.exponential(wait), 24) * HOUR)
    open_at = first_view + SECOND + milliseconds(np.minimum(rng.exponential(3.0, count), 24) * HOUR)
    soon = 3 * SECOND + milliseconds(np.minimum(rng.exponential(25.0, count), 600) * SECOND)
    later = 2 * SECOND + milliseconds(np.minimum(rng.exponential(2.0, count), 48) * HOUR)
    return first_view, open_at, np.where(opened, open_at + soon, first_view + later)


def _extra_chances(people: People, campaigns: Campaigns, contacts: Contacts) -> tuple[Floats, Floats, Floats]:
    fit = np.where(contacts.segment == campaigns.target[contacts.campaign], _FIT, _NO_FIT)
    power = campaigns.strength[contacts.campaign] * people.sensitivity[contacts.user] * fit
    buying = contacts.at >= people.start[contacts.user]
    bases = zip((AFTER_CLICK, AFTER_OPEN, AFTER_VIEW), _NOT_YET_BUYING, strict=True)
    after_click, after_open, after_view = (
        np.asarray(np.clip(base * power * np.where(buying, 1.0, factor), 0, _MOST_LIKELY)) for base, factor in bases
    )
    return after_click, after_open, after_view


def _decision_time(rng: np.random.Generator, clicked: Flags, opened: Flags) -> Ints:
    """From the last touch to the extra order: minutes after a click, hours or days after a mere look."""
    count = len(clicked)
    after_click = np.minimum(rng.lognormal(np.log(25), 1.1, count) * MINUTE, 20 * HOUR)
    after_open = np.minimum(rng.exponential(0.5, count), 2.0) * DAY
    after_view = np.minimum(rng.exponential(1.0, count), 2.5) * DAY
    return 2 * MINUTE + milliseconds(np.where(clicked, after_click, np.where(opened, after_open, after_view)))


def group_means(values: Floats, groups: Ints, count: int) -> Floats:
    """For each entry the mean of its group."""
    sizes = np.maximum(np.bincount(groups, minlength=count), 1)
    return np.asarray((np.bincount(groups, weights=values, minlength=count) / sizes)[groups])
