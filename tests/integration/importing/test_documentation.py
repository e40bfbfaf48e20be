"""What docs/importing.md shows is what happens."""

import re
from pathlib import Path

import pytest

from swipesavvy.adapters.importing.ports import import_ports
from swipesavvy.application.importing import MappingError, import_file
from swipesavvy.domain.home import Home
from swipesavvy.domain.mapping.model import Operator, Unit
from swipesavvy.domain.mapping.reading import EVENT_KEYS, SOURCE_KEYS, TABLE_KEYS, TOP_KEYS
from swipesavvy.domain.mapping.values import FORMS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path) -> tuple[Path, Path]:
    """The file and the mapping of the worked example."""
    rows = re.findall(r"^    (customer,.*|C-\d.*)$", TEXT, re.MULTILINE)
    (tmp_path / "spring.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    mapping = TEXT.split("```yaml\n")[1].split("```\n")[0]
    (tmp_path / "spring.yaml").write_text(mapping, encoding="utf-8")
    return tmp_path / "spring.csv", tmp_path / "spring.yaml"


def test_the_worked_example_does_what_it_says(example: tuple[Path, Path], home: Home) -> None:
    report = import_file(*example, import_ports(home), lambda *_: None)
    assert report.warnings == []
    for name, count in [*report.events.items(), *report.tables.items()]:
        assert re.search(rf"^ +{count}  {name} \(", TEXT, re.MULTILINE), (name, count)


def test_the_mistakes_it_shows_look_like_that(example: tuple[Path, Path], home: Home) -> None:
    shown = re.findall(r"^    spring.yaml:(.*)$", TEXT, re.MULTILINE)
    good = example[1].read_text(encoding="utf-8")
    for (old, new), line in zip([("email", "emial"), ("when: visited", "when: visted")], shown, strict=True):
        example[1].write_text(good.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(MappingError) as caught:
            import_file(*example, import_ports(home), lambda *_: None)
        assert str(caught.value) == f"{example[1]}:{line}"


@pytest.mark.parametrize("names", [TOP_KEYS, SOURCE_KEYS, EVENT_KEYS, TABLE_KEYS, FORMS, list(Unit)])
def test_every_key_and_form_is_in_the_reference(names: list[str]) -> None:
    reference = TEXT.split("## Reference")[1]
    assert [name for name in names if not re.search(rf"\b{name}\b", reference)] == []


def test_every_operator_is_in_the_reference() -> None:
    expressions = TEXT.split("**Expressions**")[1].split("## Ids")[0]
    words = [str(operator) for operator in Operator if operator is not Operator.NEGATE]
    assert [word for word in words if word not in expressions] == []
