"""Signing in and out over HTTP: the real routes and door in front of a page that says what it was asked for."""

import re
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from published.people import NEWCOMER, PASSWORD, add_people
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from streamlit_app import composition
from streamlit_app.account.door import Door
from streamlit_app.account.routes import FORM_COOKIE, ROUTES
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role

NEW = "eight loud mountains"


def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"page {request.url.path}")


@pytest.fixture(scope="module")
def people_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("people"))
    add_people(home, Role.CMO)
    return home


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = Starlette(routes=[*ROUTES, Route("/{path:path}", page)], middleware=[Middleware(Door)])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(address: str, people_home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setenv("SWIPESAVVY_HOME", str(people_home.root))
    with httpx.Client(base_url=address, trust_env=False) as made:
        yield made


def send(client: httpx.Client, path: str = "/sign-in", **fields: str):
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sign-in" if path == "/sign-in" else "/account").text)
    return client.post(path, data={"form": form.group(1) if form else "", **fields})


def enter(client: httpx.Client, name: str = "cmo", password: str = PASSWORD, **fields: str):
    return send(client, name=name, password=password, **fields)


@pytest.mark.parametrize("path", ["/", "/overview", "/metrics?window=7d", "/whatever/else"])
def test_strangers_are_sent_to_sign_in_and_back(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    target = re.search(r'name="next" value="([^"]+)"', client.get(answer.headers["location"]).text)
    assert target is not None
    assert target.group(1) == path


@pytest.mark.parametrize("path", ["/media/x.png", "/_stcore/message", "/_stcore/upload_file/x", "/component/x"])
def test_inner_routes_need_a_session_too(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/_stcore/health", "/static/js/x.js"])
def test_probes_and_common_code_are_open(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_signing_in_sets_a_cookie_no_script_can_read(client: httpx.Client) -> None:
    answer = enter(client, next="/metrics?window=7d")
    assert (answer.status_code, answer.headers["location"]) == (303, "/metrics?window=7d")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("swipesavvy_session_8501="))
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert client.get("/metrics").text == "page /metrics"
    assert client.get("/sign-in?next=/metrics").headers["location"] == "/metrics"


@pytest.mark.parametrize(("name", "password"), [("cmo", "wrong"), ("nobody", PASSWORD), ("", ""), ("<script>", "x")])
def test_whatever_is_wrong_the_words_are_the_same(client: httpx.Client, name: str, password: str) -> None:
    answer = enter(client, name, password)
    assert answer.status_code == 401
    assert "sign-in failed: check name and password" in answer.text
    assert "<script>" not in answer.text
    assert not any("session" in cookie for cookie in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_away_after_signing_in(client: httpx.Client, target: str) -> None:
    assert enter(client, next=target).headers["location"] == "/"


def test_a_form_from_elsewhere_signs_nobody_in(client: httpx.Client) -> None:
    fields = {"name": "cmo", "password": PASSWORD}
    assert client.post("/sign-in", data=fields).status_code == 400
    client.get("/sign-in")
    assert client.post("/sign-in", data={**fields, "form": "guessed"}).status_code == 400
    client.cookies.delete(FORM_COOKIE)
    assert client.post("/sign-in", data={**fields, "form": ""}).status_code == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"x" * 50_000, b"&".join(b"a=1" for _ in range(50)), b""])
def test_a_broken_form_is_refused_calmly(client: httpx.Client, body: bytes) -> None:
    client.get("/sign-in")
    answer = client.post("/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400


def test_signing_out_ends_the_session_everywhere(client: httpx.Client) -> None:
    enter(client)
    token = client.cookies["swipesavvy_session_8501"]
    assert client.post("/sign-out", data={"form": "guessed"}).headers["location"] == "/account"
    assert client.get("/").status_code == 200
    assert send(client, "/sign-out").headers["location"] == "/sign-in"
    client.cookies.set("swipesavvy_session_8501", token, domain="127.0.0.1")
    assert client.get("/").status_code == 303


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(client: httpx.Client, people_home: Home) -> None:
    one_time = composition.services().people.reset_user(NEWCOMER, composition.now())
    enter(client, NEWCOMER, one_time)
    assert client.get("/metrics").headers["location"] == "/account"
    assert client.get("/media/x.png").status_code == 401
    assert "Choose a password" in client.get("/account").text
    wrong = send(client, "/account", current=one_time, new=NEW, again="other")
    assert (wrong.status_code, "differ" in wrong.text) == (400, True)
    assert send(client, "/account", current="not it", new=NEW, again=NEW).status_code == 401
    short = send(client, "/account", current=one_time, new="short", again="short")
    assert (short.status_code, "characters" in short.text) == (400, True)
    assert client.post("/account", data={"current": one_time, "new": NEW, "again": NEW}).status_code == 400
    done = send(client, "/account", current=one_time, new=NEW, again=NEW)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get("/metrics").status_code == 200
    again = send(client, "/account", current=NEW, new=one_time, again=one_time)
    assert "Your password is changed." in again.text


def test_account_pages_need_a_session(client: httpx.Client) -> None:
    assert client.get("/account").headers["location"] == "/sign-in"
    assert client.post("/account", data={}).headers["location"] == "/sign-in"


@pytest.mark.parametrize("path", ["/sign-in", "/", "/health", "/media/x"])
def test_every_answer_forbids_anything_from_outside(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")


def test_account_pages_name_no_other_host(client: httpx.Client) -> None:
    assert "//" not in client.get("/sign-in").text


def test_https_makes_the_cookie_secure(client: httpx.Client) -> None:
    client.headers["x-forwarded-proto"] = "https"
    form = client.get("/sign-in")
    # The client keeps secure cookies from an http address, so they are handed over by hand.
    client.headers["cookie"] = form.headers["set-cookie"].split(";")[0]
    answer = enter(client)
    assert all("secure" in cookie.lower() for cookie in answer.headers.get_list("set-cookie"))
