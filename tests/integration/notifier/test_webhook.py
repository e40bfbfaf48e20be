import base64
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, message
from receivers import HttpReceiver, http_receiver

from swipesavvy.adapters.notifier.webhook import WAITS_SECONDS, WebhookNotifier, checked_url, signing_key
from swipesavvy.application.alerting import DeliveryError
from swipesavvy.domain.errors import BadInputError
from swipesavvy.settings import CHECKOUT

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def documented_verify() -> Any:
    """The function that the documentation gives to receivers."""
    text = Path(CHECKOUT / "docs" / "alerts.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)
    return names["verify"]


def notifier(web: HttpReceiver, waits: list[float] | None = None) -> WebhookNotifier:
    return WebhookNotifier(web.url, signing_key(SECRET), wait=(waits if waits is not None else []).append)


def test_the_documented_check_accepts_what_is_sent(web: HttpReceiver) -> None:
    verify = documented_verify()
    notifier(web).send(message(says="Größe"))
    (post,) = web.posts
    now = NOW.timestamp() + 10
    assert verify(SECRET, post.headers, post.body, now)
    assert not verify(SECRET, post.headers, post.body + b" ", now)
    assert not verify("whsec_" + base64.b64encode(bytes(32)).decode(), post.headers, post.body, now)
    assert not verify(SECRET, {**post.headers, "webhook-timestamp": "1"}, post.body, now)
    assert not verify(SECRET, {**post.headers, "webhook-id": "msg_other"}, post.body, now)
    assert not verify(SECRET, post.headers, post.body, now + 3600), "a recording is not played again later"


def test_the_signature_is_the_one_of_the_convention() -> None:
    """The worked example of the Standard Webhooks specification."""
    from swipesavvy.adapters.notifier.webhook import signature

    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_passing_failure_is_tried_three_times_with_one_id(web: HttpReceiver) -> None:
    waits: list[float] = []
    web.answers = [503, 0]
    notifier(web, waits).send(message())
    assert len(web.posts) == 3
    assert len({post.headers["webhook-id"] for post in web.posts}) == 1
    assert waits == list(WAITS_SECONDS)
    web.answers = [500, 502, 503, 204]
    with pytest.raises(DeliveryError, match="answered 503"):
        notifier(web).send(message())
    assert len(web.posts) == 6


@pytest.mark.parametrize("answer", [400, 401, 404, 410])
def test_a_lasting_failure_is_tried_once(web: HttpReceiver, answer: int) -> None:
    web.answers = [answer]
    with pytest.raises(DeliveryError, match=f"answered {answer}"):
        notifier(web).send(message())
    assert len(web.posts) == 1


def test_redirects_are_not_followed(web: HttpReceiver) -> None:
    with http_receiver() as elsewhere:
        web.answers, web.location = [307], elsewhere.url
        with pytest.raises(DeliveryError, match="answered 307"):
            notifier(web).send(message())
        assert elsewhere.posts == []


def test_a_server_that_is_not_there_is_one_line(web: HttpReceiver) -> None:
    with http_receiver() as gone:
        pass
    with pytest.raises(DeliveryError, match=r"webhook 127.0.0.1: ConnectError, no answer"):
        notifier(gone).send(message())


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/x", "http://127.0.0.1.example.com/", "http://10.0.0.1/", "ftp://127.0.0.1/", "file:///x"),
        *("https://", "example.com", "https://user:hunter2@example.com/", "https://[::1", "http://127.1/"),
    ],
)
def test_only_https_leaves_the_machine(url: str) -> None:
    with pytest.raises(BadInputError, match="SWIPESAVVY_ALERT_WEBHOOK_URL") as caught:
        checked_url(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://127.0.0.1:9/", "http://localhost/", "http://[::1]:1/"]
)
def test_addresses_that_may_be_used(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "secret", ["", "hunter2", "whsec_", "whsec_????", "whsec_" + base64.b64encode(bytes(8)).decode()]
)
def test_weak_secrets_are_refused_without_repeating_them(secret: str) -> None:
    with pytest.raises(BadInputError, match="openssl rand -base64 32") as caught:
        signing_key(secret)
    assert "hunter2" not in str(caught.value)
