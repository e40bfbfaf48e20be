"""A small market in which everything collides: few people, campaigns and orders, and instants on every edge.

Belongs here: drawing events and rows at random from tiny pools, so that the corners a believable simulation never
meets are met many times. The same seed gives the same market.
"""

import csv
import gzip
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow
import pyarrow.parquet
from oracle.market import Market, at, uid

AS_OF = at("2026-03-10T12:00:00")
DAYS_BACK = (0, 1, 5, 6, 7, 8, 13, 14, 29, 30, 68, 69, 89, 90, 120)
STEP = timedelta(microseconds=1)
USERS = [f"u{number}" for number in range(14)]
CAMPAIGNS = [f"c{number}" for number in range(9)]
CREATIVES = ["k0", "k1", "k2", "k3", None]
ORDERS = [f"o{number}" for number in range(60)]
CHANNELS = ["email", "push", "sms", "in_app"]
VALUES = [0.0, 10.0, 12.5, 99.99]
YEAR = timedelta(days=365)


def instants() -> list[str]:
    """Edges of windows and days, `as_of` itself, a week apart, and a little beyond."""
    midnight = AS_OF.replace(hour=0)
    found = [AS_OF, AS_OF - STEP, AS_OF + STEP, AS_OF + timedelta(days=2)]
    for days in DAYS_BACK:
        day = midnight - timedelta(days=days)
        found += [day - STEP, day, day + STEP, day + timedelta(hours=12), day + timedelta(hours=12) - STEP]
    return [when.replace(tzinfo=None).isoformat() for when in found]


def nasty_market(seed: int, events: int = 1500) -> Market:
    """A market of about so many events, a tenth of them sent again, some broken."""
    random, market = Random(seed), Market()
    when = instants()
    for _ in range(events):
        _one_event(random, market, random.choice(when))
    _tables(random, market, when)
    market.lines = [_without_receipt(line) if random.random() < 0.03 else line for line in market.lines]
    _resend(random, market, events // 10)
    _break(random, market, events // 20)
    random.shuffle(market.lines)
    return market


def _one_event(random: Random, market: Market, when: str) -> None:
    user, campaign = random.choice(USERS), random.choice(CAMPAIGNS)
    extra: dict[str, Any] = {"creative": random.choice(CREATIVES)} if random.random() < 0.4 else {}
    if random.random() < 0.2:
        extra["delivery_channel"] = random.choice(CHANNELS)
    what = random.choices(
        ("assign", "view", "open", "click", "convert", "purchase", "refund", "land", "other"),
        (20, 20, 15, 15, 12, 8, 2, 6, 2),
    )[0]
    if what == "assign":
        # Most users keep to one group of a campaign; a few are seen in both.
        holdout = (hash_of(user, campaign) % 10 < 4) != (random.random() < 0.05)
        extra.setdefault("delivery_channel", random.choice(CHANNELS))
        market.assign(user, campaign, when, holdout=holdout, **extra)
    elif what in {"view", "open"}:
        kinds = ["received"] if what == "view" else ["opened", "opened", "clicked_cta"]
        market.view(user, campaign, when, random.choice(kinds), **extra)
    elif what == "click":
        market.click(user, campaign, when, **extra)
    elif what == "convert":
        creative = extra.pop("creative", None)
        extra["creative_id"] = creative and uid(creative)
        market.convert(user, campaign, random.choice(ORDERS), when, random.choice(VALUES), **extra)
    elif what == "purchase":
        source = random.choice(("backend", "backend", "mobile"))
        order = {"order_id": uid(f"event {random.choice(ORDERS)}"), "order_value": random.choice(VALUES)}
        market.event("user_purchased", user, when, source=source, **order)
    elif what == "refund":
        known = random.choice(ORDERS)
        market.refund(random.choice((known, f"event {known}", "nobody's")), when, random.choice((1.0, 10.0, 12.5)))
    elif what == "land":
        market.event("offer_landed", user, when, source="mobile")
    else:
        market.event("something_new", user, when, source="admin_portal", campaign_id="not checked")


def hash_of(*parts: str) -> int:
    """A number that is the same in every process."""
    return int(uid("/".join(parts))[:8], 16)


def _tables(random: Random, market: Market, when: list[str]) -> None:
    for order in ORDERS[:45]:
        for version in range(random.choice((1, 1, 2))):
            updated = random.choice((None, "2026-03-01T00:00:00Z", f"2026-03-0{version + 2}T00:00:00+01:00"))
            status = random.choice(("paid", "paid", "paid", "paid", "refunded"))
            user, time = random.choice(USERS), random.choice(when)
            market.order(order, user, time, random.choice(VALUES), status=status, updated_at=updated)
    for user in USERS[:-2]:
        base = at(random.choice(when)) - random.choice((YEAR, timedelta(days=7), timedelta()))
        market.user(user, base.replace(tzinfo=None).isoformat())
    for number, campaign in enumerate(CAMPAIGNS[:-1]):
        status = ("active", "completed", "paused", "draft")[number % 4]
        share = random.choice((None, 0.0, 1.0, 0.1, 0.5))
        market.campaign(campaign, status, random.choice((None, 0.0, 100.0, 250.5)), holdout_share=share)
    for _ in range(150):
        campaign, creative = random.choice(CAMPAIGNS), random.choice(CREATIVES)
        platform = random.choice((None, "meta"))
        cost = random.choice((0.0, 3.33, 7.5, None))
        market.spend(campaign, random.choice(when)[:10], cost, creative, platform=platform)


def _without_receipt(line: bytes) -> bytes:
    """The line as history that someone dropped in."""
    return json.dumps({key: value for key, value in json.loads(line).items() if key != "received_at"}).encode()


def _resend(random: Random, market: Market, copies: int) -> None:
    """Copies with other content, some within five minutes of the first, some later, some in upper case."""
    for line in random.sample(market.lines, copies):
        found = json.loads(line)
        later = random.choice((0, 1, 300, 301, 3600))
        received = at(found.get("received_at", found["timestamp"])[:-6]) + timedelta(seconds=later)
        found["received_at"] = received.isoformat()
        if random.random() < 0.5:
            found["event_id"] = found["event_id"].upper()
        if random.random() < 0.5:
            found["user_id"] = random.choice(USERS)
        if "order_value" in found["properties"]:
            found["properties"]["order_value"] = 55.5
        market.lines.append(json.dumps(found).encode())


def _break(random: Random, market: Market, lines: int) -> None:
    for line in random.sample(market.lines, lines):
        found = json.loads(line)
        broken: list[dict[str, Any] | bytes] = [
            b'{"event_id": NaN}',
            line[: len(line) // 2],
            {**found, "user_id": None},
            {**found, "event_id": "17"},
            {**found, "timestamp": "yesterday"},
            {**found, "timestamp": "2026-03-01T10:00:00"},
            {**found, "timestamp": "2026-01-05T10:00:00Z", "received_at": "2026-03-01T10:00:00Z"},
            {**found, "timestamp": "2026-03-01T10:05:01Z", "received_at": "2026-03-01T10:00:00Z"},
            {**found, "source": "web"},
            {**found, "event_type": "user_purchased", "properties": {"order_id": uid("x"), "order_value": -1}},
            {**found, "event_type": "campaign_viewed", "properties": {"campaign_id": uid("c0"), "view_type": "seen"}},
            {**found, "event_type": "campaign_clicked", "properties": {"campaign_id": "summer"}},
            {**found, "event_type": "campaign_clicked", "properties": {}},
        ]
        chosen = random.choice(broken)
        market.lines.append(chosen if isinstance(chosen, bytes) else json.dumps(chosen).encode())


def write_scattered(market: Market, landing: Path, seed: int) -> None:
    """Writes a market as it would lie after a while: several files, packed and plain, each table in three formats."""
    random = Random(seed)
    (landing / "events").mkdir(parents=True)
    parts: list[list[bytes]] = [[], [], []]
    for line in market.lines:
        random.choice(parts).append(line)
    (landing / "events" / "b.jsonl").write_bytes(b"\n".join(parts[0]) + b"\n" + parts[0][0][:40])
    (landing / "events" / "a.jsonl.gz").write_bytes(gzip.compress(b"\n\n".join(parts[1])))
    (landing / "events" / "C.jsonl").write_bytes(b"\r\n".join([*parts[2], b"  ", b""]))
    for table, rows in market.rows.items():
        (landing / table).mkdir()
        by_file: list[list[dict[str, Any]]] = [[], [], []]
        for row in rows:
            random.choice(by_file).append(row)
        text = "".join(json.dumps(row) + "\n" for row in by_file[0])
        (landing / table / "m.jsonl").write_text(text, encoding="utf-8")
        (landing / table / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps(by_file[1][0]).encode()))
        typed = pyarrow.Table.from_pylist([_typed(row) for row in by_file[1][1:]])
        pyarrow.parquet.write_table(typed, landing / table / "z.parquet")
        columns = list(dict.fromkeys(column for row in by_file[2] for column in row))
        with (landing / table / "B.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(by_file[2])


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Times as instants and days as days, as a typed file holds them."""
    found = dict(row)
    for name, value in row.items():
        if isinstance(value, str) and name.endswith("_at"):
            found[name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and name.endswith("_date"):
            found[name] = date.fromisoformat(value)
    return found
