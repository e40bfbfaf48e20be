"""Every mistake in a mapping is one clear line with its place, and all of them are found at once."""

from pathlib import Path
from textwrap import dedent

import pytest

from swipesavvy.adapters.importing.documents import load_document
from swipesavvy.domain.mapping.checking import SourceShape, check_mapping
from swipesavvy.domain.mapping.model import ValueType
from swipesavvy.domain.mapping.nodes import Complaints
from swipesavvy.domain.mapping.reading import read_mapping

SHAPE = SourceShape(
    "people.csv",
    {"customer": ValueType.TEXT, "Order Date": ValueType.TEXT, "segment": ValueType.TEXT, "spend": ValueType.TEXT},
)
EVENT = """
name: shop
events:
  - type: offer_landed
    timestamp: 2024-01-01T00:00:00Z
    user_id: $customer
"""


@pytest.fixture
def complain(tmp_path: Path):
    """A function from a mapping's text to its complaints, as `line:column: text`."""

    def complaints_of(text: str) -> list[str]:
        path = tmp_path / "map.yaml"
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        complaints = Complaints()
        document = load_document(path, complaints)
        if document is not None:
            mapping = read_mapping(document, complaints)
            if not complaints.errors:
                check_mapping(mapping, SHAPE, complaints)
        return [found.line("").removeprefix(":") for found in (*complaints.errors, *complaints.warnings)]

    return complaints_of


def test_a_sound_mapping_has_none(complain) -> None:
    assert complain(EVENT) == []


class TestShape:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("- a\n", "1:1: a mapping is a section of `key: value` lines, not a list"),
            ("name: shop\n", "1:1: a mapping needs `events` or `tables`"),
            ("events: [{type: x, timestamp: a, user_id: b}]\nname: Ünfit\n", "2:7: `name` is 1 to 40 of a-z"),
            (EVENT + "evnts: []\n", "6:1: unknown key `evnts`; did you mean events?"),
            (
                EVENT + "when: segment == 'a'\nwhen: segment == 'b'\n",
                "7:1: `when` is given twice; the first is in line 6",
            ),
            (EVENT + "columns: [a]\n", "6:10: `columns` must be a section of `key: value` lines, not a list"),
            (EVENT + "namespace: 5\n", "6:12: `namespace` must be a text, not `5`"),
            (EVENT + "tables: users\n", "6:9: `tables` must be a list, not `users`"),
            (EVENT + "tables: [users]\n", "6:10: an entry is a section of `key: value` lines, not `users`"),
            (EVENT + "source: {format: cvs}\n", "6:18: `cvs` is no format; did you mean csv?"),
            (EVENT + "source: {separator: ab}\n", "6:10: `separator` is one character"),
            (EVENT + "source: {encoding: utf-9}\n", "6:10: `utf-9` is no encoding"),
            (EVENT + "source: {zone: Europe/Belin}\n", "6:16: `Europe/Belin` is no time zone"),
            (EVENT + "source: {types: {spend: numbr}}\n", "6:25: `numbr` is no type; did you mean number?"),
            (EVENT + "source: {nulls: [[]]}\n", "6:18: `nulls` lists single values, not a list"),
            (EVENT.replace("type: offer_landed", "name: x"), "3:5: an event needs `type`"),
            (EVENT.replace("    user_id: $customer\n", ""), "3:5: offer_landed needs `user_id`"),
            (EVENT + EVENT[EVENT.index("  - ") :], "6:5: two events are named `offer_landed` (lines 3 and 6)"),
            (EVENT + "    for_each: {a: [1], b: [2]}\n", "6:15: `for_each` has one variable"),
            (EVENT + "    for_each: {a: []}\n", "6:16: `a` lists no value"),
            (EVENT + "    for_each: {a: [1, 1]}\n", "6:16: `a` lists a value twice"),
            ("name: a\ntables: [{columns: {user_id: $customer}}]\n", "2:10: an entry of `tables` needs `table`"),
            ("name: a\ntables: [{table: users}]\n", "2:10: a table has either `rows`"),
            (
                "name: a\ntables: [{table: users, rows: [{user_id: a}], when: true}]\n",
                "2:47: `when` goes with `columns`",
            ),
        ],
    )
    def test_is_judged(self, complain, text: str, expected: str) -> None:
        found = complain(text)
        assert len(found) == 1, found
        assert found[0].startswith(expected)


class TestValues:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("[a]", "7:10: a value cannot be a list"),
            ("{vlue: a}", "7:11: `vlue` is no form of a value; did you mean value?"),
            ("{}", "7:10: `` is no form of a value"),
            ("{text: a, expr: b}", "7:10: a value has one form; `text` and `expr` do not go together"),
            ("{text: 'a{b'}", "7:17: cannot read the text"),
            ("{text: '{customer!r}'}", "7:17: `{customer}` must hold just the name of a column"),
            ("{text: 5}", "7:17: `text` needs a text, not `5`"),
            ("{value: [a]}", "7:18: `value` needs a single value, not a list"),
            ("{column: }", "7:18: `column` needs a text, not nothing"),
            ("{uuid: campaign}", "7:10: a uuid needs `key`"),
            ("{uuid: campaign, key: []}", "7:32: `key` lists no value"),
            ("{uuid: c, key: $segment, keys: 1}", "7:35: unknown key `keys`; did you mean key?"),
            ("{map: {}, from: $segment}", "7:16: `map` has no entry"),
            ("{map: [a], from: $segment}", "7:16: `map` must be a section"),
            ("{map: {a: [1]}, from: $segment}", "7:20: `map` leads to single values, not a list"),
            ("{map: {a: 1}}", "7:10: a map needs `from`"),
            ("{map: {a: 1}, from: $segment, default: []}", "7:49: `default` must be a single value, not a list"),
            ("{map: {a: 1, b: x}, from: $segment}", "7:10: `map` leads to integer and text; one type is needed"),
            ("{time: $segment, zone: Mars}", "7:33: `Mars` is no time zone"),
            ("{time: $segment, format: '%Q'}", "7:35: `%Q` is not understood in a time format"),
            ("{time: $segment, format: 'YYYY'}", "7:35: `YYYY` is no time format"),
            ("{time: $segment, format: '%H%f'}", "7:35: `%f` stands for the fraction of a second only after a point"),
            ("{time: $segment, plus: {day: 1}}", "7:34: unknown key `day`; did you mean days?"),
            ("{time: $segment, plus: {days: true}}", "7:40: `days` needs a number, this is boolean"),
            ("{time: 5}", "7:17: a time is read from text, this is integer; for seconds use epoch_s"),
            ("{time: 5, format: epoch_s, plus: 3}", "7:43: `plus` must be a section of `key: value` lines, not `3`"),
            ("{sum: $spend}", "7:10: `sum` goes only directly under a table's `columns`"),
            ("$spnd", "7:10: people.csv has no column `spnd`; did you mean spend?"),
            ("$zzz", "7:10: people.csv has no column `zzz`; known: customer, Order Date, segment, spend, _line"),
            ("{expr: 'segment > 5'}", "7:18: `>` compares text with integer; declare `segment` under source.types"),
            ("{expr: spend * 2}", "7:17: `*` needs integer or number, this is text; declare `spend`"),
            ("{expr: segment + customer}", "7:17: `+` adds numbers; join texts with {text: ...}"),
            ("{expr: not segment}", "7:21: `not` needs boolean, this is text"),
            ("{expr: lower(5)}", "7:23: `lower` needs text, this is integer"),
            ("{expr: segment == null}", "7:28: nothing compares with null"),
            ("{expr: true < false}", "7:17: `<` does not order true and false"),
            ("{expr: 'coalesce(segment, 1)'}", "7:18: `coalesce` chooses between integer and text"),
            ('{expr: "1 if segment else 2"}', "7:23: `if` needs boolean, this is text"),
            ("{expr: 'round(1.5, 20)'}", "7:29: round() takes a number of digits from 0 to 9"),
        ],
    )
    def test_are_judged(self, complain, value: str, expected: str) -> None:
        found = complain(f"{EVENT}    properties:\n      x: {value}\n")
        errors = [line for line in found if "warning" not in line]
        assert len(errors) == 1, found
        assert errors[0].startswith(expected)


class TestContracts:
    def test_a_required_property_that_is_missing(self, complain) -> None:
        text = EVENT.replace("offer_landed", "campaign_delivered") + "    properties: {is_holdout: false}\n"
        assert complain(text) == [
            "3:5: campaign_delivered needs the property `campaign_id`",
            "3:5: campaign_delivered needs the property `delivery_channel`",
        ]

    def test_an_unknown_event_type_is_only_a_warning(self, complain) -> None:
        (found,) = complain(EVENT.replace("offer_landed", "offer_lended"))
        assert found.startswith("3:11: warning: `offer_lended` is no known event type: it will be kept and counted")
        assert "did you mean offer_landed" in found

    def test_an_undeclared_property_is_a_warning_and_a_slip_an_error(self, complain) -> None:
        found = complain(EVENT + "    properties:\n      colour: red\n      campain_id: {uuid: c, key: $segment}\n")
        assert found == [
            "8:7: offer_landed has no `campain_id`; did you mean campaign_id?",
            "7:7: warning: `colour` is not declared for offer_landed: it will be kept, nothing uses it",
        ]

    def test_a_forgotten_dollar_is_a_warning(self, complain) -> None:
        text = EVENT.replace("$customer", "customer")
        assert complain(text)[0].startswith("5:14: warning: the text `customer` is also a column: write $customer")
        assert complain(EVENT.replace("$customer", "{value: customer}")) == []

    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ("{table: usrs, columns: {user_id: $customer}}", "2:18: no reference table `usrs`; did you mean users?"),
            (
                "{table: spend, columns: {cost: 1, spend_date: 2024-01-01}}",
                "2:18: spend needs its key column `campaign_id`",
            ),
            ("{table: users, rows: [{region: DE}]}", "2:33: users needs its key column `user_id`"),
            ("{table: users, rows: [{user_id: $customer}]}", "2:42: `rows` are written here and cannot read columns"),
            ("{table: users, columns: {user_id: {max: $customer}}}", "2:44: `user_id` is a key of users and cannot be"),
            (
                "{table: users, columns: {user_id: $customer, singup_at: x}}",
                "2:55: users has no `singup_at`; did you mean",
            ),
            ("{table: users, columns: {user_id: null}}", "2:44: `user_id` of users cannot be null"),
            ("{table: users, columns: {user_id: true}}", "2:44: `user_id` of users holds text, this is boolean"),
            ("{table: users, when: customer, columns: {user_id: $customer}}", "2:31: `when` must be true or false"),
            ("{table: orders, columns: {order_id: 5}}", "2:46: `order_id` of orders holds uuid, this is integer"),
        ],
    )
    def test_tables_are_held_to_theirs(self, complain, entry: str, expected: str) -> None:
        found = complain(f"name: a\ntables: [{entry}]\n")
        assert len(found) == 1, found
        assert found[0].startswith(expected)

    def test_computed_columns_do_not_hide_others(self, complain) -> None:
        found = complain(EVENT + "columns: {segment: a}\n")
        assert found[0].startswith("6:11: `segment` is already a column of people.csv")
        found = complain(EVENT + "    for_each: {segment: [a]}\n")
        assert found[0].startswith("6:16: `segment` is already a column")

    def test_a_declared_type_needs_its_column(self, complain) -> None:
        found = complain(EVENT + "source:\n  types:\n    spent: number\n")
        assert found == ["8:5: people.csv has no column `spent`; did you mean spend or segment?"]

    def test_all_mistakes_are_shown_in_the_order_of_the_file(self, complain) -> None:
        text = EVENT + "    when: sgment == 'a'\n    properties: {a: $b, c: $d}\nwhen: x > 1\n"
        assert [line.split(": ")[0] for line in complain(text) if "warning" not in line] == [
            "6:11",
            "7:21",
            "7:28",
            "8:7",
        ]


class TestDocument:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "1:1: the mapping is empty"),
            ("a: [1\nb: 2\n", "2:2: not valid YAML"),
            ("a: 1\n\tb: 2\n", "2:1: not valid YAML"),
            ("a: &x 1\nb: *x\n", "1:4: not valid YAML: anchors and aliases are not part of a mapping"),
            ("a: !!python/object:os.system 1\n", "1:4: not valid YAML: tags such as"),
            ("a: 1\n---\nb: 2\n", "2:1: not valid YAML"),
            ("? [a]\n: 1\n", "1:3: a key must be a single value"),
            ("a: \x07\n", "1:1: not valid YAML: character 4"),
        ],
    )
    def test_broken_yaml_has_a_place(self, complain, text: str, expected: str) -> None:
        assert any(line.startswith(expected) for line in complain(text))

    def test_a_file_that_is_not_utf8(self, tmp_path: Path) -> None:
        path = tmp_path / "map.yaml"
        path.write_bytes(b"name: a\nwhen: \xff\n")
        complaints = Complaints()
        assert load_document(path, complaints) is None
        assert complaints.errors[0].line("m") == "m:2:7: the file is not UTF-8"

    def test_only_json_words_and_numbers_are_not_text(self, tmp_path: Path) -> None:
        path = tmp_path / "map.yaml"
        path.write_text(
            "[yes, on, 2024-01-01, 12:30, 0x10, 017, 1_0, true, null, 3, -2.5, 1e3, 12345678901234567890]",
            encoding="utf-8",
        )
        document = load_document(path, Complaints())
        values = [item.value for item in document.items]  # type: ignore[union-attr]
        assert values == [
            "yes",
            "on",
            "2024-01-01",
            "12:30",
            "0x10",
            "017",
            "1_0",
            True,
            None,
            3,
            -2.5,
            1000.0,
            "12345678901234567890",
        ]
