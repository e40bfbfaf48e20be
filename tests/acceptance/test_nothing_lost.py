"""A mixed corpus is posted through a server and an ingest that keep being killed: nothing is lost, nothing changes."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from acceptance.commands import metric_rows, swipesavvy
from acceptance.faulty_processes import SERVER_POINTS, faulty_ingest, faulty_server
from oracle.comparison import snapshot_records
from oracle.events import landed_lines, read_folder
from oracle.market import Market, uid

BATCH = 25
INGEST_STEPS = 40
PATIENCE_SECONDS = 20


def draw_batches(random: Random, start: datetime, events: int = 900) -> list[list[bytes]]:
    """What clients might send: events of many kinds, copies, late and impossible ones, and what is no event at all."""
    market = Market()
    users, campaigns = [f"u{n}" for n in range(60)], [f"c{n}" for n in range(5)]
    while len(market.lines) < events:
        user, campaign = random.choice(users), random.choice(campaigns)
        # Whole days and some hours ago: far from every limit of age, however long the test takes.
        when = start - timedelta(days=random.choice((0, 0, 0, 1, 2, 7, 20)), hours=random.choice((1, 2, 5)))
        moment = (when + timedelta(seconds=random.randrange(1800))).replace(tzinfo=None).isoformat()
        _one_event(random, market, user, campaign, moment)
    lines = [_as_sent(line) for line in market.lines]
    for line in random.sample(lines, events // 12):
        lines.insert(random.randrange(len(lines)), _copy(random, line))
    for line in random.sample(lines, events // 12):
        lines.insert(random.randrange(len(lines)), _broken(random, line))
    return [lines[at : at + BATCH] for at in range(0, len(lines), BATCH)]


def _one_event(random: Random, market: Market, user: str, campaign: str, moment: str) -> None:
    order = f"o{len(market.lines)}"
    match random.randrange(7):
        case 0:
            market.assign(user, campaign, moment, holdout=int(user[1:]) % 4 == 0)
        case 1:
            market.view(user, campaign, moment)
        case 2:
            market.view(user, campaign, moment, "opened", delivery_channel="email")
        case 3:
            market.click(user, campaign, moment)
        case 4:
            market.convert(user, campaign, order, moment, float(random.randrange(5, 50)))
        case 5:
            market.event("user_purchased", user, moment, order_id=uid(order), order_value=12.5)
        case _:
            market.event("a_type_of_their_own", user, moment, anything=[1, {"deep": "<b>'; DROP"}])


def _as_sent(line: bytes) -> bytes:
    return json.dumps({name: value for name, value in json.loads(line).items() if name != "received_at"}).encode()


def _copy(random: Random, line: bytes) -> bytes:
    """The same id once more: as it was, with another body, or said to be of another day."""
    found = json.loads(line)
    change: dict[str, Any] = random.choice(
        (
            {},
            {"user_id": "u-other"},
            {"event_id": found["event_id"].upper()},
            {"timestamp": (datetime.fromisoformat(found["timestamp"]) - timedelta(days=3)).isoformat()},
        )
    )
    return json.dumps({**found, **change}).encode()


def _broken(random: Random, line: bytes) -> bytes:
    found = json.loads(line)
    found["event_id"] = str(UUID(int=random.getrandbits(128)))
    negative = {"order_id": uid("o"), "amount": -1}
    without_user = {name: value for name, value in found.items() if name != "user_id"}
    return random.choice(
        (
            json.dumps({**found, "timestamp": "2020-01-01T00:00:00Z"}).encode(),
            json.dumps({**found, "timestamp": "2999-01-01T00:00:00Z"}).encode(),
            json.dumps({**found, "timestamp": "soon"}).encode(),
            json.dumps({**found, "source": "toaster"}).encode(),
            json.dumps({**found, "event_id": "17"}).encode(),
            json.dumps({**found, "event_type": "campaign_clicked", "properties": {"campaign_id": "x"}}).encode(),
            json.dumps({**found, "event_type": "order_refunded", "properties": negative}).encode(),
            json.dumps(without_user).encode(),
            json.dumps(found)[:-1].encode() + b', "user_id": "twice"}',
            b'{"event_id": NaN}',
            b'["no", "event"]',
            b'"\\ud800"',
        )
    )


@dataclass
class Receipts:
    """What the server told the client, in the order it was told."""

    events: list[tuple[bytes, str, str | None]] = field(default_factory=list)

    def post(self, client: httpx.Client, batch: list[bytes]) -> bool:
        """Whether the batch was acknowledged."""
        try:
            answer = client.post("/api/analytics/events", content=b"[" + b",".join(batch) + b"]")
        except httpx.TransportError:
            return False
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        assert len(results) == len(batch)
        told = [(result["status"], result.get("reason")) for result in results]
        self.events += [(raw, status, reason) for raw, (status, reason) in zip(batch, told, strict=True)]
        return True


def deliver(home: Path, batches: list[list[bytes]], plan: list[tuple[str, int]], *, careless: bool = False) -> Receipts:
    """Post every batch until it is acknowledged, through one doomed server after the other and then a sound one.

    After each death an ingest is killed too, each time some steps later.
    """
    receipts, at = Receipts(), 0
    key = swipesavvy(home, "key", "add", "shop", "--scope", "collect", "--rate", "100000").split()[-1]
    for death, (point, target) in enumerate([*plan, ("never", 0)]):
        with (
            faulty_server(home, point, target, careless=careless) as address,
            httpx.Client(
                base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_SECONDS
            ) as client,
        ):
            while at < len(batches) and receipts.post(client, batches[at]):
                at += 1
        if point != "never" and not careless:
            assert at < len(batches), "the server outlived the corpus"
            faulty_ingest(home, 2 + 3 * death)
    assert at == len(batches)
    return receipts


def lost(home: Path, receipts: Receipts) -> list[str]:
    """Acknowledged events that are not in the landing files as often as they were acknowledged."""
    landed = Counter(
        _identity(line) for path in (home / "landing" / "events").glob("*.jsonl") for _, line in landed_lines(path)
    )
    return [f"{raw!r}"[:120] for raw, _, _ in receipts.events if landed[_identity(raw)] == 0]


def _identity(line: bytes) -> str:
    """An event without its receipt, or what the line says where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return line.decode(errors="replace").strip()
    if not isinstance(found, dict):
        return json.dumps(found)
    return json.dumps({name: value for name, value in found.items() if name != "received_at"}, sort_keys=True)


def comparable(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by key, without what names the build."""
    found = {}
    for row in rows:
        kept = {name: value for name, value in row.items() if name not in {"build_id", "data_as_of", "as_of"}}
        found[json.dumps([row["metric"], row["window"], row["grain"]], sort_keys=True)] = kept
    return found


@pytest.fixture(scope="module")
def start() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def plan_of_deaths() -> list[tuple[str, int]]:
    """Every point once, each after a few more writes than the last."""
    return [(point, 2 + number) for number, point in enumerate(SERVER_POINTS)]


@pytest.mark.slow
def test_what_is_acknowledged_survives_every_death(tmp_path: Path, start: datetime) -> None:
    batches = draw_batches(Random(3), start)
    killed, calm = tmp_path / "killed" / "home", tmp_path / "calm" / "home"
    for home in (killed, calm):
        home.mkdir(parents=True)
    receipts = deliver(killed, batches, plan_of_deaths())
    undisturbed = deliver(calm, batches, [])
    assert lost(killed, receipts) == []
    for step in range(1, INGEST_STEPS, 6):
        faulty_ingest(killed, step)
    for home in (killed, calm):
        swipesavvy(home, "run")
    assert_ledger_balances(killed)
    assert_judged_alike(killed, receipts)
    # Only the copies that had to be sent again may differ between the two: never what the server said of them.
    assert [(raw, reason) for raw, _, reason in receipts.events] == [
        (raw, reason) for raw, _, reason in undisturbed.events
    ]
    for by in ((), ("campaign",), ("day",)):
        assert comparable(metric_rows(killed, by=by)) == comparable(metric_rows(calm, by=by))


def assert_ledger_balances(home: Path) -> None:
    """Every landed line of every file has one fate, and the same one an independent reading gives it."""
    intake = read_folder(home / "landing" / "events", datetime.now(UTC))
    rows = [row for row in snapshot_records(home, "ledger") if row["source"] == "events"]
    for row in rows:
        quarantined = sum(row["quarantined"].values())
        assert row["landed"] == row["clean"] + row["duplicate"] + quarantined + row.get("erased", 0), row
    assert sum(row["landed"] for row in rows) == intake.landed.total()
    assert sum(row["clean"] for row in rows) == intake.clean.total()
    assert sum(row["duplicate"] for row in rows) == intake.duplicate.total()
    reasons: Counter[str] = Counter()
    for row in rows:
        reasons.update(row["quarantined"])
    assert +reasons == intake.reasons()


def assert_judged_alike(home: Path, receipts: Receipts) -> None:
    """The server's rejections are the reasons the lake has for the same events."""
    intake = read_folder(home / "landing" / "events", datetime.now(UTC))
    told = Counter(reason for _, _, reason in receipts.events if reason)
    # Batches that were written but not acknowledged landed twice.
    assert set(told) == set(intake.reasons())
    assert all(intake.reasons()[reason] >= count for reason, count in told.items())


@pytest.mark.slow
@pytest.mark.parametrize("point", ["half a write", "before write"])
def test_without_the_protection_the_loss_shows(tmp_path: Path, start: datetime, point: str) -> None:
    """The control: a server that acknowledges before it writes loses events, and the count of them finds it."""
    home = tmp_path / "home"
    home.mkdir()
    batches = draw_batches(Random(4), start, events=200)
    receipts = deliver(home, batches, [(point, 3)], careless=True)
    assert lost(home, receipts)
