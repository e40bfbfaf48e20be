import pytest

from swipesavvy.domain.alert_rules import RULES, Watch, rule_named, rules_of, todo_of
from swipesavvy.domain.alerts import Severity


@pytest.mark.parametrize(
    ("rule", "value", "severity"),
    [
        ("ingestion_rate", 94.9, Severity.CRITICAL),
        ("ingestion_rate", 95.0, None),
        ("freshness_p95_minutes", 10.0, None),
        ("freshness_p95_minutes", 10.1, Severity.INFO),
        ("freshness_p95_minutes", 15.1, Severity.WARNING),
        ("freshness_p95_minutes", 60.1, Severity.CRITICAL),
        ("refresh_overdue", 15.1, Severity.WARNING),
        ("completeness", 89.9, Severity.WARNING),
        ("late_arrival_rate", 5.1, Severity.INFO),
        ("duplicate_rate", 1.1, Severity.INFO),
        ("calculation_slow", 30.1, Severity.WARNING),
        ("database_errors", 5.0, None),
        ("database_errors", 5.1, Severity.CRITICAL),
        ("disk_full", 84.9, None),
        ("disk_full", 85.0, Severity.WARNING),
        ("disk_full", 90.0, Severity.CRITICAL),
        ("part_bad", 0.0, Severity.CRITICAL),
    ],
)
def test_limits_and_how_loud_they_are(rule: str, value: float, severity: Severity | None) -> None:
    assert rule_named(rule).severity_of(value) is severity


def test_every_rule_is_declared_once_and_says_what_to_do() -> None:
    assert len({rule.rule_id for rule in RULES}) == len(RULES)
    assert frozenset.union(*(rules_of(watch) for watch in Watch)) == {rule.rule_id for rule in RULES}
    for rule in RULES:
        assert rule.todo.endswith("."), rule.rule_id
        ranks = [limit.severity.rank for limit in rule.limits]
        assert ranks == sorted(ranks, reverse=True), f"{rule.rule_id}: worst first"
        assert not (rule.limits and rule.always)


def test_a_rule_of_an_earlier_version_has_nothing_to_say() -> None:
    assert todo_of("forgotten") == ""
    assert todo_of("disk_full")
