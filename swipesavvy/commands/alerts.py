"""`swipesavvy alerts ...`: what needs looking after, taking it on, trying the channels. Rules are in the use cases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from swipesavvy.commands.context import FormatOption, HomeOption, operator, settings_for
from swipesavvy.domain.alerts import Alert, State
from swipesavvy.domain.errors import SwipeSavvyError, UsageError

if TYPE_CHECKING:
    from swipesavvy.application.alerting import Alerting

app = typer.Typer(help="Alerts about data and installation.", no_args_is_help=True)


class UndeliveredError(SwipeSavvyError):
    """A channel did not take the message."""


@contextmanager
def _alerting(home: HomeOption) -> "Iterator[Alerting]":
    # Imported here: SQLAlchemy and Alembic would cost every other command most of a second.
    from swipesavvy.adapters.alerting import open_alerting

    with open_alerting(settings_for(home)) as alerting:
        yield alerting


@app.command("list")
def show(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    output: FormatOption = "table",
    home: HomeOption = None,
) -> None:
    """Open and acknowledged alerts, the worst first; `--format json` prints one JSON object a line.

    Example: swipesavvy alerts list --format json
    """
    if output not in {"table", "json"}:
        raise UsageError(f"--format {output}: not known; use table or json")
    with _alerting(home) as alerting:
        found = alerting.list_all() if everything else alerting.list_open()
    for alert in found:
        typer.echo(json.dumps(_plain(alert)) if output == "json" else _line(alert))
    if not found:
        typer.echo("no alerts" if everything else "no open alerts", err=True)


@app.command("ack")
def acknowledge(
    alert_id: Annotated[str, typer.Argument(help="The id that `alerts list` shows.")],
    note: Annotated[str | None, typer.Option("--note", help="What is being done about it.", show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    """Take an alert on: it stays quiet until it grows worse or is over.

    Example: swipesavvy alerts ack 3f2a91c07be4d815 --note "sender restarted"
    """
    with _alerting(home) as alerting:
        alert = alerting.acknowledge_as_operator(alert_id, operator(), note, datetime.now(UTC))
    typer.echo(f"{alert.alert_id} acknowledged by {alert.acknowledged_by}")


@app.command("test")
def try_channels(home: HomeOption = None) -> None:
    """Send one harmless message through every configured channel; the exit code is 1 if one did not take it.

    Example: swipesavvy alerts test
    """
    with _alerting(home) as alerting:
        delivery = alerting.try_channels(datetime.now(UTC))
    for channel in delivery.sent:
        typer.echo(f"{channel}: sent")
    for channel, problem in delivery.failed.items():
        typer.echo(f"{channel}: {problem}")
    if delivery.failed:
        raise UndeliveredError(f"{', '.join(delivery.failed)} did not take the message; see above")


def _line(alert: Alert) -> str:
    state = "" if alert.state is State.OPEN else f" [{alert.state.value}{_by(alert)}]"
    seen = f"{alert.last_seen_at:%Y-%m-%d %H:%M}"
    return f"{alert.alert_id}  {alert.severity.value:<8}  {seen}  {alert.rule} ({alert.subject}): {alert.says}{state}"


def _by(alert: Alert) -> str:
    return f" by {alert.acknowledged_by}" if alert.state is State.ACKNOWLEDGED else ""


def _plain(alert: Alert) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(alert).items()
        if name not in {"told_severity", "is_told"}
    }
