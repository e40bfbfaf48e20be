"""docs/requirements.csv is true: known statuses, unique ids, and every `done` row names a test that exists."""

import ast
import csv

import pytest
from rooms import ROOT

STATUSES = {"done", "partial", "todo", "not_applicable"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs/requirements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def missing_test(reference: str) -> str | None:
    """Why a `path::name` reference does not hold, or nothing."""
    path, _, name = reference.partition("::")
    file = ROOT / path
    if not file.is_file():
        return f"{path} does not exist"
    if file.suffix == ".py":
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        if name not in names:
            return f"{path} has no {name}"
    elif name and name not in file.read_text(encoding="utf-8"):
        return f"{path} does not mention {name}"
    return None


def test_ids_are_unique_and_statuses_known() -> None:
    found = rows()
    ids = [row["id"] for row in found]
    assert len(ids) == len(set(ids))
    assert {row["status"] for row in found} <= STATUSES
    assert all(row["title"] and row["where"] for row in found)


def test_every_done_row_names_a_test_that_exists() -> None:
    wrong = []
    for row in rows():
        if row["status"] == "done":
            references = [part.strip() for part in row["test"].split(";") if part.strip()]
            wrong += [f"{row['id']}: {problem}" for part in references if (problem := missing_test(part))]
            if not references:
                wrong.append(f"{row['id']}: no test named")
    assert not wrong


@pytest.mark.parametrize("reference", ["tests/nowhere.py::test_x", "tests/architecture/test_purity.py::test_nothing"])
def test_a_wrong_reference_is_found(reference: str) -> None:
    assert missing_test(reference)
