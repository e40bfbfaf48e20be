"""What holds for any input: ids depend on keys alone, and cutting a file differently changes nothing."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swipesavvy.adapters.importing.compiling import uuid_maker
from swipesavvy.adapters.importing.documents import load_document
from swipesavvy.adapters.importing.engine import MappingProgram
from swipesavvy.adapters.importing.sources import open_source
from swipesavvy.domain.mapping.checking import check_mapping
from swipesavvy.domain.mapping.nodes import Complaints
from swipesavvy.domain.mapping.reading import read_mapping

MAPPING = """
name: shop
source: {types: {value: number}}
row_key: [$who, $basket]
when: who != 'nobody'
events:
  - type: offer_landed
    when: value > 0
    for_each: {twice: [1, 2]}
    timestamp: $at
    user_id: $who
tables:
  - table: users
    columns: {user_id: $who, signup_at: {min: $at}, region: $basket}
  - table: orders
    columns: {order_id: {uuid: order, key: $basket}, order_value: {sum: {expr: abs(value)}}, cogs: {count: $at}}
"""
NAMES = st.sampled_from(["ann", "bob", "cy", "nobody", ""])
VALUES = st.one_of(st.sampled_from(["", "x", "0"]), st.integers(-99999, 99999).map(lambda cents: str(cents / 100)))
ROWS = st.lists(
    st.tuples(
        NAMES, st.sampled_from(["1", "2", "3"]), st.sampled_from(["2024-01-01", "2024-02-30", "2024-03-01"]), VALUES
    ),
    min_size=1,
    max_size=20,
)


def written(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("who", "basket", "at", "value"), *rows])
    return text.getvalue().encode()


def run(path: Path, mapping_path: Path, chunk_rows: int) -> tuple[Any, ...]:
    complaints = Complaints()
    mapping = read_mapping(load_document(mapping_path, complaints), complaints)  # type: ignore[arg-type]
    with open_source(path, mapping.source) as source:
        check_mapping(mapping, source.shape, complaints)
        program = MappingProgram(source, mapping, complaints, chunk_rows)
        assert not complaints.found
        outcomes = list(program.run())
        tables = [(table, line) for table, lines in program.table_lines() for line in lines]
    events = [line for outcome in outcomes for line in outcome.event_lines]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    counts = (
        sum(o.rows for o in outcomes),
        sum(o.dismissed for o in outcomes),
        sum((o.events for o in outcomes), Counter()),
    )
    return events, tables, problems, counts, program.repeated_keys()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.integers(1, 7))
def test_cutting_a_file_differently_changes_nothing(tmp_path: Path, rows: list[tuple[str, ...]], chunk: int) -> None:
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "data.csv").write_bytes(written(rows))
    whole = run(tmp_path / "data.csv", tmp_path / "map.yaml", 10_000)
    assert run(tmp_path / "data.csv", tmp_path / "map.yaml", chunk) == whole
    events, _, problems, (total, dismissed, _), _ = whole
    skipped = {problem.line for problem in problems}
    users = {json.loads(line)["user_id"] for line in events}
    assert "nobody" not in users
    assert total == len(rows)
    assert dismissed + len(skipped) <= total


@given(st.text(max_size=20), st.lists(st.text(max_size=20) | st.none(), max_size=20))
def test_ids_are_those_of_the_standard_library(namespace: str, names: list[str | None]) -> None:
    start = namespace.replace("%", "%25").replace(":", "%3A")
    expected = [
        None if name is None else str(uuid5(NAMESPACE_URL, f"swipesavvy:import:{start}:{name}")) for name in names
    ]
    assert uuid_maker(namespace)(pl.Series(names, dtype=pl.String)).to_list() == expected
