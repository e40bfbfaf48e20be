"""How figures, times and changes are written for people, on every surface alike.

Belongs here: rounding, units, signs, the dash for what is missing. Not here: exact exports, which write every digit,
and what a figure means (`view_models`, the metric catalogue).
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

DASH = "–"
MINUS = "−"
_SCALES = ((1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T"))
_THOUSAND, _TEN_THOUSAND = 1_000, 10_000
_SIGNIFICANT = 3
_YEAR_DAYS = 365


def written(value: float | None, unit: str) -> str:
    """A value with its unit, such as `$18.4k`, `3.21x`, `38.2%`, `14 h`; a dash for what is absent or not finite.

    Units: x, %, pp (percentage points), USD, count, hours, months, minutes, score; any other word follows the
    number. Percentage points always carry their sign.
    """
    if value is None or not math.isfinite(value):
        return DASH
    if unit == "pp":
        return signed(value, unit)
    body = _magnitude(abs(value), unit)
    return f"{MINUS}{body}" if value < 0 and _shows_something(body) else body


def signed(value: float | None, unit: str) -> str:
    """A difference with its sign, such as `+0.18 pp` or `−$3.10`; no sign where it rounds to nothing."""
    if value is None or not math.isfinite(value):
        return DASH
    body = _magnitude(abs(value), unit)
    if not _shows_something(body):
        return body
    return f"{'+' if value > 0 else MINUS}{body}"


def interval(low: float | None, high: float | None, unit: str) -> str:
    """The 95% interval in words: `0.12 to 0.31 pp`; a dash if either end is absent."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    return f"{written(low, unit)} to {written(high, unit)}"


def age(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `just now`, `5 min ago`, `3 h ago`, `2 days ago`, `3 years ago`."""
    passed = max(now - then, timedelta())
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{int(passed / timedelta(minutes=1))} min ago"
    if passed < timedelta(days=2):
        return f"{int(passed / timedelta(hours=1))} h ago"
    if passed < timedelta(days=2 * _YEAR_DAYS):
        return f"{passed.days} days ago"
    return f"{passed.days // _YEAR_DAYS} years ago"


def moment(instant: datetime) -> str:
    """An instant for people, zone named: `21 Nov 2026, 10:00 UTC`."""
    return f"{instant.day} {instant:%b %Y, %H:%M} UTC"


def _magnitude(value: float, unit: str) -> str:
    if unit in _WRITERS:
        return _WRITERS[unit](value)
    word = {"hours": "h", "minutes": "min"}.get(unit, unit)
    return f"{_significant(value, digits=2, most_decimals=1)} {word}".rstrip()


def _shows_something(body: str) -> bool:
    return any(character in "123456789" for character in body)


def _significant(value: float, digits: int = _SIGNIFICANT, most_decimals: int = 2) -> str:
    """So many significant digits, never cutting whole ones: 3.21, 38.2, 412."""
    for decimals in range(most_decimals, 0, -1):
        if round(value, decimals) < 10 ** (digits - decimals):
            return f"{value:.{decimals}f}"
    return f"{value:,.0f}"


def _scaled(value: float, plain_below: float, decimals: int) -> str:
    """In full below a bound, else three significant digits with k, M, B or T."""
    if round(value, decimals) < plain_below:
        return f"{value:,.{decimals}f}"
    for factor, letter in _SCALES:
        text = _significant(value / factor)
        if float(text.replace(",", "")) < _THOUSAND:
            return f"{text}{letter}"
    return f"{value / _SCALES[-1][0]:,.0f}{_SCALES[-1][1]}"


_WRITERS: Mapping[str, Callable[[float], str]] = {
    "USD": lambda value: f"${_scaled(value, plain_below=_THOUSAND, decimals=2)}",
    "x": lambda value: f"{_significant(value)}x",
    "%": lambda value: f"{_significant(value)}%",
    "pp": lambda value: f"{_significant(value)} pp",
    "count": lambda value: _scaled(value, plain_below=_TEN_THOUSAND, decimals=0),
    "score": lambda value: f"{value:.2f}",
}
