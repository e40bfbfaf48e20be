"""Identifiers made from seeded bits, many at a time."""

import numpy as np
import numpy.typing as npt
import polars as pl

from swipesavvy.simulation.arrays import Flags, Ints

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_BYTE_TEXT = np.stack([np.repeat(_DIGITS, 16), np.tile(_DIGITS, 16)], axis=1)
_DASHES = (8, 13, 18, 23)
_PLACES = (0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)
_SHARE_STEPS = 10_000


def uuids(rng: np.random.Generator, count: int) -> pl.Series:
    """`count` random UUIDs of version 4, lower case."""
    raw = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    text = np.empty((count, 36), np.uint8)
    for column, place in enumerate(_PLACES):
        text[:, place : place + 2] = _BYTE_TEXT[raw[:, column]]
    text[:, _DASHES] = ord("-")
    return pl.Series(text.view("S36").ravel(), dtype=pl.Binary).cast(pl.String)


def in_holdout(seed: int, campaign: int, user: Ints, share: float) -> Flags:
    """Whether each user is in the control group of a campaign: a hash, the same whenever it is asked."""
    salt = np.uint64(_mixed(np.array([seed * 1_000_003 + campaign], np.uint64))[0])
    return np.asarray(_mixed(user.astype(np.uint64) ^ salt) % _SHARE_STEPS < round(share * _SHARE_STEPS))


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of splitmix64: every input bit reaches every output bit."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
