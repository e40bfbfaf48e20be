"""Rooms stay small: 500 lines a file, 60 a function, 150 a page, 150 a SQL model."""

import ast
from pathlib import Path

import pytest
from rooms import ROOT, files


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths: tuple[Path, ...], limit: int) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {lines(path)} lines" for path in paths if lines(path) > limit]


@pytest.mark.parametrize(
    ("patterns", "limit"),
    [
        (("*.py", "**/*.py"), 500),
        (("streamlit_app/app_pages/*.py",), 150),
        (("dbt_project/**/*.sql",), 150),
    ],
)
def test_no_file_is_longer_than_its_limit(patterns: tuple[str, ...], limit: int) -> None:
    found = files(*patterns)
    assert found, f"nothing matches {patterns}"
    assert not too_long(found, limit)


def test_no_function_is_longer_than_60_lines() -> None:
    long = []
    for path in files("*.py", "**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines")
    assert not long


def test_the_size_check_can_fail(tmp_path: Path) -> None:
    path = ROOT / "Makefile"
    assert too_long((path,), 3) == [f"Makefile: {lines(path)} lines"]
