"""Who is asking: keys from request headers, their scope and their rate. The keys themselves are a use case's matter."""

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from swipesavvy.api.bodies import RefusedError
from swipesavvy.application.hashing import fingerprint
from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.domain.keys import ApiKey, RequestWindow, Scope

# How long an answer of the store is trusted: a revoked key dies within this time, a busy client costs one read of it.
TRUSTED_SECONDS = 1.0


@dataclass
class _Known:
    key: ApiKey
    asked_at: float


class Door:
    """Lets a key in or says why not; counts requests per key. One per server process."""

    def __init__(self, authenticate: Callable[[str], ApiKey | None], seconds: Callable[[], float]) -> None:
        """`authenticate` may block; `seconds` is a steady clock."""
        self._authenticate = authenticate
        self._seconds = seconds
        self._known: dict[str, _Known] = {}
        self._windows: dict[str, RequestWindow] = {}

    async def admit(self, request: Request, scope: Scope) -> ApiKey:
        """The key of a framework's request; see `admit_header`."""
        return await self.admit_header(request.headers.get("authorization", ""), scope)

    async def admit_header(self, authorization: str, scope: Scope) -> ApiKey:
        """The key in an Authorization header. RefusedError 401, 403, 429, or 503 while keys cannot be looked up."""
        key = await self._key(_secret(authorization))
        if key is None:
            raise RefusedError(401, "send a key that is in force as `Authorization: Bearer KEY`")
        if scope not in key.scopes:
            raise RefusedError(403, f"the key {key.name} may not {scope}; ask for one with that scope")
        window = self._windows.get(key.key_id)
        if window is None or window.rate != key.rate_per_minute:
            window = self._windows[key.key_id] = RequestWindow(key.rate_per_minute)
        wait = window.wait_for(self._seconds())
        if wait > 0:
            says = f"more than {key.rate_per_minute} requests in a minute with the key {key.name}"
            raise RefusedError(429, says, math.ceil(wait))
        return key

    async def _key(self, secret: str | None) -> ApiKey | None:
        if not secret:
            return None
        mark = fingerprint(secret)
        known = self._known.get(mark)
        if known is not None and self._seconds() - known.asked_at < TRUSTED_SECONDS:
            return known.key
        try:
            key = await run_in_threadpool(self._authenticate, secret)
        except SwipeSavvyError:
            raise RefusedError(503, "keys cannot be looked up at the moment; try again", 2) from None
        if key is None:
            # Only keys in force are remembered, so that guessing fills no memory.
            self._known.pop(mark, None)
            return None
        self._known[mark] = _Known(key, self._seconds())
        return key


def _secret(header: str) -> str | None:
    """The key in an Authorization header: a bearer token, or the user name of Basic as Segment's clients send it."""
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
