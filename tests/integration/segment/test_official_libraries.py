"""Segment's own libraries, unmodified but for the host: what they send is what the lake holds, by id."""

import json
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from api_server import make_key
from lake_rows import rows_after_ingest
from segment.analytics.client import Client
from server_process import ServerProcess

from swipesavvy.domain.home import Home

ORDER = "0b5a4c9e-5f0e-4c5e-9d3f-1a2b3c4d5e6f"


def lake_id(message_id: str) -> str:
    try:
        return str(uuid.UUID(message_id))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"swipesavvy:segment:{message_id}"))


def check_calls(rows: dict[str, dict[str, Any]], tracks: int) -> None:
    by_type: dict[str, list[dict[str, Any]]] = {}
    for row in rows.values():
        by_type.setdefault(row["event_type"], []).append(row)
    assert sorted(row["properties"]["n"] for row in by_type["Feature Used"]) == list(range(tracks))
    (order,) = by_type["user_purchased"]
    assert (order["user_id"], order["properties"]["order_id"]) == ("device-1", ORDER)
    assert order["properties"]["order_value"] == 27.5
    (identify,) = by_type["segment_identify"]
    assert identify["properties"] == {"plan": "pro"}
    (page,) = by_type["segment_page"]
    assert page["properties"] == {"name": "Home", "url": "https://shop.example/"}
    assert by_type["segment_screen"][0]["properties"] == {"name": "Cart"}
    assert by_type["segment_group"][0]["properties"] == {"seats": 3, "group_id": "g1"}
    assert by_type["segment_alias"][0]["properties"] == {"previous_id": "device-1"}
    assert {row["source"] for row in rows.values()} == {"backend"}


def send_each_call(client: Client) -> list[str]:
    told = [
        client.track(anonymous_id="device-1", event="Order Completed", properties={"orderId": ORDER, "total": 27.5}),
        client.identify("ann", traits={"email": "ann@example.com", "name": "Ann Lee", "plan": "pro"}),
        client.page("ann", name="Home", properties={"url": "https://shop.example/?mail=ann@example.com"}),
        client.screen("ann", name="Cart"),
        client.group("ann", "g1", traits={"seats": 3}),
        client.alias("device-1", "ann"),
    ]
    return [message["messageId"] for _, message in told]


@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_python_library_delivers(home: Home, start_server: Callable[..., ServerProcess], is_zipped: bool) -> None:
    server = start_server()
    errors: list[Any] = []
    client = Client(
        make_key(home),
        host=server.address,
        gzip=is_zipped,
        upload_interval=0.1,
        on_error=lambda error, batch: errors.append((error, batch)),
    )
    sent = [client.track(f"user-{n % 7}", "Feature Used", {"n": n})[1]["messageId"] for n in range(250)]
    sent += send_each_call(client)
    client.flush()
    client.join()
    assert errors == []
    rows = rows_after_ingest(home)
    assert set(rows) == {lake_id(message_id) for message_id in sent}
    check_calls(rows, 250)


@pytest.mark.slow
def test_the_python_library_delivers_though_the_server_is_killed(
    home: Home, start_server: Callable[..., ServerProcess]
) -> None:
    server = start_server()
    errors: list[Any] = []
    client = Client(
        make_key(home),
        host=server.address,
        upload_interval=0.05,
        upload_size=20,
        max_retries=30,
        on_error=lambda error, _: errors.append(error),
    )
    sent = []
    for n in range(400):
        sent.append(client.track("ann", "Feature Used", {"n": n})[1]["messageId"])
        if n == 150:
            time.sleep(0.3)
            server.kill()
        time.sleep(0.001)
    start_server(server.port)
    client.flush()
    client.join()
    assert errors == []
    assert set(rows_after_ingest(home)) == {lake_id(message_id) for message_id in sent}


def node_send(folder: Path, address: str, key: str, count: int) -> subprocess.Popen[str]:
    call = ["node", "send.js", address, key, str(count)]
    return subprocess.Popen(call, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_the_node_library_delivers(home: Home, start_server: Callable[..., ServerProcess], node_folder: Path) -> None:
    out, errors = node_send(node_folder, start_server().address, make_key(home), 250).communicate(timeout=100)
    assert errors == ""
    sent = json.loads(out)
    assert len(sent) == 256
    rows = rows_after_ingest(home)
    assert set(rows) == {lake_id(message_id) for message_id in sent}
    check_calls(rows, 250)


@pytest.mark.slow
def test_the_node_library_waits_for_a_server_that_comes_up_later(
    home: Home, start_server: Callable[..., ServerProcess], node_folder: Path
) -> None:
    key, server = make_key(home), start_server()
    server.kill()
    sending = node_send(node_folder, server.address, key, 30)
    time.sleep(1)
    start_server(server.port)
    out, errors = sending.communicate(timeout=100)
    assert errors == ""
    rows = rows_after_ingest(home)
    assert set(rows) == {lake_id(message_id) for message_id in json.loads(out)}
    check_calls(rows, 30)
