"""The declared event types, one module per family of events.

Belongs here: declarations only, in the words of `event_contract`. `events` puts them together and everything else
(routing, documentation, checks) is derived from there; nobody repeats a property name elsewhere.
"""
