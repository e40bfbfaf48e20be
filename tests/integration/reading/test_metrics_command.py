"""`swipesavvy metrics`: exactly the promised keys, one object a line, exit code 2 for a wrong question."""

import json
import sys

import pytest

from swipesavvy import cli
from swipesavvy.domain.home import Home

KEYS = (
    *("metric", "window", "as_of", "grain", "model", "value", "numerator", "denominator", "unit", "ci_low", "ci_high"),
    *("p_value", "av_low", "av_high", "srm_p_value", "n_treated", "n_control", "contaminated", "power", "incomplete"),
    *("completeness_pct", "reason", "flags", "data_as_of", "build_id", "from", "to"),
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], published_home: Home):
    def call(*arguments: str, home: Home = published_home) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["swipesavvy", "metrics", "--home", str(home.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err  # type: ignore[return-value]

    return call


def test_json_has_the_promised_keys_in_order(run) -> None:
    code, out, _ = run("--format", "json", "--window", "7d", "--metric", "roas", "--metric", "cac", "--by", "campaign")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert len(rows) == 60
    assert all(tuple(row) == KEYS for row in rows)
    first = rows[-30]
    assert first["metric"] == "roas"
    assert first["grain"] == {"campaign_id": "00000000-0000-4000-8000-000000000000"}
    assert first["as_of"] == first["data_as_of"] == "2026-11-21T10:00:00Z"
    assert (first["value"], first["from"], first["model"]) == (5.0, None, None)
    assert next(row for row in rows if row["reason"])["value"] is None


def test_a_range_says_its_days(run) -> None:
    _, out, _ = run("--format", "json", "--metric", "roas", "--from", "2026-11-01", "--to", "2026-11-07")
    row = json.loads(out)
    assert (row["window"], row["from"], row["to"]) == ("custom", "2026-11-01", "2026-11-07")


def test_the_table_is_aligned_and_says_which_build(run) -> None:
    code, out, err = run("--window", "7d", "--metric", "roas", "--metric", "incrementality")
    head, *lines = out.splitlines()
    assert code == 0
    assert head.split()[:3] == ["metric", "window", "grain"]
    assert lines[0].split()[:4] == ["incrementality", "7d", "total", "42.0%"]
    assert "36.0% to 48.0%" in lines[0]
    assert "build 20261121T100500Z-0badcafe" in err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--metric", "roaz"), "did you mean roas"),
        (("--window", "8d"), "did you mean"),
        (("--by", "day,creative"), "campaign plus one other"),
        (("--by", "weekday"), "not known"),
        (("--from", "2026-11-01"), "belong together"),
        (("--from", "yesterday", "--to", "2026-11-01"), "not a day"),
        (("--format", "xml"), "use table or json"),
    ],
)
def test_a_wrong_question_is_one_line_and_exit_code_2(run, arguments, hint) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert hint in err


def test_nothing_built_is_one_line_and_exit_code_1(run, home: Home) -> None:
    code, out, err = run(home=home)
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert "swipesavvy run" in err


def test_a_metric_without_the_grain_is_remarked_on_stderr(run) -> None:
    code, out, err = run("--metric", "ltv", "--by", "campaign", "--format", "json")
    assert (code, out) == (0, "")
    assert "ltv: no values by campaign" in err
