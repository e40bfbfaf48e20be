"""One event's bytes on their way into the log: strict values, personal data out, everything else byte for byte.

Belongs here: what a JSON text looks like. What personal data is, is declared in `domain.scrubbing`.
"""

import json
import re
from typing import Any

import msgspec

from swipesavvy.application.collecting import CutEvent
from swipesavvy.domain.quotes import count_quotes
from swipesavvy.domain.scrubbing import scrub_event, scrub_text
from swipesavvy.domain.strict_json import MOST_LEVELS, load_any_strict_object

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?', re.DOTALL)


def cut_event(raw: bytes, key: bytes) -> tuple[CutEvent, int]:
    """An event without `received_at` and personal data, and how many pieces of personal data were taken out.

    `key` turns identifying user ids into pseudonyms.
    """
    value = strict_object(raw)
    if value is None:
        return CutEvent(raw, None), 0
    if "received_at" in value:
        raw = without_member(raw, "received_at")
    scrubbed, count = scrub_event(value, key)
    if count:
        raw = _with_scrubbed(raw, value, scrubbed)
    return CutEvent(raw, scrubbed), count


def strict_object(raw: bytes) -> dict[str, Any] | None:
    """What the strict grammar says of one event: its value if it is a JSON object, else None.

    The quick parser is lenient in three ways only: depth, repeated keys (seen by the quotes), escaped characters.
    """
    if b"\\" not in raw and raw.count(b"[") + raw.count(b"{") <= MOST_LEVELS:
        try:
            value = msgspec.json.decode(raw)
            if isinstance(value, dict) and count_quotes(msgspec.json.encode(value)) == count_quotes(raw):
                return value
        except (msgspec.MsgspecError, OverflowError, RecursionError, UnicodeDecodeError):
            pass
    return load_any_strict_object(raw.decode("utf-8"))


def without_member(raw: bytes, name: str) -> bytes:
    """A strict JSON object without one of its members; the values of all others keep their bytes."""
    members = _MEMBERS.decode(raw)
    del members[name]
    return msgspec.json.encode(members)


def _with_scrubbed(raw: bytes, value: dict[str, Any], scrubbed: dict[str, Any]) -> bytes:
    """The same object with the changed texts in their places; the values of all other members keep their bytes."""
    members = _MEMBERS.decode(raw)
    for name, changed in scrubbed.items():
        if changed is value[name]:
            continue
        if isinstance(changed, dict):
            inner = _MEMBERS.decode(members[name])
            for place, item in changed.items():
                if item is not value[name][place]:
                    inner[place] = msgspec.Raw(_encoded(bytes(inner[place]), item))
            members[name] = msgspec.Raw(msgspec.json.encode(inner))
        else:
            members[name] = msgspec.Raw(_encoded(bytes(members[name]), changed))
    return msgspec.json.encode(members)


def _encoded(raw: bytes, item: object) -> bytes:
    """JSON of a changed value. Inside lists and objects only the texts are replaced: numbers keep all their digits."""
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False).encode("utf-8")

    def scrubbed(token: re.Match[str]) -> str:
        if token[1] is not None:
            return token[0]
        text, count = scrub_text(json.loads(token[0]))
        return json.dumps(text, ensure_ascii=False) if count else token[0]

    return _TOKEN.sub(scrubbed, raw.decode("utf-8")).encode("utf-8")
