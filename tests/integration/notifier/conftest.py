"""Servers that receive what notifiers send; makes `receivers` importable."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from receivers import HttpReceiver, MailReceiver, http_receiver, mail_receiver

from swipesavvy.application.alert_messages import Message, Notice, message_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def message(says: str = "ingestion rate is 80%", subject: str = "all", count: int = 1) -> Message:
    """A message about some alerts."""
    return message_of(
        [
            Notice(f"n{number}", f"a{number}", "ingestion_rate", subject, "critical", "new", says, "Look.", NOW)
            for number in range(count)
        ],
        NOW,
    )


@pytest.fixture
def web() -> Iterator[HttpReceiver]:
    """An HTTP server."""
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def mailbox() -> Iterator[MailReceiver]:
    """A mail server without encryption."""
    with mail_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(chain)),
        ],
        check=True,
        capture_output=True,
    )
    return chain, key


@pytest.fixture
def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What the server proves itself with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
