import email
import ssl
import time
from pathlib import Path

import pytest
from conftest import NOW, message
from receivers import MailReceiver, mail_receiver

from swipesavvy.adapters.notifier.mail import MailNotifier, MailServer, mail_server
from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import DeliveryError
from swipesavvy.domain.errors import BadInputError

TO = ("ops@example.com", "data@example.com")


def notifier(port: int, **more: object) -> MailNotifier:
    server = MailServer("127.0.0.1", port, None, None, is_encrypted_at_once=False)
    return MailNotifier(server, "swipesavvy@example.com", TO, **more)  # type: ignore[arg-type]


def test_one_mail_goes_to_all_and_says_what_to_do(mailbox: MailReceiver) -> None:
    notifier(mailbox.port).send(message(count=3))
    ((recipients, text),) = mailbox.mails
    assert tuple(recipients) == TO
    mail = email.message_from_string(text)
    assert mail["Subject"] == "[SwipeSavvy] 3 critical; first ingestion_rate"
    assert (mail["From"], mail["To"]) == ("swipesavvy@example.com", "ops@example.com, data@example.com")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    body = str(mail.get_payload())
    assert "swipesavvy alerts ack a0" in body
    assert "2026-11-21 12:00:00 UTC" in body


def test_no_text_can_add_a_header(mailbox: MailReceiver) -> None:
    evil = "x\r\nBcc: thief@example.com\r\n\r\nbody\x1b[2J\u2028z"
    notifier(mailbox.port).send(Message("m1", f"alert {evil}", "text", (), NOW))
    notifier(mailbox.port).send(message(subject=evil))
    for recipients, text in mailbox.mails:
        mail = email.message_from_string(text)
        assert tuple(recipients) == TO
        assert mail["Bcc"] is None
        assert "\x1b" not in str(mail["Subject"])


def test_the_connection_is_encrypted_where_the_server_can(
    server_context: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    with mail_receiver(server_context) as mailbox:
        mailbox.password = "p@ss"
        server = MailServer("127.0.0.1", mailbox.port, "ops", "p@ss", is_encrypted_at_once=False)
        MailNotifier(server, "s@example.com", TO, trust).send(message())
        assert mailbox.encrypted == [True]
        assert mailbox.commands.index("STARTTLS") < mailbox.commands.index("AUTH")


def test_a_certificate_nobody_vouches_for_is_refused(server_context: ssl.SSLContext) -> None:
    with mail_receiver(server_context) as mailbox:
        with pytest.raises(DeliveryError, match="certificate is not trusted"):
            notifier(mailbox.port).send(message())
        assert mailbox.mails == []


def test_a_wrong_password_is_not_repeated(server_context: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    with mail_receiver(server_context) as mailbox:
        server = MailServer("127.0.0.1", mailbox.port, "ops", "hunter2", is_encrypted_at_once=False)
        assert "hunter2" not in repr(server)
        with pytest.raises(DeliveryError, match="refused user or password") as caught:
            MailNotifier(server, "s@example.com", TO, trust).send(message())
        assert "hunter2" not in str(caught.value)


def test_beyond_this_machine_nothing_is_sent_unencrypted(mailbox: MailReceiver) -> None:
    # Also 127.0.0.1 to the system, but not by its spelling: nothing is looked up to find out.
    server = MailServer("127.1", mailbox.port, "ops", "secret", is_encrypted_at_once=False)
    with pytest.raises(DeliveryError, match="offers no STARTTLS"):
        MailNotifier(server, "s@example.com", TO).send(message())
    assert mailbox.mails == []
    assert "AUTH" not in mailbox.commands


def test_one_refused_recipient_is_told(mailbox: MailReceiver) -> None:
    mailbox.refused.add(TO[1])
    with pytest.raises(DeliveryError, match="refused 1 of 2 recipients"):
        notifier(mailbox.port).send(message())


def test_a_silent_server_is_given_up_soon(mailbox: MailReceiver) -> None:
    mailbox.is_silent = True
    started = time.monotonic()
    with pytest.raises(DeliveryError, match="mail server 127"):
        notifier(mailbox.port, timeout_seconds=0.3).send(message())
    assert time.monotonic() - started < 5


def test_addresses_of_servers() -> None:
    assert mail_server("smtp://mail.example.com") == MailServer("mail.example.com", 587, None, None, False)
    assert mail_server("smtps://a%40b:p%2Fw@[::1]:2465") == MailServer("::1", 2465, "a@b", "p/w", True)


@pytest.mark.parametrize(
    "url", ["", "mail.example.com", "http://a", "smtp://", "smtp://u:hunter2@h:99999", "smtp://h/x"]
)
def test_what_is_no_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadInputError, match="SWIPESAVVY_SMTP_URL") as caught:
        mail_server(url)
    assert "hunter2" not in str(caught.value)
