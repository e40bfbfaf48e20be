"""Expressions: what the grammar accepts, what it refuses, and where it points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.mapping.expressions import read_expression
from swipesavvy.domain.mapping.model import Column, Constant, Operation, Operator, columns_of
from swipesavvy.domain.mapping.nodes import Complaints, Place

START = Place(7, 11)


def refused(text: str) -> tuple[int, int, str]:
    complaints = Complaints()
    read_expression(text, START, complaints)
    assert len(complaints.errors) == 1, complaints.errors
    error = complaints.errors[0]
    return error.place.line, error.place.column, error.text


def accepted(text: str) -> object:
    complaints = Complaints()
    value = read_expression(text, START, complaints)
    assert not complaints.found
    return value


class TestAccepted:
    @pytest.mark.parametrize(
        ("text", "operator"),
        [
            ("a + 1", Operator.ADD),
            ("a - 1", Operator.SUBTRACT),
            ("a * b", Operator.MULTIPLY),
            ("a / b", Operator.DIVIDE),
            ("a % 2", Operator.MODULO),
            ("-a", Operator.NEGATE),
            ("a == 'x'", Operator.EQUAL),
            ("a != 'x'", Operator.UNEQUAL),
            ("a < 1", Operator.LESS),
            ("a <= 1", Operator.LESS_EQUAL),
            ("a > 1", Operator.GREATER),
            ("a >= 1", Operator.GREATER_EQUAL),
            ("a in [1, 2]", Operator.IN),
            ("a not in ('x', 'y')", Operator.NOT_IN),
            ("a is null", Operator.IS_NULL),
            ("a is not null", Operator.IS_NOT_NULL),
            ("a and b and c", Operator.AND),
            ("a or b", Operator.OR),
            ("not a", Operator.NOT),
            ("1 if a else 2", Operator.CHOOSE),
            ("abs(a)", Operator.ABS),
            ("round(a, 2)", Operator.ROUND),
            ("lower(a)", Operator.LOWER),
            ("upper(a)", Operator.UPPER),
            ("strip(a)", Operator.STRIP),
            ("coalesce(a, b, 0)", Operator.COALESCE),
        ],
    )
    def test_every_operator(self, text: str, operator: Operator) -> None:
        value = accepted(text)
        assert isinstance(value, Operation)
        assert value.operator is operator

    def test_a_chain_of_comparisons_holds_pairwise(self) -> None:
        value = accepted("0 < a <= 10")
        assert isinstance(value, Operation)
        assert value.operator is Operator.AND
        assert columns_of(value) == {"a"}

    @pytest.mark.parametrize(("text", "value"), [("null", None), ("true", True), ("false", False), ("-2.5", -2.5)])
    def test_constants(self, text: str, value: object) -> None:
        assert accepted(text) == Constant(value, Place(7, 12 if text == "-2.5" else 11))  # type: ignore[arg-type]

    def test_names_are_columns_at_their_place(self) -> None:
        value = accepted("'é' == städte")
        assert isinstance(value, Operation)
        assert value.operands[1] == Column("städte", Place(7, 18))

    def test_lines_may_be_broken(self) -> None:
        assert columns_of(accepted("a == 1\n  and b == 2")) == {"a", "b"}  # type: ignore[arg-type]


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "column", "says"),
        [
            ("a ==", 15, "cannot read the expression"),
            ("a and __import__('os').system('x')", 17, "no function `__import__('os').system`"),
            ("open('x')", 11, "no function `open`"),
            ("a.b", 11, "`a.b` is not part"),
            ("a[0]", 11, "`a[0]` is not part"),
            ("[x for x in y]", 11, "is not part"),
            ("lambda: 1", 11, "is not part"),
            ("(b := 1)", 12, "is not part"),
            ("a ** 9", 11, "is not part"),
            ("~a", 11, "is not part"),
            ("f'{a}'", 11, "is not part"),
            ("b'x' == a", 11, "is not a text"),
            ("a is 1", 16, "only asks for null"),
            ("a in b", 16, "needs a list of constants"),
            ("a in []", 16, "needs a list of constants"),
            ("a in [b]", 16, "needs a list of constants"),
            ("1, 2", 11, "a comma joins two expressions"),
            ("round(a, 2, 3)", 11, "round() takes 1 to 2 values, not 3"),
            ("lower()", 11, "lower() takes 1 values, not 0"),
            ("rond(a)", 11, "did you mean round"),
            ("abs(x=1)", 11, "no function"),
            ("a + 99999999999999999999", 15, "too large a whole number"),
        ],
    )
    def test_with_its_column(self, text: str, column: int, says: str) -> None:
        line, found, message = refused(text)
        assert (line, found) == (7, column)
        assert says in message

    @pytest.mark.parametrize("text", ["(" * 500 + "a" + ")" * 500, "-" * 1999 + "a", "a\0b", "a" * 2001])
    def test_monsters(self, text: str) -> None:
        refused(text)

    @given(st.text(max_size=40))
    def test_any_text_is_read_or_complained_about(self, text: str) -> None:
        complaints = Complaints()
        read_expression(text, START, complaints)
        assert all(error.place.line == START.line for error in complaints.errors)
