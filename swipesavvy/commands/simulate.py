"""`swipesavvy simulate`: write a market with known truth, or go on sending its events to the collector."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from swipesavvy.commands.context import FormatOption, HomeOption, progress_bar, settings_for
from swipesavvy.domain.errors import BadInputError, BusyError, UsageError
from swipesavvy.domain.keys import Scope
from swipesavvy.settings import Settings
from swipesavvy.simulation.spec import Faults, MarketSpec, end_of

if TYPE_CHECKING:
    from swipesavvy.client import Client
    from swipesavvy.simulation.live import LiveMarket
    from swipesavvy.simulation.market import Market

_TICK = 0.5  # seconds between sends
_CATCH_UP = 5.0  # seconds of events sent at once at most
_LINGER = 0.1  # seconds an event waits for company
_PATIENCE = 120.0  # seconds that what still waits at the end may take
_KEY_RATE = 6_000  # requests a minute of a key made for one session

Share = Annotated[float, typer.Option(help="Share of the clean events.")]


def simulate(
    *,
    days: Annotated[int, typer.Option(help="Days with events.")] = MarketSpec.days,
    users: Annotated[int, typer.Option(help="Users signed up by the end.")] = MarketSpec.users,
    campaigns: Annotated[int, typer.Option(help="Campaigns over the whole time.")] = MarketSpec.campaigns,
    seed: Annotated[int, typer.Option(help="Same seed and arguments, same bytes.")] = MarketSpec.seed,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC), whole; default: today, up to the last full hour."),
    ] = None,
    duplicate_share: Share = Faults.duplicate_share,
    late_share: Share = Faults.late_share,
    skewed_share: Share = Faults.skewed_share,
    broken_share: Share = Faults.broken_share,
    live: Annotated[
        bool, typer.Option("--live", help="Send events to the collector instead of writing files.")
    ] = False,
    rate: Annotated[float, typer.Option(help="With --live: events a second.")] = 5.0,
    for_seconds: Annotated[
        float | None, typer.Option("--for", help="With --live: stop after so many seconds; default: at Ctrl-C.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="With --live: API key; default: one made for this session.")] = None,
    home: HomeOption = None,
    output: FormatOption = "table",
) -> None:
    """Write a believable market with known truth into landing/ and truth/, or keep sending its events.

    Example: swipesavvy simulate --days 150 --users 8000 --seed 7 --until 2026-06-30
    """
    settings = settings_for(home)
    faults = Faults(duplicate_share, late_share, skewed_share, broken_share)
    ends_at = end_of(until.date() if until else None, datetime.now(UTC))
    spec = MarketSpec(ends_at, days=days, users=users, campaigns=campaigns, seed=seed, faults=faults)
    if live:
        _send_live(settings, spec, rate, for_seconds, key)
    else:
        _write(settings, spec, output)


def _write(settings: Settings, spec: MarketSpec, output: str) -> None:
    from swipesavvy.simulation.market import STEPS, market
    from swipesavvy.simulation.writer import check_vacant, write

    home = settings.paths()
    check_vacant(home, spec)
    with progress_bar() as progress:
        thinking = progress.add_task("Simulating", total=len(STEPS) + 1)

        def begin(step: str) -> None:
            progress.update(thinking, description=f"Simulating {step}", advance=1)

        made = market(spec, begin)
        progress.update(thinking, description="Simulated", completed=len(STEPS) + 1)
        writing = progress.add_task("Writing", total=1)
        try:
            write(made, home, lambda done, total: progress.update(writing, completed=done, total=total))
        except OSError as error:
            raise BadInputError(f"cannot write the market into {home.root}: {error}") from None
    _report(made, output)


def _report(made: "Market", output: str) -> None:
    if output == "json":
        typer.echo(json.dumps(made.counts, indent=1))
        return
    counts = made.counts
    typer.echo(
        f"{counts['landed']:,} lines: {counts['clean']:,} events, {counts['duplicates']:,} copies, "
        f"{counts['quarantined']:,} broken; {counts['late']:,} late, {counts['skewed']:,} skewed"
    )
    typer.echo("next: `swipesavvy run` takes them in and computes the metrics")


def _send_live(settings: Settings, asked: MarketSpec, rate: float, for_seconds: float | None, key: str | None) -> None:
    from swipesavvy.client import Client
    from swipesavvy.simulation.live import LiveMarket
    from swipesavvy.simulation.world import world
    from swipesavvy.simulation.writer import recorded_spec

    if rate <= 0:
        raise UsageError(f"--rate {rate} is not a number of events a second")
    address = f"http://{settings.host}:{settings.api_port}"
    with _key_for_session(settings, key) as secret, Client(address, secret, linger=_LINGER) as client:
        client.check()
        # What is sent continues the market of this home where there is one.
        market = LiveMarket(world(recorded_spec(settings.paths()) or asked), datetime.now(UTC))
        typer.echo(f"sending {rate:g} events a second to {address}; Ctrl-C stops", err=True)
        try:
            _keep_sending(client, market, rate, for_seconds)
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)
        left = client.close(_PATIENCE)
        counts = client.counts
        accepted = counts["accepted"] + counts["duplicate"]
        typer.echo(f"{accepted:,} events accepted, {counts['rejected']:,} rejected, {counts['retries']:,} retries")
        if left:
            raise BusyError(f"{left:,} events were not delivered: {client.trouble}")


def _keep_sending(client: "Client", market: "LiveMarket", rate: float, for_seconds: float | None) -> None:
    """Hand over what is due every half second; after a long pause of this machine only a part of it."""
    started = last = time.monotonic()
    due = 0.0
    while for_seconds is None or last - started < for_seconds:
        time.sleep(_TICK)
        now = time.monotonic()
        due = min(due + rate * (now - last), rate * _CATCH_UP)
        last = now
        for event in market.next_events(int(due), datetime.now(UTC)):
            client.track(
                event["event_type"],
                event["properties"],
                user_id=event["user_id"],
                session_id=event["session_id"],
                timestamp=event["timestamp"],
                context=event["context"],
                event_id=event["event_id"],
                source=event["source"],
            )
        due -= int(due)


@contextmanager
def _key_for_session(settings: Settings, key: str | None) -> Iterator[str]:
    """The key given, or one made now and revoked when sending ends."""
    if key is not None:
        yield key
        return
    from swipesavvy.adapters.ops import open_ops
    from swipesavvy.adapters.people import keys_of

    store = open_ops(settings)
    try:
        keys = keys_of(store)
        name = f"live-simulation-{uuid4().hex[:8]}"
        secret = keys.add_key(name, frozenset({Scope.COLLECT}), _KEY_RATE, datetime.now(UTC))
        try:
            yield secret
        finally:
            keys.revoke_key(name, datetime.now(UTC))
    finally:
        store.close()
