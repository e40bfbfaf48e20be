"""Channels that tell alerts to people: the log, e-mail, a signed webhook, and one that only remembers.

Each sends one message or raises DeliveryError, within a bounded time. Belongs here: transport. Not here: which alerts
are told and when (`application.alerting`), nor their wording. `channels_of(settings)` gives those that are configured.
"""

from swipesavvy.adapters.notifier.configured import channels_of

__all__ = ["channels_of"]
