"""Data Docs: what is expected of each table and how the last build met it, as pages that fetch nothing from outside.

The pages Great Expectations renders itself load a dozen files from other hosts, so ours are written here.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from swipesavvy.adapters.durable import write_json, write_text
from swipesavvy.adapters.expectations import SuiteResult, Verdict
from swipesavvy.domain.home import Home

KEPT_BUILDS = 30
STATES = {
    "met": '<span class="good">&#10003; met</span>',
    "watch": '<span class="watch">! watch</span>',
    "broken": '<span class="bad">&#10007; broken</span>',
}
STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f4b; --watch: #9a6700; --bad: #c02b2b; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .45rem .6rem;
border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .watch { color: var(--watch); } .bad { color: var(--bad); }
code { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { :root { --good: #5cc98a; --watch: #e0b04a; --bad: #ff7b7b; } }
"""


def write_data_docs(home: Home, build_id: str, results: Sequence[SuiteResult], now: datetime) -> Path:
    """Add the pages of these suites to those of the build, and renew the index over all builds; returns the index."""
    site = home.docs / "data-docs"
    summary_file = site / build_id / "summary.json"
    summary = json.loads(summary_file.read_text(encoding="utf-8")) if summary_file.is_file() else {}
    for result in results:
        write_text(site / build_id / f"{result.suite.table}.html", _suite_page(build_id, result, now))
        state = "broken" if result.broken else "watch" if result.watched else "met"
        summary[result.suite.table] = {"rows": result.rows, "expectations": len(result.verdicts), "state": state}
    write_json(summary_file, summary)
    write_text(site / build_id / "index.html", _build_page(build_id, summary, now))
    builds = sorted((path.name for path in site.iterdir() if path.is_dir()), reverse=True)
    for old in builds[KEPT_BUILDS:]:
        shutil.rmtree(site / old)
    write_text(site / "index.html", _index_page(builds[:KEPT_BUILDS]))
    return site / "index.html"


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def _index_page(builds: Sequence[str]) -> str:
    items = "".join(f'<li><a href="{escape(b)}/index.html">{escape(b)}</a></li>' for b in builds)
    return _page("Data Docs", f"<p>What each build was expected to be, newest first.</p><ul>{items}</ul>")


def _build_page(build_id: str, summary: Mapping[str, Mapping[str, Any]], now: datetime) -> str:
    rows = "".join(
        f'<tr><td><a href="{escape(table)}.html">{escape(table)}</a></td><td class="n">{entry["rows"]:,}</td>'
        f'<td class="n">{entry["expectations"]}</td><td>{STATES[entry["state"]]}</td></tr>'
        for table, entry in sorted(summary.items())
    )
    head = "<tr><th>Table</th><th>Rows</th><th>Expectations</th><th>State</th></tr>"
    checked = f"<p>Checked {now:%Y-%m-%d %H:%M} UTC. <a href='../index.html'>All builds</a></p>"
    return _page(f"Build {build_id}", f"{checked}<table>{head}{rows}</table>")


def _suite_page(build_id: str, result: SuiteResult, now: datetime) -> str:
    head = "<tr><th>State</th><th>Expected</th><th>Rule</th><th>Unexpected rows</th><th>Examples</th></tr>"
    rows = "".join(_verdict_row(v) for v in result.verdicts)
    about = (
        f"<p>Build {escape(build_id)}, {result.rows:,} rows, checked {now:%Y-%m-%d %H:%M} UTC. "
        "<a href='index.html'>All tables of this build</a></p>"
    )
    return _page(result.suite.table, f"{about}<table>{head}{rows}</table>")


def _verdict_row(verdict: Verdict) -> str:
    arguments = ", ".join(f"{name}={value}" for name, value in verdict.expectation.arguments.items())
    shown = verdict.error or ", ".join(verdict.examples)
    state = "met" if verdict.passed else "watch" if verdict.expectation.is_warning else "broken"
    return (
        f"<tr><td>{STATES[state]}</td>"
        f"<td>{escape(verdict.expectation.meaning)}</td>"
        f"<td><code>{escape(f'{verdict.expectation.kind}({arguments})')}</code></td>"
        f'<td class="n">{verdict.unexpected:,}</td><td><code>{escape(shown)}</code></td></tr>'
    )
