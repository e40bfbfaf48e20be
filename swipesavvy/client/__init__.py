"""Sending events from Python programs: batched, retried, kept on disk while the collector is away.

Belongs here: what a program that sends events needs, on the standard library alone, quick to import. Not here: whether
an event is valid (the collector says), nor anything of the platform behind the collector.
"""

from swipesavvy.client.tracking import Client

__all__ = ["Client"]
