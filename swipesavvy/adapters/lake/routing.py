"""The event contract compiled to vectorised SQL: every line gets its values, or the first reason that refuses it.

Belongs here: translation of `domain.events` into DuckDB expressions; no rule is invented here. DuckDB's parser knows
the JSON grammar but also takes NaN, trailing commas and NUL escapes and does not mind repeated keys: suspicious lines
are looked at again by `domain.strict_json`. Not here: running the statements (`staging`).
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
from duckdb.func import FunctionNullHandling

from swipesavvy.domain import events
from swipesavvy.domain.event_contract import Actor, Kind, Property, Reason
from swipesavvy.domain.identifiers import SEGMENT_OF_UUID, SYSTEM_USER
from swipesavvy.domain.instants import parse_instant
from swipesavvy.domain.strict_json import is_strict_object

# What DuckDB's parser takes although it is not JSON. A trailing comma shows only in the line as it landed; constants
# and nesting also in the parts, which the parser writes back without spaces.
_TRAILING_COMMA = r",\s*[}\]]"
_CONSTANT_OR_NESTED = r"[:,\[](\{|-?[nNiI][aAnN])|[,\[]\["
_DAY = r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_ZONE = r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_COMMON_INSTANT = f"{_DAY}T{_TIME}{_ZONE}"

# Properties with a column of their own in the lake, and how their value is read.
COLUMNS: dict[str, Kind] = {
    "campaign_id": Kind.UUID,
    "creative_id": Kind.UUID,
    "order_id": Kind.UUID,
    "segment_id": Kind.SEGMENT,
    "delivery_channel": Kind.TEXT,
    "view_type": Kind.TEXT,
    "is_holdout": Kind.FLAG,
    "order_value": Kind.NUMBER,
    "amount": Kind.NUMBER,
}
# Looking for more names in every event costs more than looking at every value.
_MOST_SOUGHT = 8
_OBJECT_PROPERTIES = "CASE WHEN starts_with(properties, '{') THEN properties END"
HISTORY_FILES = "history_files"
"""Name of the DuckDB variable that lists the numbers of files no line of which is too old; an INTEGER[]."""
MALFORMED = "malformed = true, type_key = NULL, kind = NULL"
"""Assignments that turn an envelope into a malformed one."""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the exact readers that the fast expressions fall back on, and the known types."""
    connection.execute(f"CREATE TYPE known_type AS ENUM ({', '.join(quoted(name) for name in events.EVENT_TYPES)})")
    # Long lists of words would become joins that copy whole rows.
    connection.execute("SET disabled_optimizers = 'in_clause'")
    connection.create_function("strict_object", is_strict_object, ["VARCHAR"], "BOOLEAN")
    connection.create_function("strict_member", _is_strict_member, ["VARCHAR"], "BOOLEAN")
    connection.create_function(
        "exact_instant",
        _naive_instant,
        ["VARCHAR"],
        "TIMESTAMP",
        null_handling=FunctionNullHandling.SPECIAL,
    )
    connection.execute(f"SET VARIABLE {HISTORY_FILES} = []::INTEGER[]")
    connection.create_function("is_instant", _is_instant, ["VARCHAR"], "BOOLEAN")


def _is_strict_member(text: str) -> bool:
    """The strict grammar for an object one level down, as properties and context are: depth counts from the event."""
    return is_strict_object(f'{{"member":{text}}}')


def _naive_instant(text: str | None) -> datetime | None:
    found = None if text is None else parse_instant(text)
    return None if found is None else found.replace(tzinfo=None)


def _is_instant(text: str) -> bool:
    return parse_instant(text, assume_utc=True) is not None


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def literal(moment: datetime) -> str:
    """A SQL literal of an aware instant, in UTC."""
    return f"TIMESTAMP '{moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"


def _struct(is_json: dict[str, bool]) -> str:
    """The shape `from_json` reads: JSON fields keep their type visible, the others are plain text."""
    return "{" + ", ".join(f'"{name}": "{"JSON" if json else "VARCHAR"}"' for name, json in is_json.items()) + "}"


def _repeats_key(keys: str, present: str) -> str:
    """Whether an object repeats a key; the exact test runs only where the known keys do not account for all."""
    return f"CASE WHEN len({keys}) = {present} THEN false ELSE len(list_distinct({keys})) <> len({keys}) END"


def _present(values: list[str]) -> str:
    return " + ".join(f"({value} IS NOT NULL)::INTEGER" for value in values)


def _instant(text: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({text}, {quoted(_COMMON_INSTANT)}) "
        f"THEN CASE WHEN ends_with({text}, 'Z') THEN try_cast({text} AS TIMESTAMP) "
        f"ELSE try_cast({text} AS TIMESTAMPTZ)::TIMESTAMP END ELSE exact_instant({text}) END"
    )


def _unquoted(value: str) -> str:
    """The text of a JSON string."""
    return f"CASE WHEN contains({value}, '\\') THEN json_extract_string({value}, '$') ELSE {value}[2:-2] END"


def envelope_sql() -> str:
    """Statement that reads the envelopes of the view `lines` into the table `envelopes`.

    `malformed` rows carry no values; `kind` is the known type that decides which rules follow.
    """
    fields = list(events.ENVELOPE)
    struct = _struct({name: name not in ("timestamp", "source", "received_at") for name in fields})
    values = [f"e.{name}" for name in fields]
    texts = [f"e.{name}::VARCHAR AS {name}" for name in fields]
    strip = "{" + ", ".join(f'"{name}": null' for name in fields) + "}"
    return f"""
CREATE OR REPLACE TEMP TABLE envelopes AS
WITH valid AS (
  SELECT file_no, line_no, line, CASE
    WHEN NOT json_valid(line) THEN NULL
    WHEN contains(line, '\\u') OR NOT starts_with(line, '{{') OR regexp_matches(line, {quoted(_TRAILING_COMMA)})
    THEN CASE WHEN strict_object(line) THEN line END
    ELSE line END AS object
  FROM lines
), parsed AS (
  SELECT file_no, line_no, line, object IS NULL AS is_refused, json_keys(object) AS keys,
    from_json(object, {quoted(struct)}) AS e
  FROM valid
), fields AS (
  SELECT file_no, line_no, line, is_refused, keys, {", ".join(texts)}, {_present(values)} AS present FROM parsed
), judged AS (
  SELECT *, CASE WHEN len(keys) > present
      AND len(list_filter(keys, lambda k: NOT list_contains({fields}, k))) > 0
    THEN json_merge_patch(line, {quoted(strip)})::VARCHAR END AS extra
  FROM fields
)
SELECT file_no, line_no,
  coalesce(is_refused OR {_repeats_key("keys", "present")}
    OR CASE WHEN extra IS NOT NULL THEN NOT strict_object(line) ELSE false END, false) AS malformed,
  CASE WHEN NOT malformed AND starts_with(event_type, '"') THEN {_unquoted("event_type")} END AS type_key,
  try_cast(type_key AS known_type) AS kind,
  CASE WHEN strlen(event_id) = 38 THEN try_cast(substring(event_id, 2, 36) AS UUID) END AS event_uid,
  event_id, CASE WHEN starts_with(user_id, '"') THEN {_unquoted("user_id")} END AS user_id,
  CASE WHEN starts_with(session_id, '"') THEN {_unquoted("session_id")} END AS session_id,
  session_id IS NOT NULL AND NOT starts_with(session_id, '"') AS bad_session,
  source, {_instant("timestamp")} AS event_at, {_instant("received_at")} AS received_at,
  received_at IS NOT NULL AS is_received, properties, context, extra
FROM judged"""


def signatures_sql() -> str:
    """Statement for the table `signatures`: which keys occur together in the properties of which type.

    Events take few distinct forms, so what is asked of key names is asked once per form instead of once per event.
    """
    return f"""
CREATE OR REPLACE TEMP TABLE signatures AS
SELECT DISTINCT kind, json_keys({_OBJECT_PROPERTIES}) AS keys FROM envelopes"""


def observed_names_sql() -> str:
    """Query for (known type or NULL, name) pairs; names that are no plain words count as one, the empty name."""
    return """
SELECT DISTINCT kind::VARCHAR, CASE WHEN regexp_full_match(name, '[A-Za-z0-9_]{1,60}') THEN name ELSE '' END
FROM (SELECT kind, unnest(keys) AS name FROM signatures)"""


def repeated_properties_sql() -> str:
    """Query for the key lists that name a key twice."""
    return "SELECT keys FROM signatures WHERE len(list_distinct(keys)) <> len(keys)"


def mark_repeated_properties_sql() -> str:
    """Statement that marks the envelopes whose properties have one of the key lists $1."""
    return f"UPDATE envelopes SET {MALFORMED} WHERE list_contains($1::VARCHAR[][], json_keys({_OBJECT_PROPERTIES}))"


def broken_contexts_sql() -> str:
    """Query for contexts the strict grammar refuses: they take few distinct values, so each is looked at once."""
    return f"""
WITH forms AS (SELECT context, count(*) AS occurrences FROM envelopes WHERE starts_with(context, '{{') GROUP BY context)
SELECT context FROM forms
-- Naming the count keeps the optimiser from asking every event instead of every form.
WHERE CASE WHEN occurrences = 0 THEN false
  WHEN regexp_matches(context, {quoted(_CONSTANT_OR_NESTED)}) THEN NOT strict_member(context)
  ELSE len(list_distinct(json_keys(context))) <> len(json_keys(context)) END"""


def _number(value: str) -> str:
    # JSON numbers, and nothing else in JSON, begin with a minus or a digit.
    return f"CASE WHEN {value} >= '-' AND {value} < ':' THEN try_cast({value} AS DOUBLE) END"


def _uuid(value: str) -> str:
    return f"CASE WHEN strlen({value}) = 38 THEN try_cast(substring({value}, 2, 36) AS UUID) END"


def _is_not_uuid(name: str) -> str:
    # DuckDB's cast also takes odd hyphens; only the canonical form comes back as it went in.
    return f"('\"' || u_{name}::VARCHAR || '\"') IS DISTINCT FROM lower(v_{name})"


def _is_none_of(value: str, words: Iterable[str]) -> str:
    return f"{value} NOT IN ({', '.join(quoted(json.dumps(word)) for word in words)})"


_NUMERIC = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.SCORE)


def _is_wrong(prop: Property) -> str:
    """Whether a present value breaks its declaration, bounds with a reason of their own left out."""
    value = f"v_{prop.name}"
    if prop.kind in _NUMERIC:
        return _is_wrong_number(prop)
    if prop.kind is Kind.INSTANT:
        common = f'"{_DAY}T{_TIME}{_ZONE}?"'
        return (
            f"CASE WHEN regexp_full_match({value}, {quoted(common)}) "
            f"THEN try_cast(substring({value}, 2, 10) AS DATE) IS NULL "
            f"WHEN starts_with({value}, '\"') THEN NOT is_instant({value}[2:-2]) ELSE true END"
        )
    if prop.kind is Kind.DOCUMENT:
        return _is_wrong_document(prop)
    return {
        Kind.UUID: _is_not_uuid(prop.name),
        Kind.SEGMENT: f"({_is_not_uuid(prop.name)} AND {_is_none_of(value, SEGMENT_OF_UUID.values())})",
        Kind.TEXT: f"NOT starts_with({value}, '\"')",
        Kind.CHOICE: _is_none_of(value, prop.choices),
        Kind.FLAG: f"{value} NOT IN ('true', 'false')",
        Kind.TEXT_OR_NUMBER: f"NOT (starts_with({value}, '\"') OR coalesce(isfinite({_number(value)}), false))",
    }[prop.kind]


def _is_wrong_number(prop: Property) -> str:
    value = f"n_{prop.name}"
    tests = [f"{value} IS NULL", f"NOT isfinite({value})"]
    if prop.kind is Kind.INTEGER:
        tests.append(f"{value} <> floor({value})")
    if prop.kind in (Kind.INTEGER, Kind.NUMBER):
        tests.extend([f"{value} < {prop.minimum}"] if prop.minimum is not None else [])
        tests.extend([f"{value} > {prop.maximum}"] if prop.maximum is not None else [])
    return _any(tests)


def _is_wrong_document(prop: Property) -> str:
    if not prop.members:
        return "false"
    tests = [f"NOT starts_with(v_{prop.name}, '{{')"]
    for member in prop.members:
        value = _member(prop, member)
        tests.append(f"({value} IS NOT NULL AND {value} <> 'null' AND NOT coalesce(isfinite({_number(value)}), false))")
    return _any(tests)


def _member(prop: Property, member: Property) -> str:
    return f"json_extract(v_{prop.name}, '$.{member.name}')::VARCHAR"


def _any(tests: Iterable[str]) -> str:
    return "(" + (" OR ".join(tests) or "false") + ")"


class _Rules:
    """The declarations that matter to the events at hand: per property name, each declaration and its types."""

    def __init__(self, observed: dict[str | None, set[str]]) -> None:
        self.types = [name for name in observed if name is not None]
        self.declared: dict[str, dict[Property, list[str]]] = {}
        self.required: dict[str, list[str]] = {}
        for name in self.types:
            for prop in events.properties_of(events.EVENT_TYPES[name]):
                if prop.required:
                    self.required.setdefault(prop.name, []).append(name)
                if prop.required or prop.name in observed[name]:
                    self.declared.setdefault(prop.name, {}).setdefault(replace(prop, required=False), []).append(name)
        seen = {name for names in observed.values() for name in names}
        self.names = [*self.declared, *(name for name in COLUMNS if name in seen and name not in self.declared)]
        self._documents = [name for name in self.declared if self.has_kind(name, Kind.DOCUMENT)]
        self._foreign = {name: observed[name] - _own_names(name) for name in self.types}
        self._is_opaque_elsewhere = bool(observed.get(None))

    def has_kind(self, name: str, *kinds: Kind) -> bool:
        """Whether the name is of one of these kinds somewhere: declared, or as a column of the lake."""
        return COLUMNS.get(name) in kinds or any(prop.kind in kinds for prop in self.declared.get(name, {}))

    def among(self, types: list[str]) -> str:
        """Condition that an event is of one of these types."""
        if len(types) == len(self.types):
            return "kind IS NOT NULL"
        return f"kind IN ({', '.join(quoted(name) for name in types)})"

    def wrong(self) -> dict[str, str]:
        """Per name: its declaration is broken, or it is required and absent."""
        tests = {}
        for name, found in self.declared.items():
            branches = " ".join(f"WHEN {self.among(types)} THEN {_is_wrong(prop)}" for prop, types in found.items())
            absent = self.among(self.required[name]) if name in self.required else "false"
            tests[name] = f"CASE WHEN v_{name} IS NULL THEN {absent} {branches} ELSE false END"
        return tests

    def out_of_bounds(self, kind: Kind, test: str) -> dict[str, str]:
        """Per name (or document member) of a kind: its number meets `test`."""
        tests = {}
        for name, found in self.declared.items():
            for prop, types in found.items():
                if prop.kind is kind:
                    tests[name] = f"({self.among(types)} AND n_{name} {test})"
                for member in prop.members:
                    if member.kind is kind:
                        number = _number(_member(prop, member))
                        tests[f"{name}.{member.name}"] = f"({self.among(types)} AND {number} {test})"
        return tests

    def hides_errors(self) -> str:
        """Whether a value nobody looks into holds what the strict grammar refuses."""
        return (
            f"CASE WHEN {_any(self._clues())} THEN CASE WHEN regexp_matches(properties, {quoted(_CONSTANT_OR_NESTED)}) "
            "THEN NOT strict_member(properties) ELSE false END ELSE false END"
        )

    def _clues(self) -> list[str]:
        """Conditions one of which every event meets that has such a value: a document, or what its type lacks."""
        clues = [f"v_{name} IS NOT NULL" for name in self._documents]
        clues += ["kind IS NULL"] if self._is_opaque_elsewhere else []
        names = sorted(set().union(*self._foreign.values()))
        if "" in names or len(names) > _MOST_SOUGHT:
            return [*clues, self.among([name for name, foreign in self._foreign.items() if foreign])]
        # Properties are written back by the parser: without spaces, and plain names without escapes.
        return [*clues, *(f"contains(properties, {quoted(json.dumps(name) + ':')})" for name in names)]


def _own_names(event_type: str) -> set[str]:
    return {prop.name for prop in events.properties_of(events.EVENT_TYPES[event_type])}


def _envelope_reasons(now: datetime) -> tuple[str, str, str]:
    """WHEN branches that come before the ids of the properties, then between ids and values, and what is left."""
    skew, oldest = _interval(events.MAX_CLOCK_SKEW.total_seconds()), _interval(events.TOO_OLD_AFTER.total_seconds())
    sources = ", ".join(quoted(source) for source in events.SOURCES)
    first = f"""
    WHEN malformed THEN '{Reason.MALFORMED_JSON}'
    WHEN event_id IS NULL OR event_id = '""' OR NOT starts_with(event_id, '"') OR coalesce(type_key, '') = ''
      OR coalesce(user_id, '') = '' THEN '{Reason.MISSING_ID}'
    WHEN ('"' || event_uid::VARCHAR || '"') IS DISTINCT FROM lower(event_id) THEN '{Reason.BAD_UUID}'"""
    second = f"""
    WHEN event_at IS NULL OR (is_received AND received_at IS NULL) THEN '{Reason.BAD_TIMESTAMP}'
    WHEN event_at > coalesce(received_at, {literal(now)}) + {skew} THEN '{Reason.FUTURE_TIMESTAMP}'
    WHEN event_at < received_at - {oldest} AND NOT list_contains(getvariable('{HISTORY_FILES}'), file_no)
    THEN '{Reason.TOO_OLD}'
    WHEN coalesce(source NOT IN ({sources}), true) THEN '{Reason.BAD_SOURCE}'"""
    last = (
        "bad_session OR NOT starts_with(coalesce(properties, '{'), '{') OR NOT starts_with(coalesce(context, '{'), '{')"
    )
    return first, second, last


def _interval(seconds: float) -> str:
    return f"to_seconds({seconds:.0f})"


def typed_sql(observed: dict[str | None, set[str]], now: datetime) -> str:
    """Query that turns the envelopes into typed rows with `reason` and `detail`.

    `observed` are the property names that occur per known type, under None those of all unknown ones ("" stands for
    names that are no plain words): others are not looked for. Unknown types are held to the envelope only;
    columns are filled where values have the type.
    """
    rules = _Rules(observed)
    wrong = rules.wrong()
    amounts, scores = rules.out_of_bounds(Kind.MONEY, "< 0"), rules.out_of_bounds(Kind.SCORE, "NOT BETWEEN 0 AND 1")
    faults = [*((name, f"w_{name}") for name in wrong), *amounts.items(), *scores.items()]
    details = ", ".join(f"CASE WHEN {test} THEN {quoted(name)} END" for name, test in faults)
    bad_ids = (f"(v_{name} IS NOT NULL AND w_{name})" for name in events.IDENTIFIERS if name in wrong)
    casts = [f"{_uuid(f'v_{n}')} AS u_{n}" for n in rules.names if rules.has_kind(n, Kind.UUID, Kind.SEGMENT)]
    casts += [f"{_number(f'v_{n}')} AS n_{n}" for n in rules.names if rules.has_kind(n, *_NUMERIC)]
    struct = _struct(dict.fromkeys(rules.names, True) or {"none": True})
    first, second, last = _envelope_reasons(now)
    return f"""
WITH parsed AS (SELECT *, from_json({_OBJECT_PROPERTIES}, {quoted(struct)}) AS p FROM envelopes),
texts AS (SELECT *{"".join(f", p.{name}::VARCHAR AS v_{name}" for name in rules.names)} FROM parsed),
cast_values AS (SELECT *{"".join(f", {cast}" for cast in casts)} FROM texts),
tested AS (SELECT *{"".join(f", {test} AS w_{name}" for name, test in wrong.items())} FROM cast_values),
judged AS (
  SELECT *, CASE WHEN {rules.hides_errors()} THEN '{Reason.MALFORMED_JSON}' {first}
    WHEN {_any(bad_ids)} THEN '{Reason.BAD_UUID}' {second}
    WHEN {_any(amounts.values())} THEN '{Reason.NEGATIVE_AMOUNT}'
    WHEN {_any(scores.values())} THEN '{Reason.SCORE_OUT_OF_RANGE}'
    WHEN {last} OR {_any(f"w_{name}" for name in wrong)} THEN '{Reason.BAD_PROPERTY}'
    END AS reason
  FROM tested
)
SELECT file_no, line_no, reason,
  CASE WHEN reason IS NOT NULL THEN nullif(concat_ws(', ', {details or "NULL"}), '') END AS detail,
  event_uid, type_key AS event_type, event_at, received_at, event_at::DATE AS event_date, user_id, session_id, source,
  {_actor()} AS actor_type, kind IS NOT NULL AS is_known_type,
  coalesce(event_at < received_at - {_interval(events.LATE_AFTER.total_seconds())}, false) AS is_late,
  coalesce(event_at > received_at, false) AS is_clock_skewed,
  {", ".join(f"{_column(name) if name in rules.names else 'NULL'} AS {name}" for name in COLUMNS)},
  coalesce(properties, '{{}}')::VARCHAR AS properties, coalesce(context, '{{}}')::VARCHAR AS context, extra
FROM judged"""


def _actor() -> str:
    """The rule of `events.actor_of`."""
    by_actor = {
        actor: ", ".join(quoted(name) for name, declared in events.EVENT_TYPES.items() if declared.actor is actor)
        for actor in (Actor.STAFF, Actor.SYSTEM)
    }
    return (
        f"CASE WHEN user_id = {quoted(SYSTEM_USER)} OR kind IN ({by_actor[Actor.SYSTEM]}) THEN '{Actor.SYSTEM}' "
        f"WHEN kind IN ({by_actor[Actor.STAFF]}) OR (kind IS NULL AND source = {quoted(events.STAFF_SOURCE)}) "
        f"THEN '{Actor.STAFF}' ELSE '{Actor.CUSTOMER}' END"
    )


def _column(name: str) -> str:
    """The value of a lake column, NULL where it does not have the column's type."""
    value = f"v_{name}"
    if COLUMNS[name] is Kind.UUID:
        return f"u_{name}"
    if COLUMNS[name] is Kind.NUMBER:
        return f"n_{name}"
    if COLUMNS[name] is Kind.FLAG:
        return f"CASE {value} WHEN 'true' THEN true WHEN 'false' THEN false END"
    text = f"CASE WHEN starts_with({value}, '\"') THEN {_unquoted(value)} END"
    if COLUMNS[name] is Kind.SEGMENT:
        branches = " ".join(f"WHEN {quoted(uid)} THEN {quoted(code)}" for uid, code in SEGMENT_OF_UUID.items())
        return f"CASE WHEN {value} IS NOT NULL THEN CASE u_{name}::VARCHAR {branches} ELSE {text} END END"
    return text
