"""The life of a market: everything that is decided before a single line is spelled."""

from dataclasses import dataclass

from swipesavvy.simulation.campaigns import Campaigns, campaigns
from swipesavvy.simulation.contacts import Contacts, contacts
from swipesavvy.simulation.engagement import Engagement, engagement
from swipesavvy.simulation.orders import Orders, orders
from swipesavvy.simulation.organic import HORIZON, Plans, organic
from swipesavvy.simulation.people import People, people
from swipesavvy.simulation.rhythm import Rhythms, rhythms
from swipesavvy.simulation.spec import MarketSpec


@dataclass(frozen=True)
class World:
    """Who does what to whom, and why."""

    spec: MarketSpec
    rhythms: Rhythms
    people: People
    campaigns: Campaigns
    contacts: Contacts
    plans: Plans
    reactions: Engagement
    orders: Orders


def world(spec: MarketSpec) -> World:
    """Live through a market."""
    curves = rhythms(spec.origin, spec.end + HORIZON)
    users = people(spec)
    offers = campaigns(spec)
    assigned = contacts(spec, users, offers, curves)
    plans = organic(spec, users, offers, assigned, curves)
    reactions = engagement(spec, users, offers, contacts=assigned, plans=plans)
    placed = orders(spec, users, offers, contacts=assigned, reactions=reactions, plans=plans)
    return World(spec, curves, users, offers, assigned, plans, reactions, placed)
