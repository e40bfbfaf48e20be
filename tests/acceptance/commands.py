"""The product as its users run it: the installed command in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from oracle.comparison import published

COMMAND = Path(sys.executable).with_name("swipesavvy")
ENOUGH = 900


def swipesavvy(home: Path, *arguments: str) -> str:
    """Standard output of a command on a home; fails with its error text where the command fails."""
    done = subprocess.run(
        [str(COMMAND), *arguments, "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        env=dict(os.environ),
        check=False,
    )
    assert done.returncode == 0, f"swipesavvy {' '.join(arguments)}: {done.stderr[-2000:]}"
    return done.stdout


def metric_rows(home: Path, *arguments: str, by: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Rows of `swipesavvy metrics` at one grain, for the metrics that are recomputed."""
    grain = ("--by", ",".join(by)) if by else ()
    return published(swipesavvy(home, "metrics", "--format", "json", *grain, *arguments).splitlines())
