from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swipesavvy.simulation.arrays import DAY, HOUR
from swipesavvy.simulation.rhythm import SHAPES, WEEKEND, ZONE_OF_REGION, ZONES, rhythms

START = round(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
CURVES = rhythms(START, START + 364 * DAY)


@given(st.integers(0, len(ZONES) * SHAPES - 1), st.integers(0, 364 * DAY - 1))
@settings(max_examples=60)
def test_instants_are_the_inverse_of_the_curve(rhythm: int, offset: int) -> None:
    which, at = np.array([rhythm]), np.array([START + offset])
    there = CURVES.instants(which, CURVES.accumulated(which, at))
    assert abs(int(there[0]) - int(at[0])) <= 2


def test_every_curve_rises_by_about_one_a_day() -> None:
    assert (np.diff(CURVES.curves, axis=1) > 0).all()
    assert CURVES.curves[:, -1] / 364 == pytest.approx(1.0, abs=0.03)


def test_nights_are_quiet_and_evenings_busy_in_local_time() -> None:
    for zone, name in enumerate(ZONES):
        hourly = np.diff(CURVES.curves[zone * SHAPES])
        local = [datetime.fromtimestamp((START + n * HOUR) / 1000, ZoneInfo(name)).hour for n in range(len(hourly))]
        by_hour = np.bincount(local, weights=hourly)
        assert by_hour[19] > 5 * by_hour[3]


def test_weekend_people_shop_at_weekends() -> None:
    zone = ZONES.index("Europe/London")
    daily = np.diff(CURVES.curves[zone * SHAPES + WEEKEND][::24])
    weekend = np.isin((START // DAY + np.arange(len(daily)) + 3) % 7, [5, 6])
    assert daily[weekend].sum() / daily.sum() > 0.8


@pytest.mark.parametrize("day", [datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 7, 20, tzinfo=UTC)])
def test_local_hours_follow_the_clock_of_the_zone(day: datetime) -> None:
    midnight = np.array([round(day.timestamp() * 1000)])
    for zone in set(ZONE_OF_REGION.tolist()):
        at = CURVES.local_instants(np.array([zone]), midnight, np.array([15.0]))
        assert datetime.fromtimestamp(int(at[0]) / 1000, ZoneInfo(ZONES[zone])).hour == 15
