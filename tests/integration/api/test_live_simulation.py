"""The live market against a real collector: what is sent lands, in the same arms, and the key ends with the session."""

import json
import sys
from urllib.parse import urlsplit

import pytest
from api_server import serving

from swipesavvy import cli
from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

SMALL = ("--days", "20", "--users", "200", "--campaigns", "3", "--seed", "4")


def test_live_events_land_and_the_key_is_revoked(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=home.root)
    with serving(settings) as address:
        monkeypatch.setenv("SWIPESAVVY_API_PORT", str(urlsplit(address).port))
        wanted = ["simulate", *SMALL, "--home", str(home.root), "--live", "--rate", "150", "--for", "1.5"]
        monkeypatch.setattr(sys, "argv", ["swipesavvy", *wanted])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
    out = capsys.readouterr().out
    accepted = int(out.split()[0].replace(",", ""))
    assert accepted >= 100
    assert "0 rejected" in out
    landed = [
        json.loads(line) for path in home.landing_events.glob("*.jsonl") for line in path.read_text().splitlines()
    ]
    assert len(landed) == accepted
    assert all("received_at" in event for event in landed)
    store = open_ops(settings)
    try:
        assert [key.revoked_at is not None for key in keys_of(store).list_keys()] == [True]
    finally:
        store.close()
