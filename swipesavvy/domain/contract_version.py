"""A short name for what the contract of a source says at present; equal names refuse the same lines.

Belongs here: the name only. The declarations are in `events` and `reference_tables`.
"""

from hashlib import sha256

from swipesavvy.domain import events, reference_tables


def contract_version(source: str) -> str:
    """16 hex digits over every declaration that decides about lines of `source` ("events" or a reference table)."""
    declared: object = reference_tables.TABLES.get(source)
    if declared is None:
        limits = (events.MAX_CLOCK_SKEW, events.TOO_OLD_AFTER, events.SOURCES, events.IDENTIFIERS, events.ENVELOPE)
        types = [(found, events.properties_of(found)) for found in events.EVENT_TYPES.values()]
        declared = (limits, types)
    return sha256(repr(declared).encode()).hexdigest()[:16]
