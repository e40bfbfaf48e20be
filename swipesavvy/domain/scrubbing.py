"""Personal data inside events: found in texts and taken out, identifying user ids turned into keyed hashes.

Belongs here: the patterns and what replaces them, as pure functions; the collector and the ingest use the same ones.
Not here: where the key is kept (`adapters.home_secrets`), nor whether an event is valid. Patterns are written so that
Python's `re` and RE2 read them alike: no look-around, explicit ASCII classes, every repetition bounded or anchored so
that no text costs more than time proportional to its length.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from swipesavvy.domain.events import ENVELOPE, EVENT_TYPES

EMAIL_MARK = "[email]"
PHONE_MARK = "[phone]"

_LOCAL = r"[^\x00-\x20\x22#&(),/:;<=>?@\[\\\]|\x7f]{1,64}"
# Letters, digits and hyphens, beyond ASCII too.
_LABEL = r"[^\x00-,./:-@\[-`{-\x7f]{1,63}"
_EMAIL = rf"{_LOCAL}(?:@|%40){_LABEL}(?:\.{_LABEL}){{1,8}}"
_INTERNATIONAL = r"\+[1-9](?:[ ().-]{0,3}[0-9]){6,14}"
_NATIONAL = r"(?:\([0-9]{3}\)[ .-]?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}"
_DIALLED = r"[Tt][Ee][Ll]:[0-9(][0-9 ().-]{5,20}[0-9]"
# Only in text that people type: what is an id elsewhere is more likely a number to call there.
_LOOSE = (
    r"[0-9]{9,15}|[0-9]{3}-[0-9]{4}|0[0-9]{2,4}[ /-][0-9](?:[ -]?[0-9]){4,9}|0[1-9](?:[ .-][0-9]{2}){4}"
    r"|[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{4}"
)
_BEFORE = r"[^0-9A-Za-z_.+-]"
_BEFORE_LOOSE = r"[^0-9A-Za-z_./=+-]"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_URL_START = r"[A-Za-z][A-Za-z0-9+.-]{0,30}://|[Ww][Ww][Ww]\.|(?:^|[ \t\r\n(\x22'])/"

MAY_NEED_SCRUBBING = (
    rf"[@?#\\]|%40|\+[1-9](?:[ ().-]{{0,3}}[0-9]){{6}}|\([0-9]{{3}}\)|[0-9]{{3}}[ .-][0-9]{{3}}[ .-][0-9]{{4}}"
    rf"|[Tt][Ee][Ll]:|(?:^|{_BEFORE_LOOSE})(?:{_LOOSE})"
)
"""Cheap test: text without a match never changes, nor does JSON text whose strings it is asked about at once."""

IDENTIFIER = (
    rf"[ \t\r\n]*(?:{_EMAIL}|{_INTERNATIONAL}|{_NATIONAL}"
    r"|[Tt][Ee][Ll]:[0-9+ ().-]{7,25}|00[1-9][0-9]{7,13})[ \t\r\n]*"
)
"""A whole `user_id` that is an e-mail address or a phone number."""

_URL = re.compile(
    rf"((?:{_URL_START})[^ \t\r\n\x22<>?#]*)(\?[^ \t\r\n\x22<>]*|(#[^ \t\r\n\x22<>?=&]*)[?=&][^ \t\r\n\x22<>]*)?"
)
# Dates and UUIDs are recognised together with the character before them, so that no number can begin there first.
_KEPT = rf"(?P<kept>[^0-9A-Za-z]?(?:{_UUID}|{_DATE}))"
_NUMBER = rf"(?P<before>^|{_BEFORE})(?:{_NATIONAL})\b|{_INTERNATIONAL}\b|{_DIALLED}\b"
_ADDRESSES = re.compile(_EMAIL)
_PLAIN = re.compile(rf"{_KEPT}|{_NUMBER}", re.ASCII)
_FREE = re.compile(rf"{_KEPT}|{_NUMBER}|(?P<before_loose>^|{_BEFORE_LOOSE})(?:{_LOOSE})\b", re.ASCII)
_MAY_NEED = re.compile(MAY_NEED_SCRUBBING)
_IS_IDENTIFIER = re.compile(IDENTIFIER)
# Digits become one byte and what may stand between them nothing: a number to dial is then a run of that byte.
_DIGITS_ALIKE = bytes.maketrans(b"123456789L", b"000000000l")
_BETWEEN_DIGITS = b" ().+/-"
_NOT_DIGITS = re.compile(r"[^0-9]")
# Fields of the envelope that name things and instants.
_NOT_TEXT = frozenset(ENVELOPE) - {"properties", "context"}


def scrub_text(text: str, *, free: bool = False) -> tuple[str, int]:
    """A text without e-mail addresses, phone numbers and query strings of URLs, and how many were taken out.

    `free` marks text that people type: there also bare runs of digits count as phone numbers.
    """
    if _MAY_NEED.search(text) is None:
        return text, 0
    cuts = 0

    def shorter(match: re.Match[str]) -> str:
        nonlocal cuts
        if match[2] is None or match[2] == "?":
            return match[0]
        cuts += 1
        return f"{match[1]}{match[3] or ''}"

    def marked(match: re.Match[str]) -> str:
        nonlocal cuts
        if match["kept"] is not None:
            return match[0]
        cuts += 1
        found = match.groupdict()
        return f"{found['before'] or found.get('before_loose') or ''}{PHONE_MARK}"

    text, addresses = _ADDRESSES.subn(EMAIL_MARK, _URL.sub(shorter, text))
    text = (_FREE if free else _PLAIN).sub(marked, text)
    return text, addresses + cuts


def may_hold_number(text: str) -> bool:
    """A quick test for texts without any of `@?#%`: where it says no, scrubbing changes nothing (as free text neither).

    Several texts can be asked about at once, joined by line breaks.
    """
    digits = text.encode("utf-8", "surrogatepass").translate(_DIGITS_ALIKE, _BETWEEN_DIGITS)
    return b"0000000" in digits or b"l:" in digits


def scrub_properties(properties: Mapping[str, Any], event_type: str) -> tuple[dict[str, Any], int]:
    """An event's properties with every text in them scrubbed, and the count; keys stay as they are.

    The very same object comes back where nothing changed.
    """
    free = _free_texts().get(event_type, frozenset())
    changed: dict[str, Any] = {}
    total = 0
    for name, value in properties.items():
        scrubbed, count = _scrub_value(value, name in free)
        if count:
            changed[name] = scrubbed
            total += count
    if not total:
        return properties if isinstance(properties, dict) else dict(properties), 0
    return {**properties, **changed}, total


def is_identifying(user_id: str) -> bool:
    """Whether a user id is an e-mail address or a phone number."""
    return _IS_IDENTIFIER.fullmatch(user_id) is not None


def keyed_user_id(user_id: str, key: bytes) -> str:
    """The pseudonym of an identifying user id: the same for every spelling of one address or number, in one home."""
    text = user_id.strip(" \t\r\n").lower()
    if "@" in text or "%40" in text:
        normalised = text.replace("%40", "@")
    else:
        normalised = _NOT_DIGITS.sub("", text)
        normalised = normalised.removeprefix("00") if text.startswith("00") else normalised
    return f"h_{hmac.new(key, normalised.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:32]}"


def scrub_event(event: Mapping[str, Any], key: bytes) -> tuple[dict[str, Any], int]:
    """One event with its texts scrubbed and identifying user ids hashed, and the count of what was taken out.

    Properties, context and fields the envelope does not know are scrubbed; the properties' own `user_id` follows the
    envelope's. The very same object comes back where nothing changed.
    """
    changed: dict[str, Any] = {}
    total = 0
    user_id, properties = event.get("user_id"), event.get("properties")
    if isinstance(user_id, str) and is_identifying(user_id):
        changed["user_id"] = keyed_user_id(user_id, key)
        total += 1
    if isinstance(properties, Mapping):
        inner = properties.get("user_id")
        if isinstance(inner, str) and is_identifying(inner):
            properties = {**properties, "user_id": keyed_user_id(inner, key)}
            total += 1
        event_type = event.get("event_type")
        properties, count = scrub_properties(properties, event_type if isinstance(event_type, str) else "")
        total += count
        if properties is not event["properties"]:
            changed["properties"] = properties
    for name, value in event.items():
        if name not in _NOT_TEXT and not (name == "properties" and isinstance(value, Mapping)):
            scrubbed, count = _scrub_value(value, False)
            if count:
                changed[name] = scrubbed
                total += count
    if not total:
        return event if isinstance(event, dict) else dict(event), 0
    return {**event, **changed}, total


def _scrub_value(value: Any, free: bool) -> tuple[Any, int]:
    if isinstance(value, str):
        return scrub_text(value, free=free)
    if isinstance(value, Mapping):
        parts = {name: _scrub_value(item, free) for name, item in value.items()}
        total = sum(count for _, count in parts.values())
        return ({name: part for name, (part, _) in parts.items()}, total) if total else (value, 0)
    if isinstance(value, list):
        items = [_scrub_value(item, free) for item in value]
        total = sum(count for _, count in items)
        return ([item for item, _ in items], total) if total else (value, 0)
    return value, 0


@cache
def _free_texts() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(prop.name for prop in declared.properties if prop.free_text)
        for name, declared in EVENT_TYPES.items()
    }
