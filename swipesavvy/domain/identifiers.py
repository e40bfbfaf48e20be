"""Identifiers that mean the same everywhere: segment codes and their UUIDs, reserved users.

Belongs here: names and pure rules for making or recognising ids. Not here: who belongs to a segment (dbt computes it).
"""

from uuid import NAMESPACE_URL, UUID, uuid5

SEGMENT_CODES = (
    "INACTIVE",
    "NEW_SHOPPER",
    "HIGH_SPENDER",
    "FREQUENT_SHOPPER",
    "LOCATION_CLUSTERED",
    "WEEKEND_SHOPPER",
    "SEASONAL_SPENDER",
    "CATEGORY_FOCUSED",
)
"""The behavioural segments in order of precedence: a user's primary segment is the first that fits."""

UNSEGMENTED = "UNSEGMENTED"
"""Code of a user no segment fits."""

SYSTEM_USER = "system"
"""`user_id` of events that no person caused."""

_SEGMENT_NAME = "swipesavvy:segment:"


def segment_uuid(code: str) -> UUID:
    """The UUID that stands for a segment code wherever a format demands one."""
    return uuid5(NAMESPACE_URL, _SEGMENT_NAME + code)


SEGMENT_OF_UUID = {str(segment_uuid(code)): code for code in (*SEGMENT_CODES, UNSEGMENTED)}
"""Lower-case UUID text -> segment code."""


def normalise_segment(value: str) -> str:
    """The segment code behind a code or its UUID (any case); any other value comes back as it was."""
    return SEGMENT_OF_UUID.get(value.lower(), value)
