"""Broken CSV rows cost only themselves, and every row knows its line."""

from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.adapters.importing.csv_rows import BrokenRow, Row, read_rows

CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters='\0"\r\n,'), min_size=1, max_size=5)


def read(text: str, width: int | None = None) -> list[tuple[int, list[str] | str]]:
    lines = iter(text.splitlines(keepends=True))
    return [(row.line, row.cells if isinstance(row, Row) else row.reason) for row in read_rows(lines, ",", width)]


def test_quotes_commas_and_line_breaks_in_cells() -> None:
    assert read('a,b\n"x, ""y""","1\n2"\n3,4\n') == [(1, ["a", "b"]), (2, ['x, "y"', "1\n2"]), (4, ["3", "4"])]


def test_empty_lines_are_nothing() -> None:
    assert read("a,b\n\n1,2\n\r\n3,4") == [(1, ["a", "b"]), (3, ["1", "2"]), (5, ["3", "4"])]


def test_a_row_of_another_width_costs_itself() -> None:
    assert read("a,b\n1\n1,2,3\n4,5\n") == [
        (1, ["a", "b"]),
        (2, "has 1 cells where the header has 2"),
        (3, "has 3 cells where the header has 2"),
        (4, ["4", "5"]),
    ]


def test_a_stray_quote_costs_its_line_and_not_those_it_swallowed() -> None:
    found = read('a,b\n1,"x\n2,y\n3,z\n4,"w"\n')
    assert [line for line, cells in found if isinstance(cells, str)] == [2]
    assert [cells for _, cells in found if not isinstance(cells, str)][1:] == [["2", "y"], ["3", "z"], ["4", "w"]]


def test_a_quote_open_to_the_end_costs_one_line() -> None:
    text = "a,b\n" + '1,"x\n' + "".join(f"{n},y\n" for n in range(5000))
    found = read(text)
    assert [line for line, cells in found if isinstance(cells, str)] == [2]
    assert len(found) == 5002


def test_nul_and_undecodable_bytes_cost_their_row() -> None:
    text = b"a,b\n1,\xff\n2,\0\n3,\xc3\xa9\n".decode("utf-8", "surrogateescape")
    assert read(text) == [
        (1, ["a", "b"]),
        (2, "cannot be decoded; set source.encoding"),
        (3, "holds a NUL character"),
        (4, ["3", "é"]),
    ]


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=30), st.sets(st.integers(0, 29)))
def test_whatever_breaks_the_others_survive_at_their_lines(rows: list[tuple[str, str]], broken: set[int]) -> None:
    lines = [f"{a},{b},extra\n" if n in broken else f"{a},{b}\n" for n, (a, b) in enumerate(rows)]
    found = list(read_rows(iter(lines), ",", 2))
    assert [row.line - 1 for row in found if isinstance(row, BrokenRow)] == sorted(broken & set(range(len(rows))))
    kept = {row.line - 1: tuple(row.cells) for row in found if isinstance(row, Row)}
    assert kept == {n: row for n, row in enumerate(rows) if n not in broken}
