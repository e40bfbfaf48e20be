"""The channel that is always there: alerts as lines of a file of their own, and of the process's log if it has one."""

import logging
from pathlib import Path

from swipesavvy.application.alert_messages import Message, Notice
from swipesavvy.application.alerting import DeliveryError
from swipesavvy.domain.alerts import News, Severity

LOG = logging.getLogger("swipesavvy.alerts")
# A command that set up no logging says in one line that there are alerts; the lines themselves would bury its answer.
LOG.addHandler(logging.NullHandler())
_LEVELS = {Severity.CRITICAL: logging.ERROR, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


class LogNotifier:
    """One line per notice, at the level of its severity; what is over is told at INFO."""

    channel = "log"

    def __init__(self, file: Path) -> None:
        """`file` is made, with its folder, when the first line is written; lines are appended."""
        self._file = file

    def send(self, message: Message) -> None:
        """Write the lines; the instant in front is that of the news, UTC."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as log:
                log.writelines(f"{n.at:%Y-%m-%dT%H:%M:%SZ} {n.severity.upper()} {_words(n)}\n" for n in message.notices)
        except OSError as error:
            raise DeliveryError(f"{self._file}: {error.strerror or error}; check the disk") from error
        for notice in message.notices:
            LOG.log(_level(notice), "alert %s", _words(notice))


def _words(notice: Notice) -> str:
    return f"{notice.alert_id} {notice.news}: {notice.rule} ({notice.subject}): {notice.says}"


def _level(notice: Notice) -> int:
    return logging.INFO if notice.news == News.RESOLVED else _LEVELS[Severity(notice.severity)]
