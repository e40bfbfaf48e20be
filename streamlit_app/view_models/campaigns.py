"""What is behind one campaign, or behind all of them: figures with their standing, and estimated effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamlit_app.view_models.sentences import absence
from streamlit_app.view_models.verdicts import Verdict, is_significant, verdict
from swipesavvy.application.overview_queries import BOARD_METRICS, BoardLine, campaign_name
from swipesavvy.domain import figures
from swipesavvy.domain.metrics import MetricDefinition

MOST_SERIES = 7


@dataclass(frozen=True)
class Fact:
    """One figure of a campaign; `note` is its interval, or why there is no value."""

    label: str
    value: str
    verdict: Verdict
    note: str


@dataclass(frozen=True)
class Effect:
    """A campaign's estimated effect with its interval, in percentage points."""

    name: str
    value: float
    low: float
    high: float
    is_clear: bool

    @property
    def text(self) -> str:
        """The estimate and its interval in words."""
        return f"{figures.written(self.value, 'pp')} ({figures.interval(self.low, self.high, 'pp')})"


def line_of(lines: Sequence[BoardLine], campaign_id: str | None) -> BoardLine | None:
    """The line of one campaign, if it is known."""
    return next((line for line in lines if line.campaign.campaign_id == campaign_id), None)


def facts(line: BoardLine, catalogue: Mapping[str, MetricDefinition]) -> list[Fact]:
    """Every leaderboard figure of one campaign."""
    found = []
    for metric in BOARD_METRICS:
        definition, row = catalogue.get(metric), line.rows.get(metric)
        if definition is None:
            continue
        value = row.value if row else None
        reach = figures.interval(row.ci_low, row.ci_high, definition.unit) if row else figures.DASH
        note = absence(row) if value is None else ("" if reach == figures.DASH else f"95%: {reach}")
        found.append(Fact(definition.label, figures.written(value, definition.unit), verdict(definition, row), note))
    return found


def effects(lines: Sequence[BoardLine], selected: BoardLine | None) -> list[Effect]:
    """The holdout lift of the chosen campaign, or of the seven that spend most; largest effect first."""
    chosen = [selected] if selected is not None else sorted(lines, key=_spend, reverse=True)
    found = [effect for line in chosen if (effect := _effect(line)) is not None]
    return sorted(found[:MOST_SERIES], key=lambda effect: effect.value, reverse=True)


def effects_sentence(found: Sequence[Effect]) -> str:
    """How many of the effects shown are real, in words."""
    if not found:
        return "No campaign has both treated and held-out customers in this window, so no effect can be told."
    clear = [effect for effect in found if effect.is_clear]
    if not clear:
        return "No effect can be told from zero yet; wider holdouts or more time would tell."
    best = max(clear, key=lambda effect: abs(effect.value))
    if len(found) == 1:
        direction = "more" if best.value > 0 else "fewer"
        size = figures.written(abs(best.value), "pp").lstrip("+")
        return f"Of 100 customers it reaches, {size.removesuffix(' pp')} {direction} buy because of it."
    largest = "gain" if best.value > 0 else "loss"
    share = (
        f"{len(clear)} of {len(found)} campaigns shown {'has' if len(clear) == 1 else 'have'} an effect beyond chance"
    )
    return f"{share}; the largest {largest} is {best.name}, {best.text}."


def _effect(line: BoardLine) -> Effect | None:
    row = line.rows.get("holdout_lift")
    if row is None or row.value is None or row.ci_low is None or row.ci_high is None:
        return None
    return Effect(campaign_name(line.campaign), row.value, row.ci_low, row.ci_high, bool(is_significant(row)))


def _spend(line: BoardLine) -> float:
    row = line.rows.get("roas")
    return (row.denominator or 0.0) if row else 0.0
