"""The tracking plan as rows of tables, and the search in it."""

from collections.abc import Sequence

from streamlit_app.view_models.quality import Rows
from swipesavvy.application.tracking_plan import TypeEntry
from swipesavvy.domain.figures import DASH


def summary(plan: Sequence[TypeEntry]) -> str:
    """How many types and properties there are."""
    count = sum(len(entry.properties) for entry in plan)
    own = sum(entry.is_extension for entry in plan)
    return f"{len(plan)} event types with {count} properties; {own} types extend the original taxonomy."


def matching(plan: Sequence[TypeEntry], wanted: str) -> list[TypeEntry]:
    """Types whose name, occasion or a property's name holds the words."""
    word = wanted.strip().casefold()
    return [
        entry
        for entry in plan
        if word in f"{entry.name} {entry.when}".casefold() or any(word in line.name for line in entry.properties)
    ]


def type_rows(plan: Sequence[TypeEntry]) -> Rows:
    """One line per type."""
    return [
        {
            "Type": entry.name,
            "When": entry.when,
            "Who acts": entry.actor,
            "Owner": entry.owner,
            "Events a day": entry.volume,
            "Class": entry.latency,
            "Service level": entry.promise,
        }
        for entry in plan
    ]


def about(entry: TypeEntry) -> str:
    """One type in a sentence or two."""
    estimate = " (an estimate)" if entry.is_extension else ""
    return f"{entry.when}. Owner: {entry.owner}. Expected: {entry.volume} a day{estimate}. {entry.promise}."


def property_rows(entry: TypeEntry) -> Rows:
    """One line per property."""
    return [
        {
            "Property": line.name,
            "Type": line.kind,
            "Required": "yes" if line.is_required else DASH,
            "Accepted values": line.values or DASH,
            "Range": line.bounds or DASH,
            "Personal data": line.pii,
        }
        for line in entry.properties
    ]
