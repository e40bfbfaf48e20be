"""Orders people would place without any campaign: the baseline both arms share."""

from dataclasses import dataclass

import numpy as np

from swipesavvy.simulation.arrays import DAY, Flags, Ints
from swipesavvy.simulation.arrivals import arrivals
from swipesavvy.simulation.campaigns import Campaigns
from swipesavvy.simulation.contacts import OUTCOME_WINDOW, Contacts
from swipesavvy.simulation.people import People
from swipesavvy.simulation.rhythm import Rhythms
from swipesavvy.simulation.spec import MarketSpec

HORIZON = 30 * DAY  # the market goes on this long after its end, unseen, so that churn has an outcome
_STEP = np.int64(2**43)  # more than any instant in milliseconds: user and time in one sortable number


@dataclass(frozen=True)
class Plans:
    """One entry per order planned, sorted by user and time.

    `window` is the assignment whose 7 days the order falls into (-1 if none); `driven_away` says whether that campaign
    would keep it from happening if its message were sent.
    """

    user: Ints
    at: Ints
    window: Ints
    driven_away: Flags

    def ahead(self, user: Ints, at: Ints, time: int) -> Flags:
        """Whether each user plans an order within `time` milliseconds after an instant."""
        keys = self.user * _STEP + self.at
        first = np.searchsorted(keys, user * _STEP + at)
        last = np.searchsorted(keys, user * _STEP + at + time)
        return np.asarray(last > first)


def organic(spec: MarketSpec, people: People, campaigns: Campaigns, contacts: Contacts, rhythms: Rhythms) -> Plans:
    """Plans from the market's origin to its unseen horizon."""
    rng = spec.rng("organic orders")
    user, at = arrivals(rng, people, rhythms, people.rate, (spec.origin, spec.end + HORIZON))
    window = contacts.last_before(user, at)
    recent = np.flatnonzero(window >= 0)
    window[recent[at[recent] - contacts.at[window[recent]] >= OUTCOME_WINDOW]] = -1
    share = np.zeros(len(user))
    inside = window >= 0
    share[inside] = campaigns.suppression[contacts.campaign[window[inside]]]
    return Plans(user, at, window, rng.random(len(user)) < share)
