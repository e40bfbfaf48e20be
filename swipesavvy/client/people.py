"""What the client remembers of the people it sends events of: their session, and the segment they are in.

Both memories hold a bounded number of people, the least recently seen go first. Clocks are passed in.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from uuid import uuid4

LOG = logging.getLogger(__name__)
SESSION_ENDS_AFTER = 30 * 60.0
SEGMENT_HOLDS_FOR = 24 * 3600.0
_MOST_PEOPLE = 10_000


class Sessions:
    """One session id a person, until 30 minutes pass without an event."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def of(self, user_id: str, at: float) -> str:
        """The id of the person's session at a steady clock's seconds."""
        session, last = self._known.pop(user_id, ("", -SESSION_ENDS_AFTER))
        if not session or at - last >= SESSION_ENDS_AFTER:
            session = str(uuid4())
        self._known[user_id] = session, at
        if len(self._known) > _MOST_PEOPLE:
            self._known.popitem(last=False)
        return session


class Segments:
    """Asks for a person's segment once a day."""

    def __init__(self, look_up: Callable[[str], str | None]) -> None:
        """`look_up` gives a user's segment code, or None; whatever it raises is logged and counts as None."""
        self._look_up = look_up
        self._known: OrderedDict[str, tuple[str | None, float]] = OrderedDict()

    def of(self, user_id: str, at: float) -> str | None:
        """The person's segment at a steady clock's seconds."""
        known = self._known.pop(user_id, None)
        if known is None or at - known[1] >= SEGMENT_HOLDS_FOR:
            known = self._asked(user_id), at
        self._known[user_id] = known
        if len(self._known) > _MOST_PEOPLE:
            self._known.popitem(last=False)
        return known[0]

    def _asked(self, user_id: str) -> str | None:
        try:
            return self._look_up(user_id)
        except Exception:
            LOG.warning("the segment look-up failed; events go without a segment", exc_info=True)
            return None
