"""The tree as the architecture tests see it: tracked files of each kind and what a Python file imports."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("swipesavvy", "dagster_project", "streamlit_app")


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Tracked and new files matching git path patterns, without the ignored ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return tuple(sorted(ROOT / name for name in set(listed) if (ROOT / name).is_file()))


def product_files() -> tuple[Path, ...]:
    """Python files of the product's packages."""
    return files(*(f"{package}/**.py" for package in PACKAGES))


def imports(path: Path) -> Iterator[str]:
    """Full dotted names a file imports, wherever in the file the statement stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
