"""The operational store: what needs transactions. One module per noun (table and rows), one migration per change.

`open_ops(settings)` gives the store at its newest shape; use cases reach it only through their own ports.
"""

from swipesavvy.adapters.ops.store import OpsStore, open_ops

__all__ = ["OpsStore", "open_ops"]
