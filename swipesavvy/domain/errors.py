"""Errors a person should read: one line saying what happened, where, and what to do. Nothing else belongs here."""


class SwipeSavvyError(Exception):
    """Base of every expected failure; its text is the one line shown to people."""


class UsageError(SwipeSavvyError):
    """The request itself is wrong (an unknown metric, two grains that cannot be combined); exit code 2."""


class BadInputError(SwipeSavvyError):
    """Input from outside is missing or malformed; the text names the place."""


class NotBuiltYetError(SwipeSavvyError):
    """Nothing has been published in this home yet; the text says which command builds it."""


class BuildError(SwipeSavvyError):
    """A build stopped before it was published; what stood before still stands."""


class BusyError(SwipeSavvyError):
    """Another process holds what this one needs (the warehouse lock, say)."""


class DeniedError(SwipeSavvyError):
    """The person or key may not do this."""
