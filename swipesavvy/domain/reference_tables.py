"""The reference tables people land beside events: columns, keys, types and bounds, declared once.

Belongs here: what a row must be. The lake compiles this declaration into its typing rules and into the schema that
checks the result; nobody repeats a column name elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from swipesavvy.domain.event_types.campaigns import CAMPAIGN_TYPES

MALFORMED_ROW = "malformed_row"
"""Reason of a row whose cells do not match the header; the other reasons are those of events."""


class ColumnKind(StrEnum):
    """What a cell must be."""

    TEXT = "text"
    UUID = "uuid"
    USER = "user"  # text; an e-mail address or a phone number is replaced by its pseudonym
    CHOICE = "choice"
    MONEY = "money"  # USD, zero or more
    NUMBER = "number"
    SHARE = "share"  # a number from 0 to 1
    COUNT = "count"  # a whole number, zero or more
    INSTANT = "instant"  # ISO-8601; UTC where it has no zone
    DAY = "day"
    LIST = "list"  # JSON text of a list, or plain text


@dataclass(frozen=True)
class Column:
    """One column; `required` cells may not be empty (key parts)."""

    name: str
    kind: ColumnKind
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferenceTable:
    """One table. Rows are upserts by `key`; `personal` columns are direct identifiers and never enter the lake."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    personal: tuple[str, ...] = ()


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnKind.TEXT) for name in names)


def _of(kind: ColumnKind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names)


def _key(name: str, kind: ColumnKind = ColumnKind.TEXT) -> Column:
    return Column(name, kind, required=True)


def _choice(name: str, *choices: str) -> Column:
    return Column(name, ColumnKind.CHOICE, choices=choices)


_UPDATED = Column("updated_at", ColumnKind.INSTANT)

TABLES: dict[str, ReferenceTable] = {
    table.name: table
    for table in (
        ReferenceTable(
            "users",
            ("user_id",),
            (
                _key("user_id", ColumnKind.USER),
                Column("signup_at", ColumnKind.INSTANT),
                *_text("region", "timezone", "locale", "acquisition_channel"),
                Column("first_campaign_id", ColumnKind.UUID),
                _UPDATED,
            ),
            personal=("email", "phone", "birth_date", "name", "first_name", "last_name", "full_name"),
        ),
        ReferenceTable(
            "campaigns",
            ("campaign_id",),
            (
                _key("campaign_id", ColumnKind.UUID),
                *_text("name"),
                _choice("kind", "ai", "lifecycle", "touch", "challenge"),
                _choice("campaign_type", *CAMPAIGN_TYPES),
                *_text("status"),
                *_of(ColumnKind.MONEY, "budget"),
                *_of(ColumnKind.INSTANT, "launched_at"),
                *_text("channel", "target_segment"),
                *_of(ColumnKind.MONEY, "daily_budget"),
                *_of(ColumnKind.SHARE, "holdout_share"),
                *_of(ColumnKind.INSTANT, "created_at"),
                *_text("created_by"),
                *_of(ColumnKind.INSTANT, "ended_at"),
                *_of(ColumnKind.LIST, "regions"),
                *_of(ColumnKind.COUNT, "min_age"),
                _UPDATED,
            ),
        ),
        ReferenceTable(
            "creatives",
            ("creative_id",),
            (
                _key("creative_id", ColumnKind.UUID),
                Column("campaign_id", ColumnKind.UUID),
                *_text("headline", "body", "cta", "image_url", "status"),
                *_of(ColumnKind.INSTANT, "created_at"),
                _UPDATED,
            ),
        ),
        ReferenceTable(
            "spend",
            ("campaign_id", "creative_id", "spend_date", "platform"),
            (
                _key("campaign_id", ColumnKind.UUID),
                Column("creative_id", ColumnKind.UUID),
                _key("spend_date", ColumnKind.DAY),
                *_text("platform"),
                *_of(ColumnKind.MONEY, "cost"),
                _UPDATED,
            ),
        ),
        ReferenceTable(
            "orders",
            ("order_id",),
            (
                _key("order_id", ColumnKind.UUID),
                *_of(ColumnKind.USER, "user_id"),
                *_of(ColumnKind.INSTANT, "ordered_at"),
                *_of(ColumnKind.MONEY, "order_value", "cogs"),
                *_text("category", "location_id", "payment_method", "promo_code"),
                *_of(ColumnKind.MONEY, "discount", "reward_cost"),
                _choice("status", "paid", "refunded"),
                _UPDATED,
            ),
        ),
        ReferenceTable(
            "consents",
            ("user_id", "channel", "recorded_at"),
            (
                _key("user_id", ColumnKind.USER),
                _key("channel"),
                _key("recorded_at", ColumnKind.INSTANT),
                _choice("status", "opted_in", "opted_out"),
                *_text("purpose"),
                _choice("method", "double_opt_in", "express", "implied"),
                *_text("source", "jurisdiction", "proof"),
            ),
        ),
        ReferenceTable(
            "benchmarks",
            ("metric", "campaign_type", "channel"),
            (
                _key("metric"),
                *_text("campaign_type", "channel"),
                *_of(ColumnKind.NUMBER, "value"),
                *_text("source"),
                *_of(ColumnKind.INSTANT, "as_of"),
            ),
        ),
        ReferenceTable(
            "platform_reports",
            ("platform", "campaign_id", "report_date"),
            (
                _key("platform"),
                Column("campaign_id", ColumnKind.UUID),
                _key("report_date", ColumnKind.DAY),
                *_of(ColumnKind.COUNT, "impressions", "clicks"),
                *_of(ColumnKind.NUMBER, "conversions"),
                *_of(ColumnKind.MONEY, "cost"),
            ),
        ),
    )
}
