"""Counting the quotes of a JSON text: the cheapest proof that a lenient parser has lost none of its keys.

Without a backslash in the text every quote opens or closes a key or a text. Values written back hold as many quotes as
the text they were read from, unless a key was given twice and only its last value kept.
"""

import numpy as np

_QUOTE = 34
# Below this a plain count is quicker than setting up an array.
_SHORT = 4_096


def count_quotes(text: bytes) -> int:
    """How many quotes there are."""
    if len(text) < _SHORT:
        return text.count(_QUOTE)
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _QUOTE))
