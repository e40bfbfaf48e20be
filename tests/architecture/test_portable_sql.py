"""From staging to metrics the SQL means the same on DuckDB and on Spark; what differs lives in macros/dialect."""

import re
from pathlib import Path

import pytest
from rooms import ROOT, files

# Each construct is known to give another result, or none, on one of the two engines.
FORBIDDEN = {
    r"(?<![\w.'])\d+\.\d+(?!e|\w|')": "a decimal literal: Spark keeps six digits; write 0.5e0",
    r"\bconcat\s*\(": "concat: null swallows the text on one engine only; write ||",
    r"\bhash\s*\(": "hash: another function on each engine; use md5",
    r"\bqualify\b": "qualify: unknown to older engines; filter a row_number in an outer query",
    r"\bstrftime\s*\(|\bdate_format\s*\(": "date formatting: a dialect macro, or left(cast(day as string), n)",
    r"\bdayofweek\s*\(|\bextract\s*\(\s*dow\b": "day of week: Sunday is 0 on one engine and 1 on the other",
    r"\blog\s*\(": "log: base 10 or e; write ln",
    r"\bregexp_replace\s*\(": "regexp_replace: first match or all",
    r"\bregexp_matches\s*\(|\bregexp_extract\s*\(": "regular expressions: a dialect macro",
    r"\b(ignore|respect)\s+nulls\b": "ignore nulls: stands inside the call or after it",
    r"\b(string_agg|listagg|list|array_agg|collect_list)\s*\(": "lists: order and nulls differ; a dialect macro",
    r"\bepoch(_\w+)?\s*\(|\bunix_micros\s*\(|\bdatediff\s*\(|\bdate_diff\s*\(": "elapsed time: a dialect macro",
    r"\bdateadd\s*\(": "dateadd: loses microseconds on one engine; add an interval",
    r"\bjson_\w+\s*\(|\bget_json_object\s*\(|->>": "JSON: a dialect macro",
    r"\bread_parquet\s*\(|\bread_csv\s*\(|\bglob\s*\(": "files: macros/dialect/sources.sql",
    r"\basof\s+(left\s+)?join\b|\bpositional\s+join\b": "a join only DuckDB has",
    r"\bcast\([^()]*\bas\s+varchar\b|::": "a cast Spark refuses: write cast(x as string)",
    r"\bselect\s+\*\s+(exclude|replace)\b": "select * exclude/replace: DuckDB only",
    r"\b(now|current_timestamp|current_date|today|get_current_timestamp)\b\s*(\(|$)": "the wall clock: use as_of()",
    r"\brandom\s*\(|\brand\s*\(|\buuid\s*\(": "chance: one as_of has one answer",
    r'"[a-z_]+"\s*(,|as\b|from\b)': "double quotes: a string in Spark, a name in DuckDB",
}
# Table macros exist in DuckDB alone, so their text may be its own.
DUCKDB_ONLY = {"dbt_project/macros/metrics/table_macros.sql"}


def shared_sql() -> list[Path]:
    found = files("dbt_project/models/**.sql", "dbt_project/macros/**.sql", "dbt_project/tests/*.sql")
    names = {path: path.relative_to(ROOT).as_posix() for path in found}
    return [p for p, name in names.items() if "/macros/dialect/" not in name and name not in DUCKDB_ONLY]


def bare(text: str) -> str:
    """The SQL without comments of either language."""
    return re.sub(r"--[^\n]*|\{#.*?#\}", " ", text, flags=re.DOTALL)


def breaches(text: str) -> list[str]:
    sql = bare(text)
    return [reason for pattern, reason in FORBIDDEN.items() if re.search(pattern, sql, re.IGNORECASE | re.MULTILINE)]


def test_shared_sql_uses_only_what_both_engines_read_alike() -> None:
    assert len(shared_sql()) > 40
    found = [f"{p.relative_to(ROOT)}: {reason}" for p in shared_sql() for reason in breaches(p.read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize(
    "sql",
    [
        "select 0.5 * a from t",
        "select concat(a, b) from t",
        "select a from t qualify row_number() over (order by b) = 1",
        "select strftime(day, '%Y') from t",
        "select cast(a as varchar) from t",
        "select a::int from t",
        "select last_value(a ignore nulls) over (order by b) from t",
        "select now() from t",
        "from a asof left join b using (k)",
        "select * exclude (a) from t",
        "select sum(x) from t where log(x) > 1",
    ],
)
def test_the_lint_sees_each_kind_of_breach(sql: str) -> None:
    assert breaches(sql)


def test_the_lint_lets_the_shared_dialect_pass() -> None:
    sql = "select sum(a) filter (where b), 0.5e0 * c, cast(d as string) from t -- log(x) is base 10 here"
    assert not breaches(sql)


def test_a_ranking_says_which_way_it_goes() -> None:
    # Neither engine's default place of nulls is relied on: ranked columns are never null, and the direction is written.
    wrong = [
        f"{path.relative_to(ROOT)}: order by {clause}"
        for path in shared_sql()
        if path.parent.name != "metrics"
        for clause in re.findall(r"order by ([^)\n]+)", bare(path.read_text("utf-8")), re.IGNORECASE)
        if not re.search(r"\b(asc|desc)\b", clause, re.IGNORECASE)
    ]
    assert not wrong
