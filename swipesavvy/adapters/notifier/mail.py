"""Alerts as e-mail over SMTP: plain text, one message for all recipients, encrypted wherever it leaves the machine."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from swipesavvy.adapters.notifier.addresses import is_loopback
from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import DeliveryError
from swipesavvy.domain.alerts import one_line
from swipesavvy.domain.errors import BadInputError

TIMEOUT_SECONDS = 10.0
# Not every server says that it passes on more than seven bits.
POLICY = SMTP.clone(cte_type="7bit")
PORTS = {"smtp": 587, "smtps": 465}
EXAMPLE = "write smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `is_encrypted_at_once` is SMTP over TLS; else STARTTLS comes first."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    is_encrypted_at_once: bool


def mail_server(url: str) -> MailServer:
    """The server of an address like `smtp://user:password@host:587`; user and password may be percent-encoded.

    BadInputError if it is none; the text does not repeat it, because it may hold a password.
    """
    problem = BadInputError(f"SWIPESAVVY_SMTP_URL is no address of a mail server; {EXAMPLE}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    if parts.scheme not in PORTS or not host or parts.path not in {"", "/"} or parts.query:
        raise problem
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return MailServer(host, port or PORTS[parts.scheme], user, password, parts.scheme == "smtps")


class MailNotifier:
    """Hands messages to a mail server. Only on loopback may the connection stay unencrypted."""

    channel = "email"

    def __init__(
        self,
        server: MailServer,
        sender: str,
        recipients: Sequence[str],
        trust: ssl.SSLContext | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """`trust` decides whose certificates are believed; those of the system if absent."""
        self._server = server
        self._sender = sender
        self._recipients = tuple(recipients)
        self._trust = trust
        self._timeout = timeout_seconds

    def send(self, message: Message) -> None:
        """Hand over one message; it counts as delivered if the server took it for at least one recipient."""
        mail = self.mail_of(message)
        try:
            with self._connect() as connection:
                refused = connection.send_message(mail, self._sender, self._recipients)
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"mail server {self._server.host}:{self._server.port}: {_reason(error)}") from error
        if refused:
            raise DeliveryError(f"the mail server refused {len(refused)} of {len(self._recipients)} recipients")

    def mail_of(self, message: Message) -> EmailMessage:
        """The mail as it is sent. Its id depends on the alerts alone, so that a repeated one can be recognised."""
        mail = EmailMessage(policy=POLICY)
        mail["Subject"] = one_line(message.subject)
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._recipients)
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.message_id}@swipesavvy.invalid>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        trust = self._trust or ssl.create_default_context()
        if server.is_encrypted_at_once:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=trust)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            self._prepare(connection, trust)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        server = self._server
        connection.ehlo()
        if not server.is_encrypted_at_once:
            if connection.has_extn("starttls"):
                connection.starttls(context=trust)
                connection.ehlo()
            elif not is_loopback(server.host):
                raise smtplib.SMTPException("offers no STARTTLS; alerts are not sent unencrypted, use another server")
        if server.user is not None:
            connection.login(server.user, server.password or "")


def _reason(error: Exception) -> str:
    # What a server answers may repeat what it was sent: codes are enough, except where the words are our own.
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "refused user or password; correct SWIPESAVVY_SMTP_URL"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "refused every recipient; correct SWIPESAVVY_ALERT_EMAIL_TO"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answered {error.smtp_code}; look at its log"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return one_line(str(error)) or type(error).__name__
