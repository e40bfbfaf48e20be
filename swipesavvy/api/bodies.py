"""Request bodies: read and inflated within hard limits, cut into events. What an event means is not known here."""

import asyncio
import json
import re
import zlib

import msgspec
from starlette.requests import Request
from starlette.types import Message, Receive

from swipesavvy.application.collecting import MOST_EVENTS

MOST_BYTES = 1_000_000
BODY_SECONDS = 15
_GZIP = 16 + zlib.MAX_WBITS
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RAW = msgspec.json.Decoder(msgspec.Raw)
# Lenient on purpose: it only finds where each event ends, so that one odd event does not take its neighbours along.
# Numbers stay text: int() refuses more than 4,300 digits.
_LENIENT = json.JSONDecoder(parse_int=str, parse_float=str)
_SPACE = re.compile(r"[ \t\n\r]*")


class RefusedError(Exception):
    """A request that lands nothing."""

    def __init__(self, status: int, says: str, retry_after: int | None = None) -> None:
        """HTTP status, a sentence for the sender, and after how many seconds to try again if that helps."""
        super().__init__(says)
        self.status = status
        self.says = says
        self.retry_after = retry_after


async def read_body(request: Request) -> bytes:
    """The body of a framework's request, inflated if it says gzip. RefusedError 408, 413, 415 or 400."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await receive_body(request.receive, request.headers.get("content-encoding", ""))
    except TimeoutError:
        raise too_slow() from None


async def receive_body(receive: Receive, encoding: str = "") -> bytes:
    """The body as it arrives, however long that takes, inflated if the content encoding is gzip.

    RefusedError 413, 415 or 400.
    """
    inflate = _inflater(encoding.strip().lower())
    message = await receive()
    if inflate is None and not message.get("more_body") and message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise _too_large()
        return body
    return await _pieces(message, receive, inflate)


def too_slow() -> RefusedError:
    """For a body that takes longer than `BODY_SECONDS` to arrive."""
    return RefusedError(408, f"the body did not arrive within {BODY_SECONDS} seconds", 1)


async def _pieces(message: Message, receive: Receive, inflate: "_Inflater | None") -> bytes:
    body = bytearray()
    received = 0
    while True:
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "the connection ended before the body did")
        chunk: bytes = message.get("body", b"")
        received += len(chunk)
        if received > MOST_BYTES:
            raise _too_large()
        body += inflate.take(chunk, MOST_BYTES - len(body)) if inflate else chunk
        if not message.get("more_body"):
            break
        message = await receive()
    if inflate and received:
        inflate.finish()
    return bytes(body)


def cut(body: bytes, most: int = MOST_EVENTS) -> list[bytes]:
    """The events of a body, each in its sender's bytes: one JSON value, or the items of an array.

    RefusedError 400 if the body is not JSON, 413 for more than `most` events.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the body is not UTF-8 (byte {error.start})") from None
    try:
        raws = _cut_quickly(body)
    except (msgspec.DecodeError, RecursionError):
        raws = _cut_leniently(text)
    if len(raws) > most:
        raise RefusedError(413, f"{len(raws)} events in one request; send {most} at most")
    return raws


class _Inflater:
    """Streaming gzip that never holds more than it may; members that follow the first are inflated too."""

    def __init__(self) -> None:
        self._gzip = zlib.decompressobj(_GZIP)

    def take(self, chunk: bytes, room: int) -> bytes:
        """Inflate a piece; RefusedError 413 if the result would exceed `room` bytes, 400 if it is not gzip."""
        result = bytearray()
        while chunk:
            if self._gzip.eof:
                self._gzip = zlib.decompressobj(_GZIP)
            try:
                # One byte more than fits tells "exactly full" from "too large" without inflating the rest.
                result += self._gzip.decompress(chunk, room - len(result) + 1)
            except zlib.error as error:
                raise RefusedError(400, f"the body is not gzip ({error})") from None
            if len(result) > room:
                raise _too_large()
            chunk = self._gzip.unused_data if self._gzip.eof else self._gzip.unconsumed_tail
        return bytes(result)

    def finish(self) -> None:
        """RefusedError 400 if the stream has not ended."""
        if not self._gzip.eof:
            raise RefusedError(400, "the gzip body ends too early")


def _inflater(encoding: str) -> _Inflater | None:
    if encoding in {"", "identity"}:
        return None
    if encoding == "gzip":
        return _Inflater()
    raise RefusedError(415, f"content encoding {encoding[:40]!r} is not understood; use gzip or none")


def _too_large() -> RefusedError:
    return RefusedError(413, f"the body is larger than {MOST_BYTES:,} bytes (inflated); send fewer events at once")


def _cut_quickly(body: bytes) -> list[bytes]:
    if body.lstrip(b" \t\r\n").startswith(b"["):
        return [bytes(raw) for raw in _RAW_LIST.decode(body)]
    return [bytes(_RAW.decode(body))]


def _cut_leniently(text: str) -> list[bytes]:
    """For bodies the quick parser refuses as a whole: find each value's end, whatever the value is worth."""
    try:
        start = _after_space(text, 0)
        if not text.startswith("[", start):
            end = _value_end(text, start)
            pieces = [text[start:end]]
        else:
            pieces, end = _items(text, start + 1)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RefusedError(400, f"the body is not JSON: {reason}") from None
    if _after_space(text, end) != len(text):
        raise RefusedError(400, f"the body is not JSON: more text after the end (character {end})")
    return [piece.encode("utf-8") for piece in pieces]


def _items(text: str, position: int) -> tuple[list[str], int]:
    pieces: list[str] = []
    position = _after_space(text, position)
    if text.startswith("]", position):
        return pieces, position + 1
    while True:
        start = _after_space(text, position)
        end = _value_end(text, start)
        pieces.append(text[start:end])
        position = _after_space(text, end)
        if text.startswith("]", position):
            return pieces, position + 1
        if not text.startswith(",", position):
            raise ValueError(f"a comma or ] is missing (character {position})")
        position += 1


def _value_end(text: str, start: int) -> int:
    return _LENIENT.raw_decode(text, start)[1]


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
