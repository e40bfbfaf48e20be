"""The table of rules in the documentation is the declaration; the limits of builds are those of the quality models.

Write the table anew with `python tests/integration/notifier/test_documentation.py`.
"""

import re
from pathlib import Path

from swipesavvy.domain.alert_rules import RULES, Rule, Watch
from swipesavvy.settings import CHECKOUT, Settings

PAGE = Path(CHECKOUT / "docs" / "alerts.md")
BEGIN, END = "(<!-- rules: [^\n]*-->\n)", "(<!-- end of rules -->)"
MODELS = Path(CHECKOUT / "dbt_project" / "macros" / "quality" / "service.sql")


def limits(rule: Rule) -> str:
    unit = "%" if rule.unit == "%" else f" {rule.unit}"
    return ", ".join(f"{rule.side} {limit.value:g}{unit}: {limit.severity}" for limit in rule.limits) or (
        rule.always or "as found"
    )


def table() -> str:
    lines = ["| rule | looked at | about | opens when | limits | what to do |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{rule.rule_id}` | {rule.watch} | {rule.subject} | {rule.when} | {limits(rule)} | {rule.todo} |"
        for rule in RULES
    ]
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    return re.sub(BEGIN + ".*?" + END, lambda found: found[1] + table() + found[2], page, flags=re.DOTALL)


def test_the_table_is_the_declaration() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table() in page
    assert written(page) == page


def test_every_setting_named_there_exists() -> None:
    named = set(re.findall(r"SWIPESAVVY_([A-Z_]+)", PAGE.read_text(encoding="utf-8")))
    assert {"ALERT_EMAIL_TO", "SMTP_URL"} <= named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_limits_are_those_by_which_the_models_judge() -> None:
    models = MODELS.read_text(encoding="utf-8")
    judged = dict(re.findall(r"'(\w+)': \{'unit': [^\n]*?('(?:below|above)': \[.*?\])\}", models))
    for rule in RULES:
        if rule.watch is Watch.BUILD and rule.limits and rule.rule_id in judged:
            own = ", ".join(f"('{limit.severity}', {limit.value:g})" for limit in rule.limits)
            assert judged.pop(rule.rule_id) == f"'{rule.side}': [{own}]", rule.rule_id
    assert set(judged) == {"events_a_day", "events_an_hour"}, "their floors come from the configuration"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
