"""The strict JSON grammar of everything that lands.

Python's parser and most fast ones accept more than RFC 8259, and different things: NaN, repeated keys, lone
surrogates. Two readers of one line must never disagree, so such lines are refused. Not here: what the object means.
"""

import json
import re
from typing import Any

MOST_LEVELS = 100
"""Objects and lists may lie within each other this deep; what is deeper serves nobody and breaks recursive readers."""


class _RefusedError(ValueError):
    """The text is JSON to a lenient parser only."""


def _no_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("a key occurs twice")
    return found


def _refuse(constant: str) -> Any:
    raise _RefusedError(f"{constant} is not JSON")


# Numbers stay text: their value does not matter here, and int() refuses more than 4,300 digits.
_SHAPE_ONLY = json.JSONDecoder(
    object_pairs_hook=_no_repeated_keys, parse_constant=_refuse, parse_int=str, parse_float=str
)
_WITH_VALUES = json.JSONDecoder(object_pairs_hook=_no_repeated_keys, parse_constant=_refuse)
_LONGEST_INTEGER = 400


def _whole(text: str) -> int | float:
    """An integer; one that is beyond every float anyway becomes infinite, which costs less."""
    return int(text) if len(text) <= _LONGEST_INTEGER else float(text)


_WITH_ANY_VALUES = json.JSONDecoder(object_pairs_hook=_no_repeated_keys, parse_constant=_refuse, parse_int=_whole)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return False
    level = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        level += (first in "[{") - (first in "]}")
        if level > MOST_LEVELS:
            return True
    return False


def _holds_forbidden_text(value: Any) -> bool:
    if isinstance(value, str):
        return any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(_holds_forbidden_text(key) or _holds_forbidden_text(item) for key, item in value.items())
    if isinstance(value, list):
        return any(_holds_forbidden_text(item) for item in value)
    return False


def is_strict_object(text: str) -> bool:
    """Whether the text is exactly one JSON object by the strict grammar (surrounding JSON whitespace is fine)."""
    try:
        if _is_too_deep(text):
            return False
        value = _SHAPE_ONLY.decode(text)
        return isinstance(value, dict) and not ("\\u" in text and _holds_forbidden_text(value))
    except (ValueError, RecursionError):
        return False


def load_strict_object(text: str) -> dict[str, Any] | None:
    """The object as Python values, or None where `is_strict_object` says no (or a number has thousands of digits)."""
    try:
        value = _WITH_VALUES.decode(text) if is_strict_object(text) else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def load_any_strict_object(text: str) -> dict[str, Any] | None:
    """The object as Python values wherever `is_strict_object` says yes; integers beyond every float are infinite."""
    value = _WITH_ANY_VALUES.decode(text) if is_strict_object(text) else None
    return value if isinstance(value, dict) else None
