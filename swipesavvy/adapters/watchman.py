"""Looks after an installation between runs: disk, folders, lake, the served API, and data that waits for a run.

Whoever serves an installation calls `check` about once a minute, in a process that is not the pipeline: a pipeline
that stands still cannot say so itself. Which state is an alert is decided in `application.alert_findings`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx

from swipesavvy.adapters.alerting import open_alerting
from swipesavvy.adapters.health import HomeProbes
from swipesavvy.adapters.notifier import channels_of
from swipesavvy.adapters.waiting_data import waiting_since
from swipesavvy.application.alert_findings import (
    StoreUse,
    findings_of_parts,
    findings_of_refresh,
    findings_of_store,
)
from swipesavvy.application.alert_messages import Notice, message_of
from swipesavvy.application.alerting import Delivery, DeliveryError
from swipesavvy.application.health import Probe, check_health
from swipesavvy.domain.alert_rules import Watch, rules_of, todo_of
from swipesavvy.domain.alerts import Finding, News, Severity, one_line
from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.domain.health import Part, State
from swipesavvy.settings import Settings

LOG = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5.0
DIRECTLY_AGAIN_AFTER = timedelta(hours=1)
STORE = "operational_store"
# What the API alone can say about itself; the rest is looked at directly, also while the API is down.
ASKED_OF_API = ("collector", STORE)


class Watchman:
    """Keeps, between two looks, what the counters said and when people were last told past a broken store."""

    def __init__(self, settings: Settings, api: str | None = None, probes: Sequence[tuple[str, Probe]] = ()) -> None:
        """`api` is the base address of a served API that shall answer; `probes` are asked instead of the home's own."""
        self._settings = settings
        self._api = api
        own = HomeProbes(settings.paths())
        self._probes = probes or (
            ("home", own.folder),
            ("disk", own.disk),
            ("lake", own.lake),
            ("published", own.published),
        )
        self._last_use: StoreUse | None = None
        self._told_directly_at: datetime | None = None

    def check(self, now: datetime) -> Delivery:
        """Look at everything once and tell what is news. Raises no expected error; the log says what went wrong."""
        parts = [*check_health(self._probes, now).parts, *self._served()]
        findings = findings_of_parts(parts) + self._refresh(now)
        findings += findings_of_store(self._use_since_last_look(parts))
        try:
            with open_alerting(self._settings) as alerting:
                return alerting.observe(findings, now, rules_of(Watch.HOME))
        except (SwipeSavvyError, OSError) as error:
            LOG.error("the watchman cannot use the operational store: %s", error)
            return self._tell_directly(str(error), now)

    def _refresh(self, now: datetime) -> list[Finding]:
        try:
            return findings_of_refresh(waiting_since(self._settings.paths(), now), now)
        except (SwipeSavvyError, OSError) as error:
            says = f"what waits to be published could not be found out: {error}"
            return findings_of_parts([Part("landing", "bad", says)])

    def _served(self) -> list[Part]:
        if self._api is None:
            return []
        try:
            answer = httpx.get(f"{self._api}/health", timeout=TIMEOUT_SECONDS, trust_env=False)
            found = answer.json()["parts"]
            return [_part(name, found[name]) for name in ASKED_OF_API if name in found]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            LOG.warning("the API does not say how it is: %s", error)
            return [Part("api", "bad", f"does not answer at {self._api}/health; its log says why")]

    def _use_since_last_look(self, parts: Sequence[Part]) -> StoreUse:
        for part in parts:
            requests, failures = part.details.get("requests"), part.details.get("failures")
            if part.name == STORE and isinstance(requests, int) and isinstance(failures, int):
                last, self._last_use = self._last_use, StoreUse(requests, failures)
                # Counters that went back belong to a process that was started anew.
                if last is None or last.requests > requests:
                    return self._last_use
                return StoreUse(requests - last.requests, failures - last.failures)
        return StoreUse(0, 0)

    def _tell_directly(self, problem: str, now: datetime) -> Delivery:
        """Without a store nothing can be grouped or acknowledged: tell the one thing that matters, once an hour."""
        delivery = Delivery()
        last = self._told_directly_at
        if last is not None and now - last < DIRECTLY_AGAIN_AFTER:
            return delivery
        self._told_directly_at = now
        says, name = one_line(problem), f"store-{now:%Y%m%dT%H%M%S}"
        severity, todo = Severity.CRITICAL.value, todo_of("part_bad")
        notice = Notice(name, name, "part_bad", STORE, severity, News.NEW.value, says, todo, now)
        for channel in channels_of(self._settings):
            try:
                channel.send(message_of([notice], now))
                delivery.sent[channel.channel] = [notice]
            except DeliveryError as error:
                delivery.failed[channel.channel] = str(error)
        return delivery


def _part(name: str, found: dict[str, object]) -> Part:
    state: State = "bad" if found["state"] == "bad" else "ok"
    numbers = {key: value for key, value in found.items() if isinstance(value, int)}
    return Part(name, state, str(found["says"]), {**numbers})
