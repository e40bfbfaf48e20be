"""Events between a campaign and its users: deliveries of both arms, views, opens, clicks, landings, giving up."""

import numpy as np
import polars as pl

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES
from swipesavvy.domain.identifiers import segment_uuid
from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, SECOND, Flags, Ints, milliseconds
from swipesavvy.simulation.campaigns import CHANNELS, Campaigns
from swipesavvy.simulation.contacts import OUTCOME_WINDOW, Contacts
from swipesavvy.simulation.engagement import Engagement
from swipesavvy.simulation.people import NAMES
from swipesavvy.simulation.wire import Column, Wire, picked, timestamps
from swipesavvy.simulation.world import World

SEGMENT_IDS = tuple(str(segment_uuid(name)) for name in NAMES)
_METHODS = ("ai_optimized", "random", "manual")
_CLICK_TYPES = ("cta", "headline", "image", "deep_link")
_REASONS = ("too_many_campaigns", "not_relevant", "never_signed_up", "other")
_BOUNCED = 0.4  # of e-mails and text messages that are not received
_TAPPED = 0.5  # of clicks, reported by the client as `clicked_cta` views too
_COMPLAINED = 0.0015  # of received e-mails


def campaign_events(world: World, wire: Wire) -> list[pl.DataFrame]:
    """One frame per event type."""
    rng = world.spec.rng("campaign events")
    campaigns, contacts, reactions = world.campaigns, world.contacts, world.reactions
    return [
        _delivered(rng, wire, campaigns, contacts),
        *_viewed(rng, wire, campaigns, contacts, reactions),
        *_clicked(rng, wire, campaigns, contacts, reactions),
        _given_up(wire, campaigns, contacts, reactions),
        *_complaints(rng, wire, campaigns, contacts, reactions),
        _opted_out(rng, wire, campaigns, contacts),
    ]


def _which(campaigns: Campaigns, contacts: Contacts, index: Ints) -> dict[str, Column]:
    return {
        "campaign_id": picked(campaigns.ids, contacts.campaign[index]),
        "creative_id": picked(campaigns.creative_ids, contacts.creative[index]),
    }


def _delivered(rng: np.random.Generator, wire: Wire, campaigns: Campaigns, contacts: Contacts) -> pl.DataFrame:
    kind = campaigns.kind[contacts.campaign]
    return wire.backend(
        "campaign_delivered",
        contacts.user,
        contacts.at,
        {
            "campaign_id": picked(campaigns.ids, contacts.campaign),
            "campaign_type": picked(CAMPAIGN_TYPES, kind),
            # Nothing is sent to a control user, so there is no creative.
            "creative_id": picked(campaigns.creative_ids, np.where(contacts.holdout, -1, contacts.creative)),
            "segment_id": picked(SEGMENT_IDS, contacts.segment),
            "delivery_channel": picked(CHANNELS, campaigns.channel[contacts.campaign]),
            "scheduled_time": timestamps(contacts.at // MINUTE * MINUTE),
            "is_holdout": contacts.holdout,
            "allocation_method": picked(_METHODS, rng.choice(3, contacts.count, p=[0.7, 0.2, 0.1])),
        },
    )


def _viewed(
    rng: np.random.Generator, wire: Wire, campaigns: Campaigns, contacts: Contacts, reactions: Engagement
) -> list[pl.DataFrame]:
    """`received` for each impression, the first before anything else; then `opened`, then `clicked_cta`."""
    index = np.repeat(np.arange(contacts.count), np.where(contacts.treated, reactions.views, 0))
    place = np.arange(len(index)) - np.searchsorted(index, index)
    again = milliseconds(np.minimum(rng.exponential(20.0, len(index)), 110) * HOUR) + MINUTE
    seen = reactions.first_view[index] + np.where(place > 0, again, 0)
    opened = np.flatnonzero(contacts.treated & (reactions.open_at >= 0))
    tapped = np.flatnonzero(contacts.treated & (reactions.click_at >= 0) & (rng.random(contacts.count) < _TAPPED))
    return [
        _view(rng, wire, campaigns, contacts, (index, seen, "received")),
        _view(rng, wire, campaigns, contacts, (opened, reactions.open_at[opened], "opened")),
        _view(rng, wire, campaigns, contacts, (tapped, reactions.click_at[tapped], "clicked_cta")),
    ]


def _view(
    rng: np.random.Generator,
    wire: Wire,
    campaigns: Campaigns,
    contacts: Contacts,
    views: tuple[Ints, Ints, str],
) -> pl.DataFrame:
    index, at, view_type = views
    longest = 4 if view_type == "received" else 60
    return wire.mobile(
        "campaign_viewed",
        contacts.user[index],
        at,
        {
            **_which(campaigns, contacts, index),
            "view_type": view_type,
            "view_duration_seconds": rng.integers(0, longest, len(index)),
            "viewed_at": timestamps(at),
            "impression_position": rng.integers(1, 6, len(index)),
        },
    )


def _clicked(
    rng: np.random.Generator, wire: Wire, campaigns: Campaigns, contacts: Contacts, reactions: Engagement
) -> list[pl.DataFrame]:
    index, at = reactions.clicks(contacts.treated)
    seen = np.maximum(reactions.open_at, reactions.first_view)[index]
    destination = picked([f"/offers/{ident}" for ident in campaigns.ids], contacts.campaign[index])
    clicked = wire.mobile(
        "campaign_clicked",
        contacts.user[index],
        at,
        {
            **_which(campaigns, contacts, index),
            "click_type": picked(_CLICK_TYPES, rng.choice(4, len(index), p=[0.7, 0.12, 0.1, 0.08])),
            "destination_url": destination,
            "time_to_click_seconds": np.maximum((at - seen) // SECOND, 0),
        },
    )
    landed = np.flatnonzero(contacts.treated & (reactions.landed_at >= 0))
    landing = wire.mobile(
        "offer_landed",
        contacts.user[landed],
        reactions.landed_at[landed],
        {"campaign_id": picked(campaigns.ids, contacts.campaign[landed])},
    )
    return [clicked, landing]


def _given_up(wire: Wire, campaigns: Campaigns, contacts: Contacts, reactions: Engagement) -> pl.DataFrame:
    unseen = contacts.treated & (reactions.views == 0)
    left = contacts.treated & (contacts.opt_out >= 0)
    index = np.concatenate([np.flatnonzero(unseen), np.flatnonzero(left)])
    at = np.concatenate([contacts.at[unseen] + OUTCOME_WINDOW, contacts.opt_out[left] + SECOND])
    return wire.backend(
        "campaign_abandoned",
        contacts.user[index],
        at,
        {
            "campaign_id": picked(campaigns.ids, contacts.campaign[index]),
            "reason": picked(("expired", "unsubscribed"), np.repeat([0, 1], [unseen.sum(), left.sum()])),
            "days_to_abandon": (at - contacts.at[index]) // DAY,
        },
    )


def _complaints(
    rng: np.random.Generator, wire: Wire, campaigns: Campaigns, contacts: Contacts, reactions: Engagement
) -> list[pl.DataFrame]:
    channel = campaigns.channel[contacts.campaign]
    mail, text = CHANNELS.index("email"), CHANNELS.index("sms")
    lost = contacts.treated & (reactions.views == 0) & ((channel == mail) | (channel == text))
    bounced = lost & (rng.random(contacts.count) < _BOUNCED)
    spam = contacts.treated & (reactions.views > 0) & (channel == mail) & (rng.random(contacts.count) < _COMPLAINED)

    def about(event_type: str, of: Flags, at: Ints, reason: str) -> pl.DataFrame:
        index = np.flatnonzero(of)
        properties: dict[str, Column] = {
            "message_id": pl.select(pl.format("m-{}", pl.Series(index))).to_series(),
            "campaign_id": picked(campaigns.ids, contacts.campaign[index]),
            "delivery_channel": picked(CHANNELS, channel[index]),
            "reason": reason,
        }
        return wire.backend(event_type, contacts.user[index], at[index], properties)

    return [
        about("message_bounced", bounced, contacts.at + 20 * SECOND, "address unknown"),
        about("message_complained", spam, reactions.first_view + MINUTE, "marked as spam"),
    ]


def _opted_out(rng: np.random.Generator, wire: Wire, campaigns: Campaigns, contacts: Contacts) -> pl.DataFrame:
    index = np.flatnonzero(contacts.opt_out >= 0)
    channel = picked(CHANNELS, campaigns.channel[contacts.campaign[index]])
    own = channel.replace_strict(
        {"email": "email_only", "push": "push_only"}, default="frequency_cap", return_dtype=pl.String
    )
    scope = pl.Series(["all_campaigns"]).new_from_index(0, len(index))
    return wire.mobile(
        "user_unsubscribed",
        contacts.user[index],
        contacts.opt_out[index],
        {
            "unsubscribe_type": scope.zip_with(pl.Series(contacts.opt_out_all[index]), own),
            "unsubscribe_reason": picked(_REASONS, rng.integers(0, len(_REASONS), len(index))),
            "previous_email_frequency": rng.integers(1, 4, len(index)),
        },
    )
