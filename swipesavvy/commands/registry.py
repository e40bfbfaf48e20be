"""The list of commands, in the order `--help` shows them. A command module is imported here and nowhere else."""

import typer

from swipesavvy.commands import (
    alerts,
    backfill,
    configuration,
    contracts,
    demo,
    importing,
    keys,
    ledger,
    metrics,
    people,
    quarantine,
    run,
    serving,
    simulate,
)


def register(app: typer.Typer) -> None:
    """Attach every command to the application."""
    app.command("simulate")(simulate.simulate)
    app.command("import")(importing.import_data)
    app.command("run")(run.run)
    app.command("up")(serving.up)
    app.add_typer(serving.serve_app, name="serve")
    app.command("demo")(demo.demo)
    app.command("metrics")(metrics.metrics)
    app.command("ledger")(ledger.ledger)
    app.command("contracts")(contracts.contracts)
    app.command("backfill")(backfill.backfill)
    app.add_typer(quarantine.app, name="quarantine")
    app.add_typer(alerts.app, name="alerts")
    app.add_typer(people.app, name="user")
    app.add_typer(keys.app, name="key")
    app.command("config")(configuration.config)
