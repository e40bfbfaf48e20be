"""Events of ordinary visits: sessions, carts left behind, offers found without a campaign, moves between segments."""

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, SECOND, Ints
from swipesavvy.simulation.arrivals import arrivals
from swipesavvy.simulation.campaign_events import SEGMENT_IDS
from swipesavvy.simulation.people import CATEGORIES, INACTIVE, NAMES, NEW_SHOPPER, People
from swipesavvy.simulation.wire import Column, Wire, picked
from swipesavvy.simulation.world import World

ENGAGEMENTS = ("app_open", "view_catalog", "search", "view_rewards", "save_item")
_SCREENS = ("home", "catalog", "search", "rewards", "wishlist")
_VISITS_BESIDE_ORDERS, _VISITS_PER_ORDER = 0.03, 0.7  # a day; orders bring visits
_LANDINGS, _LEFT_CARTS, _EMPTIED = 0.10, 0.10, 0.3
_SHARED = 0.002  # of visits end with an event type nobody has declared: it must be kept and counted


def visit_events(world: World, wire: Wire) -> list[pl.DataFrame]:
    """One frame per event type."""
    spec, people = world.spec, world.people
    rng = spec.rng("visits")
    rate = _VISITS_BESIDE_ORDERS + _VISITS_PER_ORDER * people.rate
    user, at = arrivals(rng, people, world.rhythms, rate, (spec.start, spec.end))
    kind = rng.choice(len(ENGAGEMENTS), len(user), p=[0.48, 0.24, 0.14, 0.09, 0.05])
    searched = picked([name.lower() for name, _ in CATEGORIES], rng.integers(0, len(CATEGORIES), len(user)))
    is_search = pl.Series(kind == ENGAGEMENTS.index("search"))
    visits = wire.mobile(
        "user_engaged",
        user,
        at,
        {
            "engagement_type": picked(ENGAGEMENTS, kind),
            "session_duration_seconds": rng.lognormal(4.2, 0.9, len(user)).astype(np.int64),
            "screen_name": picked(_SCREENS, kind),
            "search_query": searched.set(~is_search, None),
        },
    )
    found = np.flatnonzero(rng.random(len(user)) < _LANDINGS)
    landing = wire.mobile("offer_landed", user[found], at[found] + 20 * SECOND, {"campaign_id": _nothing(found)})
    shared = np.flatnonzero(rng.random(len(user)) < _SHARED)
    sharing = wire.mobile("wishlist_shared", user[shared], at[shared] + 40 * SECOND, {"items": shared % 7 + 1})
    return [visits, landing, sharing, *_left_carts(rng, wire, user, at), *_moves(rng, wire, people)]


def _nothing(index: Ints) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, len(index))


def _left_carts(rng: np.random.Generator, wire: Wire, user: Ints, at: Ints) -> list[pl.DataFrame]:
    filled = np.flatnonzero(rng.random(len(user)) < _LEFT_CARTS)
    value = np.round(rng.lognormal(3.2, 0.6, len(filled)), 2)
    emptied = np.flatnonzero(rng.random(len(filled)) < _EMPTIED)
    cart = pl.select(pl.format("left-{}", pl.Series(filled))).to_series()
    added: dict[str, Column] = {
        "action": "add",
        "cart_id": cart,
        "cart_value": value,
        "items": rng.integers(1, 5, len(filled)),
    }
    cleared: dict[str, Column] = {"action": picked(("remove", "clear"), emptied % 2), "cart_id": cart.gather(emptied)}
    return [
        wire.mobile("cart_updated", user[filled], at[filled] + MINUTE, added),
        wire.mobile("cart_updated", user[filled[emptied]], at[filled[emptied]] + 4 * MINUTE, cleared),
    ]


def _moves(rng: np.random.Generator, wire: Wire, people: People) -> list[pl.DataFrame]:
    """Out of the newcomers after 30 days, and among the inactive 30 days after interest ended; found overnight."""
    everybody = np.arange(people.count)
    frames = []
    for since, before, after, reason in (
        (people.signup, np.full(people.count, NEW_SHOPPER), people.pattern, "no_longer_new"),
        (people.lapse, people.pattern, np.full(people.count, INACTIVE), "reduced_frequency"),
    ):
        moved = everybody[before != after]
        at = (since[moved] + 30 * DAY) // DAY * DAY + DAY + 3 * HOUR + moved % HOUR
        properties: dict[str, Column] = {
            "segment_id": picked(SEGMENT_IDS, after[moved]),
            "segment_type": picked(NAMES, after[moved]),
            "segment_score": rng.uniform(0.55, 0.99, len(moved)).round(3),
            "previous_segment": picked(SEGMENT_IDS, before[moved]),
            "segment_change_reason": reason,
        }
        frames.append(wire.backend("user_segmented", moved, at, properties))
    return frames
