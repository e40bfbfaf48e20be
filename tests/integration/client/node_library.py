"""Segment's own Node library, installed as its lock file says."""

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = Path(__file__).parents[1] / "segment" / "node"
AWAY = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "E401", "E403", "E50")


def install_node_library(folder: Path) -> None:
    """Put it and the sender into a new folder; skips where there is no Node or no registry."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    shutil.copytree(NODE, folder)
    call = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False, timeout=200)
    if done.returncode:
        if any(word in done.stderr for word in AWAY):
            pytest.skip(f"npm reaches no registry: {done.stderr.strip().splitlines()[0]}")
        raise AssertionError(done.stderr)
