"""The campaign leaderboard: which campaigns, in which order, with which cells. Filters and order come from the address.

The order is best first by the column's own direction; campaigns without a value come last whichever way it is sorted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from streamlit_app.view_models.sentences import absence
from streamlit_app.view_models.verdicts import is_significant, verdict
from swipesavvy.application.metric_queries import MetricRow
from swipesavvy.application.overview_queries import BoardLine, campaign_name
from swipesavvy.domain import figures
from swipesavvy.domain.metrics import MetricDefinition

PAGE_ROWS = 25
EVERY = "all"
DEFAULT_SORT = "roas"
SPELLINGS = {"VIP": "VIP", "RE_ENGAGEMENT": "Re-engagement"}


@dataclass(frozen=True)
class BoardView:
    """What the address asks for."""

    status: str = EVERY
    campaign_type: str = EVERY
    search: str = ""
    sort: str = DEFAULT_SORT
    is_reversed: bool = False
    page: int = 1


@dataclass(frozen=True)
class Cell:
    """One cell: text, what it says on hover, and the length of its magnitude bar (a share, or None)."""

    text: str
    title: str = ""
    bar: float | None = None
    is_faint: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """One campaign's line."""

    campaign_id: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Heading:
    """One column's head; `sorted` is none, ascending or descending."""

    key: str
    label: str
    title: str
    is_number: bool
    sorted: str = "none"


@dataclass(frozen=True)
class Board:
    """One page of the leaderboard and what stands around it."""

    headings: Sequence[Heading]
    rows: Sequence[Row]
    sentence: str
    page: int
    pages: int
    found: int
    known: int


@dataclass(frozen=True)
class Column:
    """Where a column's value comes from and how it is written."""

    key: str
    label: str
    title: str
    unit: str
    value: Callable[[BoardLine], float | None]
    best_is_low: bool = False
    metric: str | None = None
    has_bar: bool = True


def board(lines: Sequence[BoardLine], catalogue: Mapping[str, MetricDefinition], view: BoardView) -> Board:
    """Filter, order, cut a page, and put every cell into words."""
    columns = _columns(catalogue)
    chosen = [line for line in lines if _matches(line, view)]
    known = [*(column.key for column in columns), *TEXTS]
    sort = next(key for key in (view.sort, DEFAULT_SORT, "name") if key in known)
    ordered = _ordered(chosen, columns, sort, view.is_reversed)
    pages = max(1, ceil(len(ordered) / PAGE_ROWS))
    page = min(max(view.page, 1), pages)
    first = (page - 1) * PAGE_ROWS
    longest = {column.key: max((v for line in chosen if (v := column.value(line))), default=0.0) for column in columns}
    return Board(
        headings=_headings(columns, sort, view.is_reversed),
        rows=[
            Row(line.campaign.campaign_id, _cells(rank, line, columns, catalogue, longest))
            for rank, line in enumerate(ordered[first : first + PAGE_ROWS], first + 1)
        ],
        sentence=_sentence(ordered, columns, catalogue, sort),
        page=page,
        pages=pages,
        found=len(ordered),
        known=len(lines),
    )


def choices(lines: Sequence[BoardLine]) -> tuple[list[str], list[str]]:
    """Statuses and types there are, for the filters; `all` first."""
    statuses = {line.campaign.status for line in lines if line.campaign.status}
    types = {line.campaign.campaign_type for line in lines if line.campaign.campaign_type}
    return [EVERY, *sorted(statuses)], [EVERY, *sorted(types)]


def words(code: str) -> str:
    """A code as people say it: `LOCATION_BASED` is `Location based`."""
    return SPELLINGS.get(code, code.replace("_", " ").capitalize())


def starts_reversed(key: str, current: BoardView) -> bool:
    """Whether choosing a column shows it worst first: only when it is sorted best first already."""
    return key == current.sort and not current.is_reversed


def _value(metric: str) -> Callable[[BoardLine], float | None]:
    return lambda line: line.rows[metric].value if metric in line.rows else None


def _part(metric: str, part: str) -> Callable[[BoardLine], float | None]:
    return lambda line: getattr(line.rows[metric], part) if metric in line.rows else None


def _cost_per_conversion(line: BoardLine) -> float | None:
    spend, conversions = _part("roas", "denominator")(line), _part("aov", "denominator")(line)
    return spend / conversions if spend is not None and conversions else None


def _columns(catalogue: Mapping[str, MetricDefinition]) -> list[Column]:
    def metric(key: str, label: str, *, has_bar: bool = True) -> Column | None:
        definition = catalogue.get(key)
        if definition is None:
            return None
        low = definition.direction == "lower"
        title = f"{definition.label}: {definition.definition}"
        return Column(key, label, title, definition.unit, _value(key), low, key, has_bar)

    found = (
        metric("roas", "ROAS"),
        metric("ctr", "CTR"),
        metric("conversion_rate", "Conv. rate"),
        Column("conversions", "Conversions", "Distinct orders converted", "count", _part("aov", "denominator")),
        Column("revenue", "Revenue", "Value the conversions reported", "USD", _part("roas", "numerator")),
        Column("spend", "Spend", "Cost of the window's days", "USD", _part("roas", "denominator")),
        Column("cost", "Cost / conv.", "Spend over conversions", "USD", _cost_per_conversion, True, None, False),
        metric("cac", "CAC", has_bar=False),
        metric("incrementality", "Incremental", has_bar=False),
        metric("holdout_lift", "Holdout lift", has_bar=False),
        metric("budget_utilization", "Budget used"),
    )
    return [column for column in found if column is not None]


TEXTS: Mapping[str, Callable[[BoardLine], str]] = {
    "name": lambda line: campaign_name(line.campaign).casefold(),
    "type": lambda line: (line.campaign.campaign_type or "~").casefold(),
    "status": lambda line: (line.campaign.status or "~").casefold(),
}


def _matches(line: BoardLine, view: BoardView) -> bool:
    campaign = line.campaign
    wanted = view.search.strip().casefold()
    return (
        view.status in {EVERY, campaign.status}
        and view.campaign_type in {EVERY, campaign.campaign_type}
        and (wanted in campaign_name(campaign).casefold() or wanted in campaign.campaign_id)
    )


def _ordered(lines: Sequence[BoardLine], columns: Sequence[Column], sort: str, is_reversed: bool) -> list[BoardLine]:
    by_name = sorted(lines, key=lambda line: (TEXTS["name"](line), line.campaign.campaign_id))
    if sort in TEXTS:
        return sorted(by_name, key=TEXTS[sort], reverse=is_reversed)
    column = next(column for column in columns if column.key == sort)
    valued = [(value, line) for line in by_name if (value := column.value(line)) is not None]
    missing = [line for line in by_name if column.value(line) is None]
    ascending = column.best_is_low != is_reversed
    ordered = sorted(valued, key=lambda pair: pair[0] if ascending else -pair[0])
    return [line for _, line in ordered] + missing


def _headings(columns: Sequence[Column], sort: str, is_reversed: bool) -> list[Heading]:
    def direction(key: str, is_low_first: bool) -> str:
        if key != sort:
            return "none"
        return "ascending" if is_low_first != is_reversed else "descending"

    return [
        Heading("name", "Campaign", "Name of the campaign", False, direction("name", True)),
        Heading("type", "Type", "What kind of offer it makes", False, direction("type", True)),
        Heading("status", "Status", "Where it stands", False, direction("status", True)),
        *(Heading(c.key, c.label, c.title, True, direction(c.key, c.best_is_low)) for c in columns),
    ]


def _cells(
    rank: int,
    line: BoardLine,
    columns: Sequence[Column],
    catalogue: Mapping[str, MetricDefinition],
    longest: Mapping[str, float],
) -> list[Cell]:
    campaign = line.campaign
    return [
        Cell(str(rank)),
        Cell(campaign_name(campaign), campaign.campaign_id),
        _word(campaign.campaign_type, "no type is set"),
        _word(campaign.status, "missing from the campaigns table"),
        *(_number(column, line, catalogue, longest[column.key]) for column in columns),
    ]


def _word(code: str | None, why_not: str) -> Cell:
    return Cell(words(code)) if code else Cell(figures.DASH, why_not, is_faint=True)


def _number(column: Column, line: BoardLine, catalogue: Mapping[str, MetricDefinition], longest: float) -> Cell:
    value = column.value(line)
    row = line.rows.get(column.metric or "")
    if value is None:
        return Cell(figures.DASH, absence(row), is_faint=True)
    bar = max(value, 0.0) / longest if column.has_bar and longest > 0 else None
    text = figures.written(value, column.unit)
    if row is None or column.metric is None:
        return Cell(text, bar=bar)
    stands = verdict(catalogue[column.metric], row)
    return Cell(
        text,
        _hover(row, column, stands.word),
        bar,
        is_faint=is_significant(row) is False,
        mark=stands.symbol if stands.tone == "bad" else "",
    )


def _hover(row: MetricRow, column: Column, word: str) -> str:
    reach = figures.interval(row.ci_low, row.ci_high, column.unit)
    parts = [word]
    if reach != figures.DASH:
        parts.append(f"95% interval {reach}")
    if row.flags:
        parts.append(words(row.flags).lower())
    return ", ".join(parts)


def _sentence(
    ordered: Sequence[BoardLine], columns: Sequence[Column], catalogue: Mapping[str, MetricDefinition], sort: str
) -> str:
    """Who leads, and how many lie outside the acceptable range of the sorted metric."""
    column = next((column for column in columns if column.key == sort), None)
    if column is None or not ordered:
        return f"{_campaigns(len(ordered))} by {sort}." if ordered else ""
    valued = [(value, line) for line in ordered if (value := column.value(line)) is not None]
    if not valued:
        return f"No campaign has a value for {column.label} in this window."
    value, best = (min if column.best_is_low else max)(valued, key=lambda pair: pair[0])
    leads = f"{campaign_name(best.campaign)} leads {column.label} with {figures.written(value, column.unit)}"
    if column.metric is None:
        return f"{leads}."
    definition = catalogue[column.metric]
    bad = sum(verdict(definition, line.rows.get(column.metric)).tone == "bad" for _, line in valued)
    if not bad:
        return f"{leads}; none is out of the acceptable range."
    return f"{leads}; {bad} of {len(valued)} {'is' if bad == 1 else 'are'} out of the acceptable range."


def _campaigns(count: int) -> str:
    return f"{count} campaign{'' if count == 1 else 's'}"
