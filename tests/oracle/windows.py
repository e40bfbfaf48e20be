"""Which instants and days a window holds, seen from an `as_of`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

NAMES = ("1d", "7d", "30d", "90d", "ytd", "all")
START_OF_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """From `start` to `end`, both inside."""

    name: str
    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in the window."""
        return self.start <= at <= self.end

    def holds_day(self, day: date) -> bool:
        """Whether a day's spend counts: days count whole, the last one too."""
        return self.start.date() <= day <= self.end.date()


def midnight(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime.combine(day, time.min, UTC)


def end_of(day: date) -> datetime:
    """The last microsecond of a UTC day."""
    return datetime.combine(day, time.max, UTC)


def window(name: str, as_of: datetime) -> Window:
    """The window of one of `NAMES`: whole days back from `as_of`'s day, cut off at `as_of`."""
    if name == "all":
        return Window(name, START_OF_TIME, as_of)
    if name == "ytd":
        return Window(name, midnight(date(as_of.year, 1, 1)), as_of)
    days = int(name.removesuffix("d"))
    return Window(name, midnight(as_of.date() - timedelta(days=days - 1)), as_of)


def custom(first: date, last: date, as_of: datetime) -> Window:
    """A range of days, both inside, cut off at `as_of`."""
    return Window("custom", midnight(first), min(end_of(last), as_of))


def one_day(day: date, as_of: datetime) -> Window:
    """The window of one value of a day series."""
    return Window("day", midnight(day), min(end_of(day), as_of))
