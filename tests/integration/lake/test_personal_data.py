"""Landing files that did not come through the collector: the lake holds no personal data of theirs."""

import json
from typing import Any

from landed import NOW, content, land, line, rows, take_in, uid

from swipesavvy.adapters.home_secrets import USER_IDS, home_secret
from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.application.ingestion import QuarantineFilter
from swipesavvy.domain.home import Home
from swipesavvy.domain.scrubbing import keyed_user_id, scrub_event

MAIL, PHONE = "Bob.Smith@example.com", "+1 415 555 2671"
URL = "https://shop.example/offers?email=bob&token=77#top"
PRIVATE = ("ob.smith", "ob.Smith", "example.com", "415", "2671", "token", "email=")


def searched(number: int, query: Any, **changes: Any) -> str:
    """An event whose search query is given."""
    properties = {"engagement_type": "search", "search_query": query, "big": 1, "ratio": 0.5}
    return line(number, properties=properties, **changes)


def lake_text(home: Home) -> str:
    """Everything the lake holds of the events, as one text."""
    held = content(home)
    return repr((held.events, held.duplicates, held.quarantine))


def test_values_are_replaced_and_counted_by_file(home: Home) -> None:
    land(
        home,
        "a.jsonl",
        [searched(1, f"mail {MAIL}"), searched(2, f"call {PHONE}"), searched(3, URL), searched(4, "tea")],
    )
    land(
        home,
        "b.jsonl",
        [searched(5, "coffee"), searched(6, "coffee", context={"mail": MAIL}), searched(7, "cocoa", note=MAIL)],
    )
    take_in(home)
    found = dict(rows(ParquetLake(home).files()["events"], "event_id, properties"))
    assert json.loads(found[uid(1)])["search_query"] == "mail [email]"
    assert json.loads(found[uid(2)])["search_query"] == "call [phone]"
    assert json.loads(found[uid(3)])["search_query"].startswith("https://shop.example/offers")
    assert found[uid(4)] == '{"engagement_type":"search","search_query":"tea","big":1,"ratio":0.5}'
    assert not any(part in lake_text(home) for part in PRIVATE)
    scrubbed = {entry.landing_file: entry.scrubbed for entry in ParquetLake(home).ledger()}
    assert scrubbed == {"events/a.jsonl": 3, "events/b.jsonl": 2}


def test_other_values_keep_their_digits(home: Home) -> None:
    text = searched(1, MAIL).replace('"big": 1', '"big": 123456789012345678901234567890')
    land(home, "a.jsonl", [text])
    take_in(home)
    [(properties,)] = rows(ParquetLake(home).files()["events"], "properties")
    assert '"big":123456789012345678901234567890,"ratio":0.5' in properties
    assert '"search_query":"[email]"' in properties


def test_a_user_named_by_an_address_gets_a_pseudonym(home: Home) -> None:
    properties = {"engagement_type": "search", "user_id": MAIL}
    same = [MAIL, MAIL.upper(), f" {MAIL} "]
    land(home, "a.jsonl", [line(n, user_id=user, properties=properties) for n, user in enumerate([*same, PHONE, "u7"])])
    take_in(home)
    key = home_secret(home, USER_IDS)
    events = ParquetLake(home).files()["events"]
    found = dict(rows(events, "landing_line, user_id"))
    bob = keyed_user_id(MAIL, key)
    assert found == {1: bob, 2: bob, 3: bob, 4: keyed_user_id(PHONE, key), 5: "u7"}
    assert {json.loads(text)["user_id"] for (text,) in rows(events, "properties")} == {bob}


def test_the_quarantine_holds_nothing_private_and_can_be_judged_again(home: Home) -> None:
    land(
        home,
        "a.jsonl",
        [
            searched(1, MAIL, user_id=MAIL, source="web"),
            searched(2, "tea", event_id=MAIL),
            searched(3, URL, note={"of": [MAIL]}, timestamp="never"),
            '{"torn": "' + MAIL,
        ],
    )
    take_in(home)
    before = content(home)
    assert [row[2] for row in before.quarantine] == ["bad_source", "bad_uuid", "bad_timestamp", "malformed_json"]
    assert not any(part in lake_text(home) for part in PRIVATE)
    assert json.loads(before.quarantine[0][4])["user_id"] == keyed_user_id(MAIL, home_secret(home, USER_IDS))
    assert ParquetLake(home).ledger()[0].scrubbed == 4
    ParquetLake(home).replay(QuarantineFilter(), NOW)
    assert content(home) == before


def test_what_the_collector_would_have_landed_is_what_the_lake_holds(home: Home) -> None:
    texts = [
        f"a {MAIL} b",
        PHONE,
        URL,
        "415-555-2671",
        "(415) 555-2671!",
        "tel:4155552671",
        "12345678901",
        'a\\b"c',
        "ü@ü.de",
    ]
    lines = [searched(n, text, user_id=text) for n, text in enumerate(texts)]
    land(home, "a.jsonl", lines)
    take_in(home)
    key = home_secret(home, USER_IDS)
    scrubbed = [scrub_event(json.loads(text), key)[0] for text in lines]
    expected = [(n, event["user_id"], event["properties"]) for n, event in enumerate(scrubbed, start=1)]
    found = rows(ParquetLake(home).files()["events"], "landing_line, user_id, properties")
    assert [(n, user, json.loads(properties)) for n, user, properties in found] == expected


def test_no_secret_is_made_where_none_is_needed(home: Home) -> None:
    land(home, "a.jsonl", [searched(1, MAIL)])
    take_in(home)
    assert not home.keys.exists()
