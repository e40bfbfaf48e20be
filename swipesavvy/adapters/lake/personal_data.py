"""Taking personal data out of a batch before it is written: events that did not come through the collector may hold it.

Belongs here: finding the few rows in question with one pattern in DuckDB, and replacing only the values that change.
What counts as personal data and what replaces it is declared in `domain.scrubbing`. Not here: whether a line is valid;
a scrubbed line still is what it was.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from swipesavvy.adapters.lake.routing import quoted
from swipesavvy.domain.scrubbing import (
    IDENTIFIER,
    MAY_NEED_SCRUBBING,
    is_identifying,
    keyed_user_id,
    scrub_event,
    scrub_properties,
    scrub_text,
)
from swipesavvy.domain.strict_json import load_strict_object

_RAW_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
# Those after `extra` repeat properties, which on unknown types may be any text.
_COLUMNS = ("user_id", "properties", "context", "extra", "segment_id", "delivery_channel", "view_type")
_MAY_NEED = quoted(MAY_NEED_SCRUBBING)
# Contexts take few distinct values, so each is looked at once.
_CONTEXTS = f"""
SELECT context FROM (SELECT context, count(*) AS occurrences FROM staged WHERE rowid >= $1 GROUP BY context)
WHERE CASE WHEN occurrences = 0 THEN false ELSE regexp_matches(context, {_MAY_NEED}) END"""
_SUSPECTS = f"""
SELECT rowid, file_no, event_type, {", ".join(_COLUMNS)} FROM staged
WHERE rowid >= $1 AND (regexp_matches(properties, {_MAY_NEED}) OR regexp_full_match(user_id, {quoted(IDENTIFIER)})
  OR (extra IS NOT NULL AND regexp_matches(extra, {_MAY_NEED})) OR list_contains($2::VARCHAR[], context))"""
_SUSPECT_LINES = f"SELECT rowid, landing_file, raw FROM refused WHERE rowid >= $1 AND regexp_matches(raw, {_MAY_NEED})"


class PersonalData:
    """Scrubs the rows of the tables `staged` and `refused` that were added last, and counts lines by landing file.

    `key` gives the secret that turns identifying user ids into pseudonyms; it is asked for when it is first needed.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: Callable[[], bytes]) -> None:
        self._connection = connection
        self._key = key
        self.clear()

    def clear(self) -> None:
        """Begin anew: the tables are empty."""
        self.counts: Counter[str] = Counter()
        self._staged = 0
        self._refused = 0

    def take_out(self, names: Sequence[str]) -> None:
        """Scrub what has been added since the last call; `names` names the file numbers."""
        self._scrub_staged(names)
        self._scrub_refused()

    def _scrub_staged(self, names: Sequence[str]) -> None:
        contexts = [context for (context,) in self._rows(_CONTEXTS, self._staged)]
        changed = []
        for row, file_no, event_type, *values in self._rows(_SUSPECTS, self._staged, contexts):
            scrubbed = self._scrub_values(event_type, *values)
            if scrubbed != tuple(values):
                self.counts[names[file_no]] += 1
                changed.append((row, *scrubbed))
        self._replace("staged", _COLUMNS, changed)
        self._staged = self._next_row("staged")

    def _scrub_values(
        self, event_type: str, user_id: str, properties: str, context: str, extra: str | None, *texts: str | None
    ) -> tuple[str | None, ...]:
        key = self._key
        return (
            keyed_user_id(user_id, key()) if is_identifying(user_id) else user_id,
            self._scrub_properties(event_type, properties),
            _scrub_document(context),
            None if extra is None else _scrub_document(extra),
            *(None if text is None else scrub_text(text)[0] for text in texts),
        )

    def _scrub_properties(self, event_type: str, text: str) -> str:
        before = load_strict_object(text)
        if before is None:
            return scrub_text(text)[0]
        event = {"event_type": event_type, "properties": before}
        after = scrub_event(event, self._key() if _is_keyed(before) else b"")[0]
        return _rewritten(text, before, after["properties"])

    def _scrub_refused(self) -> None:
        changed = []
        for row, name, raw in self._rows(_SUSPECT_LINES, self._refused):
            scrubbed = self.scrub_line(raw)
            if scrubbed != raw:
                self.counts[name] += 1
                changed.append((row, scrubbed))
        self._replace("refused", ("raw",), changed)
        self._refused = self._next_row("refused")

    def scrub_line(self, raw: str) -> str:
        """A line as it landed without the personal data in it, to be judged like the line itself.

        Fields whose name says nothing are scrubbed as text; of a line that is no JSON object everything is.
        """
        event = load_strict_object(raw)
        if event is None:
            return scrub_text(raw)[0]
        needs_key = _is_keyed(event) or _is_keyed(event.get("properties"))
        after = scrub_event(event, self._key() if needs_key else b"")[0]
        others = {name: value for name, value in after.items() if name != "properties"}
        return _rewritten(raw, event, {**after, **scrub_properties(others, "")[0]})

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, list(values)).fetchall()

    def _next_row(self, table: str) -> int:
        return int(self._rows(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}")[0][0])

    def _replace(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        fields = [("place", pa.int64()), *((f"new_{name}", pa.string()) for name in columns)]
        parts = [pa.array(part, kind) for part, (_, kind) in zip(zip(*rows, strict=True), fields, strict=True)]
        self._connection.register("scrubbed_rows", pa.Table.from_arrays(parts, [name for name, _ in fields]))
        values = ", ".join(f"{name} = new_{name}" for name in columns)
        self._connection.execute(f"UPDATE {table} SET {values} FROM scrubbed_rows s WHERE {table}.rowid = s.place")
        self._connection.unregister("scrubbed_rows")


def _is_keyed(values: object) -> bool:
    """Whether an object names a user by an address or a number."""
    user_id = values.get("user_id") if isinstance(values, Mapping) else None
    return isinstance(user_id, str) and is_identifying(user_id)


def _scrub_document(text: str) -> str:
    before = load_strict_object(text)
    if before is None:  # a number has more digits than Python converts
        return scrub_text(text)[0]
    return _rewritten(text, before, scrub_properties(before, "")[0])


def _rewritten(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The JSON object `text` with the members that differ between its values before and after.

    The others stay as they are written: no number changes its digits.
    """
    changed = {name: value for name, value in after.items() if value is not before[name] and value != before[name]}
    if not changed:
        return text
    parts = _RAW_PARTS.decode(text)
    for name, value in changed.items():
        parts[name] = msgspec.Raw(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    return msgspec.json.encode(parts).decode()
