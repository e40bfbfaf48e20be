"""Checks at the door: every landed line is accounted for, and how much of it broke the contract.

What makes a line invalid is the event contract's business; here only the ledger is read.
"""

from collections import Counter

import dagster as dg

from dagster_project.lake_assets import EVENTS
from dagster_project.resources import Installation
from swipesavvy.adapters.lake import open_lake

QUARANTINE_WATCH_SHARE = 0.05


@dg.asset_check(
    asset=EVENTS,
    blocking=True,
    description="Landed lines = clean + duplicate + quarantined, for every batch and file.",
)
def ledger_balances(installation: Installation) -> dg.AssetCheckResult:
    """A line that is nowhere was lost: nothing may be built on that."""
    rows = open_lake(installation.home).ledger()
    wrong = [
        f"batch {row.batch}, {row.landing_file}: {row.landed:,} landed, but {row.clean:,} clean, {row.duplicate:,} "
        f"duplicate and {sum(row.quarantined.values()):,} quarantined"
        for row in rows
        if not row.balances
    ]
    return dg.AssetCheckResult(
        passed=not wrong,
        description="; ".join(wrong[:3]) or None,
        metadata={"files": len(rows), "landed": sum(row.landed for row in rows), "unbalanced": len(wrong)},
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


lake_checks = [ledger_balances, contracts_at_the_door]
