"""Names for the array types the market is made of. Times are int64 milliseconds since 1970 UTC everywhere in here."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def milliseconds(values: Floats) -> Ints:
    """Durations or instants as whole milliseconds."""
    return np.asarray(values, dtype=np.float64).astype(np.int64)
