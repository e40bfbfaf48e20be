"""What the manifest remembers of refused lines that the present contract would accept.

Lines are refused by the contract of their day. Once it has changed they are judged again, once, to tell people how many
a replay would move; the answer holds until a replay, because what is refused later is refused by the present contract.
"""

from collections.abc import Callable
from datetime import datetime

from swipesavvy.adapters.lake.files import QUARANTINE
from swipesavvy.adapters.lake.manifest import BatchRecord, Manifest
from swipesavvy.domain.contract_version import contract_version


def replayable_fact(source: str, lines: int) -> dict[str, str | None]:
    """To be remembered: so many refused lines of a source would be accepted by the present contract."""
    return {_name(source): f"{contract_version(source)} {lines}"}


def known_replayable(manifest: Manifest, source: str) -> int | None:
    """The remembered number, None if the contract has changed since."""
    version, _, lines = (manifest.fact(_name(source)) or "").partition(" ")
    return int(lines) if version == contract_version(source) else None


def replayable_hint(manifest: Manifest, source: str, count: Callable[[], int], now: datetime) -> str | None:
    """One line saying how many refused lines of a source a replay would move; `count` finds out where it is unknown."""
    lines = known_replayable(manifest, source)
    if lines is None:
        lines = count() if manifest.files(f"{QUARANTINE}:{source}") else 0
        manifest.commit(BatchRecord(source, facts=replayable_fact(source, lines), changes_content=False), now)
    if not lines:
        return None
    return (
        f"{source}: {lines:,} quarantined lines would be accepted by the present contract; "
        f"`swipesavvy quarantine replay --source {source}` moves them into the lake"
    )


def _name(source: str) -> str:
    return f"replayable:{source}"
