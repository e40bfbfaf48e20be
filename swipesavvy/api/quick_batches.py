"""The quick way to a verdict: whole batches of plainly valid events, checked as one and cut without parsing twice.

What is accepted here is valid by the exact rules, holds nothing to scrub, and lands in its sender's own bytes. Anything
else, one unusual event among many included, is no verdict: `None` sends the batch the exact way.
"""

import re
from binascii import unhexlify
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from swipesavvy.api.typed_events import GETTERS, UUID_LENGTH, OpenEvent, TypedEvent
from swipesavvy.application.collecting import MOST_EVENTS
from swipesavvy.domain.events import MAX_CLOCK_SKEW, TOO_OLD_AFTER
from swipesavvy.domain.quotes import count_quotes
from swipesavvy.domain.scrubbing import is_identifying, may_hold_number, scrub_properties, scrub_text

_EVENT = msgspec.json.Decoder(OpenEvent)
_EVENTS = msgspec.json.Decoder(list[TypedEvent])
_OPEN_EVENTS = msgspec.json.Decoder(list[OpenEvent])
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_ENCODER = msgspec.json.Encoder()
_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
# Fractions beyond microseconds are rounded here and cut by the exact rules: near the limits those decide.
_MARGIN = timedelta(seconds=1)
_FIRST_KEY = re.compile(rb'\[(\{"[A-Za-z_]+":)')
_ID = attrgetter("event_id")
_TIME = attrgetter("timestamp")
_USER = attrgetter("user_id")
_PROPERTIES = attrgetter("properties")
_CONTEXT = attrgetter("context")
_SESSION = attrgetter("session_id")


@dataclass(frozen=True)
class QuickBatch:
    """Accepted events: their landing lines, their ids as sent, and as 16 bytes each."""

    lines: bytes
    ids: list[str]
    raw_ids: bytes


def quick_batch(body: bytes, received_at: datetime) -> QuickBatch | None:
    """The batch if every event of it is plainly valid and new lines can be cut from it, else None."""
    if _is_special(body):
        return None
    if body.startswith(b"{"):
        body = b"[%s]" % body.rstrip()
    events = _decoded(body)
    if not 0 < len(events) <= MOST_EVENTS:
        return None
    properties = list(map(_PROPERTIES, events))
    if not _repeats_no_key(body, events, properties):
        return None
    times = list(map(_TIME, events))
    if min(times) < received_at - TOO_OLD_AFTER + _MARGIN or max(times) > received_at + MAX_CLOCK_SKEW - _MARGIN:
        return None
    ids = list(map(_ID, events))
    raw_ids = _checked_ids(ids, events, properties)
    lines = None if raw_ids is None else _lines(body, len(events), received_at.isoformat())
    return None if raw_ids is None or lines is None else QuickBatch(lines, ids, raw_ids)


def _decoded(body: bytes) -> list[Any]:
    for decoder in (_EVENTS, _OPEN_EVENTS):
        try:
            return decoder.decode(body)
        except _REFUSALS:
            continue
    return []


def looks_plain(raw: bytes) -> bool:
    """Whether one event is likely to pass as part of a batch."""
    if _is_special(raw):
        return False
    try:
        _EVENT.decode(raw)
    except _REFUSALS:
        return False
    return True


def _is_special(text: bytes) -> bool:
    """Escapes, e-mail addresses and URLs with queries are for the exact way."""
    return b"\\" in text or b"@" in text or b"?" in text or b"#" in text or b"%" in text


def _repeats_no_key(body: bytes, events: Sequence[Any], properties: list[Any]) -> bool:
    """Counted, see `domain.quotes`."""
    try:
        inside = _ENCODER.encode((properties, list(map(_CONTEXT, events)), list(map(_SESSION, events))))
    except TypeError:
        # Some events lack one of the three.
        return count_quotes(_ENCODER.encode(events)) == count_quotes(body)
    # Beside what is inside these, every event has eight keys and five texts.
    return 26 * len(events) + count_quotes(inside) == count_quotes(body)


def _checked_ids(ids: list[str], events: Sequence[Any], properties: list[Any]) -> bytes | None:
    """The event ids as bytes if all UUIDs are UUIDs and nothing is left to scrub."""
    uuids: list[Any] = ids.copy()
    texts: list[Any] = []
    for values in properties:
        if values:
            get_uuids, get_texts = GETTERS[type(values)]
            if get_uuids is not None:
                uuids += get_uuids(values)
            if get_texts is not None:
                texts += get_texts(values)
    user_ids = list(map(_USER, events))
    if may_hold_number("\n".join(user_ids)) and any(map(_is_identifying, user_ids)):
        return None
    if not all(map(_is_clean, filter(None, texts))):
        return None
    # Contexts take few distinct forms, so each is looked at once.
    if not all(map(_is_clean_context, set(map(_ENCODER.encode, filter(None, map(_CONTEXT, events)))))):
        return None
    found = _uuid_bytes("".join(filter(None, uuids)))
    return None if found is None else found[: 16 * len(ids)]


# The same few experiments, variants and users come again and again.
_is_identifying = lru_cache(maxsize=20_000)(is_identifying)


def _is_clean(value: Any) -> bool:
    """Whether a text, or a document or number, holds nothing to scrub."""
    return _is_clean_text(value if isinstance(value, str) else _ENCODER.encode(value).decode())


@lru_cache(maxsize=20_000)
def _is_clean_text(text: str) -> bool:
    return not may_hold_number(text) or scrub_text(text, free=True)[1] == 0


@lru_cache(maxsize=20_000)
def _is_clean_context(encoded: bytes) -> bool:
    return not may_hold_number(encoded.decode()) or scrub_properties(msgspec.json.decode(encoded), "")[1] == 0


def _uuid_bytes(joined: str) -> bytes | None:
    """16 bytes for each of the joined texts of 36 characters, if all are canonical UUIDs."""
    count = len(joined) // UUID_LENGTH
    dashes = "-" * count
    if (
        not joined[8::UUID_LENGTH]
        == joined[13::UUID_LENGTH]
        == joined[18::UUID_LENGTH]
        == joined[23::UUID_LENGTH]
        == dashes
    ):
        return None
    try:
        found = unhexlify(joined.encode().translate(None, b"-"))
    except ValueError:
        return None
    # A dash in a place of its own would show in the length.
    return found if len(found) == 16 * count else None


def _lines(body: bytes, count: int, stamp: str) -> bytes | None:
    """One line for each event with its time of receipt, in the sender's own bytes.

    Typed events hold no objects in lists and no backslash, so `},{"` followed by a key lies between two events and
    nowhere else.
    """
    receipt = b', "received_at": "%s"}\n' % stamp.encode()
    first = _FIRST_KEY.match(body)
    if first is not None and body.endswith(b"}]") and b"\n" not in body and b"\r" not in body:
        for between in (b"},", b"}, "):
            boundary = between + first[1]
            pieces = body[1:-2].split(boundary)
            if len(pieces) == count:
                return (receipt + first[1]).join(pieces) + receipt
    return b"".join(bytes(raw)[:-1].rstrip() + receipt for raw in _RAWS.decode(body)) if _is_one_line(body) else None


def _is_one_line(body: bytes) -> bool:
    return b"\n" not in body and b"\r" not in body
