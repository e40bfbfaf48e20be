"""The dashboard: pages, components and view models. No SQL, no arithmetic."""
