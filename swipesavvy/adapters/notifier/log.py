"""The channel that is always there: alerts as lines of the log."""

import logging

from swipesavvy.application.alert_messages import Message, Notice
from swipesavvy.domain.alerts import News, Severity

LOG = logging.getLogger("swipesavvy.alerts")
_LEVELS = {Severity.CRITICAL: logging.ERROR, Severity.WARNING: logging.WARNING, Severity.INFO: logging.INFO}


class LogNotifier:
    """One line per notice, at the level of its severity; what is over is told at INFO."""

    channel = "log"

    def send(self, message: Message) -> None:
        """Write the lines."""
        for notice in message.notices:
            LOG.log(_level(notice), "alert %s: %s %s, %s", notice.news, notice.rule, notice.subject, notice.says)


def _level(notice: Notice) -> int:
    return logging.INFO if notice.news == News.RESOLVED else _LEVELS[Severity(notice.severity)]
