"""Files as people have them: formats, compression, encodings, and files that are broken as a whole."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from swipesavvy.adapters.importing.sources import open_source
from swipesavvy.application.importing import MappingError
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.mapping.model import SourceOptions

COPY = """
name: copy
events:
  - type: offer_landed
    timestamp: 2024-01-01T00:00:00Z
    user_id: {text: "u{_line}"}
    properties: {x: $x, y: $y}
"""


def values(landed: Any) -> list[tuple[Any, Any]]:
    return [(event["properties"]["x"], event["properties"]["y"]) for event in landed.events]


class TestText:
    def test_a_mark_at_the_start_and_windows_line_ends(self, land: Any) -> None:
        assert values(land(COPY, b"\xef\xbb\xbfx,y\r\n1,2\r\n")) == [("1", "2")]

    def test_gzip_is_known_by_its_bytes(self, land: Any) -> None:
        data = gzip.compress(b"x,y\n1,2\n")
        assert values(land(COPY, data, "data.csv.gz")) == [("1", "2")]
        assert values(land(COPY, data, "named_otherwise.csv")) == [("1", "2")]

    def test_tabs_and_other_separators(self, land: Any) -> None:
        assert values(land(COPY, b"x\ty\n1,5\t2\n", "data.tsv")) == [("1,5", "2")]

    def test_encodings(self, land: Any) -> None:
        mapping = COPY + "source: {encoding: cp1252, separator: ';'}\n"
        assert values(land(mapping, "x;y\nGrüße;€\n".encode("cp1252"))) == [("Grüße", "€")]

    def test_a_row_that_cannot_be_decoded_costs_itself(self, land: Any) -> None:
        landed = land(COPY, b"x,y\n1,\xff\n3,4\n")
        assert values(landed) == [("3", "4")]
        assert landed.problems == [(2, None, "cannot be decoded; set source.encoding")]

    def test_a_file_without_a_header(self, land: Any) -> None:
        assert values(land(COPY + "source: {header: [x, y]}\n", b"1,2\n")) == [("1", "2")]

    def test_words_for_nothing(self, land: Any) -> None:
        landed = land(COPY + "source: {nulls: [NA, '-']}\n", b"x,y\nNA,-\n,0\n")
        assert values(landed) == [(None, None), (None, "0")]

    def test_the_columns_of_a_wrong_separator_are_shown(self, land: Any) -> None:
        with pytest.raises(MappingError) as caught:
            land(COPY, b"x;y\n1;2\n")
        assert "data.csv has no column `x`" in caught.value.lines[0]


class TestJsonLines:
    def test_objects_nested_ones_by_their_path(self, land: Any) -> None:
        mapping = COPY.replace("$y", "$in.y")
        rows = [{"x": "a", "in": {"y": 1.5}}, {"in": {"y": True}}, {"x": None, "in": {"y": [1, "é"]}}]
        data = "\n".join(json.dumps(row) for row in rows)
        assert values(land(mapping, data, "data.jsonl")) == [("a", "1.5"), (None, "true"), (None, '[1, "é"]')]

    def test_broken_lines_cost_themselves(self, land: Any) -> None:
        data = b'{"x": 1, "y": 2}\n\n{"x": \n[1]\n{"x": "\\u0000"}\n{"x": 3}'
        landed = land(COPY, data, "data.ndjson")
        assert values(landed) == [("1", "2"), ("3", None)]
        assert [event["user_id"] for event in landed.events] == ["u1", "u6"]
        assert landed.problems == [
            (3, None, "is not a JSON object"),
            (4, None, "is not a JSON object"),
            (5, None, "holds a NUL character"),
        ]

    def test_types_are_declared_as_for_any_text(self, land: Any) -> None:
        mapping = COPY + "source: {types: {x: number, y: boolean}}\n"
        assert values(land(mapping, b'{"x": 1, "y": true}\n{"x": "2.5"}\n', "a.jsonl")) == [(1.0, True), (2.5, None)]


class TestParquet:
    def test_columns_keep_their_types(self, land: Any, tmp_path: Path) -> None:
        frame = pl.DataFrame(
            {
                "whole": pl.Series([1, None], dtype=pl.UInt8),
                "number": [0.1, float("nan")],
                "money": pl.Series([Decimal("1.10"), None], dtype=pl.Decimal(10, 2)),
                "flag": [True, None],
                "day": [date(2024, 2, 29), None],
                "at": pl.Series([datetime(2024, 1, 1, 12, tzinfo=UTC), None], dtype=pl.Datetime("ns", "Asia/Tokyo")),
                "kind": pl.Series(["a", None], dtype=pl.Categorical),
                "gone": [None, None],
            }
        )
        frame.write_parquet(tmp_path / "data.parquet")
        names = "".join(f"      {name}: ${name}\n" for name in frame.columns)
        mapping = COPY.replace("    properties: {x: $x, y: $y}\n", f"    properties:\n{names}")
        first, second = [event["properties"] for event in land(mapping, tmp_path / "data.parquet").events]
        assert first == {
            "whole": 1,
            "number": 0.1,
            "money": 1.1,
            "flag": True,
            "day": "2024-02-29T00:00:00.000000Z",
            "at": "2024-01-01T12:00:00.000000Z",
            "kind": "a",
            "gone": None,
        }
        assert set(second.values()) == {None}

    def test_times_without_a_zone_take_that_of_the_mapping(self, land: Any, tmp_path: Path) -> None:
        naive = datetime(2024, 7, 1, 8, tzinfo=UTC).replace(tzinfo=None)
        pl.DataFrame({"x": [naive], "y": [date(2024, 7, 1)]}).write_parquet(tmp_path / "a.parquet")
        landed = land(COPY + "source: {zone: Europe/Berlin}\n", tmp_path / "a.parquet")
        assert values(landed) == [("2024-07-01T06:00:00.000000Z", "2024-06-30T22:00:00.000000Z")]

    def test_nested_columns_are_none(self, land: Any, tmp_path: Path) -> None:
        pl.DataFrame({"x": [[1]], "y": [1]}).write_parquet(tmp_path / "a.parquet")
        with pytest.raises(MappingError, match=r"map.yaml:\d+:\d+: a.parquet has no column `x`"):
            land(COPY, tmp_path / "a.parquet")

    def test_rows_are_numbered_across_chunks(self, tmp_path: Path) -> None:
        pl.DataFrame({"x": range(10)}).write_parquet(tmp_path / "a.parquet", row_group_size=4)
        with open_source(tmp_path / "a.parquet", SourceOptions()) as source:
            frames = [chunk.rows for chunk in source.chunks(["x"], 3)]
        assert pl.concat(frames)["_line"].to_list() == list(range(1, 11))
        assert max(frame.height for frame in frames) <= 3


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("data", "name", "says"),
        [
            (b"PAR1 not really", "a.parquet", "cannot read .*a.parquet as parquet"),
            (
                gzip.compress(b"x,y\n" + b"1,2\n" * 9999, mtime=0)[:-20],
                "a.csv.gz",
                "ends in the middle of its compressed data",
            ),
            (b"\x1f\x8b" + b"junk" * 9, "a.csv.gz", "cannot read .*a.csv.gz as csv"),
            (b"x", "a.xlsx", "cannot tell the format of a.xlsx"),
            (b'x,y\n"1,2\n', "a.csv", "a.csv:2: the row cannot be read: unexpected end of data"),
        ],
    )
    def test_get_one_clear_line(self, land: Any, data: bytes, name: str, says: str) -> None:
        with pytest.raises(BadInputError, match=says):
            land(COPY, data, name)

    def test_missing_files(self, land: Any, tmp_path: Path) -> None:
        with pytest.raises(BadInputError, match=r"no file .*nowhere.csv"):
            land(COPY, tmp_path / "nowhere.csv")
        with pytest.raises(BadInputError, match="cannot read"):
            land(COPY, tmp_path)

    def test_a_file_that_changes_while_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(b"x\n" + b"1\n" * 9)
        with open_source(path, SourceOptions()) as source:
            chunks = source.chunks(["x"], 3)
            next(chunks)
            with path.open("ab") as file:
                file.write(b"2\n")
            with pytest.raises(BadInputError, match="changed while it was being read"):
                list(chunks)

    def test_a_file_that_vanishes_while_it_is_read_is_read_to_its_end(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(b"x\n" + b"1\n" * 9)
        with open_source(path, SourceOptions()) as source:
            path.unlink()
            assert sum(chunk.rows.height for chunk in source.chunks(["x"], 3)) == 9
