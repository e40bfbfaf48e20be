"""dbt's two phases as assets: `base` (staging to marts) and `final` (metrics); every data test is an asset check.

Formulas live in the dbt project. dbt runs inside this process (see `swipesavvy.adapters.dbt_runner`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.presentation import table_metadata
from dagster_project.resources import Installation, progress
from dagster_project.translator import HouseTranslator
from swipesavvy.adapters.catalogue import read_manifest
from swipesavvy.adapters.dbt_runner import DbtOutcome, build_phase, ensure_manifest
from swipesavvy.adapters.sources_file import read_plan
from swipesavvy.adapters.warehouse import mark_built, reading, writing
from swipesavvy.domain.errors import BuildError

POOL = "duckdb_writer"
PHASES = ("base", "final")

manifest: dict[str, Any] = read_manifest(ensure_manifest())
translator = HouseTranslator(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=False))


def _selection(context: dg.AssetExecutionContext, phase: str) -> list[str]:
    """The whole phase, or the models somebody picked on the asset page."""
    if not context.is_subset:
        return ["--selector", phase]
    specs = context.assets_def.specs_by_key
    names = [specs[key].metadata["dagster_dbt/unique_id"].rpartition(".")[2] for key in context.selected_asset_keys]
    return ["--select", *sorted(names)]


def _build(context: dg.AssetExecutionContext, installation: Installation, phase: str) -> Iterator[Any]:
    home = installation.home
    plan = read_plan(home)
    progress.info("building %s models", phase)
    with writing(home):
        outcome = build_phase(
            home, _selection(context, phase), lambda name, status: progress.debug("%s: %s %s", phase, name, status)
        )
    for warning in outcome.warnings:
        progress.warning("%s", warning)
    yield from _dagster_events(context, installation, outcome)
    if outcome.failures:
        more = f" (and {len(outcome.failures) - 1} more)" if len(outcome.failures) > 1 else ""
        message = f"{outcome.failures[0]}{more}; nothing was published, what was published before still stands"
        raise BuildError(message)
    if not context.is_subset:
        mark_built(home, plan.build_id, phase)


def _dagster_events(
    context: dg.AssetExecutionContext, installation: Installation, outcome: DbtOutcome
) -> Iterator[Any]:
    """Results of dbt as Dagster's: materialisations with row counts, test results as checks."""
    rows = _row_counts(installation)
    for event in outcome.events:
        message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
        for result in message.to_default_asset_events(manifest, translator, context):
            if isinstance(result, dg.Output):
                key = context.asset_key_for_output(result.output_name)
                extra = table_metadata(context, key, rows.get(tuple(key.path), 0))
                yield dg.Output(None, output_name=result.output_name, metadata={**(result.metadata or {}), **extra})
            else:
                yield result


def _row_counts(installation: Installation) -> dict[tuple[str, ...], int]:
    """Rows of every table of the warehouse; views are counted too, they are cheap here."""
    with reading(installation.home) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema not in ('lake', 'main')"
        ).fetchall()
        return {tuple(name): len(connection.table(".".join(f'"{part}"' for part in name))) for name in names}


@dbt_assets(manifest=manifest, selector="base", dagster_dbt_translator=translator, pool=POOL, name="dbt_base")
def dbt_base(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
    """Staging, intermediate, marts and the sufficient statistics Python needs."""
    yield from _build(context, installation, "base")


@dbt_assets(manifest=manifest, selector="final", dagster_dbt_translator=translator, pool=POOL, name="dbt_final")
def dbt_final(context: dg.AssetExecutionContext, installation: Installation) -> Iterator[Any]:
    """The metrics, and whatever else reads the results of the Python steps."""
    yield from _build(context, installation, "final")
