"""Which outside packages each room may use, exhaustively; import-linter holds the rules between our own rooms."""

import sys
from pathlib import Path

import pytest
from rooms import PACKAGES, ROOT, files, imports, product_files

NUMERICAL = {"numpy", "scipy", "statsmodels"}
ALLOWED = {
    "swipesavvy/domain": NUMERICAL | {"pydantic"},
    "swipesavvy/ml": NUMERICAL | {"pandas", "polars", "sklearn", "prophet", "statsforecast"},
    "swipesavvy/application": NUMERICAL | {"pydantic"},
    "swipesavvy/client": set(),
    "swipesavvy/simulation": {"numpy", "polars"},
    "swipesavvy/api": {"fastapi", "starlette", "msgspec", "pydantic", "uvicorn"},
    "streamlit_app": {"streamlit", "pandas", "starlette", "uvicorn"},
}
FORBIDDEN = {
    "swipesavvy/adapters": {"dagster", "dagster_dbt", "streamlit"},
    "swipesavvy/commands": {"streamlit"},
    "dagster_project": {"streamlit"},
}


def room_of(path: Path, rooms: list[str]) -> str | None:
    name = path.relative_to(ROOT).as_posix()
    return next((room for room in rooms if name.startswith(f"{room}/")), None)


def outside(path: Path) -> set[str]:
    tops = {name.split(".")[0] for name in imports(path)}
    return tops - set(sys.stdlib_module_names) - set(PACKAGES)


def test_each_room_uses_only_its_packages() -> None:
    wrong = []
    for path in product_files():
        room = room_of(path, list(ALLOWED))
        if room is not None:
            wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in outside(path) - ALLOWED[room]]
    assert not wrong


def test_frameworks_stay_out_of_the_rooms_that_must_not_know_them() -> None:
    wrong = []
    for path in product_files():
        room = room_of(path, list(FORBIDDEN))
        if room is not None:
            wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in outside(path) & FORBIDDEN[room]]
    assert not wrong


def test_only_the_composition_modules_join_a_surface_to_the_adapters() -> None:
    wrong = []
    for path in product_files():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("swipesavvy/api/", "streamlit_app/")) and path.name != "composition.py":
            wrong += [
                f"{name} imports {module}" for module in imports(path) if module.startswith("swipesavvy.adapters")
            ]
    assert not wrong


def test_dagster_is_imported_lazily_by_the_command_line() -> None:
    wrong = []
    for path in files("swipesavvy/commands/*.py", "swipesavvy/cli.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        wrong += [f"{path}: {line}" for line in lines if line.startswith(("import dagster", "from dagster"))]
    assert not wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_python_is_a_package(package: str) -> None:
    folders = {path.parent for path in files(f"{package}/**.py")}
    missing = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]
    assert not missing, "import-linter skips a folder without __init__.py silently"
