"""`make bench`: every part of the benchmarks, or those named, each with a page of its own under `docs/benchmarks`.

    python -m tests.benchmarks [PART ...] [--rounds 3] [--quick] [--out docs/benchmarks]

A part is a module of `tests.benchmarks.parts` with `run(rounds, quick, folder) -> list[str]`: it measures in a folder
of its own, all sides of a ratio interleaved within each round, and returns its page (Markdown lines, heading first)
from the measured figures. When, on which commit and on what kind of machine is put below the heading here.
"""

import argparse
import importlib
import os
import pkgutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import parts
from tests.benchmarks.measuring import machine

NAMES = sorted(module.name for module in pkgutil.iter_modules(parts.__path__))


def main() -> None:
    """Measures the chosen parts one after the other and writes their pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*NAMES, []], metavar="PART", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="as little as shows that it works")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"), help="folder of the pages")
    options = parser.parse_args()
    os.environ |= {"DAGSTER_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "TZ": "UTC"}
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.parts or NAMES:
        part = importlib.import_module(f"{parts.__name__}.{name}")
        with tempfile.TemporaryDirectory(prefix="swipesavvy-bench-") as folder:
            heading, *lines = part.run(options.rounds, options.quick, Path(folder))
        page = options.out / f"{name}.md"
        page.write_text("\n".join([heading, "", *_circumstances(name), *lines]) + "\n", encoding="utf-8")
        sys.stdout.write(page.read_text(encoding="utf-8"))


def _circumstances(name: str) -> list[str]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    return [
        f"Written by `make bench` (`python -m tests.benchmarks {name}`); do not edit.",
        f"Taken {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at commit {commit.strip()}:",
        "",
        *(f"- {line}" for line in machine()),
        "",
    ]


if __name__ == "__main__":
    main()
