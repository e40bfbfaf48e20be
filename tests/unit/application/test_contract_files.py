"""What is made from the contract and kept in the checkout is what the declaration says today."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from swipesavvy.application.contract_files import FORMATS, HOMES
from swipesavvy.application.tracking_plan import rules, span, tracking_plan
from swipesavvy.cli import app
from swipesavvy.domain.event_contract import SERVICE_LEVELS, Pii
from swipesavvy.domain.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("chosen", sorted(FORMATS))
def test_the_files_of_the_checkout_are_current(chosen: str) -> None:
    folder = ROOT / HOMES[chosen]
    for name, text in FORMATS[chosen]().items():
        remedy = f"swipesavvy contracts --format {chosen} --out {HOMES[chosen]}"
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name} is not current: {remedy}"


def test_no_schema_outlives_its_type() -> None:
    folder = ROOT / HOMES["json-schema"]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")} == set(FORMATS["json-schema"]())


def test_every_type_has_an_owner_a_volume_a_service_level_and_an_example() -> None:
    for entry in tracking_plan():
        declared = EVENT_TYPES[entry.name]
        assert entry.owner
        assert 0 < declared.per_day[0] <= declared.per_day[1]
        assert declared.latency in SERVICE_LEVELS
        assert json.loads(entry.example)["event_type"] == entry.name
        assert len(entry.properties) == len(declared.properties)


def test_personal_data_is_classed() -> None:
    classes = {(name, prop.name): prop.pii for name, declared in EVENT_TYPES.items() for prop in declared.properties}
    assert classes["user_purchased", "user_id"] is Pii.PERSON
    assert classes["user_engaged", "search_query"] is Pii.FREE_TEXT
    assert classes["dashboard_accessed", "filters_applied"] is Pii.FREE_TEXT
    assert classes["campaign_viewed", "view_type"] is Pii.NONE


def test_the_page_names_every_type_and_property() -> None:
    page = FORMATS["markdown"]()["tracking-plan.md"]
    for name, declared in EVENT_TYPES.items():
        section = page.split(f"\n### {name}\n")[1].split("\n### ")[0]
        for prop in declared.properties:
            assert f"| `{prop.name}` |" in section
        assert json.loads(section.split("```json\n")[1].split("```")[0])["event_type"] == name
    assert all(text in page for _, text in rules())


def test_spans_are_said_in_their_largest_unit() -> None:
    said = [span(level.grace) for level in SERVICE_LEVELS.values()]
    assert said == ["1 hour", "4 hours", "30 minutes", "1 hour"]


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["contracts", "--format", "json"])
    assert printed.exit_code == 0
    for schema in json.loads(printed.stdout).values():
        Draft202012Validator.check_schema(schema)
    written = CliRunner().invoke(app, ["contracts", "--out", str(tmp_path / "new")])
    assert written.exit_code == 0
    assert (tmp_path / "new" / "events" / "user_purchased.json").is_file()
    plan = CliRunner().invoke(app, ["contracts", "--format", "markdown"])
    assert plan.stdout.startswith("# Tracking plan")


def test_an_unknown_format_or_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for arguments in (["--format", "xml"], ["--out", str(blocked)]):
        result = CliRunner().invoke(app, ["contracts", *arguments])
        assert result.exit_code != 0
        assert "choose another" in str(result.exception) or "not known; use" in str(result.exception)
