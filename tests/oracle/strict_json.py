"""One line of landing text to one JSON object, by the strict grammar and nothing softer.

Belongs here: what makes a line `malformed_json`. What makes an object a valid event belongs in `events.py`.
"""

import json
from collections.abc import Iterator
from typing import Any

JSON_SPACE = b" \t\r\n"


class MalformedError(ValueError):
    """The line is not one JSON object of the strict grammar."""


def is_blank(line: bytes) -> bool:
    """Blank lines are nothing: neither landed nor quarantined."""
    return not line.strip(JSON_SPACE)


def parse_object(line: bytes) -> dict[str, Any]:
    """The object a line holds; raises `MalformedError` with the reason.

    Stricter than the standard parser: no NaN or Infinity, no key twice in one object, no lone surrogate, no NUL.
    """
    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    if not isinstance(found, dict):
        raise MalformedError("not an object")
    for text in _strings(found):
        if "\0" in text:
            raise MalformedError("holds NUL")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise MalformedError("holds a lone surrogate")
    return found


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise MalformedError("a key twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise MalformedError(f"{name} is not JSON")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
