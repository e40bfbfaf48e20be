"""Checks at the door: every landed line is accounted for, and how much of it broke the contract.

What makes a line invalid is the event contract's business; here only the ledger is read.
"""

from collections import Counter

import dagster as dg

from dagster_project.lake_assets import EVENTS
from dagster_project.resources import Installation
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake_profile import rows_in
from swipesavvy.application.ingestion import EVENTS as EVENT_STREAM

QUARANTINE_WATCH_SHARE = 0.05
LOOKED_AT = 20


@dg.asset_check(
    asset=EVENTS,
    blocking=True,
    description="Landed lines = clean + duplicate + quarantined + erased, for every batch and file and in total; "
    "and the clean ones are the rows of the lake.",
)
def ledger_balances(installation: Installation) -> dg.AssetCheckResult:
    """A line that is nowhere was lost: nothing may be built on that."""
    lake = open_lake(installation.home)
    rows = lake.ledger()
    wrong = [
        f"batch {row.batch}, {row.landing_file}: {row.landed:,} landed, but {row.clean:,} clean, {row.duplicate:,} "
        f"duplicate, {sum(row.quarantined.values()):,} quarantined and {row.erased:,} erased"
        for row in rows
        if not row.balances
    ]
    clean = sum(row.clean for row in rows if row.source == EVENT_STREAM)
    erased = sum(row.erased for row in rows if row.source == EVENT_STREAM)
    held = rows_in(lake.files()[EVENT_STREAM])
    # What was erased may stay behind without its person.
    if not clean <= held <= clean + erased:
        wrong.append(f"the ledger counts {clean:,} clean events, the lake holds {held:,}")
    return dg.AssetCheckResult(
        passed=not wrong,
        description="; ".join(wrong[:3]) or None,
        metadata={
            "files": len(rows),
            "landed": sum(row.landed for row in rows),
            "events": held,
            "unbalanced": len(wrong),
        },
    )


@dg.asset_check(
    asset=EVENTS,
    description=f"At most {QUARANTINE_WATCH_SHARE:.0%} of what landed is quarantined; the rest is built anyway.",
)
def contracts_at_the_door(installation: Installation) -> dg.AssetCheckResult:
    """A warning for people: a client that breaks the contract shows here first."""
    rows = open_lake(installation.home).ledger()
    reasons: Counter[str] = Counter()
    for row in rows:
        reasons.update(row.quarantined)
    landed, bad = sum(row.landed for row in rows), sum(reasons.values())
    share = bad / landed if landed else 0.0
    table = "\n".join(f"| {reason} | {count:,} |" for reason, count in reasons.most_common())
    return dg.AssetCheckResult(
        passed=share <= QUARANTINE_WATCH_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{bad:,} of {landed:,} lines quarantined",
        metadata={
            "share_quarantined": round(share, 6),
            "reasons": dg.MetadataValue.md(f"| reason | lines |\n|---|---|\n{table}" if table else "none"),
        },
    )


@dg.asset_check(
    asset=EVENTS,
    blocking=True,
    description=f"The newest {LOOKED_AT} event files of the lake meet the contract, asked a second time by pandera.",
)
def clean_events_meet_the_contract(installation: Installation) -> dg.AssetCheckResult:
    """A breach is a defect of the routing, not of a client."""
    # Imported here: pandera and polars take longer to load than most processes of Dagster live.
    from swipesavvy.adapters.frame_checks import event_breaches

    files = sorted(open_lake(installation.home).files()[EVENT_STREAM], key=lambda file: file.stat().st_mtime)
    newest = files[-LOOKED_AT:]
    found = event_breaches(newest)
    return dg.AssetCheckResult(
        passed=not found,
        description="; ".join(found[:3]) or None,
        metadata={"files": len(newest), "rows": rows_in(newest), "breaches": len(found)},
    )


lake_checks = [ledger_balances, contracts_at_the_door]
thorough_lake_checks = [clean_events_meet_the_contract]
