import pytest

from swipesavvy.domain.home import REFERENCE_TABLES
from swipesavvy.domain.reference_tables import TABLES


def test_every_table_of_the_home_is_declared() -> None:
    assert tuple(TABLES) == REFERENCE_TABLES


@pytest.mark.parametrize("name", TABLES)
def test_a_declaration_is_consistent(name: str) -> None:
    table = TABLES[name]
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) <= set(names)
    assert {column.name for column in table.columns if column.required} <= set(table.key)
    assert not set(table.personal) & set(names)
