"""Instants from text and numbers, many at once; UTC microseconds come out, null where the text is no time.

Belongs here: reading, shifting and writing times. Not here: which column they come from.
"""

import polars as pl

from swipesavvy.domain.mapping.model import Unit

INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S%.6fZ"
_HAS_HOUR = ("%H", "%I", "%T", "%R")
_OFFSET = r"([+-])(\d\d):?(\d\d)$"
_MICROSECONDS = {
    Unit.SECONDS: 1_000_000,
    Unit.MINUTES: 60_000_000,
    Unit.HOURS: 3_600_000_000,
    Unit.DAYS: 86_400_000_000,
    Unit.WEEKS: 604_800_000_000,
}
_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}
_MOST_AMOUNT = 1e9
_MOST_MICROSECONDS = 253_402_300_800_000_000
"""From 1970 to the end of the year 9999."""
_MOST_MONTHS = 12 * 8_000


def in_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """Wall-clock times of a zone as UTC. The first of two in autumn; null for those that spring skips."""
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def from_iso(text: pl.Expr, zone: str) -> pl.Expr:
    """ISO-8601 dates and times; `zone` is that of texts without an offset."""
    stripped = text.str.strip_chars()
    marked = stripped.str.replace("[Zz]$", "+00:00").str.replace(r"^(\d{4}-\d\d-\d\d)[ t]", "${1}T")
    has_time = marked.str.contains("T")
    sign = pl.when(marked.str.extract(_OFFSET, 1) == "-").then(-1).otherwise(1)
    minutes = marked.str.extract(_OFFSET, 2).cast(pl.Int64) * 60 + marked.str.extract(_OFFSET, 3).cast(pl.Int64)
    # A date ends like an offset (-05-06), so only texts with a time have one.
    has_offset = has_time & minutes.is_not_null()
    wall = pl.when(has_offset).then(marked.str.replace(_OFFSET, "").str.strip_chars()).otherwise(marked)
    local = pl.coalesce(
        _parsed(wall, "%Y-%m-%dT%H:%M:%S%.f"),
        _parsed(wall, "%Y-%m-%dT%H:%M"),
        wall.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")),
    )
    shifted = (local - pl.duration(minutes=sign * minutes)).dt.replace_time_zone("UTC")
    return pl.when(has_offset).then(shifted).otherwise(in_utc(local, zone))


def from_format(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    """Times written in a strptime format; an offset in the text (%z) wins over `zone`."""
    stripped = text.str.strip_chars()
    pattern = form.replace(".%f", "%.f")
    if "%z" in form:
        aware = stripped.str.to_datetime(pattern, time_unit="us", time_zone="UTC", strict=False)
        return aware.dt.convert_time_zone("UTC")
    if not any(directive in form for directive in _HAS_HOUR):
        return in_utc(stripped.str.to_date(pattern, strict=False).cast(pl.Datetime("us")), zone)
    return in_utc(_parsed(stripped, pattern), zone)


def from_epoch(number: pl.Expr, form: str) -> pl.Expr:
    """Seconds (`epoch_s`) or milliseconds (`epoch_ms`) since 1970, fractions included; null beyond the year 9999."""
    factor = 1_000_000 if form == "epoch_s" else 1_000
    microseconds = (number * factor).round()
    bounded = pl.when(microseconds.abs() < _MOST_MICROSECONDS).then(microseconds)
    return bounded.cast(pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def shifted(time: pl.Expr, amount: pl.Expr, unit: Unit, sign: int) -> pl.Expr:
    """A time so many units later or earlier; null if the amount is absurd, or a fraction of a month."""
    bounded = pl.when(amount.abs() < _MOST_AMOUNT).then(amount)
    if unit in _MONTHS:
        whole = pl.when(bounded == bounded.floor()).then(bounded * (sign * _MONTHS[unit])).cast(pl.Int64)
        near = pl.when(whole.abs() < _MOST_MONTHS).then(whole)
        return time.dt.offset_by(pl.concat_str(near.cast(pl.String), pl.lit("mo")))
    microseconds = (bounded * (sign * _MICROSECONDS[unit])).round()
    near = pl.when(microseconds.abs() < _MOST_MICROSECONDS).then(microseconds)
    return time + near.cast(pl.Int64).cast(pl.Duration("us"))


def is_writable(time: pl.Expr) -> pl.Expr:
    """Whether a time lies in the years 1 to 9999, which ISO-8601 writes with four digits."""
    return time.dt.year().is_between(1, 9999)


def _parsed(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_datetime(form, time_unit="us", strict=False)
