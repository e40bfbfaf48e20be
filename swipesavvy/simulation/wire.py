"""How events look on the wire: one frame per event type, its properties already JSON text, and whole lines from frames.

Belongs here: spelling. Not here: which events happen, or what goes wrong with them (`faults`).
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from swipesavvy.simulation.arrays import Flags, Ints
from swipesavvy.simulation.identifiers import uuids
from swipesavvy.simulation.people import NAMES, People
from swipesavvy.simulation.rhythm import REGIONS

COLUMNS = ("event_type", "at", "user_id", "session_id", "source", "properties", "context")
_VERSIONS = ("5.1.0", "5.2.3", "5.3.1", "5.4.0")
_PLATFORMS = ("iOS", "Android", "Web")
_SESSION_MINUTES = 30
STAFF_CONTEXT = '{"platform":"Web"}'
SYSTEM_CONTEXT = "{}"

Column = pl.Series | Ints | Flags | np.ndarray | str | float | None


def timestamps(at: Ints | pl.Series) -> pl.Series:
    """ISO-8601 in UTC to the millisecond; negative instants become null."""
    series = pl.Series(at).cast(pl.Int64)
    known = series.set(series < 0, None)
    return known.cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")


def user_ids(people: People) -> pl.Series:
    """The id of every user, by index."""
    return pl.Series([f"user_{number:06d}" for number in range(people.count)], dtype=pl.String)


def json_texts(columns: Mapping[str, Column]) -> pl.Series:
    """One JSON object per row; scalars are repeated, at least one column must be an array."""
    height = next(len(value) for value in columns.values() if isinstance(value, pl.Series | np.ndarray))
    frame = pl.DataFrame({name: _column(value, height) for name, value in columns.items()})
    return frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()


def _column(value: Column, height: int) -> pl.Series:
    if isinstance(value, pl.Series | np.ndarray):
        return pl.Series(value)
    return pl.Series([value]).new_from_index(0, height)


def picked(texts: pl.Series | tuple[str, ...] | list[str], index: Ints) -> pl.Series:
    """`texts` by index; null where the index is negative."""
    series = pl.Series(texts, dtype=pl.String)
    if not len(series):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(index))
    return series.gather(pl.Series(index).set(pl.Series(index < 0), None))


class Wire:
    """Turns arrays about users into event frames."""

    def __init__(self, people: People, rng: np.random.Generator) -> None:
        """`rng` draws each user's app version and platform."""
        self.users = user_ids(people)
        segment = picked(NAMES, people.pattern)
        region = picked([name for name, _, _ in REGIONS], people.region)
        version = picked(_VERSIONS, rng.choice(len(_VERSIONS), people.count, p=[0.1, 0.2, 0.3, 0.4]))
        platform = picked(_PLATFORMS, rng.choice(len(_PLATFORMS), people.count, p=[0.52, 0.42, 0.06]))
        self._mobile = json_texts(
            {"app_version": version, "platform": platform, "user_segment": segment, "region": region}
        )
        self._backend = json_texts({"user_segment": segment, "region": region})

    def mobile(self, event_type: str, user: Ints, at: Ints, properties: Mapping[str, Column]) -> pl.DataFrame:
        """Events a client sends; those of half an hour share a session."""
        session = pl.select(
            pl.format("s{}-{}", pl.Series(user), pl.Series(at // (_SESSION_MINUTES * 60_000)))
        ).to_series()
        return self._frame(event_type, user, at, "mobile", properties).with_columns(
            session_id=session, context=self._mobile.gather(user)
        )

    def backend(self, event_type: str, user: Ints, at: Ints, properties: Mapping[str, Column]) -> pl.DataFrame:
        """Events the backend knows about users."""
        return self._frame(event_type, user, at, "backend", properties).with_columns(context=self._backend.gather(user))

    def _frame(
        self, event_type: str, user: Ints, at: Ints, source: str, properties: Mapping[str, Column]
    ) -> pl.DataFrame:
        return pl.DataFrame(
            {"at": at, "user_id": self.users.gather(user), "properties": json_texts(properties)}
        ).select(
            pl.lit(event_type).alias("event_type"),
            "at",
            "user_id",
            pl.lit(None, pl.String).alias("session_id"),
            pl.lit(source).alias("source"),
            "properties",
            pl.lit(None, pl.String).alias("context"),
        )


def without_user(
    event_type: str, at: Ints, actor: str | pl.Series, source: str, properties: Mapping[str, Column]
) -> pl.DataFrame:
    """Events of staff (`admin_portal`) and of the platform itself (`backend`, user `system`)."""
    context = STAFF_CONTEXT if source == "admin_portal" else SYSTEM_CONTEXT
    return pl.DataFrame({"at": at, "properties": json_texts(properties)}).select(
        pl.lit(event_type).alias("event_type"),
        "at",
        (pl.lit(actor) if isinstance(actor, str) else actor).alias("user_id"),
        pl.lit(None, pl.String).alias("session_id"),
        pl.lit(source).alias("source"),
        "properties",
        pl.lit(context).alias("context"),
    )


def stream(spec_window: tuple[int, int], frames: list[pl.DataFrame], rng: np.random.Generator) -> pl.DataFrame:
    """All events of a market inside [start, end), in order of time, each with its id and its time of receipt."""
    start, end = spec_window
    events = pl.concat(frames).filter(pl.col("at").is_between(start, end, closed="left"))
    # Stable, so that events of one instant keep the order in which they were made.
    events = events.sort("at", maintain_order=True)
    delay = np.minimum(rng.lognormal(np.log(1_500), 0.9, events.height), 240_000).astype(np.int64)
    received = np.minimum(events["at"].to_numpy() + delay, end - 1)
    return events.with_columns(event_id=uuids(rng, events.height), received=pl.Series(received))


def lines(events: pl.DataFrame) -> pl.Series:
    """One JSON text per event. `at_text` and `received_text`, where present, replace the times' usual spelling.

    A null `event_id` or `user_id` is a key that is not sent.
    """
    text = pl.concat_str(
        pl.lit("{"),
        _member("event_id"),
        pl.lit('"event_type":"') + pl.col("event_type"),
        pl.lit('","timestamp":"') + pl.col("at_text"),
        pl.lit('",'),
        _member("user_id"),
        _member("session_id"),
        pl.lit('"source":"') + pl.col("source"),
        pl.lit('","received_at":"') + pl.col("received_text"),
        pl.lit('","properties":') + pl.col("properties"),
        pl.lit(',"context":') + pl.col("context"),
        pl.lit("}"),
    )
    timed = {"at_text": "at", "received_text": "received"}
    missing = {text: timestamps(events[at]) for text, at in timed.items() if text not in events.columns}
    return events.with_columns(**missing).select(text.alias("line")).to_series()


def _member(name: str) -> pl.Expr:
    sent = pl.concat_str(pl.lit(f'"{name}":"'), pl.col(name), pl.lit('",'))
    return pl.when(pl.col(name).is_not_null()).then(sent).otherwise(pl.lit(""))
