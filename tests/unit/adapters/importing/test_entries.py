"""Events and tables from rows: conditions, repetition, gathering, ids, and rows that are left out."""

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from swipesavvy.application.importing import MappingError
from swipesavvy.domain.errors import BadInputError

ARMS = """
name: arms
columns:
  campaign: {uuid: campaign, key: $arm}
row_key: $who
events:
  - type: campaign_delivered
    name: sent
    when: arm != 'none'
    timestamp: $at
    user_id: $who
    properties: {campaign_id: $campaign, delivery_channel: email, is_holdout: false}
  - type: campaign_delivered
    name: held_out
    for_each: {other: [a, b]}
    when: arm == 'none'
    timestamp: $at
    user_id: $who
    session_id: {text: "{who}-{other}"}
    source: mobile
    properties: {campaign_id: {uuid: campaign, key: $other}, delivery_channel: email, is_holdout: true}
    context: {region: $region}
"""
PEOPLE = "who,arm,at,region\nann,a,2024-01-01,DE\nbob,none,2024-01-02,US-CA\n"


def uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"swipesavvy:import:{name}"))


class TestEvents:
    def test_one_row_yields_the_events_whose_condition_holds(self, land: Any) -> None:
        landed = land(ARMS, PEOPLE)
        assert [(e["user_id"], e["properties"]["is_holdout"]) for e in landed.events] == [
            ("ann", False),
            ("bob", True),
            ("bob", True),
        ]
        assert landed.events[1] == {
            "event_id": uuid("arms:event:arms:held_out:bob:a"),
            "event_type": "campaign_delivered",
            "timestamp": "2024-01-02T00:00:00.000000Z",
            "user_id": "bob",
            "session_id": "bob-a",
            "source": "mobile",
            "properties": {"campaign_id": uuid("arms:campaign:a"), "delivery_channel": "email", "is_holdout": True},
            "context": {"region": "US-CA"},
        }

    def test_received_at_is_never_written(self, land: Any) -> None:
        assert all("received_at" not in event for event in land(ARMS, PEOPLE).events)

    def test_without_a_row_key_ids_come_from_the_content_and_the_line(self, land: Any) -> None:
        mapping = ARMS.replace("row_key: $who\n", "")
        first = {event["event_id"] for event in land(mapping, PEOPLE, "one.csv").events}
        again = {event["event_id"] for event in land(mapping, PEOPLE, "two.csv").events}
        assert first == again
        other = {event["event_id"] for event in land(mapping, PEOPLE + "cy,a,2024-01-01,DE\n", "three.csv").events}
        assert len(other - first) == 4

    def test_rows_that_share_a_row_key_are_counted_aloud(self, land: Any) -> None:
        landed = land(ARMS, PEOPLE + "ann,b,2024-01-03,DE\n")
        assert "1 rows share their row_key" in landed.report.warnings[0]

    def test_a_row_left_out_by_when_is_counted(self, land: Any) -> None:
        landed = land(ARMS + "when: region == 'DE'\n", PEOPLE + "cy,a,2024-01-01,\n")
        assert (landed.report.rows, landed.report.imported, landed.report.filtered, landed.report.skipped) == (
            3,
            1,
            2,
            0,
        )

    def test_a_problem_in_one_event_leaves_the_whole_row_out(self, land: Any) -> None:
        landed = land(ARMS, PEOPLE + "cy,a,soon,DE\n,b,2024-01-01,DE\n")
        assert landed.problems == [
            (4, "at", "is not an ISO-8601 time"),
            (5, "row_key", "is empty and may not be"),
            (5, "who", "is empty and may not be"),
        ]
        assert {event["user_id"] for event in landed.events} == {"ann", "bob"}
        assert (landed.report.rows, landed.report.imported, landed.report.skipped) == (4, 2, 2)

    def test_a_problem_outside_the_condition_of_an_event_is_none(self, land: Any) -> None:
        mapping = """
        name: shop
        events:
          - type: user_purchased
            when: bought == 'yes'
            timestamp: $at
            user_id: $who
            properties: {order_id: {uuid: order, key: $who}, order_value: $value}
        """
        landed = land(mapping, "who,bought,at,value\nann,no,,-\nbob,yes,2024-01-01,5\n")
        assert [event["user_id"] for event in landed.events] == ["bob"]
        assert landed.report.skipped == 0

    def test_a_bad_cell_of_a_row_the_filter_dismisses_is_none(self, land: Any) -> None:
        mapping = ARMS + "when: who != 'TOTAL' and visits > 1\nsource: {types: {visits: integer}}\n"
        data = "who,arm,at,region,visits\nann,a,2024-01-01,DE,2\nTOTAL,a,,,x\nbob,a,2024-01-01,DE,y\n"
        landed = land(mapping, data)
        assert landed.problems == [(4, "visits", "is not a whole number")]
        assert (landed.report.imported, landed.report.filtered, landed.report.skipped) == (1, 1, 1)

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            (
                "delivery_channel: email",
                "delivery_channel: emial",
                "`delivery_channel`: 'emial' is none of push, email",
            ),
            ("is_holdout: false", "is_holdout: maybe", "`is_holdout`: 'maybe' is not true or false"),
            ("campaign_id: $campaign", "campaign_id: x", "`campaign_id`: 'x' is not a UUID; make one with {uuid: ...}"),
            ("source: mobile", "source: app", "`source`: 'app' is none of mobile, admin_portal, backend"),
            ("timestamp: $at", "timestamp: 2024-13-01", "`timestamp`: '2024-13-01' is not an ISO-8601 time"),
        ],
    )
    def test_a_constant_that_can_never_fit_is_a_mistake_in_the_mapping(
        self, land: Any, old: str, new: str, says: str
    ) -> None:
        with pytest.raises(MappingError) as caught:
            land(ARMS.replace(old, new, 1), PEOPLE)
        assert says in str(caught.value)
        assert "map.yaml:" in str(caught.value)


class TestTables:
    def test_rows_are_gathered_by_key_and_the_last_wins(self, land: Any) -> None:
        mapping = """
        name: shop
        source: {types: {value: number}}
        tables:
          - table: users
            columns: {user_id: $who, region: $region, signup_at: {min: $at}}
          - table: orders
            columns:
              order_id: {uuid: order, key: $basket}
              user_id: {first: $who}
              ordered_at: {max: $at}
              order_value: {sum: $value}
              discount: {sum: {expr: "1 if value > 1 else null"}}
              category: {text: "{basket}"}
              cogs: {count: $region}
        """
        data = """
        who,basket,at,value,region
        ann,1,2024-01-02,0.1,DE
        bob,2,2024-01-03,5,
        ann,1,2024-01-01,0.2,FR
        """
        landed = land(mapping, data.replace("        ", ""))
        assert landed.rows("users") == [
            {"user_id": "ann", "region": "FR", "signup_at": "2024-01-01T00:00:00.000000Z"},
            {"user_id": "bob", "region": None, "signup_at": "2024-01-03T00:00:00.000000Z"},
        ]
        first, second = landed.rows("orders")
        assert (first["order_value"], first["ordered_at"], first["discount"]) == (
            0.3,
            "2024-01-02T00:00:00.000000Z",
            None,
        )
        assert (second["order_value"], second["discount"], second["cogs"]) == (5.0, 1.0, 0)

    def test_constant_rows_and_days(self, land: Any) -> None:
        mapping = """
        name: ads
        source: {zone: Europe/Berlin}
        tables:
          - table: campaigns
            rows:
              - {campaign_id: {uuid: campaign, key: spring}, name: Spring, budget: 100, holdout_share: 0.5}
              - {campaign_id: {uuid: campaign, key: autumn}, name: Autumn}
          - table: spend
            columns:
              campaign_id: {uuid: campaign, key: $campaign}
              spend_date: {time: $day, format: "%d.%m.%Y"}
              cost: {sum: $cost}
        """
        landed = land(
            mapping, "campaign,day,cost\nspring,31.03.2024,1.10\nspring,31.03.2024,2.20\nspring,01.04.2024,3\n"
        )
        assert [row["name"] for row in landed.rows("campaigns")] == ["Spring", "Autumn"]
        assert [(row["spend_date"], row["cost"]) for row in landed.rows("spend")] == [
            ("2024-03-31", 3.3),
            ("2024-04-01", 3),
        ]

    def test_a_sum_beyond_a_limit_is_listed_and_its_neighbours_land(self, land: Any) -> None:
        mapping = """
        name: shop
        tables:
          - table: orders
            columns: {order_id: {uuid: order, key: $b}, order_value: {sum: $v}}
        """
        landed = land(mapping, "b,v\n1,5\n2,3\n2,-4\n1,-2\n")
        assert [row["order_value"] for row in landed.rows("orders")] == [3.0]
        assert landed.problems == [(3, "order_value", "is less than 0")]

    def test_constant_rows_are_judged_in_place(self, land: Any) -> None:
        mapping = "name: a\ntables:\n  - table: campaigns\n    rows:\n      - campaign_id: nope\n        budget: -1\n"
        with pytest.raises(MappingError) as caught:
            land(mapping, PEOPLE)
        assert [line.split("map.yaml:")[1] for line in caught.value.lines] == [
            "5:22: `campaign_id`: 'nope' is not a UUID; make one with {uuid: ...}",
            "6:17: `budget`: '-1.0' is less than 0",
        ]


class TestWholeImports:
    def test_the_same_file_twice_writes_the_same_bytes_and_touches_nothing(self, land: Any) -> None:
        first = land(ARMS, PEOPLE)
        before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.report.files}
        second = land(ARMS, PEOPLE, "copy.csv")
        assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in second.report.files} == before
        assert sorted(p.name for p in first.home.landing.rglob("*") if p.is_file()) == [p.name for p in before]

    def test_another_version_of_the_mapping_is_said_aloud(self, land: Any) -> None:
        land(ARMS, PEOPLE)
        assert land("# a remark\n" + ARMS, PEOPLE).report.warnings == []
        landed = land(ARMS.replace("source: mobile", "source: backend"), PEOPLE)
        assert "another version of the mapping" in landed.report.warnings[0]

    def test_a_trial_writes_nothing(self, land: Any) -> None:
        landed = land(ARMS, PEOPLE, is_trial=True)
        assert landed.report.events == {"campaign_delivered": 3}
        assert not [path for path in landed.home.root.rglob("*") if path.is_file()]

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ("", "is empty: it has not even a header line"),
            ("who,arm,at,region\n", "has no rows; nothing was imported"),
            ("who,who\n", "the header names `who` twice"),
            (
                "who,arm,at,region\nann,a,x,DE\n",
                "none of the 1 rows of data.csv could be imported, the first: data.csv:2: at",
            ),
            ("who,arm,at,region\nann\n", "data.csv:2: the row has 1 cells where the header has 4"),
        ],
    )
    def test_nothing_to_import_is_an_error_and_lands_nothing(self, land: Any, home: Any, data: str, says: str) -> None:
        with pytest.raises(BadInputError) as caught:
            land(ARMS, data)
        assert says in str(caught.value)
        assert not [path for path in home.landing.rglob("*") if path.is_file()]

    def test_only_dismissed_rows_are_an_error(self, land: Any) -> None:
        with pytest.raises(BadInputError, match=r"no row of data.csv passes the mapping's `when`"):
            land(ARMS + "when: arm == 'z'\n", PEOPLE)

    def test_many_mistakes_are_counted(self, land: Any) -> None:
        mapping = "name: a\nevents:\n" + "".join(
            f"  - {{type: offer_landed, name: e{n}, timestamp: 2024-01-01, user_id: $x{n}}}\n" for n in range(25)
        )
        with pytest.raises(MappingError) as caught:
            land(mapping, PEOPLE)
        assert len(caught.value.lines) == 20
        assert str(caught.value).endswith("map.yaml: 25 things to mend (5 more not shown), nothing was imported")

    def test_leftovers_of_a_killed_import_are_removed(self, land: Any) -> None:
        landed = land(ARMS, PEOPLE)
        (events,) = [path for path in landed.report.files if path.parent.name == "events"]
        leftover = events.with_name(f".{events.name}.999999999.tmp")
        leftover.write_text("{", encoding="utf-8")
        land(ARMS, PEOPLE)
        assert not leftover.exists()

    def test_a_home_that_cannot_be_written_is_one_clear_line(self, land: Any, home: Any) -> None:
        home.landing.write_text("a file where a folder should be", encoding="utf-8")
        with pytest.raises(BadInputError, match=r"cannot write to .*; nothing was imported"):
            land(ARMS, PEOPLE)


def test_the_list_of_rows_left_out_names_file_line_column_and_reason(land: Any) -> None:
    landed = land(ARMS, PEOPLE + "cy,a,soon,DE\nshort\n")
    report: Path = landed.report.problems_file
    assert report.parent == landed.home.logs / "imports"
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"file": "data.csv", "line": 4, "column": "at", "value": "soon", "reason": "is not an ISO-8601 time"},
        {"file": "data.csv", "line": 5, "column": None, "value": None, "reason": "has 1 cells where the header has 4"},
    ]
