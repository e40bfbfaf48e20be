"""Every alert rule, declared once: what it watches, its limits, its severities, and what somebody should do.

`docs/alerts.md` is written from these declarations. Limits on the rates of a build are those of the quality models,
which judge them; a test holds the two together. How findings are made belongs to `application.alert_findings`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from swipesavvy.domain.alerts import Finding, Severity


class Watch(StrEnum):
    """When a rule is evaluated: all rules of one watch are looked at together."""

    BUILD = "every published build"
    HOME = "every minute while served"
    RUN = "every run"


@dataclass(frozen=True)
class Limit:
    """From which value on a rule speaks, and how loud."""

    severity: Severity
    value: float


@dataclass(frozen=True)
class Rule:
    """One rule. `limits` are ordered worst first; without any, the severity is `always` one, or comes with the finding.

    A value speaks when it lies `below` or `above` a limit, or `from` it on.
    """

    rule_id: str
    watch: Watch
    subject: str
    when: str
    todo: str
    unit: str = ""
    side: Literal["below", "above", "from"] = "above"
    limits: tuple[Limit, ...] = ()
    always: Severity | None = None

    def severity_of(self, value: float) -> Severity | None:
        """How bad a value is; None where it is within the limits."""
        for limit in self.limits:
            below, reached = value < limit.value, value == limit.value
            if below if self.side == "below" else not below and (self.side == "from" or not reached):
                return limit.severity
        return self.always

    def limit_of(self, severity: Severity) -> float | None:
        """The limit that a finding of this severity crossed."""
        return next((limit.value for limit in self.limits if limit.severity is severity), None)

    def finding(self, subject: str, severity: Severity, says: str, value: float | None = None) -> Finding:
        """What this rule found, with the limit that a finding of this severity crossed."""
        return Finding(self.rule_id, subject, severity, says, value, self.limit_of(severity))


def _quality(rule_id: str, when: str, todo: str, side: Literal["below", "above"], *limits: Limit) -> Rule:
    unit = "minutes" if rule_id == "freshness_p95_minutes" else "%"
    return Rule(rule_id, Watch.BUILD, "source, or all", when, todo, unit, side, limits)


_CRITICAL, _WARNING, _INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO

RULES: tuple[Rule, ...] = (
    _quality(
        "ingestion_rate",
        "fewer events came in 24 hours than the same hours of the last four weeks let expect",
        "Look which source or event type is missing on the data quality page; check its sender and its API key.",
        "below",
        Limit(_CRITICAL, 95),
    ),
    _quality(
        "validation_pass_rate",
        "too many landed lines were refused",
        "`swipesavvy quarantine list` names the reasons; correct the sender or the contract, then replay.",
        "below",
        Limit(_CRITICAL, 95),
    ),
    _quality(
        "freshness_p95_minutes",
        "95% of the on-time events took longer than this from happening to being available",
        "Check that the scheduled refresh runs and that senders do not hold events back.",
        "above",
        Limit(_CRITICAL, 60),
        Limit(_WARNING, 15),
        Limit(_INFO, 10),
    ),
    _quality(
        "completeness",
        "too many landed lines lack a required field",
        "`swipesavvy quarantine list` shows them with what is missing; correct the sender.",
        "below",
        Limit(_WARNING, 90),
    ),
    _quality(
        "schema_compliance",
        "too many landed lines do not have the declared shape",
        "Compare the sender's events with the tracking plan.",
        "below",
        Limit(_WARNING, 95),
    ),
    _quality(
        "duplicate_rate",
        "too many copies of events arrive",
        "Look which source repeats itself; it should send an event again only when it got no answer.",
        "above",
        Limit(_INFO, 1),
    ),
    _quality(
        "late_arrival_rate",
        "too many events arrive more than 24 hours after they happened",
        "Check the queues of clients that were offline; their days are rebuilt by themselves.",
        "above",
        Limit(_INFO, 5),
    ),
    _quality(
        "within_acceptable",
        "fewer events of a latency class than this were available within its acceptable time",
        "Check that the scheduled refresh runs and how long it takes.",
        "below",
        Limit(_WARNING, 99),
    ),
    _quality(
        "within_target",
        "fewer events of a latency class than this were available within its target time",
        "Nothing at once; watch whether it lasts.",
        "below",
        Limit(_INFO, 95),
    ),
    Rule(
        "events_a_day",
        Watch.BUILD,
        "all",
        "fewer events in 24 hours than the configured floor (off at 0; a starting point: 10,000)",
        "Check the collector and the senders; lower the floor where the business is smaller.",
        "events",
        "below",
    ),
    Rule(
        "events_an_hour",
        Watch.BUILD,
        "all",
        "fewer events in the last whole hour than the configured floor (off at 0; a starting point: 5,000)",
        "Check the collector and the senders; lower the floor where the business is smaller.",
        "events",
        "below",
    ),
    Rule(
        "service_level_overdue",
        Watch.BUILD,
        "latency class",
        "95% of a latency class took longer than its grace period: the data counts as missing",
        "Fetch the data again from its own source (`swipesavvy backfill`), or mark the period incomplete.",
        always=_WARNING,
    ),
    Rule(
        "anomaly",
        Watch.BUILD,
        "metric and what it is about",
        "the newest whole hour or day is a spike, a drop, an unexpected zero or full of copies",
        "Open the anomaly page and find out: a campaign that began or ended, or a sender that broke.",
    ),
    Rule(
        "reconciliation",
        Watch.BUILD,
        "platform and measure",
        "in the last 7 days our count differs from the platform's by more than 1% for no known reason",
        "Open the reconciliation table; look for tracking that is missing on either side.",
        "%",
        "above",
        (Limit(_WARNING, 1),),
    ),
    Rule(
        "calculation_slow",
        Watch.BUILD,
        "metrics",
        "calculating the metrics of a build took longer than this",
        "See in Dagster which step grew; close other programs, or give the machine more memory.",
        "s",
        "above",
        (Limit(_WARNING, 30),),
    ),
    Rule(
        "refresh_failed",
        Watch.RUN,
        "refresh",
        "a run stopped before it published; what was published before still stands",
        "Read the message; correct the cause and call `swipesavvy run`.",
        always=_CRITICAL,
    ),
    Rule(
        "refresh_overdue",
        Watch.HOME,
        "refresh",
        "data has landed and no run has published it for longer than this",
        "Check that `swipesavvy up` runs and what its log and Dagster's runs say; `swipesavvy run` refreshes by hand.",
        "minutes",
        "above",
        (Limit(_CRITICAL, 60), Limit(_WARNING, 15), Limit(_INFO, 10)),
    ),
    Rule(
        "disk_full",
        Watch.HOME,
        "disk",
        "the disk of the home is as full as this",
        "Make room: old backups and logs first; or move the home to a larger disk.",
        "%",
        "from",
        (Limit(_CRITICAL, 90), Limit(_WARNING, 85)),
    ),
    Rule(
        "part_bad",
        Watch.HOME,
        "part",
        "a part of the installation (folders, lake, snapshot, operational store, collector) says it is not well",
        "Read the message, or the health page, and do what it says.",
        always=_CRITICAL,
    ),
    Rule(
        "database_errors",
        Watch.HOME,
        "operational store",
        "a larger share than this of the requests to the operational store failed since the last look",
        "Check the database server and its disk; events are still taken in meanwhile.",
        "%",
        "above",
        (Limit(_CRITICAL, 5),),
    ),
)

_BY_ID = {rule.rule_id: rule for rule in RULES}


def rule_named(rule_id: str) -> Rule:
    """The rule of an id; KeyError if it is not declared."""
    return _BY_ID[rule_id]


def todo_of(rule_id: str) -> str:
    """What somebody should do; nothing for a rule that an earlier version had."""
    return _BY_ID[rule_id].todo if rule_id in _BY_ID else ""


def rules_of(watch: Watch) -> frozenset[str]:
    """Ids of the rules that are evaluated together."""
    return frozenset(rule.rule_id for rule in RULES if rule.watch is watch)
