"""Who is assigned to which campaign, when, and to which arm: the randomised experiment inside every campaign.

A contact policy keeps a user's assignments at least 7 days apart, over all campaigns and both arms. The outcome windows
of a user therefore never overlap, and a campaign's true effect does not depend on the others.
"""

from dataclasses import dataclass

import numpy as np

from swipesavvy.simulation.arrays import DAY, HOUR, Flags, Ints, milliseconds
from swipesavvy.simulation.campaigns import Campaigns
from swipesavvy.simulation.identifiers import in_holdout
from swipesavvy.simulation.people import People
from swipesavvy.simulation.rhythm import Rhythms
from swipesavvy.simulation.spec import MarketSpec

OUTCOME_WINDOW = 7 * DAY
SLOT_DAYS = 8  # one contact a slot, always at the slot's first local day: more than 7 days apart
_IN_TARGET, _OUTSIDE = 0.92, 0.42  # chance that a user is in a campaign's audience
_OPT_OUT_RATE, _OPT_OUT_OF_ALL = 0.004, 0.3


@dataclass(frozen=True)
class Contacts:
    """One entry per assignment, both arms, sorted by user and time."""

    campaign: Ints
    user: Ints
    at: Ints
    holdout: Flags
    creative: Ints  # index of the creative; what a control user would have got
    segment: Ints
    opt_out: Ints  # when the user opts out because of it; -1 if not
    opt_out_all: Flags  # of everything, not of the channel alone

    @property
    def count(self) -> int:
        """Number of assignments."""
        return len(self.user)

    @property
    def treated(self) -> Flags:
        """Assignments that are sent."""
        return ~self.holdout

    def last_before(self, user: Ints, at: Ints) -> Ints:
        """Index of each user's latest assignment at or before an instant; -1 if there is none."""
        if not self.count:
            return np.full(len(user), -1)
        step = np.int64(2**43)  # more milliseconds than any market's times: user and time in one sortable number
        index = np.searchsorted(self.user * step + self.at, user * step + at, side="right") - 1
        return np.where((index >= 0) & (self.user[index] == user), index, -1)


def contacts(spec: MarketSpec, people: People, campaigns: Campaigns, rhythms: Rhythms) -> Contacts:
    """Assign audiences, campaign by campaign in order of launch, to free slots of their users."""
    rng = spec.rng("contacts")
    phase = rng.integers(0, SLOT_DAYS, people.count)
    slots = spec.days // SLOT_DAYS + 2
    slot_day = spec.start // DAY + phase[:, None] + SLOT_DAYS * (np.arange(slots)[None, :] - 1)
    free = slot_day > people.signup[:, None] // DAY
    users: list[Ints] = []
    days: list[Ints] = []
    for number in range(campaigns.count):
        user, day = _audience(rng, people, campaigns, number, (slot_day, free))
        users.append(user)
        days.append(day)
    sizes = [len(user) for user in users]
    user = np.concatenate([np.empty(0, np.int64), *users])
    day = np.concatenate([np.empty(0, np.int64), *days]) * DAY
    campaign = np.repeat(np.arange(campaigns.count), sizes)
    at = rhythms.local_instants(people.zone[user], day, 9 + 11 * rng.beta(1.6, 1.8, len(user)))
    everything = _drawn(rng, spec, people, campaigns, (campaign, user, at))
    return _obeying_opt_outs(everything, campaigns)


def _audience(
    rng: np.random.Generator, people: People, campaigns: Campaigns, number: int, slots: tuple[Ints, Flags]
) -> tuple[Ints, Ints]:
    """Users and days (since 1970) of one campaign; takes their slots: (day, free) by user and slot."""
    slot_day, free = slots
    segment = people.segment(np.arange(people.count), np.full(people.count, campaigns.launch[number]))
    # Who has signed up without buying is in everybody's audience: acquisition is what campaigns are paid for.
    meant = (segment == campaigns.target[number]) | (people.start > campaigns.launch[number])
    wanted = rng.random(people.count) < np.where(meant, _IN_TARGET, _OUTSIDE)
    first, last = campaigns.launch[number] // DAY + 1, campaigns.stop[number] // DAY - 1
    possible = free & (slot_day >= first) & (slot_day <= last) & wanted[:, None]
    user = np.flatnonzero(possible.any(axis=1))
    slot = np.where(possible[user], rng.random((len(user), possible.shape[1])), -1.0).argmax(axis=1)
    free[user, slot] = False
    return user, slot_day[user, slot]


def _drawn(
    rng: np.random.Generator,
    spec: MarketSpec,
    people: People,
    campaigns: Campaigns,
    assigned: tuple[Ints, Ints, Ints],
) -> Contacts:
    inside = (assigned[2] >= spec.start) & (assigned[2] < spec.end)
    campaign, user, at = (values[inside] for values in assigned)
    order = np.lexsort((at, user))
    campaign, user, at = campaign[order], user[order], at[order]
    holdout = np.zeros(len(user), dtype=bool)
    for number in range(campaigns.count):
        mine = campaign == number
        holdout[mine] = in_holdout(spec.seed, number, user[mine], float(campaigns.holdout_share[number]))
    first_creative = np.searchsorted(campaigns.creative_campaign, np.arange(campaigns.count))
    creatives = np.bincount(campaigns.creative_campaign, minlength=campaigns.count)
    creative = first_creative[campaign] + np.floor(rng.random(len(user)) * creatives[campaign]).astype(np.int64)
    opts_out = (rng.random(len(user)) < _OPT_OUT_RATE) & ~holdout
    opt_out = np.where(opts_out, at + milliseconds(rng.uniform(1, 48, len(user)) * HOUR), -1)
    opt_out_all = rng.random(len(user)) < _OPT_OUT_OF_ALL
    return Contacts(campaign, user, at, holdout, creative, people.segment(user, at), opt_out, opt_out_all)


def _obeying_opt_outs(drawn: Contacts, campaigns: Campaigns) -> Contacts:
    """Only a user's first opt-out counts; later contacts it covers are never made."""
    never = np.iinfo(np.int64).max
    first = np.full(drawn.user.max(initial=-1) + 1, drawn.count)
    out = np.flatnonzero(drawn.opt_out >= 0)
    np.minimum.at(first, drawn.user[out], out)
    index = first[drawn.user]
    has = index < drawn.count
    cause = np.where(has, index, 0)
    opt_out = np.where(has, drawn.opt_out[cause], never)
    channel = campaigns.channel[drawn.campaign]
    covered = drawn.opt_out_all[cause] | (channel[cause] == channel)
    kept = ~(covered & (drawn.at > opt_out))
    is_cause = np.arange(drawn.count) == index
    return Contacts(
        drawn.campaign[kept],
        drawn.user[kept],
        drawn.at[kept],
        drawn.holdout[kept],
        drawn.creative[kept],
        drawn.segment[kept],
        np.where(is_cause, drawn.opt_out, -1)[kept],
        drawn.opt_out_all[kept],
    )
