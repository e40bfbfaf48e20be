"""Alembic migrations of the operational store, shipped inside the package; `migrate.upgrade` runs them."""

HEAD = "0002"
"""The newest revision, so that a store already there is recognised without loading Alembic (half a second)."""
