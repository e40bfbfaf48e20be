"""Bodies of Segment's tracking API: held to its limits, cut into messages. What a message means is not known here."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from swipesavvy.api.bodies import RefusedError, cut

MOST_BATCH_BYTES = 500 * 1024
MOST_MESSAGE_BYTES = 32 * 1024
MOST_MESSAGES = 5_000
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
# For bodies the quick parser refuses as a whole because of one odd message.
_LENIENT = json.JSONDecoder(parse_int=str, parse_float=str)
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class Batch:
    """The messages of a batch, each in its sender's bytes, and the JSON of what they share (b"null" if absent)."""

    messages: list[bytes]
    sent_at: bytes
    context: bytes


def single(body: bytes) -> bytes:
    """The only message of a body. RefusedError 400 if it is no JSON object, 413 if it is too large."""
    _check_size(body, MOST_MESSAGE_BYTES)
    _members(body)
    return body


def batch(body: bytes) -> Batch:
    """A body with a batch of messages. RefusedError 400 if it has none, 413 if it or the number is too large."""
    _check_size(body, MOST_BATCH_BYTES)
    members = _members(body)
    messages = members.get("batch", b"").strip()
    if not messages.startswith(b"["):
        raise RefusedError(400, 'the body has no list of messages called "batch"')
    return Batch(cut(messages, MOST_MESSAGES), members.get("sentAt", b"null"), members.get("context", b"null"))


def _check_size(body: bytes, most: int) -> None:
    if len(body) > most:
        raise RefusedError(413, f"the body has {len(body):,} bytes; {most:,} are the most here")


def _members(body: bytes) -> Mapping[str, bytes]:
    try:
        text = body.decode("utf-8")
        return {name: bytes(raw) for name, raw in _MEMBERS.decode(body).items()}
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the body is not UTF-8 (byte {error.start})") from None
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return _members_leniently(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RefusedError(400, f"the body is no JSON object: {reason}") from None


def _members_leniently(text: str) -> dict[str, bytes]:
    position = _expected(text, 0, "{")
    found: dict[str, bytes] = {}
    while not text.startswith("}", position):
        if found:
            position = _expected(text, position, ",")
        name, end = _LENIENT.raw_decode(text, position)
        start = _expected(text, _after_space(text, end), ":")
        _, end = _LENIENT.raw_decode(text, start)
        found[str(name)] = text[start:end].encode("utf-8")
        position = _after_space(text, end)
    if _after_space(text, position + 1) != len(text):
        raise ValueError(f"more text after the end (character {position + 1})")
    return found


def _expected(text: str, position: int, mark: str) -> int:
    """The place of what follows a mark."""
    position = _after_space(text, position)
    if not text.startswith(mark, position):
        raise ValueError(f"{mark} is missing (character {position})")
    return _after_space(text, position + 1)


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
