"""The health report as one self-contained page: no script, no font, no picture from anywhere."""

import re
from html import escape

from swipesavvy.application.health import HealthReport
from swipesavvy.domain.health import Part

# Icon and word differ with the state, never colour alone.
_STATES = {
    "ok": ("✓", "Good"),
    "empty": ("○", "Nothing yet"),
    "watch": ("△", "Worth a look"),
    "bad": ("✕", "Needs attention"),
}
_HEADLINES = {"healthy": "Everything answers", "degraded": "Something needs attention"}
# Commands stand between backticks in messages.
_COMMAND = re.compile("`([^`]*)`")

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #566076; --paper: #f6f7f9; --card: #fff; --line: #dfe3ea;
  --ok: #1a6b45; --empty: #566076; --watch: #8a5a00; --bad: #a92c2c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf1; --soft: #a3adbf; --paper: #14181f; --card: #1c222c;
  --line: #303947; --ok: #6fcf9c; --empty: #a3adbf; --watch: #e3b45c; --bad: #f08a86; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1rem; }
h1 { font-size: 1.6rem; margin: 0; } p.lead { color: var(--soft); margin: .25rem 0 2rem; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; overflow: hidden; }
th, td { text-align: left; vertical-align: top; padding: .7rem 1rem; border-top: 1px solid var(--line); }
tr:first-child th, tr:first-child td { border-top: 0; } th { font-weight: 600; white-space: nowrap; }
td.state { white-space: nowrap; font-weight: 600; } td.says { font-variant-numeric: tabular-nums; }
.ok { color: var(--ok); } .empty { color: var(--empty); } .watch { color: var(--watch); } .bad { color: var(--bad); }
code { font-size: .9em; }
@media (max-width: 38rem) { th, td { display: block; border: 0; padding: .1rem 1rem; } th { padding-top: .8rem; }
  tr { display: block; padding-bottom: .8rem; border-top: 1px solid var(--line); } tr:first-child { border-top: 0; } }
footer { color: var(--soft); margin-top: 1.5rem; font-size: .875rem; }
"""


def health_page(report: HealthReport, version: str, uptime_seconds: float) -> str:
    """HTML of a report; `uptime_seconds` of this server process."""
    rows = "".join(_row(part) for part in report.parts)
    headline = _HEADLINES[report.status]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>SwipeSavvy: {headline.lower()}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{headline}</h1><p class="lead">{_lead(report)}</p>'
        f"<table><tbody>{rows}</tbody></table>"
        f"<footer>SwipeSavvy {escape(version)}, up for {_duration(uptime_seconds)}. "
        f"Checked {report.checked_at:%Y-%m-%d %H:%M:%S} UTC; reload to check again. "
        "Programs get the same as JSON from this address.</footer></main></body></html>"
    )


def _lead(report: HealthReport) -> str:
    count = len(report.parts)
    bad = [_words(part.name) for part in report.parts if part.state == "bad"]
    watch = [_words(part.name) for part in report.parts if part.state == "watch"]
    if bad:
        return f"{len(bad)} of {count} parts: {', '.join(bad)}."
    if watch:
        return f"All {count} parts answer; worth a look: {', '.join(watch)}."
    return f"All {count} parts answer."


def _row(part: Part) -> str:
    icon, word = _STATES[part.state]
    says = _COMMAND.sub(r"<code>\1</code>", escape(part.says[:1].upper() + part.says[1:]))
    return (
        f'<tr><th scope="row">{_words(part.name).capitalize()}</th><td class="state {part.state}">{icon} {word}</td>'
        f'<td class="says">{says}</td></tr>'
    )


def _words(name: str) -> str:
    return escape(name.replace("_", " "))


def _duration(seconds: float) -> str:
    minutes, _ = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
