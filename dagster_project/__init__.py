"""Dagster's view of the platform: assets, checks, schedules, sensors, resources. No business rule lives here."""
