"""Files are whole or absent."""

import json
from pathlib import Path

import pytest

from swipesavvy.adapters.durable import replacing, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.json"
    write_json(path, {"n": 1})

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert json.loads(path.read_text(encoding="utf-8")) == {"n": 1}
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]
