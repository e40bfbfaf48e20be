"""A small import from text to landed rows, for tests of single features."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from swipesavvy.adapters.importing.ports import import_ports
from swipesavvy.application.importing import ImportReport, import_file
from swipesavvy.domain.home import Home

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Landed:
    """What an import left in its home."""

    home: Home
    report: ImportReport

    def rows(self, folder: str) -> Rows:
        """Landed objects of a folder, in file and line order."""
        files = sorted((self.home.landing / folder).glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    @property
    def events(self) -> Rows:
        """Landed events."""
        return self.rows("events")

    @property
    def problems(self) -> list[tuple[int, str | None, str]]:
        """(line, column, reason) of rows left out."""
        file = self.report.problems_file
        found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file else []
        return [(row["line"], row["column"], row["reason"]) for row in found]


Importer = Callable[..., Landed]


@pytest.fixture
def land(home: Home, tmp_path: Path) -> Importer:
    """Import `data` (text, bytes or a written file) by the text of a mapping."""

    def run(mapping: str, data: str | bytes | Path, name: str = "data.csv", **options: Any) -> Landed:
        mapping_path = tmp_path / "map.yaml"
        mapping_path.write_text(dedent(mapping), encoding="utf-8")
        source = data if isinstance(data, Path) else tmp_path / name
        if isinstance(data, str):
            source.write_bytes(dedent(data).lstrip("\n").encode())
        elif isinstance(data, bytes):
            source.write_bytes(data)
        report = import_file(source, mapping_path, import_ports(home), lambda *_: None, **options)
        return Landed(home, report)

    return run


@pytest.fixture
def evaluate(land: Importer) -> Callable[..., list[Any]]:
    """A function from a value of the language and a CSV to the value in each row (None where it is null)."""

    def values(value: str, data: str, head: str = "", target: str = "x") -> list[Any]:
        mapping = f"""
name: trial
{head}
events:
  - type: offer_landed
    timestamp: 2024-01-01T00:00:00Z
    user_id: someone
    properties:
      {target}: {value}
"""
        return [event["properties"][target] for event in land(mapping, data).events]

    return values
