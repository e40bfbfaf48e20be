"""Every form of a value, from a row to what is landed."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

Evaluate = Callable[..., list[Any]]
TYPED = "source: {types: {n: number, i: integer, b: boolean, t: time}}"
ROWS = """
a,n,i,b,t,Full Name
x,1.5,3,true,2024-03-01T10:00:00Z,Ann B
Y ,-2,0,no,2024-03-31 01:30,
,,,,,C: 50%
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$a", ["x", "Y ", None]),
        ("$Full Name", ["Ann B", None, "C: 50%"]),
        ("{column: Full Name}", ["Ann B", None, "C: 50%"]),
        ("fixed", ["fixed"] * 3),
        ("$$a", ["$a"] * 3),
        ("{value: a}", ["a"] * 3),
        ("7", [7] * 3),
        ("false", [False] * 3),
        ("null", [None] * 3),
        ("$n", [1.5, -2.0, None]),
        ("$i", [3, 0, None]),
        ("$b", [True, False, None]),
        ("$t", ["2024-03-01T10:00:00.000000Z", "2024-03-31T01:30:00.000000Z", None]),
        ("{text: '{a}-{i} {{}}'}", ["x-3 {}", "Y -0 {}", None]),
        ("{text: 'row {_line}'}", ["row 2", "row 3", "row 4"]),
        ("{map: {x: 1, 'Y ': 2.5}, from: $a, default: 0}", [1.0, 2.5, 0.0]),
        ("{map: {3: three, 0: zero}, from: $i, default: null}", ["three", "zero", None]),
        ("{map: {true: T, false: F}, from: $b, default: '?'}", ["T", "F", "?"]),
        ("{expr: n + i * 2}", [7.5, -2.0, None]),
        ("{expr: n / i}", [0.5, None, None]),
        ("{expr: i % 2}", [1, 0, None]),
        ("{expr: -n}", [-1.5, 2.0, None]),
        ("{expr: a == 'x'}", [True, False, None]),
        ("{expr: a is null}", [False, False, True]),
        ("{expr: i is not null}", [True, True, False]),
        ("{expr: 'i in [0, 5]'}", [False, True, None]),
        ("{expr: \"a not in ['x']\"}", [False, True, None]),
        ("{expr: '0 < n < 2'}", [True, False, None]),
        ("{expr: b and n > 1}", [True, False, None]),
        ("{expr: b or a is null}", [True, False, True]),
        ("{expr: not b}", [False, True, None]),
        ("{expr: n if b else 0}", [1.5, 0.0, 0.0]),
        ("{expr: null if a is null else i}", [3, 0, None]),
        ("{expr: abs(n)}", [1.5, 2.0, None]),
        ("{expr: 'round(n / 7, 2)'}", [0.21, -0.29, None]),
        ("{expr: lower(strip(a))}", ["x", "y", None]),
        ("{expr: upper(a)}", ["X", "Y ", None]),
        ("{expr: 'coalesce(n, i, 9)'}", [1.5, -2.0, 9.0]),
        ("{expr: 'round(null, 1)'}", [None] * 3),
        ("{expr: 1 if null else 2}", [2] * 3),
        ("{expr: null and b}", [None, False, None]),
        ("{expr: null + null}", [None] * 3),
        ("{expr: t >= '2024-03-15'}", [False, True, None]),
    ],
)
def test_a_value_in_every_row(evaluate: Evaluate, value: str, expected: list[Any]) -> None:
    assert evaluate(value, ROWS, TYPED) == expected


@pytest.mark.parametrize(
    ("time", "cell", "expected"),
    [
        ("$a", "2024-02-29", "2024-02-29T00:00:00"),
        ("$a", "2024-02-29T23:59:59.1234567Z", "2024-02-29T23:59:59.123456"),
        ("$a", "2024-02-29 12:00+0530", "2024-02-29T06:30:00"),
        ("$a, zone: America/New_York", "2024-07-01 08:00", "2024-07-01T12:00:00"),
        ("$a, zone: America/New_York", "2024-01-01T08:00:00Z", "2024-01-01T08:00:00"),
        ("$a, zone: America/New_York", "2024-11-03 01:30", "2024-11-03T05:30:00"),
        ("$a, format: '%d.%m.%Y'", "29.02.2024", "2024-02-29T00:00:00"),
        ("$a, format: '%d.%m.%Y', zone: Europe/Berlin", "29.02.2024", "2024-02-28T23:00:00"),
        ("$a, format: '%m/%d/%y %I:%M %p'", "02/29/24 03:05 PM", "2024-02-29T15:05:00"),
        ("$a, format: '%Y%m%d%H%M%S.%f'", "20240229150500.25", "2024-02-29T15:05:00.250000"),
        ("$a, format: '%d %b %Y %H:%M %z'", "29 Feb 2024 10:00 +0200", "2024-02-29T08:00:00"),
        ("$a, format: epoch_s", "1709210096.5", "2024-02-29T12:34:56.500000"),
        ("$a, format: epoch_ms", "1709210096500", "2024-02-29T12:34:56.500000"),
        ("2024-03-31, minus: {months: $a}", "1", "2024-02-29T00:00:00"),
        ("2024-02-29, plus: {years: $a}", "1", "2025-02-28T00:00:00"),
        ("2024-02-28, plus: {days: $a, hours: 6}", "1.5", "2024-02-29T18:00:00"),
        ("2024-03-01, minus: {weeks: 1, minutes: $a}", "90", "2024-02-22T22:30:00"),
        ("2024-01-01, plus: {seconds: {expr: abs(-5)}}", "x", "2024-01-01T00:00:05"),
    ],
)
def test_a_time(evaluate: Evaluate, time: str, cell: str, expected: str) -> None:
    whole = expected if "." in expected else f"{expected}.000000"
    assert evaluate(f"{{time: {time}}}", f"a\n{cell}\n") == [f"{whole}Z"]


@pytest.mark.parametrize(
    ("value", "good", "bad", "reason"),
    [
        ("{time: $a}", "2024-02-29", "2024-02-30", "is no ISO-8601 time of UTC"),
        ("{time: $a}", "2024-02-29", "tomorrow", "is no ISO-8601 time of UTC"),
        (
            "{time: $a, zone: America/New_York}",
            "2024-03-10",
            "2024-03-10 02:30",
            "is no ISO-8601 time of America/New_York",
        ),
        ("{time: $a, format: '%d.%m.%Y'}", "01.02.2024", "2024-02-01", "is no time like %d.%m.%Y of UTC"),
        ("{time: $a, format: epoch_s}", "0", "x", "is no epoch_s"),
        ("{time: $a, format: epoch_s}", "0", "1e30", "is no epoch_s"),
        ("{time: 2024-01-01, plus: {days: $a}}", "1", "x", "is not a number"),
        ("{time: 2024-01-01, plus: {days: $a}}", "1", "1e8", "is no number of days to shift a time by"),
        ("{time: 2024-01-01, plus: {months: $a}}", "1", "1.5", "is no number of months to shift a time by"),
        ("{map: {x: 1}, from: $a}", "x", "y", "is not in the map and it has no default"),
    ],
)
def test_a_cell_that_cannot_be_used_costs_its_row_only(land: Any, value: str, good: str, bad: str, reason: str) -> None:
    mapping = f"""
name: trial
events:
  - type: offer_landed
    timestamp: 2024-01-01T00:00:00Z
    user_id: $u
    properties:
      x: {value}
"""
    landed = land(mapping, f"u,a\nann,{good}\nbob,{bad}\ncy,{good}\ndee,\n")
    assert landed.problems == [(3, "a", reason)]
    assert [event["user_id"] for event in landed.events] == ["ann", "cy", "dee"]


class TestUuid:
    def test_is_the_uuid5_the_reference_says(self, evaluate: Evaluate) -> None:
        found = evaluate("{uuid: order, key: [$a, $i, shop]}", ROWS, f"namespace: my shop\n{TYPED}")
        names = [f"swipesavvy:import:my shop:order:{key}:shop" for key in ("x:3", "Y :0")]
        assert found == [*(str(uuid5(NAMESPACE_URL, name)) for name in names), None]

    def test_keys_keep_apart_what_a_separator_would_join(self, evaluate: Evaluate) -> None:
        rows = "p,q\na:b,c\na,b:c\na%3Ab,c\n"
        found = evaluate("{uuid: k, key: [$p, $q]}", rows)
        assert len(set(found)) == 3
        assert found[0] == str(uuid5(NAMESPACE_URL, "swipesavvy:import:trial:k:a%3Ab:c"))
        assert found[2] == str(uuid5(NAMESPACE_URL, "swipesavvy:import:trial:k:a%253Ab:c"))

    def test_kinds_and_namespaces_keep_apart(self, evaluate: Evaluate) -> None:
        one = evaluate("{uuid: k, key: $a}", "a\nx\n")
        assert one != evaluate("{uuid: l, key: $a}", "a\nx\n")


class TestNumbers:
    @pytest.mark.parametrize(
        ("options", "cell", "expected"),
        [
            ("", "29.99", 29.99),
            ("", " 1e3 ", 1000.0),
            ("", "-0.1", -0.1),
            ("decimal: ','", "29,99", 29.99),
            ("decimal: ',', thousands: '.'", "1.234.567,89", 1234567.89),
            ("thousands: ','", "1,234.5", 1234.5),
        ],
    )
    def test_are_read_exactly(self, evaluate: Evaluate, options: str, cell: str, expected: float) -> None:
        head = f"source: {{separator: ';', types: {{a: number}}{', ' if options else ''}{options}}}"
        assert evaluate("$a", f"a;b\n{cell};1\n", head) == [expected]

    @pytest.mark.parametrize("cell", ["abc", "nan", "inf", "1e400", "1_0", "0x1f", "1.2.3"])
    def test_what_is_none(self, land: Any, cell: str) -> None:
        landed = land(ORDERS, f"id,amount\n1,5\n2,{cell}\n")
        assert landed.problems == [(3, "amount", "is not a number")]
        assert [row["order_value"] for row in landed.rows("orders")] == [5.0]

    @pytest.mark.parametrize(
        ("cell", "expected"), [("3", 3), ("3.0", 3), ("+4", 4), ("9007199254740993", 9007199254740993)]
    )
    def test_integers(self, evaluate: Evaluate, cell: str, expected: int) -> None:
        assert evaluate("$a", f"a\n{cell}\n", "source: {types: {a: integer}}") == [expected]

    def test_limits_of_the_contract(self, land: Any) -> None:
        landed = land(ORDERS, "id,amount\n1,5\n2,-0.01\n")
        assert landed.problems == [(3, "amount", "is less than 0")]


ORDERS = """
name: shop
tables:
  - table: orders
    columns: {order_id: {uuid: order, key: $id}, order_value: $amount}
"""
