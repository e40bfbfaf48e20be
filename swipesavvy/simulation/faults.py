"""What goes wrong between an event and its line: late arrival, fast clocks, copies, lines nobody can use.

The clean market survives every fault: a copy never wins with other content, and broken lines are extra lines. What was
injected is counted exactly, so that a ledger can be checked against it.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.events import DUPLICATE_WINDOW, LATE_AFTER, MAX_CLOCK_SKEW, TOO_OLD_AFTER
from swipesavvy.simulation.arrays import DAY, HOUR, MINUTE, SECOND, Ints, milliseconds
from swipesavvy.simulation.identifiers import uuids
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.wire import lines, picked, timestamps

_LATE = round(LATE_AFTER.total_seconds() * SECOND)
_SKEW = round(MAX_CLOCK_SKEW.total_seconds() * SECOND)
_TOO_OLD = round(TOO_OLD_AFTER.total_seconds() * SECOND)
_COPY_WINDOW = round(DUPLICATE_WINDOW.total_seconds() * SECOND)

# kind of copy, share of copies: retried within minutes or later, with the same content or with another
COPIES = (("soon", 0.45), ("later", 0.20), ("draft", 0.20), ("changed_later", 0.15))
_MISDATED = ("late", "skewed")
_HAS_VIEW = r'"(view_type|engagement_type)":"[a-z_]+"'


@dataclass(frozen=True)
class Faulty:
    """Every line that lands, in order of receipt: `line` and `received`; and how many of each fault there are."""

    landed: pl.DataFrame
    counts: dict[str, int]


def with_faults(spec: MarketSpec, events: pl.DataFrame) -> Faulty:
    """Lines of the events, some late or skewed, with copies and broken lines among them."""
    rng = spec.rng("faults")
    events = events.with_columns(fault=pl.lit(None, pl.String), at_text=timestamps(events["at"]))
    events = _misdated(rng, spec, events)
    copies = _copies(rng, spec, events)
    broken = _broken(rng, spec, events)
    everything = pl.concat([events, copies, broken], how="diagonal").with_columns(
        received_text=pl.Series(timestamps(pl.concat([events["received"], copies["received"], broken["received"]])))
    )
    text = lines(everything)
    malformed = everything["fault"].eq_missing(Reason.MALFORMED_JSON.value).arg_true()
    text = text.scatter(malformed, _torn(text.gather(malformed)))
    landed = pl.DataFrame({"line": text, "received": everything["received"]}).sort("received", maintain_order=True)
    tally = everything["fault"].drop_nulls().value_counts()
    counts = dict(sorted(zip(tally["fault"].to_list(), tally["count"].to_list(), strict=True)))
    return Faulty(landed, counts)


def _misdated(rng: np.random.Generator, spec: MarketSpec, events: pl.DataFrame) -> pl.DataFrame:
    """Late and skewed receipts of what phones send; what would arrive after the market's end is not chosen."""
    at, received = events["at"].to_numpy(), events["received"].to_numpy().copy()
    mobile = events["source"].to_numpy() == "mobile"
    fault = np.full(events.height, -1)
    delay = milliseconds(rng.uniform(_LATE + 10 * MINUTE, 10 * DAY, events.height))
    late = _chosen(rng, mobile & (at + delay < spec.end), spec.faults.late_share)
    received[late], fault[late] = at[late] + delay[late], 0
    ahead = milliseconds(rng.uniform(5 * SECOND, _SKEW - 5 * SECOND, events.height))
    free = mobile & (fault < 0) & (at - ahead >= spec.start)
    skewed = _chosen(rng, free, spec.faults.skewed_share)
    received[skewed], fault[skewed] = at[skewed] - ahead[skewed], 1
    return events.with_columns(received=pl.Series(received), fault=picked(_MISDATED, fault))


def _chosen(rng: np.random.Generator, eligible: np.ndarray, share: float) -> Ints:
    """Positions of as many eligible events as `share` of all events, or all eligible ones."""
    positions = np.flatnonzero(eligible)
    return np.sort(rng.choice(positions, min(round(share * len(eligible)), len(positions)), replace=False))


def _copies(rng: np.random.Generator, spec: MarketSpec, events: pl.DataFrame) -> pl.DataFrame:
    """Copies of on-time events.

    `draft` copies carry other content and arrive before the event itself, within the window in which the last copy
    wins; `changed_later` ones after that window. Neither may win.
    """
    picks = _chosen(rng, events["fault"].is_null().to_numpy(), spec.faults.duplicate_share)
    kind = rng.choice(len(COPIES), len(picks), p=[share for _, share in COPIES])
    apart = np.select(
        [kind == 0, kind == 2],  # noqa: PLR2004 - positions in COPIES
        [rng.integers(SECOND, _COPY_WINDOW, len(picks)), -rng.integers(SECOND, _COPY_WINDOW - SECOND, len(picks))],
        rng.integers(_COPY_WINDOW + MINUTE, 3 * DAY, len(picks)),
    )
    copies = events[picks].with_columns(
        received=pl.col("received") + pl.Series(apart),
        fault=pl.Series([f"duplicate:{name}" for name, _ in COPIES]).gather(kind),
    )
    # A draft may come before its own timestamp, but not so far that it would be refused.
    received = pl.col("received")
    copies = copies.filter(received.is_between(spec.start, spec.end, closed="left") & (pl.col("at") - received < _SKEW))
    changed = pl.col("fault").is_in(["duplicate:draft", "duplicate:changed_later"])
    other = (
        pl.col("properties")
        .str.replace('"order_value":', '"order_value":9', literal=True)
        .str.replace('"view_type":"received"', '"view_type":"opened"', literal=True)
        .str.replace('"is_holdout":false', '"is_holdout":true', literal=True)
    )
    moved = pl.Series(timestamps(copies["at"] - 61 * SECOND))
    return copies.with_columns(
        properties=pl.when(changed).then(other).otherwise(pl.col("properties")),
        at_text=pl.when(changed).then(moved).otherwise(pl.col("at_text")),
    )


def _broken(rng: np.random.Generator, spec: MarketSpec, events: pl.DataFrame) -> pl.DataFrame:
    """Extra lines with ids of their own, each wrong in one way, every reason equally often."""
    wanted = round(spec.faults.broken_share * events.height)
    on_time = events["fault"].is_null()
    pools = {
        Reason.NEGATIVE_AMOUNT: on_time & events["properties"].str.contains('"order_value":', literal=True),
        Reason.BAD_PROPERTY: on_time & events["properties"].str.contains(_HAS_VIEW),
    }
    frames = [events.clear()]
    for number, reason in enumerate(Reason):
        pool = np.flatnonzero(pools.get(reason, on_time).to_numpy())
        count = wanted // len(Reason) + (number < wanted % len(Reason))
        picks = np.sort(rng.choice(pool, count)) if len(pool) else pool
        frames.append(_spoilt(rng, events[picks], reason))
    return pl.concat(frames)


def _spoilt(rng: np.random.Generator, events: pl.DataFrame, reason: Reason) -> pl.DataFrame:
    events = events.with_columns(event_id=uuids(rng, events.height), fault=pl.lit(reason.value))
    count = events.height
    odd = pl.Series(np.arange(count) % 2 == 1)
    properties = pl.col("properties")
    received = events["received"]

    def at(instants: pl.Series) -> dict[str, pl.Expr | pl.Series]:
        return {"at_text": timestamps(instants)}

    changes: dict[Reason, dict[str, pl.Expr | pl.Series]] = {
        Reason.MALFORMED_JSON: {},  # torn once it is text
        Reason.MISSING_ID: {
            "event_id": pl.when(odd).then(None).otherwise(pl.col("event_id")),
            "user_id": pl.when(odd).then(pl.col("user_id")).otherwise(None),
        },
        Reason.BAD_UUID: {"event_id": pl.col("event_id").str.slice(0, 30)},
        Reason.BAD_TIMESTAMP: {
            "at_text": pl.when(odd).then(pl.lit("yesterday")).otherwise(pl.col("at_text").str.strip_suffix("Z"))
        },
        Reason.FUTURE_TIMESTAMP: at(received + pl.Series(rng.integers(_SKEW + MINUTE, 3 * HOUR, count))),
        Reason.TOO_OLD: at(received - pl.Series(rng.integers(_TOO_OLD + HOUR, 3 * _TOO_OLD, count))),
        Reason.BAD_SOURCE: {"source": pl.lit("fax")},
        Reason.NEGATIVE_AMOUNT: {
            "properties": properties.str.replace('"order_value":', '"order_value":-', literal=True)
        },
        Reason.SCORE_OUT_OF_RANGE: {
            "properties": pl.lit('{"confidence_score":1.5,') + properties.str.strip_prefix("{")
        },
        Reason.BAD_PROPERTY: {"properties": properties.str.replace(_HAS_VIEW, '"${1}":"glanced"')},
    }
    return events.with_columns(**changes[reason])


def _torn(text: pl.Series) -> pl.Series:
    """Three ways not to be one JSON object: cut off, a number that is none, a key twice."""
    way = pl.Series(np.arange(len(text)) % 3)
    cut = text.str.head(120)
    no_number = text.str.replace('"properties":{', '"properties":{"load":NaN,', literal=True)
    twice = text.str.replace("{", '{"source":"mobile",', literal=True)
    return cut.zip_with(way == 0, no_number.zip_with(way == 1, twice))
