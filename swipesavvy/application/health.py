"""Use case: the state of every part of this installation. Parts are asked one by one; one that fails says so."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from swipesavvy.domain.errors import SwipeSavvyError
from swipesavvy.domain.health import Part, overall

LOG = logging.getLogger(__name__)
Probe = Callable[[datetime], Part]


@dataclass(frozen=True)
class HealthReport:
    """The answer of one moment."""

    status: str
    checked_at: datetime
    parts: tuple[Part, ...]


def check_health(probes: Iterable[tuple[str, Probe]], now: datetime) -> HealthReport:
    """Ask every part; whatever a probe raises becomes a bad state of that part alone."""
    parts = tuple(_asked(name, probe, now) for name, probe in probes)
    return HealthReport(overall(parts), now, parts)


def _asked(name: str, probe: Probe, now: datetime) -> Part:
    try:
        return probe(now)
    except SwipeSavvyError as error:
        return Part(name, "bad", str(error))
    except Exception:
        LOG.exception("health: %s could not be asked", name)
        return Part(name, "bad", "could not be asked; the log says why")
