from datetime import UTC, datetime

import polars as pl
import pytest

from swipesavvy.adapters.importing.compiling import uuid_maker
from swipesavvy.adapters.segment_mappings import load_segment_mapping, segment_mapping_file
from swipesavvy.api.app import create_app
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.event_contract import Kind
from swipesavvy.domain.events import EVENT_TYPES, properties_of
from swipesavvy.domain.home import Home
from swipesavvy.domain.segment_mapping import CALLS
from swipesavvy.domain.segment_messages import Delivery, Translator
from swipesavvy.settings import Settings

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_shipped_mapping_names_only_what_the_contract_knows(home: Home) -> None:
    mapping = load_segment_mapping(home)
    assert set(mapping.calls) == set(CALLS)
    for name, rule in mapping.track.items():
        assert rule is not None
        declared = {prop.name: prop for prop in properties_of(EVENT_TYPES[rule.event_type])}
        assert {*rule.rename.values(), *rule.constants, *rule.ids} <= set(declared), name
        for prop, value in rule.constants.items():
            assert value in declared[prop].choices, (name, prop)
        assert all(declared[prop].kind is Kind.UUID for prop in rule.ids), name


def test_a_home_changes_adds_and_removes_entries(home: Home) -> None:
    segment_mapping_file(home).write_text(
        "namespace: shop\n"
        "calls: {screen: user_engaged}\n"
        "track:\n"
        "  order_completed: {type: user_purchased, rename: {sum: order_value}}\n"
        "  Trial Started: trial_started\n"
        "  Application Opened:\n"
    )
    mapping = load_segment_mapping(home)
    assert mapping.namespace == "shop"
    assert mapping.calls["screen"] == "user_engaged"
    assert mapping.calls["page"] == "segment_page"
    assert mapping.rule("Order Completed").rename == {"sum": "order_value"}
    assert mapping.rule("Trial started").event_type == "trial_started"
    assert mapping.rule("Application Opened").event_type == "Application Opened"
    assert mapping.rule("Order Refunded").event_type == "order_refunded"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tracks: {}", ":1:1: the file knows no 'tracks'; did you mean track?"),
        ("track:\n  A: {typ: x, type: y}", ":2:7: a track name knows no 'typ'; did you mean type?"),
        ("track:\n  A: user_purchase", ":2:6: 'user_purchase' is not one of our types; did you mean user_purchased"),
        ("track:\n  A: Not a type", ":2:6: 'Not a type' is no event type"),
        ("track:\n  A: {rename: {a: b}}", ":2:6: a track name needs a `type`"),
        ("track:\n  A: {type: x, ids: a}", ":2:21: `ids` is a list"),
        ("track:\n  A B: x\n  a_b: y", ":3:8: 'a_b' is there twice"),
        ("track:\n  A: {type: x, set: {b: [1]}}", ":2:25: `set` gives single values"),
        ("track:\n  A: {type: x, rename: {b: 1}}", ":2:28: a property is a text"),
        ("track: 5", ":1:8: track holds `name: value` lines"),
        ("calls: {pages: x}", ":1:9: calls knows no 'pages'; did you mean page?"),
        ("calls: {page: x, page: y}", "'page' is there twice"),
        ("track: [", "not valid YAML"),
    ],
)
def test_a_mistake_is_named_at_its_place(home: Home, text: str, says: str) -> None:
    path = segment_mapping_file(home)
    path.write_text(text)
    with pytest.raises(BadInputError) as caught:
        load_segment_mapping(home)
    assert f"{path}:" in str(caught.value)
    assert says in str(caught.value)


def test_ids_are_those_that_an_import_makes(home: Home) -> None:
    segment_mapping_file(home).write_text("namespace: shop\n")
    translator = Translator(load_segment_mapping(home), str, str)
    message = {"event": "Order Completed", "properties": {"order_id": "A:1%"}}
    (imported,) = uuid_maker("shop")(pl.Series(["order:A%3A1%25"]))
    assert translator.translate(message, "track", Delivery(START)).event["properties"]["order_id"] == imported


def test_a_server_does_not_start_with_a_mistake(home: Home) -> None:
    segment_mapping_file(home).write_text("track: 5")
    with pytest.raises(BadInputError, match=":1:8: track holds"):
        create_app(Settings(home=home.root))
