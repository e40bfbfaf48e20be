"""The real dashboard on a free port and the system's headless Chromium; skips with the reason where there is none."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from published.home import publish
from published.people import add_people

from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


# Of the module, not the session: while the driver lives, its event loop counts as running in this process.
@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser that every test of the module shares."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser here ({', '.join(BROWSERS)}); `make chromium` installs one where that is allowed")
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("browser"))
    publish(home)
    add_people(home, Role.CMO)
    return home


@pytest.fixture(scope="module")
def dashboard(browser_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running dashboard."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "SWIPESAVVY_HOME": str(browser_home.root), "SWIPESAVVY_DASHBOARD_PORT": str(port)}
    command = [sys.executable, "-m", "uvicorn", "streamlit_app.asgi:app", "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "dashboard.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=output, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)
    said = log.read_text(errors="replace")
    assert "most recent call" not in said, said[-3000:]


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{address}/health", trust_env=False).json()["status"] == "ok":
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the dashboard did not start: {log.read_text(errors='replace')[-2000:]}")
