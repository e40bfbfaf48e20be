"""The tracking plan: what every event type means, holds and promises, in words ready to show.

Belongs here: the declarations of the domain put into rows of text, and those rows as a Markdown page. The dashboard's
page shows the same rows. Not here: what is refused (`domain.verdicts`), the machine's reading (`contract_schemas`).
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from swipesavvy.domain.contract_examples import example_event
from swipesavvy.domain.event_contract import SERVICE_LEVELS, Actor, EventType, Kind, Latency, Pii, Property
from swipesavvy.domain.events import (
    CONTEXT,
    DUPLICATE_WINDOW,
    EVENT_TYPES,
    LATE_AFTER,
    MAX_CLOCK_SKEW,
    SOURCES,
    TOO_OLD_AFTER,
)

PII_WORDS = {
    Pii.NONE: "–",
    Pii.PERSON: "stands for a person",
    Pii.INDIRECT: "narrows down a person",
    Pii.FREE_TEXT: "may hold anything; scrubbed",
}
LATENCY_WORDS = {
    Latency.CAMPAIGN: "campaign",
    Latency.BEHAVIOUR: "behaviour",
    Latency.STAFF_ACTION: "staff action",
    Latency.SYSTEM: "system",
}
ACTOR_WORDS = {Actor.CUSTOMER: "a customer", Actor.STAFF: "a marketer", Actor.SYSTEM: "the platform"}
_KIND_WORDS = {
    Kind.UUID: "UUID",
    Kind.SEGMENT: "segment code or UUID",
    Kind.TEXT: "text",
    Kind.CHOICE: "one of",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.MONEY: "money, USD",
    Kind.SCORE: "score",
    Kind.FLAG: "true or false",
    Kind.INSTANT: "instant, ISO-8601",
    Kind.DOCUMENT: "any JSON value",
    Kind.TEXT_OR_NUMBER: "text or number",
}


@dataclass(frozen=True)
class PropertyLine:
    """One property in words; `values` lists what is accepted, `bounds` the range, both empty where nothing is said."""

    name: str
    kind: str
    is_required: bool
    values: str
    bounds: str
    pii: str


@dataclass(frozen=True)
class TypeEntry:
    """One event type in words, with a valid example as indented JSON."""

    name: str
    when: str
    actor: str
    owner: str
    volume: str
    latency: str
    promise: str
    is_extension: bool
    properties: tuple[PropertyLine, ...]
    example: str


def tracking_plan() -> tuple[TypeEntry, ...]:
    """Every declared event type, in order of declaration."""
    return tuple(_entry(declared) for declared in EVENT_TYPES.values())


def rules() -> tuple[tuple[str, str], ...]:
    """What holds for every event: term and text."""
    sources = ", ".join(f"`{source}`" for source in SOURCES)
    context = ", ".join(f"`{prop.name}`" for prop in CONTEXT)
    platforms = ", ".join(next(prop.choices for prop in CONTEXT if prop.choices))
    return (
        ("Identity", "`event_id` is a UUID the client makes once; sending it again never counts twice."),
        ("Who", "`user_id` is a text that is not empty; `system` where no person acted."),
        ("When", "`timestamp` is ISO-8601 with a zone; `received_at` is set by the collector."),
        ("Where from", f"`source` is one of {sources}."),
        (
            "Time",
            f"Refused: more than {span(MAX_CLOCK_SKEW)} in the future, or more than {span(TOO_OLD_AFTER)} old. "
            f"Older than {span(LATE_AFTER)}: kept and marked late.",
        ),
        ("Copies", f"Of copies received within {span(DUPLICATE_WINDOW)} of the first, the last one counts."),
        ("Context", f"`context` may hold {context} (platform: {platforms}); nothing of it is judged."),
        ("Unknown", "Types and properties that are not listed are kept, counted and shown, never dropped silently."),
    )


def tracking_plan_markdown() -> str:
    """The plan as a page of documentation."""
    plan = tracking_plan()
    parts = [
        "# Tracking plan",
        "Every event the platform knows, from the one declaration that the collector, the lake and the checks use. "
        "Made by `swipesavvy contracts --format markdown`; do not edit by hand. The same as JSON Schema: "
        "[contracts](contracts/envelope.json).",
        "## Rules for all events",
        "\n".join(f"- **{term}**: {text}" for term, text in rules()),
        "## Service levels",
        _levels(),
        "## Types",
        "\n".join(
            ["| Type | When | Who acts | Owner | Events a day |", "|---|---|---|---|---|"]
            + [
                f"| [`{entry.name}`](#{entry.name}) | {entry.when} | {entry.actor} | {entry.owner} | {entry.volume} |"
                for entry in plan
            ]
        ),
        *(_section(entry) for entry in plan),
    ]
    return "\n\n".join(parts) + "\n"


def span(time: timedelta) -> str:
    """A length of time in its largest whole unit: `30 days`, `24 hours`, `5 minutes`, `10 seconds`."""
    seconds = int(time.total_seconds())
    for size, unit, least in ((86_400, "day", 2), (3_600, "hour", 1), (60, "minute", 1), (1, "second", 1)):
        if seconds % size == 0 and seconds // size >= least:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return "no time"


def property_line(prop: Property) -> PropertyLine:
    """One property in words."""
    values = ", ".join(prop.choices)
    if prop.members:
        values = ", ".join(
            f"{member.name} ({_KIND_WORDS[member.kind]}{_bounds(member, ' ')})" for member in prop.members
        )
    kind = "object" if prop.members else _KIND_WORDS[prop.kind]
    return PropertyLine(prop.name, kind, prop.required, values, _bounds(prop), PII_WORDS[prop.pii])


def _entry(declared: EventType) -> TypeEntry:
    least, most = declared.per_day
    level = SERVICE_LEVELS[declared.latency]
    return TypeEntry(
        name=declared.name,
        when=declared.when,
        actor=ACTOR_WORDS[declared.actor],
        owner=declared.owner,
        volume=f"{least:,} to {most:,}",
        latency=LATENCY_WORDS[declared.latency],
        promise=(
            f"95% within {span(level.target)}, 99% within {span(level.acceptable)}; missing after {span(level.grace)}"
        ),
        is_extension=declared.extension,
        properties=tuple(property_line(prop) for prop in declared.properties),
        example=json.dumps(example_event(declared), indent=2),
    )


def _bounds(prop: Property, before: str = "") -> str:
    if prop.minimum is None and prop.maximum is None:
        return ""
    if prop.maximum is None:
        return f"{before}{prop.minimum:g} or more"
    return (
        f"{before}{prop.minimum:g} to {prop.maximum:g}"
        if prop.minimum is not None
        else f"{before}up to {prop.maximum:g}"
    )


def _levels() -> str:
    lines = ["| Class | 95% readable within | 99% readable within | Missing after |", "|---|---|---|---|"]
    lines += [
        f"| {LATENCY_WORDS[latency]} | {span(level.target)} | {span(level.acceptable)} | {span(level.grace)} |"
        for latency, level in SERVICE_LEVELS.items()
    ]
    return "\n".join(lines)


def _section(entry: TypeEntry) -> str:
    added = " An extension of the original taxonomy; its volume is an estimate." if entry.is_extension else ""
    lines = ["| Property | Type | Required | Accepted values | Range | Personal data |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{line.name}` | {line.kind} | {'yes' if line.is_required else ''} | {line.values} | {line.bounds} "
        f"| {line.pii} |"
        for line in entry.properties
    ]
    return "\n\n".join(
        [
            f"### {entry.name}",
            f"{entry.when}.{added}",
            f"Acts: {entry.actor}. Owner: {entry.owner}. Expected: {entry.volume} a day. "
            f"Class: {entry.latency} ({entry.promise}).",
            "\n".join(lines),
            f"```json\n{entry.example}\n```",
        ]
    )
