"""Only settings read the environment; rules never look at the clock; no room is called utils; charters stand on top."""

import ast

from rooms import ROOT, files, product_files

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
PURE = ("swipesavvy/domain/", "swipesavvy/application/", "swipesavvy/ml/", "swipesavvy/simulation/")


def attribute_pairs(tree: ast.AST) -> set[tuple[str, str]]:
    return {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_only_settings_read_the_environment() -> None:
    wrong = []
    for path in product_files():
        name = path.relative_to(ROOT).as_posix()
        if name == "swipesavvy/settings.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            reads = isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.environ.get", "os.getenv"}
            subscript = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
            if reads or (subscript and ast.unparse(node.value) == "os.environ"):
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong


def test_rules_are_given_the_time() -> None:
    wrong = []
    for path in product_files():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(PURE):
            found = attribute_pairs(ast.parse(path.read_text(encoding="utf-8"))) & CLOCKS
            wrong += [f"{name} calls {'.'.join(pair)}" for pair in found]
    assert not wrong


def test_every_module_opens_with_its_charter() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in product_files()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not wrong


def test_no_room_is_called_utils() -> None:
    banned = {"utils", "util", "helpers", "misc", "common"}
    wrong = [
        str(path.relative_to(ROOT)) for path in files("*.py", "**/*.py") if banned & set(path.with_suffix("").parts)
    ]
    assert not wrong


def test_setuptools_lists_every_package() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in product_files()}
    assert found == listed
