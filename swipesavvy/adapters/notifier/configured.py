"""Which channels an installation has: the log always, e-mail and webhook where settings name them.

A channel that is named but configured wrongly is there too: it fails with what is wrong, and the others still tell.
"""

from collections.abc import Callable
from email.errors import HeaderParseError
from email.headerregistry import Address

from swipesavvy.adapters.notifier.log import LogNotifier
from swipesavvy.adapters.notifier.mail import MailNotifier, mail_server
from swipesavvy.adapters.notifier.webhook import WebhookNotifier, signing_key
from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import DeliveryError, Notifier
from swipesavvy.domain.errors import BadInputError
from swipesavvy.settings import Settings


class MisconfiguredNotifier:
    """A channel that cannot work until its settings are corrected."""

    def __init__(self, channel: str, problem: str) -> None:
        """`problem` is what every attempt is answered with."""
        self.channel = channel
        self._problem = problem

    def send(self, message: Message) -> None:
        """Raise DeliveryError."""
        raise DeliveryError(f"{self._problem}; {len(message.notices)} alerts wait")


def channels_of(settings: Settings) -> list[Notifier]:
    """The channels of an installation."""
    channels: list[Notifier] = [LogNotifier(settings.paths().logs / "alerts.log")]
    if settings.alert_email_to:
        channels.append(_or_misconfigured(MailNotifier.channel, _mail, settings))
    if settings.alert_webhook_url:
        channels.append(_or_misconfigured(WebhookNotifier.channel, _webhook, settings))
    return channels


def _or_misconfigured(channel: str, build: Callable[[Settings], Notifier], settings: Settings) -> Notifier:
    try:
        return build(settings)
    except BadInputError as error:
        return MisconfiguredNotifier(channel, str(error))


def _webhook(settings: Settings) -> WebhookNotifier:
    if settings.alert_webhook_secret is None:
        raise BadInputError("SWIPESAVVY_ALERT_WEBHOOK_URL is set and SWIPESAVVY_ALERT_WEBHOOK_SECRET is not")
    key = signing_key(settings.alert_webhook_secret.get_secret_value())
    return WebhookNotifier(settings.alert_webhook_url or "", key)


def _mail(settings: Settings) -> MailNotifier:
    recipients = addresses(settings.alert_email_to, "SWIPESAVVY_ALERT_EMAIL_TO")
    if not recipients:
        raise BadInputError("SWIPESAVVY_ALERT_EMAIL_TO names no address")
    if settings.smtp_url is None:
        raise BadInputError(
            "SWIPESAVVY_ALERT_EMAIL_TO is set and SWIPESAVVY_SMTP_URL is not: no server to hand mail to"
        )
    sender = addresses(settings.alert_email_from, "SWIPESAVVY_ALERT_EMAIL_FROM")
    if len(sender) > 1:
        raise BadInputError("SWIPESAVVY_ALERT_EMAIL_FROM: write one address")
    return MailNotifier(mail_server(settings.smtp_url.get_secret_value()), (sender or recipients)[0], recipients)


def addresses(text: str | None, setting: str) -> list[str]:
    """E-mail addresses separated by commas; BadInputError if one is none (a line break, say, could add a header)."""
    found = [part.strip() for part in (text or "").split(",") if part.strip()]
    for part in found:
        try:
            address = Address(addr_spec=part)
        except (HeaderParseError, ValueError, IndexError):
            address = Address()
        if not address.domain or not part.isascii() or not part.isprintable() or " " in part:
            raise BadInputError(f"{setting}: {part!r} is no e-mail address; write ops@example.com, several with commas")
    return found
