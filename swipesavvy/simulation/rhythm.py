"""When people are active: hour of local time, weekday, season of the year, and shapes of their own.

A rhythm is a time zone and a shape. Its curve is the activity accumulated since the market's origin, in units of an
average day, so that orders expected = orders a day x difference of the curve, and times come from its inverse.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import DAY, HOUR, Floats, Ints, milliseconds

# region, time zone, share of users
REGIONS = (
    ("US-CA", "America/Los_Angeles", 0.17),
    ("US-NY", "America/New_York", 0.14),
    ("US-TX", "America/Chicago", 0.11),
    ("US-FL", "America/New_York", 0.09),
    ("US-IL", "America/Chicago", 0.06),
    ("US-CO", "America/Denver", 0.04),
    ("US-WA", "America/Los_Angeles", 0.05),
    ("CA-ON", "America/Toronto", 0.05),
    ("GB", "Europe/London", 0.07),
    ("DE", "Europe/Berlin", 0.06),
    ("FR", "Europe/Paris", 0.04),
    ("ES", "Europe/Madrid", 0.03),
    ("BR-SP", "America/Sao_Paulo", 0.03),
    ("IN", "Asia/Kolkata", 0.03),
    ("JP", "Asia/Tokyo", 0.02),
    ("AU-NSW", "Australia/Sydney", 0.01),
)
ZONES = tuple(dict.fromkeys(zone for _, zone, _ in REGIONS))
ZONE_OF_REGION = np.array([ZONES.index(zone) for _, zone, _ in REGIONS])

REGULAR, WEEKEND, BURSTS = 0, 1, (2, 3, 4)
SHAPES = 5

_HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 13, 15, 13, 11, 10, 11, 13, 16, 18, 17, 13, 8, 4], np.float64)
_WEEKDAYS = np.array([0.93, 0.92, 0.95, 0.99, 1.07, 1.13, 1.01])  # Monday first
_WEEKEND_ONLY = np.array([0.12, 0.10, 0.10, 0.12, 0.30, 3.20, 3.06])
_BURST = np.array([2.35, 0.40, 0.25])  # over three blocks of 30 days
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class Rhythms:
    """Curves of shape (zones x shapes, hours + 1) and the zones' offsets from UTC in milliseconds per hour."""

    origin: int
    curves: Floats
    offsets: Ints

    def accumulated(self, rhythm: Ints, at: Ints) -> Floats:
        """The curve's value at each instant; instants outside the market are clipped to it."""
        hours = np.clip((at - self.origin) / HOUR, 0, self.curves.shape[1] - 1)
        index = np.minimum(hours.astype(np.int64), self.curves.shape[1] - 2)
        low = self.curves[rhythm, index]
        return np.asarray(low + (self.curves[rhythm, index + 1] - low) * (hours - index))

    def instants(self, rhythm: Ints, value: Floats) -> Ints:
        """The inverse: when each curve reaches a value."""
        width = self.curves.shape[1]
        step = self.curves.max() + 1.0
        flat = (self.curves + step * np.arange(len(self.curves))[:, None]).ravel()
        index = np.searchsorted(flat, value + step * rhythm, side="right") - 1
        index = np.clip(index, rhythm * width, rhythm * width + width - 2)
        low = flat[index]
        share = (value + step * rhythm - low) / np.maximum(flat[index + 1] - low, 1e-12)
        return self.origin + milliseconds((index - rhythm * width + np.clip(share, 0, 1)) * HOUR)

    def local_instants(self, zone: Ints, day: Ints, local_hours: Floats) -> Ints:
        """The instants at which it is `local_hours` o'clock in each zone, on the day from `day` (UTC midnight)."""
        hour = np.clip((day - self.origin) // HOUR + 12, 0, self.offsets.shape[1] - 1)
        return np.asarray(day + milliseconds(local_hours * HOUR) - self.offsets[zone, hour])


def rhythms(origin: int, end: int) -> Rhythms:
    """Curves for every zone and shape over whole hours from `origin` to `end`."""
    hours = np.arange(origin, end + HOUR, HOUR)
    offsets = np.stack([_offsets(zone, hours) for zone in ZONES])
    curves = np.empty((len(ZONES) * SHAPES, len(hours) + 1))
    for zone in range(len(ZONES)):
        local = hours + offsets[zone]
        weekday = (local // DAY + _EPOCH_WEEKDAY) % 7
        common = _HOURS[local // HOUR % 24] / _HOURS.mean() * _season(local)
        for shape in range(SHAPES):
            weights = common * _weekly(shape, weekday) * _bursts(shape, local)
            curves[zone * SHAPES + shape] = np.concatenate([[0.0], np.cumsum(weights) / 24])
    return Rhythms(origin, curves, offsets)


def _weekly(shape: int, weekday: Ints) -> Floats:
    return np.asarray((_WEEKEND_ONLY if shape == WEEKEND else _WEEKDAYS)[weekday])


def _bursts(shape: int, local: Ints) -> Floats:
    if shape not in BURSTS:
        return np.ones(len(local))
    return np.asarray(_BURST[(local // (30 * DAY) + shape) % 3])


def _season(local: Ints) -> Floats:
    """Busier towards the winter holidays, quieter in late summer."""
    day_of_year = (local // DAY) % 365.25
    return np.asarray(1 + 0.10 * np.cos(2 * np.pi * (day_of_year - 345) / 365.25))


def _offsets(zone: str, hours: Ints) -> Ints:
    local = pl.Series(hours).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return (local.dt.replace_time_zone(None).cast(pl.Int64) - pl.Series(hours)).to_numpy()
