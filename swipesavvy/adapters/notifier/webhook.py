"""Alerts as a signed HTTP POST, after the Standard Webhooks convention; how to verify one is in `docs/alerts.md`.

The signature covers `id.timestamp.body`. Only https leaves the machine; redirects are answers like any other failure.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from swipesavvy.adapters.notifier.addresses import is_loopback
from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import DeliveryError
from swipesavvy.domain.errors import BadInputError

SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins, not one
SECRET_BYTES = (24, 64)
TIMEOUT_SECONDS = 10.0
WAITS_SECONDS = (0.5, 2.0)
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
SUCCESS = range(200, 300)
FIRST_SERVER_ERROR = 500


def signing_key(secret: str) -> bytes:
    """The key in a secret like `whsec_<base64 of 24 to 64 bytes>`; BadInputError if it is none, not repeating it."""
    shortest, longest = SECRET_BYTES
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not shortest <= len(key) <= longest:
        raise BadInputError(
            f"SWIPESAVVY_ALERT_WEBHOOK_SECRET: write {SECRET_PREFIX} and the base64 of {shortest} to {longest} random "
            "bytes, for example the output of `openssl rand -base64 32`"
        )
    return key


def checked_url(url: str) -> str:
    """The address if it may be used: https, or http to this machine. BadInputError says what is wrong with it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.username is not None or parts.password is not None:
        raise BadInputError("SWIPESAVVY_ALERT_WEBHOOK_URL: write an address like https://host/path, without a password")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadInputError(f"SWIPESAVVY_ALERT_WEBHOOK_URL: {host} must be reached by https; http is for loopback only")
    return url


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


class WebhookNotifier:
    """Posts messages to one address; a passing failure is tried three times in all."""

    channel = "webhook"

    def __init__(
        self, url: str, key: bytes, wait: Callable[[float], None] = time.sleep, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """`url` may leave the machine by https only (BadInputError); `wait` sleeps between tries."""
        self._url = checked_url(url)
        self._key = key
        self._wait = wait
        self._timeout = timeout_seconds

    def send(self, message: Message) -> None:
        """Post one message. Each try is signed; all tries carry the same id, so that a repeated one is recognised."""
        body = body_of(message)
        # No proxy from the environment: the address was configured for this and nothing else.
        with httpx.Client(timeout=self._timeout, follow_redirects=False, trust_env=False) as client:
            for wait_seconds in (*WAITS_SECONDS, None):
                problem, is_passing = self._post(client, message, body)
                if problem is None:
                    return
                if wait_seconds is None or not is_passing:
                    raise DeliveryError(f"webhook {urlsplit(self._url).hostname}: {problem}")
                self._wait(wait_seconds)

    def _post(self, client: httpx.Client, message: Message, body: bytes) -> tuple[str | None, bool]:
        """What went wrong, and whether it may pass."""
        timestamp = int(message.at.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "swipesavvy-alerts",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, message.message_id, timestamp, body),
        }
        try:
            # The answer's body is never read: how long it may be is not ours to say.
            with client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.TransportError as error:
            return f"{type(error).__name__}, no answer; check address and network", True
        except httpx.HTTPError as error:
            return f"{type(error).__name__}; check the address", False
        if status in SUCCESS:
            return None, False
        return f"answered {status}; look at its log", status in PASSING or status >= FIRST_SERVER_ERROR


def body_of(message: Message) -> bytes:
    """What is posted: type, instant, and every notice."""
    alerts = [{**asdict(notice), "at": notice.at.isoformat()} for notice in message.notices]
    data = {"subject": message.subject, "alerts": alerts}
    document = {"type": "alerts.changed", "timestamp": message.at.isoformat(), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
