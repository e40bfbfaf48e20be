"""Puts alerting together for one installation: the store, the configured channels, the sources of findings.

`observe_build` and `observe_failure` are what runs call; neither raises an expected error: a broken notification
path must never stop what it watches. What is looked at between runs is `watchman`'s business. No rule lives here.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from swipesavvy.adapters.notifier import channels_of
from swipesavvy.adapters.ops import OpsStore, open_ops
from swipesavvy.adapters.published_quality import published_quality
from swipesavvy.application.alert_findings import findings_of_build
from swipesavvy.application.alerting import Alerting, Delivery
from swipesavvy.domain.alert_rules import Watch, rules_of
from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.settings import Settings

LOG = logging.getLogger(__name__)


def alerting_of(store: OpsStore, settings: Settings) -> Alerting:
    """Use cases about alerts on an open store."""
    return Alerting(store, channels_of(settings), lambda: secrets.token_hex(8))


@contextmanager
def open_alerting(settings: Settings) -> Iterator[Alerting]:
    """Use cases about alerts on a store opened for the block."""
    store = open_ops(settings)
    try:
        yield alerting_of(store, settings)
    finally:
        store.close()


def observe_build(
    settings: Settings, build_id: str, calculation_seconds: float | None, now: datetime
) -> Delivery | None:
    """Alerts about a build that was just published; an earlier failure of a run is over. None if it went wrong."""

    def observe(alerting: Alerting) -> Delivery:
        with published_quality(settings.paths(), build_id) as published:
            findings = findings_of_build(published, calculation_seconds)
        return alerting.observe(findings, now, rules_of(Watch.BUILD) | rules_of(Watch.RUN))

    return _without_raising(settings, observe)


def observe_failure(settings: Settings, says: str, now: datetime) -> Delivery | None:
    """A run stopped before it published; `says` is its one line. None if telling went wrong."""
    return _without_raising(settings, lambda alerting: alerting.observe_failure(says, now))


def _without_raising(settings: Settings, observe: Callable[[Alerting], Delivery]) -> Delivery | None:
    try:
        with open_alerting(settings) as alerting:
            return observe(alerting)
    except (SwipeSavvyError, OSError) as error:
        LOG.error("alerts could not be looked after: %s", error)
        return None
