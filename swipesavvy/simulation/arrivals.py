"""Random arrivals that follow people's rhythms: orders and visits nobody asked for."""

import numpy as np

from swipesavvy.simulation.arrays import Floats, Ints
from swipesavvy.simulation.people import People
from swipesavvy.simulation.rhythm import Rhythms


def arrivals(
    rng: np.random.Generator, people: People, rhythms: Rhythms, rate: Floats, span: tuple[int, int]
) -> tuple[Ints, Ints]:
    """User and instant of a Poisson process with `rate` arrivals a day per user, sorted by user and time.

    `span` is [first, last) in milliseconds; nothing happens before a user's signup.
    """
    everybody = np.arange(people.count)
    first = np.minimum(np.maximum(people.signup, span[0]), span[1])
    low = rhythms.accumulated(people.rhythm, first)
    high = rhythms.accumulated(people.rhythm, np.full(people.count, span[1]))
    user = np.repeat(everybody, rng.poisson(rate * (high - low)))
    at = rhythms.instants(people.rhythm[user], low[user] + rng.random(len(user)) * (high - low)[user])
    kept = (rng.random(len(user)) < people.activity(user, at)) & (at >= first[user]) & (at < span[1])
    user, at = user[kept], at[kept]
    order = np.lexsort((at, user))
    return user[order], at[order]
