from pathlib import Path

import pytest

from swipesavvy.adapters.notifier import channels_of
from swipesavvy.adapters.notifier.addresses import is_loopback
from swipesavvy.adapters.notifier.configured import MisconfiguredNotifier, addresses
from swipesavvy.domain.errors import BadInputError
from swipesavvy.settings import Settings

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def names(home: Path, **more: object) -> list[str]:
    settings = Settings(home=home, **more)  # type: ignore[arg-type]
    return [
        f"broken {channel.channel}" if isinstance(channel, MisconfiguredNotifier) else channel.channel
        for channel in channels_of(settings)
    ]


def test_nothing_leaves_unless_configured(tmp_path: Path) -> None:
    assert names(tmp_path) == ["log"]
    assert names(tmp_path, smtp_url="smtp://mail.example.com", alert_webhook_secret=SECRET) == ["log"]


def test_channels_exist_where_settings_name_them(tmp_path: Path) -> None:
    mail = {"alert_email_to": "a@example.com, b@example.com", "smtp_url": "smtp://mail.example.com"}
    web = {"alert_webhook_url": "https://example.com/hook", "alert_webhook_secret": SECRET}
    assert names(tmp_path, **mail, **web) == ["log", "email", "webhook"]


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({"alert_email_to": "a@example.com"}, "email"),
        ({"alert_email_to": "nobody", "smtp_url": "smtp://mail.example.com"}, "email"),
        ({"alert_email_to": " , ", "smtp_url": "smtp://mail.example.com"}, "email"),
        ({"alert_email_to": "a@example.com", "smtp_url": "mail.example.com"}, "email"),
        ({"alert_webhook_url": "https://example.com/"}, "webhook"),
        ({"alert_webhook_url": "http://example.com/", "alert_webhook_secret": SECRET}, "webhook"),
        ({"alert_webhook_url": "https://example.com/", "alert_webhook_secret": "short"}, "webhook"),
    ],
)
def test_a_channel_configured_wrongly_spares_the_others(tmp_path: Path, more: dict[str, str], broken: str) -> None:
    assert names(tmp_path, **more) == ["log", f"broken {broken}"]


@pytest.mark.parametrize("text", ["a@b\r\nBcc: c@d", "a b@example.com", "@example.com", "a@", "ä@example.com", "a@@b"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="WHO: "):
        addresses(text, "WHO")


def test_this_machine_is_known_by_its_spelling() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST")))
    assert not any(map(is_loopback, ("127.1", "0.0.0.0", "10.0.0.1", "localhost.example.com", "", "2130706433")))


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, smtp_url="smtp://u:hunter2@h", alert_webhook_secret="whsec_hunter2")
    assert "hunter2" not in repr(settings)
