"""Every setting, declared once with its default. The only module that reads the environment."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from swipesavvy.domain.home import Home

CHECKOUT = Path(__file__).resolve().parent.parent


class Sending(StrEnum):
    """How far messages may travel; configuring a provider alone never makes it live."""

    OFF = "off"
    OUTBOX = "outbox"
    LIVE = "live"


class Settings(BaseSettings):
    """Environment variables with the prefix `SWIPESAVVY_`, or a `.env` file in the working folder."""

    model_config = SettingsConfigDict(env_prefix="SWIPESAVVY_", env_file=".env", extra="ignore")

    home: Path = Field(default=CHECKOUT / "data", description="Folder that holds all state of this installation")
    host: str = Field(default="127.0.0.1", description="Address the servers bind to; loopback unless told otherwise")
    api_port: int = Field(default=8000, description="Port of the API and collector")
    cors_origins: str = Field(default="", description="Origins whose pages may send events, with commas; none if empty")
    dashboard_port: int = Field(default=8501, description="Port of the dashboard")
    dagster_port: int = Field(default=3000, description="Port of the Dagster web server")
    sending: Sending = Field(default=Sending.OUTBOX, description="off, outbox or live")
    database_url: SecretStr | None = Field(default=None, description="Operational store; SQLite in the home if unset")
    log_level: str = Field(default="INFO", description="Level of the log")
    automation: bool = Field(default=False, description="Schedules and sensors start switched on (`up` sets it)")
    session_hours: int = Field(default=12, description="A sign-in ends after this many hours")
    track_usage: bool = Field(default=True, description="What people open in the dashboard lands as staff events")
    alert_email_to: str | None = Field(default=None, description="Who gets alerts by e-mail; several with commas")
    alert_email_from: str | None = Field(default=None, description="Sender of alerts; the first recipient if unset")
    smtp_url: SecretStr | None = Field(default=None, description="Mail server: smtp://user:password@host:587")
    alert_webhook_url: str | None = Field(default=None, description="Where alerts are posted, by https")
    alert_webhook_secret: SecretStr | None = Field(
        default=None, description="Signs them: whsec_ and 24-64 bytes in base64"
    )

    def paths(self) -> Home:
        """The folder layout of this installation."""
        return Home(self.home.resolve())
