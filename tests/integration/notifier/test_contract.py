"""What every channel promises, shown on each of them with a real receiver behind it."""

import base64
import email
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from receivers import HttpReceiver, MailReceiver

from swipesavvy.adapters.notifier.log import LogNotifier
from swipesavvy.adapters.notifier.mail import MailNotifier, MailServer
from swipesavvy.adapters.notifier.memory import MemoryNotifier
from swipesavvy.adapters.notifier.webhook import WebhookNotifier, signing_key
from swipesavvy.application.alerting import DeliveryError, Notifier

KEY = signing_key("whsec_" + base64.b64encode(bytes(32)).decode())
CHANNELS = ("memory", "log", "email", "webhook")


@dataclass
class Case:
    """A channel, everything its receiver got as text, and a way to make it fail."""

    channel: Notifier
    received: Callable[[], str]
    break_it: Callable[[], object]


@pytest.fixture(params=CHANNELS)
def case(request: pytest.FixtureRequest, tmp_path: Path, web: HttpReceiver, mailbox: MailReceiver) -> Case:
    if request.param == "memory":
        memory = MemoryNotifier()
        return Case(memory, lambda: str(memory.messages), lambda: setattr(memory, "failure", "told to fail"))
    if request.param == "log":
        file = tmp_path / "logs" / "alerts.log"
        channel = LogNotifier(file)
        return Case(channel, lambda: file.read_text(encoding="utf-8"), lambda: (file.unlink(), file.mkdir()))
    if request.param == "email":
        server = MailServer("127.0.0.1", mailbox.port, None, None, is_encrypted_at_once=False)
        return Case(
            MailNotifier(server, "swipesavvy@example.com", ["ops@example.com"]),
            lambda: "".join(text for _, text in mailbox.mails),
            lambda: mailbox.refused.add("ops@example.com"),
        )
    return Case(
        WebhookNotifier(web.url, KEY, wait=lambda _: None),
        lambda: "".join(post.body.decode() for post in web.posts),
        lambda: web.answers.extend([500] * 3),
    )


def test_a_channel_has_a_name_and_delivers_every_notice(case: Case) -> None:
    case.channel.send(message(count=3))
    assert case.channel.channel in CHANNELS
    for alert_id in ("a0", "a1", "a2"):
        assert alert_id in case.received()
    assert "ingestion rate is 80%" in case.received()


def test_a_failure_is_one_clear_line(case: Case) -> None:
    case.channel.send(message())
    case.break_it()
    with pytest.raises(DeliveryError) as caught:
        case.channel.send(message())
    assert "\n" not in str(caught.value)
    assert 5 < len(str(caught.value)) < 300


def test_two_messages_arrive_in_order(case: Case) -> None:
    case.channel.send(message(says="first thing"))
    case.channel.send(message(says="second thing"))
    assert case.received().index("first thing") < case.received().index("second thing")


def test_text_of_any_script_arrives(case: Case) -> None:
    case.channel.send(message(says="Größe 東京 <b>&amp; 🎉"))
    got = case.received()
    if case.channel.channel == "email":
        got = email.message_from_bytes(got.encode("ascii")).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Größe 東京 <b>&amp; 🎉" in got


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(says=st.text(max_size=80), subject=st.text(min_size=1, max_size=80))
def test_no_text_breaks_a_channel(case: Case, says: str, subject: str) -> None:
    from swipesavvy.domain.alerts import one_line

    case.channel.send(message(says=one_line(says), subject=one_line(subject)))


def test_a_webhook_carries_what_a_program_needs(web: HttpReceiver) -> None:
    WebhookNotifier(web.url, KEY).send(message(count=2))
    (post,) = web.posts
    document = json.loads(post.body)
    assert document["type"] == "alerts.changed"
    assert [alert["rule"] for alert in document["data"]["alerts"]] == ["ingestion_rate"] * 2
    assert post.path == "/alerts"
