"""Data quality in words: the seven rates as tiles, and the tables below them as rows ready to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from streamlit_app.view_models.tiles import TargetBar
from streamlit_app.view_models.verdicts import Verdict
from swipesavvy.application.overview_queries import DayValue
from swipesavvy.application.quality_queries import (
    LedgerEntry,
    QualityDay,
    QualityValue,
    ReasonCount,
    Reconciled,
    ReconciledSum,
    RefusedLine,
    ServiceLevelRow,
    TypeVolume,
    UnlistedName,
)
from swipesavvy.domain import figures

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Wording:
    """How a metric of quality is called, what it answers, and on which side of its limit it should stay."""

    label: str
    question: str
    of: str
    is_floor: bool


WORDINGS: Mapping[str, Wording] = {
    "ingestion_rate": Wording("Ingestion rate", "Did everything arrive that should?", "expected events", is_floor=True),
    "validation_pass_rate": Wording("Validation pass rate", "Is what arrives valid?", "landed lines", is_floor=True),
    "completeness": Wording("Completeness", "Is what must be filled in filled in?", "landed lines", is_floor=True),
    "schema_compliance": Wording("Schema compliance", "Does it have the agreed form?", "landed lines", is_floor=True),
    "duplicate_rate": Wording("Duplicate rate", "How much arrives twice?", "landed lines", is_floor=False),
    "late_arrival_rate": Wording("Late arrivals", "How much comes a day late?", "received events", is_floor=False),
    "freshness_p95_minutes": Wording("Freshness", "How soon can 95% be read?", "on-time events", is_floor=False),
}
_VERDICTS = {
    "ok": Verdict("good", "fine"),
    "info": Verdict("watch", "note"),
    "warning": Verdict("watch", "warning"),
    "critical": Verdict("bad", "critical"),
}
_STATUS = {
    "met": Verdict("good", "met"),
    "behind_target": Verdict("watch", "behind target"),
    "breached": Verdict("bad", "breached"),
    "overdue": Verdict("bad", "overdue"),
    "no_events": Verdict("unclear", "no events"),
}
EVERY = "all"
NEARLY_ALL, ALL = 99.5, 100


@dataclass(frozen=True)
class QualityTile:
    """One rate as a tile."""

    metric: str
    label: str
    question: str
    value: str
    unit: str
    target: float | None
    verdict: Verdict
    bar: TargetBar | None
    sentence: str
    history: Sequence[DayValue]


def written(value: float | None, unit: str) -> str:
    """A measure for people: minutes in the unit that fits, and never 100% where a line is missing."""
    if value is not None and unit == "minutes":
        return _seconds(60 * value)
    if value is not None and unit == "%" and NEARLY_ALL <= value < ALL:
        return f"{floor(value * 100) / 100:.2f}%"
    return figures.written(value, unit)


def severity(word: str) -> Verdict:
    """A severity as a tone with its word."""
    return _VERDICTS.get(word, Verdict("unclear", word))


def quality_tiles(values: Sequence[QualityValue], days: Sequence[QualityDay]) -> list[QualityTile]:
    """The seven rates, in a fixed order; none where the build has none."""
    total = {value.metric: value for value in values if value.source is None}
    return [
        _tile(total[metric], wording, values, history(days, metric))
        for metric, wording in WORDINGS.items()
        if metric in total
    ]


def history(days: Sequence[QualityDay], metric: str) -> list[DayValue]:
    """One metric day by day."""
    return [DayValue(day.day, day.value) for day in days if day.metric == metric]


def headline(tiles: Sequence[QualityTile]) -> str:
    """The one sentence above all tiles: what needs attention."""
    off = [tile for tile in tiles if tile.verdict.tone in {"watch", "bad"}]
    if not off:
        return f"All {len(tiles)} measures of quality are within their limits over the last 24 hours."
    worst = sorted(off, key=lambda tile: tile.verdict.tone != "bad")
    named = ", ".join(f"{tile.label.lower()} ({tile.value}, {tile.verdict.word})" for tile in worst)
    return f"{len(off)} of {len(tiles)} measures need attention: {named}."


def volume_sentence(volumes: Sequence[TypeVolume]) -> str:
    """How the newest day compares with what was expected, and which type is furthest off."""
    known = [(volume, volume.expected) for volume in volumes if volume.expected]
    if not known:
        return "No type has four weeks of history yet, so nothing says how many events to expect."
    came, expected = sum(volume.count for volume, _ in known), sum(expected for _, expected in known)
    furthest, its = max(known, key=lambda pair: abs(pair[0].count - pair[1]))
    return (
        f"{figures.written(came, 'count')} events came where {figures.written(expected, 'count')} were expected; "
        f"furthest off is {furthest.event_type} with {figures.signed(furthest.count - its, 'count')}."
    )


def volume_rows(volumes: Sequence[TypeVolume]) -> Rows:
    """Events by type."""
    return [
        {
            "Type": volume.event_type,
            "Events": f"{volume.count:,}",
            "Expected": figures.DASH if volume.expected is None else f"{volume.expected:,.0f}",
            "Late": f"{volume.late:,}",
        }
        for volume in volumes
    ]


def history_rows(points: Sequence[DayValue], tile: QualityTile) -> Rows:
    """One measure day by day, newest first."""
    return [{"Day (UTC)": f"{point.day}", tile.label: written(point.value, tile.unit)} for point in reversed(points)]


def reason_choice(reason: str) -> str:
    """A reason as the filter shows it."""
    return "Every reason" if reason == EVERY else reason.replace("_", " ")


def service_rows(levels: Sequence[ServiceLevelRow]) -> Rows:
    """Service levels, one line per latency class."""
    return [
        {
            "Class": level.latency_class.replace("_", " "),
            "Standing": _marked(_STATUS.get(level.status, Verdict("unclear", level.status))),
            "95% promised within": _seconds(level.target_seconds),
            "Came within it": written(level.within_target_pct, "%"),
            "99% promised within": _seconds(level.acceptable_seconds),
            "Came within that": written(level.within_acceptable_pct, "%"),
            "95% took": _seconds(level.p95_seconds),
            "Missing after": _seconds(level.grace_seconds),
            "Events": f"{level.event_count:,}",
        }
        for level in levels
    ]


def ledger_rows(entries: Sequence[LedgerEntry], *, by_file: bool) -> Rows:
    """The ledger: every landed line accounted for, or how many are not."""
    rows = []
    for entry in entries:
        first = {"File": entry.place, "Batch": f"{entry.batch}", "Taken in": figures.moment(entry.committed_at)}
        rows.append(
            (first if by_file else {"Source": entry.place})
            | {
                "Landed": f"{entry.landed:,}",
                "Clean": f"{entry.clean:,}",
                "Duplicate": f"{entry.duplicate:,}",
                "Quarantined": f"{entry.quarantined:,}",
                "Erased": f"{entry.erased:,}",
                "Balanced": "✓ yes" if entry.missing == 0 else f"✕ {entry.missing:,} missing",
                "Scrubbed": f"{entry.scrubbed:,}",
            }
        )
    return rows


def ledger_sentence(entries: Sequence[LedgerEntry]) -> str:
    """Whether the books balance."""
    missing = sum(abs(entry.missing) for entry in entries)
    landed = sum(entry.landed for entry in entries)
    if missing:
        return f"{missing:,} of {landed:,} landed lines are not accounted for: this is a fault, please report it."
    return f"Balanced: all {landed:,} landed lines are clean, duplicate, quarantined or erased; none is lost."


def reason_rows(reasons: Sequence[ReasonCount]) -> Rows:
    """Why lines were refused."""
    return [
        {
            "Reason": reason.reason.replace("_", " "),
            "Source": reason.source,
            "Lines": f"{reason.lines:,}",
            "Files": f"{reason.files:,}",
        }
        for reason in reasons
    ]


def refused_rows(lines: Sequence[RefusedLine]) -> Rows:
    """Refused lines with their place."""
    return [
        {
            "File": line.landing_file,
            "Line": figures.DASH if line.landing_line is None else f"{line.landing_line:,}",
            "Reason": line.reason.replace("_", " "),
            "Property or detail": line.detail or figures.DASH,
            "Refused": figures.moment(line.quarantined_at),
        }
        for line in lines
    ]


def unlisted_rows(names: Sequence[UnlistedName]) -> Rows:
    """Names the contract does not list."""
    return [
        {
            "What": name.kind.replace("_", " "),
            "Name": name.name,
            "On events of type": name.event_type,
            "Events": f"{name.event_count:,}",
            "First seen": figures.moment(name.first_seen_at),
            "Last seen": figures.moment(name.last_seen_at),
        }
        for name in names
    ]


def sum_rows(sums: Sequence[ReconciledSum]) -> Rows:
    """Platforms and measures beside ours."""
    return [
        {
            "Platform": total.platform.replace("_", " "),
            "Measure": total.measure,
            "Ours": _measured(total.ours, total.measure),
            "Theirs": _measured(total.theirs, total.measure),
            "Difference": _difference(total.difference_pct),
            "Days off by more than 1%": f"{total.flagged:,} of {total.rows:,}",
        }
        for total in sums
    ]


def flagged_rows(rows: Sequence[Reconciled]) -> Rows:
    """Flagged days."""
    return [
        {
            "Day (UTC)": f"{row.report_date}",
            "Platform": row.platform.replace("_", " "),
            "Campaign": row.campaign,
            "Measure": row.measure,
            "Ours": _measured(row.ours, row.measure),
            "Theirs": _measured(row.theirs, row.measure),
            "Difference": _difference(row.difference_pct),
            "Why": (row.reason or figures.DASH).replace("_", " "),
        }
        for row in rows
    ]


def _tile(
    found: QualityValue, wording: Wording, values: Sequence[QualityValue], trend: Sequence[DayValue]
) -> QualityTile:
    verdict = Verdict("unclear", "no value") if found.value is None else severity(found.severity)
    return QualityTile(
        metric=found.metric,
        label=wording.label,
        question=wording.question,
        value=written(found.value, found.unit),
        unit=found.unit,
        target=found.target,
        verdict=verdict,
        bar=_bar(found, wording),
        sentence=_sentence(found, wording, [value for value in values if value.metric == found.metric]),
        history=trend,
    )


def _bar(found: QualityValue, wording: Wording) -> TargetBar | None:
    if found.value is None or not found.target:
        return None
    full = max(found.value, found.target) * 1.15
    sign = "at least" if wording.is_floor else "at most"
    return TargetBar(found.value / full, found.target / full, f"{sign} {written(found.target, found.unit)}")


def _sentence(found: QualityValue, wording: Wording, of_metric: Sequence[QualityValue]) -> str:
    if found.value is None:
        return f"No value: {found.reason or 'nothing to measure'}."
    base = f" of {figures.written(found.denominator, 'count')} {wording.of}" if found.denominator else ""
    said = f"{written(found.value, found.unit)}{base}"
    if found.reason:
        return f"{said}; {found.reason}."
    if found.target is None or severity(found.severity).tone == "good":
        return f"{said}, within the limit."
    side = "below" if wording.is_floor else "above"
    limit = f"{said}, {side} the limit of {written(found.target, found.unit)}"
    parts = [value for value in of_metric if value.source is not None and value.value is not None]
    if not parts:
        return f"{limit}."
    worst = (min if wording.is_floor else max)(parts, key=lambda value: value.value or 0.0)
    return f"{limit}; {worst.source} is furthest off with {written(worst.value, worst.unit)}."


def _marked(verdict: Verdict) -> str:
    return f"{verdict.symbol} {verdict.word}"


def _measured(value: float | None, measure: str) -> str:
    return figures.written(value, {"cost": "USD", "ctr": "%"}.get(measure, "count"))


def _difference(percent: float | None) -> str:
    body = figures.signed(percent, "%")
    return body if percent is None or abs(percent) >= 0.01 else "none"  # noqa: PLR2004 - what two decimals show


def _seconds(seconds: float | None) -> str:
    """A length of time in its own unit: 41 s, 5 min, 4 h, 2.1 days."""
    if seconds is None:
        return figures.DASH
    for size, unit, below in ((1, "s", 90), (60, "min", 5_400), (3_600, "h", 172_800)):
        if seconds < below:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86_400:.3g} days"
