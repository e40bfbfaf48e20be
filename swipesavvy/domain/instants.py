"""Reading ISO-8601 instants the way every door of the product must: one grammar, UTC out.

Belongs here: text to aware datetimes. Not here: what age or skew is acceptable (`events`).
"""

import re
from datetime import UTC, datetime

ISO_8601 = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?\d)"
    r"[Tt ](?P<time>\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?)"
    r"(?P<zone>[Zz]|[+-]\d\d(?::?[0-5]\d)?)?",
    re.ASCII,
)
"""The grammar; which of the texts it lets pass are days and times of the calendar, `parse_instant` decides."""


def parse_instant(text: str, *, assume_utc: bool = False) -> datetime | None:
    """An aware UTC datetime, or None if the text is not an ISO-8601 date and time.

    Basic and extended forms, week dates, any offset and any number of fraction digits (cut to microseconds) are
    understood. A time without a zone is refused unless `assume_utc`: an event without a zone could mean any hour.
    """
    match = ISO_8601.fullmatch(text)
    if match is None or not (match["zone"] or assume_utc):
        return None
    zone = (match["zone"] or "Z").upper()
    try:
        return datetime.fromisoformat(f"{match['date']}T{match['time'].replace(',', '.')}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
